"""From sheets to grades: figures worked by hand, bands that are half open, schemes that add up."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.assessments.rules import ExclusionUnknown, NoticeEnded, NoticeRunning, SheetsMissing, outcome, untimely
from app.assessments.schemes import (
    SchemeBandsWrong,
    SchemeTotalWrong,
    SchemeUnknown,
    SchemeWeightsWrong,
    parse_scheme,
    scheme,
    scheme_document,
    scheme_names,
)

FOUR = {"third_party": "60", "buyer": "20", "committee": "10", "bureau": "10"}


@dataclass(frozen=True)
class Counted:
    total: Decimal
    bid: str = "A"
    judge: str = "J"


def four_assessors() -> dict[str, Any]:
    """The local scheme with the four assessors of a contract's supervision in the place of its three judges."""
    document = deepcopy(scheme_document("local_four_level"))
    document["groups"] = [{"code": c, "zh": c, "en": c, "weight": w, "roles": ["judge"]} for c, w in FOUR.items()]
    return document


def sheets(**scores: str) -> dict[str, list[Counted]]:
    return {group: [Counted(Decimal(score))] for group, score in scores.items()}


def test_four_assessors_with_85_90_88_and_92_come_to_87_which_is_good() -> None:
    given = sheets(third_party="85", buyer="90", committee="88", bureau="92")
    found = outcome(parse_scheme(four_assessors()), given)
    assert (found.total, found.band) == (Decimal("87.00"), "good")
    assert [(each.code, each.sheets) for each in found.groups] == [(code, 1) for code in FOUR]


@pytest.mark.parametrize(
    ("points", "band"),
    [
        ("90", "excellent"),
        ("89.99", "good"),
        ("89.5", "good"),
        ("80", "good"),
        ("79.99", "qualified"),
        ("60", "qualified"),
        ("59.5", "unqualified"),
        ("0", "unqualified"),
    ],
)
def test_the_four_levels_begin_at_90_80_and_60(points: str, band: str) -> None:
    assert scheme("local_four_level").band(Decimal(points)).code == band


@pytest.mark.parametrize(
    ("points", "band"),
    [("1000", "5A"), ("951", "5A"), ("950", "4A"), ("901", "4A"), ("900", "3A"), ("850", "2A"), ("800", "1A")],
)
def test_5a_lies_above_950_of_a_thousand_points(points: str, band: str) -> None:
    assert scheme("national_5a").band(Decimal(points)).code == band


def test_what_people_read_decides_the_grade() -> None:
    exact = sheets(third_party="90", buyer="90", committee="90", bureau="90")
    exact["bureau"] = [Counted(Decimal("90")), Counted(Decimal("89.85")), Counted(Decimal("90"))]
    found = outcome(parse_scheme(four_assessors()), exact)
    assert (found.total, found.band) == (Decimal("90.00"), "excellent")  # 89.995, printed half up


def test_of_three_sheets_the_lowest_and_the_highest_are_dropped_where_the_scheme_says_so() -> None:
    document = four_assessors()
    document["groups"][0]["trim_from"] = 3
    given = sheets(buyer="90", committee="88", bureau="92")
    given["third_party"] = [Counted(Decimal(n)) for n in ("20", "85", "99")]
    assert outcome(parse_scheme(document), given).total == Decimal("87.00")


def test_an_exclusion_makes_the_whole_result_nought() -> None:
    given = sheets(purchaser="95", served="95", third_party="95")
    found = outcome(scheme("local_four_level"), given, "embezzlement")
    assert (found.total, found.band) == (Decimal("0.00"), "unqualified")
    with pytest.raises(ExclusionUnknown):
        outcome(scheme("local_four_level"), given, "lateness")


def test_no_group_is_passed_by() -> None:
    with pytest.raises(SheetsMissing) as refusal:
        outcome(scheme("local_four_level"), sheets(purchaser="95", third_party="95"))
    assert refusal.value.facts["groups_en"] == "People served, through their committees"


@pytest.mark.parametrize("name", scheme_names())
def test_every_shipped_scheme_adds_up_and_says_where_it_comes_from(name: str) -> None:
    found = scheme(name)
    marked = [each for each in found.indicators if each.maximum is not None]
    assert [each.code for each in (*found.groups, *marked, *found.bands, *found.exclusions) if not each.source] == []
    assert {each.parent for each in found.indicators if each.parent} <= {each.code for each in found.indicators}


def test_a_scheme_whose_maxima_are_not_its_total_is_refused() -> None:
    document = four_assessors()
    document["indicators"][-1]["maximum"] = "16"
    with pytest.raises(SchemeTotalWrong) as refusal:
        parse_scheme(document)
    assert (refusal.value.facts["most"], refusal.value.facts["total"]) == (Decimal(101), Decimal(100))


def test_a_scheme_whose_weights_or_grades_are_in_disorder_is_refused() -> None:
    document = four_assessors()
    document["groups"][0]["weight"] = "50"
    with pytest.raises(SchemeWeightsWrong):
        parse_scheme(document)
    document = four_assessors()
    document["bands"].reverse()
    with pytest.raises(SchemeBandsWrong):
        parse_scheme(document)
    with pytest.raises(SchemeUnknown):
        scheme("unheard_of")


def test_objections_are_heard_until_the_notice_ends_and_results_confirmed_after_it() -> None:
    ends = date(2018, 10, 19)
    assert untimely("object", ends, ends) is None
    assert isinstance(untimely("object", ends, date(2018, 10, 20)), NoticeEnded)
    assert isinstance(untimely("confirm", ends, ends), NoticeRunning)
    assert untimely("confirm", ends, date(2018, 10, 20)) is None
