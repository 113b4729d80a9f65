"""Who may appoint, declare, open a bid for scoring, score and close; a judge opens nothing before declaring.

Two persons: what one account of the purchaser keyed from paper another one keys again, and a reopening asked for by
the judge or the purchaser is decided by another account of the purchaser or by an auditor, never by a judge.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.accounts.policy import read_judges
from app.core.actors import Actor, Role, granted
from app.core.errors import Denied, DomainError, NotFound
from app.core.moves import verbs_from
from app.parties.policy import read_parties
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import profile_of
from app.tenders.panels import rules
from app.tenders.panels.models import Panel, PanelMember, Recusal, ScoreSheet, SheetReopening
from app.tenders.panels.rules import (
    MOVES,
    PANEL_MOVES,
    REOPENING_MOVES,
    SEAT_MOVES,
    JudgeHasAccount,
    JudgeRecused,
    SecondPersonNeeded,
    SheetStatus,
)

PURCHASER = frozenset({Role.purchaser})
JUDGE = frozenset({Role.judge})
SECOND = PURCHASER | {Role.auditor}
WHO = {
    "appoint": PURCHASER,
    "declare": PURCHASER | JUDGE,
    "order": PURCHASER,
    "open": JUDGE,
    "save": JUDGE,
    "deliver": JUDGE,
    "enter": PURCHASER,
    "confirm": SECOND,
    "reopen": PURCHASER | JUDGE,
    "approve": SECOND,
    "refuse": SECOND,
    "close": PURCHASER,
    "read": PURCHASER | JUDGE | {Role.auditor},
    "list_sheets": PURCHASER | {Role.auditor},
}
ON_PAPER = frozenset({"declare", "enter", "confirm"})


class Nominee(Protocol):
    """Who is to sit on a panel: with which account, working where, as an expert or for the purchaser."""

    @property
    def account_id(self) -> int | None: ...
    @property
    def party_id(self) -> int | None: ...
    @property
    def is_expert(self) -> bool: ...


class Seat(NamedTuple):
    tender: Tender
    panel: Panel
    member: PanelMember


def denial(actor: Actor, verb: str, tender: Tender) -> str | None:
    """Why `actor` may not `verb` the panel of this tender; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return "party" if actor.role is Role.purchaser and actor.party_id != tender.party_id else None


def paper_denial(actor: Actor, verb: str, member: PanelMember) -> DomainError | None:
    """A judge with an account declares and scores alone: nobody does it on paper in that name."""
    is_paper = verb in ON_PAPER and actor.role is not Role.judge
    return JudgeHasAccount(judge=member.ref) if is_paper and member.account_id is not None else None


def actions(
    actor: Actor, tender: Tender, panel: Panel | None, members: Collection[PanelMember], counted: Mapping[str, int]
) -> list[str]:
    """Without a panel: whether it can be appointed. `counted`: bid → its counted sheets. What is done on paper needs a
    judge without an account."""
    if panel is None:
        return [verb for verb in verbs_from(rules.APPOINTED, tender.status) if denial(actor, verb, tender) is None]
    if rules.hindrance(panel.closed_at, tender.status, tender.bids_end):
        return []
    verbs = verbs_from(PANEL_MOVES, rules.panel_status(panel.closed_at))
    too_few = rules.too_few_sheets(counted, tender.budget, profile_of(tender))
    ready = [verb for verb in verbs if verb != "close" or too_few is None]
    possible = [verb for verb in ready if any(paper_denial(actor, verb, each) is None for each in members)]
    return [verb for verb in possible if denial(actor, verb, tender) is None]


def seat_actions(actor: Actor, seat: Seat) -> list[str]:
    return _offered(actor, seat, verbs_from(SEAT_MOVES, rules.seat_status(seat.member.declared_at)))


def _offered(actor: Actor, seat: Seat, verbs: list[str]) -> list[str]:
    """Those of the verbs that this actor may do at this seat, now."""
    tender, panel, member = seat
    is_own = actor.role is not Role.judge or actor.account_id == member.account_id
    if not is_own or rules.hindrance(panel.closed_at, tender.status, tender.bids_end):
        return []
    return [v for v in verbs if denial(actor, v, tender) is None and paper_denial(actor, v, member) is None]


