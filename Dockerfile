# The application image: the front end is built in a first stage, nothing of it is needed at run time but its files.
FROM node:22-bookworm-slim AS web
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
COPY var/openapi.json /build/var/openapi.json
RUN npm run api && npm run build

FROM python:3.13-slim-bookworm
# Rare characters of names (CJK extensions B to F) in papers.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-hanazono && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 shuangxuan
WORKDIR /srv/shuangxuan
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml requirements.in README.md ./
COPY app ./app
COPY migrations ./migrations
RUN pip install --no-cache-dir --no-build-isolation --no-deps -e .
COPY --from=web /build/frontend/dist ./frontend/dist
# Files that are attached; the volume over it belongs to whoever this folder belongs to.
RUN install -d -o shuangxuan var
USER shuangxuan
ENV HOST=0.0.0.0 PORT=8000 LOG_JSON=true
EXPOSE 8000
CMD ["shuangxuan", "serve"]
