import dataclasses
from datetime import date

import pytest

from app.core.errors import RowsRefused
from app.core.files import WrongColumns
from app.surveys.definition import Label, Option, Row, SurveyDefinition
from app.surveys.tabular import ReadResponse
from app.surveys.wenjuanxing import FIRST_COLUMNS, is_wenjuanxing, read_wenjuanxing
from tests.surveys.factories import make_definition, make_question

TODAY = date(2018, 10, 15)
COMMUNITY = "530114001003"


def options(*labels: str) -> list[Option]:
    return [Option(name=f"o{n}", label=Label(zh=label)) for n, label in enumerate(labels, 1)]


def definition() -> SurveyDefinition:
    return make_definition(
        make_question("note", "hello"),
        make_question("single", "sex", label=Label(zh="您的性别？"), options=options("男", "女")),
        make_question(
            "multi", "want", label=Label(zh="您需要哪些服务？"), options=options("养老服务", "托管（四点半）", "其他")
        ),
        make_question("ranking", "order", label=Label(zh="请按重要程度排序"), derived_from="want"),
        make_question(
            "rating_matrix",
            "rate",
            label=Label(zh="请分别评价"),
            options=options("不满意", "一般", "满意"),
            rows=[Row(name="a", label=Label(zh="环境卫生")), Row(name="b", label=Label(zh="物业管理"))],
        ),
        make_question("number", "age", label=Label(zh="您的年龄")),
        make_question("open", "wish", label=Label(zh="您最希望解决的一件事")),
    )


BY_TEXT = [
    *FIRST_COLUMNS,
    "1、您的性别？",
    "2、您需要哪些服务？(多选题)",
    "3、请按重要程度排序",
    "第4题(环境卫生)",
    "第4题(物业管理)",
    "5、您的年龄",
    "6、您最希望解决的一件事",
]
BY_NUMBER = [
    *FIRST_COLUMNS,
    "1、您的性别？",
    "第2题(养老服务)",
    "第2题(托管（四点半）)",
    "第2题(其他)",
    "第3题(养老服务)",
    "第3题(托管（四点半）)",
    "第3题(其他)",
    "第4题(环境卫生)",
    "第4题(物业管理)",
    "5、您的年龄",
    "6、您最希望解决的一件事",
]
HEAD = ["1", "2018/10/15 09:30:00", "123秒", "微信", "张三的微信", "10.0.0.1(云南-昆明)"]
ROW_BY_TEXT = [*HEAD, "女", "养老服务┋其他〖修路灯〗", "其他〖修路灯〗→养老服务", "满意", "(空)", "36", "路灯"]
ROW_BY_NUMBER = [*HEAD, "2", "1", "0", "1", "2", "-2", "1", "3", "-2", "36", "路灯"]


def read(header: list[str], *rows: list[str]) -> list[ReadResponse]:
    return read_wenjuanxing(definition(), header, rows, TODAY, COMMUNITY)


def with_cell(position: int, cell: str, row: list[str] = ROW_BY_TEXT) -> list[str]:
    return [*row[:position], cell, *row[position + 1 :]]


def test_the_text_file_and_the_number_file_give_the_same_response() -> None:
    assert read(BY_TEXT, ROW_BY_TEXT) == read(BY_NUMBER, ROW_BY_NUMBER)


def test_a_row_becomes_a_submitted_response_without_address_and_sender() -> None:
    (response,) = read(BY_TEXT, ROW_BY_TEXT)
    assert response.answers == {
        "sex": "o2",
        "want": ["o1", "o3"],
        "order": ["o3", "o1"],
        "rate": {"a": "o3"},
        "age": 36,
        "wish": "路灯",
    }
    assert (response.serial, response.community_code, response.status) == ("1", COMMUNITY, "submitted")
    assert (response.submitted_at, response.seconds, response.source) == ("2018-10-15T09:30:00", 123, "微信")
    assert "10.0.0.1" not in str(dataclasses.asdict(response))
    assert "张三" not in str(dataclasses.asdict(response))


