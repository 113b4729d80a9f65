"""The web application: every room's endpoints under /api/v1, and refusals as problems."""

from fastapi import FastAPI

from app import flow
from app.areas import api as areas
from app.core import health, problems
from app.core.db import Units
from app.core.settings import Settings
from app.core.web import Authenticate
from app.taxonomy import api as taxonomy

assert flow
ROUTERS = [health.router, areas.router, taxonomy.router]


def create_app(settings: Settings, units: Units, authenticate: Authenticate) -> FastAPI:
    """The application over an open database."""
    app = FastAPI(title="Shuangxuan 双选", version="1", openapi_url="/api/v1/openapi.json", docs_url="/api/v1/docs")
    app.state.settings, app.state.units, app.state.authenticate = settings, units, authenticate
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1")
    return app
