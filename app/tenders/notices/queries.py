"""Reading tenders: their parts, their phase in SQL, lists, and what waits for whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import areas_with_parents
from app.areas.rules import inside
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.fields import Search
from app.core.moves import check_move
from app.core.paging import Columns, Found, Paging, paginate
from app.core.waiting import Waiting
from app.matching.ranking.searched import meant, pattern
from app.needs.models import Need
from app.needs.rules import standing
from app.parties.queries import PartyName, party_names
from app.tenders.notices import rules
from app.tenders.notices.models import Amendment, Criterion, Enquiry, Lot, LotItem, LotNeed, Tender
from app.tenders.notices.policy import enquiry_visible, visible
from app.tenders.notices.publishing import Lacking, PlannedEnd, lacking, plan_ends
from app.tenders.notices.rules import ENDED, TIMELINE, NeedNotOnOffer, TenderStatus
from app.tenders.profiles.rules import Profile, parse_profile, profile_document, varied

INSTANT = sa.TIMESTAMP(timezone=True)
SORTS: Columns = {
    "ref": Tender.ref,
    "title_zh": Tender.title_zh,
    "budget": Tender.budget,
    "bids_end": Tender.sorted_end,
    "published_at": Tender.sorted_at,
}
EXPORT_LIMIT = 10_000
ON_OFFER = frozenset({"published", "matched"})


@dataclass(frozen=True)
class LotParts:
    """A lot with its items in order, or with the needs it answers as a whole."""

    lot: Lot
    items: list[LotItem]
    need_ids: list[int]

    @property
    def terms(self) -> rules.LotTerms:
        """The lot as the rules see it."""
        items = tuple(rules.ItemTerms(item.code, _text(item.need_id)) for item in self.items)
        need = _text(self.need_ids[0]) if self.need_ids else None
        lot = self.lot
        return rules.LotTerms(lot.code, lot.budget, lot.ceiling, lot.places, items, need)


@dataclass(frozen=True)
class TenderLine:
    """A tender as a list shows it, `at` the hour it is read."""

    tender: Tender
    party: PartyName
    at: datetime


@dataclass(frozen=True)
class NamedNeed:
    """What a need that a lot answers is called, and where it lies: district, street, community."""

    id: int
    title: str
    area_path: list[str]


@dataclass(frozen=True)
class TenderPage(TenderLine):
    """All that the page of a tender shows; `missing` keeps a draft from being published, by its parts."""

    lots: list[LotParts]
    criteria: list[Criterion]
    needs: dict[int, NamedNeed]
    places: dict[str, list[str]]
    missing: Lacking


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def profile_of(tender: Tender) -> Profile:
    """The profile pinned at publication; for a draft the one in force, with what the draft states differently."""
    if tender.published_at and tender.profile_document:
        return parse_profile(tender.profile_document)
    return parse_profile(varied(profile_document(tender.profile), tender.profile_document or {}))


def check_timely(tender: Tender, verb: str, at: datetime) -> None:
    """Refuse what the tender's state or the hour does not allow."""
    check_move(rules.MOVES, tender.status, verb)
    if refusal := rules.untimely(verb, tender, profile_of(tender), at):
        raise refusal


def is_one_each(tender: Tender) -> bool:
    """Whether an applicant wins once in the whole tender: as the notice says, else as its profile does."""
    return profile_of(tender).awards.one_each if tender.one_each is None else tender.one_each


def dates_of(tender: Tender) -> dict[str, datetime | None]:
    return {end: getattr(tender, end) for _, end in TIMELINE}


def ends_of(tender: Tender) -> dict[str, datetime]:
    """The dates that are set; all of them once a tender is published."""
    return {end: at for end, at in dates_of(tender).items() if at is not None}


def phase_of(tender: Tender, at: datetime) -> str | None:
    """The phase of a published tender; None for a draft."""
    return rules.phase(ends_of(tender), at) if tender.published_at else None


