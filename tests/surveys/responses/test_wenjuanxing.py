import dataclasses
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.errors import RowsRefused
from app.surveys.questionnaires.definition import Label, Option, Row, SurveyDefinition
from app.surveys.responses.tables.mapping import MappingUnclear, MappingUnfit
from app.surveys.responses.tables.tabular import ReadResponse
from app.surveys.responses.tables.wenjuanxing import (
    FIRST_COLUMNS,
    is_wenjuanxing,
    propose_wenjuanxing,
    read_wenjuanxing,
)
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


def read(header: list[str], *rows: list[str], form: SurveyDefinition | None = None) -> list[ReadResponse]:
    form = form or definition()
    return read_wenjuanxing(form, propose_wenjuanxing(form, header, rows).settled(), rows, TODAY, COMMUNITY)


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
    assert doubts(definition(), header) == [
        ("5、您家有几口人？", "TitleFitsNone"),
        ("手机号", "TitleFitsNone"),
        ("5、您的年龄", "QuestionUnanswered"),
    ]


def test_a_file_of_another_kind_is_recognised() -> None:
    assert [is_wenjuanxing(BY_TEXT), is_wenjuanxing(["编号", *BY_TEXT[1:]])] == [True, False]


def doubts(form: SurveyDefinition, header: list[str], *rows: list[str]) -> list[tuple[str, str]]:
    with pytest.raises(MappingUnclear) as refused:
        read(header, *rows, form=form)
    return [(r.column, r.error.code) for r in refused.value.rows]


def answers(form: SurveyDefinition, header: list[str], *rows: list[str]) -> list[dict[str, Any]]:
    numbered = [with_serial(number, row) for number, row in enumerate(rows)]
    return [dict(response.answers) for response in read([*FIRST_COLUMNS, *header], *numbered, form=form)]


def with_serial(number: int, cells: list[str]) -> list[str]:
    return [str(number), *HEAD[1:], *cells]


def form_of(*titles: str, labels: tuple[str, ...] = ("满意", "一般", "不满意")) -> SurveyDefinition:
    return make_definition(
        *(make_question("single", f"q{n}", label=Label(zh=t), options=options(*labels)) for n, t in enumerate(titles))
    )


PAIRS = [
    ("您对社区托育服务的满意程度", "您对社区养老服务的满意程度"),
    ("您家60岁以上老人有几位", "您家80岁以上老人有几位"),
    ("您对2025年社区服务的评价", "您对2026年社区服务的评价"),
    ("您父亲的健康状况", "您母亲的健康状况"),
    ("您最需要的服务（第一位）", "您最需要的服务（第二位）"),
    ("您家有老人需要照护吗", "您家没有老人需要照护吗"),
    ("您愿意参加志愿服务吗", "您不愿意参加志愿服务吗"),
    ("月收入＜3000元的原因", "月收入≥3000元的原因"),
]


@pytest.mark.parametrize("titles", PAIRS)
def test_similar_titles_in_another_order_keep_their_answers(titles: tuple[str, str]) -> None:
    header = [f"1、{titles[1]}", f"2、{titles[0]}"]
    assert answers(form_of(*titles), header, ["满意", "不满意"]) == [{"q0": "o3", "q1": "o1"}]


@pytest.mark.parametrize("titles", PAIRS)
def test_a_title_that_differs_in_a_word_a_digit_or_a_sign_is_another_question(titles: tuple[str, str]) -> None:
    header = [*FIRST_COLUMNS, f"1、{titles[1]}"]
    unanswered = (f"1、{titles[0]}", "QuestionUnanswered")
    assert doubts(form_of(titles[0]), header, [*HEAD, "满意"]) == [(f"1、{titles[1]}", "TitleFitsNone"), unanswered]


def test_a_title_with_an_extra_please_is_the_same_question() -> None:
    header = ["1、请问您对社区托育服务的满意程度是？[单选题]", "2、对社区养老服务的满意程度 *"]
    assert answers(form_of(*PAIRS[0]), header, ["满意", "不满意"]) == [{"q0": "o1", "q1": "o3"}]


def test_of_two_questions_with_one_title_the_number_tells() -> None:
    form = form_of("您满意吗", "您的评价", "您满意吗")
    assert answers(form, ["1、您满意吗", "2、您的评价", "3、您满意吗"], ["满意", "一般", "不满意"]) == [
        {"q0": "o1", "q1": "o2", "q2": "o3"}
    ]
    assert ("2、您满意吗", "TitleFitsSeveral") in doubts(
        form, [*FIRST_COLUMNS, "1、您的评价", "2、您满意吗", "3、您满意吗"]
    )


