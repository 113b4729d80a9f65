"""From sheets to scores, from scores to places."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.assessments.scoring import published
from app.tenders.panels.rules import Sheet
from app.tenders.profiles.rules import TieStep, profile
from app.tenders.standings.rules import (
    Candidate,
    NothingToScore,
    Score,
    criterion_means,
    price_scores,
    rank,
    score,
)
from tests.tenders.awards.test_rules import NOON, TIES, candidate, candidates_of_a_lot
from tests.tenders.season import VENTURE


def sheets(*totals: str) -> list[Sheet]:
    return [Sheet("B", f"J{n}", {"C1": Decimal(total), "C2": Decimal(n)}) for n, total in enumerate(totals, start=1)]


def test_of_five_sheets_the_highest_and_the_lowest_total_are_dropped() -> None:
    assert score(sheets("50", "60", "70", "80", "99"), VENTURE.scoring, "C2") == Score(
        total=Fraction(70 + 3), tie=Fraction(3), counted=5, dropped=("J1", "J5")
    )


def test_of_four_sheets_none_is_dropped() -> None:
    assert score(sheets("50", "60", "70", "81"), VENTURE.scoring, None) == Score(
        total=Fraction(271, 4), tie=Fraction(0), counted=4
    )


def test_a_procurement_drops_no_sheet() -> None:
    points = score(sheets("50", "60", "70", "80", "99"), profile("procurement").scoring, None)
    assert (points.total, points.dropped) == (Fraction(359 + 15, 5), ())


def test_no_sheet_is_no_score() -> None:
    with pytest.raises(NothingToScore):
        score([], VENTURE.scoring, "C2")


def test_the_lowest_price_has_full_points_and_the_others_their_share() -> None:
    amounts = {"B1": Decimal("300"), "B2": Decimal("200"), "B3": Decimal("450.00")}
    assert price_scores(amounts, Decimal(10)) == {
        "B1": Fraction(20, 3),
        "B2": Fraction(10),
        "B3": Fraction(40, 9),
    }
    assert price_scores({}, Decimal(10)) == {}


@pytest.mark.parametrize(
    ("points", "shown"),
    [(Fraction(275, 3), "91.67"), (Fraction(581, 8), "72.63"), (Fraction(1, 200), "0.01")],
)
def test_scores_are_shown_with_two_decimals_half_up(points: Fraction, shown: str) -> None:
    assert published(points) == Decimal(shown)


def test_equal_totals_are_told_apart_by_the_steps_of_the_profile_in_order() -> None:
    first = candidate("B1", "80", "100")
    better_tie = replace(first, bid="B5", tie=Fraction(21))
    cheaper = replace(first, bid="B4", amount=Decimal(99))
    earlier = replace(first, bid="B3", received_at=NOON - timedelta(seconds=1))
    later_number = replace(first, bid="B2")
    placed = rank([first, later_number, earlier, cheaper, better_tie], TIES)
    assert [(p.candidate.bid, p.told_apart_by) for p in placed] == [
        ("B5", None),
        ("B4", TieStep.tie_criterion),
        ("B3", TieStep.lower_amount),
        ("B1", TieStep.earlier_received),
        ("B2", TieStep.bid_number),
    ]


def test_a_procurement_tells_equal_totals_apart_by_the_price() -> None:
    dear = replace(candidate("B1", "80", "100"), tie=Fraction(25))
    placed = rank([dear, candidate("B2", "80", "99")], profile("procurement").scoring.ties)
    assert [(p.place, p.candidate.bid) for p in placed] == [(1, "B2"), (2, "B1")]


def test_totals_that_look_equal_when_rounded_are_not_a_tie() -> None:
    placed = rank([candidate("B1", "80", "1"), candidate("B2", "80001/1000", "100")], TIES)
    assert [(p.candidate.bid, p.told_apart_by) for p in placed] == [("B2", None), ("B1", None)]


@settings(deadline=None)
@given(candidates_of_a_lot, st.randoms())
def test_places_do_not_depend_on_the_order_of_the_input(candidates: list[Candidate], random: Random) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert rank(shuffled, TIES) == rank(candidates, TIES)


@settings(deadline=None)
@given(st.lists(st.integers(0, 200), min_size=1, max_size=9), st.randoms())
def test_a_score_does_not_depend_on_the_order_of_the_sheets(halves: list[int], random: Random) -> None:
    given_sheets = sheets(*(str(Decimal(half) / 2) for half in halves))
    shuffled = list(given_sheets)
    random.shuffle(shuffled)
    assert score(shuffled, VENTURE.scoring, "C2") == score(given_sheets, VENTURE.scoring, "C2")


marks = st.fixed_dictionaries({code: st.integers(0, 100).map(lambda n: Decimal(n) / 2) for code in ("C1", "C2", "C3")})


@given(st.lists(marks, min_size=2, max_size=9))
def test_the_means_of_the_criteria_add_up_to_the_score(given_marks: list[dict[str, Decimal]]) -> None:
    given_sheets = [Sheet("B01", f"J{number}", each) for number, each in enumerate(given_marks)]
    means = criterion_means(given_sheets, VENTURE.scoring)
    assert sum(means.values()) == score(given_sheets, VENTURE.scoring, None).total


def test_one_sheet_alone_is_not_told_by_its_marks() -> None:
    assert criterion_means([Sheet("B01", "J1", {"C1": Decimal(9)})], VENTURE.scoring) == {}
    assert criterion_means([], VENTURE.scoring) == {}
