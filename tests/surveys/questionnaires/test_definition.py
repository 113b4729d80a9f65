import json
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from app.core.errors import RowsRefused
from app.surveys.questionnaires.definition import Label, Option, Question, Row, SurveyDefinition, from_season
from app.surveys.questionnaires.definition_checks import DefinitionRefused, check_definition, definition_faults
from tests.surveys.factories import (
    definitions,
    make_definition,
    make_options,
    make_question,
    season_definition,
    season_rows,
)


def alike(*labels: str, kind: Any = Option) -> list[Any]:
    """Options, or rows, of these words, "中文/English"."""
    words = [label.partition("/") for label in labels]
    return [kind(name=f"o{n}", label=Label(zh=zh, en=en)) for n, (zh, _, en) in enumerate(words)]


def faults(*questions: Question) -> list[tuple[int, str, str]]:
    return [(f.row, f.column, f.error.code) for f in definition_faults(make_definition(*questions))]


def test_the_season_questionnaire_is_sound_and_covers_the_columns_of_its_answers() -> None:
    definition = season_definition()
    check_definition(definition)
    header, _ = season_rows()
    assert [c for q in definition.questions for c in q.columns()] == header[3:]


def test_the_season_layout_is_read_question_by_question() -> None:
    definition = season_definition()
    needs, ranking, scale, matrix, reasons = (definition.question(f"Q{n}") for n in (7, 8, 9, 10, 13))
    assert needs and ranking and scale and matrix and reasons
    assert ([o.votes_for for o in needs.options][:2], needs.max_select) == (["01", "02"], 5)
    assert (ranking.derived_from, ranking.rank_count) == ("Q7", 3)
    assert [o.name for o in definition.options_of(ranking)] == [o.name for o in needs.options]
    assert (scale.type, scale.scale, [r.name for r in matrix.rows]) == ("single", True, list("abcde"))
    assert reasons.shown_if == "selected(${Q12}, '0')"


def test_several_conditions_of_the_season_layout_must_all_hold() -> None:
    layout = {"id": "Q3", "type": "open", "text_zh": "为什么", "show_if": {"Q1": ["a", "b"], "Q2": ["c"]}}
    (question,) = from_season({"title_zh": "调查", "questions": [layout]}).questions
    assert question.shown_if == "(selected(${Q1}, 'a') or selected(${Q1}, 'b')) and (selected(${Q2}, 'c'))"


@given(definitions())
def test_a_questionnaire_survives_json(definition: SurveyDefinition) -> None:
    assert SurveyDefinition.model_validate(json.loads(definition.model_dump_json())) == definition


def test_unknown_fields_wrong_types_and_blank_chinese_are_refused() -> None:
    for broken in (
        {"type": "open", "name": "Q1", "label": {"zh": "题"}, "colour": "red"},
        {"type": "essay", "name": "Q1", "label": {"zh": "题"}},
        {"type": "open", "name": "Q1", "label": {"zh": "  "}},
        {"type": "open", "name": "Q1", "label": {"en": "Question"}},
        {"type": "open", "name": "Q1", "label": {"zh": "题"}, "required": "yes"},
        {"type": "open", "name": "Q1", "label": {"zh": "题\x07"}},
    ):
        with pytest.raises(ValidationError):
            Question.model_validate(broken)


