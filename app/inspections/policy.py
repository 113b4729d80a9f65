"""Draws and what came of them are public; the bureau that drew records what its inspections found."""

from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import BUYS, EVERYONE, Actor, granted
from app.core.errors import DomainError
from app.core.moves import verbs_from
from app.inspections.models import Inspection
from app.inspections.rules import MOVES

WHO = {
    "list_inspection_draws": EVERYONE,
    "read_inspection_draw": EVERYONE,
    "draw_inspections": BUYS,
    "record": BUYS,
}


def denial(actor: Actor, verb: str, inspection: Inspection) -> str | None:
    """Why `actor` may not `verb` this inspection; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return None if actor.party_id == inspection.office_id else "party"


def actions(actor: Actor, inspection: Inspection) -> list[str]:
    return [verb for verb in verbs_from(MOVES, inspection.status) if denial(actor, verb, inspection) is None]


def draw_actions(actor: Actor, refusal: DomainError | None) -> list[str]:
    """`refusal`: what stands against drawing this year."""
    verb = "draw_inspections"
    return [verb] if refusal is None and actor.may(verb, WHO[verb]) else []


async def access_inspection(session: AsyncSession, actor: Actor, inspection_id: int, verb: str) -> Inspection:
    """The inspection, locked. Refusals: NotFound, Denied."""
    query = sa.select(Inspection).where(Inspection.id == inspection_id).with_for_update()
    found = await session.scalar(query, execution_options={"populate_existing": True})
    return granted(found, verb, partial(denial, actor, verb), inspection=inspection_id)
