"""The taxonomy, for everyone; small enough to be read whole."""

from app.core.actors import EVERYONE
from app.core.http import unit as web
from app.core.http.lanes import Lane
from app.core.http.unit import UnitSession, allow
from app.taxonomy import queries
from app.taxonomy.policy import WHO
from app.taxonomy.schemas import CategoryRead, PopulationRead, TermsSuggest, TermsSuggested

router = web.router("/taxonomy", "taxonomy", web.Open)
# Asked while somebody types: nothing is written for it, and whoever saves does not wait behind it.
questions = web.router("/taxonomy", "taxonomy", web.Unkept, Lane.reading)


@router.get("/categories", operation_id="list_categories", dependencies=[allow(EVERYONE)])
async def list_categories(session: UnitSession) -> list[CategoryRead]:
    return [CategoryRead.of(term) for term in await queries.list_categories(session)]


@router.get("/populations", operation_id="list_populations", dependencies=[allow(EVERYONE)])
async def list_populations(session: UnitSession) -> list[PopulationRead]:
    return [PopulationRead.of(term) for term in await queries.list_populations(session)]


@questions.post("/suggest", operation_id="suggest_terms", dependencies=[allow(WHO["suggest"])])
async def suggest_terms(session: UnitSession, body: TermsSuggest) -> TermsSuggested:
    (suggested,) = await queries.suggest_terms(session, (body.title, body.description))
    return TermsSuggested.of(suggested)
