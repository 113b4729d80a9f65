"""The market as matching sees it: every public need and offer, kept ready to be ranked and renewed by what changes.

One market per process, swapped whole: whoever ranks keeps the one they began with. An edit reads the edited rows and
rebuilds the shards they stand in; how rare words are is counted anew each day and when the taxonomy changes, so within
a day nobody's score moves because of an unrelated entry.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.matching.ranking.prepared import (
    PreparedNeeds,
    PreparedOffers,
    new_frame,
    prepare_needs,
    prepare_offers,
    renewed_needs,
    renewed_offers,
)
from app.matching.ranking.profiles import Reader
from app.matching.ranking.records import Category, NeedRecord, OfferRecord, Population, Reference
from app.needs.models import Need
from app.needs.rules import NeedStatus, ends_on, standing
from app.offers.models import Offer
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.parties.rules import RatingA, is_in_rectification
from app.taxonomy.models import Category as CategoryRow
from app.taxonomy.models import Population as PopulationRow
from app.taxonomy.queries import list_categories, list_populations

STARS = {rating: Decimal(number) for number, rating in enumerate(RatingA, 1)}
Entry = TypeVar("Entry", "NeedEntry", "OfferEntry")
TOP = 20  # how many a ranking shows and a list names
AT_A_TIME = 1_000  # rows read in one query


@dataclass(frozen=True)
class NeedEntry:
    """A public need, in plain values that outlive the session they were read in."""

    id: int
    key: str
    version: int
    party_id: int
    title: str
    community_code: str
    status: str
    record: NeedRecord


@dataclass(frozen=True)
class OfferEntry:
    """A published offer, in plain values that outlive the session they were read in."""

    id: int
    key: str
    version: int
    party_id: int
    title: str
    record: OfferRecord


@dataclass(frozen=True)
class Stamp:
    """What tells one state of the market from another: the `ground` everything stands on (database, taxonomy, day)
    and a digest of all public `rows`."""

    ground: tuple[object, ...]
    rows: tuple[object, ...]


Versions = Mapping[int, str]


@dataclass(frozen=True)
class Edits:
    """Which ids are new or changed, and which are no longer public."""

    changed: tuple[int, ...]
    gone: tuple[int, ...]

    @classmethod
    def between(cls, before: Versions, after: Versions) -> "Edits":
        changed = tuple(id for id, version in after.items() if before.get(id) != version)
        return cls(changed, tuple(id for id in before if id not in after))


@dataclass(frozen=True)
class Market:
    """Every public need and offer; the open needs and the offers prepared to be ranked, with one set of statistics."""

    stamp: Stamp
    need_versions: Versions
    offer_versions: Versions
    needs: dict[int, NeedEntry]
    offers: dict[int, OfferEntry]
    prepared_needs: PreparedNeeds
    prepared_offers: PreparedOffers


class Kept:
    """The market of this process, once somebody asked for it; renewed by one at a time."""

    def __init__(self) -> None:
        self.market: Market | None = None
        self.renewal = asyncio.Lock()

    def at(self, stamp: Stamp) -> Market | None:
        return self.market if self.market and self.market.stamp == stamp else None

    def on(self, ground: tuple[object, ...]) -> Market | None:
        return self.market if self.market and self.market.stamp.ground == ground else None


kept = Kept()


async def market(session: AsyncSession) -> Market:
    """Every published need and offer as they stand; what is ready is only renewed where something changed."""
    if found := kept.at(await _stamp(session)):
        return found
    async with kept.renewal:
        stamp = await _stamp(session)
        found = kept.at(stamp)
        if found is None:
            found = kept.market = await _renewed(session, stamp)
        return found


NEED_VERSION = sa.func.concat(Need.version, ":", sa.literal_column("needs.xmin::text"))
OFFER_VERSION = sa.func.concat(
    Offer.version, ":", sa.literal_column("offers.xmin::text"), ":", sa.literal_column("parties.xmin::text")
)
NEEDS = sa.select(Need.id, NEED_VERSION.label("version")).where(
    Need.published_at.is_not(None), Need.status != NeedStatus.withdrawn
)
OFFERS = (
    sa.select(Offer.id, OFFER_VERSION.label("version"))
    .join(Party, Party.id == Offer.party_id)
    .where(Offer.status == OfferStatus.published)
)


def _digest(*columns: Any, order: Any) -> sa.Function[str]:
    """One value for a whole table; the row's own transaction number tells even two edits of one version apart."""
    return sa.func.md5(sa.func.string_agg(sa.func.concat_ws(":", *columns), aggregate_order_by(sa.literal(","), order)))