def phase_column(at: sa.ColumnElement[datetime]) -> sa.ColumnElement[str]:
    """The same as `rules.phase`, in SQL and from the same TIMELINE."""
    return sa.case(*[(at < getattr(Tender, end), name) for name, end in TIMELINE], else_=ENDED)


async def lots_of(session: AsyncSession, tender_id: int) -> list[LotParts]:
    """The lots in the order they are decided in, those that failed among them."""
    lots = list(await session.scalars(sa.select(Lot).where(Lot.tender_id == tender_id).order_by(Lot.position)))
    items, needs = defaultdict[int, list[LotItem]](list), defaultdict[int, list[int]](list)
    ids = [lot.id for lot in lots]
    found = sa.select(LotItem).where(LotItem.lot_id.in_(ids)).order_by(LotItem.lot_id, LotItem.position)
    for item in await session.scalars(found):
        items[item.lot_id].append(item)
    linked = sa.select(LotNeed).where(LotNeed.lot_id.in_(ids)).order_by(LotNeed.lot_id, LotNeed.need_id)
    for link in await session.scalars(linked):
        needs[link.lot_id].append(link.need_id)
    return [LotParts(lot, items[lot.id], needs[lot.id]) for lot in lots]


async def criteria_of(session: AsyncSession, tender_id: int) -> list[Criterion]:
    query = sa.select(Criterion).where(Criterion.tender_id == tender_id).order_by(Criterion.position)
    return list(await session.scalars(query))


def criterion_terms(criteria: Collection[Criterion]) -> tuple[rules.CriterionTerms, ...]:
    """The criteria as the rules see them."""
    return tuple(rules.CriterionTerms(each.code, each.maximum, each.is_price) for each in criteria)


async def notice_of(session: AsyncSession, tender: Tender) -> rules.Notice:
    """The whole notice as the rules see it."""
    return rules.Notice(
        budget=tender.budget,
        lots=tuple(parts.terms for parts in await lots_of(session, tender.id)),
        criteria=criterion_terms(await criteria_of(session, tender.id)),
        overspend_rule=tender.overspend_rule,
        tie_criterion=tender.tie_criterion,
        dates=dates_of(tender),
    )


async def need_ids_of(session: AsyncSession, tender_id: int, *, without: Collection[int] = ()) -> list[int]:
    """Every need that the tender's lots and items answer, in order of id: but for lots that failed, whose needs may
    be answered elsewhere by now, and but for the lots named."""
    going_on = sa.and_(Lot.tender_id == tender_id, Lot.failed_at.is_(None), Lot.id.not_in(without))
    of_items = sa.select(LotItem.need_id).join(Lot).where(going_on, LotItem.need_id.is_not(None))
    of_lots = sa.select(LotNeed.need_id).join(Lot).where(going_on)
    return sorted({id for id in await session.scalars(sa.union(of_items, of_lots)) if id is not None})


async def lock_needs(session: AsyncSession, tender_id: int) -> list[Need]:
    """The tender's needs, locked before the tender itself: the order of rooms that `flow.py` asks for."""
    ids = await need_ids_of(session, tender_id)
    query = sa.select(Need).where(Need.id.in_(ids)).order_by(Need.id).with_for_update()
    return list(await session.scalars(query, execution_options={"populate_existing": True}))


async def enquiries_of(session: AsyncSession, actor: Actor, tender: Tender) -> list[Enquiry]:
    query = sa.select(Enquiry).where(Enquiry.tender_id == tender.id, enquiry_visible(actor, tender))
    return list(await session.scalars(query.order_by(Enquiry.asked_at, Enquiry.id)))


async def amendments_of(session: AsyncSession, tender_id: int) -> list[Amendment]:
    query = sa.select(Amendment).where(Amendment.tender_id == tender_id).order_by(Amendment.number)
    return list(await session.scalars(query))


