"""Who takes part in a round, what they wish, which pairs there are, and what waits for whom."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.paging import Columns, Found, Paging, paginate
from app.core.waiting import Waiting
from app.needs import policy as needs_policy
from app.needs.models import Need
from app.needs.rules import NeedStatus
from app.offers import policy as offers_policy
from app.offers.models import Offer
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.policy import has_chosen_across, list_actions, pairs_visible, visible
from app.selection.rules import Answer, Counted, Missing, PairStatus, RoundStatus, Side

PairWithSides = tuple[Pair, Need, Offer]
OWN_SIDE = {Role.committee: Side.need, Role.organization: Side.offer}
PARTY_ZH = Party.name_zh.label("party_zh")
PARTY_EN = Party.english_name.label("party_en")


async def seats(session: AsyncSession, round_id: int) -> tuple[dict[int, RoundNeed], dict[int, RoundOffer]]:
    """Who takes part: need id → seat, offer id → seat."""
    needs = (await session.execute(sa.select(RoundNeed).where(RoundNeed.round_id == round_id))).scalars()
    offers = (await session.execute(sa.select(RoundOffer).where(RoundOffer.round_id == round_id))).scalars()
    return {seat.need_id: seat for seat in needs}, {seat.offer_id: seat for seat in offers}


async def seats_left(session: AsyncSession, round_id: int, day: date) -> tuple[set[int], set[int]]:
    """Who sits in a round and is still there on a day: the needs that still ask, the offers that still stand."""
    needs = (
        sa.select(RoundNeed.need_id)
        .join(Need, Need.id == RoundNeed.need_id)
        .where(RoundNeed.round_id == round_id, RoundNeed.released_at.is_(None), _asks(day))
    )
    offers = (
        sa.select(RoundOffer.offer_id)
        .join(Offer, Offer.id == RoundOffer.offer_id)
        .where(RoundOffer.round_id == round_id, _stands(day))
    )
    return set(await session.scalars(needs)), set(await session.scalars(offers))


def _asks(day: date) -> sa.ColumnElement[bool]:
    return needs_policy.standing_column(day) == NeedStatus.published.value


def _stands(day: date) -> sa.ColumnElement[bool]:
    return offers_policy.standing_column(day) == OfferStatus.published.value


async def held_elsewhere(session: AsyncSession, need_ids: Collection[int]) -> set[int]:
    """Those of the needs that sit in a round which is not over."""
    query = sa.select(RoundNeed.need_id).where(RoundNeed.need_id.in_(need_ids), RoundNeed.released_at.is_(None))
    return set(await session.scalars(query))


async def lists(session: AsyncSession, round_id: int, side: Side) -> dict[int, PreferenceList]:
    """Need or offer id → the list handed in for it."""
    query = sa.select(PreferenceList).where(PreferenceList.round_id == round_id, PreferenceList.side == side)
    return {found.subject_id: found for found in (await session.execute(query)).scalars()}


async def missing_lists(session: AsyncSession, rounds: Collection[Round]) -> dict[int, Missing]:
    """Open round → how many who are still there have no list yet; of a round that is not open, nothing is missing."""
    ids, day = [round.id for round in rounds if round.status is RoundStatus.open], shanghai_date(await now(session))
    handed_in = sa.select(PreferenceList.id)
    needs = (
        sa.select(RoundNeed.round_id, sa.func.count())
        .join(Need, Need.id == RoundNeed.need_id)
        .where(RoundNeed.round_id.in_(ids), RoundNeed.released_at.is_(None), _asks(day))
        .where(~handed_in.where(_list_of(RoundNeed.round_id, Side.need, RoundNeed.need_id)).exists())
    )
    offers = (
        sa.select(RoundOffer.round_id, sa.func.count())
        .join(Offer, Offer.id == RoundOffer.offer_id)
        .where(RoundOffer.round_id.in_(ids), _stands(day))
        .where(~handed_in.where(_list_of(RoundOffer.round_id, Side.offer, RoundOffer.offer_id)).exists())
    )
    of_needs = {id: count for id, count in await session.execute(needs.group_by(RoundNeed.round_id))}
    of_offers = {id: count for id, count in await session.execute(offers.group_by(RoundOffer.round_id))}
    return {round.id: Missing(of_needs.get(round.id, 0), of_offers.get(round.id, 0)) for round in rounds}


async def counted(session: AsyncSession, rounds: Collection[Round]) -> dict[int, Counted]:
    """Round → its figures."""
    missing, pairs = await missing_lists(session, rounds), defaultdict[int, dict[PairStatus, int]](dict)
    query = sa.select(Pair.round_id, Pair.status, sa.func.count()).group_by(Pair.round_id, Pair.status)
    for round_id, status, count in await session.execute(query.where(Pair.round_id.in_(missing))):
        pairs[round_id][status] = count
    return {round.id: Counted(missing[round.id], pairs[round.id]) for round in rounds}


def _list_of(
    round_id: InstrumentedAttribute[int], side: Side, subject: InstrumentedAttribute[int]
) -> sa.ColumnElement[bool]:
    return sa.and_(
        PreferenceList.round_id == round_id, PreferenceList.side == side, PreferenceList.subject_id == subject
    )


async def list_rounds(session: AsyncSession, actor: Actor, paging: Paging) -> Found[Round]:
    sorts: Columns = {"closes_at": Round.closes_at}
    return await paginate(session, sa.select(Round).where(visible(actor)), paging, id=Round.id, sorts=sorts)


async def named_seats(session: AsyncSession, round: Round, side: Side) -> list[dict[str, Any]]:
    """Everybody on one side of a round, with title and party, by key, and whether they are still to be had. An offer's
    places come with its list, so until the allocation is proposed they tell nobody that it was handed in."""
    day = shanghai_date(await now(session))
    places = sa.literal(1) if round.proposed_at is None else RoundOffer.places
    of_needs = (
        sa.select(
            RoundNeed.need_id.label("id"), RoundNeed.key, Need.title, Need.description, sa.literal(1).label("places")
        )
        .add_columns(RoundNeed.party_id, PARTY_ZH, PARTY_EN, _asks(day).label("is_here"))
        .join(Need, Need.id == RoundNeed.need_id)
        .join(Party, Party.id == RoundNeed.party_id)
        .where(RoundNeed.round_id == round.id)
        .order_by(RoundNeed.key)
    )
    of_offers = (
        sa.select(
            RoundOffer.offer_id.label("id"), RoundOffer.key, Offer.title, Offer.description, places.label("places")
        )
        .add_columns(RoundOffer.party_id, PARTY_ZH, PARTY_EN, _stands(day).label("is_here"))
        .join(Offer, Offer.id == RoundOffer.offer_id)
        .join(Party, Party.id == RoundOffer.party_id)
        .where(RoundOffer.round_id == round.id)
        .order_by(RoundOffer.key)
    )
    found = await session.execute(of_needs if side is Side.need else of_offers)
    return [dict(row) for row in found.mappings()]


async def list_pairs(session: AsyncSession, actor: Actor, round_id: int) -> list[PairWithSides]:
    query = _pairs_with_sides().where(Pair.round_id == round_id, pairs_visible(actor)).order_by(Pair.id)
    return [(pair, need, offer) for pair, need, offer in await session.execute(query)]


async def pairs_of(session: AsyncSession, round_id: int) -> list[PairWithSides]:
    """Every pair of a round, locked in the order of their numbers."""
    query = _pairs_with_sides().where(Pair.round_id == round_id).order_by(Pair.id).with_for_update(of=Pair)
    return [(pair, need, offer) for pair, need, offer in await session.execute(query)]


def _pairs_with_sides() -> sa.Select[Pair, Need, Offer]:
    return sa.select(Pair, Need, Offer).join(Need, Need.id == Pair.need_id).join(Offer, Offer.id == Pair.offer_id)


class OwnList(NamedTuple):
    """A seat of the actor's in a round, the list handed in for it, and what they may do with it now."""

    side: Side
    seat: RoundNeed | RoundOffer
    handed_in: PreferenceList | None
    actions: list[str]


