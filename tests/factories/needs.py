"""Needs of tests."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.needs.models import Need, NeedPopulation
from app.needs.rules import NeedStatus
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.taxonomy.models import Category, Population
from tests.factories.parties import make_area, make_party
from tests.factories.reference import DOUNAN


async def make_terms(session: AsyncSession, categories: list[str], populations: list[str]) -> None:
    """The terms and those they nest under, with made-up labels where the taxonomy has not been imported."""
    for code in sorted({full[:end] for full in categories for end in range(2, len(full) + 1, 2)}):
        if await session.get(Category, code) is None:
            parent = code[:-2] or None
            session.add(Category(code=code, parent_code=parent, level=len(code) // 2, **labels(code)))
            await session.flush()
    for code in sorted({full[:end] for full in populations for end in range(3, len(full) + 1, 2)}):
        if await session.get(Population, code) is None:
            session.add(Population(code=code, parent_code=code[:-2] if len(code) > 3 else None, **labels(code)))
            await session.flush()


def labels(code: str) -> dict[str, Any]:
    return {"label_zh": f"类 {code}", "label_en": f"Term {code}", "synonyms": []}


async def make_need(session: AsyncSession, committee: Party | None = None, **facts: Any) -> Need:
    """A published need of Dounan's committee for meals for older people (0101, P04), unless `facts` say otherwise."""
    at = await now(session)
    party = committee or await make_party(session, PartyKind.committee, area_code=facts.pop("community_code", DOUNAN))
    populations = facts.pop("population_codes", ["P04"])
    status = facts.setdefault("status", NeedStatus.published)
    facts.setdefault("title", "开办老年助餐点")
    facts.setdefault("category_code", "0101")
    facts.setdefault("evidence_note", "居民代表会议提出")
    facts.setdefault("published_at", None if status is NeedStatus.draft else at)
    if status is NeedStatus.withdrawn:
        facts = {"withdrawn_at": at, "withdrawal_reason": "已由街道统一办理", **facts}
    if status is NeedStatus.fulfilled:
        facts.setdefault("fulfilled_at", at)
    await make_terms(session, [facts["category_code"]] if facts["category_code"] else [], populations)
    assert party.area_code is not None
    await make_area(session, party.area_code)
    need = Need(party_id=party.id, community_code=party.area_code, created_at=at, **facts)
    need.populations = [NeedPopulation(population_code=code) for code in populations]
    session.add(need)
    await session.flush()
    return need
