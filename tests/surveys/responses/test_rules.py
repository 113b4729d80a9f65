"""The moves of a response, and what is doubtful about one."""

import pytest

from app.core.errors import MoveRefused
from app.core.moves import move, verbs_from
from app.surveys.responses.rules import MOVES as RESPONSE_MOVES
from app.surveys.responses.rules import (
    Quality,
    Suggestion,
    fingerprint_of,
    suggest_outside_frame,
    suggest_required_missing,
    suggest_same_content,
    suggest_straight_lining,
    suggest_too_fast,
)
from app.surveys.waves.rules import ResponseStatus

R = ResponseStatus


def test_every_status_of_a_response_is_reached_and_only_withdrawn_is_final() -> None:
    assert set(RESPONSE_MOVES.values()) == set(R)
    assert [state for state in R if not verbs_from(RESPONSE_MOVES, state)] == [R.withdrawn]


def test_every_judgement_on_a_response_can_be_taken_back() -> None:
    assert [move(RESPONSE_MOVES, state, "restore") for state in (R.invalid, R.duplicate)] == [R.submitted] * 2
    assert move(RESPONSE_MOVES, R.valid, "invalidate") == R.invalid


def test_a_corrected_response_is_looked_at_again() -> None:
    assert move(RESPONSE_MOVES, R.valid, "correct") == R.submitted
    with pytest.raises(MoveRefused):
        move(RESPONSE_MOVES, R.withdrawn, "restore")


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