async def own_lists(session: AsyncSession, actor: Actor, round: Round) -> list[OwnList]:
    """The actor's own seats in a round, by number; nothing for whoever takes part on neither side."""
    side = OWN_SIDE.get(actor.role)
    if side is None:
        return []
    taking_part, handed_in = await seats(session, round.id), await lists(session, round.id, side)
    across, at = await has_chosen_across(session, actor, round.id, side), await now(session)
    may = list_actions(actor, round, at, across=across)
    own = taking_part[0] if side is Side.need else taking_part[1]
    return [OwnList(side, s, handed_in.get(id), may) for id, s in own.items() if s.party_id == actor.party_id]


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Lists to hand in before a round closes, and pairs to answer for."""
    if actor.party_id is None:
        return []
    if actor.role is Role.purchaser:
        return await _places_free(session, actor, at)
    if actor.role not in {Role.committee, Role.organization}:
        return []
    return [*await _lists_due(session, actor, at), *await _pairs_due(session, actor, at)]


async def _places_free(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Rounds in which somebody of a proposed pair is gone: the next one moves up."""
    query = (
        sa.select(Round)
        .where(Round.party_id == actor.party_id, Round.status == RoundStatus.proposed)
        .where(Round.id.in_(_proposals(at, both_here=False).with_only_columns(Pair.round_id)))
        .order_by(Round.id)
    )
    return [
        Waiting("selection", "fill", found.id, found.title_zh, None, None, "round", found.id, title_en=found.title_en)
        for found in await session.scalars(query)
    ]


