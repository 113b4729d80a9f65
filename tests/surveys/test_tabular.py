from datetime import date

import pytest

from app.core.errors import RowsRefused
from app.core.files import WrongColumns, read_table, write_table
from app.surveys.definition import Label, Option, SurveyDefinition
from app.surveys.tabular import ReadResponse, read_own_layout, table_of
from tests.surveys.factories import make_definition, make_question, season_definition, season_rows

TODAY = date(2018, 10, 15)
DEFINITION = make_definition(
    make_question("single", "one", required=True),
    make_question("multi", "many", max_select=2),
    make_question("ranking", "order", derived_from="many"),
    make_question("rating_matrix", "rate"),
    make_question("number", "age"),
    make_question("date", "day"),
    make_question("open", "why"),
)
HEADER = ["serial", "community_code", "status", "one", "many", "order", "ratex", "ratey", "ratez", "ratew", "age"]
HEADER += ["day", "why"]
GOOD = ["S1", "530114001003", "submitted", "a", "a;b", "b>a", "a", "", "c", "", "36", "2018-05-01", "灯"]


def read(*rows: list[str]) -> list[ReadResponse]:
    return read_own_layout(DEFINITION, HEADER, rows, TODAY)


def changed(**cells: str) -> list[str]:
    return [cells.get(column, cell) for column, cell in zip(HEADER, GOOD, strict=True)]


def refusals(*rows: list[str]) -> list[tuple[int, str, str]]:
    with pytest.raises(RowsRefused) as refused:
        read(*rows)
    return [(r.row, r.column, r.error.code) for r in refused.value.rows]


def test_the_season_is_read_whole() -> None:
    header, rows = season_rows()
    responses = read_own_layout(season_definition(), header, rows, TODAY)
    assert len(responses) == 600
    assert [sum(r.status == s for r in responses) for s in ("valid", "not_returned")] == [494, 106]
    first = responses[0]
    assert (first.row, first.serial, first.answers["Q7"], first.answers["Q8"]) == (
        2,
        "S0001",
        ["03", "04", "07"],
        ["03", "04", "07"],
    )
    assert first.answers["Q10"] == {"a": "4", "b": "3", "c": "3", "d": "2", "e": "2"}


def test_the_season_written_and_read_again_is_the_same() -> None:
    header, rows = season_rows()
    responses = read_own_layout(season_definition(), header, rows, TODAY)
    again_header, again = table_of(season_definition(), responses)
    assert again_header == header
    assert read_own_layout(season_definition(), again_header, again, TODAY) == responses


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"serial": "S\x00"}, "serial", "CharacterRefused"),
        ({"serial": "S\u202e1"}, "serial", "CharacterRefused"),
        ({"serial": "S\n1"}, "serial", "LineBroken"),
        ({"serial": "S" * 41}, "serial", "TextTooLong"),
        ({"why": "a\x00b"}, "why", "AnswerCharacter"),
        ({"why": "a\x01b"}, "why", "AnswerCharacter"),
    ],
)
def test_a_file_keeps_the_bounds_that_requests_keep(cells: dict[str, str], column: str, code: str) -> None:
    assert refusals(changed(**cells)) == [(2, column, code)]


def test_answers_that_would_run_as_formulas_are_read_back_from_a_list_of_commas() -> None:
    (before,) = read(changed(age="-5", why="=1+1"))
    file = write_table(*table_of(DEFINITION, [before]), xlsx=False)
    back = read_table("answers.csv", file)
    assert b"'=1+1" in file
    assert read_own_layout(DEFINITION, back.header, back.rows, TODAY) == [before]


def test_a_row_becomes_answers() -> None:
    (response,) = read(GOOD)
    assert response.answers == {
        "one": "a",
        "many": ["a", "b"],
        "order": ["b", "a"],
        "rate": {"x": "a", "z": "c"},
        "age": 36,
        "day": "2018-05-01",
        "why": "灯",
    }
    assert (response.shown, response.missing, response.seconds) == (7, [], None)


