"""How well the ranking meets what a reader of both texts finds suitable.

`judgements.csv`: 101 needs with 379 offers graded 0-3 by reading (3 does what is asked for these people, 1 a
neighbouring service, 0 the same words for other people or another purpose); offers not listed count as 0.
Constants and weights were chosen on the half `tune` only. Judgements are about the content, so the hard
filters are off. One reader made both the judgements and the thesaurus: the figures are on the bright side.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from app.matching.filters import FILTERS
from app.matching.pool import OfferPool, pool_of_offers
from app.matching.profiles import Reader
from app.matching.rank import rank
from app.matching.records import DEFAULT_WEIGHTS, Weights
from tests.matching.factories import season_needs, season_offers, season_reference

ALL_FILTERS = [code for code, _ in FILTERS]
TEXT_ALONE = Weights(Decimal(1), *[Decimal(0)] * 7)
Grades = dict[str, dict[str, int]]


def read_judgements(split: str) -> Grades:
    grades: Grades = defaultdict(dict)
    with (Path(__file__).parent / "judgements.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] == split:
                grades[row["need_id"]][row["offer_id"]] = int(row["grade"])
    return grades


def gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


def ndcg(order: Sequence[str], grades: Mapping[str, int], depth: int = 5) -> float:
    """Järvelin and Kekäläinen (2002): what the first `depth` places gain, against the best order possible."""
    best = gain(sorted(grades.values(), reverse=True)[:depth])
    return gain([grades.get(id, 0) for id in order[:depth]]) / best


@pytest.fixture(scope="module")
def market() -> OfferPool:
    reader = Reader(season_reference())
    return pool_of_offers(season_offers(), reader, reader.statistics(season_needs(), season_offers()))


def mean_ndcg(market: OfferPool, weights: Weights, split: str) -> float:
    judged = read_judgements(split)
    needs = [need for need in season_needs() if need.id in judged]
    orders = {
        need.id: [row.id for row in rank(need, market, weights, top=5, without=ALL_FILTERS).rows] for need in needs
    }
    return sum(ndcg(orders[id], judged[id]) for id in judged) / len(judged)


def test_the_measure_gives_the_best_order_one_and_a_useless_one_nothing() -> None:
    assert ndcg(["a", "b"], {"a": 3, "b": 1}) == 1
    assert ndcg(["x", "y"], {"a": 3, "b": 1}) == 0
    assert ndcg(["b", "a"], {"a": 3, "b": 1}) < 1


def test_the_right_offers_stand_first_on_judgements_nothing_was_chosen_by(market: OfferPool) -> None:
    assert mean_ndcg(market, DEFAULT_WEIGHTS, "test") > 0.85


def test_all_criteria_beat_the_text_alone(market: OfferPool) -> None:
    for split in ("tune", "test"):
        assert mean_ndcg(market, DEFAULT_WEIGHTS, split) > mean_ndcg(market, TEXT_ALONE, split) + 0.05


def test_wrongly_entered_codes_do_not_keep_the_right_offer_from_the_top(market: OfferPool) -> None:
    needs = {need.id: need for need in season_needs()}
    wrongly_coded = {"N037": "O047", "N126": "O145", "N143": "O164", "N153": "O082", "N164": "O183"}
    found = {id: rank(needs[id], market, without=ALL_FILTERS).rows[0].id for id in wrongly_coded}
    assert found == wrongly_coded
