"""Use cases of inspections. That what was found becomes a record stands in `flow.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.events import happened
from app.core.moves import move
from app.draws.queries import draft_draw
from app.inspections import rules
from app.inspections.models import Inspection, InspectionDraw, InspectionLot
from app.inspections.policy import access_inspection
from app.inspections.queries import candidates
from app.inspections.rules import MOVES, NobodyToInspect
from app.inspections.terms import drawn_share, least_inspectors
from app.parties.queries import party_names
from app.records.rules import Fact, RecordKind
from app.records.rules import Inspection as Outcome


@dataclass(frozen=True)
class Found:
    """What other rooms hear: what is recorded of the organisation, in the place of what an earlier inspection found."""

    party_id: int
    on: date
    facts: tuple[Fact, ...]
    ended: tuple[RecordKind, str] | None = None


async def draw_inspections(session: AsyncSession, actor: Actor, *, seed: str | None = None) -> InspectionDraw:
    """Which organisations of the bureau's area are inspected this year: drawn by lot of all that are registered there,
    with a seed that everybody reads. Refusals: YearDrawn, NobodyToInspect."""
    at, found = await now(session), await candidates(session, actor)
    draw, order = await draft_draw(session, InspectionDraw, actor, found, drawn_share(), NobodyToInspect, at, seed)
    for position, number in enumerate(order, 1):
        session.add(InspectionLot(draw_id=draw.id, party_id=found[number], number=number, position=position))
    await session.flush()
    for number in order[: draw.size]:
        session.add(Inspection(draw_id=draw.id, party_id=found[number], office_id=draw.party_id))
    facts: dict[str, Any] = {"year": draw.year, "of": len(found), "size": draw.size, "seed": draw.seed}
    await happened(session, actor, "inspections.drawn", draw, at, **facts)
    return draw


async def record_inspection(
    session: AsyncSession,
    actor: Actor,
    inspection_id: int,
    *,
    value: Outcome,
    opinion: str,
    inspectors: Sequence[str],
    source: str,
    requirement: str,
) -> Inspection:
    """What two people found there; who did not pass is told what to mend. Refusals: MoveRefused, InspectorsTooFew,
    WayBackMissing, WayBackMisplaced."""
    inspection = await access_inspection(session, actor, inspection_id, "record")
    at = await now(session)
    status, today = move(MOVES, inspection.status, "record"), shanghai_date(at)
    rules.check_inspectors(inspectors, least_inspectors())
    issuer = (await party_names(session, {inspection.office_id}))[inspection.office_id].zh
    fact = rules.found(value, opinion, requirement, issuer, source, today)
    inspection.status, inspection.value, inspection.opinion = status, value, opinion
    inspection.inspectors, inspection.recorded_at, inspection.recorded_by = list(inspectors), at, actor.account_id
    told = Found(inspection.party_id, today, (fact,))
    facts: dict[str, Any] = {"party": inspection.party_id, "value": value.value}
    await happened(session, actor, "inspection.recorded", inspection, at, tell=told, **facts)
    return inspection
