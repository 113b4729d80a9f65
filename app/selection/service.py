"""Use cases of a double-selection round, from its opening to the pairs that both sides confirm."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import require_areas
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.errors import NotFound
from app.core.events import happened
from app.core.moves import check_move, move
from app.matching.allocation.allocate import allocate
from app.matching.allocation.certificate import certify
from app.matching.allocation.exported import digest_of
from app.matching.ranking.records import area_prefix
from app.needs.models import Need
from app.offers.models import Offer
from app.offers.rules import is_over
from app.rankings.entries import (
    NeedEntry,
    OfferEntry,
    need_entries,
    offer_entries,
    offers_reaching,
    open_needs_in,
)
from app.rankings.kept import market
from app.rankings.wishes import wishes_of_need, wishes_of_offer
from app.selection import rules
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.policy import (
    access_pair,
    access_round,
    access_seat,
    check_creates,
    given_by,
    pair_standing,
    side_of,
)
from app.selection.queries import PairWithSides, held_elsewhere, lists, missing_lists, pairs_of, seats, seats_left
from app.selection.results import exported
from app.selection.rules import GONE, LIST_MOVES, MOVES, PAIR_MOVES, Answer, ListSource, PairStatus, Side
from app.selection.sides import Sides

Groups = Sequence[Sequence[int]]


async def create_round(
    session: AsyncSession,
    actor: Actor,
    *,
    area_code: str,
    title_zh: str,
    title_en: str,
    opens_at: datetime,
    closes_at: datetime,
    micro_grant_limit: Decimal,
    seed: str | None = None,
) -> Round:
    """A draft round of the actor's bureau. Refusals: RoundTimesWrong, AreaUnknown, Denied."""
    rules.check_times(opens_at, closes_at)
    await require_areas(session, [area_code])
    bureau = check_creates(actor, area_code)
    at = await now(session)
    round = Round(
        party_id=bureau,
        area_code=area_code,
        title_zh=title_zh,
        title_en=title_en,
        opens_at=opens_at,
        closes_at=closes_at,
        micro_grant_limit=micro_grant_limit,
        seed=seed or secrets.token_hex(16),
        created_at=at,
    )
    session.add(round)
    await happened(session, actor, "round.created", round, at, area=area_code)
    return round


async def open_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    """Freeze who takes part: every published need of the area that does not sit in another round yet, and every
    published offer that reaches into the area. Refusal: RoundWithoutSides."""
    round = await access_round(session, actor, round_id, "open")
    at = await now(session)
    opened = move(MOVES, round.status, "open")
    inside, day = area_prefix(round.area_code), shanghai_date(at)
    asking = await open_needs_in(session, inside, day)
    held = await held_elsewhere(session, [need.id for need in asking])
    needs = [need for need in asking if need.id not in held]
    offers = [offer for offer in await offers_reaching(session, inside, day) if _stands(offer, day)]
    if not needs or not offers:
        raise rules.RoundWithoutSides(needs=len(needs), offers=len(offers), held=len(held))
    session.add_all(_need_seat(round, need, key) for need, key in zip(needs, _keys(needs), strict=True))
    session.add_all(_offer_seat(round, offer, key) for offer, key in zip(offers, _keys(offers), strict=True))
    round.status, round.opened_at, round.needs_elsewhere = opened, at, len(held)
    facts: dict[str, Any] = {"needs": len(needs), "offers": len(offers), "elsewhere": len(held), "seed": round.seed}
    await happened(session, actor, "round.opened", round, at, **facts)
    return round


def _stands(offer: OfferEntry, day: date) -> bool:
    return not is_over(offer.record.available_until, day)


def _keys(entries: Sequence[NeedEntry] | Sequence[OfferEntry]) -> list[str]:
    """What each is called in this round: its own number, with its id added where several owners use the same one."""
    counts = Counter(entry.key for entry in entries)
    return [entry.key if counts[entry.key] == 1 else f"{entry.key}#{entry.id}" for entry in entries]


def _need_seat(round: Round, need: NeedEntry, key: str) -> RoundNeed:
    return RoundNeed(round_id=round.id, need_id=need.id, party_id=need.party_id, key=key, need_version=need.version)


def _offer_seat(round: Round, offer: OfferEntry, key: str) -> RoundOffer:
    return RoundOffer(
        round_id=round.id, offer_id=offer.id, party_id=offer.party_id, key=key, offer_version=offer.version
    )


async def submit_need_preferences(
    session: AsyncSession, actor: Actor, round_id: int, need_id: int, groups: Groups
) -> PreferenceList:
    """The committee's wishes for its need: tie groups of offers, best first; may be handed in again until closing."""
    return await _submit(session, actor, round_id, Side.need, need_id, groups)


async def submit_offer_preferences(
    session: AsyncSession, actor: Actor, round_id: int, offer_id: int, groups: Groups, places: int
) -> PreferenceList:
    """The organisation's wishes for its offer, and how many needs it can serve."""
    rules.check_places(places)
    handed_in = await _submit(session, actor, round_id, Side.offer, offer_id, groups)
    seat = await session.get_one(RoundOffer, (round_id, offer_id))
    seat.places = places
    return handed_in


