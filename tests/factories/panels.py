"""Panels of tests: five judges who have declared, and their sheets."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import now
from app.parties.models import Party
from app.tenders.bids.models import Bid
from app.tenders.notices.models import Tender
from app.tenders.panels import service
from app.tenders.panels.models import Panel, PanelMember, Recusal, ScoreSheet
from app.tenders.panels.queries import members_of
from app.tenders.panels.service import NewMember
from tests.factories.parties import actor_of

SHARES = {"C1": 20, "C2": 25, "C3": 20, "C4": 15, "C5": 10, "C6": 10}


def purchaser_of(tender: Tender) -> Actor:
    """The staff of the tender's bureau."""
    return Actor(None, Role.purchaser, tender.party_id, "530114")


def marks_of(total: Decimal | int | str) -> dict[str, Decimal]:
    """Six marks in steps of 0.5 that add up to `total`, filled criterion by criterion."""
    left, marks = Decimal(total), {}
    for code, maximum in SHARES.items():
        marks[code] = min(left, Decimal(maximum))
        left -= marks[code]
    return marks


async def make_panel(
    session: AsyncSession, tender: Tender, judges: int = 5, *, accounts: bool = False, declared: bool = True
) -> list[PanelMember]:
    """J1 … of an appointed panel; with `accounts` each can sign in."""
    actors = [await actor_of(session, Role.judge) if accounts else None for _ in range(judges)]
    members = [
        NewMember(
            f"J{n}", f"评委{n}", "社会工作督导", "Social work supervisor", True, actor.account_id if actor else None
        )
        for n, actor in enumerate(actors, 1)
    ]
    await service.appoint_panel(session, purchaser_of(tender), tender.id, members)
    seats = await members_of(session, tender.id)
    for seat in seats if declared else []:
        seat.declared_at = await now(session)
    await session.flush()
    return seats


def judge(member: PanelMember) -> Actor:
    return Actor(member.account_id, Role.judge)


async def make_recusal(session: AsyncSession, member: PanelMember, bid: Bid) -> Recusal:
    recusal = Recusal(member_id=member.id, party_id=bid.party_id, declared_at=await now(session))
    session.add(recusal)
    await session.flush()
    return recusal


async def score_all(
    session: AsyncSession, tender: Tender, bids: Sequence[Bid], totals: Mapping[str, int | str | Decimal]
) -> None:
    """Every judge gives each bid the total named for it (by number; 70 otherwise)."""
    for member in await members_of(session, tender.id):
        for bid in bids:
            await deliver(session, tender, member, bid, totals.get(bid.ref or "", 70))


async def deliver(
    session: AsyncSession,
    tender: Tender,
    member: PanelMember,
    bid: Bid,
    total: int | str | Decimal,
    written: Decimal | None = None,
) -> ScoreSheet:
    """A judge with an account delivers on screen; the paper of another one comes as in a replayed season."""
    if member.account_id is None:
        staff, given = purchaser_of(tender), marks_of(total)
        return await service.import_sheet(session, staff, tender.id, member.ref, bid.id, given, written)
    await service.save_sheet(session, judge(member), tender.id, bid.id, marks_of(total), 0)
    return await service.deliver_sheet(session, judge(member), tender.id, bid.id)


async def clerks_of(session: AsyncSession, tender: Tender, count: int = 2) -> list[Actor]:
    """People of the tender's bureau, each with an account."""
    bureau = await session.get_one(Party, tender.party_id)
    return [await actor_of(session, Role.purchaser, bureau) for _ in range(count)]


async def close(session: AsyncSession, tender: Tender) -> Panel:
    return await service.close_scoring(session, purchaser_of(tender), tender.id)


async def panel_of(session: AsyncSession, tender: Tender) -> Panel:
    return (await session.scalars(sa.select(Panel).where(Panel.tender_id == tender.id))).one()