def test_skipped_and_blank_are_blank_in_both_files() -> None:
    (text,) = read(BY_TEXT, [*HEAD, "男", "(跳过)", "(跳过)", "(空)", "", "", "(空)"])
    (number,) = read(BY_NUMBER, [*HEAD, "1", *["-3"] * 6, "-2", "-2", "-2", "-3"])
    assert text.answers == number.answers == {"sex": "o1"}


@pytest.mark.parametrize(("text", "seconds"), [("2分3秒", 123), ("123", 123), ("5分", 300), ("59秒", 59)])
def test_durations_are_read(text: str, seconds: int) -> None:
    assert read(BY_TEXT, with_cell(2, text))[0].seconds == seconds


def test_a_time_without_leading_zeros_is_read() -> None:
    assert read(BY_TEXT, with_cell(1, "2018/9/5 9:05:00"))[0].submitted_at == "2018-09-05T09:05:00"


@pytest.mark.parametrize(
    ("position", "cell", "code"),
    [
        (0, "", "SerialMissing"),
        (1, "yesterday", "TimeMalformed"),
        (1, "9999/12/31 23:59:59", "TimeMalformed"),
        (2, "long", "TimeMalformed"),
        (2, "99999999999秒", "TimeMalformed"),
        (6, "保密", "OptionUnknown"),
        (6, "3", "OptionUnknown"),
        (7, "养老服务┋飞行", "OptionUnknown"),
        (9, "很满意", "OptionUnknown"),
        (11, "三十六", "AnswerMalformed"),
    ],
)
def test_a_bad_cell_is_refused_by_row_and_title(position: int, cell: str, code: str) -> None:
    with pytest.raises(RowsRefused) as refused:
        read(BY_TEXT, with_cell(position, cell))
    found = [(r.row, r.column, r.error.code) for r in refused.value.rows]
    assert (2, BY_TEXT[position], code) in found


@pytest.mark.parametrize(("position", "cell"), [(7, "2"), (7, "x"), (10, "1")])
def test_marks_that_make_no_sense_in_the_number_file_are_refused(position: int, cell: str) -> None:
    with pytest.raises(RowsRefused) as refused:
        read(BY_NUMBER, with_cell(position, cell, ROW_BY_NUMBER))
    assert "AnswerMalformed" in [r.error.code for r in refused.value.rows]


def test_a_repeated_row_is_refused() -> None:
    with pytest.raises(RowsRefused) as refused:
        read(BY_TEXT, ROW_BY_TEXT, ROW_BY_TEXT)
    assert [(r.row, r.error.code) for r in refused.value.rows] == [(3, "SerialTaken")]


def test_questions_are_found_by_title_when_the_numbers_have_moved() -> None:
    header = [title.replace("5、", "7、") if title.startswith("5、") else title for title in BY_TEXT]
    assert read(header, ROW_BY_TEXT) == read(BY_TEXT, ROW_BY_TEXT)


def test_a_matrix_may_name_its_rows_behind_the_title() -> None:
    header = [*BY_TEXT[:9], "4、请分别评价—环境卫生", "4、请分别评价(物业管理)", *BY_TEXT[11:]]
    assert read(header, ROW_BY_TEXT) == read(BY_TEXT, ROW_BY_TEXT)


def test_the_total_of_a_scale_is_passed_over() -> None:
    header, row = [*BY_TEXT[:6], "总分", *BY_TEXT[6:]], [*ROW_BY_TEXT[:6], "15", *ROW_BY_TEXT[6:]]
    assert read(header, row) == read(BY_TEXT, ROW_BY_TEXT)


def test_columns_nobody_knows_and_questions_nobody_answers_are_named() -> None:
    header = [*BY_TEXT[:-2], "5、您家有几口人？", BY_TEXT[-1], "手机号"]
    with pytest.raises(WrongColumns) as refused:
        read(header)
    assert refused.value.facts == {"missing": "5、您的年龄", "unknown": "5、您家有几口人？, 手机号"}


def test_a_file_of_another_kind_is_recognised() -> None:
    assert [is_wenjuanxing(BY_TEXT), is_wenjuanxing(["serial", "status"])] == [True, False]
    with pytest.raises(WrongColumns) as refused:
        read(["编号", *BY_TEXT[1:]])
    assert refused.value.facts == {"missing": "序号", "unknown": "-"}