@dataclass(frozen=True)
class TenderFilter:
    """`phase`: the one that it is in now; `profile`: the procedure it follows; `area`: a code or its beginning;
    `is_open`: applications are still taken."""

    q: Search = ""
    status: TenderStatus | None = None
    phase: Search = ""
    profile: Search = ""
    area: Search = ""
    is_open: bool = False


def search_tenders(actor: Actor, at: datetime, wanted: TenderFilter) -> sa.Select[Tender]:
    """The tenders that `actor` may see at `at`."""
    query = sa.select(Tender).where(visible(actor), Tender.area_code.startswith(inside(wanted.area), autoescape=True))
    if wanted.status:
        query = query.where(Tender.status == wanted.status)
    if wanted.phase:
        now = sa.literal(at, INSTANT)
        query = query.where(Tender.published_at.is_not(None), phase_column(now) == wanted.phase)
    if wanted.profile:
        query = query.where(Tender.profile == wanted.profile)
    if wanted.is_open:
        query = query.where(Tender.status == TenderStatus.published, Tender.bids_end > at)
    return query.where(_says(wanted.q)) if wanted.q.strip() else query


def _says(text: str) -> sa.ColumnElement[bool]:
    """Each word or one that means the same, in the notice or the titles of its lots; or in its number as it stands."""
    numbered = Tender.ref.icontains(text.strip(), autoescape=True)
    return sa.or_(numbered, sa.and_(*(_speaks_of(pattern(words)) for words in meant(text))))


def _speaks_of(words: str) -> sa.ColumnElement[bool]:
    said = (Tender.title_zh, Tender.title_en, Tender.requirements)
    lots = sa.select(Lot.tender_id).where(Lot.title_zh.regexp_match(words, "i"))
    return sa.or_(*(column.regexp_match(words, "i") for column in said), Tender.id.in_(lots))


async def list_tenders(session: AsyncSession, actor: Actor, paging: Paging, wanted: TenderFilter) -> Found[TenderLine]:
    query = search_tenders(actor, await now(session), wanted)
    found = await paginate(session, query, paging, id=Tender.id, sorts=SORTS)
    return found.read_as(await _lines(session, found.rows))


async def export_tenders(session: AsyncSession, actor: Actor, wanted: TenderFilter) -> list[TenderLine]:
    """The same as a whole, the latest first."""
    query = search_tenders(actor, await now(session), wanted)
    tenders = await session.scalars(query.order_by(Tender.id.desc()).limit(EXPORT_LIMIT))
    return await _lines(session, list(tenders))


async def _lines(session: AsyncSession, tenders: Collection[Tender]) -> list[TenderLine]:
    at, names = await now(session), await party_names(session, {tender.party_id for tender in tenders})
    return [TenderLine(tender, names[tender.party_id], at) for tender in tenders]


async def tender_page(session: AsyncSession, tender: Tender) -> TenderPage:
    names, at = await party_names(session, {tender.party_id}), await now(session)
    lots, criteria = await lots_of(session, tender.id), await criteria_of(session, tender.id)
    needs, places = await _named_needs(session, lots)
    missing = await _lacking(session, tender, at) if tender.status is TenderStatus.draft else []
    return TenderPage(tender, names[tender.party_id], at, lots, criteria, needs, places, missing)


async def _named_needs(
    session: AsyncSession, lots: Collection[LotParts]
) -> tuple[dict[int, NamedNeed], dict[str, list[str]]]:
    """The needs that the lots answer by their number, and the names of all places by their code."""
    ids = {need for parts in lots for need in (*parts.need_ids, *(item.need_id for item in parts.items)) if need}
    needs = list(await session.scalars(sa.select(Need).where(Need.id.in_(ids))))
    codes = {item.community_code for parts in lots for item in parts.items if item.community_code}
    found = await areas_with_parents(session, codes | {need.community_code for need in needs})
    places = {code: [area.name for area in path] for code, path in found.items()}
    return {need.id: NamedNeed(need.id, need.title, places[need.community_code]) for need in needs}, places


