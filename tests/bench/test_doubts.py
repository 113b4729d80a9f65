"""How many unsuitable first places are noticed is counted over needs that a regression was not fitted to."""

from decimal import Decimal

import numpy as np

from app.matching.ranking.fit import Signs
from bench.engine.doubts import First, cross_validated, firsts, fitted, measure_alike, measure_doubts, told_of
from bench.engine.market import SeasonMarket
from bench.engine.relevance import NO_FILTERS
from tests.matching.factories import TOWN, make_need, make_offer

POOR, GOOD = Signs(Decimal(0), 0, Decimal("0.2"), Decimal(1)), Signs(Decimal("0.5"), 3, Decimal("0.8"), Decimal(1))


def made(count: int) -> list[First]:
    """Of every need an unsuitable first place that is doubted, and a suitable one that is not."""
    needs = [f"N{number:02d}" for number in range(count)]
    return [
        First(need, signs, is_doubted=not suits, is_suitable=suits)
        for need in needs
        for signs, suits in ((POOR, False), (GOOD, True))
    ]


def test_the_first_places_are_those_of_all_of_the_admitted_and_of_what_is_left_without_the_suitable() -> None:
    dear = make_offer("O1", price=Decimal(90_000))
    other = make_offer("O2", title="巡河", description="净滩", category_codes=("090203",))
    found = firsts(SeasonMarket(TOWN, (make_need("N1"), make_need("N2")), (dear, other)), {"N1": {"O1": 3}}, NO_FILTERS)
    assert [(each.need, each.is_suitable, each.is_doubted) for each in found] == [
        ("N1", True, False),
        ("N1", False, True),
        ("N1", False, True),
    ]


def test_shares_are_those_of_the_rule_and_of_regressions_on_other_needs() -> None:
    found = measure_doubts(made(20))
    assert (found["unsuitable_firsts"], found["suitable_firsts"]) == (20, 20)
    assert (found["noticed_rule"], found["false_alarms_rule"]) == (1, 0)
    assert (found["noticed_regression"], found["false_alarms_regression"]) == (1, 0)
    assert (
        told_of(found)[0] == "unsuitable first places, the rule: 100% of 20 noticed, 0.0% of 20 doubted without cause"
    )


def test_of_few_no_regression_is_fitted() -> None:
    found = measure_doubts(made(3))
    assert (found["noticed_rule"], found["noticed_regression"], found["fitted"]) == (1, None, None)
    assert told_of(found)[1].endswith("too few")


def test_a_need_is_never_asked_about_that_a_regression_was_fitted_to() -> None:
    """The one need whose signs speak the other way is doubted, since all the others say so."""
    needs = [f"N{number}" for number in range(20)]
    signs = np.array([[float(number % 2)] for number in range(20)])
    suitable = np.array([number % 2 == 1 for number in range(20)])
    suitable[0] = True
    assert cross_validated(needs, signs, suitable)[0]
    assert not fitted(signs, suitable).doubts(np.array([[1.0]]))[0]


def test_of_two_kinds_of_needs_both_count_alike_and_neither_has_many_doubted_without_cause() -> None:
    """A hundred clear needs, and ten vague ones whose suitable places show less."""
    half, vague = replaced(GOOD, text="0.2", words=0, vague="0.9"), replaced(POOR, text="0.05", vague="0.9")
    few = [
        First(f"E{number}", signs, is_doubted=True, is_suitable=suits)
        for number in range(10)
        for signs, suits in ((vague, False), (half, True))
    ]
    sets = {"season": made(100), "elsewhere": few}
    found = measure_alike(sets, ("season", "elsewhere"))
    assert found["rule"]["elsewhere"] == "10 of 10 noticed, 10 of 10 doubted without cause"
    for name, needs in (("season", 100), ("elsewhere", 10)):
        told = f"{needs} of {needs} noticed, 0 of {needs} doubted without cause"
        assert (found["fitted alike"][name], found["fitted to other needs"][name]) == (told, told)


def replaced(signs: Signs, words: int = 3, **said: str) -> Signs:
    return signs._replace(words=words, **{name: Decimal(value) for name, value in said.items()})


def test_no_weight_speaks_against_a_place() -> None:
    signs, suitable = np.array([[1.0, 0.0], [0.9, 0.1], [0.1, 0.9], [0.0, 1.0]]), np.array([True, True, False, False])
    assert fitted(signs, suitable).weights.min() >= 0
