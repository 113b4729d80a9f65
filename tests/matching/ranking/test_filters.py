from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from app.matching.ranking.filters import FILTERS, Failed, first_failing
from app.matching.ranking.profiles import Reader
from app.matching.ranking.text import Statistics
from tests.matching.factories import TOWN, make_need, make_offer

READER = Reader(TOWN)
STATISTICS = Statistics.of([{"送饭": 1.0}])

FAILING: dict[str, dict[str, Any]] = {
    "coverage": {"coverage": ("530114000000",)},
    "population": {"population_codes": ("P01",)},
    "budget": {"price": Decimal("39600.01"), "price_unit": "元/项目"},
    "dates": {"available_from": date(2019, 7, 1)},
    "qualifications": {"qualifications": ()},
    "rectification": {"rectification": True},
    "inactive": {"active": False},
}


def failed(need: dict[str, Any], offer: dict[str, Any]) -> Failed | None:
    return first_failing(
        READER.need(make_need(**{"qualifications": ("护理员证",), **need}), STATISTICS),
        READER.offer(make_offer(**{"qualifications": ("护理员证", "社工证"), **offer}), STATISTICS),
    )


def named(need: dict[str, Any], offer: dict[str, Any]) -> str | None:
    found = failed(need, offer)
    return found.filter if found else None


def test_a_fitting_offer_passes_every_filter() -> None:
    assert failed({}, {}) is None


def test_the_published_order_is_the_order_of_the_cases_below() -> None:
    assert [code for code, _ in FILTERS] == list(FAILING)


@pytest.mark.parametrize("code", FAILING)
def test_each_filter_is_named_when_it_alone_fails(code: str) -> None:
    assert named({}, FAILING[code]) == code


@pytest.mark.parametrize(("first", "second"), list(combinations(FAILING, 2)))
def test_of_two_failing_filters_the_first_of_the_published_order_is_named(first: str, second: str) -> None:
    assert named({}, {**FAILING[second], **FAILING[first]}) == first


def test_the_facts_say_what_did_not_fit() -> None:
    assert failed({}, FAILING["budget"]) == Failed(
        "budget", {"price": Decimal("39600.01"), "budget": Decimal("36000"), "tolerance": Decimal("1.1")}
    )


def test_a_price_of_exactly_a_tenth_above_the_budget_passes() -> None:
    assert named({}, {"price": Decimal("39600"), "price_unit": "元/项目"}) is None


def test_a_price_per_head_shuts_nobody_out_unless_one_head_is_dearer_than_the_whole_budget() -> None:
    assert named({}, {"price": Decimal("39600"), "price_unit": "元/人"}) is None
    assert named({}, {"price": Decimal("39601"), "price_unit": "元/人"}) == "budget"
    assert named({"budget": None}, {"price": Decimal("99999"), "price_unit": "元/人"}) is None


@pytest.mark.parametrize(
    "served",
    [(), ("P05",), ("P13",), ("P01", "P04"), ("P99",)],
    ids=["unstated", "no age", "all", "one fits", "unknown"],
)
def test_groups_conflict_only_when_every_pair_is_apart_in_age(served: tuple[str, ...]) -> None:
    assert named({}, {"population_codes": served}) is None


def test_a_wrong_entered_category_shuts_nobody_out() -> None:
    assert named({"category_codes": ("090203",)}, {}) is None


def test_what_is_not_stated_shuts_nobody_out() -> None:
    silent = {"coverage": (), "population_codes": (), "price": None, "rating": None}
    assert named({"area": "", "budget": None, "starts_on": None, "ends_on": None}, silent) is None