async def _lacking(session: AsyncSession, draft: Tender, at: datetime) -> Lacking:
    """What keeps the draft from being published: its own parts, and needs that cannot be put to tender."""
    query = sa.select(Need).where(Need.id.in_(await need_ids_of(session, draft.id))).order_by(Need.id)
    refusal = off_offer(await session.scalars(query), at)
    own = lacking(await notice_of(session, draft), profile_of(draft), await work_calendar(session), at)
    return [*own, *([("needs", refusal)] if refusal else [])]


def off_offer(needs: Iterable[Need], at: datetime) -> NeedNotOnOffer | None:
    """Why one of the needs cannot be put to tender; None when all can."""
    for need in needs:
        status = standing(need, shanghai_date(at))
        if status not in ON_OFFER:
            return NeedNotOnOffer(need=need.ref or need.id, status=str(status))
    return None


async def timetable(session: AsyncSession, terms: Profile, given: Mapping[str, datetime | None]) -> list[PlannedEnd]:
    """The shortest timetable of a notice that is published now, from the dates given."""
    return plan_ends(given, terms, await work_calendar(session), await now(session))


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """For a purchaser: bids to be opened, enquiries to be answered, and tenders to be given up."""
    if actor.role is not Role.purchaser or actor.party_id is None:
        return []
    return [*await _to_open(session, actor, at), *await _to_answer(session, actor), *await _to_fail(session, actor)]


async def awaited(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """An organization's questions that the purchaser has not answered yet."""
    if actor.role is not Role.organization:
        return []
    asked = sa.and_(Enquiry.party_id == actor.party_id, Enquiry.answered_at.is_(None))
    return await _unanswered(session, asked)


async def _to_open(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    query = sa.select(Tender).where(
        Tender.party_id == actor.party_id, Tender.status == TenderStatus.published, Tender.bids_end <= at
    )
    return [
        _waits("open", tender, tender.prequalification_end, profile_of(tender).bidders.source)
        for tender in await session.scalars(query.order_by(Tender.bids_end, Tender.id))
    ]


async def _to_answer(session: AsyncSession, actor: Actor) -> list[Waiting]:
    return await _unanswered(session, sa.and_(Tender.party_id == actor.party_id, Enquiry.answered_at.is_(None)))


async def _unanswered(session: AsyncSession, which: sa.ColumnElement[bool]) -> list[Waiting]:
    query = sa.select(Enquiry, Tender).join(Tender).where(which, Tender.status == TenderStatus.published)
    rows = list(await session.execute(query.order_by(Enquiry.asked_at, Enquiry.id)))
    calendar = await work_calendar(session) if rows else None
    waits = []
    for enquiry, tender in rows:
        assert calendar is not None
        due = calendar.after(shanghai_date(enquiry.asked_at), profile_of(tender).enquiry_answer)
        waits.append(
            Waiting(
                "tenders",
                "answer",
                enquiry.id,
                enquiry.question,
                due.at,
                due.rule,
                "tender",
                tender.id,
                counted=True,
                context=tender.title_zh,
                context_en=tender.title_en,
            )
        )
    return waits


async def _to_fail(session: AsyncSession, actor: Actor) -> list[Waiting]:
    """Opened tenders of which every lot has failed."""
    going_on = sa.exists().where(Lot.tender_id == Tender.id, Lot.failed_at.is_(None))
    query = sa.select(Tender).where(
        Tender.party_id == actor.party_id, Tender.status == TenderStatus.opened, sa.not_(going_on)
    )
    return [
        _waits("fail", tender, tender.evaluation_end, profile_of(tender).bidders.source)
        for tender in await session.scalars(query.order_by(Tender.id))
    ]


def _waits(verb: str, tender: Tender, due_at: datetime | None, rule: str) -> Waiting:
    return Waiting(
        "tenders", verb, tender.id, tender.title_zh, due_at, rule, "tender", tender.id, title_en=tender.title_en
    )
