"""The lists that follow from rankings, for whoever handed in none."""

from collections.abc import Mapping

from app.matching.allocation.market import lot
from app.matching.ranking.rank import Ranking, rank, rank_for_offer, tie_groups
from app.rankings.market import TOP, Market

Keys = Mapping[int, str]  # who takes part: id → the key that its lot is drawn by
Groups = list[list[int]]  # ids, best first; those of one group are equally welcome


def wishes_of_need(found: Market, need_id: int, partners: Keys, seed: str) -> Groups:
    return wishes_by(rank(found.needs[need_id].record, found.prepared_offers, top=TOP), partners, seed)


def wishes_of_offer(found: Market, offer_id: int, partners: Keys, seed: str) -> Groups:
    return wishes_by(rank_for_offer(found.offers[offer_id].record, found.prepared_needs, top=TOP), partners, seed)


def wishes_by(ranking: Ranking, partners: Keys, seed: str) -> Groups:
    """The best of the partners, as many as a list may name; where not all of a tie fit, the lots of `seed` choose."""
    groups: Groups = []
    left = TOP
    for tied in tie_groups(ranking):
        present = sorted((int(id) for id in tied if int(id) in partners), key=lambda id: lot(seed, partners[id]))
        present = present[:left]
        groups += [present] if present else []
        left -= len(present)
    return groups
