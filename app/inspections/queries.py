"""Which organisations can be drawn, what the lots fell on, and what waits for the bureau."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.rules import inside
from app.core.actors import BUYS, Actor
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.waiting import Waiting
from app.draws.queries import hindrance
from app.inspections.models import Inspection, InspectionDraw, InspectionLot
from app.inspections.rules import InspectionStatus, NobodyToInspect
from app.inspections.terms import drawn_share
from app.parties.models import Party
from app.parties.queries import PartyName, party_names
from app.parties.rules import REGISTERED


class Lot(NamedTuple):
    """An organisation that was drawn of, and its inspection where the lot fell on it."""

    lot: InspectionLot
    name: PartyName
    inspection: Inspection | None


@dataclass(frozen=True)
class DrawPage:
    """A draw by its bureau with everything that it was drawn of, in the order of the lots."""

    draw: InspectionDraw
    office: PartyName
    lots: Sequence[Lot]


async def candidates(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """Number on the lot → organisation: all that are registered in the area the actor is responsible for."""
    if not actor.area:
        return {}
    here = Party.area_code.startswith(inside(actor.area), autoescape=True)
    query = sa.select(Party.id).where(Party.legal_kind.in_(REGISTERED), here).order_by(Party.id)
    return {str(id): id for id in await session.scalars(query)}


async def draw_page(session: AsyncSession, draw: InspectionDraw) -> DrawPage:
    inspected = sa.and_(Inspection.draw_id == InspectionLot.draw_id, Inspection.party_id == InspectionLot.party_id)
    query = sa.select(InspectionLot, Inspection).outerjoin(Inspection, inspected)
    query = query.where(InspectionLot.draw_id == draw.id).order_by(InspectionLot.position)
    rows = (await session.execute(query)).all()
    names = await party_names(session, {draw.party_id, *(lot.party_id for lot, _ in rows)})
    lots = [Lot(lot, names[lot.party_id], inspection) for lot, inspection in rows]
    return DrawPage(draw, names[draw.party_id], lots)


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """A bureau: draw this year's organisations, then inspect whomever the lots fell on, both by the end of the year."""
    if actor.role not in BUYS or actor.party_id is None:
        return []
    due, count = await _to_inspect(session, actor), len(await candidates(session, actor))
    if await hindrance(session, InspectionDraw, actor, count, NobodyToInspect, at):
        return due
    own, rule = (await party_names(session, {actor.party_id}))[actor.party_id], drawn_share().source
    ends, id = end_of_day(date(shanghai_date(at).year, 12, 31)), actor.party_id
    draw = Waiting("inspections", "draw_inspections", id, own.zh, ends, rule, "inspection_draws", id, title_en=own.en)
    return [*due, draw]


async def _to_inspect(session: AsyncSession, actor: Actor) -> list[Waiting]:
    query = sa.select(Inspection, InspectionDraw).join(InspectionDraw, InspectionDraw.id == Inspection.draw_id)
    due = Inspection.office_id == actor.party_id, Inspection.status == InspectionStatus.due
    rows = (await session.execute(query.where(*due).order_by(Inspection.id))).all()
    names = await party_names(session, {each.party_id for each, _ in rows})
    return [_waits("record", each, draw, names[each.party_id]) for each, draw in rows]


def _waits(verb: str, inspection: Inspection, draw: InspectionDraw, name: PartyName) -> Waiting:
    ends = end_of_day(date(draw.year, 12, 31))
    return Waiting(
        "inspections", verb, inspection.id, name.zh, ends, draw.source, "inspection_draw", draw.id, title_en=name.en
    )
