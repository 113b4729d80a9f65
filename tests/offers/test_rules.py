"""The life of an offer, and what it must say."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.days.calendar import SHANGHAI
from app.core.errors import DomainError, MoveRefused
from app.core.moves import verbs_from
from app.offers.rules import (
    MOVES,
    AvailabilityPassed,
    AvailabilityReversed,
    CoverageMissing,
    OfferStatus,
    check_edit,
    faults_of,
    hindrance,
    lacking,
    standing,
    unsaid,
    whole_code,
)

TODAY = date(2026, 11, 20)
YESTERDAY = TODAY - timedelta(days=1)


@dataclass
class Stated:
    status: OfferStatus = OfferStatus.draft
    published_at: datetime | None = None
    coverage_codes: list[str] = field(default_factory=lambda: ["530114000000"])
    available_from: date | None = None
    available_until: date | None = TODAY


def published(**facts: Any) -> Stated:
    return Stated(OfferStatus.published, datetime(2026, 11, 1, tzinfo=SHANGHAI), **facts)


def test_every_status_but_expired_is_reached_and_only_withdrawn_is_final() -> None:
    assert set(OfferStatus) - set(MOVES.values()) == {OfferStatus.expired}
    assert [s for s in OfferStatus if not verbs_from(MOVES, s)] == [OfferStatus.withdrawn]


@pytest.mark.parametrize(("last_day", "expected"), [(YESTERDAY, "expired"), (TODAY, "published"), (None, "published")])
def test_a_published_offer_expires_after_its_last_day(last_day: date | None, expected: str) -> None:
    assert standing(published(available_until=last_day), TODAY) == expected


def test_only_published_offers_expire() -> None:
    others = set(OfferStatus) - {OfferStatus.published}
    assert {standing(Stated(status, available_until=YESTERDAY), TODAY) for status in others} == others


@pytest.mark.parametrize(
    ("code", "whole"),
    [
        ("5301", "530100000000"),
        ("530114", "530114000000"),
        ("530114003", "530114003000"),
        ("530114003004", "530114003004"),
        ("53011", "53011"),
        ("呈贡", "呈贡"),
        ("", ""),
    ],
)
def test_an_area_may_be_given_by_its_prefix(code: str, whole: str) -> None:
    assert whole_code(code) == whole


@given(st.sampled_from([4, 6, 9, 12]), st.integers(1, 10**12 - 1))
def test_a_whole_code_begins_with_its_prefix_and_stays_as_it_is(digits: int, number: int) -> None:
    prefix = f"{number:012d}"[:digits]
    whole = whole_code(prefix)
    assert (len(whole), whole.startswith(prefix), whole_code(whole)) == (12, True, whole)


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"title": " "}, [("title", "FieldBlank")]),
        ({"title": "餐" * 201}, [("title", "TextTooLong")]),
        ({"schedule": "日" * 201}, [("schedule", "TextTooLong")]),
        ({"price": Decimal("-0.01"), "price_unit": "元/份"}, [("price", "PriceNegative")]),
        ({"price": Decimal("0"), "price_unit": "免费"}, []),
        ({"price": Decimal("5"), "price_unit": " "}, [("price_unit", "PriceUnitMissing")]),
        ({"price": None, "price_unit": ""}, []),
        ({"available_from": TODAY, "available_until": YESTERDAY}, [("available_until", "AvailabilityReversed")]),
        ({"available_from": TODAY, "available_until": TODAY}, []),
    ],
)
def test_every_fault_is_named_with_its_field(values: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert [(field, fault.code) for field, fault in faults_of(values)] == faults


@pytest.mark.parametrize(
    ("facts", "field", "refusal"),
    [
        ({"coverage_codes": []}, "coverage_codes", CoverageMissing),
        ({"available_until": YESTERDAY}, "available_until", AvailabilityPassed),
    ],
)
def test_an_offer_is_neither_published_nor_resumed_without_its_conditions(
    facts: dict[str, Any], field: str, refusal: type[DomainError]
) -> None:
    assert lacking(Stated(), TODAY) == []
    offer = Stated(**facts)
    assert [(at, type(lack)) for at, lack in lacking(offer, TODAY)] == [(field, refusal)]
    assert {verb: type(hindrance(verb, offer, TODAY)) for verb in ("publish", "resume", "edit")} == {
        "publish": refusal,
        "resume": refusal,
        "edit": type(None),
    }


def test_what_an_offer_leaves_open_is_named_and_a_price_of_nothing_is_a_price() -> None:
    offer = SimpleNamespace(
        description="", category_codes=["0101"], population_codes=[], price=Decimal(0), capacity="", schedule="工作日"
    )
    assert unsaid(offer) == ["description", "population_codes", "capacity"]


@pytest.mark.parametrize(
    ("offer", "values", "refusal"),
    [
        (published(), {"coverage_codes": []}, CoverageMissing),
        (published(), {"available_until": YESTERDAY}, AvailabilityPassed),
        (published(available_until=YESTERDAY), {"title": "餐"}, AvailabilityPassed),
        (published(), {"available_from": TODAY + timedelta(days=1)}, AvailabilityReversed),
        (Stated(OfferStatus.withdrawn), {}, MoveRefused),
    ],
)
def test_a_published_offer_is_not_edited_into_one_that_could_not_be_shown(
    offer: Stated, values: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        check_edit(offer, values, TODAY)


def test_a_draft_may_be_incomplete_and_an_expired_offer_is_extended() -> None:
    check_edit(Stated(), {"coverage_codes": [], "available_until": YESTERDAY}, TODAY)
    check_edit(published(available_until=YESTERDAY), {"available_until": TODAY}, TODAY)
