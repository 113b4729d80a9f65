# `make` lists the targets. The two that matter: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 $(BIN)/uv
WEB := frontend/dist/index.html
SOURCES := $(shell find frontend/src frontend/public -type f 2>/dev/null) frontend/index.html frontend/survey.html frontend/vite.config.ts
API := $(shell find app -name '*.py' -o -name '*.toml')
# The chapters of a season wait for each other, up to days: they run alone.
SEASON := tests/browser/test_whole_season.py
# What waits for nothing but a processor or the network, two at a time; what each says stays together.
TWO := $(MAKE) --no-print-directory -j2 -Otarget
APT_BROWSER := chromium fonts-noto-cjk
# Whatever the environment says, what is compiled is kept: dozens of processes load the same modules.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint types mypy tsc house pytest web-test browser screenshots openapi season bench bench-web sizes soak lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(VENV)/.run $(WEB) ## install everything: the environment with the `shuangxuan` command, the front end

run: setup ## start the platform on http://127.0.0.1:8000 (PORT, DATA_DIR, DATABASE_URL are honoured)
	@exec $(BIN)/shuangxuan serve

test: ## everything that must hold
	@$(TWO) $(VENV)/.dev frontend/node_modules/.ok browser
	@$(TWO) mypy web-test tsc lint house
	@$(MAKE) --no-print-directory pytest

check: $(VENV)/.dev frontend/node_modules/.ok lint types house ## the quick part of `make test`, before every commit

lint: $(VENV)/.dev frontend/node_modules/.ok ## ruff, oxlint and their formatters
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	cd frontend && npm run --silent lint

types: mypy tsc ## both languages' types

mypy: $(VENV)/.dev
	$(BIN)/mypy

tsc: frontend/src/api/schema.gen.ts
	cd frontend && npm run --silent types

house: $(VENV)/.dev ## the import contracts
	$(BIN)/lint-imports --no-cache

sizes: $(VENV)/.dev frontend/node_modules/.ok ## the looks of the house: functions, files, folders, how far an endpoint reaches
	@$(BIN)/python -m bench.house

pytest: $(VENV)/.dev $(WEB) ## Python tests on real PostgreSQL, browser tests included
	@export TEST_CLUSTER="$$(mktemp -d)"; trap 'rm -rf "$$TEST_CLUSTER"' EXIT; set -ex; \
	$(BIN)/pytest -n 3; \
	$(BIN)/pytest tests/browser -m browser -n 3 --ignore $(SEASON); \
	$(BIN)/pytest $(SEASON) -m browser

web-test: $(WEB) ## front-end unit tests and the size of the resident's page
	cd frontend && npm test --silent && npm run --silent size

browser: ## have a browser and a Chinese font for the browser tests
	@command -v chromium chromium-browser google-chrome $$CHROMIUM >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
	     && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(APT_BROWSER) >/dev/null; } \
	|| { echo "The browser tests need Chromium and a Chinese font: install the packages $(APT_BROWSER), or set CHROMIUM."; exit 1; }

screenshots: $(VENV)/.dev $(WEB) browser ## every page × language × width × size of type as pictures in var/screenshots, with axe
	SCREENSHOTS=var/screenshots $(BIN)/pytest tests/browser/test_everywhere.py -m browser

openapi: var/openapi.json ## write the API's description to var/openapi.json

season: setup ## replay the 2018 season on an empty database and print its summary
	$(BIN)/shuangxuan season replay kunming2018 --json -

bench: setup ## measure what the project claims
	$(BIN)/shuangxuan bench season

bench-web: $(VENV)/.dev $(WEB) browser ## what each page weighs, and how soon it is painted on a slow phone
	cd frontend && npm run --silent size
	$(BIN)/shuangxuan bench web

soak: $(VENV)/.dev $(WEB) ## attack a running server at length: 20,000 inputs, evil files, slow clients, floods, kills, races
	$(BIN)/shuangxuan bench reliability --long

lock: $(VENV)/.uv ## renew requirements*.txt from requirements*.in (versions and hashes, no addresses)
	for name in requirements requirements-dev; do \
	  $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header $$name.in -o $$name.txt; done

clean: ## remove what was built, keep the data
	rm -rf $(VENV) frontend/node_modules frontend/dist

$(VENV)/.uv: requirements-uv.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

$(VENV)/.run: $(VENV)/.uv requirements.txt pyproject.toml
	$(UV) pip install -q --require-hashes -r requirements.txt
	$(UV) pip install -q --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(UV) pip install -q --require-hashes -r requirements-dev.txt
	@touch $@

frontend/node_modules/.ok: frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

var/openapi.json: $(VENV)/.run $(API)
	@mkdir -p var
	$(BIN)/shuangxuan openapi $@

frontend/src/api/schema.gen.ts: frontend/node_modules/.ok var/openapi.json
	cd frontend && npm run --silent api

$(WEB): frontend/src/api/schema.gen.ts $(SOURCES)
	cd frontend && npm run --silent build
