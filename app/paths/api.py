"""What became of a need, what an organisation has done, and the season in numbers: for everybody."""

from typing import Annotated

from fastapi import APIRouter

from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.fields import Id, Line
from app.core.http import unit as web
from app.core.http.lanes import Lane
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.needs.policy import read_need
from app.parties.policy import read_party
from app.paths import queries
from app.paths.figures import season_figures
from app.paths.outcome_schemas import ReceiptPathRead
from app.paths.outcomes import outcomes_of
from app.paths.policy import WHO
from app.paths.schemas import NeedPathRead, PartyPathRead, SeasonRead
from app.surveys.responses.policy import read_receipt

of_needs = web.router("/needs", "paths")
of_parties = web.router("/parties", "paths")
of_receipts: APIRouter = web.router("/surveys", "paths", web.Unlinked, Lane.answering)
of_season = web.router("/season", "paths")
Typed = Annotated[str, Line(100)]  # a receipt code, as its holder typed it


@of_needs.get("/{need_id}/path", operation_id="read_need_path", dependencies=[allow(WHO["read"])])
async def read_need_path(session: UnitSession, actor: CurrentActor, need_id: Id) -> NeedPathRead:
    """From residents' answers to residents' acceptance: how far the need has come, with whom, and what happens next."""
    need = await read_need(session, actor, need_id)
    cited, way = await queries.cited(session, need), await queries.way_of_need(session, need.id)
    return NeedPathRead.of(need, cited, way, await queries.named(session, [way]), await now(session))


@of_parties.get("/{party_id}/path", operation_id="read_party_path", dependencies=[allow(WHO["read"])])
async def read_party_path(session: UnitSession, actor: CurrentActor, party_id: Id) -> PartyPathRead:
    """The same turned round: every need and project that the organisation was chosen for, and what came of each."""
    party = await read_party(session, actor, party_id)
    ways = await queries.ways_of_party(session, party.id)
    needs = await queries.needs_seen(session, [way.need_id for way in ways])
    return PartyPathRead.of(party.id, ways, needs, await queries.named(session, ways), await now(session))


@of_receipts.get("/receipts/{code}/path", operation_id="read_receipt_path", dependencies=[allow(WHO["read"])])
async def read_receipt_path(code: Typed, session: UnitSession) -> ReceiptPathRead:
    """What became of the survey that somebody answered, as far as everybody may read it."""
    survey, _, response = await read_receipt(session, code)
    found = await outcomes_of(session, survey.id, response)
    return ReceiptPathRead.of(survey.id, found, shanghai_date(await now(session)))


@of_season.get("", operation_id="read_season", dependencies=[allow(WHO["read"])])
async def read_season(session: UnitSession) -> SeasonRead:
    """How far the season has come, and what became of the needs of every street."""
    return SeasonRead.of(await season_figures(session, shanghai_date(await now(session))))
