"""Inspections of tests: a bureau with organisations registered in its area, and what its lots fell on."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.inspections.models import Inspection, InspectionDraw
from app.inspections.service import draw_inspections
from app.parties.rules import PartyKind
from tests.factories.parties import actor_of, make_party

CHENGGONG = "530114000000"
FOUND: dict[str, Any] = {
    "value": "basically_qualified",
    "opinion": "活动正常，部分支出缺少凭证。",
    "inspectors": ["王建国", "李秀英"],
    "source": "呈民检〔2026〕7号",
    "requirement": "补齐上半年的支出凭证。",
}


async def make_bureau(session: AsyncSession, count: int, area_code: str = CHENGGONG) -> Actor:
    """Somebody of the bureau of an area in which so many organisations are registered."""
    bureau = await make_party(session, PartyKind.bureau, area_code=area_code)
    for _ in range(count):
        await make_party(session, area_code=area_code)
    return await actor_of(session, Role.purchaser, bureau)


async def make_drawn(session: AsyncSession, count: int = 20) -> tuple[Actor, InspectionDraw, Sequence[Inspection]]:
    """The bureau of `count` organisations, this year's draw, and the inspections that are due."""
    bureau = await make_bureau(session, count)
    draw = await draw_inspections(session, bureau, seed="2018")
    await session.flush()
    due = await session.scalars(sa.select(Inspection).where(Inspection.draw_id == draw.id).order_by(Inspection.id))
    return bureau, draw, due.all()
