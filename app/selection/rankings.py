"""Rankings of offers for a need and of needs for an offer, and the lists that are taken from them."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.errors import NotFound
from app.matching.allocation.market import lot
from app.matching.ranking.rank import Ranking, rank, rank_for_offer, tie_groups
from app.needs.rules import NeedStatus
from app.rankings.market import Market, market
from app.selection import rules
from app.selection.models import RoundNeed, RoundOffer
from app.selection.policy import may_rank_offers

TOP = 20


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


def derived_for_need(found: Market, need_id: int, partners: Mapping[int, RoundOffer], seed: str) -> list[list[int]]:
    return _derived(rank(found.needs[need_id].record, found.offer_pool, top=TOP), partners, seed)


def derived_for_offer(found: Market, offer_id: int, partners: Mapping[int, RoundNeed], seed: str) -> list[list[int]]:
    return _derived(rank_for_offer(found.offers[offer_id].record, found.need_pool, top=TOP), partners, seed)


def _derived(
    ranking: Ranking, partners: Mapping[int, RoundOffer] | Mapping[int, RoundNeed], seed: str
) -> list[list[int]]:
    """The best of the partners, as many as a list may name; where not all of a tie fit, the round's lots choose."""
    groups: list[list[int]] = []
    left = TOP
    for tied in tie_groups(ranking):
        present = sorted((int(id) for id in tied if int(id) in partners), key=lambda id: lot(seed, partners[id].key))
        present = present[:left]
        groups += [present] if present else []
        left -= len(present)
    return groups
