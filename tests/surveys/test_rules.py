from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import MoveRefused
from app.core.moves import move, verbs_from
from app.surveys.responses.tables.tabular import read_own_layout
from app.surveys.rules import (
    RECEIPT_ALPHABET,
    RESPONSE_MOVES,
    WAVE_MOVES,
    MoreReturnedThanIssued,
    Quality,
    RateWithN,
    ReceiptMalformed,
    ResponseState,
    Suggestion,
    WaveState,
    check_issued,
    fingerprint_of,
    new_receipt_code,
    new_token,
    rate_of,
    read_receipt_code,
    returns_of,
    secret_hash,
    suggest_outside_frame,
    suggest_required_missing,
    suggest_same_content,
    suggest_straight_lining,
    suggest_too_fast,
)
from tests.surveys.factories import season_definition, season_layout, season_rows

R = ResponseState


def test_every_response_state_is_reached_and_only_withdrawn_is_final() -> None:
    assert set(RESPONSE_MOVES.values()) == set(R)
    assert [state for state in R if not verbs_from(RESPONSE_MOVES, state)] == [R.withdrawn]


def test_every_judgement_on_a_response_can_be_taken_back() -> None:
    assert [move(RESPONSE_MOVES, state, "restore") for state in (R.invalid, R.duplicate)] == [R.submitted] * 2
    assert move(RESPONSE_MOVES, R.valid, "invalidate") == R.invalid


def test_a_corrected_response_is_looked_at_again() -> None:
    assert move(RESPONSE_MOVES, R.valid, "correct") == R.submitted
    with pytest.raises(MoveRefused):
        move(RESPONSE_MOVES, R.withdrawn, "restore")


def test_a_wave_opens_and_closes_once() -> None:
    assert set(WAVE_MOVES.values()) | {WaveState.draft} == set(WaveState)
    assert [s for s in WaveState if not verbs_from(WAVE_MOVES, s)] == [WaveState.closed, WaveState.discarded]


def test_the_season_has_the_rates_of_its_published_survey() -> None:
    header, rows = season_rows()
    read = read_own_layout(season_definition(), header, rows, date(2018, 10, 15))
    counts = Counter(R(row.status) for row in read if row.status != "not_returned")
    returns = returns_of(counts, season_layout()["issued"])
    assert (returns.issued, returns.returned, returns.valid) == (600, 494, 494)
    assert [returns.recovery.rate, returns.effective.rate, returns.validity.rate] == ["0.8233", "0.8233", "1.0000"]


def test_an_open_link_has_no_recovery_rate() -> None:
    returns = returns_of({R.valid: 40, R.invalid: 10}, None)
    assert (returns.recovery, returns.effective) == (RateWithN(50, None, None), RateWithN(40, None, None))
    assert returns.validity == RateWithN(40, 50, "0.8000")


def test_what_was_withdrawn_counts_as_neither_returned_nor_valid() -> None:
    returns = returns_of({R.valid: 3, R.duplicate: 1, R.submitted: 1, R.withdrawn: 5}, 10)
    assert (returns.returned, returns.recovery.rate, returns.effective.rate) == (5, "0.5000", "0.3000")


def test_a_rate_of_nothing_is_no_rate() -> None:
    assert [rate_of(0, 0).rate, rate_of(1, 3).rate, rate_of(2, 3).rate] == [None, "0.3333", "0.6667"]


def test_rates_round_half_up() -> None:
    assert rate_of(1, 20000).rate == "0.0001"


def test_more_cannot_return_than_went_out() -> None:
    check_issued(600, 600)
    check_issued(None, 900)
    with pytest.raises(MoreReturnedThanIssued):
        check_issued(600, 601)


def test_too_fast_is_under_two_seconds_a_question() -> None:
    assert suggest_too_fast(35, 18) == Suggestion(Quality.too_fast, {"seconds": 35, "shown": 18, "needed": 36})
    assert [suggest_too_fast(36, 18), suggest_too_fast(None, 18)] == [None, None]


def test_straight_lining_needs_every_long_matrix_to_be_uniform() -> None:
    found = suggest_straight_lining({"Q10": ["3"] * 5, "Q20": ["1", "2"]})
    assert found == Suggestion(Quality.straight_lining, {"questions": ["Q10"], "rows": 5})
    assert suggest_straight_lining({"Q10": ["3"] * 5, "Q11": ["3", "3", "3", "4"]}) is None
    assert suggest_straight_lining({"Q10": ["3"] * 3}) is None


def test_the_frame_is_a_list_of_area_codes_or_their_beginnings() -> None:
    assert suggest_outside_frame("530114001003", ["530114001"]) is None
    found = suggest_outside_frame("530111001003", ["530114001", "530114002003"])
    assert found == Suggestion(Quality.outside_frame, {"community_code": "530111001003"})


def test_the_same_content_points_to_the_earlier_response() -> None:
    one, same = fingerprint_of({"Q1": "a", "Q2": ["b"]}), fingerprint_of({"Q2": ["b"], "Q1": "a"})
    assert suggest_same_content(same, {one: "S0001"}) == Suggestion(Quality.same_content, {"serial": "S0001"})
    assert suggest_same_content(fingerprint_of({"Q1": "b"}), {one: "S0001"}) is None


def test_blank_required_questions_are_suggested_for_review() -> None:
    assert suggest_required_missing(["Q1"]) == Suggestion(Quality.required_missing, {"questions": ["Q1"]})
    assert suggest_required_missing([]) is None


def test_a_receipt_code_has_eight_unmistakable_characters() -> None:
    codes = {new_receipt_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) <= set(RECEIPT_ALPHABET)
    assert not set("01OIL") & set(RECEIPT_ALPHABET)


@given(st.text(RECEIPT_ALPHABET, min_size=8, max_size=8))
def test_a_receipt_code_is_read_however_it_is_typed(code: str) -> None:
    assert read_receipt_code(f" {code[:4].lower()}-{code[4:]} ") == code


@pytest.mark.parametrize("typed", ["", "ABCD234", "ABCD23456", "ABCD234O", "ABCD234!", "ＡＢＣＤ２３４５"])
def test_what_cannot_be_a_receipt_code_is_refused(typed: str) -> None:
    with pytest.raises(ReceiptMalformed):
        read_receipt_code(typed)


def test_only_the_hash_of_a_token_is_kept() -> None:
    assert secret_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len({new_token() for _ in range(100)}) == 100
