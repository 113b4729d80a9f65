"""The life of a need, and what it must say."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.days.calendar import SHANGHAI
from app.core.errors import DomainError, MoveRefused
from app.core.moves import check_move, verbs_from
from app.needs.rules import (
    HELD_MOVES,
    MOVES,
    EvidenceMissing,
    ExpiryPassed,
    NeedStatus,
    StartPassed,
    allow_holding,
    check_edit,
    ends_on,
    faults_of,
    hindrance,
    lacking,
    standing,
    standing_words,
    unsaid,
)

TODAY = date(2026, 11, 20)
YESTERDAY = TODAY - timedelta(days=1)
DAYS = st.dates(date(2018, 1, 1), date(2040, 12, 31))


@dataclass
class Stated:
    status: NeedStatus = NeedStatus.draft
    held_as: str | None = None
    is_taken_over: bool = False
    published_at: datetime | None = None
    starts_on: date | None = TODAY
    expires_on: date | None = TODAY
    survey_result_id: int | None = None
    evidence_note: str = "居民代表会议提出"
    no_evidence_reason: str = ""


def published(**facts: Any) -> Stated:
    return Stated(NeedStatus.published, published_at=datetime(2026, 11, 1, tzinfo=SHANGHAI), **facts)


def test_every_status_but_expired_and_what_a_holder_decides_is_reached_by_a_move() -> None:
    assert set(NeedStatus) - set(MOVES.values()) == {NeedStatus.expired, NeedStatus.fulfilled}
    assert {to for (at, verb), to in MOVES.items() if to is NeedStatus.draft} == {NeedStatus.draft}


def test_only_fulfilled_and_withdrawn_are_final() -> None:
    assert [s for s in NeedStatus if not verbs_from(MOVES, s)] == [NeedStatus.fulfilled, NeedStatus.withdrawn]


def test_a_need_promised_to_somebody_is_neither_edited_nor_withdrawn() -> None:
    for verb in ("edit", "withdraw"):
        with pytest.raises(MoveRefused) as refused:
            check_move(MOVES, standing(published(held_as="matched"), TODAY), verb)
        assert refused.value.facts == {"state": "matched", "verb": verb}


def test_whoever_holds_needs_can_release_and_fulfil_them_and_needs_nothing_else_of_this_room() -> None:
    allow_holding("supervised", "supervise", {"contracted"})
    try:
        moves = {move for move, to in HELD_MOVES.items() if "supervised" in (move[0], to)}
        assert moves == {("contracted", "supervise"), ("supervised", "release"), ("supervised", "fulfil")}
        assert "supervised" in standing_words()
    finally:
        for move in [move for move, to in HELD_MOVES.items() if "supervised" in (move[0], to)]:
            del HELD_MOVES[move]


@pytest.mark.parametrize(("last_day", "expected"), [(YESTERDAY, "expired"), (TODAY, "published"), (None, "published")])
def test_a_published_need_expires_after_its_last_day(last_day: date | None, expected: str) -> None:
    assert standing(published(expires_on=last_day), TODAY) == expected


def test_only_published_needs_that_nobody_holds_expire() -> None:
    assert standing(published(held_as="contracted", expires_on=YESTERDAY), TODAY) == "contracted"
    others = set(NeedStatus) - {NeedStatus.published}
    assert {standing(Stated(status, expires_on=YESTERDAY), TODAY) for status in others} == others


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2018, 7, 1), 6, date(2018, 12, 31)),
        (date(2018, 7, 15), 12, date(2019, 7, 14)),
        (date(2018, 8, 31), 6, date(2019, 2, 28)),
        (date(2019, 8, 31), 6, date(2020, 2, 29)),
        (None, 6, None),
        (date(2018, 7, 1), None, None),
    ],
)
def test_a_period_of_months_ends_the_day_before_it_would_begin_again(
    start: date | None, months: int | None, end: date | None
) -> None:
    assert ends_on(start, months) == end


@given(DAYS, st.integers(1, 60))
def test_a_period_lasts_as_many_months_as_it_says(start: date, months: int) -> None:
    end = ends_on(start, months)
    assert end is not None
    after = end + timedelta(days=1)
    begun = (after.year * 12 + after.month) - (start.year * 12 + start.month)
    in_a_short_month = start.day > 28 and (begun, after.day) == (months + 1, 1)
    assert in_a_short_month or (begun, after.day) == (months, start.day)


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"title": " "}, [("title", "FieldBlank")]),
        ({"title": "餐" * 201}, [("title", "TextTooLong")]),
        ({"description": "餐" * 5001}, [("description", "TextTooLong")]),
        ({"budget": Decimal("0")}, [("budget", "BudgetNotPositive")]),
        ({"budget": Decimal("-5")}, [("budget", "BudgetNotPositive")]),
        ({"beneficiaries": 0}, [("beneficiaries", "BeneficiariesNotPositive")]),
        ({"period_months": 61}, [("period_months", "PeriodOutOfRange")]),
        ({"period_months": 0, "title": ""}, [("title", "FieldBlank"), ("period_months", "PeriodOutOfRange")]),
        ({"title": "餐", "budget": Decimal("0.01"), "beneficiaries": 1, "period_months": 60}, []),
        ({"budget": None, "beneficiaries": None, "period_months": None}, []),
    ],
)
def test_every_fault_is_named_with_its_field(values: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert [(field, fault.code) for field, fault in faults_of(values)] == faults


@pytest.mark.parametrize(
    "evidence", [{"evidence_note": "代表会议"}, {"no_evidence_reason": "应急"}, {"survey_result_id": 3}]
)
def test_evidence_is_a_survey_a_note_or_the_reason_for_having_none(evidence: dict[str, Any]) -> None:
    assert lacking(Stated(**{"evidence_note": "", **evidence}), TODAY) == []


@pytest.mark.parametrize(
    ("facts", "field", "refusal"),
    [
        ({"evidence_note": ""}, "evidence_note", EvidenceMissing),
        ({"starts_on": YESTERDAY}, "starts_on", StartPassed),
        ({"expires_on": YESTERDAY}, "expires_on", ExpiryPassed),
    ],
)
def test_a_need_is_not_published_without_its_conditions(
    facts: dict[str, Any], field: str, refusal: type[DomainError]
) -> None:
    need = Stated(**facts)
    assert [(at, type(lack)) for at, lack in lacking(need, TODAY)] == [(field, refusal)]
    assert isinstance(hindrance("publish", need, TODAY), refusal)
    assert hindrance("edit", need, TODAY) is None


def test_everything_that_a_need_lacks_is_named_at_once() -> None:
    need = Stated(evidence_note="", starts_on=YESTERDAY, expires_on=YESTERDAY)
    assert [field for field, _ in lacking(need, TODAY)] == ["evidence_note", "starts_on", "expires_on"]


def test_what_a_need_leaves_open_is_named_without_keeping_it_back() -> None:
    need = SimpleNamespace(
        description="助餐", category_code=None, population_codes=[], beneficiaries=180, budget=None, period_months=12
    )
    assert unsaid(need) == ["category_code", "population_codes", "budget"]


def test_a_draft_may_be_edited_into_anything() -> None:
    check_edit(Stated(), {"evidence_note": "", "starts_on": YESTERDAY, "expires_on": YESTERDAY}, TODAY)


def test_a_published_need_keeps_a_start_that_has_passed_but_is_given_no_new_one() -> None:
    check_edit(published(starts_on=YESTERDAY), {"starts_on": YESTERDAY}, TODAY)
    with pytest.raises(StartPassed):
        check_edit(published(starts_on=TODAY), {"starts_on": YESTERDAY}, TODAY)


def test_a_published_need_keeps_its_evidence_unless_it_was_taken_over_without() -> None:
    with pytest.raises(EvidenceMissing):
        check_edit(published(), {"evidence_note": ""}, TODAY)
    check_edit(published(is_taken_over=True), {"evidence_note": ""}, TODAY)


def test_an_expired_need_is_edited_only_into_an_open_one() -> None:
    with pytest.raises(ExpiryPassed):
        check_edit(published(expires_on=YESTERDAY), {"title": "助餐"}, TODAY)
    check_edit(published(expires_on=YESTERDAY), {"expires_on": TODAY}, TODAY)


def test_a_contracted_need_is_not_edited() -> None:
    with pytest.raises(MoveRefused):
        check_edit(published(held_as="contracted"), {"title": "助餐"}, TODAY)
