from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.matching.ranking import criteria
from app.matching.ranking.criteria import Measure
from app.matching.ranking.profiles import NeedProfile, OfferProfile, Reader
from app.matching.ranking.records import Category, Reference
from app.matching.ranking.text import Statistics
from tests.matching.factories import TOWN, make_need, make_offer

READER = Reader(TOWN)
STATISTICS = Statistics.of([{"送饭": 1.0}, {"河道": 1.0}])


def need(**facts: Any) -> NeedProfile:
    return READER.need(make_need(**facts), STATISTICS)


def offer(**facts: Any) -> OfferProfile:
    return READER.offer(make_offer(**facts), STATISTICS)


def brief(measure: Measure) -> tuple[float | None, str]:
    return None if measure.value is None else round(measure.value, 4), measure.code


def test_text_without_words_is_not_comparable() -> None:
    blank = {"title": "。", "description": "", "requirements": ""}
    assert brief(criteria.text(need(**blank), offer())) == (None, "text_missing")


def test_text_that_shares_nothing_counts_zero() -> None:
    assert brief(criteria.text(need(), offer(title="Swimming", description="lessons"))) == (0.0, "no_shared_words")


def test_text_closeness_is_the_root_of_the_share() -> None:
    pair = need(), offer()
    share = criteria.share_reached(*pair)
    assert 0 < share < 1
    assert brief(criteria.text(*pair)) == (pytest.approx(share**0.5, abs=1e-3), "shared_words")


def test_category_says_how_far_the_services_are_the_same() -> None:
    pair = need(), offer(title="送餐上门")
    assert criteria.category(*pair) == Measure(
        min(1.0, criteria.affinity(*pair)), "same_service", {"need": "010102", "offer": "010102"}
    )
    assert 0.9 < criteria.affinity(*pair) <= 1.0001


BLANK = {"title": "详见附件", "description": ""}


@pytest.mark.parametrize(
    ("asked", "entered", "code", "facts"),
    [
        (("010102",), ("010102",), "same_service", {"need": "010102", "offer": "010102"}),
        (("010102",), ("090203", "010102"), "same_service", {"need": "010102", "offer": "010102"}),
        (("010101",), ("010102",), "same_kind_of_service", {"need": "010101", "offer": "010102"}),
        (("010101",), ("010202", "090203"), "same_field", {"need": "010101", "offer": "010202"}),
        (("090203",), ("010102",), "other_field", {"need": "090203", "offer": "010102"}),
    ],
)
def test_of_all_an_offer_was_entered_for_the_closest_to_the_need_is_named(
    asked: tuple[str, ...], entered: tuple[str, ...], code: str, facts: dict[str, str]
) -> None:
    measure = criteria.category(need(category_codes=asked, **BLANK), offer(category_codes=entered, **BLANK))
    assert (measure.code, measure.facts) == (code, facts)


def test_the_same_code_is_told_as_entered_where_the_texts_speak_of_something_else() -> None:
    river = {"title": "组织居民巡河，做河道保护", "description": ""}
    wrong = need(category_codes=("010102",), **river)
    measure = criteria.category(wrong, offer(category_codes=("010102",), title="送餐上门"))
    assert (wrong.category, measure.code, measure.facts["need"]) == ("090203", "same_code", "010102")


RIVER = {"title": "组织居民巡河，做河道保护", "description": ""}
MEALS = {"title": "送餐上门，送饭到家", "description": ""}


def test_a_code_that_its_text_speaks_against_counts_less_and_is_told_with_what_the_text_reads_like() -> None:
    wrong, right, meals = need(category_codes=("010102",), **RIVER), need(category_codes=("010102",)), offer(**MEALS)
    measure = criteria.category(wrong, meals)
    assert measure.value < criteria.category(right, meals).value / 2
    assert measure.facts["need_entered"] == ("010102",)
    assert measure.facts["need_reads"] == "090203"
    assert "offer_entered" not in measure.facts


def test_an_offer_is_told_to_read_like_another_service_where_that_is_none_of_its_own() -> None:
    river = need(category_codes=("090203",), **RIVER)
    wrong = criteria.category(river, offer(category_codes=("090203", "0902"), **MEALS))
    assert (wrong.code, wrong.facts["offer_entered"], wrong.facts["offer_reads"]) == (
        "same_service",
        ("090203", "0902"),
        "010102",
    )
    both = criteria.category(river, offer(category_codes=("090203", "010102"), **MEALS))
    assert set(both.facts) == {"need", "offer"}


@pytest.mark.parametrize("codes", [("01",), ("0101",), ("010102",), ()])
def test_a_coarse_code_and_one_that_is_left_out_are_not_spoken_against(codes: tuple[str, ...]) -> None:
    assert set(criteria.category(need(category_codes=codes, **MEALS), offer(**MEALS)).facts) == {"need", "offer"}


def test_where_nothing_is_clear_no_category_is_named() -> None:
    visits = (
        Category(f"{top}0101", f"上门{what}", "") for top, what in (("03", "修理"), ("04", "理发"), ("05", "体检"))
    )
    wide = Reader(Reference((*TOWN.categories, *visits), ()))
    faint = wide.need(make_need(title="上门", description="", category_codes=()), STATISTICS)
    given = wide.offer(make_offer(title="上门", description="", category_codes=()), STATISTICS)
    measure = criteria.category(faint, given)
    assert (measure.code, measure.facts) == ("category_unclear", {})
    assert measure.value


