"""How far judges agree: figures worked by hand, those of the season's panel, and what cannot be told."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from app.assessments.agreement import Surprise, agreement
from app.tenders.panels.rules import Sheet, counted_sheets
from tests.tenders.season import competition


def sheets(totals: dict[str, dict[str, int]]) -> list[Sheet]:
    """Judge → bid → total."""
    return [Sheet(bid, judge, {"C": Decimal(n)}) for judge, own in totals.items() for bid, n in own.items()]


def test_the_season_s_panel_agrees_as_its_sheets_say() -> None:
    season = competition()
    found = agreement(counted_sheets(season.due, season.sheets))
    told = found.reliability
    assert told
    assert (told.bids, told.judges) == (48, 7)
    assert [str(each) for each in (told.single, told.consistent, told.mean)] == ["0.722", "0.806", "0.948"]


def test_the_season_s_judges_differ_as_their_sheets_say() -> None:
    season = competition()
    mirrors = {each.judge: each for each in agreement(counted_sheets(season.due, season.sheets)).mirrors}
    assert {judge: str(each.severity) for judge, each in mirrors.items()} == {
        "J1": "-4.28",
        "J2": "0.83",
        "J3": "-3.62",
        "J4": "2.68",
        "J5": "3.21",
        "J6": "2.34",
        "J7": "-1.16",
    }
    assert {judge: str(mirrors[judge].spread) for judge in ("J1", "J2", "J5")} == {
        "J1": "1.26",
        "J2": "0.73",
        "J5": "0.78",
    }
    assert max((each.scatter, each.judge) for each in mirrors.values()) == (Decimal("4.23"), "J6")
    assert sum(each.sheets for each in mirrors.values()) == 383
    far = {(each.bid, judge): each.difference for judge, m in mirrors.items() for each in m.surprises}
    assert sorted(far.items(), key=lambda each: -abs(each[1]))[:3] == [
        (("B39", "J6"), Decimal("11.2")),
        (("B06", "J5"), Decimal("11.1")),
        (("B05", "J6"), Decimal("-10.8")),
    ]


def test_judges_who_differ_by_strictness_alone_are_consistent_but_not_of_one_mind() -> None:
    found = agreement(sheets({"J1": {"A": 60, "B": 70, "C": 80}, "J2": {"A": 70, "B": 80, "C": 90}}))
    assert found.reliability
    # mean squares: bids 200, judges 150, rest 0
    assert (found.reliability.single, found.reliability.consistent) == (Decimal("0.667"), Decimal("1.000"))
    assert [(each.judge, each.severity, each.spread) for each in found.mirrors] == [
        ("J1", Decimal("-5.00"), Decimal("1.00")),
        ("J2", Decimal("5.00"), Decimal("1.00")),
    ]
    assert found.mirrors[0].surprises[0] == Surprise("A", Decimal("0.0"))


def test_strictness_is_told_from_merit_though_each_judge_missed_a_bid() -> None:
    merit, strict = {"A": 60, "B": 70, "C": 80}, {"J1": -4, "J2": 0, "J3": 4}
    missed = {"J1": "A", "J2": "B", "J3": "C"}
    totals = {j: {bid: merit[bid] + off for bid in merit if bid != missed[j]} for j, off in strict.items()}
    found = agreement(sheets(totals))
    assert [each.severity for each in found.mirrors] == [Decimal("-4.00"), Decimal("0.00"), Decimal("4.00")]
    assert found.reliability is None  # no bid was scored by all


def test_judges_without_a_bid_in_common_cannot_be_compared() -> None:
    found = agreement(sheets({"J1": {"A": 60, "B": 62}, "J2": {"C": 80, "D": 90}}))
    assert (found.reliability, found.mirrors) == (None, ())


def test_equal_scores_and_single_judges_tell_nothing() -> None:
    assert agreement(sheets({"J1": {"A": 70, "B": 70}, "J2": {"A": 70, "B": 70}})).reliability is None
    alone = agreement(sheets({"J1": {"A": 60, "B": 70}}))
    assert (alone.reliability, alone.mirrors) == (None, ())
    assert agreement([]).mirrors == ()


marks = st.lists(st.lists(st.integers(0, 100), min_size=3, max_size=3), min_size=2, max_size=8)


@settings(max_examples=60, deadline=None)
@given(marks)
def test_strictness_adds_up_to_nought_and_one_judge_tells_no_more_than_the_mean(rows: list[list[int]]) -> None:
    totals = {f"J{j}": {f"B{at:02}": row[j] for at, row in enumerate(rows)} for j in range(3)}
    found = agreement(sheets(totals))
    assert abs(sum(each.severity for each in found.mirrors)) <= Decimal("0.02")
    exact = {j: Fraction(sum(own.values()), len(rows)) for j, own in totals.items()}
    overall = sum(exact.values(), Fraction(0)) / 3
    for each in found.mirrors:
        assert abs(Fraction(each.severity) - (exact[each.judge] - overall)) <= Fraction(1, 200)
    if told := found.reliability:
        assert 0 <= told.single <= told.mean <= 1
        assert 0 <= told.consistent <= 1


def test_judges_who_contradict_each_other_agree_no_more_than_by_chance() -> None:
    told = agreement(sheets({"J1": {"A": 60, "B": 70, "C": 81}, "J2": {"A": 80, "B": 70, "C": 60}})).reliability
    assert told
    assert (told.single, told.consistent, told.mean) == (Decimal("0.000"), Decimal("0.000"), Decimal("0.000"))