def sheet_actions(actor: Actor, seat: Seat, sheet: ScoreSheet | None, judges: Collection[int | None]) -> list[str]:
    """`judges`: the accounts of the panel; a sheet that was not begun is None."""
    verbs = verbs_from(MOVES, sheet.status if sheet else SheetStatus.empty)
    entered_by = sheet.entered_by if sheet else None
    offered = _offered(actor, seat, verbs if seat.member.declared_at else [])
    is_second = rules.is_second_person(entered_by, actor.account_id, judges)
    return [verb for verb in offered if verb != "confirm" or is_second]


def reopening_actions(
    actor: Actor, tender: Tender, panel: Panel, reopening: SheetReopening, judges: Collection[int | None]
) -> list[str]:
    is_second = rules.is_second_person(reopening.asked_by, actor.account_id, judges)
    if not is_second or rules.hindrance(panel.closed_at, tender.status, tender.bids_end):
        return []
    verbs = verbs_from(REOPENING_MOVES, reopening.status)
    return [verb for verb in verbs if denial(actor, verb, tender) is None]


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """The list of judges is secret until the result (87号令 art. 47): for its purchaser, its judges, auditors."""
    if actor.role is Role.auditor:
        return sa.true()
    if actor.role is Role.judge:
        seats = sa.select(PanelMember.tender_id).where(PanelMember.account_id == actor.account_id)
        return Tender.id.in_(seats)
    return sa.and_(sa.literal(actor.role is Role.purchaser), Tender.party_id == actor.party_id)


async def access_tender(session: AsyncSession, actor: Actor, tender_id: int, verb: str) -> Tender:
    """The tender, held in its state: absent when unseen (404), refused with a reason (403)."""
    query = sa.select(Tender).where(Tender.id == tender_id, visible(actor)).with_for_update(read=True)
    return granted(await session.scalar(query), verb, partial(denial, actor, verb), tender=tender_id)


async def check_judges(session: AsyncSession, actor: Actor, tender: Tender, nominees: Iterable[Nominee]) -> None:
    """Seats go to judges' accounts and known parties. Nobody appoints themselves, and who works for the purchaser
    is no expert on its own tender (财政部令18号 art. 45).

    Refusals: JudgeAccountUnknown, PartyUnknown, Denied (both_sides).
    """
    seated = list(nominees)
    works_for = await read_judges(session, {each.account_id for each in seated if each.account_id is not None})
    await read_parties(session, actor, {each.party_id for each in seated if each.party_id is not None})
    for each in seated:
        own = {each.party_id, *works_for.get(each.account_id, ())}
        is_own_expert = each.is_expert and tender.party_id in own
        if is_own_expert or (each.account_id is not None and each.account_id == actor.account_id):
            raise Denied(verb="appoint", reason="both_sides")


async def access_panel(session: AsyncSession, actor: Actor, tender_id: int, verb: str) -> tuple[Tender, Panel]:
    """The panel of an opened tender while scoring is open; closing locks out every sheet being written."""
    tender = await access_tender(session, actor, tender_id, verb)
    query = sa.select(Panel).where(Panel.tender_id == tender_id).with_for_update(read=verb != "close")
    panel = await session.scalar(query)
    if panel is None:
        raise NotFound(panel=tender_id)
    if refusal := rules.hindrance(panel.closed_at, tender.status, tender.bids_end):
        raise refusal
    return tender, panel


async def read_panel(session: AsyncSession, actor: Actor, tender_id: int) -> tuple[Tender, Panel]:
    tender, panel = await read_appointed(session, actor, tender_id)
    if panel is None:
        raise NotFound(panel=tender_id)
    return tender, panel


async def read_sheets(session: AsyncSession, actor: Actor, tender_id: int) -> tuple[Tender, Panel]:
    """The panel, for whoever may see its sheets come in. Refusals: NotFound, Denied."""
    tender, panel = await read_panel(session, actor, tender_id)
    if reason := denial(actor, "list_sheets", tender):
        raise Denied(verb="list_sheets", reason=reason)
    return tender, panel


