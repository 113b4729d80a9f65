"""Pairs of characters find what a regular expression finds, neither less nor more, with their index and without."""

import random

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.matching.ranking.searched import pattern
from app.needs.models import Need
from app.taxonomy.queries import saying
from tests.factories.needs import make_need
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio
# Chinese, letters with their capitals, letters that are capitals elsewhere (Kelvin, long s, dotted I), and what
# quotes or means something in a query.
SIGNS = "助餐老人食堂aAkK\u212asS\u017fiI\u0130ıéÉßσς19'\\%_&|!():*. \u3000"
SAID = (Need.title, Need.description, Need.requirements)


def text(draw: random.Random, length: int) -> str:
    return "".join(draw.choices(SIGNS, k=length))


@pytest.mark.parametrize("scans", ["on", "off"])
async def test_pairs_find_what_a_regular_expression_finds(session: AsyncSession, scans: str) -> None:
    draw = random.Random(20_18)
    committee = await make_party(session, area_code="530114003004")
    for number in range(120):
        says = {"description": text(draw, draw.randrange(8)), "requirements": text(draw, draw.randrange(3))}
        await make_need(session, committee, title=f"{number}{text(draw, draw.randrange(1, 9))}.", **says)
    await session.execute(sa.text(f"SET LOCAL enable_seqscan = {scans}"))
    for _ in range(150):
        words = tuple(text(draw, draw.randrange(1, 4)) for _ in range(draw.randrange(1, 4)))
        found = set(await session.scalars(sa.union_all(*saying(Need.id, SAID, words))))
        alike = sa.or_(*(column.regexp_match(pattern(words), "i") for column in SAID))
        assert found == set(await session.scalars(sa.select(Need.id).where(alike))), words
