import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.questionnaires.definition import Label, Option
from app.surveys.responses.tables.tabular import read_own_layout
from app.surveys.results.rules import wilson
from app.surveys.results.statistics import DemandIndex, by_stratum, demand_index, question_tables
from app.surveys.results.weighting import Margin, rake
from tests.surveys.factories import make_definition, make_question, season_definition, season_rows

WANT = make_question(
    "multi",
    "want",
    options=[
        Option(name=name, label=Label(zh=name), votes_for=code)
        for name, code in (("meal", "01"), ("bath", "01"), ("play", "02"), ("none", None))
    ],
)
ORDER = make_question("ranking", "order", derived_from="want", rank_count=3)
DEFINITION = make_definition(make_question("single", "sex", scale=True), WANT, ORDER, make_question("number", "age"))


def counts(definition: Any, name: str, responses: list[dict[str, Any]]) -> list[tuple[str, int | None]]:
    (table,) = question_tables(definition, definition.question(name), responses)
    return [(line.option, line.count) for line in table.lines]


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    [  # Wilson 1927 by hand; 0/10 and 10/10 as in Brown, Cai & DasGupta 2001
        (0.5, 10, 0.2366, 0.7634),
        (0.0, 10, 0.0, 0.2775),
        (1.0, 10, 0.7225, 1.0),
        (0.1, 50, 0.0435, 0.2136),
    ],
)
def test_wilson_gives_the_published_intervals(share: float, n: int, low: float, high: float) -> None:
    assert wilson(share, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 10_000), st.data())
def test_the_wilson_interval_contains_its_share_and_stays_between_zero_and_one(n: int, data: st.DataObject) -> None:
    share = data.draw(st.integers(0, n)) / n
    low, high = wilson(share, n)
    assert 0 <= low <= share <= high <= 1


def test_without_answers_nothing_is_known() -> None:
    assert wilson(0.0, 0) == (0.0, 1.0)


def test_shares_are_of_those_who_answered() -> None:
    responses = [{"sex": "a"}, {"sex": "a"}, {"sex": "b"}, {}]
    (table,) = question_tables(DEFINITION, DEFINITION.questions[0], responses)
    assert (table.n, [(line.option, line.count) for line in table.lines]) == (3, [("a", 2), ("b", 1), ("c", 0)])
    shares = [line.unweighted.share for line in table.lines if line.unweighted]
    assert shares == ["0.6667", "0.3333", "0.0000"]
    assert table.mean is not None and (table.mean.share, table.mean.n) == ("1.3333", "3")


def test_a_ranking_counts_who_was_put_first_and_a_multiple_choice_everyone_chosen() -> None:
    responses = [{"want": ["meal", "play"], "order": ["play", "meal"]}, {"want": ["play"], "order": ["play"]}]
    assert counts(DEFINITION, "want", responses) == [("meal", 1), ("bath", 0), ("play", 2), ("none", 0)]
    assert counts(DEFINITION, "order", responses) == [("meal", 0), ("bath", 0), ("play", 2), ("none", 0)]


def test_a_matrix_has_a_table_per_row_with_its_mean_place() -> None:
    definition = make_definition(make_question("rating_matrix", "rate"))
    found = question_tables(definition, definition.questions[0], [{"rate": {"x": "a", "y": "c"}}, {"rate": {"x": "c"}}])
    assert [(t.row, t.n, t.mean.share if t.mean else None) for t in found] == [
        ("x", 2, "2.0000"),
        ("y", 1, "3.0000"),
        ("z", 0, None),
        ("w", 0, None),
    ]


def test_a_number_has_a_mean_with_its_interval() -> None:
    (table,) = question_tables(DEFINITION, DEFINITION.questions[3], [{"age": 20}, {"age": 30}, {"age": 40}])
    assert table.mean is not None
    reach = 1.959963984540054 * 10 / math.sqrt(3)
    assert (table.mean.share, table.mean.low, table.mean.high) == ("30.0000", f"{30 - reach:.4f}", f"{30 + reach:.4f}")


def test_weighted_shares_stand_beside_the_unweighted_with_their_effective_n() -> None:
    responses = [{"sex": "a"}, {"sex": "a"}, {"sex": "b"}]
    (table,) = question_tables(DEFINITION, DEFINITION.questions[0], responses, np.array([0.75, 0.75, 1.5]))
    line = table.lines[0]
    assert line.unweighted is not None and line.weighted is not None
    assert (line.unweighted.share, line.weighted.share) == ("0.6667", "0.5000")
    assert (line.unweighted.n, line.weighted.n) == ("3", "2.6667")