def test_two_columns_for_one_question_are_refused() -> None:
    header = [*FIRST_COLUMNS, "1、您满意吗", "2、您满意吗？"]
    assert doubts(form_of("您满意吗"), header)[:2] == [(t, "QuestionTwice") for t in header[-2:]]


MARKS = make_definition(
    make_question("single", "kids", label=Label(zh="您家有几个孩子？"), options=options("0", "1", "2", "3个及以上")),
    make_question("single", "mark", label=Label(zh="请打分"), options=options("5", "4", "3", "2", "1")),
    make_question("multi", "used", label=Label(zh="您用过哪些服务？"), options=options("助餐", "托育")),
)


def test_in_the_file_of_numbers_a_number_is_a_place_and_in_the_file_of_texts_a_label() -> None:
    by_number = ["1、您家有几个孩子？", "2、请打分", "第3题(助餐)", "第3题(托育)"]
    assert answers(MARKS, by_number, ["1", "1", "1", "0"], ["4", "5", "0", "1"], ["-3", "3", "1", "1"]) == [
        {"kids": "o1", "mark": "o1", "used": ["o1"]},
        {"kids": "o4", "mark": "o5", "used": ["o2"]},
        {"mark": "o3", "used": ["o1", "o2"]},
    ]
    by_text = ["1、您家有几个孩子？", "2、请打分", "3、您用过哪些服务？"]
    assert answers(MARKS, by_text, ["0", "5", "助餐"], ["3个及以上", "1", "托育"], ["(跳过)", "3", "助餐┋托育"]) == [
        {"kids": "o1", "mark": "o1", "used": ["o1"]},
        {"kids": "o4", "mark": "o5", "used": ["o2"]},
        {"mark": "o3", "used": ["o1", "o2"]},
    ]


def test_a_file_that_does_not_tell_whether_its_digits_are_labels_or_places_is_refused() -> None:
    form = make_definition(*MARKS.questions[:2])
    header = [*FIRST_COLUMNS, "1、您家有几个孩子？", "2、请打分"]
    assert doubts(form, header, [*HEAD, "1", "4"]) == [(title, "KindUnclear") for title in header[-2:]]
    assert answers(form, header[-2:], ["0", "4"]) == [{"kids": "o1", "mark": "o2"}], "0 is no place"
    assert answers(form, header[-2:], ["1", "4"], ["1", "-3"]) == [{"kids": "o1", "mark": "o4"}, {"kids": "o1"}]


def test_options_that_differ_in_a_sign_are_different() -> None:
    ages = form_of("您的年龄", labels=("＜60岁", "≥60岁"))
    assert answers(ages, ["1、您的年龄"], ["≥60岁"], ["<60岁"]) == [{"q0": "o2"}, {"q0": "o1"}]
    with pytest.raises(RowsRefused) as refused:
        answers(ages, ["1、您的年龄"], ["60岁"])
    assert [(r.row, r.error.code) for r in refused.value.rows] == [(2, "OptionUnknown")]


def test_a_cell_that_fits_two_options_equally_is_refused() -> None:
    header = [*FIRST_COLUMNS, "1、您的年龄"]
    form = form_of("您的年龄", labels=("60岁。", "60岁；"))
    assert doubts(form, header, [*HEAD, "60岁"]) == [("1、您的年龄", "OptionFitsSeveral")]


def test_a_number_of_minus_two_is_a_number_in_the_file_of_texts() -> None:
    form = make_definition(make_question("number", "cold", label=Label(zh="最低室温")), *MARKS.questions[2:])
    assert answers(form, ["1、最低室温", "2、您用过哪些服务？"], ["-2", "助餐"]) == [{"cold": -2, "used": ["o1"]}]


def test_columns_of_options_go_to_the_question_that_has_them_whatever_their_number() -> None:
    form = make_definition(MARKS.questions[2], make_question("multi", "like", options=options("茶", "酒")))
    header = ["第1题(茶)", "第1题(酒)", "第2题(助餐)", "第2题(托育)"]
    assert answers(form, header, ["1", "0", "0", "1"]) == [{"like": ["o1"], "used": ["o2"]}]
    lost = [*FIRST_COLUMNS, *header[:3]]
    assert doubts(form, lost, [*HEAD, "1", "0", "1"]) == [("1、您用过哪些服务？", "PartsIncomplete")]


