"""Reading bids: the own ones, the opening list, what pre-qualification finds, and what waits for whom."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.errors import DomainError
from app.core.moves import check_move
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.parties.queries import PartyName, name_of, parties_by_id, party_names
from app.parties.rules import LEGAL_PERSONS
from app.records.queries import registers
from app.tenders.bids import rules
from app.tenders.bids.applications import application_of
from app.tenders.bids.models import Bid, BidVersion
from app.tenders.bids.policy import listed
from app.tenders.bids.rules import Applicant, BidStatus, Conditions, Package
from app.tenders.forms.application import Application
from app.tenders.notices.models import Lot, LotItem, Tender
from app.tenders.notices.queries import LotParts, lots_of, profile_of
from app.tenders.notices.rules import TenderStatus

UNDECIDED = frozenset({BidStatus.submitted, BidStatus.unconfirmed, BidStatus.late})
COUNTED = frozenset({BidStatus.submitted, BidStatus.unconfirmed})


@dataclass(frozen=True)
class Entry:
    """A bid with the version that counts (None: nothing handed in yet), its lot and item."""

    bid: Bid
    version: BidVersion | None
    lot: Lot
    item: LotItem | None


@dataclass(frozen=True)
class BidLine:
    """A bid with everything its line in a list shows."""

    entry: Entry
    party: PartyName
    tender: Tender


@dataclass(frozen=True)
class BidPage(BidLine):
    """A bid with all its versions, the latest first, what it answers to the form, and what would make it ineligible as
    it stands."""

    versions: list[BidVersion]
    application: Application | None
    warnings: list[DomainError]


@dataclass(frozen=True)
class Finding:
    """What pre-qualification finds about a bid: every reason against it, none when it is eligible."""

    entry: Entry
    reasons: list[DomainError]


async def entries(session: AsyncSession, bids: Iterable[Bid]) -> list[Entry]:
    """The bids, in the order given, with what was handed in last."""
    bids = list(bids)
    ids, lots = [bid.id for bid in bids], {bid.lot_id for bid in bids}
    counts = sa.and_(BidVersion.bid_id == Bid.id, BidVersion.number == Bid.version_number)
    found = await session.scalars(sa.select(BidVersion).join(Bid, counts).where(Bid.id.in_(ids)))
    versions = {version.bid_id: version for version in found}
    by_lot = {lot.id: lot for lot in await session.scalars(sa.select(Lot).where(Lot.id.in_(lots)))}
    by_item = {item.id: item for item in await session.scalars(sa.select(LotItem).where(LotItem.lot_id.in_(lots)))}
    return [
        Entry(bid, versions.get(bid.id), by_lot[bid.lot_id], by_item[bid.item_id] if bid.item_id else None)
        for bid in bids
    ]


async def lines(session: AsyncSession, found: Iterable[Entry]) -> list[BidLine]:
    """What the list shows of each, in the order given."""
    found = list(found)
    names = await party_names(session, {entry.bid.party_id for entry in found})
    query = sa.select(Tender).where(Tender.id.in_({entry.bid.tender_id for entry in found}))
    tenders = {tender.id: tender for tender in await session.scalars(query)}
    return [BidLine(entry, names[entry.bid.party_id], tenders[entry.bid.tender_id]) for entry in found]


async def lines_of(session: AsyncSession, bids: Iterable[Bid]) -> list[BidLine]:
    return await lines(session, await entries(session, bids))


async def bid_page(session: AsyncSession, bid_id: int) -> BidPage:
    """Everything that is shown of a bid. What the request has read already (the bid, its tender) is not read again."""
    bid = await session.get_one(Bid, bid_id)
    tender = await session.get_one(Tender, bid.tender_id)
    parts = next(each for each in await lots_of(session, tender.id) if each.lot.id == bid.lot_id)
    item = next((each for each in parts.items if each.id == bid.item_id), None)
    versions = await versions_of(session, bid.id)
    entry = Entry(bid, versions[0] if versions else None, parts.lot, item)
    party = (await parties_by_id(session, {bid.party_id}))[bid.party_id]
    application = await application_of(session, entry.version)
    warnings = await _warnings(session, entry, parts, tender)
    return BidPage(entry, name_of(party), tender, versions, application, warnings)


async def _warnings(session: AsyncSession, entry: Entry, parts: LotParts, tender: Tender) -> list[DomainError]:
    """What would make the bid ineligible as it was handed in last, while its bidder can still mend it."""
    if entry.version is None or entry.bid.status not in COUNTED or tender.opened_at is not None:
        return []
    assert tender.bids_end is not None
    conditions = Conditions(parts.terms, profile_of(tender), tender.bids_end)
    applicant = (await applicants(session, {entry.bid.party_id}))[entry.bid.party_id]
    return rules.warnings(terms_of(entry, entry.version), applicant, conditions)


async def bids_of(session: AsyncSession, tender_id: int, statuses: Collection[BidStatus]) -> list[Bid]:
    """The tender's bids in these states by number, whoever asks: for use cases that already know they may."""
    query = sa.select(Bid).where(Bid.tender_id == tender_id, Bid.status.in_(statuses))
    return list(await session.scalars(query.order_by(Bid.ref, Bid.id)))


