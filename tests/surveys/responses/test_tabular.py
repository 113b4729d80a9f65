from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import RowsRefused
from app.core.reading.files import Table, WrongColumns, read_table, write_table
from app.core.reading.listing import Headings
from app.surveys.questionnaires.definition import Label, Option, Row, SurveyDefinition
from app.surveys.responses.tables.cells import read_number
from app.surveys.responses.tables.mapping import AnswerMapping, MappingUnclear
from app.surveys.responses.tables.spoken import Spoken, in_names
from app.surveys.responses.tables.tabular import (
    FIRST_COLUMNS,
    ReadResponse,
    propose_own_layout,
    read_mapped,
    read_own_layout,
)
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


def table_of(definition: SurveyDefinition, responses: list[ReadResponse], headings: Headings = "columns") -> Table:
    written = Spoken(definition, headings)
    return Table(written.header(), [written.row(r.serial, r.community_code, r.status, r.answers) for r in responses])


def test_the_season_written_and_read_again_is_the_same() -> None:
    header, rows = season_rows()
    responses = read_own_layout(season_definition(), header, rows, TODAY)
    again = table_of(season_definition(), responses)
    assert again.header == header
    assert read_own_layout(season_definition(), again.header, again.rows, TODAY) == responses


@pytest.mark.parametrize(
    ("language", "heading", "state"), [("zh", "1、您的性别？", "有效"), ("en", "1. Gender", "valid")]
)
def test_what_was_written_for_people_is_read_back(language: Headings, heading: str, state: str) -> None:
    definition = season_definition()
    responses = read_own_layout(definition, *season_rows(), TODAY)
    table = table_of(definition, responses, language)
    assert (table.header[3], table.rows[0][2]) == (heading, state)
    back = in_names(definition, table)
    assert read_own_layout(definition, back.header, back.rows, TODAY) == responses


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
    table = table_of(DEFINITION, [before])
    file = write_table(table.header, table.rows, xlsx=False)
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


KIDS = make_definition(
    make_question(
        "single", "kids", options=[Option(name=str(n + 1), label=Label(zh=zh)) for n, zh in enumerate("0123")]
    ),
    make_question(
        "multi", "want", options=[Option(name=n, label=Label(zh=zh)) for n, zh in (("a", "甲;乙"), ("b", "乙"))]
    ),
    make_question("number", "n"),
)
KIDS_HEADER = [*FIRST_COLUMNS, "kids", "want", "n"]


def kids(*rows: tuple[str, str, str], mapping: AnswerMapping | None = None) -> list[dict[str, object]]:
    table = [[str(number), "530114001003", "valid", *row] for number, row in enumerate(rows)]
    mapping = mapping or propose_own_layout(KIDS, KIDS_HEADER, table).settled()
    return [dict(response.answers) for response in read_mapped(KIDS, mapping, KIDS_HEADER, table, TODAY)]


def test_a_digit_that_is_one_option_s_name_and_another_s_label_is_read_as_the_rest_of_the_file_is() -> None:
    assert kids(("1", "", ""), ("4", "", "")) == [{"kids": "1"}, {"kids": "4"}]
    assert kids(("1", "", ""), ("0", "", "")) == [{"kids": "2"}, {"kids": "1"}]
    assert kids(("1", "b", "")) == [{"kids": "1", "want": ["b"]}]
    for unclear in ([("1", "", "")], [("1", "b", ""), ("2", "甲;乙", "")]):
        with pytest.raises(MappingUnclear) as refused:
            kids(*unclear)
        assert [(r.row, r.column, r.error.code) for r in refused.value.rows] == [(1, "kids", "KindUnclear")]


def test_a_person_decides_whether_a_table_holds_names_or_labels() -> None:
    table = [["1", "530114001003", "valid", "1", "", ""]]
    proposed = propose_own_layout(KIDS, KIDS_HEADER, table).mapping
    for by, told in (("name", "1"), ("label", "2")):
        open_ones = [column.model_copy(update={"options": {}}) for column in proposed.columns]
        decided = proposed.model_copy(update={"by": by, "columns": open_ones})
        mapping = propose_own_layout(KIDS, KIDS_HEADER, table, decided).settled()
        assert kids(("1", "", ""), mapping=mapping) == [{"kids": told}]


def test_a_label_may_hold_the_separator() -> None:
    assert kids(("4", "甲;乙", "")) == [{"kids": "4", "want": ["a"]}]
    assert kids(("4", "乙；甲;乙", "")) == [{"kids": "4", "want": ["a", "b"]}]


def test_a_cell_that_can_be_cut_in_two_ways_is_refused() -> None:
    form = make_definition(
        make_question(
            "multi",
            "q",
            options=[Option(name=f"o{n}", label=Label(zh=zh)) for n, zh in enumerate(["甲", "乙", "甲;乙"])],
        )
    )
    with pytest.raises(RowsRefused) as refused:
        read_own_layout(form, [*FIRST_COLUMNS, "q"], [["1", "530114001003", "valid", "甲;乙"]], TODAY)
    assert [(r.row, r.column, r.error.code) for r in refused.value.rows] == [(2, "q", "CellSplitsSeveralWays")]