def _proposals(at: datetime, *, both_here: bool) -> sa.Select[Pair, Need, Offer]:
    """Pairs that nobody has settled: those whose two sides are still there, or those whose are not."""
    here = sa.and_(_asks(shanghai_date(at)), _stands(shanghai_date(at)))
    return _pairs_with_sides().where(Pair.status == PairStatus.proposed, here if both_here else ~here)


async def _lists_due(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    seat, subject, thing, side = (
        (RoundNeed, RoundNeed.need_id, Need, Side.need)
        if actor.role is Role.committee
        else (RoundOffer, RoundOffer.offer_id, Offer, Side.offer)
    )
    handed_in = sa.select(PreferenceList.id).where(_list_of(Round.id, side, subject))
    query = (
        sa.select(Round, subject, thing.title)
        .join(seat, seat.round_id == Round.id)
        .join(thing, thing.id == subject)
        .where(seat.party_id == actor.party_id, Round.status == RoundStatus.open)
        .where(Round.opens_at <= at, Round.closes_at > at)
        .where(~handed_in.exists())
        .order_by(Round.closes_at, subject)
    )
    return [
        Waiting(
            "selection",
            "submit",
            id,
            title,
            found.closes_at,
            "round_closes",
            "round",
            found.id,
            context=found.title_zh,
            context_en=found.title_en,
        )
        for found, id, title in await session.execute(query)
    ]


async def _pairs_due(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    own, answer, _ = _answers(actor)
    query = _proposals(at, both_here=True).where(own == actor.party_id, answer.is_(None)).order_by(Pair.id)
    return [_to_answer(*sides) for sides in await session.execute(query)]


def _answers(
    actor: Actor,
) -> tuple[InstrumentedAttribute[int], InstrumentedAttribute[Answer | None], InstrumentedAttribute[Answer | None]]:
    """Of a pair: the actor's party, its answer, and the other side's."""
    if actor.role is Role.committee:
        return Pair.need_party_id, Pair.need_answer, Pair.offer_answer
    return Pair.offer_party_id, Pair.offer_answer, Pair.need_answer


def _to_answer(pair: Pair, need: Need, offer: Offer) -> Waiting:
    return Waiting("selection", "confirm", pair.id, need.title, None, None, "round", pair.round_id, context=offer.title)


async def awaited(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Pairs to which the other side has not answered yet, and rounds that end after one's lists are in."""
    if actor.role not in OWN_SIDE or actor.party_id is None:
        return []
    own, answer, theirs = _answers(actor)
    open_pairs = _proposals(at, both_here=True).where(own == actor.party_id, answer.is_not(None), theirs.is_(None))
    seat, subject = (
        (RoundNeed, RoundNeed.need_id) if actor.role is Role.committee else (RoundOffer, RoundOffer.offer_id)
    )
    in_hand = (
        sa.select(PreferenceList.round_id)
        .join(seat, sa.and_(seat.round_id == PreferenceList.round_id, subject == PreferenceList.subject_id))
        .where(seat.party_id == actor.party_id, PreferenceList.side == OWN_SIDE[actor.role])
    )
    rounds = sa.select(Round).where(Round.id.in_(in_hand), Round.status == RoundStatus.open, Round.closes_at > at)
    return [_to_answer(*sides) for sides in await session.execute(open_pairs.order_by(Pair.id))] + [
        Waiting(
            "selection",
            "close",
            found.id,
            found.title_zh,
            found.closes_at,
            "round_closes",
            "round",
            found.id,
            title_en=found.title_en,
        )
        for found in await session.scalars(rounds.order_by(Round.id))
    ]