async def packages_of(session: AsyncSession, tender_id: int) -> list[Package]:
    """What of the tender is bid for on its own; nothing of a lot that failed."""
    lots = [parts for parts in await lots_of(session, tender_id) if parts.lot.failed_at is None]
    parts_of = {parts.lot.id: [each.id for each in parts.items] for parts in lots}
    return [(lot, item) for lot, items in parts_of.items() for item in (items or (None,))]


async def short_of(
    session: AsyncSession, tender: Tender, statuses: Collection[BidStatus], required: int
) -> tuple[dict[Package, int], list[Bid], set[int]]:
    """How many parties have bids in these states for every package; the bids of packages with fewer than
    `required`; and the lots that are left with nothing."""
    bids = await bids_of(session, tender.id, statuses)
    packages = await packages_of(session, tender.id)
    counts = rules.bidders_of(packages, [((bid.lot_id, bid.item_id), bid.party_id) for bid in bids])
    short, lots = rules.short_packages(counts, required)
    return counts, [bid for bid in bids if (bid.lot_id, bid.item_id) in short], lots


def check_timely(bid: Bid, tender: Tender, verb: str, at: datetime) -> None:
    """Refuse what the tender's state and hour do not allow, or the bid's state."""
    if refusal := rules.untimely(verb, tender, at):
        raise refusal
    check_move(rules.MOVES, bid.status, verb)


async def find_bid(session: AsyncSession, lot_id: int, item_id: int | None, party_id: int) -> Bid | None:
    """What a party has for a lot or item, in whatever state."""
    query = sa.select(Bid).where(
        Bid.lot_id == lot_id, Bid.item_id.is_not_distinct_from(item_id), Bid.party_id == party_id
    )
    bid: Bid | None = await session.scalar(query)
    return bid


async def eligible_entries(session: AsyncSession, tender_id: int) -> list[Entry]:
    """What is to be scored: the eligible bids by number."""
    return await entries(session, await bids_of(session, tender_id, {BidStatus.eligible}))


async def versions_of(session: AsyncSession, bid_id: int) -> list[BidVersion]:
    """Everything that was handed in for a bid, latest first."""
    query = sa.select(BidVersion).where(BidVersion.bid_id == bid_id).order_by(BidVersion.number.desc())
    return list(await session.scalars(query))


def _listed(actor: Actor, tender_id: int | None) -> sa.Select[Bid]:
    """The bids whose names `actor` may read; by tender, or else only the actor's own."""
    query = sa.select(Bid).where(listed(actor))
    return query.where(Bid.tender_id == tender_id if tender_id else Bid.party_id == actor.party_id)


async def list_bids(
    session: AsyncSession, actor: Actor, paging: Paging, tender_id: int | None = None
) -> Found[BidLine]:
    """A page of a tender's bids, or else of the actor's own."""
    query, sorts = _listed(actor, tender_id), {"created_at": Bid.created_at}
    found = await paginate(session, query, paging, id=Bid.id, sorts=sorts)
    return found.read_as(await lines_of(session, found.rows))


async def export_bids(session: AsyncSession, actor: Actor, tender_id: int) -> list[BidLine]:
    """The same by number, all of them."""
    bids = await session.scalars(_listed(actor, tender_id).order_by(Bid.ref, Bid.id))
    return await lines_of(session, bids)