@pytest.mark.parametrize(
    ("cell", "number"),
    [("-5", -5), ("0.00001", 0.00001), ("1E-05", 0.00001), ("1e-05", 0.00001), ("３６", 36), ("+3", 3), ("2.0", 2)],
)
def test_numbers_are_read_as_spreadsheets_write_them(cell: str, number: float) -> None:
    assert kids(("4", "", cell)) == [{"kids": "4", "n": number}]


@given(st.floats(-1e14, 1e14) | st.integers(-(10**14), 10**14))
def test_every_number_is_read_back_as_it_was_written(number: float) -> None:
    question = make_question("number", "n")
    cell = Spoken(make_definition(question), "columns").row("S1", "", "valid", {"n": number})[-1]
    assert "e" not in cell
    assert read_number(question, cell) == number


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_answer_of_a_table_is_the_option_that_was_meant_or_the_file_is_refused(data: st.DataObject) -> None:
    """Names and labels out of the same few words, the whole file in names or in labels."""
    words = st.lists(st.sampled_from(["0", "1", "2", "01", "一", "二"]), min_size=3, max_size=3, unique=True)
    by_name = data.draw(st.booleans())
    form = make_definition(
        *(
            make_question(
                "single", f"q{n}", options=[Option(name=a, label=Label(zh=b)) for a, b in zip(*pair, strict=True)]
            )
            for n, pair in enumerate(data.draw(st.lists(st.tuples(words, words), min_size=1, max_size=3)))
        )
    )
    meant = [data.draw(st.sampled_from(question.options)) for question in form.questions]
    row = ["1", "530114001003", "valid", *(option.name if by_name else option.label.zh for option in meant)]
    header = [*FIRST_COLUMNS, *(question.name for question in form.questions)]
    try:
        (read,) = read_own_layout(form, header, [row], TODAY)
    except RowsRefused:
        return
    assert list(read.answers.values()) == [option.name for option in meant]


def options_of(*words: str) -> list[Option]:
    """ "name=words" each."""
    return [Option(name=name, label=Label(zh=zh)) for name, _, zh in (word.partition("=") for word in words)]


@pytest.mark.parametrize(
    ("type", "options", "answer", "cell"),
    [
        ("single", ["a=是", "b=是", "c=否"], "b", "b"),
        ("single", ["a=是", "b=是", "c=否"], "c", "否"),
        ("multi", ["a=甲", "b=乙", "c=甲;乙"], ["c"], "c"),
        ("multi", ["a=甲", "b=乙", "c=甲；乙"], ["a", "b"], "a;b"),
        ("multi", ["a=乙", "b=甲", "c=甲；乙"], ["a", "b"], "乙;甲"),
        ("multi", ["a=甲;乙", "b=乙;丙", "c=丙", "d=甲"], ["a", "c"], "a;c"),
        ("multi", ["a=饭;菜", "b=乙"], ["a", "b"], "饭;菜;乙"),
        ("ranking", ["a=>60", "b=乙", "c=60"], ["b", "a"], "b>a"),
    ],
)
def test_words_that_would_be_read_as_others_give_way_to_names(
    type: str, options: list[str], answer: Any, cell: str
) -> None:
    form = make_definition(make_question(type, "q", options=options_of(*options)))
    table = Spoken(form, "zh")
    row = table.row("S1", "530114001003", "valid", {"q": answer})
    assert row[-1] == cell
    back = in_names(form, Table(table.header(), [row]))
    (read,) = read_own_layout(form, back.header, back.rows, TODAY)
    assert read.answers == {"q": answer}


def test_rows_that_are_called_alike_keep_their_names_as_headings() -> None:
    rows = [Row(name=name, label=Label(zh="环境")) for name in "xy"]
    form = make_definition(make_question("rating_matrix", "q", rows=rows))
    table = Spoken(form, "zh")
    written = Table(table.header(), [table.row("S1", "530114001003", "valid", {"q": {"x": "a", "y": "b"}})])
    assert written.header[-2:] == ["qx", "qy"]
    back = in_names(form, written)
    (read,) = read_own_layout(form, back.header, back.rows, TODAY)
    assert read.answers == {"q": {"x": "a", "y": "b"}}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_list_in_words_comes_back_as_it_went_out_or_asks(data: st.DataObject) -> None:
    """Names and words out of the same few signs, the separator among them."""
    names = data.draw(st.lists(st.sampled_from(["1", "2", "01", "一", "二"]), min_size=2, max_size=4, unique=True))
    pieces = st.lists(st.sampled_from(["1", "2", "一", "二", "甲"]), min_size=1, max_size=3)
    words = data.draw(st.lists(pieces.map(";".join), min_size=len(names), max_size=len(names)))
    options = [Option(name=name, label=Label(zh=zh)) for name, zh in zip(names, words, strict=True)]
    form = make_definition(*(make_question("multi", f"q{n}", options=options) for n in range(2)))
    chosen = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    meant = {f"q{n}": data.draw(chosen) for n in range(2)}
    table = Spoken(form, "zh")
    back = in_names(form, Table(table.header(), [table.row("S1", "530114001003", "valid", meant)]))
    try:
        (read,) = read_own_layout(form, back.header, back.rows, TODAY)
    except RowsRefused:
        return
    assert read.answers == {name: [each for each in names if each in chosen] for name, chosen in meant.items()}
