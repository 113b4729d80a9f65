"""The market as matching sees it, and who takes part in a round."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.core.actors import Actor, Role
from app.core.clock import now, today
from app.core.paging import Columns, Paging, paginate
from app.core.waiting import Waiting
from app.matching.pool import NeedPool, OfferPool, new_frame, pool_of_needs, pool_of_offers
from app.matching.profiles import Reader
from app.matching.records import Category, NeedRecord, OfferRecord, Population, Reference
from app.needs.models import Need
from app.needs.rules import NeedStatus, ends_on, standing
from app.offers.models import Offer
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.parties.rules import RatingA, is_in_rectification
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.policy import pairs_visible, visible
from app.selection.rules import PairStatus, RoundStatus, Side
from app.taxonomy.queries import list_categories, list_populations

PARTY_ZH = Party.name_zh.label("party_name_zh")
PARTY_EN = sa.func.coalesce(sa.func.nullif(Party.name_en, ""), Party.name_zh).label("party_name_en")
STARS = {rating: Decimal(number) for number, rating in enumerate(RatingA, 1)}


@dataclass(frozen=True)
class NeedEntry:
    """A public need, in plain values that outlive the session they were read in."""

    id: int
    key: str
    version: int
    party_id: int
    title: str
    community_code: str
    status: NeedStatus
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
class Market:
    """Every public need and offer; the open needs and the offers prepared to be ranked, with one set of statistics."""

    needs: dict[int, NeedEntry]
    offers: dict[int, OfferEntry]
    need_pool: NeedPool
    offer_pool: OfferPool


_market: dict[tuple[object, ...], Market] = {}


async def market(session: AsyncSession) -> Market:
    """Every published need and offer; prepared anew only when one of them, or the taxonomy, has changed."""
    day = today(await now(session))
    state = (await session.execute(MARKET_STATE)).one()
    key = (*state, day)
    if key not in _market:
        fresh = await _load(session)
        _market.clear()
        _market[key] = fresh
    return _market[key]


MARKET_STATE = sa.select(
    sa.func.current_database(),
    sa.select(sa.func.md5(sa.func.string_agg(sa.func.concat(Need.id, ":", Need.version, Need.status), sa.literal(","))))
    .where(Need.published_at.is_not(None))
    .scalar_subquery(),
    sa.select(
        sa.func.md5(sa.func.string_agg(sa.func.concat(Offer.id, ":", Offer.version, Offer.status), sa.literal(",")))
    )
    .where(Offer.published_at.is_not(None))
    .scalar_subquery(),
    sa.select(
        sa.func.md5(sa.func.string_agg(sa.func.concat(Party.id, ":", Party.version), sa.literal(",")))
    ).scalar_subquery(),
)


async def _load(session: AsyncSession) -> Market:
    day = today(await now(session))
    parties = {party.id: party for party in (await session.execute(sa.select(Party))).scalars()}
    needs = [_need_entry(need, day) for need in await _needs(session)]
    offers = [_offer_entry(offer, parties[offer.party_id], day) for offer in await _offers(session)]
    reader = Reader(await _reference(session))
    open_needs = tuple(need.record for need in needs if need.status is NeedStatus.published)
    offered = tuple(offer.record for offer in offers)
    statistics, frame = reader.statistics(open_needs, offered), new_frame(reader)
    return Market(
        needs={need.id: need for need in needs},
        offers={offer.id: offer for offer in offers},
        need_pool=pool_of_needs(open_needs, reader, statistics, frame),
        offer_pool=pool_of_offers(offered, reader, statistics, frame),
    )


def _need_entry(need: Need, day: date) -> NeedEntry:
    status = standing(need.status, need.expires_on, day)
    key = need.ref or f"need-{need.id}"
    return NeedEntry(
        need.id, key, need.version, need.party_id, need.title, need.community_code, status, need_record(need)
    )


def _offer_entry(offer: Offer, provider: Party, day: date) -> OfferEntry:
    key = offer.ref or f"offer-{offer.id}"
    return OfferEntry(offer.id, key, offer.version, offer.party_id, offer.title, offer_record(offer, provider, day))


async def _reference(session: AsyncSession) -> Reference:
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


async def _needs(session: AsyncSession) -> list[Need]:
    query = sa.select(Need).where(Need.published_at.is_not(None), Need.status != NeedStatus.withdrawn)
    return list((await session.execute(query.options(selectinload(Need.populations)))).scalars())


async def _offers(session: AsyncSession) -> list[Offer]:
    query = sa.select(Offer).where(Offer.status == OfferStatus.published)
    loaded = query.options(selectinload(Offer.categories), selectinload(Offer.populations), selectinload(Offer.areas))
    return list((await session.execute(loaded)).scalars())


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


async def seats(session: AsyncSession, round_id: int) -> tuple[dict[int, RoundNeed], dict[int, RoundOffer]]:
    """Who takes part: need id → seat, offer id → seat."""
    needs = (await session.execute(sa.select(RoundNeed).where(RoundNeed.round_id == round_id))).scalars()
    offers = (await session.execute(sa.select(RoundOffer).where(RoundOffer.round_id == round_id))).scalars()
    return {seat.need_id: seat for seat in needs}, {seat.offer_id: seat for seat in offers}


async def lists(session: AsyncSession, round_id: int, side: Side) -> dict[int, PreferenceList]:
    """Need or offer id → the list handed in for it."""
    query = sa.select(PreferenceList).where(PreferenceList.round_id == round_id, PreferenceList.side == side)
    return {found.subject_id: found for found in (await session.execute(query)).scalars()}


async def list_rounds(session: AsyncSession, actor: Actor, paging: Paging) -> tuple[list[Round], str | None]:
    sorts: Columns = {"closes_at": Round.closes_at}
    return await paginate(session, sa.select(Round).where(visible(actor)), paging, id=Round.id, sorts=sorts)


async def named_seats(session: AsyncSession, round_id: int, side: Side) -> list[dict[str, Any]]:
    """Everybody on one side of a round, with title and party, by key."""
    of_needs = (
        sa.select(RoundNeed.need_id.label("id"), RoundNeed.key, Need.title, sa.literal(1).label("places"))
        .add_columns(RoundNeed.party_id, PARTY_ZH, PARTY_EN)
        .join(Need, Need.id == RoundNeed.need_id)
        .join(Party, Party.id == RoundNeed.party_id)
        .where(RoundNeed.round_id == round_id)
        .order_by(RoundNeed.key)
    )
    of_offers = (
        sa.select(RoundOffer.offer_id.label("id"), RoundOffer.key, Offer.title, RoundOffer.places)
        .add_columns(RoundOffer.party_id, PARTY_ZH, PARTY_EN)
        .join(Offer, Offer.id == RoundOffer.offer_id)
        .join(Party, Party.id == RoundOffer.party_id)
        .where(RoundOffer.round_id == round_id)
        .order_by(RoundOffer.key)
    )
    found = await session.execute(of_needs if side is Side.need else of_offers)
    return [dict(row) for row in found.mappings()]


async def list_pairs(session: AsyncSession, actor: Actor, round_id: int) -> list[tuple[Pair, Need, Offer]]:
    query = _pairs_with_sides().where(Pair.round_id == round_id, pairs_visible(actor)).order_by(Pair.id)
    return [(pair, need, offer) for pair, need, offer in await session.execute(query)]


async def pair_with_sides(session: AsyncSession, pair: Pair) -> tuple[Pair, Need, Offer]:
    found, need, offer = (await session.execute(_pairs_with_sides().where(Pair.id == pair.id))).one()
    return found, need, offer


def _pairs_with_sides() -> sa.Select[Pair, Need, Offer]:
    return sa.select(Pair, Need, Offer).join(Need, Need.id == Pair.need_id).join(Offer, Offer.id == Pair.offer_id)


async def own_preferences(
    session: AsyncSession, actor: Actor, round_id: int
) -> list[tuple[Side, RoundNeed | RoundOffer, PreferenceList | None]]:
    """The actor's own seats in a round, each with the list handed in for it."""
    needs, offers = await seats(session, round_id)
    if actor.role is Role.committee:
        handed_in = await lists(session, round_id, Side.need)
        return [(Side.need, s, handed_in.get(id)) for id, s in needs.items() if s.party_id == actor.party_id]
    handed_in = await lists(session, round_id, Side.offer)
    return [(Side.offer, s, handed_in.get(id)) for id, s in offers.items() if s.party_id == actor.party_id]


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Lists to hand in before a round closes, and pairs to answer for."""
    if actor.role not in {Role.committee, Role.organization} or actor.party_id is None:
        return []
    return [*await _lists_due(session, actor, at), *await _pairs_due(session, actor)]


async def _lists_due(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    seat, subject, side = (
        (RoundNeed, RoundNeed.need_id, Side.need)
        if actor.role is Role.committee
        else (RoundOffer, RoundOffer.offer_id, Side.offer)
    )
    handed_in = sa.select(PreferenceList.id).where(
        PreferenceList.round_id == Round.id, PreferenceList.side == side, PreferenceList.subject_id == subject
    )
    query = (
        sa.select(Round, subject)
        .join(seat, seat.round_id == Round.id)
        .where(seat.party_id == actor.party_id, Round.status == RoundStatus.open, Round.closes_at > at)
        .where(~handed_in.exists())
        .order_by(Round.closes_at, subject)
    )
    return [
        Waiting("selection", "submit", id, found.title_zh, found.closes_at, "round_closes", f"/rounds/{found.id}")
        for found, id in await session.execute(query)
    ]


async def _pairs_due(session: AsyncSession, actor: Actor) -> list[Waiting]:
    own, answer = (
        (Pair.need_party_id, Pair.need_answer)
        if actor.role is Role.committee
        else (Pair.offer_party_id, Pair.offer_answer)
    )
    query = (
        sa.select(Pair.id, Need.title, Pair.round_id)
        .join(Need, Need.id == Pair.need_id)
        .where(own == actor.party_id, answer.is_(None), Pair.status == PairStatus.proposed)
        .order_by(Pair.id)
    )
    return [
        Waiting("selection", "confirm", id, title, None, None, f"/rounds/{round_id}")
        for id, title, round_id in await session.execute(query)
    ]
