"""Needs and offers as rankings know them: plain values, read without the rows' own objects."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import among
from app.matching.ranking.meaning import NOT_MEANT
from app.matching.ranking.records import NeedRecord, OfferRecord
from app.matching.sentences import MODEL
from app.needs.models import Need, NeedPopulation
from app.needs.rules import NeedStatus, ends_on, standing
from app.offers.models import Offer, OfferArea, OfferCategory, OfferPopulation
from app.offers.rules import OfferStatus
from app.rankings.models import Meaning
from app.records.queries import value_on
from app.records.rules import RatingA, RecordKind

STARS = {rating.value: Decimal(number) for number, rating in enumerate(RatingA, 1)}
DAY = sa.bindparam("day", type_=sa.Date)  # on which what is recorded of a provider counts
AT_A_TIME = 2_000  # rows read in one query
LEVELS = (2, 4, 6, 9, 12)  # digits of a province, city, district, street, community


@dataclass(frozen=True, slots=True)
class NeedEntry:
    """A public need."""

    id: int
    key: str
    version: int
    party_id: int
    title: str
    community_code: str
    status: str
    record: NeedRecord

    @property
    def is_open(self) -> bool:
        """Only needs that still look for somebody are ranked for offers."""
        return self.status == NeedStatus.published


@dataclass(frozen=True, slots=True)
class OfferEntry:
    """A published offer."""

    id: int
    key: str
    version: int
    party_id: int
    title: str
    record: OfferRecord


def _codes(code: Any, owner: sa.ColumnElement[bool]) -> sa.Function[Any]:
    return sa.func.array(sa.select(code).where(owner).order_by(code).scalar_subquery())


def digest_of(*parts: Any) -> sa.Function[bytes]:
    """What a text is known by once the model has read it."""
    return sa.func.sha256(sa.func.convert_to(sa.func.concat_ws("\n", *parts), "UTF8"), type_=sa.LargeBinary())


def vectors_of(digest: sa.Function[bytes]) -> sa.ScalarSelect[bytes]:
    """What a text means, where it was read."""
    return sa.select(Meaning.vectors).where(Meaning.model == MODEL, Meaning.digest == digest).scalar_subquery()


NEED_TEXT = (Need.title, Need.description, Need.requirements)
OFFER_TEXT = (Offer.title, Offer.description)
NEEDS = sa.select(
    Need.id,
    Need.ref,
    Need.version,
    Need.party_id,
    Need.title,
    Need.description,
    Need.requirements,
    Need.category_code,
    _codes(NeedPopulation.population_code, NeedPopulation.need_id == Need.id).label("population_codes"),
    Need.community_code,
    Need.beneficiaries,
    Need.budget,
    Need.starts_on,
    Need.period_months,
    Need.status,
    Need.held_as,
    Need.expires_on,
    vectors_of(digest_of(*NEED_TEXT)).label("meaning"),
).where(Need.published_at.is_not(None), Need.status != NeedStatus.withdrawn)
OFFERS = sa.select(
    Offer.id,
    Offer.ref,
    Offer.version,
    Offer.party_id,
    Offer.title,
    Offer.description,
    _codes(OfferCategory.category_code, OfferCategory.offer_id == Offer.id).label("category_codes"),
    _codes(OfferPopulation.population_code, OfferPopulation.offer_id == Offer.id).label("population_codes"),
    _codes(OfferArea.area_code, OfferArea.offer_id == Offer.id).label("coverage_codes"),
    Offer.price,
    Offer.price_unit,
    Offer.capacity,
    Offer.schedule,
    Offer.available_from,
    Offer.available_until,
    Offer.qualifications,
    value_on(RecordKind.rating_a, Offer.party_id, DAY).scalar_subquery().label("grade"),
    value_on(RecordKind.rectification, Offer.party_id, DAY).exists().label("in_rectification"),
    vectors_of(digest_of(*OFFER_TEXT)).label("meaning"),
).where(Offer.status == OfferStatus.published)
NEEDS_AMONG = NEEDS.where(among(Need.id))
OFFERS_AMONG = OFFERS.where(among(Offer.id))


async def need_entries(session: AsyncSession, ids: Collection[int], day: date) -> dict[int, NeedEntry]:
    """Those of `ids` that are public, as they stand on `day`."""
    found: dict[int, NeedEntry] = {}
    for batch in _batches(sorted(ids)):
        found |= {row.id: _need(row, day) for row in await session.execute(NEEDS_AMONG, {"ids": batch})}
    return found


async def open_entries(session: AsyncSession, ids: Collection[int], day: date) -> dict[int, NeedEntry]:
    """Those of the needs that look for somebody."""
    return {id: need for id, need in (await need_entries(session, ids, day)).items() if need.is_open}


async def offer_entries(session: AsyncSession, ids: Collection[int], day: date) -> dict[int, OfferEntry]:
    """Those of `ids` that are published, with what the register knows of their providers on `day`."""
    found: dict[int, OfferEntry] = {}
    for batch in _batches(sorted(ids)):
        rows = await session.execute(OFFERS_AMONG, {"ids": batch, "day": day})
        found |= {row.id: _offer(row) for row in rows}
    return found


async def open_needs_in(session: AsyncSession, inside: str, day: date) -> list[NeedEntry]:
    """The needs of an area that look for somebody, oldest first; `inside` is the beginning of its codes."""
    query = NEEDS.where(Need.community_code.startswith(inside, autoescape=True)).order_by(Need.id)
    return [need for need in (_need(row, day) for row in await session.execute(query)) if need.is_open]


async def offers_reaching(session: AsyncSession, inside: str, day: date) -> list[OfferEntry]:
    """The offers that cover an area or a part of it, oldest first."""
    above = [inside[:digits].ljust(12, "0") for digits in LEVELS if digits <= len(inside)]
    covers = sa.or_(OfferArea.area_code.startswith(inside, autoescape=True), OfferArea.area_code.in_(above))
    query = OFFERS.where(Offer.id.in_(sa.select(OfferArea.offer_id).where(covers))).order_by(Offer.id)
    return [_offer(row) for row in await session.execute(query, {"day": day})]


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[begin : begin + AT_A_TIME] for begin in range(0, len(ids), AT_A_TIME)]


def _need(row: Any, day: date) -> NeedEntry:
    """Its period is the need's start and length."""
    record = NeedRecord(
        id=str(row.id),
        title=row.title,
        description=row.description,
        requirements=row.requirements,
        category_codes=(row.category_code,) if row.category_code else (),
        population_codes=tuple(row.population_codes),
        area=row.community_code,
        beneficiaries=row.beneficiaries,
        budget=row.budget,
        starts_on=row.starts_on,
        ends_on=ends_on(row.starts_on, row.period_months),
        meaning=row.meaning or NOT_MEANT,
    )
    key, status = row.ref or f"need-{row.id}", standing(row, day)
    return NeedEntry(row.id, key, row.version, row.party_id, row.title, row.community_code, status, record)


def _offer(row: Any) -> OfferEntry:
    record = OfferRecord(
        id=str(row.id),
        party_id=str(row.party_id),
        title=row.title,
        description=row.description,
        category_codes=tuple(row.category_codes),
        population_codes=tuple(row.population_codes),
        coverage=tuple(row.coverage_codes),
        price=row.price,
        price_unit=row.price_unit,
        capacity=row.capacity,
        schedule=row.schedule,
        available_from=row.available_from,
        available_until=row.available_until,
        qualifications=tuple(row.qualifications),
        rating=STARS.get(row.grade),
        rectification=row.in_rectification,
        meaning=row.meaning or NOT_MEANT,
    )
    return OfferEntry(row.id, row.ref or f"offer-{row.id}", row.version, row.party_id, row.title, record)
