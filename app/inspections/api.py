"""Endpoints of inspections and of the draws that they come of."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.draws.queries import find_draw, hindrance, latest_draws
from app.draws.shown import DrawRow
from app.inspections import policy, queries, service
from app.inspections.models import InspectionDraw
from app.inspections.policy import WHO
from app.inspections.rules import NobodyToInspect
from app.inspections.schemas import InspectionDrawRead, InspectionDraws, InspectionRecord
from app.parties.queries import party_names

router = web.router("/inspections", "inspections")


async def _read(session: AsyncSession, actor: Actor, draw: InspectionDraw) -> InspectionDrawRead:
    await session.flush()
    return InspectionDrawRead.seen_by(actor, await queries.draw_page(session, draw))


@router.get("/draws", operation_id="list_inspection_draws", dependencies=[allow(WHO["list_inspection_draws"])])
async def list_inspection_draws(session: UnitSession, actor: CurrentActor) -> InspectionDraws:
    """Every draw of organisations is public, the latest first."""
    found = await latest_draws(session, InspectionDraw)
    names = await party_names(session, {each.party_id for each in found})
    own = len(await queries.candidates(session, actor))
    refusal = await hindrance(session, InspectionDraw, actor, own, NobodyToInspect, await now(session))
    return InspectionDraws(
        items=[DrawRow.of(each, names[each.party_id]) for each in found],
        candidates=own,
        actions=policy.draw_actions(actor, refusal),
    )


@router.post("/draws", operation_id="draw_inspections", status_code=201, dependencies=[allow(WHO["draw_inspections"])])
async def draw_inspections(session: UnitSession, actor: CurrentActor) -> InspectionDrawRead:
    return await _read(session, actor, await service.draw_inspections(session, actor))


@router.get("/draws/{draw_id}", operation_id="read_inspection_draw", dependencies=[allow(WHO["read_inspection_draw"])])
async def read_inspection_draw(session: UnitSession, actor: CurrentActor, draw_id: Id) -> InspectionDrawRead:
    """The seed and all that was drawn of: anybody draws again; and what the inspections found."""
    return await _read(session, actor, await find_draw(session, InspectionDraw, draw_id))


@router.post("/{inspection_id}/record", operation_id="record_inspection", dependencies=[allow(WHO["record"])])
async def record_inspection(
    session: UnitSession, actor: CurrentActor, inspection_id: Id, given: InspectionRecord
) -> InspectionDrawRead:
    inspection = await service.record_inspection(session, actor, inspection_id, **dict(given))
    return await _read(session, actor, await find_draw(session, InspectionDraw, inspection.draw_id))
