"""Who may run a round, hand in a list, answer for a pair, and see what."""

from datetime import date, datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, Role, granted
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from
from app.matching.ranking.records import area_prefix
from app.needs import rules as needs
from app.needs.models import Need
from app.offers import rules as offers
from app.offers.models import Offer
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.rules import (
    LIST_MOVES,
    MOVES,
    PAIR_MOVES,
    Answer,
    Missing,
    PairStatus,
    RoundStatus,
    Side,
    hindrance,
    unanswerable,
    untimely,
)

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


def check_creates(actor: Actor, area_code: str) -> int:
    """The actor's bureau, which must be responsible for the area in which it holds a round (Denied)."""
    if not actor.covers(area_prefix(area_code)) or actor.party_id is None:
        raise Denied(verb="create", reason="area")
    return actor.party_id


def denial(actor: Actor, verb: str, round: Round) -> str | None:
    """Why `actor` may not `verb` this round; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return "party" if WHO[verb] is RUNS and actor.party_id != round.party_id else None


def actions(actor: Actor, round: Round, at: datetime, missing: Missing) -> list[str]:
    """The buttons this actor sees: what state and hour allow, is not pointless, and the policy grants."""
    verbs = [verb for verb in verbs_from(MOVES, round.status) if denial(actor, verb, round) is None]
    return [verb for verb in verbs if untimely(verb, round, at) is None and hindrance(verb, missing) is None]


def list_of_rounds_actions(actor: Actor) -> list[str]:
    """What this actor may do to the list of rounds as a whole."""
    return ["create"] if actor.may("create", WHO["create"]) else []


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Rounds are public once they open; a draft is its bureau's own."""
    return sa.or_(Round.status != RoundStatus.draft, Round.party_id == actor.party_id)


async def access_round(session: AsyncSession, actor: Actor, round_id: int, verb: str) -> Round:
    """The round, locked for `verb`: absent when unseen, refused with a reason."""
    query = sa.select(Round).where(Round.id == round_id, visible(actor)).with_for_update()
    return granted(await session.scalar(query), verb, partial(denial, actor, verb), round=round_id)


async def read_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    query = sa.select(Round).where(Round.id == round_id, visible(actor))
    return granted(await session.scalar(query), "read", partial(denial, actor, "read"), round=round_id)


async def has_chosen_across(session: AsyncSession, actor: Actor, round_id: int, side: Side) -> bool:
    """Whether this very person has handed in a list for the other side: nobody may choose for both."""
    if actor.account_id is None:  # a replayed season knows no persons
        return False
    across = sa.select(PreferenceList.id).where(PreferenceList.round_id == round_id, PreferenceList.side != side)
    found = await session.scalar(across.where(PreferenceList.submitted_by == actor.account_id).limit(1))
    return found is not None


def list_denial(actor: Actor, *, across: bool) -> str | None:
    """Why `actor` may not hand in a list for a seat of their own; `across`: they have chosen for the other side."""
    if not actor.may("submit", WHO["submit"]):
        return "role"
    return "both_sides" if across else None


def list_actions(actor: Actor, round: Round, at: datetime, *, across: bool) -> list[str]:
    verbs = verbs_from(LIST_MOVES, round.status) if list_denial(actor, across=across) is None else []
    return [verb for verb in verbs if untimely(verb, round, at) is None]


async def access_seat(
    session: AsyncSession, actor: Actor, round_id: int, side: Side, subject_id: int
) -> RoundNeed | RoundOffer:
    """The actor's own need or offer in a round, to hand in its list. Refusals: NotFound, Denied (both_sides)."""
    seat: RoundNeed | RoundOffer | None
    if side is Side.need:
        seat = await session.get(RoundNeed, (round_id, subject_id))
    else:
        seat = await session.get(RoundOffer, (round_id, subject_id))
    if seat is None or seat.party_id != actor.party_id:
        raise NotFound(**{side.value: subject_id})
    if reason := list_denial(actor, across=await has_chosen_across(session, actor, round_id, side)):
        raise Denied(verb="submit", reason=reason)
    return seat


def side_of(actor: Actor, pair: Pair) -> Side | None:
    """The side of a pair that the actor answers for."""
    if actor.party_id is None:
        return None
    if actor.role is Role.committee and actor.party_id == pair.need_party_id:
        return Side.need
    return Side.offer if actor.role is Role.organization and actor.party_id == pair.offer_party_id else None


def given_by(actor: Actor, pair: Pair) -> Answer | None:
    """What the actor's side has answered."""
    return pair.need_answer if side_of(actor, pair) is Side.need else pair.offer_answer


def pair_standing(pair: Pair, need: Need, offer: Offer, day: date) -> PairStatus:
    """The status on a day: a proposal has lapsed when its need or its offer is gone, noted or not."""
    asks = needs.standing(need, day) == needs.NeedStatus.published
    stands = offers.standing(offer, day) is offers.OfferStatus.published
    return pair.status if pair.status is not PairStatus.proposed or (asks and stands) else PairStatus.lapsed


def pair_denial(actor: Actor, verb: str, pair: Pair) -> str | None:
    """Why `actor` may not `verb` this pair: of another party, or this very person answered for the other side."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    side = side_of(actor, pair)
    if side is None:
        return "party"
    across = pair.offer_answered_by if side is Side.need else pair.need_answered_by
    return "both_sides" if across is not None and across == actor.account_id else None


def pair_actions(actor: Actor, pair: Pair, need: Need, offer: Offer, day: date) -> list[str]:
    status = pair_standing(pair, need, offer, day)
    if unanswerable(status, given_by(actor, pair), pair.id, need.title, offer.title):
        return []
    return [verb for verb in verbs_from(PAIR_MOVES, status) if pair_denial(actor, verb, pair) is None]


def pairs_visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Confirmed pairs are public; a proposal is for its two sides and the bureau that runs the round."""
    own = sa.or_(Pair.need_party_id == actor.party_id, Pair.offer_party_id == actor.party_id)
    runs = sa.select(Round.id).where(Round.party_id == actor.party_id)
    return sa.or_(Pair.status == PairStatus.confirmed, own, Pair.round_id.in_(runs))


async def access_pair(session: AsyncSession, actor: Actor, pair_id: int, verb: str) -> Pair:
    """The pair, locked for this actor's answer. Refusals: NotFound, Denied."""
    query = sa.select(Pair).where(Pair.id == pair_id, pairs_visible(actor)).with_for_update()
    return granted(await session.scalar(query), verb, partial(pair_denial, actor, verb), pair=pair_id)
