"""Evaluations: when the final one begins, what the four groups come to, and what passes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from app.assessments.rules import AssessmentStatus, outcome
from app.assessments.schemes import scheme
from app.draws.rules import draw_size
from app.evaluations.rules import (
    SCHEMES,
    EvaluationEarly,
    EvaluationKind,
    ResultMissing,
    ResultMoved,
    check_result,
    earliest_final,
    is_passed,
    no_result,
    runs_long_enough,
    untimely,
)
from app.evaluations.terms import spot_checks
from app.matching.allocation.market import drawn

K, ENDS = EvaluationKind, date(2019, 7, 31)
FINAL = scheme(SCHEMES[K.final])


@dataclass(frozen=True)
class Sheet:
    bid: str
    judge: str
    total: Decimal


def sheets(totals: Mapping[str, str]) -> dict[str, list[Sheet]]:
    return {group: [Sheet("1", group, Decimal(total))] for group, total in totals.items()}


def all_of(total: str) -> dict[str, list[Sheet]]:
    return sheets(dict.fromkeys((group.code for group in FINAL.groups), total))


def test_the_final_evaluation_begins_a_month_before_the_contract_ends() -> None:
    assert earliest_final(ENDS, 1) == date(2019, 6, 30)
    assert earliest_final(date(2019, 3, 15), 1) == date(2019, 2, 15)
    assert earliest_final(date(2019, 1, 10), 1) == date(2018, 12, 10)
    refusal = untimely(K.final, ENDS, date(2019, 6, 29), 1)
    assert isinstance(refusal, EvaluationEarly)
    assert refusal.facts == {"from_on": date(2019, 6, 30), "ends_on": ENDS}
    assert untimely(K.final, ENDS, date(2019, 6, 30), 1) is None
    assert untimely(K.midterm, ENDS, date(2018, 9, 1), 1) is None


def test_four_groups_of_60_20_10_10_come_to_87_which_is_good() -> None:
    found = outcome(FINAL, sheets({"third_party": "85", "purchaser": "90", "committee": "88", "supervisor": "92"}))
    assert (found.total, found.band) == (Decimal("87.00"), "good")


@pytest.mark.parametrize(
    ("total", "band", "passes"),
    [("90", "excellent", True), ("89.5", "good", True), ("60", "qualified", True), ("59.5", "unqualified", False)],
)
def test_grades_begin_at_their_bound_and_every_one_but_the_last_passes(total: str, band: str, passes: bool) -> None:
    found = outcome(FINAL, all_of(total))
    assert (found.band, is_passed(FINAL, found.band)) == (band, passes)


def test_where_money_was_taken_away_the_whole_project_counts_nothing() -> None:
    found = outcome(FINAL, all_of("100"), "embezzlement")
    assert (found.total, is_passed(FINAL, found.band)) == (Decimal("0.00"), False)


@pytest.mark.parametrize("kind", list(K))
def test_every_kind_has_a_scheme_that_says_who_set_its_numbers(kind: EvaluationKind) -> None:
    found = scheme(SCHEMES[kind])
    assert all(each.source for each in (*found.groups, *found.bands))
    assert [each.is_given for each in found.groups] == [False] * len(found.groups)


def test_no_report_without_a_result_nor_on_an_older_one() -> None:
    assert no_result(AssessmentStatus.drafted) is None
    assert isinstance(no_result(AssessmentStatus.collecting), ResultMissing)
    assert isinstance(no_result(AssessmentStatus.announced), ResultMissing)
    with pytest.raises(ResultMoved):
        check_result(1, 2)


SEED = "chenggong-2018"
PROJECTS = [f"HT-2018-{number:03}" for number in range(1, 27)]


def test_of_26_projects_of_a_year_8_are_drawn_and_anybody_draws_the_same_again() -> None:
    terms, months = spot_checks()
    assert (terms.share, months, bool(terms.source)) == (Decimal("0.3"), 11, True)
    size = draw_size(terms.share, len(PROJECTS))
    assert size == 8
    lots = sorted(PROJECTS, key=lambda number: hashlib.sha256(f"{SEED}\n{number}".encode()).hexdigest())
    assert list(drawn(SEED, reversed(PROJECTS), size)) == lots[:8]
    assert drawn("another", PROJECTS, size) != drawn(SEED, PROJECTS, size)


def test_what_runs_a_year_is_drawn_of() -> None:
    assert runs_long_enough(date(2018, 8, 1), ENDS, 12)
    assert runs_long_enough(date(2018, 8, 15), ENDS, spot_checks()[1])
    assert not runs_long_enough(date(2018, 8, 1), date(2019, 7, 30), 12)
    assert runs_long_enough(date(2020, 2, 29), date(2021, 2, 28), 12)