async def _submit(
    session: AsyncSession, actor: Actor, round_id: int, side: Side, subject_id: int, groups: Groups
) -> PreferenceList:
    round = await _round_for_lists(session, round_id)
    await access_seat(session, actor, round_id, side, subject_id)
    at = await now(session)
    check_move(LIST_MOVES, round.status, "submit")
    if refusal := rules.untimely("submit", round, at):
        raise refusal
    needs, offers = await seats(session, round_id)
    rules.check_list(groups, set(offers) if side is Side.need else set(needs))
    handed_in = (await lists(session, round_id, side)).get(subject_id)
    if handed_in is None:
        handed_in = PreferenceList(round_id=round_id, side=side, subject_id=subject_id)
        session.add(handed_in)
    handed_in.groups = [list(group) for group in groups if group]
    handed_in.source, handed_in.submitted_at, handed_in.submitted_by = ListSource.submitted, at, actor.account_id
    named = sum(len(group) for group in groups)
    await happened(
        session,
        actor,
        "preferences.submitted",
        handed_in,
        at,
        stream=f"rounds:{round_id}",
        side=side.value,
        named=named,
    )
    return handed_in


async def _round_for_lists(session: AsyncSession, round_id: int) -> Round:
    """The round under a shared lock: lists may come in together, but not while it is being closed."""
    query = sa.select(Round).where(Round.id == round_id, Round.opened_at.is_not(None)).with_for_update(read=True)
    round = (await session.execute(query)).scalar_one_or_none()
    if round is None:
        raise NotFound(round=round_id)
    return round


