"""Rankings of offers for a need and of needs for an offer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.errors import NotFound
from app.matching.ranking.rank import Ranking, rank, rank_for_offer
from app.parties.queries import PartyName, party_names
from app.rankings.market import TOP, NeedEntry, OfferEntry, market
from app.rankings.policy import may_rank_needs, may_rank_offers
from app.rankings.rules import CandidatesWithheld, WhatIf


class NamedRanking(NamedTuple):
    """A ranking, and what its ids are called: everything of the ranked side, and the names of its owners."""

    ranking: Ranking
    things: Mapping[int, NeedEntry] | Mapping[int, OfferEntry]
    names: Mapping[int, PartyName]


async def rank_offers(session: AsyncSession, actor: Actor, need_id: int, tried: WhatIf) -> NamedRanking:
    """The offers for a need, best first, with reasons. Refusals: NotFound, CandidatesWithheld."""
    found = await market(session)
    need = found.needs.get(need_id)
    if need is None or not may_rank_offers(actor, need):
        raise NotFound(need=need_id)
    if need.status == "tendered":
        raise CandidatesWithheld(need=need_id)
    record = need.record if tried.budget is None else replace(need.record, budget=tried.budget)
    ranking = rank(record, found.prepared_offers, tried.weights, TOP, tried.without, tried.about)
    return NamedRanking(ranking, found.offers, await party_names(session, {o.party_id for o in found.offers.values()}))


async def rank_needs(session: AsyncSession, actor: Actor, offer_id: int, tried: WhatIf) -> NamedRanking:
    """The open needs for an offer of the actor's own, best first, with reasons. Refusal: NotFound."""
    found = await market(session)
    offer = found.offers.get(offer_id)
    if offer is None or not may_rank_needs(actor, offer):
        raise NotFound(offer=offer_id)
    ranking = rank_for_offer(offer.record, found.prepared_needs, tried.weights, TOP, tried.without, tried.about)
    return NamedRanking(ranking, found.needs, await party_names(session, {n.party_id for n in found.needs.values()}))
