from dataclasses import replace
from decimal import Decimal

import pytest

from app.matching.ranking.records import (
    DEFAULT_WEIGHTS,
    Capacity,
    WeightBelowZero,
    WeightsNotOne,
    area_prefix,
    parse_capacity,
    parse_months,
)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("530100000000", "5301"),
        ("530114000000", "530114"),
        ("530114003000", "530114003"),
        ("530114003004", "530114003004"),
        ("530114", "530114"),
        ("", ""),
    ],
)
def test_an_area_code_is_cut_to_what_it_says(code: str, prefix: str) -> None:
    assert area_prefix(code) == prefix


@pytest.mark.parametrize(
    ("text", "capacity"),
    [
        ("200份/日", Capacity(200, "份", True)),
        ("20人/期", Capacity(20, "人", False)),
        ("40户", Capacity(40, "户", False)),
        ("30对", Capacity(60, "对", False)),
        ("12个", None),
        ("不限", Capacity(None, "", False)),
        ("5个点位", None),
        ("按场次", None),
        ("", None),
        ("很多人", None),
        ("99999999999人", None),
    ],
)
def test_a_capacity_in_words_becomes_a_number_only_where_it_counts_people(text: str, capacity: Capacity | None) -> None:
    assert parse_capacity(text) == capacity


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("5-9月", {5, 6, 7, 8, 9}),
        ("11-3月", {11, 12, 1, 2, 3}),
        ("12月-1月", {12, 1}),
        ("4月、10月", {4, 10}),
        ("寒暑假", {1, 2, 7, 8}),
        ("全年", set(range(1, 13))),
        ("8个月", None),
        ("每月", None),
        ("每人月2次", None),
        ("45天内", None),
        ("工作日10:30-13:00", None),
        ("", None),
    ],
)
def test_only_named_months_are_read_from_a_schedule(text: str, months: set[int] | None) -> None:
    assert parse_months(text) == months


def test_the_published_weights_are_one_whole() -> None:
    assert sum(DEFAULT_WEIGHTS.shares().values()) == 1


def test_weights_that_do_not_make_one_are_refused() -> None:
    with pytest.raises(WeightsNotOne) as refused:
        replace(DEFAULT_WEIGHTS, text=Decimal("0.5"))
    assert refused.value.facts == {"total": Decimal("1.23")}


def test_a_negative_weight_is_refused_by_name() -> None:
    with pytest.raises(WeightBelowZero) as refused:
        replace(DEFAULT_WEIGHTS, rating=Decimal("-0.03"))
    assert refused.value.facts == {"criterion": "rating", "weight": Decimal("-0.03")}
