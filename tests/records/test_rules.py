"""Rules of records, without a database: the figures are those that the papers state."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.core.errors import DomainError
from app.records.periods import rectification_period
from app.records.registers import Bar, Register, bar_of, register_of
from app.records.rules import (
    DecisionUntimely,
    Fact,
    FourLevel,
    HearingMisplaced,
    HearingMissing,
    Inspection,
    PartyBuilding,
    RatingA,
    RatingBarred,
    RecordEndsBeforeStart,
    RecordKind,
    RecordNotHidden,
    RecordOverlaps,
    RecordTitleMisplaced,
    RecordUntitled,
    RecordValueUnfit,
    Visibility,
    WayBackMisplaced,
    WayBackMissing,
    WayBackTooShort,
    check_decided,
    check_fact,
    check_free,
    check_unbarred,
    holds_on,
    with_term,
)
from app.records.terms import after, terms

K = RecordKind
GRADE = Fact(K.rating_a, "4A", valid_from=date(2016, 3, 1))
LISTED = Fact(
    K.abnormal,
    "no_report",
    valid_from=date(2018, 9, 3),
    requirement="补报年度工作报告",
    due_on=date(2018, 12, 31),
    shown_until=date(2019, 12, 31),
    heard_on=date(2018, 8, 20),
    decided_on=date(2018, 9, 3),
)
WARNED = replace(LISTED, kind=K.penalty, value="warning", title="呈民罚〔2018〕1号")
TODAY = date(2018, 9, 10)


@pytest.mark.parametrize(
    ("fact", "until"),
    [
        (GRADE, date(2021, 2, 28)),
        (replace(GRADE, kind=K.rating_four_level, value="good"), date(2019, 2, 28)),
        (Fact(K.rating_bar, "lowered", valid_from=date(2018, 6, 1)), date(2020, 5, 31)),
        (Fact(K.rating_bar, "revoked", valid_from=date(2018, 6, 1)), date(2021, 5, 31)),
        (Fact(K.inspection, "qualified", valid_from=date(2017, 1, 1)), date(2017, 12, 31)),
        (LISTED, date(2019, 12, 31)),
        (replace(GRADE, valid_until=date(2018, 1, 1)), date(2018, 1, 1)),
        (Fact(K.rectification, "passed", valid_from=date(2018, 1, 1)), None),
    ],
)
def test_a_record_ends_by_its_term_where_no_day_is_named(fact: Fact, until: date | None) -> None:
    assert with_term(fact).valid_until == until


def test_two_years_on_the_list_end_on_the_day_it_began() -> None:
    assert after(date(2018, 9, 3), "abnormal_becomes_serious") == date(2020, 9, 3)
    assert after(date(2023, 3, 1), "bars_after_abnormal") == date(2024, 3, 1)
    assert after(date(2016, 2, 29), "bars_after_abnormal") == date(2017, 2, 28)
    assert after(date(2200, 1, 1), "rating_a") == date(2200, 12, 31)


def test_a_number_that_no_paper_of_the_district_gives_says_so() -> None:
    ungiven = [name for name, term in terms().items() if not term.is_given]
    assert ungiven == ["removed", "bars_after_abnormal", "bars_after_serious", "handed_over"]
    assert all(term.source for term in terms().values())


@pytest.mark.parametrize(
    ("fact", "facts", "refusal"),
    [
        (GRADE, {"value": "6A"}, RecordValueUnfit),
        (GRADE, {"title": "4A"}, RecordTitleMisplaced),
        (GRADE, {"valid_until": date(2016, 2, 29)}, RecordEndsBeforeStart),
        (GRADE, {"visibility": Visibility.within}, RecordNotHidden),
        (GRADE, {"requirement": "整改"}, WayBackMisplaced),
        (Fact(K.award, ""), {}, RecordUntitled),
        (LISTED, {"requirement": ""}, WayBackMissing),
        (LISTED, {"due_on": None}, WayBackMissing),
        (LISTED, {"shown_until": None}, WayBackMissing),
        (LISTED, {"shown_until": date(2018, 12, 30)}, WayBackTooShort),
        (LISTED, {"valid_until": date(2020, 1, 1)}, WayBackTooShort),
    ],
)
def test_what_no_record_can_be_is_refused(fact: Fact, facts: dict[str, Any], refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        check_fact(replace(fact, **facts))


def test_a_way_back_that_is_whole_and_a_grade_without_one_stand() -> None:
    for fact in (LISTED, GRADE, Fact(K.award, "", "先进社会组织", visibility=Visibility.within)):
        check_fact(fact)


@pytest.mark.parametrize(
    ("fact", "facts", "refusal"),
    [
        (LISTED, {"heard_on": None}, HearingMissing),
        (LISTED, {"decided_on": None}, HearingMissing),
        (replace(LISTED, kind=K.serious, value="fraud"), {"heard_on": None}, HearingMissing),
        (WARNED, {"decided_on": None}, HearingMissing),
        (GRADE, {"heard_on": date(2016, 2, 1), "decided_on": date(2016, 3, 1)}, HearingMisplaced),
        (LISTED, {"heard_on": date(2018, 9, 4)}, DecisionUntimely),
        (LISTED, {"decided_on": date(2018, 9, 11)}, DecisionUntimely),
        (GRADE, {"decided_on": date(2018, 9, 11)}, DecisionUntimely),
    ],
)
def test_what_was_decided_unheard_or_out_of_order_is_refused(
    fact: Fact, facts: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        check_decided(replace(fact, **facts), TODAY)


@pytest.mark.parametrize(
    ("fact", "facts"),
    [
        (LISTED, {}),
        (LISTED, {"heard_on": LISTED.decided_on}),
        (LISTED, {"decided_on": TODAY}),
        (WARNED, {"heard_on": None, "decided_on": None}),
        (GRADE, {"decided_on": date(2016, 3, 1)}),
    ],
)
def test_heard_then_decided_then_entered_stands(fact: Fact, facts: dict[str, Any]) -> None:
    check_decided(replace(fact, **facts), TODAY)


def test_of_one_kind_and_title_there_is_one_at_a_time() -> None:
    standing = [with_term(GRADE), Fact(K.award, "", "先进社会组织", valid_from=date(2018, 1, 1))]
    next_one = replace(GRADE, valid_from=date(2021, 3, 1))
    for fact in (next_one, replace(GRADE, kind=K.rating_four_level), Fact(K.award, "", "优秀项目")):
        check_free(fact, standing)
    with pytest.raises(RecordOverlaps) as refused:
        check_free(replace(GRADE, valid_from=date(2021, 2, 28)), standing)
    assert refused.value.facts == {
        "record_kind": "rating_a",
        "valid_from": date(2016, 3, 1),
        "valid_until": date(2021, 2, 28),
    }
    with pytest.raises(RecordOverlaps):
        check_free(Fact(K.award, "", "先进社会组织"), standing)


def test_no_grade_is_given_before_its_bar_ends() -> None:
    bar = [with_term(Fact(K.rating_bar, "lowered", valid_from=date(2018, 6, 1)))]
    check_unbarred(replace(GRADE, valid_from=date(2020, 6, 1)), bar)
    check_unbarred(Fact(K.inspection, "qualified", valid_from=date(2019, 1, 1)), bar)
    with pytest.raises(RatingBarred) as refused:
        check_unbarred(replace(GRADE, valid_from=date(2020, 5, 31)), bar)
    assert refused.value.facts == {"valid_until": date(2020, 5, 31)}


def test_a_record_holds_from_its_first_to_its_last_day_or_without_end() -> None:
    ordered = Fact(K.rectification, "ordered", valid_from=date(2017, 7, 1), valid_until=date(2018, 6, 30))
    days = [date(2017, 6, 30), date(2017, 7, 1), date(2018, 6, 30), date(2018, 7, 1)]
    assert [holds_on(ordered, day) for day in days] == [False, True, True, False]
    assert [register_of([ordered], day).in_rectification for day in days] == [False, True, True, False]
    assert holds_on(Fact(K.rectification, "ordered"), date(2030, 1, 1))


def test_a_register_says_what_stands_on_the_day() -> None:
    records = [
        with_term(GRADE),
        Fact(K.rating_a, "5A", valid_from=date(2021, 3, 1)),
        Fact(K.rating_four_level, "excellent", valid_from=date(2015, 1, 1)),
        Fact(K.inspection, "qualified", valid_from=date(2016, 1, 1), valid_until=date(2016, 12, 31)),
        Fact(K.inspection, "unqualified", valid_from=date(2017, 1, 1), valid_until=date(2017, 12, 31)),
        Fact(K.party_building, "joint_branch"),
        Fact(K.qualification, "", "民非登记证书"),
        Fact(K.qualification, "", "督导能力", valid_from=date(2019, 1, 1)),
    ]
    found = register_of(records, date(2018, 10, 12))
    assert found == Register(
        rating_a=RatingA.a4,
        rating_four_level=FourLevel.excellent,
        rating_year=2016,
        annual_inspection=Inspection.unqualified,
        annual_inspection_year=2017,
        party_building=PartyBuilding.joint_branch,
        qualifications=("民非登记证书",),
    )
    assert [register_of(records, date(2021, month, 1)).rating_a for month in (2, 3)] == [RatingA.a4, RatingA.a5]
    assert register_of(records, date(2015, 6, 1)).rating_a is None


def test_a_rectification_is_open_until_it_is_passed_whatever_its_days_and_until_it_is_no_longer_shown() -> None:
    ordered = Fact(K.rectification, "ordered", words="2017-07至2018-06整改期", valid_until=date(2018, 6, 30))
    later = date(2018, 10, 12)
    assert register_of([ordered], later).open_rectification == "2018-06-30"
    assert register_of([replace(ordered, valid_until=None)], later).open_rectification == ordered.words
    assert register_of([replace(ordered, value="passed")], later).open_rectification is None
    shown = replace(ordered, requirement="整改", due_on=later, shown_until=later)
    assert register_of([shown], later).open_rectification == "2018-06-30"
    assert register_of([shown], date(2018, 10, 13)) == Register()


def test_whoever_was_on_a_list_may_bid_again_after_its_term() -> None:
    """Removed on 2023-03-01: from the list of abnormal activity one may bid a year later, from the other after two."""
    shown = {"requirement": "补报", "due_on": date(2023, 2, 1), "shown_until": date(2030, 12, 31)}
    removed = {"valid_from": date(2022, 5, 1), "valid_until": date(2023, 2, 28), **shown}
    abnormal, serious = Fact(K.abnormal, "no_report", **removed), Fact(K.serious, "fraud", **removed)
    assert register_of([abnormal], date(2024, 2, 29)).debarred_until == date(2024, 2, 29)
    assert register_of([serious], date(2024, 3, 1)).debarred_until == date(2025, 2, 28)
    assert [register_of([abnormal], day).bars for day in (date(2022, 4, 30), date(2024, 3, 1))] == [(), ()]
    hidden = replace(abnormal, shown_until=date(2023, 6, 30))
    assert bar_of(hidden, date(2023, 6, 30)) == Bar(K.abnormal, "no_report", date(2023, 6, 30), is_given=False)
    assert register_of([hidden], date(2023, 7, 1)).bars == ()


def test_a_stop_order_bars_while_it_holds_and_a_rectification_until_it_is_passed() -> None:
    days = {"valid_from": date(2018, 1, 1), "valid_until": date(2018, 6, 30)}
    stopped, fined = Fact(K.penalty, "stop_order", "1号", **days), Fact(K.penalty, "fine", "2号", **days)
    assert register_of([stopped, fined], date(2018, 6, 30)).bars == (Bar(K.penalty, "stop_order", date(2018, 6, 30)),)
    assert register_of([stopped, fined], date(2018, 7, 1)).bars == ()
    ordered = Fact(K.rectification, "ordered", **days)
    later = register_of([ordered], date(2018, 10, 12))
    assert (later.bars, later.debarred_until) == ((Bar(K.rectification, "ordered", None),), None)
    assert register_of([replace(ordered, value="passed")], date(2018, 10, 12)).bars == ()
    assert register_of([Fact(K.abnormal, "no_report")], date(2018, 10, 12)).debarred_until == date(2200, 12, 31)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2017-07至2018-06整改期", (date(2017, 7, 1), date(2018, 6, 30))),
        ("2019年12月至2020年2月限期整改", (date(2019, 12, 1), date(2020, 2, 29))),
        ("限期整改", (None, None)),
        ("2018-13至2018-14", (None, None)),
        ("2018-06至2017-07", (None, None)),
        ("0000-01至2017-07", (None, None)),
        ("2017-07至9999-12", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_period_of_rectification_is_read_from_its_words(text: str, period: tuple[date | None, date | None]) -> None:
    assert rectification_period(text) == period