@pytest.mark.parametrize(
    ("asked_for", "served", "found"),
    [
        (("P0401",), ("P0401",), (1.0, "same_group_of_people")),
        (("P0401",), ("P04",), (0.8, "group_included")),
        (("P04",), ("P0401",), (0.6, "part_of_group")),
        (("P04",), ("P13",), (0.5, "all_residents")),
        (("P04",), ("P05",), (0.0, "other_group")),
        (("P04", "P05"), ("P01", "P05"), (1.0, "same_group_of_people")),
        ((), ("P05",), (None, "population_unstated")),
        (("P99",), ("P05",), (None, "population_unstated")),
    ],
)
def test_population_takes_the_best_fit(
    asked_for: tuple[str, ...], served: tuple[str, ...], found: tuple[float | None, str]
) -> None:
    measure = criteria.population(need(population_codes=asked_for), offer(population_codes=served))
    assert brief(measure) == found


@pytest.mark.parametrize(
    ("covers", "found"),
    [
        (("530111004000",), (1.0, "area_covered")),
        (("530111000000", "530111004000"), (1.0, "area_covered")),
        (("530111000000",), (0.8, "area_covered")),
        (("530100000000",), (0.6, "area_covered")),
        (("530114000000",), (0.0, "area_not_covered")),
        ((), (None, "coverage_unstated")),
    ],
)
def test_coverage_prefers_the_neighbourhood(covers: tuple[str, ...], found: tuple[float | None, str]) -> None:
    assert brief(criteria.coverage(need(), offer(coverage=covers))) == found


@pytest.mark.parametrize(
    ("price", "unit", "found"),
    [
        ("36000", "元/年", (1.0, "within_budget")),
        ("39600", "元/项目", (0.8, "over_budget")),
        ("80000", "元/期", (0.0, "over_budget")),
        ("0", "免费", (1.0, "within_budget")),
        ("0", "申请制", (None, "unit_not_comparable")),
        ("16", "元/份", (None, "unit_not_comparable")),
        ("85", "元/小时", (None, "unit_not_comparable")),
        ("36000", "元/场", (None, "unit_not_comparable")),
        ("39600", "元/场", (0.8, "unit_over_budget")),
        ("98000", "元/人", (0.0, "unit_over_budget")),
        ("99000", "管理费%", (None, "unit_not_comparable")),
        ("3", "管理费%", (None, "unit_not_comparable")),
    ],
)
def test_a_budget_is_compared_only_with_a_price_for_the_whole(
    price: str, unit: str, found: tuple[float | None, str]
) -> None:
    assert brief(criteria.budget(need(), offer(price=Decimal(price), price_unit=unit))) == found


def test_a_yearly_price_is_taken_pro_rata_for_half_a_year() -> None:
    half = need(ends_on=date(2018, 12, 31), budget=Decimal("20000"))
    measure = criteria.budget(half, offer(price=Decimal("36000"), price_unit="元/年"))
    assert measure == Measure(1.0, "within_budget", {"price": Decimal("18000.00"), "budget": Decimal("20000")})


@pytest.mark.parametrize("money", [None, Decimal(0), Decimal("-1")])
def test_without_a_budget_there_is_nothing_to_compare(money: Decimal | None) -> None:
    assert brief(criteria.budget(need(budget=money), offer())) == (None, "budget_unstated")


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"schedule": "7-8月"}, (1.0, "times_meet")),
        ({"schedule": "每周"}, (None, "time_unstated")),
        ({"schedule": "", "available_from": date(2019, 1, 1)}, (round(181 / 365, 4), "times_meet")),
        ({"schedule": "", "available_until": date(2018, 1, 1)}, (0.0, "times_apart")),
    ],
)
def test_time_counts_shared_months_and_days(facts: dict[str, Any], found: tuple[float | None, str]) -> None:
    assert brief(criteria.time(need(), offer(**facts))) == found


def test_a_summer_need_and_a_winter_offer_are_apart() -> None:
    summer = need(starts_on=date(2018, 7, 1), ends_on=date(2018, 8, 31))
    assert brief(criteria.time(summer, offer(schedule="12月-1月"))) == (0.0, "times_apart")


def test_a_period_that_ends_before_it_starts_is_not_comparable() -> None:
    turned = need(starts_on=date(2018, 8, 1), ends_on=date(2018, 7, 1))
    assert brief(criteria.time(turned, offer(schedule="全年"))) == (None, "time_unstated")


@pytest.mark.parametrize(
    ("capacity", "found"),
    [
        ("40人/期", (1.0, "capacity_enough")),
        ("30户", (0.75, "capacity_short")),
        ("6户/日", (0.5, "capacity_in_turns")),
        ("30人/次", (0.75, "capacity_in_turns")),
        ("不限", (1.0, "capacity_unlimited")),
        ("按场次", (None, "capacity_unstated")),
    ],
)
def test_capacity_is_the_share_of_people_served(capacity: str, found: tuple[float | None, str]) -> None:
    assert brief(criteria.capacity(need(beneficiaries=40), offer(capacity=capacity))) == found


@pytest.mark.parametrize("people", [None, 0, -3])
def test_capacity_needs_a_number_of_people(people: int | None) -> None:
    assert brief(criteria.capacity(need(beneficiaries=people), offer())) == (None, "capacity_unstated")


@pytest.mark.parametrize(("grade", "found"), [("4", (0.8, "rated")), ("9", (1.0, "rated")), ("-1", (0.0, "rated"))])
def test_a_rating_is_read_on_a_scale_of_five(grade: str, found: tuple[float, str]) -> None:
    assert brief(criteria.rating(need(), offer(rating=Decimal(grade)))) == found


def test_an_unrated_provider_is_not_compared() -> None:
    assert brief(criteria.rating(need(), offer(rating=None))) == (None, "not_rated")
