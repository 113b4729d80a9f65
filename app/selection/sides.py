"""The two sides of a round: everybody with a seat, and the wishes of those who are still there."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.matching.allocation.allocate import Allocation
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.queries import lists, seats
from app.selection.rules import Side

Lists = dict[str, list[list[str]]]


@dataclass(frozen=True)
class Sides:
    """Everybody with a seat in a round, by id, and the lists of those who are still there."""

    needs: Mapping[int, RoundNeed]
    offers: Mapping[int, RoundOffer]
    asked: Mapping[int, PreferenceList]
    answered: Mapping[int, PreferenceList]

    @classmethod
    async def of(cls, session: AsyncSession, round_id: int, asking: Set[int], standing: Set[int]) -> "Sides":
        asked, answered = await lists(session, round_id, Side.need), await lists(session, round_id, Side.offer)
        return cls(
            *await seats(session, round_id),
            {id: wishes for id, wishes in asked.items() if id in asking},
            {id: wishes for id, wishes in answered.items() if id in standing},
        )

    @property
    def places(self) -> dict[str, int]:
        return {seat.key: seat.places for seat in self.offers.values()}

    def seekers(self, without: Set[tuple[int, int]] = frozenset()) -> Lists:
        """The needs' lists by keys; `without` the (need, offer) that have settled otherwise."""
        return _wishes(self.asked, self.needs, self.offers, without)

    def providers(self) -> Lists:
        return _wishes(self.answered, self.offers, self.needs)

    def pairs(self, round: Round, allocation: Allocation, at: datetime) -> list[Pair]:
        needs = {seat.key: seat for seat in self.needs.values()}
        offers = {seat.key: seat for seat in self.offers.values()}
        return [_pair(round, needs[need], offers[offer], at) for need, offer in allocation.pairs]


def _wishes(
    handed_in: Mapping[int, PreferenceList],
    own: Mapping[int, RoundNeed] | Mapping[int, RoundOffer],
    partners: Mapping[int, RoundNeed] | Mapping[int, RoundOffer],
    without: Set[tuple[int, int]] = frozenset(),
) -> Lists:
    return {
        seat.key: [[partners[p].key for p in group if (id, p) not in without] for group in handed_in[id].groups]
        if id in handed_in
        else []
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
