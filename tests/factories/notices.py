"""Tenders of tests: a published project competition that takes bids until 30 November 2026."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import SET_NOW, SimulatedClock, now
from app.core.days.calendar import SHANGHAI
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.tenders.notices.models import Criterion, Lot, LotItem, LotNeed, Tender
from app.tenders.notices.rules import TenderStatus
from app.tenders.profiles.rules import OverspendRule, profile_document
from tests.factories.parties import make_party

PUBLISHED = datetime(2026, 10, 26, 9, 0, tzinfo=SHANGHAI)
OPENED = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)
DATES = {
    "enquiries_end": datetime(2026, 11, 25, 17, 0, tzinfo=SHANGHAI),
    "bids_end": datetime(2026, 12, 1, 0, 0, tzinfo=SHANGHAI),
    "prequalification_end": datetime(2026, 12, 4, 17, 0, tzinfo=SHANGHAI),
    "evaluation_end": datetime(2026, 12, 15, 17, 0, tzinfo=SHANGHAI),
    "objections_end": datetime(2026, 12, 31, 0, 0, tzinfo=SHANGHAI),
    "contracts_end": datetime(2027, 1, 29, 17, 0, tzinfo=SHANGHAI),
}
# The criteria of the 2018 competition: code, zh, en, maximum.
CRITERIA = (
    ("C1", "需求契合度", "Fit with surveyed need", "20"),
    ("C2", "方案设计与可行性", "Design and feasibility", "25"),
    ("C3", "团队与专业能力", "Team and professional capacity", "20"),
    ("C4", "预算合理性", "Reasonable budget", "15"),
    ("C5", "创新与可持续", "Innovation and sustainability", "10"),
    ("C6", "居民参与与资源链接", "Participation and resources", "10"),
)


async def set_clock(session: AsyncSession, at: datetime) -> None:
    """Move this session's clock, and with it every session that shares it."""
    clock = session.info.setdefault("clock", SimulatedClock(at))
    clock.at = at
    await session.execute(SET_NOW, {"now": at.isoformat()})


async def make_tender(session: AsyncSession, party: Party | None = None, *, lots: int = 1, **facts: Any) -> Tender:
    """Published, with `lots` lots that are open calls (L1, L2 …), unless `facts` say otherwise."""
    party = party or await make_party(session, PartyKind.bureau)
    count = await session.scalar(sa.select(sa.func.count()).select_from(Tender)) or 0
    name = facts.setdefault("profile", "venture")
    facts.setdefault("ref", f"T{count + 1}")
    facts.setdefault("title_zh", "社区服务项目大赛")
    facts.setdefault("title_en", "Community service project competition")
    facts.setdefault("budget", Decimal(700_000))
    facts.setdefault("overspend_rule", OverspendRule.skip)
    facts.setdefault("tie_criterion", "C2")
    facts.setdefault("status", TenderStatus.published)
    if facts["status"] is not TenderStatus.draft:
        document = profile_document(name)
        facts = {"published_at": PUBLISHED, "profile_version": document["version"], **facts}
        facts.setdefault("profile_document", document)
    facts = {**DATES, **facts}
    tender = Tender(party_id=party.id, area_code=party.area_code, created_at=await now(session), **facts)
    session.add(tender)
    await session.flush()
    await make_criteria(session, tender)
    for _ in range(lots):
        await make_lot(session, tender)
    return tender


async def make_criteria(session: AsyncSession, tender: Tender) -> list[Criterion]:
    rows = [
        Criterion(tender_id=tender.id, code=code, position=number, label_zh=zh, label_en=en, maximum=Decimal(maximum))
        for number, (code, zh, en, maximum) in enumerate(CRITERIA, 1)
    ]
    session.add_all(rows)
    await session.flush()
    return rows


async def make_lot(
    session: AsyncSession,
    tender: Tender,
    *,
    items: int = 0,
    needs: Sequence[int] = (),
    item_needs: Sequence[int] = (),
    **facts: Any,
) -> Lot:
    """The tender's next lot: 5 awards of at most 30,000 yuan out of 100,000. `items` makes L1-1, L1-2 …;
    `needs` are ids linked to the lot, `item_needs` to its items in order."""
    count = await session.scalar(sa.select(sa.func.count()).where(Lot.tender_id == tender.id)) or 0
    facts = {"kind": "service", "places": 5, "budget": Decimal(100_000), "ceiling": Decimal(30_000), **facts}
    facts = {"code": f"L{count + 1}", "title_zh": f"第{count + 1}标段", "title_en": f"Lot {count + 1}", **facts}
    lot = Lot(tender_id=tender.id, position=count + 1, **facts)
    session.add(lot)
    await session.flush()
    linked = [*item_needs, *[None] * max(0, items - len(item_needs))]
    session.add_all(
        LotItem(lot_id=lot.id, code=f"{lot.code}-{number}", position=number, need_id=need)
        for number, need in enumerate(linked, 1)
    )
    session.add_all(LotNeed(lot_id=lot.id, need_id=need) for need in needs)
    await session.flush()
    return lot


async def lots_of(session: AsyncSession, tender: Tender) -> list[Lot]:
    return list(
        (await session.execute(sa.select(Lot).where(Lot.tender_id == tender.id).order_by(Lot.position))).scalars()
    )


async def items_of(session: AsyncSession, lot: Lot) -> list[LotItem]:
    query = sa.select(LotItem).where(LotItem.lot_id == lot.id).order_by(LotItem.position)
    return list((await session.execute(query)).scalars())
