"""The taxonomy, for everyone; small enough to be read whole."""

from app.core.actors import EVERYONE
from app.core.http import unit as web
from app.core.http.unit import UnitSession, allow
from app.taxonomy import queries
from app.taxonomy.schemas import CategoryRead, PopulationRead

router = web.router("/taxonomy", "taxonomy", web.Open)


@router.get("/categories", operation_id="list_categories", dependencies=[allow(EVERYONE)])
async def list_categories(session: UnitSession) -> list[CategoryRead]:
    return [CategoryRead.of(term) for term in await queries.list_categories(session)]


@router.get("/populations", operation_id="list_populations", dependencies=[allow(EVERYONE)])
async def list_populations(session: UnitSession) -> list[PopulationRead]:
    return [PopulationRead.of(term) for term in await queries.list_populations(session)]