async def derive_preferences(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    """Where nobody handed in a list, take it from the ranking, and say so: the top 20, equal whole points tied.

    What was withdrawn or paused since the round opened has no ranking any more, and gets no list. Refusals:
    DerivedTooEarly before the last day, NothingToDerive.
    """
    round = await access_round(session, actor, round_id, "derive")
    at = await now(session)
    check_move(MOVES, round.status, "derive")
    missing = (await missing_lists(session, [round]))[round_id]
    if refusal := rules.untimely("derive", round, at) or rules.hindrance("derive", missing):
        raise refusal
    needs, offers = await seats(session, round_id)
    found = await market(session)
    have = {side: await lists(session, round_id, side) for side in Side}
    of_needs = {id: seat.key for id, seat in needs.items()}
    of_offers = {id: seat.key for id, seat in offers.items()}
    asking = await need_entries(session, needs.keys() - have[Side.need], shanghai_date(at))
    offering = await offer_entries(session, offers.keys() - have[Side.offer], shanghai_date(at))
    wanted_needs = {id: wishes_of_need(found, need.record, of_offers, round.seed) for id, need in asking.items()}
    wanted_offers = {id: wishes_of_offer(found, offer.record, of_needs, round.seed) for id, offer in offering.items()}
    for side, derived in ((Side.need, wanted_needs), (Side.offer, wanted_offers)):
        session.add_all(
            PreferenceList(
                round_id=round_id, side=side, subject_id=id, groups=groups, source=ListSource.derived, submitted_at=at
            )
            for id, groups in derived.items()
        )
    await happened(session, actor, "round.derived", round, at, needs=len(wanted_needs), offers=len(wanted_offers))
    return round


async def close_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    """After the closing time: look again who is still there, compute the allocation among them, certify it, publish
    the digest of its export, and propose the pairs to both sides."""
    round = await access_round(session, actor, round_id, "close")
    at = await now(session)
    closed = move(MOVES, round.status, "close")
    if refusal := rules.untimely("close", round, at):
        raise refusal
    asking, standing = await seats_left(session, round_id, shanghai_date(at))
    sides = await Sides.of(session, round_id, asking, standing)
    seekers, providers = sides.seekers(), sides.providers()
    proposed = await asyncio.to_thread(allocate, seekers, providers, sides.places, round.seed)  # may take seconds
    round.status, round.proposed_at = closed, at
    round.certificate = certify(seekers, providers, sides.places, proposed.pairs)
    round.unmatched = {
        "needs": {**proposed.unmatched, **_gone(sides.needs, asking)},
        "offers": {**proposed.unused, **_gone(sides.offers, standing)},
    }
    round.digest = digest_of(exported(round, sides.needs, sides.offers, sides.asked, sides.answered).model_dump())
    for id in sides.needs.keys() - asking:
        sides.needs[id].released_at = at
    session.add_all(sides.pairs(round, proposed, at))
    facts: dict[str, Any] = {
        "pairs": len(proposed.pairs),
        "stable": bool(round.certificate["stable"]),
        "digest": round.digest,
    }
    await happened(session, actor, "round.closed", round, at, **facts)
    return round


def _gone(seats: Mapping[int, RoundNeed] | Mapping[int, RoundOffer], here: Set[int]) -> dict[str, str]:
    return {seat.key: GONE for id, seat in seats.items() if id not in here}


async def fill_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    """A pair whose need or offer is gone lapses and the next one moves up: free places go to the needs that are still
    without a partner, by the same lists and lots. Nobody loses a pair who is still there, and nobody is offered again
    whom they declined. What was published of the round (certificate, export, digest) stays what it was."""
    round = await access_round(session, actor, round_id, "fill")
    at = await now(session)
    check_move(MOVES, round.status, "fill")
    pairs = await pairs_of(session, round_id)
    lapsed = [p.id for p, need, offer in pairs if _lapses(p, pair_standing(p, need, offer, shanghai_date(at)), at)]
    await session.flush()
    live = [pair for pair, *_ in pairs if pair.status in {PairStatus.proposed, PairStatus.confirmed}]
    declined = {(p.need_id, p.offer_id) for p, *_ in pairs if p.status is PairStatus.declined}
    asking, standing = await seats_left(session, round_id, shanghai_date(at))
    sides = await Sides.of(session, round_id, asking - {pair.need_id for pair in live}, standing)
    taken = Counter(sides.offers[pair.offer_id].key for pair in live)
    places = {key: max(0, count - taken[key]) for key, count in sides.places.items()}
    filled = await asyncio.to_thread(allocate, sides.seekers(declined), sides.providers(), places, round.seed)
    session.add_all(sides.pairs(round, filled, at))
    await happened(session, actor, "round.filled", round, at, lapsed=lapsed, pairs=filled.pairs)
    return round


def _lapses(pair: Pair, status: PairStatus, at: datetime) -> bool:
    """Record that a pair has lapsed, if it has only now; returns whether."""
    if pair.status is status:
        return False
    pair.status, pair.settled_at = status, at
    return True


async def confirm_pair(session: AsyncSession, actor: Actor, pair_id: int) -> PairWithSides:
    """One side says yes; when both have, the pair is the basis of a micro-grant or of a tender lot."""
    (pair, need, offer), at = await _answer(session, actor, pair_id, "confirm", Answer.confirmed)
    stream = f"rounds:{pair.round_id}"
    if pair.basis:
        await happened(session, actor, "pair.confirmed", pair, at, stream=stream, basis=pair.basis.value)
    else:
        await happened(session, actor, "pair.answered", pair, at, stream=stream)
    return pair, need, offer


async def decline_pair(session: AsyncSession, actor: Actor, pair_id: int) -> PairWithSides:
    """One side says no: the pair is off, and both are free for other ways."""
    (pair, need, offer), at = await _answer(session, actor, pair_id, "decline", Answer.declined)
    await happened(session, actor, "pair.declined", pair, at, stream=f"rounds:{pair.round_id}")
    return pair, need, offer


async def _answer(
    session: AsyncSession, actor: Actor, pair_id: int, verb: str, answer: Answer
) -> tuple[PairWithSides, datetime]:
    pair = await access_pair(session, actor, pair_id, verb)
    need, round = await session.get_one(Need, pair.need_id), await session.get_one(Round, pair.round_id)
    offer = await session.get_one(Offer, pair.offer_id)
    at = await now(session)
    status = pair_standing(pair, need, offer, shanghai_date(at))
    if refusal := rules.unanswerable(status, given_by(actor, pair), pair.id, need.title, offer.title):
        raise refusal
    check_move(PAIR_MOVES, status, verb)
    if side_of(actor, pair) is Side.need:
        pair.need_answer, pair.need_answered_by = answer, actor.account_id
    else:
        pair.offer_answer, pair.offer_answered_by = answer, actor.account_id
    pair.status = rules.pair_status(pair.need_answer, pair.offer_answer)
    if pair.status is not PairStatus.proposed:
        pair.settled_at = at
    if pair.status is PairStatus.confirmed:
        pair.basis = rules.basis_of(need.budget, round.micro_grant_limit)
    return (pair, need, offer), at


async def finish_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    round = await access_round(session, actor, round_id, "finish")
    at = await now(session)
    round.status = move(MOVES, round.status, "finish")
    await _end(session, round, at)
    await happened(session, actor, "round.finished", round, at)
    return round


async def cancel_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    round = await access_round(session, actor, round_id, "cancel")
    at = await now(session)
    round.status = move(MOVES, round.status, "cancel")
    await _end(session, round, at)
    await happened(session, actor, "round.cancelled", round, at)
    return round


async def _end(session: AsyncSession, round: Round, at: datetime) -> None:
    """Pairs that are not confirmed lapse, and the needs are free for other rounds."""
    for pair, *_ in await pairs_of(session, round.id):
        if pair.status is PairStatus.proposed:
            pair.status, pair.settled_at = PairStatus.lapsed, at
    held = sa.update(RoundNeed).where(RoundNeed.round_id == round.id, RoundNeed.released_at.is_(None))
    await session.execute(held.values(released_at=at))
