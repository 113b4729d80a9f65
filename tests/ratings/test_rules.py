"""Ratings by their figures: votes, terms, bars, plates, and the mapping between two schemes."""

import csv
from datetime import date
from fractions import Fraction

import pytest

from app.assessments.schemes import scheme
from app.ratings.rules import (
    AyesMissing,
    Ballot,
    BodySizeWrong,
    InspectionUnfit,
    NothingLower,
    Past,
    PenaltyTooRecent,
    QuorumMissing,
    RatedAlready,
    RegisteredTooShort,
    Ruling,
    barred,
    check_vote,
    graded,
    hindrance,
    last_inspected,
    next_lower,
    quorum,
    reapply_on,
    shown_as,
)
from app.ratings.terms import DAY, mapping, rating_terms, years_after
from app.records.rules import FourLevel, RatingA, RatingBarred, RecordKind, check_fact
from app.season.files import find_season

NATIONAL, LOCAL = rating_terms("national_5a"), rating_terms("local_four_level")
RULING = Ruling("呈贡区民政局", "呈民发〔2018〕20号", date(2018, 6, 1))


def votes(ayes: int, others: int = 0) -> list[Ballot]:
    return [Ballot.aye] * ayes + [Ballot.nay] * others


def test_of_fifteen_members_ten_are_a_quorum_and_eight_ayes_needed() -> None:
    check_vote(15, votes(8, 2), NATIONAL)
    with pytest.raises(QuorumMissing) as refusal:
        check_vote(15, votes(9), NATIONAL)
    assert refusal.value.facts == {"members": 15, "present": 9, "required": 10}
    with pytest.raises(AyesMissing) as lacking:
        check_vote(15, votes(7, 8), NATIONAL)
    assert lacking.value.facts == {"members": 15, "ayes": 7, "required": 8}


def test_of_fourteen_members_seven_ayes_suffice() -> None:
    assert quorum(14, Fraction(1, 2)) == 7
    check_vote(14, votes(7, 3), NATIONAL)


@pytest.mark.parametrize("members", [6, 26])
def test_a_committee_has_seven_to_twenty_five_members(members: int) -> None:
    with pytest.raises(BodySizeWrong):
        check_vote(members, votes(members), NATIONAL)


def test_4a_from_march_2016_holds_to_february_2021_and_is_applied_for_anew_from_march_2019() -> None:
    first = date(2016, 3, 1)
    assert years_after(first, NATIONAL.years) - DAY == date(2021, 2, 28)
    assert reapply_on(first, NATIONAL) == date(2019, 3, 1)
    assert years_after(first, LOCAL.years) - DAY == date(2019, 2, 28)


def rated(kind: RecordKind, value: str, first: date | None, last: date | None = None) -> Past:
    return Past(kind, value, first, last)


INSPECTED = rated(RecordKind.inspection, "qualified", date(2018, 1, 1), date(2018, 12, 31))


def test_a_grade_is_applied_for_anew_in_its_last_years() -> None:
    past = [rated(RecordKind.rating_a, "4A", date(2016, 3, 1), date(2021, 2, 28)), INSPECTED]
    refusal = hindrance(NATIONAL, "2010", past, date(2019, 2, 28))
    assert isinstance(refusal, RatedAlready)
    assert refusal.facts == {"valid_until": date(2021, 2, 28), "reapply_on": date(2019, 3, 1)}
    assert hindrance(NATIONAL, "2010", past, date(2019, 3, 1)) is None


@pytest.mark.parametrize(("value", "again"), [("lowered", date(2020, 6, 1)), ("revoked", date(2021, 6, 1))])
def test_a_lowered_grade_bars_for_two_years_and_a_revoked_one_for_three(value: str, again: date) -> None:
    fact = barred(value, RULING)
    check_fact(fact)
    assert fact.valid_until == again - DAY
    past = [rated(fact.kind, fact.value, fact.valid_from, fact.valid_until)]
    assert isinstance(hindrance(LOCAL, "2010", past, again - DAY), RatingBarred)
    assert hindrance(LOCAL, "2010", past, again) is None


def test_who_is_registered_less_than_two_years_waits() -> None:
    assert isinstance(hindrance(NATIONAL, "2016-10", [INSPECTED], date(2018, 10, 30)), RegisteredTooShort)
    assert hindrance(NATIONAL, "2016-10", [INSPECTED], date(2018, 10, 31)) is None
    assert hindrance(LOCAL, "2018-09", [], date(2018, 10, 1)) is None


@pytest.mark.parametrize(
    ("values", "year"), [(("unqualified",), 2017), (("basically_qualified", "basically_qualified"), 2017), ((), 2017)]
)
def test_an_inspection_that_was_failed_missed_or_twice_basic_keeps_from_applying(
    values: tuple[str, ...], year: int
) -> None:
    past = [
        rated(RecordKind.inspection, value, date(year - n, 1, 1), date(year - n, 12, 31))
        for n, value in enumerate(reversed(values))
    ]
    refusal = hindrance(NATIONAL, "2010", past, date(2018, 10, 1))
    assert isinstance(refusal, InspectionUnfit)
    assert refusal.facts["value"] == (values[-1] if values else "missed")


def test_reports_of_a_year_are_due_by_the_end_of_the_next_may() -> None:
    assert (last_inspected(date(2018, 5, 31)), last_inspected(date(2018, 6, 1))) == (2016, 2017)


def test_a_penalty_of_the_last_year_keeps_from_applying() -> None:
    past = [INSPECTED, rated(RecordKind.penalty, "warning", date(2017, 11, 1), date(2017, 11, 30))]
    assert isinstance(hindrance(NATIONAL, "2010", past, date(2018, 10, 1)), PenaltyTooRecent)
    assert hindrance(NATIONAL, "2010", past, date(2018, 11, 1)) is None


def test_a_grade_is_lowered_by_one_and_the_last_one_is_not() -> None:
    assert next_lower(scheme("national_5a"), "4A") == "3A"
    with pytest.raises(NothingLower):
        next_lower(scheme("national_5a"), "1A")


def test_an_unqualified_grade_says_what_to_do_within_a_year() -> None:
    fact = graded(LOCAL, "unqualified", date(2021, 5, 31), RULING)
    check_fact(fact)
    assert (fact.due_on, fact.shown_until) == (date(2019, 5, 31), date(2021, 5, 31))


LEVELS = {"优秀": "excellent", "良好": "good", "合格": "qualified", "不合格": "unqualified"}


def season_grades() -> list[tuple[str, RatingA, FourLevel]]:
    with (find_season("kunming2018") / "organizations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["rating_a"] and row["rating_four_level"]]
    return [(row["id"], RatingA(row["rating_a"]), FourLevel(LEVELS[row["rating_four_level"]])) for row in rows]


def test_the_mapping_fits_41_of_42_and_g29_stays_unqualified() -> None:
    grades = season_grades()
    unlike = [ref for ref, national, local in grades if shown_as(national, mapping()) is not local]
    assert (len(grades), unlike) == (42, ["G29"])
