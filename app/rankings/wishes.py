"""The lists that follow from rankings, for whoever handed in none."""

from collections.abc import Mapping, Sequence

from app.matching.allocation.market import lot
from app.matching.ranking.rank import Placing, sight_of_needs, sight_of_offers, tie_groups
from app.matching.ranking.records import NeedRecord, OfferRecord
from app.rankings.market import Market
from app.rankings.rules import TOP

Keys = Mapping[int, str]  # who takes part: id → the key that its lot is drawn by
Groups = list[list[int]]  # ids, best first; those of one group are equally welcome


def wishes_of_need(found: Market, need: NeedRecord, partners: Keys, seed: str) -> Groups:
    return wishes_by(sight_of_offers(need, found.offers).placings(), partners, seed)


def wishes_of_offer(found: Market, offer: OfferRecord, partners: Keys, seed: str) -> Groups:
    return wishes_by(sight_of_needs(offer, found.needs).placings(), partners, seed)


def wishes_by(placings: Sequence[Placing], partners: Keys, seed: str) -> Groups:
    """The best of the partners, as many as a list may name; where not all of a tie fit, the lots of `seed` choose."""
    groups: Groups = []
    left = TOP
    for tied in tie_groups(placings):
        present = sorted((int(id) for id in tied if int(id) in partners), key=lambda id: lot(seed, partners[id]))
        present = present[:left]
        groups += [present] if present else []
        left -= len(present)
    return groups