def _of_all(rows: sa.Select[int, str]) -> sa.ScalarSelect[str]:
    public = rows.subquery()
    return sa.select(_digest(public.c.id, public.c.version, order=public.c.id)).scalar_subquery()


STATE = sa.select(
    sa.func.current_database(),
    sa.select(
        _digest(CategoryRow.code, CategoryRow.label_zh, CategoryRow.synonyms, order=CategoryRow.code)
    ).scalar_subquery(),
    sa.select(
        _digest(
            PopulationRow.code,
            PopulationRow.label_zh,
            PopulationRow.synonyms,
            PopulationRow.age_min,
            PopulationRow.age_max,
            order=PopulationRow.code,
        )
    ).scalar_subquery(),
    _of_all(NEEDS),
    _of_all(OFFERS),
)


async def _stamp(session: AsyncSession) -> Stamp:
    day = shanghai_date(await now(session))
    database, categories, populations, *rows = (await session.execute(STATE)).one()
    return Stamp((database, categories, populations, day), tuple(rows))


async def _renewed(session: AsyncSession, stamp: Stamp) -> Market:
    """The market of `stamp`, from the one before where that stands on the same ground."""
    day = shanghai_date(await now(session))
    before = kept.on(stamp.ground)
    need_versions, offer_versions = await _versions(session, NEEDS), await _versions(session, OFFERS)
    need_edits = Edits.between(before.need_versions if before else {}, need_versions)
    offer_edits = Edits.between(before.offer_versions if before else {}, offer_versions)
    needs = {need.id: need_entry(need, day) for need in await _needs(session, need_edits.changed)}
    offers = {o.id: offer_entry(o, party, day) for o, party in await _offers(session, offer_edits.changed)}
    if before is None:
        reader = Reader(await reference(session))
        pools = await asyncio.to_thread(_pools, needs, offers, reader)
    else:
        pools = await asyncio.to_thread(_edited, before, needs, offers, need_edits.gone, offer_edits.gone)
        needs = _merged(before.needs, needs, need_edits.gone)
        offers = _merged(before.offers, offers, offer_edits.gone)
    return Market(stamp, need_versions, offer_versions, needs, offers, *pools)


def _merged(before: Mapping[int, Entry], changed: Mapping[int, Entry], gone: Sequence[int]) -> dict[int, Entry]:
    joined = {**before, **changed}
    return {id: joined[id] for id in sorted(joined.keys() - set(gone))}


def is_open(need: NeedEntry) -> bool:
    """Only needs that still look for somebody are ranked for offers."""
    return need.status == NeedStatus.published


def _pools(
    needs: Mapping[int, NeedEntry], offers: Mapping[int, OfferEntry], reader: Reader
) -> tuple[PreparedNeeds, PreparedOffers]:
    open_needs = tuple(need.record for need in needs.values() if is_open(need))
    offered = tuple(offer.record for offer in offers.values())
    statistics, frame = reader.statistics(open_needs, offered), new_frame(reader)
    return (
        prepare_needs(open_needs, reader, statistics, frame),
        prepare_offers(offered, reader, statistics, frame),
    )