async def review(session: AsyncSession, tender: Tender) -> list[Finding]:
    """What the rules find about every bid that is not decided yet; nothing before the opening."""
    if tender.opened_at is None:
        return []
    return await findings(session, tender, await bids_of(session, tender.id, UNDECIDED))


async def applicants(session: AsyncSession, ids: Collection[int]) -> dict[int, Applicant]:
    """The parties as pre-qualification sees them; a rectification stands until it is recorded as passed."""
    known = await registers(session, ids, shanghai_date(await now(session)))
    found = await parties_by_id(session, ids)
    return {
        id: Applicant(
            party.legal_kind in LEGAL_PERSONS,
            rectification_until=known[id].open_rectification,
            debarred_until=known[id].debarred_until,
        )
        for id, party in found.items()
    }


def terms_of(entry: Entry, version: BidVersion) -> rules.BidTerms:
    """The bid as the rules see it."""
    return rules.BidTerms(
        lot=entry.lot.code,
        item=entry.item.code if entry.item else None,
        amount=version.amount,
        received_at=version.received_at,
        confirmed=entry.bid.status is not BidStatus.unconfirmed,
    )


async def findings(session: AsyncSession, tender: Tender, bids: Iterable[Bid]) -> list[Finding]:
    """The reasons against each of these bids, by the profile that the tender pins."""
    assert tender.bids_end is not None
    found = await entries(session, bids)
    bidders = await applicants(session, {entry.bid.party_id for entry in found})
    lots = {parts.lot.id: parts.terms for parts in await lots_of(session, tender.id)}
    profile = profile_of(tender)
    return [
        Finding(
            entry,
            rules.prequalify(
                terms_of(entry, entry.version),
                bidders[entry.bid.party_id],
                Conditions(lots.get(entry.lot.id), profile, tender.bids_end),
            ),
        )
        for entry in found
        if entry.version is not None
    ]


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """For a bidder: drafts not handed in, bids to be confirmed. For a purchaser: bids to be pre-qualified."""
    if actor.party_id is None:
        return []
    if actor.role is Role.organization:
        return await _to_hand_in(session, actor, at)
    return await _to_prequalify(session, actor) if actor.role is Role.purchaser else []


async def _to_hand_in(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    query = (
        sa.select(Bid, Tender)
        .join(Tender, Tender.id == Bid.tender_id)
        .where(
            Bid.party_id == actor.party_id,
            Bid.status.in_({BidStatus.draft, BidStatus.unconfirmed}),
            Tender.status == TenderStatus.published,
            Tender.bids_end > at,
        )
        .order_by(Tender.bids_end, Bid.created_at, Bid.id)
    )
    return [_waits(_next_verb(bid, tender), bid.id, tender) for bid, tender in await session.execute(query)]


def _next_verb(bid: Bid, tender: Tender) -> str:
    if bid.status is BidStatus.draft:
        return "submit"
    return "revise" if rules.hindrance("confirm", bid.confirmed_amendment, tender) else "confirm"


async def awaited(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Bids that a bidder has handed in and that have not been opened yet, until the opening."""
    if actor.role is not Role.organization:
        return []
    query = (
        sa.select(Bid, Tender)
        .join(Tender, Tender.id == Bid.tender_id)
        .where(Bid.party_id == actor.party_id, Bid.status == BidStatus.submitted)
        .order_by(Tender.bids_end, Bid.id)
    )
    return [_waits("open", bid.id, tender) for bid, tender in await session.execute(query)]


async def _to_prequalify(session: AsyncSession, actor: Actor) -> list[Waiting]:
    undecided = sa.and_(Tender.status == TenderStatus.opened, Tender.prequalified_at.is_(None))
    query = sa.select(Tender).where(Tender.party_id == actor.party_id, undecided)
    return [
        Waiting(
            "bids",
            "prequalify",
            tender.id,
            tender.title_zh,
            tender.prequalification_end,
            profile_of(tender).applicants.source,
            "tender",
            tender.id,
            title_en=tender.title_en,
        )
        for tender in await session.scalars(query.order_by(Tender.prequalification_end, Tender.id))
    ]


def _waits(verb: str, bid_id: int, tender: Tender) -> Waiting:
    source = profile_of(tender).call.source
    return Waiting(
        "bids", verb, bid_id, tender.title_zh, tender.bids_end, source, "bid", bid_id, title_en=tender.title_en
    )
