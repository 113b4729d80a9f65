from datetime import date
from typing import Any

import pytest

from app.surveys.questionnaires.definition import Label
from app.surveys.responses.answers import AnswersRefused, check_answers, examine
from tests.surveys.factories import make_definition, make_options, make_question, season_definition

TODAY = date(2018, 10, 15)
DEFINITION = make_definition(
    make_question("single", "one", required=True),
    make_question("multi", "many", max_select=2),
    make_question("ranking", "order", derived_from="many", rank_count=2),
    make_question("rating_matrix", "rate"),
    make_question("number", "age", whole=True, constraint=". >= 0 and . < 120"),
    make_question(
        "date", "day", constraint=". <= today()", constraint_message=Label(zh="不能晚于今天", en="Not later than today")
    ),
    make_question("open", "why", shown_if="selected(${one}, 'b')", required=True),
    make_question("note", "thanks"),
)


def refusals(**given: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(AnswersRefused) as refused:
        check_answers(DEFINITION, {"one": "a", **given}, TODAY)
    return [(r.row, r.column, r.error.code) for r in refused.value.rows]


def test_complete_answers_are_kept_in_one_canonical_form() -> None:
    given = {
        "one": "a",
        "many": ["c", "a"],
        "order": ["c", "a"],
        "rate": {"y": "b", "x": "a", "z": None},
        "age": 36.0,
        "day": "2018-10-15",
    }
    assert check_answers(DEFINITION, given, TODAY) == {
        "one": "a",
        "many": ["a", "c"],
        "order": ["c", "a"],
        "rate": {"x": "a", "y": "b"},
        "age": 36,
        "day": "2018-10-15",
    }


RANKING = make_definition(
    make_question("multi", "many"),
    make_question("ranking", "order", derived_from="many", rank_count=2, required=True),
)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, []),  # nothing was chosen that could be ranked
        ({"many": ["a"]}, ["order"]),
        ({"many": ["a"], "order": ["a"]}, []),
        ({"many": ["a", "b", "c"], "order": ["c"]}, ["order"]),  # as many places as the page asks for
        ({"many": ["a", "b", "c"], "order": ["c", "a"]}, []),
    ],
)
def test_a_required_ranking_wants_as_many_places_as_there_is_to_rank(given: dict[str, Any], missing: list[str]) -> None:
    assert examine(RANKING, given, TODAY).missing == missing