def test_a_persons_decision_is_followed_and_nothing_else() -> None:
    form, header = form_of(*PAIRS[0]), [*FIRST_COLUMNS, "1、对托育怎么看", "2、备注"]
    proposed = propose_wenjuanxing(form, header, [[*HEAD, "挺好", "无"]]).mapping
    first, second = proposed.columns
    assert [first.question, second.question] == ["", ""]
    decided = proposed.model_copy(
        update={"columns": [first.model_copy(update={"question": "q0", "options": {"挺好": "o1"}}), second]}
    )
    (response,) = read_wenjuanxing(form, decided, [[*HEAD, "挺好", "无"]], TODAY, COMMUNITY)
    assert response.answers == {"q0": "o1"}
    with pytest.raises(RowsRefused) as refused:
        read_wenjuanxing(form, decided, [[*HEAD, "很好", "无"]], TODAY, COMMUNITY)
    assert [(r.row, r.column, r.error.code) for r in refused.value.rows] == [(2, header[6], "OptionUnknown")]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "1、别的"},
        {"question": "q9"},
        {"part": "x"},
        {"options": {"满意": "o9"}},
        {"column": 8},
    ],
)
def test_a_mapping_of_another_file_or_questionnaire_is_refused(change: dict[str, Any]) -> None:
    form, header = form_of("您满意吗"), [*FIRST_COLUMNS, "1、您满意吗"]
    proposed = propose_wenjuanxing(form, header, [[*HEAD, "满意"]]).mapping
    changed = proposed.model_copy(update={"columns": [proposed.columns[0].model_copy(update=change)]})
    with pytest.raises(MappingUnfit):
        propose_wenjuanxing(form, header, [[*HEAD, "满意"]], changed)


LABEL = st.text(st.sampled_from("有没不60岁以上下＜≥<.、1234养老托育第一二位 （）?-"), min_size=1, max_size=6).filter(
    lambda text: any(c.isalnum() for c in text)
)


@st.composite
def forms(draw: st.DrawFn) -> SurveyDefinition:
    """Questions with like titles and like options."""
    titles = draw(st.lists(LABEL.map(str.strip), min_size=1, max_size=4, unique=True))
    return make_definition(
        *(
            make_question(
                draw(st.sampled_from(["single", "multi"])),
                f"q{n}",
                label=Label(zh=title),
                options=options(*draw(st.lists(LABEL.map(str.strip), min_size=1, max_size=4, unique=True))),
            )
            for n, title in enumerate(titles)
        )
    )


@settings(max_examples=300, deadline=None)
@given(forms(), st.data())
def test_of_a_shuffled_file_every_answer_lands_under_its_own_question_or_the_file_is_refused(
    form: SurveyDefinition, data: st.DataObject
) -> None:
    """The questions in any order, renumbered; texts as they are, or as places."""
    by_number = data.draw(st.booleans())
    chosen = {
        q.name: data.draw(
            st.lists(
                st.sampled_from(q.options),
                min_size=1,
                max_size=1 if q.type == "single" else 3,
                unique_by=lambda o: o.name,
            )
        )
        for q in form.questions
    }
    cells: list[tuple[str, str]] = []
    for number, question in enumerate(data.draw(st.permutations(form.questions)), 1):
        picked = chosen[question.name]
        if question.type == "multi" and by_number:
            for option in data.draw(st.permutations(question.options)):
                cells.append((f"第{number}题({option.label.zh})", str(int(option in picked))))
        elif by_number:
            cells.append((f"{number}、{question.label.zh}", str(question.options.index(picked[0]) + 1)))
        else:
            cells.append((f"{number}、{question.label.zh}", "┋".join(option.label.zh for option in picked)))
    same = [{o.label.zh for o in q.options} for q in form.questions if q.type == "multi"]
    assume(not by_number or all(a != b for i, a in enumerate(same) for b in same[:i]))  # numbers alone tell those apart
    try:
        found = answers(form, [title for title, _ in cells], [cell for _, cell in cells])
    except RowsRefused:
        return
    expected = {name: sorted(option.name for option in picked) for name, picked in chosen.items()}
    got = {name: sorted(answer) if isinstance(answer, list) else [answer] for name, answer in found[0].items()}
    assert got == expected
