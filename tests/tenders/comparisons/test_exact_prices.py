"""The price of inclusion where the price itself is scored: fractions of any size, proven against every subset."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from random import Random

from app.matching.winners.choose import Contender, best_winners
from app.matching.winners.inclusion import price_of_inclusion
from app.tenders.standings.rules import price_scores

CASES = 200
STEPS = (1, 100, 100_00, 1000_00)  # fen: amounts in fen, in yuan, in hundreds, in thousands


def bids(random: Random) -> list[Contender]:
    """Bids of a lot by 87号令 art. 55: means of five judges plus the points of the price, amounts often alike."""
    step = random.choice(STEPS)
    asked = [random.randint(300_000, 3_000_000) // step * step for _ in range(random.randint(3, 6))]
    if random.random() < 0.3:
        asked = random.choices(asked, k=len(asked))
    amounts = {f"B{n}": Decimal(fen) / 100 for n, fen in enumerate(asked, 1)}
    points = price_scores(amounts, Decimal(random.choice((10, 15, 30))))
    marks = {bid: Fraction(random.randint(600, 850), 10) for bid in amounts}
    applicants = {bid: f"applicant {random.randint(1, len(amounts))}" for bid in amounts}
    return [Contender(b, marks[b] + points[b], amounts[b], frozenset({applicants[b]})) for b in amounts]


def allowed(lot: Sequence[Contender], places: int, budget: Decimal) -> Iterator[tuple[Contender, ...]]:
    for size in range(places + 1):
        for chosen in combinations(lot, size):
            groups = [group for each in chosen for group in each.groups]
            if sum(each.amount for each in chosen) <= budget and len(groups) == len(set(groups)):
                yield chosen


def score(chosen: Sequence[Contender]) -> Fraction:
    return sum((each.score for each in chosen), Fraction(0))


def test_every_price_of_inclusion_is_proven_and_is_that_of_all_subsets() -> None:
    random = Random(448)
    for _ in range(CASES):
        lot, places = bids(random), random.randint(1, 4)
        budget = Decimal(random.randint(1_000_000, 9_000_000)) / 100
        sets = list(allowed(lot, places, budget))
        best = best_winners(lot, places=places, budget=budget)
        assert best.score == max(map(score, sets))
        losers = [each.key for each in lot if each.key not in best.keys]
        for loser in losers[:1]:
            having = [score(chosen) for chosen in sets if loser in {each.key for each in chosen}]
            price = price_of_inclusion(lot, loser, best, places=places, budget=budget).price
            assert price == (best.score - max(having) if having else None)
