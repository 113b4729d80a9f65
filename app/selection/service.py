"""Use cases of a double-selection round, from its opening to the pairs that both sides confirm."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import require_areas
from app.core.actors import Actor
from app.core.audit import record
from app.core.clock import now
from app.core.errors import Denied, NotFound
from app.core.moves import move
from app.matching.allocate import allocate
from app.matching.certificate import certify
from app.matching.rank import Ranking, rank, rank_for_offer, tie_groups
from app.matching.records import area_prefix
from app.needs.models import Need
from app.needs.rules import NeedStatus
from app.selection import rules
from app.selection.market import Market, NeedEntry, OfferEntry, market
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.policy import access_pair, access_round, access_seat, may_rank_offers
from app.selection.queries import lists, seats
from app.selection.rules import MOVES, Answer, ListSource, PairStatus, Side

Groups = Sequence[Sequence[int]]
TOP = 20


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
    if not actor.covers(area_prefix(area_code)) or actor.party_id is None:
        raise Denied(verb="create", reason="area")
    at = await now(session)
    round = Round(
        party_id=actor.party_id,
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
    await record(session, actor, "round.created", round, at, area=area_code)
    return round


async def open_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    """Freeze who takes part: every published need of the area, and every published offer that reaches into it."""
    round = await access_round(session, actor, round_id, "open")
    at = await now(session)
    opened = move(MOVES, round.status, "open")
    found = await market(session)
    inside = area_prefix(round.area_code)
    needs = [
        need
        for need in found.needs.values()
        if need.community_code.startswith(inside) and need.status is NeedStatus.published
    ]
    offers = [offer for offer in found.offers.values() if _reaches(offer, inside)]
    if not needs or not offers:
        raise rules.RoundWithoutSides(needs=len(needs), offers=len(offers))
    session.add_all(_need_seat(round, need, key) for need, key in zip(needs, _keys(needs), strict=True))
    session.add_all(_offer_seat(round, offer, key) for offer, key in zip(offers, _keys(offers), strict=True))
    round.status, round.opened_at = opened, at
    await record(session, actor, "round.opened", round, at, needs=len(needs), offers=len(offers), seed=round.seed)
    return round


def _reaches(offer: OfferEntry, inside: str) -> bool:
    covered = [area_prefix(code) for code in offer.record.coverage]
    return any(prefix.startswith(inside) or inside.startswith(prefix) for prefix in covered)


def _keys(entries: Sequence[NeedEntry] | Sequence[OfferEntry]) -> list[str]:
    """What each is called in this round: its own number, told apart where lists of several owners share one."""
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
    move(MOVES, round.status, "submit")
    rules.check_taking_lists(round.opens_at, round.closes_at, at)
    needs, offers = await seats(session, round_id)
    rules.check_list(groups, set(offers) if side is Side.need else set(needs))
    handed_in = (await lists(session, round_id, side)).get(subject_id)
    if handed_in is None:
        handed_in = PreferenceList(round_id=round_id, side=side, subject_id=subject_id)
        session.add(handed_in)
    handed_in.groups = [list(group) for group in groups if group]
    handed_in.source, handed_in.submitted_at, handed_in.submitted_by = ListSource.submitted, at, actor.account_id
    named = sum(len(group) for group in groups)
    await record(
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
    """Where nobody handed in a list, take it from the ranking, and say so: the top 20, equal scores tied.

    What was withdrawn or paused since the round opened has no ranking any more, and gets no list.
    """
    round = await access_round(session, actor, round_id, "derive")
    at = await now(session)
    move(MOVES, round.status, "derive")
    needs, offers = await seats(session, round_id)
    found = await market(session)
    have = {side: await lists(session, round_id, side) for side in Side}
    wanted_needs = {
        id: _derived_for_need(found, id, offers) for id in needs if id in found.needs.keys() - have[Side.need]
    }
    wanted_offers = {
        id: _derived_for_offer(found, id, needs) for id in offers if id in found.offers.keys() - have[Side.offer]
    }
    for side, derived in ((Side.need, wanted_needs), (Side.offer, wanted_offers)):
        session.add_all(
            PreferenceList(
                round_id=round_id, side=side, subject_id=id, groups=groups, source=ListSource.derived, submitted_at=at
            )
            for id, groups in derived.items()
        )
    await record(session, actor, "round.derived", round, at, needs=len(wanted_needs), offers=len(wanted_offers))
    return round


def _derived_for_need(found: Market, need_id: int, partners: Mapping[int, RoundOffer]) -> list[list[int]]:
    return _derived(rank(found.needs[need_id].record, found.offer_pool, top=TOP), partners)


def _derived_for_offer(found: Market, offer_id: int, partners: Mapping[int, RoundNeed]) -> list[list[int]]:
    return _derived(rank_for_offer(found.offers[offer_id].record, found.need_pool, top=TOP), partners)


def _derived(ranking: Ranking, partners: Mapping[int, object]) -> list[list[int]]:
    groups: list[list[int]] = []
    left = TOP
    for tied in tie_groups(ranking):
        present = [int(id) for id in tied if int(id) in partners][:left]
        groups += [present] if present else []
        left -= len(present)
    return groups


async def close_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    """After the closing time: compute the allocation, certify it, and propose its pairs to both sides."""
    round = await access_round(session, actor, round_id, "close")
    at = await now(session)
    closed = move(MOVES, round.status, "close")
    rules.check_closable(round.closes_at, at)
    needs, offers = await seats(session, round_id)
    seekers = _wishes(await lists(session, round_id, Side.need), needs, offers)
    providers = _wishes(await lists(session, round_id, Side.offer), offers, needs)
    places = {seat.key: seat.places for seat in offers.values()}
    proposed = await asyncio.to_thread(allocate, seekers, providers, places, round.seed)  # may take seconds
    round.status, round.proposed_at = closed, at
    round.certificate = certify(seekers, providers, places, proposed.pairs)
    round.unmatched = {"needs": dict(proposed.unmatched), "offers": dict(proposed.unused)}
    need_of, offer_of = {s.key: s for s in needs.values()}, {s.key: s for s in offers.values()}
    session.add_all(_pair(round, need_of[n], offer_of[o], at) for n, o in proposed.pairs)
    stable = bool(round.certificate["stable"])
    await record(session, actor, "round.closed", round, at, pairs=len(proposed.pairs), stable=stable)
    return round


def _wishes(
    handed_in: Mapping[int, PreferenceList],
    own: Mapping[int, RoundNeed] | Mapping[int, RoundOffer],
    partners: Mapping[int, RoundNeed] | Mapping[int, RoundOffer],
) -> dict[str, list[list[str]]]:
    return {
        seat.key: [[partners[p].key for p in group] for group in handed_in[id].groups] if id in handed_in else []
        for id, seat in own.items()
    }


def _pair(round: Round, need: RoundNeed, offer: RoundOffer, at: datetime) -> Pair:
    return Pair(
        round_id=round.id,
        need_id=need.need_id,
        offer_id=offer.offer_id,
        need_party_id=need.party_id,
        offer_party_id=offer.party_id,
        proposed_at=at,
    )


async def confirm_pair(session: AsyncSession, actor: Actor, pair_id: int) -> Pair:
    """One side says yes; when both have, the pair is the basis of a micro-grant or of a tender lot."""
    pair, at = await _answer(session, actor, pair_id, Answer.confirmed)
    stream = f"rounds:{pair.round_id}"
    if pair.basis:
        await record(session, actor, "pair.confirmed", pair, at, stream=stream, basis=pair.basis.value)
    else:
        await record(session, actor, "pair.answered", pair, at, stream=stream)
    return pair


async def decline_pair(session: AsyncSession, actor: Actor, pair_id: int) -> Pair:
    """One side says no: the pair is off, and both are free for other ways."""
    pair, at = await _answer(session, actor, pair_id, Answer.declined)
    await record(session, actor, "pair.declined", pair, at, stream=f"rounds:{pair.round_id}")
    return pair


async def _answer(session: AsyncSession, actor: Actor, pair_id: int, answer: Answer) -> tuple[Pair, datetime]:
    pair, side = await access_pair(session, actor, pair_id)
    need, round = await session.get_one(Need, pair.need_id), await session.get_one(Round, pair.round_id)
    at = await now(session)
    given = pair.need_answer if side is Side.need else pair.offer_answer
    if given is not None or pair.status is not PairStatus.proposed:
        raise rules.PairAnswered(pair=pair_id)
    if side is Side.need:
        pair.need_answer, pair.need_answered_by = answer, actor.account_id
    else:
        pair.offer_answer, pair.offer_answered_by = answer, actor.account_id
    pair.status = rules.pair_status(pair.need_answer, pair.offer_answer)
    if pair.status is not PairStatus.proposed:
        pair.settled_at = at
    if pair.status is PairStatus.confirmed:
        pair.basis = rules.basis_of(need.budget, round.micro_grant_limit)
    return pair, at


async def finish_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    round = await access_round(session, actor, round_id, "finish")
    at = await now(session)
    round.status = move(MOVES, round.status, "finish")
    await record(session, actor, "round.finished", round, at)
    return round


async def cancel_round(session: AsyncSession, actor: Actor, round_id: int) -> Round:
    round = await access_round(session, actor, round_id, "cancel")
    at = await now(session)
    round.status = move(MOVES, round.status, "cancel")
    await record(session, actor, "round.cancelled", round, at)
    return round


async def rank_offers(
    session: AsyncSession, actor: Actor, need_id: int, tried: rules.WhatIf, about: int | None = None
) -> tuple[Ranking, Market]:
    """The offers for a need, best first, with reasons. Refusals: NotFound, CandidatesWithheld."""
    found = await market(session)
    need = found.needs.get(need_id)
    if need is None or not may_rank_offers(actor, need.party_id, need.community_code):
        raise NotFound(need=need_id)
    if need.status is NeedStatus.tendered:
        raise rules.CandidatesWithheld(need=need_id)
    record = need.record if tried.budget is None else replace(need.record, budget=tried.budget)
    asked = None if about is None else str(about)
    return rank(record, found.offer_pool, tried.weights, TOP, tried.without, asked), found


async def rank_needs(
    session: AsyncSession, actor: Actor, offer_id: int, tried: rules.WhatIf, about: int | None = None
) -> tuple[Ranking, Market]:
    """The open needs for an offer of the actor's own, best first, with reasons."""
    found = await market(session)
    offer = found.offers.get(offer_id)
    if offer is None or offer.party_id != actor.party_id:
        raise NotFound(offer=offer_id)
    asked = None if about is None else str(about)
    return rank_for_offer(offer.record, found.need_pool, tried.weights, TOP, tried.without, asked), found
