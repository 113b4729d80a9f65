"""The web application: every room's endpoints under /api/v1, refusals as problems, and the built front end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from mimetypes import guess_type
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Scope

from app import flow
from app.areas import api as areas
from app.contracts import api as contracts
from app.core import health, problems
from app.core.db import Units, make_engine, units
from app.core.errors import NotFound
from app.core.jobs import work
from app.core.settings import Settings
from app.core.web import Authenticate
from app.desk import api as desk
from app.needs import api as needs
from app.offers import api as offers
from app.parties import api as parties
from app.selection import api as selection
from app.selection import results_api as selection_results
from app.surveys import answering_api as answering
from app.surveys import api as surveys
from app.surveys import wave_api as waves
from app.taxonomy import api as taxonomy
from app.tenders.awards import api as awards
from app.tenders.bids import api as bids
from app.tenders.notices import api as notices
from app.tenders.objections import api as objections
from app.tenders.panels import api as panels

assert flow
ROUTERS = [
    health.router,
    areas.router,
    taxonomy.router,
    parties.router,
    desk.router,
    answering.router,
    surveys.router,
    waves.router,
    waves.links,
    needs.router,
    offers.router,
    selection.router,
    selection_results.router,
    panels.router,
    awards.router,
    contracts.router,
    notices.router,
    objections.router,
    bids.of_tenders,
    bids.router,
]
API = "/api/v1"


def create_app(settings: Settings, door: Units, authenticate: Authenticate) -> FastAPI:
    """The application over an open database."""
    app = FastAPI(title="Shuangxuan 双选", version="1", openapi_url=f"{API}/openapi.json", docs_url=f"{API}/docs")
    app.state.settings, app.state.units, app.state.authenticate = settings, door, authenticate
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    return app


class Assets(StaticFiles):
    """Files named after their content: kept by browsers for ever, sent packed where the build left a packed twin."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        packed = (Path(str(self.directory)) / f"{path}.gz").is_file() and "gzip" in Headers(scope=scope).get(
            "accept-encoding", ""
        )
        response = await super().get_response(f"{path}.gz" if packed else path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Type"] = guess_type(path)[0] or "application/octet-stream"
        return response


def serve_front_end(app: FastAPI, settings: Settings) -> None:
    """The built pages: the resident's light page under /s and /r, everything else the application."""
    web = settings.web_dir
    app.mount("/assets", Assets(directory=web / "assets"), name="assets")

    @app.get("/{path:path}", include_in_schema=False)
    async def page(path: str) -> FileResponse:
        if path.startswith("api/"):
            raise NotFound(path=path)
        asked = (web / path).resolve()
        if path and asked.is_relative_to(web.resolve()) and asked.is_file():
            return FileResponse(asked)
        light = path == "r" or path.startswith(("s/", "r/"))
        return FileResponse(web / ("survey.html" if light else "index.html"), headers={"Cache-Control": "no-cache"})


def web_application(settings: Settings, url: str, authenticate: Authenticate) -> FastAPI:
    """The application with its own engine and, unless set otherwise, its own job worker."""
    engine = make_engine(url)
    door = units(engine)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        worker = asyncio.create_task(work(url, door)) if settings.worker_in_web else None
        yield
        if worker:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker
        await engine.dispose()

    app = create_app(settings, door, authenticate)
    app.router.lifespan_context = lifespan
    serve_front_end(app, settings)
    return app
