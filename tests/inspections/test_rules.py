"""What an inspection found, as a record: for a year, with three months to mend what did not pass."""

from datetime import date

import pytest

from app.inspections.rules import InspectorsTooFew, check_inspectors, found
from app.inspections.terms import drawn_share, least_inspectors
from app.records.registers import bar_of, register_of
from app.records.rules import RecordKind, WayBackMisplaced, WayBackMissing

ON = date(2018, 10, 12)
SAID = ("支出缺少凭证", "补齐凭证", "呈贡区民政局", "呈民检〔2018〕7号", ON)


def test_who_did_not_pass_has_three_months_and_is_shown_for_a_year() -> None:
    fact = found("unqualified", *SAID)
    assert (fact.kind, fact.valid_from, fact.valid_until) == (RecordKind.spot_check, ON, date(2019, 10, 11))
    assert (fact.requirement, fact.due_on, fact.shown_until) == ("补齐凭证", date(2019, 1, 11), date(2019, 10, 11))
    with pytest.raises(WayBackMissing):
        found("basically_qualified", "支出缺少凭证", "", *SAID[2:])


def test_who_passed_has_nothing_to_mend() -> None:
    fact = found("qualified", "内部治理和财务正常", "", *SAID[2:])
    assert (fact.due_on, fact.shown_until) == (None, None)
    with pytest.raises(WayBackMisplaced):
        found("qualified", *SAID)


def test_it_is_no_annual_inspection_and_bars_nobody_from_bidding() -> None:
    fact = found("unqualified", *SAID)
    assert (register_of([fact], ON).annual_inspection, bar_of(fact, ON)) == (None, None)


def test_two_different_people_inspect() -> None:
    assert (least_inspectors(), str(drawn_share().share)) == (2, "0.05")
    check_inspectors(["王建国", "李秀英"], 2)
    for names in (["王建国"], ["王建国", "王建国"]):
        with pytest.raises(InspectorsTooFew):
            check_inspectors(names, 2)
