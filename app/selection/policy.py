"""Who may run a round, hand in a list, answer for a pair, and see what."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, Role
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from
from app.needs import rules as needs
from app.needs.models import Need
from app.offers import rules as offers
from app.offers.models import Offer
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.rules import MOVES, PairStatus, RoundStatus, Side

RUNS = frozenset({Role.purchaser})
CHOOSES = frozenset({Role.committee, Role.organization})
WHO = {
    "create": RUNS,
    "open": RUNS,
    "close": RUNS,
    "fill": RUNS,
    "finish": RUNS,
    "cancel": RUNS,
    "derive": RUNS,
    "submit": CHOOSES,
    "submit_need": frozenset({Role.committee}),
    "submit_offer": frozenset({Role.organization}),
    "confirm": CHOOSES,
    "decline": CHOOSES,
    "read": EVERYONE,
}


def denial(actor: Actor, verb: str, round: Round) -> str | None:
    """Why `actor` may not `verb` this round; None when they may."""
    if actor.role not in WHO[verb]:
        return "role"
    return "party" if WHO[verb] is RUNS and actor.party_id != round.party_id else None


def actions(actor: Actor, round: Round) -> list[str]:
    return [verb for verb in verbs_from(MOVES, round.status) if denial(actor, verb, round) is None]


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Rounds are public once they open; a draft is its bureau's own."""
    return sa.or_(Round.status != RoundStatus.draft, Round.party_id == actor.party_id)


async def access_round(session: AsyncSession, actor: Actor, round_id: int, verb: str) -> Round:
    """The round, locked for `verb`: absent when unseen, refused with a reason."""
    query = sa.select(Round).where(Round.id == round_id, visible(actor)).with_for_update()
    return _allowed(actor, verb, (await session.execute(query)).scalar_one_or_none(), round_id)


async def read_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    query = sa.select(Round).where(Round.id == round_id, visible(actor))
    return _allowed(actor, "read", (await session.execute(query)).scalar_one_or_none(), round_id)


def _allowed(actor: Actor, verb: str, round: Round | None, round_id: int) -> Round:
    if round is None:
        raise NotFound(round=round_id)
    if reason := denial(actor, verb, round):
        raise Denied(verb=verb, reason=reason)
    return round


async def access_seat(
    session: AsyncSession, actor: Actor, round_id: int, side: Side, subject_id: int
) -> RoundNeed | RoundOffer:
    """The actor's own need or offer in a round. Denied (both_sides) to whoever has handed in a list of the other side:
    nobody chooses themselves."""
    seat: RoundNeed | RoundOffer | None
    if side is Side.need:
        seat = await session.get(RoundNeed, (round_id, subject_id))
    else:
        seat = await session.get(RoundOffer, (round_id, subject_id))
    if seat is None or seat.party_id != actor.party_id:
        raise NotFound(**{side.value: subject_id})
    across = sa.select(PreferenceList.id).where(PreferenceList.round_id == round_id, PreferenceList.side != side)
    if await session.scalar(across.where(PreferenceList.submitted_by == actor.account_id).limit(1)) is not None:
        raise Denied(verb="submit", reason="both_sides")
    return seat


def side_of(actor: Actor, pair: Pair) -> Side | None:
    """The side of a pair that the actor answers for."""
    if actor.party_id is None:
        return None
    if actor.role is Role.committee and actor.party_id == pair.need_party_id:
        return Side.need
    return Side.offer if actor.role is Role.organization and actor.party_id == pair.offer_party_id else None


def takes_lists(round: Round, at: datetime) -> bool:
    return round.status is RoundStatus.open and round.opens_at <= at < round.closes_at


def pair_standing(pair: Pair, need: Need, offer: Offer, day: date) -> PairStatus:
    """The status on a day: a proposal has lapsed when its need or its offer is gone, noted or not."""
    asks = needs.standing(need.status, need.expires_on, day) is needs.NeedStatus.published
    stands = offers.standing(offer.status, offer.available_until, day) is offers.OfferStatus.published
    return pair.status if pair.status is not PairStatus.proposed or (asks and stands) else PairStatus.lapsed


def pair_actions(actor: Actor, pair: Pair, status: PairStatus) -> list[str]:
    side = side_of(actor, pair)
    answered = pair.need_answer if side is Side.need else pair.offer_answer
    waits = side is not None and not answered and status is PairStatus.proposed
    return ["confirm", "decline"] if side and waits and not has_answered_across(actor, pair, side) else []


def has_answered_across(actor: Actor, pair: Pair, side: Side) -> bool:
    """Whether this very person has answered for the other side."""
    across = pair.offer_answered_by if side is Side.need else pair.need_answered_by
    return across is not None and across == actor.account_id


def pairs_visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Confirmed pairs are public; a proposal is for its two sides and the bureau that runs the round."""
    own = sa.or_(Pair.need_party_id == actor.party_id, Pair.offer_party_id == actor.party_id)
    runs = sa.select(Round.id).where(Round.party_id == actor.party_id)
    return sa.or_(Pair.status == PairStatus.confirmed, own, Pair.round_id.in_(runs))


async def access_pair(session: AsyncSession, actor: Actor, pair_id: int) -> tuple[Pair, Side]:
    """The pair, locked for this actor's answer."""
    query = sa.select(Pair).where(Pair.id == pair_id, pairs_visible(actor)).with_for_update()
    pair = (await session.execute(query)).scalar_one_or_none()
    if pair is None:
        raise NotFound(pair=pair_id)
    side = side_of(actor, pair)
    if side is None:
        raise Denied(verb="answer", reason="party")
    if has_answered_across(actor, pair, side):
        raise Denied(verb="answer", reason="both_sides")
    return pair, side
