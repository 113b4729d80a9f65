"""The web application: every room's endpoints under /api/v1, refusals as problems, and the built front end."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.routing import BaseRoute

from app import flow
from app.accounts import api as accounts
from app.accounts import reset_api, session_api
from app.areas import api as areas
from app.assessments import api as assessments
from app.budgets import api as budgets
from app.contracts import api as contracts
from app.core import problems
from app.core.db import Units, make_engine, units
from app.core.errors import NotFound
from app.core.http import changes, description, health
from app.core.http.exposure import marked
from app.core.http.group import Groups
from app.core.http.guard import Guard
from app.core.http.lanes import Lane, Lanes, places_of
from app.core.http.shared import Shared
from app.core.http.streams import Streams, listening
from app.core.http.unit import Authenticate
from app.core.installation.jobs import Working
from app.core.installation.postgres import readable_url
from app.core.installation.replica import Replica
from app.core.installation.sizing import BESIDE, PRESSED, USUAL, Size, threads_of
from app.core.settings import Settings
from app.desk import api as desk
from app.errands import api as errands
from app.evaluations import api as evaluations
from app.files import api as files
from app.files import jobs as file_jobs
from app.files.rules import ACCEPTED
from app.findings import api as findings
from app.inspections import api as inspections
from app.installation import api as installation
from app.jobs import api as jobs
from app.needs import api as needs
from app.notifications import api as notifications
from app.notifications import jobs as mail_jobs
from app.offers import api as offers
from app.overviews import api as overviews
from app.parties import api as parties
from app.paths import api as paths
from app.rankings import api as rankings
from app.rankings.kept import warm_market
from app.ratings import api as ratings
from app.records import api as records
from app.registrations import api as registrations
from app.search import api as search
from app.selection import api as selection
from app.selection import results_api as selection_results
from app.service_sessions import api as service_sessions
from app.surveys.questionnaires import api as surveys
from app.surveys.responses import answering_api as answering
from app.surveys.responses import api as responses
from app.surveys.results import api as survey_results
from app.surveys.results import jobs as survey_jobs
from app.surveys.waves import api as waves
from app.taxonomy import api as taxonomy
from app.tenders.awards import api as awards
from app.tenders.bids import api as bids
from app.tenders.comparisons import api as comparisons
from app.tenders.notices import api as notices
from app.tenders.objections import api as objections
from app.tenders.panels import api as panels
from app.voices import api as voices

assert (
    flow and survey_jobs and file_jobs and mail_jobs and reset_api
)  # the endpoints of a new password join the session's
ROUTERS = [
    health.router,
    areas.router,
    taxonomy.router,
    taxonomy.questions,
    parties.router,
    records.of_party,
    records.router,
    session_api.sessions,
    session_api.entrance,
    accounts.people,
    registrations.applying,
    registrations.router,
    registrations.links,
    desk.router,
    overviews.router,
    jobs.router,
    errands.router,
    installation.router,
    notifications.router,
    changes.router,
    answering.router,
    answering.taken_together,
    surveys.router,
    waves.router,
    waves.links,
    responses.router,
    responses.links,
    survey_results.router,
    assessments.router,
    files.router,
    needs.router,
    offers.router,
    rankings.router,
    selection.router,
    selection_results.router,
    panels.router,
    comparisons.router,
    awards.router,
    contracts.router,
    findings.router,
    ratings.router,
    inspections.router,
    budgets.router,
    evaluations.router,
    service_sessions.router,
    service_sessions.doors,
    voices.router,
    paths.of_needs,
    paths.of_parties,
    paths.of_receipts,
    paths.of_season,
    search.router,
    notices.router,
    notices.profiles,
    objections.router,
    bids.of_tenders,
    bids.router,
]
API = "/api/v1"
PACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, *ACCEPTED)  # nothing is gained by packing it again


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Everything under /api/v1. Made once, however many applications there are (tests make hundreds): to work out what
    each endpoint takes and answers costs most of a second."""
    api = APIRouter()
    for router in ROUTERS:
        api.include_router(router, prefix=API)
    return tuple(api.routes)


def create_app(settings: Settings, door: Units, authenticate: Authenticate, places: int = USUAL.places) -> FastAPI:
    """The application over an open database, with so many places in its lanes."""
    app = FastAPI(
        title="Shuangxuan 双选",
        version="1",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=[*_routes()],
    )
    app.state.settings, app.state.units, app.state.authenticate = settings, door, authenticate
    app.state.lanes, app.state.streams, app.state.worker = Lanes(places), Streams(), None
    app.state.groups = Groups(app.state.lanes, Lane.answering, door)
    app.state.put_off, app.state.replica = errands.put_off, None
    app.state.shared, app.state.shared_of_replica = Shared(), Shared()
    app.add_middleware(GZipMiddleware, minimum_size=1000, exclude_content_types=PACKED)
    app.add_middleware(Guard, settings=settings)
    problems.install(app)
    described, page = app.openapi, cache(lambda: description.page(app.openapi()))
    app.openapi = cache(lambda: description.completed(described()))  # type: ignore[method-assign]
    app.get(f"{API}/docs", include_in_schema=False)(lambda: HTMLResponse(page()))
    return app


def serve_front_end(app: FastAPI, settings: Settings) -> None:
    """The built pages: the resident's light page under /s, /r and /d, everything else the application.

    Files are found by name among those of the build, so that no path of a request reaches the file system.
    """
    web = settings.web_dir
    files = {str(path.relative_to(web)): path for path in web.rglob("*") if path.is_file()}

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(request: Request, path: str) -> Response:
        if path not in files and path.startswith(("api/", "assets/")):
            raise NotFound()
        light = path == "r" or path.startswith(("s/", "r/", "d/"))
        name = path if path in files else "survey.html" if light else "index.html"
        if settings.is_exposed and name.endswith(".html"):
            return HTMLResponse(marked(files[name]), headers={"Cache-Control": "no-cache"})
        return file_response(name, files, packed="gzip" in request.headers.get("accept-encoding", ""))


def file_response(name: str, files: Mapping[str, Path], *, packed: bool) -> FileResponse:
    """A file of the build, packed where the build left a packed twin. Assets are named after their content, so
    browsers keep them for ever."""
    media = guess_type(name)[0] or "application/octet-stream"
    lasts = "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache"
    headers = {"Cache-Control": lasts, "Vary": "Accept-Encoding"}
    if packed and f"{name}.gz" in files:
        return FileResponse(files[f"{name}.gz"], headers=headers | {"Content-Encoding": "gzip"}, media_type=media)
    return FileResponse(files[name], headers=headers, media_type=media)


def web_application(
    settings: Settings, url: str, authenticate: Authenticate, worker: Working | None = None, size: Size = USUAL
) -> FastAPI:
    """The application with its own engine; `worker` carries out jobs beside it."""
    engine = make_engine(url, pool_size=size.places + BESIDE, pressed=PRESSED)
    app = create_app(settings, units(engine), authenticate, size.places)
    if settings.database_read_url:
        readers = places_of(Lane.reading, size.places)
        app.state.replica = Replica(readable_url(settings.database_read_url, "DATABASE_READ_URL"), engine, readers)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_default_executor(threads_of(size.cores))
        async with listening(url, app.state.streams):
            beside = {asyncio.create_task(warm_market(app.state.units))}
            if replica := app.state.replica:
                beside.add(asyncio.create_task(replica.watch()))
            yield
        for task in beside:
            task.cancel()
        await asyncio.wait(beside)
        await engine.dispose()

    app.state.worker = worker
    app.router.lifespan_context = lifespan
    serve_front_end(app, settings)
    return app
