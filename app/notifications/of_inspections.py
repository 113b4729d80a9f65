"""Occasions of inspections: whom the lots fell on, and whoever was inspected."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.desk.rules import Thing
from app.inspections.models import Inspection, InspectionDraw
from app.notifications.drafts import Draft, Occasion
from app.notifications.of_ratings import to_rated
from app.parties.queries import party_names


async def to_drawn(session: AsyncSession, event: str, draw: InspectionDraw) -> list[Draft]:
    office = (await party_names(session, {draw.party_id}))[draw.party_id]
    to = Membership.party_id.in_(sa.select(Inspection.party_id).where(Inspection.draw_id == draw.id))
    return [Draft(event, to, Thing.inspection_draw, draw.id, office.zh, title_en=office.en)]


OCCASIONS: Mapping[str, Occasion] = {"inspections.drawn": to_drawn, "inspection.recorded": to_rated}