def _edited(
    before: Market,
    needs: Mapping[int, NeedEntry],
    offers: Mapping[int, OfferEntry],
    needs_gone: Sequence[int],
    offers_gone: Sequence[int],
) -> tuple[PreparedNeeds, PreparedOffers]:
    open_needs = [need.record for need in needs.values() if is_open(need)]
    closed = [*needs_gone, *(need.id for need in needs.values() if not is_open(need))]
    return (
        renewed_needs(before.prepared_needs, open_needs, [str(id) for id in closed]),
        renewed_offers(before.prepared_offers, [o.record for o in offers.values()], [str(id) for id in offers_gone]),
    )


async def _versions(session: AsyncSession, rows: sa.Select[int, str]) -> dict[int, str]:
    return {id: version for id, version in await session.execute(rows.order_by(sa.text("1")))}


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[begin : begin + AT_A_TIME] for begin in range(0, len(ids), AT_A_TIME))


async def _needs(session: AsyncSession, ids: Sequence[int]) -> list[Need]:
    found: list[Need] = []
    for batch in _batches(ids):
        query = sa.select(Need).where(Need.id.in_(batch)).options(selectinload(Need.populations))
        found += (await session.execute(query.execution_options(populate_existing=True))).scalars()
    return found


async def _offers(session: AsyncSession, ids: Sequence[int]) -> list[tuple[Offer, Party]]:
    whole = selectinload(Offer.categories), selectinload(Offer.populations), selectinload(Offer.areas)
    found: list[tuple[Offer, Party]] = []
    for batch in _batches(ids):
        query = sa.select(Offer, Party).join(Party, Party.id == Offer.party_id).where(Offer.id.in_(batch))
        loaded = query.options(*whole).execution_options(populate_existing=True)
        found += [(offer, party) for offer, party in await session.execute(loaded)]
    return found


def need_entry(need: Need, day: date) -> NeedEntry:
    status = standing(need, day)
    key = need.ref or f"need-{need.id}"
    return NeedEntry(
        need.id, key, need.version, need.party_id, need.title, need.community_code, status, need_record(need)
    )


def offer_entry(offer: Offer, provider: Party, day: date) -> OfferEntry:
    key = offer.ref or f"offer-{offer.id}"
    return OfferEntry(offer.id, key, offer.version, offer.party_id, offer.title, offer_record(offer, provider, day))


async def reference(session: AsyncSession) -> Reference:
    return Reference(
        tuple(
            Category(term.code, term.label_zh, term.label_en, tuple(term.synonyms))
            for term in await list_categories(session)
        ),
        tuple(
            Population(term.code, term.label_zh, term.label_en, tuple(term.synonyms), term.age_min, term.age_max)
            for term in await list_populations(session)
        ),
    )


def need_record(need: Need) -> NeedRecord:
    """A need as matching takes it; its period is the need's start and length."""
    return NeedRecord(
        id=str(need.id),
        title=need.title,
        description=need.description,
        requirements=need.requirements,
        category_codes=(need.category_code,) if need.category_code else (),
        population_codes=tuple(need.population_codes),
        area=need.community_code,
        beneficiaries=need.beneficiaries,
        budget=need.budget,
        starts_on=need.starts_on,
        ends_on=ends_on(need.starts_on, need.period_months),
    )


def offer_record(offer: Offer, provider: Party, day: date) -> OfferRecord:
    """An offer as matching takes it, with what the register knows of its provider on `day`."""
    return OfferRecord(
        id=str(offer.id),
        party_id=str(offer.party_id),
        title=offer.title,
        description=offer.description,
        category_codes=tuple(offer.category_codes),
        population_codes=tuple(offer.population_codes),
        coverage=tuple(offer.coverage_codes),
        price=offer.price,
        price_unit=offer.price_unit,
        capacity=offer.capacity,
        schedule=offer.schedule,
        available_from=offer.available_from,
        available_until=offer.available_until,
        qualifications=tuple(offer.qualifications),
        rating=STARS.get(provider.rating_a) if provider.rating_a else None,
        rectification=is_in_rectification(
            provider.rectification, provider.rectification_from, provider.rectification_until, day
        ),
    )