def test_equal_weights_change_nothing() -> None:
    responses = [{"sex": "a"}, {"sex": "b"}, {}]
    answered = [question_tables(DEFINITION, q, responses, np.ones(3)) for _, q in DEFINITION.asked()]
    for table in (table for own in answered for table in own):
        assert [line.unweighted for line in table.lines] == [line.weighted for line in table.lines]


def test_a_stratum_has_tables_of_its_own() -> None:
    responses = [{"sex": "a"}, {"sex": "b"}, {"sex": "b"}]
    split = by_stratum(DEFINITION, DEFINITION.questions[0], {"east": responses[:1], "west": responses[1:]})
    assert {name: [line.count for line in own[0].lines] for name, own in split.items()} == {
        "east": [1, 0, 0],
        "west": [0, 2, 0],
    }


def test_the_demand_index_is_share_times_intensity() -> None:
    responses = [
        {"want": ["meal", "play"], "order": ["play", "meal"]},
        {"want": ["bath", "meal"], "order": ["bath"]},
        {"want": ["play"]},
        {"want": ["none"]},
        {},
    ]
    first, second = demand_index(DEFINITION, responses)
    assert (first.category_code, first.n, first.chosen, first.share) == ("01", 4, 2, "0.5000")
    assert (first.intensity, first.index) == ("0.8333", "0.4167")  # (2/3 + 3/3) / 2; / 4
    assert (second.category_code, second.intensity, second.index) == ("02", "0.5000", "0.2500")


def test_the_interval_of_the_demand_index_is_wilsons_where_answers_are_yes_or_no() -> None:
    responses = [{"want": ["meal"], "order": ["meal"]}] * 30 + [{"want": ["play"], "order": ["play"]}] * 70
    index = demand_index(DEFINITION, responses)[1]
    assert (index.low, index.high) == tuple(f"{end:.4f}" for end in wilson(0.3, 100))


@pytest.mark.parametrize("weights", [None, np.array([0.3, 3.0, 1.0])])
@pytest.mark.parametrize("options", [["meal"], ["play"]])
def test_three_unanimous_answers_leave_the_demand_index_an_interval(options: list[str], weights: Any) -> None:
    for index in demand_index(DEFINITION, [{"want": options, "order": options}] * 3, weights):
        assert index.index in ("0.0000", "1.0000")
        assert float(index.high) - float(index.low) > 0.3


def test_an_index_on_which_all_agree_has_an_interval_too() -> None:
    (index, _) = demand_index(DEFINITION, [{"want": ["meal", "play"], "order": ["play", "meal"]}] * 3)
    assert float(index.low) < float(index.index) <= float(index.high)
    meals = demand_index(DEFINITION, [{"want": ["meal", "play"], "order": ["play", "meal"]}] * 3)[1]
    assert (meals.index, float(meals.low) < 0.6 < 0.7 < float(meals.high)) == ("0.6667", True)


def test_without_a_ranking_every_choice_counts_fully() -> None:
    definition = make_definition(WANT)
    (first, second) = demand_index(definition, [{"want": ["meal"]}, {"want": ["play"]}])
    assert [(i.category_code, i.index, i.intensity) for i in (first, second)] == [
        ("01", "0.5000", "1.0000"),
        ("02", "0.5000", "1.0000"),
    ]


def test_no_answers_give_no_index() -> None:
    assert demand_index(DEFINITION, [{}, {"sex": "a"}]) == []


def season_index(*, raked: bool) -> list[DemandIndex]:
    definition = season_definition()
    header, rows = season_rows()
    read = read_own_layout(definition, header, rows, date(2018, 10, 15))
    answers = [r.answers for r in read if r.status == "valid"]
    sexes = [str(a["Q1"]) for a in answers]
    weights = rake(len(answers), [Margin("sex", sexes, {"M": 50, "F": 50})]).values
    return demand_index(definition, answers, weights if raked else None)


def test_the_season_wants_services_for_children_and_older_people_most() -> None:
    index = season_index(raked=False)
    assert [i.category_code for i in index[:3]] == ["01", "02", "06"]
    assert {(i.n, i.effective_n) for i in index} == {(494, "494")}
    assert all(float(i.low) < float(i.index) < float(i.high) for i in index)


def test_weighting_the_season_by_sex_changes_little_and_costs_some_precision() -> None:
    plain = {i.category_code: float(i.index) for i in season_index(raked=False)}
    raked = season_index(raked=True)
    assert all(abs(plain[i.category_code] - float(i.index)) < 0.02 for i in raked)
    assert all(400 < float(i.effective_n) < 494 for i in raked)