def test_blanks_are_left_out() -> None:
    assert check_answers(DEFINITION, {"one": "a", "many": [], "rate": {"x": ""}, "age": None, "day": " "}, TODAY) == {
        "one": "a"
    }


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("one", "z", "OptionUnknown"),
        ("one", ["a"], "AnswerMalformed"),
        ("many", "a", "AnswerMalformed"),
        ("many", ["a", "z"], "OptionUnknown"),
        ("many", ["a", "b", "c"], "TooManyChosen"),
        ("many", ["a", "a"], "AnswerRepeated"),
        ("many", [1], "AnswerMalformed"),
        ("order", ["a"], "RankedNotChosen"),
        ("rate", {"v": "a"}, "RatedRowUnknown"),
        ("rate", {"x": "z"}, "OptionUnknown"),
        ("rate", ["a"], "AnswerMalformed"),
        ("age", "36", "AnswerMalformed"),
        ("age", True, "AnswerMalformed"),
        ("age", float("nan"), "AnswerMalformed"),
        ("age", float("inf"), "AnswerMalformed"),
        ("age", 3.5, "NotWhole"),
        ("age", 10**400, "AnswerTooLong"),
        ("age", 10**15, "AnswerTooLong"),
        ("age", -1, "ConstraintBroken"),
        ("age", 120, "ConstraintBroken"),
        ("day", "2018-02-30", "AnswerMalformed"),
        ("day", "15.10.2018", "AnswerMalformed"),
        ("day", "9999-12-31", "AnswerMalformed"),
        ("day", "2018-10-16", "ConstraintBroken"),
        ("thanks", "hello", "QuestionUnknown"),
        ("ghost", "hello", "QuestionUnknown"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_question(name: str, answer: Any, code: str) -> None:
    assert refusals(**{name: answer}) == [(DEFINITION.number(name) or 0, name, code)]


def test_a_ranking_may_only_order_what_was_chosen() -> None:
    assert refusals(many=["a", "b"], order=["c"]) == [(3, "order", "RankedNotChosen")]
    assert refusals(many=["a", "b"], order=["a", "b", "c"]) == [(3, "order", "TooManyChosen")]


def test_a_ranking_is_not_blamed_for_its_refused_source() -> None:
    assert refusals(many=["a", "z"], order=["a"]) == [(2, "many", "OptionUnknown")]


def test_text_beyond_the_limit_is_refused() -> None:
    assert refusals(one="b", why="长" * 2001) == [(7, "why", "AnswerTooLong")]


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\ud800", "\u202e"])
def test_a_character_that_cannot_be_kept_is_refused_at_its_question(character: str) -> None:
    assert refusals(one="b", why=f"电梯{character}") == [(7, "why", "AnswerCharacter")]


def test_an_open_answer_is_kept_in_one_spelling() -> None:
    assert check_answers(DEFINITION, {"one": "b", "why": " cafe\u0301\r\n老人 "}, TODAY)["why"] == "caf\u00e9\n老人"


def test_a_required_question_is_asked_only_when_it_is_shown() -> None:
    assert refusals(one="b") == [(7, "why", "AnswerMissing")]
    assert check_answers(DEFINITION, {"one": "a"}, TODAY) == {"one": "a"}


def test_answers_left_behind_on_hidden_questions_are_dropped_and_named() -> None:
    examined = examine(DEFINITION, {"one": "a", "why": "忘了删"}, TODAY)
    assert (examined.answers, examined.hidden, examined.missing, examined.faults) == ({"one": "a"}, ["why"], [], {})


def test_the_answer_to_a_hidden_question_shows_no_further_question() -> None:
    chain = make_definition(
        make_question("single", "a"),
        make_question("single", "b", shown_if="${a} = 'b'"),
        make_question("open", "c", shown_if="${b} = 'b'"),
    )
    assert check_answers(chain, {"a": "a", "b": "b", "c": "x"}, TODAY) == {"a": "a"}
    assert check_answers(chain, {"a": "b", "b": "b", "c": "x"}, TODAY) == {"a": "b", "b": "b", "c": "x"}


def test_a_broken_constraint_says_the_rule_in_both_languages() -> None:
    faults = examine(DEFINITION, {"one": "a", "age": -1, "day": "2018-10-16"}, TODAY).faults
    assert {name: fault.facts for name, fault in faults.items()} == {
        "age": {
            "name": "age",
            "rule_zh": "本题的答案不少于0，并且本题的答案小于120",
            "rule_en": "this answer is at least 0 and this answer is less than 120",
        },
        "day": {"name": "day", "rule_zh": "不能晚于今天", "rule_en": "Not later than today"},
    }


def test_a_required_matrix_wants_every_row() -> None:
    definition = make_definition(make_question("rating_matrix", "rate", required=True))
    assert examine(definition, {"rate": {"x": "a"}}, TODAY).missing == ["rate"]
    assert examine(definition, {"rate": dict.fromkeys("xyzw", "a")}, TODAY).missing == []


def test_every_fault_is_listed_in_the_order_of_the_questions() -> None:
    assert refusals(one=None, many=["z"], age="x") == [
        (1, "one", "AnswerMissing"),
        (2, "many", "OptionUnknown"),
        (5, "age", "AnswerMalformed"),
    ]


def test_the_season_asks_for_reasons_only_of_those_who_took_no_part() -> None:
    definition = season_definition()
    assert "Q13" in examine(definition, {"Q12": "0"}, TODAY).shown
    assert "Q13" not in examine(definition, {"Q12": "1"}, TODAY).shown


def test_an_option_named_like_a_number_stays_text() -> None:
    definition = make_definition(make_question("single", "q", options=make_options("01", "1")))
    assert check_answers(definition, {"q": "01"}, TODAY) == {"q": "01"}
