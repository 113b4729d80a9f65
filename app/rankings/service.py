"""Rankings of offers for a need and of needs for an offer."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Literal, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.errors import NotFound
from app.matching.ranking.layered import Layered
from app.matching.ranking.rank import Ranking, Sight, sight_of_needs, sight_of_offers
from app.parties.queries import PartyName, party_names
from app.rankings.entries import NeedEntry, OfferEntry, need_entries, offer_entries, open_entries
from app.rankings.kept import market
from app.rankings.market import Market, edits_since, untaken
from app.rankings.policy import may_rank_needs, may_rank_offers
from app.rankings.rules import TOP, CandidatesWithheld, WhatIf

Entries = Mapping[int, NeedEntry] | Mapping[int, OfferEntry]
Read = Callable[[AsyncSession, Collection[int], date], Awaitable[Entries]]


class NamedRanking(NamedTuple):
    """A ranking, and what its ids are called: whoever it speaks of, and the names of their owners."""

    ranking: Ranking
    things: Entries
    names: Mapping[int, PartyName]


async def rank_offers(session: AsyncSession, actor: Actor, need_id: int, tried: WhatIf) -> NamedRanking:
    """The offers for a need, best first, with reasons. Refusals: NotFound, CandidatesWithheld, MarketUnready."""
    need = (await need_entries(session, [need_id], shanghai_date(await now(session)))).get(need_id)
    if need is None or not may_rank_offers(actor, need):
        raise NotFound(need=need_id)
    if need.status == "tendered":
        raise CandidatesWithheld(need=need_id)
    found = await market(session)
    record = need.record if tried.budget is None else replace(need.record, budget=tried.budget)
    look = partial(sight_of_offers, record, weights=tried.weights, without=tried.without)
    return await _ranked(session, found, "offers", look, offer_entries, tried.about)


async def rank_needs(session: AsyncSession, actor: Actor, offer_id: int, tried: WhatIf) -> NamedRanking:
    """The open needs for an offer of the actor's own, best first, with reasons. Refusals: NotFound, MarketUnready."""
    offer = (await offer_entries(session, [offer_id], shanghai_date(await now(session)))).get(offer_id)
    if offer is None or not may_rank_needs(actor, offer):
        raise NotFound(offer=offer_id)
    found = await market(session)
    look = partial(sight_of_needs, offer.record, weights=tried.weights, without=tried.without)
    return await _ranked(session, found, "needs", look, open_entries, tried.about)


async def _ranked(
    session: AsyncSession,
    found: Market,
    side: Literal["needs", "offers"],
    look: Callable[[Layered[Any]], Sight],
    read: Read,
    about: str | None,
) -> NamedRanking:
    """What the rows that are spoken of hold now is what is said of them: whatever was written since the market was
    made ready is made ready here and looked at again."""
    layers, taken = getattr(found, side), frozenset[int]()
    while True:
        sight = await asyncio.to_thread(look, layers)
        spoken_of = {int(id) for id in sight.spoken_of(TOP, about)}
        things = await read(session, spoken_of, found.ground.day)
        written = getattr(untaken(found, await edits_since(session, found.seen)), side) & spoken_of - taken
        if not written:
            break
        taken |= written
        fresh = [things[id].record for id in written if id in things]
        layers = layers.renewed(fresh, [str(id) for id in written if id not in things])
    records = {str(id): thing.record for id, thing in things.items()}
    ranking = await asyncio.to_thread(sight.ranking, records, TOP, about)
    return NamedRanking(ranking, things, await party_names(session, {thing.party_id for thing in things.values()}))