def test_a_label_falls_back_to_chinese_until_it_is_translated() -> None:
    assert [Label(zh="题").in_language("en"), Label(zh="题", en="Q").in_language("en")] == ["题", "Q"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (make_question("open", "my name"), ("name", "NameHasSpace")),
        (make_question("open", "1st"), ("name", "NameNotAllowed")),
        (make_question("open", "meta"), ("name", "NameNotAllowed")),
        (make_question("open", "a.b"), ("name", "NameNotAllowed")),
        (make_question("open", "q" * 65), ("name", "NameNotAllowed")),
        (make_question("single", "q", options=make_options("a", "b c")), ("options", "NameHasSpace")),
        (make_question("single", "q", options=make_options("a;b")), ("options", "NameNotAllowed")),
        (make_question("single", "q", options=make_options("a", "a")), ("options", "NameTaken")),
        (make_question("open", "q", label=Label(zh="您说${Q1}吗")), ("label", "LabelHoldsReference")),
        (make_question("open", "q", options=make_options("a")), ("options", "FieldNotForType")),
        (make_question("single", "q", max_select=2), ("max_select", "FieldNotForType")),
        (make_question("note", "q", required=True), ("required", "FieldNotForType")),
        (make_question("rating_matrix", "q", constraint=". = 'a'"), ("constraint", "FieldNotForType")),
        (make_question("single", "q", options=[]), ("options", "OptionsMissing")),
        (make_question("rating_matrix", "q", rows=[]), ("rows", "RowsMissing")),
        (make_question("single", "q", options=alike("甲", "乙", "甲")), ("options", "WordsAlike")),
        (make_question("multi", "q", options=alike("甲/A", "乙/A")), ("options", "WordsAlike")),
        (make_question("rating_matrix", "q", rows=alike("甲", "乙", "甲", kind=Row)), ("rows", "WordsAlike")),
        (make_question("multi", "q", max_select=4), ("max_select", "LimitBeyondOptions")),
        (make_question("ranking", "q", rank_count=4), ("rank_count", "LimitBeyondOptions")),
        (make_question("ranking", "q", derived_from="Q9"), ("derived_from", "RankingSourceUnclear")),
        (make_question("open", "q", shown_if="1 +"), ("shown_if", "TokenUnexpected")),
        (make_question("open", "q", shown_if="${Q9} = 1"), ("shown_if", "ReferenceDangling")),
        (make_question("open", "q", shown_if="${q} = 1"), ("shown_if", "ConditionCircular")),
        (make_question("open", "q", shown_if=". = 1"), ("shown_if", "OwnValueOutOfPlace")),
        (make_question("single", "q", constraint=". != 'z'"), ("constraint", "OptionNotOffered")),
        (make_question("multi", "q", constraint="not(selected(., 'z'))"), ("constraint", "OptionNotOffered")),
    ],
)
def test_an_unsound_question_is_refused_by_field(question: Question, expected: tuple[str, str]) -> None:
    assert faults(question) == [(1, *expected)]


def test_two_questions_may_not_share_a_name_or_a_column() -> None:
    matrix = make_question("rating_matrix", "Q1")
    assert faults(make_question("open", "a"), make_question("open", "a")) == [(2, "name", "NameTaken")]
    assert faults(matrix, make_question("open", "Q1x")) == [(2, "name", "NameTaken")]


def test_conditions_look_backwards_only() -> None:
    first = make_question("open", "a", shown_if="${b} = 'x'")
    assert faults(first, make_question("open", "b")) == [(1, "shown_if", "ReferenceForward")]
    assert faults(make_question("open", "b"), make_question("open", "a", shown_if="${b} = 'x'")) == []


def test_a_circle_is_called_a_circle_at_each_of_its_questions() -> None:
    circle = [
        make_question("open", "a", shown_if="${c} = 'x'"),
        make_question("open", "b", shown_if="${a} = 'x'"),
        make_question("open", "c", shown_if="${b} = 'x'"),
        make_question("open", "d", shown_if="${c} = 'x'"),
    ]
    assert faults(*circle) == [(n, "shown_if", "ConditionCircular") for n in (1, 2, 3)]


def test_a_matrix_is_referred_to_by_row() -> None:
    matrix = make_question("rating_matrix", "m")
    assert faults(matrix, make_question("open", "a", shown_if="${m.x} = 'a'")) == []
    assert faults(matrix, make_question("open", "a", shown_if="${m} = 'a'")) == [(2, "shown_if", "ReferenceNeedsRow")]
    assert faults(matrix, make_question("open", "a", shown_if="${m.v} = 'a'")) == [(2, "shown_if", "ReferenceDangling")]


def test_notes_have_no_answer_to_refer_to_and_no_number() -> None:
    note, asked = make_question("note", "n"), make_question("open", "a", shown_if="${n} = ''")
    assert faults(note, asked) == [(2, "shown_if", "ReferenceDangling")]
    assert make_definition(note, asked).number("a") == 1


def test_a_derived_ranking_has_no_options_of_its_own() -> None:
    source = make_question("multi", "s")
    own = make_question("ranking", "r", derived_from="s", options=[Option(name="a", label=Label(zh="甲"))])
    assert faults(source, make_question("ranking", "r", derived_from="s")) == []
    assert faults(source, own) == [(2, "derived_from", "RankingSourceUnclear")]


def test_the_refusal_lists_every_fault() -> None:
    with pytest.raises(DefinitionRefused) as refused:
        check_definition(make_definition(make_question("open", "1"), make_question("single", "b", options=[])))
    assert isinstance(refused.value, RowsRefused)
    assert [(r.row, r.column) for r in refused.value.rows] == [(1, "name"), (2, "options")]


def test_none_of_the_above_stands_alone_in_the_season_questionnaire() -> None:
    """A phone takes the others away when it is tapped (`tapped`), by this constraint; paper is refused by it."""
    for question in season_definition().questions:
        none = [option.name for option in question.options if "都没有" in option.label.zh]
        if question.type == "multi" and none:
            assert question.constraint == f"not(selected(., '{none[0]}')) or count-selected(.) = 1"