async def read_appointed(session: AsyncSession, actor: Actor, tender_id: int) -> tuple[Tender, Panel | None]:
    """The same, or None where it has not been appointed yet."""
    query = sa.select(Tender, Panel).outerjoin(Panel, Panel.tender_id == Tender.id)
    row = (await session.execute(query.where(Tender.id == tender_id, visible(actor)))).one_or_none()
    if row is None or not actor.may("read", WHO["read"]):
        raise NotFound(panel=tender_id)
    return row[0], row[1]


async def access_seat(session: AsyncSession, actor: Actor, tender_id: int, verb: str, ref: str | None = None) -> Seat:
    """A judge's own seat, or the one the purchaser's staff enter paper for; locked, so that a recusal and a
    sheet of the same judge see each other. Refused with JudgeHasAccount where paper is entered for one who has."""
    tender, panel = await access_panel(session, actor, tender_id, verb)
    own = PanelMember.account_id == actor.account_id if actor.role is Role.judge else PanelMember.ref == ref
    query = sa.select(PanelMember).where(PanelMember.tender_id == tender_id, own)
    member = await session.scalar(query.with_for_update(key_share=True))
    if member is None:
        raise NotFound(member=ref or "")
    if refusal := paper_denial(actor, verb, member):
        raise refusal
    return Seat(tender, panel, member)


async def seat_of(session: AsyncSession, sheet: ScoreSheet) -> Seat:
    """The seat whose sheet it is, for reading."""
    query = sa.select(Tender, Panel, PanelMember).where(PanelMember.id == sheet.member_id)
    query = query.join(Tender, Tender.id == PanelMember.tender_id).join(Panel, Panel.tender_id == Tender.id)
    return Seat(*(await session.execute(query)).one())


async def access_reopening(
    session: AsyncSession, actor: Actor, tender_id: int, reopening_id: int, verb: str
) -> tuple[Tender, SheetReopening]:
    """A request of this panel while scoring is open, locked for the second person. Refused with SecondPersonNeeded."""
    tender, _ = await access_panel(session, actor, tender_id, verb)
    query = sa.select(SheetReopening).where(SheetReopening.id == reopening_id, SheetReopening.tender_id == tender_id)
    reopening = await session.scalar(query.with_for_update())
    if reopening is None:
        raise NotFound(reopening=reopening_id)
    await check_second(session, actor, tender_id, reopening.asked_by)
    return tender, reopening


async def check_second(session: AsyncSession, actor: Actor, tender_id: int, first: int | None) -> None:
    """Whether `actor` may finish what the account `first` began. Refused with SecondPersonNeeded."""
    judges = await session.scalars(sa.select(PanelMember.account_id).where(PanelMember.tender_id == tender_id))
    if not rules.is_second_person(first, actor.account_id, list(judges)):
        raise SecondPersonNeeded()


def own_account(actor: Actor) -> int:
    """Whoever begins something that takes two is a person. Refused with SecondPersonNeeded."""
    if actor.account_id is None:
        raise SecondPersonNeeded()
    return actor.account_id


async def access_bid(session: AsyncSession, member: PanelMember, bid_id: int) -> Bid:
    """An eligible bid of the tender, opened for this judge.

    Refusals: DeclarationMissing before the judge has declared, JudgeRecused with an interest in the applicant or a
    membership in it.
    """
    rules.check_declared(member.ref, member.declared_at)
    query = sa.select(Bid).where(Bid.id == bid_id, Bid.tender_id == member.tender_id, Bid.status == BidStatus.eligible)
    bid = await session.scalar(query)
    if bid is None:
        raise NotFound(bid=bid_id)
    recused = sa.select(Recusal.id).where(Recusal.member_id == member.id, Recusal.party_id == bid.party_id)
    if await session.scalar(recused) or bid.party_id in await works_for(session, member):
        raise JudgeRecused(judge=member.ref)
    return bid


async def works_for(session: AsyncSession, member: PanelMember) -> set[int]:
    """The parties whose bids are none of this judge's: where the seat says the judge works, and where the account
    has or had a membership (政府采购法实施条例 art. 9: whoever was employed there within three years stands back)."""
    own = {member.party_id} if member.party_id is not None else set()
    query = sa.select(Membership.party_id).where(
        Membership.account_id == member.account_id, Membership.party_id.is_not(None)
    )
    return own | {party for party in await session.scalars(query) if party is not None}