def test_options_may_be_written_by_label_and_dates_as_people_write_them() -> None:
    (response,) = read(changed(one="选项b", many="Option a；选项b", day="2018/5/1", ratex="选项c"))
    assert (response.answers["one"], response.answers["many"], response.answers["day"]) == (
        "b",
        ["a", "b"],
        "2018-05-01",
    )
    assert response.answers["rate"] == {"x": "c", "z": "c"}


def test_a_number_that_lost_its_zeros_is_understood_where_it_is_unmistakable() -> None:
    def definition(*names: str) -> SurveyDefinition:
        options = [Option(name=name, label=Label(zh=f"类{name}")) for name in names]
        return make_definition(make_question("single", "q", options=options))

    header, row = ["serial", "community_code", "status", "q"], ["S1", "5301", "valid", "1"]
    (response,) = read_own_layout(definition("01", "10"), header, [row], TODAY)
    assert response.answers == {"q": "01"}
    with pytest.raises(RowsRefused):
        read_own_layout(definition("01", "001"), header, [row], TODAY)


def test_a_required_question_left_blank_on_paper_is_noted_and_not_refused() -> None:
    (response,) = read(changed(one=""))
    assert response.missing == ["one"]


def test_blank_rows_are_passed_over_and_do_not_shift_the_count() -> None:
    assert [r.row for r in read(GOOD, [""] * len(HEADER), changed(serial="S2"))] == [2, 4]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("serial", "", "SerialMissing"),
        ("community_code", " ", "CommunityMissing"),
        ("status", "fine", "StatusUnknown"),
        ("status", "not_returned", "NotReturnedHasAnswers"),
        ("one", "z", "OptionUnknown"),
        ("many", "a;z", "OptionUnknown"),
        ("order", "b>z", "OptionUnknown"),
        ("ratex", "z", "OptionUnknown"),
        ("age", "thirty", "AnswerMalformed"),
        ("day", "someday", "AnswerMalformed"),
        ("day", "2018-13-01", "AnswerMalformed"),
        ("why", "长" * 2001, "AnswerTooLong"),
    ],
)
def test_a_bad_cell_is_refused_by_row_and_column(column: str, cell: str, code: str) -> None:
    assert refusals(changed(serial="S0"), changed(**{column: cell})) == [(3, column, code)]


def test_answers_that_do_not_fit_together_are_refused_by_question() -> None:
    assert refusals(changed(many="a;b;c", order="")) == [(2, "many", "TooManyChosen")]
    assert refusals(changed(order="c")) == [(2, "order", "RankedNotChosen")]


def test_a_serial_may_occur_once() -> None:
    with pytest.raises(RowsRefused) as refused:
        read(GOOD, changed(serial="S2"), GOOD)
    assert [(r.row, r.column, r.error.facts) for r in refused.value.rows] == [
        (4, "serial", {"serial": "S1", "first_row": 2})
    ]


def test_every_fault_of_the_file_is_listed() -> None:
    assert refusals(changed(one="z", age="x"), changed(serial="", status="?")) == [
        (2, "one", "OptionUnknown"),
        (2, "age", "AnswerMalformed"),
        (3, "serial", "SerialMissing"),
        (3, "status", "StatusUnknown"),
    ]


def test_missing_and_unknown_columns_are_named() -> None:
    with pytest.raises(WrongColumns) as refused:
        read_own_layout(DEFINITION, [*HEADER[:-1], "phone"], [], TODAY)
    assert refused.value.facts == {"missing": "why", "unknown": "phone"}


def test_a_column_that_comes_twice_is_refused() -> None:
    with pytest.raises(WrongColumns) as refused:
        read_own_layout(DEFINITION, [*HEADER, "age"], [], TODAY)
    assert refused.value.facts == {"missing": "-", "unknown": "age"}
