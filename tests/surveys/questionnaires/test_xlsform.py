import io
import struct
from collections.abc import Sequence
from dataclasses import replace

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings

from app.core.errors import RowRefused, RowsRefused
from app.core.reading.foreign import FORMS, FileUnpacksTooLarge, FileUnreadable, read_lines
from app.surveys.questionnaires.definition import Label, SurveyDefinition
from app.surveys.questionnaires.definition_checks import DefinitionRefused, definition_faults
from app.surveys.questionnaires.expressions import parse
from app.surveys.questionnaires.xlsform import reading as xlsform
from app.surveys.questionnaires.xlsform.export import write_xlsform
from app.surveys.questionnaires.xlsform.left_out import XlsformPartly
from app.surveys.questionnaires.xlsform.reading import Form
from app.surveys.questionnaires.xlsform.reading import read_xlsform as read_form
from app.taxonomy.rules import CategoryUnknown
from tests.attack.evil_workbooks import biff_of, compound
from tests.core.reading.in_process import here
from tests.surveys.factories import definitions, make_definition, make_question, season_definition

SURVEY = ["type", "name", "label::中文 (zh)", "label::English (en)"]
CHOICES = ["list_name", "name", "label::中文 (zh)", "label::English (en)"]


def workbook(
    survey: Sequence[Sequence[object]],
    choices: Sequence[Sequence[object]] = (),
    more: Sequence[str] = (),
    more_choices: Sequence[str] = (),
) -> bytes:
    """A form as a committee would type it; `more` are further columns of the survey sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in (
            ("survey", [[*SURVEY, *more], *survey]),
            ("choices", [[*CHOICES, *more_choices], *choices]),
            ("settings", [["form_title", "form_id"], ["需求调查", "needs"]]),
        ):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


def read_xlsform(content: bytes) -> SurveyDefinition:
    """The questionnaire of a workbook of which nothing is left out."""
    return read_form(content).taken(leave_out=False)


def partly(form: Form) -> list[tuple[int, str, str, int]]:
    """The kinds that are left out: first row, column, code, how many."""
    with pytest.raises(XlsformPartly) as refused:
        form.taken(leave_out=False)
    return [(r.row, r.column, r.error.code, r.error.facts["count"]) for r in refused.value.rows]


SEX = [["sex", "M", "男", "Male"], ["sex", "F", "女", "Female"]]


def refusals(content: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(RowsRefused) as refused:
        read_xlsform(content)
    return [(row.row, row.column, row.error.code) for row in refused.value.rows]


def test_the_season_questionnaire_survives_the_workbook() -> None:
    assert read_xlsform(write_xlsform(season_definition())) == season_definition()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definitions())
@here()
def test_every_sound_questionnaire_survives_the_workbook_and_pyxform_accepts_it(definition: SurveyDefinition) -> None:
    assert definition_faults(definition) == []
    assert read_xlsform(write_xlsform(definition)) == definition


def test_a_form_in_common_xlsform_is_understood() -> None:
    content = workbook(
        [
            ["start", "start"],
            ["select one sex", "sex", "性别", "Sex", "yes"],
            ["begin group", "home", "家庭", "Home", "", "${sex} = 'F'"],
            ["select_multiple sex", "kin", "家人", "Kin", "", "", "count-selected(.) < 3 and . != 'M F'"],
            ["integer", "age", "年龄", "Age", "", "${kin} != ''", ". >= 0"],
            ["end group"],
            ["begin_group", "rate", "评价", "Rate", "", "", "", "table-list"],
            ["select_one sex", "clean", "卫生", "Clean", "true"],
            ["select_one sex", "safe", "安全", "Safe", "true"],
            ["end_group"],
            ["text", "why", "原因", "Why", "", "${clean} = 'M'"],
        ],
        SEX,
        ["required", "relevant", "constraint", "appearance"],
    )
    definition = read_xlsform(content)
    sex, home, kin, age, rate, why = definition.questions
    assert [q.type for q in definition.questions] == ["single", "note", "multi", "number", "rating_matrix", "open"]
    assert (home.name, home.label.zh, home.shown_if) == ("home", "家庭", "${sex} = 'F'")
    assert (sex.required, kin.shown_if, kin.max_select, kin.constraint) == (True, "${sex} = 'F'", 2, ". != 'M F'")
    assert (age.shown_if, age.whole) == ("(${sex} = 'F') and (${kin} != '')", True)
    assert ([row.name for row in rate.rows], rate.required) == (["clean", "safe"], True)
    assert why.shown_if == "${rate.clean} = 'M'"


def test_options_carry_the_category_they_vote_for() -> None:
    content = workbook(
        [["select_one want", "want", "需要", "Want", "personal", "yes"]],
        [["want", "meal", "助餐", "Meals", "0101"]],
        ["sx_sensitive", "sx_public"],
        ["sx_votes_for"],
    )
    (want,) = read_xlsform(content).questions
    assert (want.options[0].votes_for, want.sensitive, want.public) == ("0101", "personal", True)


def test_an_option_name_with_a_space_which_pyxform_lets_pass_is_refused_at_its_row() -> None:
    content = workbook([["select_multiple sex", "q", "题", "Q"]], [*SEX, ["sex", "not said", "不便说", "Not said"]])
    assert refusals(content) == [(4, "choices.name", "NameHasSpace")]


def test_a_reference_to_nothing_is_refused_at_its_row() -> None:
    content = workbook([["text", "a", "甲", "A", ""], ["text", "b", "乙", "B", "${nothere} = '1'"]], [], ["relevant"])
    assert refusals(content) == [(3, "survey.relevant", "ReferenceDangling")]


def test_every_fault_of_a_workbook_is_listed_at_once() -> None:
    content = workbook(
        [
            ["image", "photo", "照片", "Photo"],
            ["text", "a", "", "Only English"],
            ["select_one nolist", "b", "乙", "B"],
            ["text", "c", "丙", "C", "perhaps"],
            ["text", "d", "丁", "D", "", "age > 3"],
            ["select_one sex", "e", "戊", "E"],
            ["end group", "g"],
        ],
        [*SEX, ["sex", "M", "又一个男", "M again"]],
        ["required", "relevant", "calculation"],
    )
    assert refusals(content) == [
        (4, "survey.type", "XlsformListUnknown"),
        (5, "survey.required", "XlsformValueUnknown"),
        (4, "choices.name", "NameTaken"),
        (8, "survey.type", "GroupUnbalanced"),
        (6, "survey.relevant", "FunctionUnknown"),
        (2, "survey.type", "XlsformTypeUnknown"),
        (3, "survey.label", "LabelMissing"),
    ]


@pytest.mark.parametrize(
    ("row", "more", "expected"),
    [
        (["text", "a", "甲", "A", "1 +"], "relevant", (2, "survey.relevant", "TokenUnexpected")),
        (["text", "a", "甲", "A", "x"], "calculation", (2, "survey.calculation", "XlsformColumnUnknown")),
        (["text", "a b", "甲", "A"], "hint::中文 (zh)", (2, "survey.name", "NameHasSpace")),
        (["text", "", "甲", "A"], "hint::中文 (zh)", (2, "survey.name", "XlsformValueUnknown")),
        (["text", "a", "甲", "A", "Grüezi"], "label::Deutsch", (2, "survey.label::Deutsch", "XlsformColumnUnknown")),
        (["text", "a", "甲 ${b}", "A"], "hint::中文 (zh)", (2, "survey.label", "XlsformTextQuotesAnswers")),
        (["begin repeat", "a", "甲", "A"], "hint::中文 (zh)", (2, "survey.type", "XlsformTypeUnknown")),
        (["begin group", "a", "甲", "A"], "hint::中文 (zh)", (2, "survey.type", "GroupUnbalanced")),
        (["text", "a", "甲", "A", "five"], "sx_max_select", (2, "survey.sx_max_select", "XlsformValueUnknown")),
        (["integer", "a", "甲", "A", "5"], "sx_max_select", (2, "survey.sx_max_select", "FieldNotForType")),
    ],
)
def test_a_fault_names_its_row_and_column(row: list[str], more: str, expected: tuple[int, str, str]) -> None:
    assert expected in refusals(workbook([row, ["note", "n", "说明", "Note"]], [], [more]))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "[row : 8] On the 'survey' sheet, the 'relevant' value is invalid. Could not find the name 'ghost'.",
            (8, "survey.relevant", "ReferenceDangling", {"name": "ghost", "at": 1}),
        ),
        (
            "[row : 5] On the 'survey' sheet, the 'name' value 'q1' is invalid. Questions, groups, and repeats must",
            (5, "survey.name", "NameTaken", {"name": "q1"}),
        ),
        ("[row : 4] Question or group with no name.", (4, "survey.type", "NameNotAllowed", {"name": ""})),
        (
            "[row : 3] On the 'choices' sheet, the 'label' value is invalid. Choices should have a label.",
            (3, "choices.label", "LabelMissing", {"count": 1, "names": "—"}),
        ),
        ("[row : 3] Missing calculation.", (3, "survey.type", "XlsformRefused", None)),
    ],
)
def test_an_objection_of_pyxform_becomes_a_refusal_of_the_row_it_names(
    message: str, expected: tuple[int, str, str, dict[str, object] | None]
) -> None:
    found = xlsform._translated(message)
    facts = expected[3] if expected[3] is not None else {"message": message}
    assert (found.row, found.column, found.error.code, found.error.facts) == (*expected[:3], facts)


def test_a_name_that_only_pyxform_knows_to_be_taken_is_refused_at_its_row() -> None:
    content = workbook(
        [
            ["begin group", "home", "家庭", "Home"],
            ["text", "a", "甲", "A"],
            ["text", "b", "乙", "B"],
            ["end group"],
            ["text", "home", "又一个", "Home again"],
        ]
    )
    assert refusals(content) == [(6, "survey.name", "NameTaken")]


def test_matrix_rows_that_differ_are_refused() -> None:
    content = workbook(
        [
            ["begin_group", "rate", "评价", "Rate", "table-list"],
            ["select_one sex", "x", "一", "X"],
            ["text", "y", "二", "Y"],
            ["end_group"],
        ],
        SEX,
        ["appearance"],
    )
    assert (4, "survey.type", "MatrixRowsDiffer") in refusals(content)


def test_what_is_no_workbook_is_refused() -> None:
    for content in (b"", b"type,name\ntext,a", write_xlsform(season_definition())[:500]):
        with pytest.raises(FileUnreadable):
            read_xlsform(content)


def test_a_form_of_an_old_excel_is_read_as_one_of_a_new_one() -> None:
    def text(row: int, column: int, said: str) -> tuple[int, bytes]:
        return 0x204, struct.pack("<HHHHB", row, column, 0, len(said), 1) + said.encode("utf-16-le")

    table = (("type", "name", "label"), ("text", "q1", "您的建议"))
    form = compound(biff_of([text(r, c, said) for r, row in enumerate(table) for c, said in enumerate(row)]))
    told = list(read_lines("xlsform", form, FORMS))
    assert told == [
        ["survey_header", {"type": None, "name": None, "label": None}],
        ["survey", {"type": "text", "name": "q1", "label": "您的建议"}],
    ]


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsform, "FORMS", replace(FORMS, unpacked_mb=0))
    with pytest.raises(FileUnpacksTooLarge):
        read_xlsform(write_xlsform(make_definition(make_question("open", "a"))))


def test_a_workbook_without_a_survey_sheet_is_refused() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("one")
        book.add_worksheet("two")
    assert refusals(out.getvalue())[0] == (1, "survey", "XlsformSheetMissing")


def raw_book(**sheets: Sequence[Sequence[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell != "":
                        sheet.write(number, column, cell)
    return out.getvalue()


COMMON = [
    ["start", "start"],
    ["deviceid", "device"],
    ["calculate", "score", "", "", "", "", "1 + 1"],
    ["geopoint", "place", "位置", "Place"],
    ["image", "photo", "照片", "Photo", "${place} != ''"],
    ["image", "photo2", "照片二", "Photo 2"],
    ["integer", "age", "年龄", "Age", "", "once(.) >= 0"],
    ["text", "far", "为什么远", "Why far", "${place} != ''"],
    ["text", "farther", "还有呢", "What else", "${far} != ''"],
    ["text", "scored", "评分高的", "High score", "${score} > 1"],
    ["text", "named", "${age}岁的人", "At age ${age}"],
    ["select_one sex", "sex", "性别", "Sex", "", "", "", "name = ${age}"],
    ["begin repeat", "kids", "孩子", "Kids"],
    ["text", "kid", "名字", "Name"],
    ["begin group", "more", "更多", "More"],
    ["integer", "kid_age", "几岁", "Age"],
    ["end group"],
    ["end repeat"],
    ["text", "late", "最后", "Last", "selected(${sex}, 'F') and today() > '2018-01-01'"],
]
COMMON_COLUMNS = ["relevant", "constraint", "calculation", "choice_filter", "required_message::中文 (zh)"]


def test_unsupported_features_are_named_once_per_kind_and_can_be_left_out() -> None:
    form = read_form(workbook(COMMON, SEX, COMMON_COLUMNS))
    assert partly(form) == [
        (4, "survey.type", "XlsformTypeUnknown", 1),
        (5, "survey.type", "XlsformTypeUnknown", 1),
        (6, "survey.type", "XlsformTypeUnknown", 2),
        (13, "survey.choice_filter", "XlsformColumnUnknown", 1),
        (14, "survey.type", "XlsformTypeUnknown", 4),
        (8, "survey.constraint", "XlsformConstraintBeyond", 1),
        (9, "survey.relevant", "XlsformConditionBeyond", 3),
        (12, "survey.label", "XlsformTextQuotesAnswers", 1),
    ]
    taken = form.taken(leave_out=True)
    assert [(q.name, q.constraint) for q in taken.questions] == [("age", None), ("sex", None), ("late", None)]
    assert definition_faults(taken) == []


def test_nothing_is_asked_of_those_it_was_not_meant_for() -> None:
    """Whatever depends on what is left out is left out too, however far."""
    taken = read_form(workbook(COMMON, SEX, COMMON_COLUMNS)).taken(leave_out=True)
    assert not {"far", "farther", "scored"} & {question.name for question in taken.questions}


def test_a_group_left_empty_loses_its_heading() -> None:
    rows = [
        ["begin group", "g", "照片", "Photos"],
        ["image", "photo", "照片", "Photo"],
        ["end group"],
        ["text", "a", "甲", "A"],
    ]
    taken = read_form(workbook(rows)).taken(leave_out=True)
    assert [question.name for question in taken.questions] == ["a"]


def test_a_heading_named_like_a_question_is_renamed() -> None:
    rows = [
        ["begin group", "g", "组", "G"],
        ["begin group", "h", "组", "H"],
        ["text", "g", "甲", "A"],
        ["end group"],
        ["end group"],
    ]
    taken = read_form(workbook(rows)).taken(leave_out=False)
    assert [question.name for question in taken.questions] == ["g_heading", "h", "g"]


def test_a_loop_is_left_out_like_a_repeat() -> None:
    rows = [
        ["text", "a", "甲", "A"],
        ["begin loop over sex", "l", "圈", "L"],
        ["integer", "n", "几", "N"],
        ["end loop"],
    ]
    form = read_form(workbook(rows, SEX))
    assert partly(form) == [(3, "survey.type", "XlsformTypeUnknown", 2)]


def test_a_form_with_nothing_left_is_refused() -> None:
    content = workbook([["image", "photo", "照片", "Photo"]])
    assert refusals(content) == [(1, "survey", "XlsformNothingTaken"), (2, "survey.type", "XlsformTypeUnknown")]


def test_a_column_of_an_unknown_kind_is_one_line_however_many_rows_it_fills() -> None:
    rows = [["text", f"q{n}", "题", "", "A"] for n in range(40)]
    form = read_form(workbook(rows, [], ["theme"]))
    assert partly(form) == [(2, "survey.theme", "XlsformColumnUnknown", 40)]


def test_another_language_stands_in_for_chinese_and_is_reported_once() -> None:
    rows = [["type", "name", "label::English (en)", "label::Français"]]
    rows += [["text", f"q{n}", f"Question {n}", "Question"] for n in range(40)]
    form = read_form(raw_book(survey=rows, settings=[["form_title"], ["Needs"]]))
    assert partly(form) == [
        (2, "survey.label::Français", "XlsformColumnUnknown", 40),
        (2, "survey.label", "LabelMissing", 40),
    ]
    assert form.taken(leave_out=True).questions[3].label == Label(zh="Question 3", en="Question 3")


def test_only_a_third_language_stands_in_too() -> None:
    rows = [["type", "name", "label::Français"], ["text", "q", "Quoi ?"]]
    form = read_form(raw_book(survey=rows, settings=[["form_title"], ["Besoins"]]))
    assert partly(form) == [(2, "survey.label", "LabelMissing", 1)]
    assert form.taken(leave_out=True).questions[0].label.zh == "Quoi ?"


def test_a_missing_title_is_reported_and_may_come_from_the_file_name() -> None:
    content = raw_book(survey=[["type", "name", "label"], ["text", "q", "题"]])
    form = read_form(content, "冬季调查.xlsx")
    assert partly(form) == [(2, "settings.form_title", "XlsformTitleMissing", 1)]
    assert form.taken(leave_out=True).title.zh == "冬季调查"


def test_or_other_becomes_an_option_and_a_question_for_it() -> None:
    for spelling in ("select_multiple sex or_other", "select_multiple sex  or_other", "select_one sex or_other"):
        want, other = read_xlsform(workbook([[spelling, "want", "需要", "Want"]], SEX)).questions
        assert [option.name for option in want.options] == ["M", "F", "other"]
        assert (other.type, other.name, other.shown_if) == ("open", "want_other", "selected(${want}, 'other')")


@pytest.mark.parametrize(
    "spelling",
    [
        "select_one  sex",
        "Select_One sex",
        "select one sex",
        "select one from sex",
        "select1 sex",
        "select_one\tsex",
        "select_one\u00a0sex",
        "select_one\u3000sex",
        "select_one sex ",
    ],
)
def test_every_spelling_of_a_type_is_understood(spelling: str) -> None:
    (question,) = read_xlsform(workbook([[spelling, "sex", "性别", "Sex"]], SEX)).questions
    assert (question.type, len(question.options)) == ("single", 2)


@pytest.mark.parametrize("list_name", ["SEX", "sex, age", "gender"])
def test_a_missing_list_of_choices_is_named(list_name: str) -> None:
    content = workbook([[f"select_one {list_name}", "sex", "性别", "Sex"]], SEX)
    assert refusals(content) == [(2, "survey.type", "XlsformListUnknown")]


@pytest.mark.parametrize("kind", ["select_one_from_file sex.csv", "select_one_external sex"])
def test_a_list_kept_elsewhere_is_of_another_type(kind: str) -> None:
    content = workbook([[kind, "sex", "性别", "Sex"], ["text", "a", "甲", "A"]], SEX)
    with pytest.raises(RowsRefused) as refused:
        read_xlsform(content)
    assert "XlsformTypeUnknown" in [row.error.code for row in refused.value.rows]


@pytest.mark.parametrize(
    "condition",
    ["${sex} = ‘F’", "${sex} = “F”", "${ sex } = 'F'", "${sex}\u00a0= 'F'", "${sex}\n= 'F'", "selected(${sex}, ‘F’)"],
)
def test_typographic_quotes_and_odd_spaces_are_read(condition: str) -> None:
    content = workbook(
        [["select_one sex", "sex", "性别", "Sex"], ["text", "a", "甲", "A", condition]], SEX, ["relevant"]
    )
    shown = read_xlsform(content).questions[1].shown_if
    assert shown is not None and shown.count("${sex}") == 1
    assert parse(shown) in (parse("${sex} = 'F'"), parse("selected(${sex}, 'F')"))


@pytest.mark.parametrize(
    "condition",
    [
        "${sex} = F",
        "${sex} = 'F' AND ${sex} != 'M'",
        "${sex} == 'F'",
        "${sex} <> 'M'",
        "$(sex) = 'F'",
        "#{sex} = 'F'",
        "${sex} = 'F';",
    ],
)
def test_what_is_no_expression_is_refused_at_its_place(condition: str) -> None:
    content = workbook(
        [["select_one sex", "sex", "性别", "Sex"], ["text", "a", "甲", "A", condition]], SEX, ["relevant"]
    )
    assert [place[:2] for place in refusals(content)] == [(3, "survey.relevant")]


@pytest.mark.parametrize("gap", [5, 60, 61, 120])
def test_questions_and_options_behind_empty_rows_are_read(gap: int) -> None:
    blank = [[""]] * gap
    content = workbook(
        [["select_one sex", "sex", "性别", "Sex"], *blank, ["text", "a", "甲", "A", "${sex} = 'X'"]],
        [*SEX, *blank, ["sex", "X", "不便说", "Not said"]],
        ["relevant"],
    )
    sex, why = read_xlsform(content).questions
    assert ([option.name for option in sex.options], why.name) == (["M", "F", "X"], "a")
    wrong = workbook([["text", "a", "甲", "A"], *blank, ["text", "b b", "乙", "B"]])
    assert refusals(wrong)[0] == (gap + 3, "survey.name", "NameHasSpace")


@pytest.mark.parametrize("gap", [10, 20, 21, 60])
def test_a_column_behind_empty_ones_is_read(gap: int) -> None:
    content = workbook([["text", "a", "甲", "A", *[""] * gap, "yes"]], [], [*[""] * gap, "required"])
    assert read_xlsform(content).questions[0].required


def test_a_fault_of_an_option_is_named_once_at_its_own_row() -> None:
    rows = [["select_one sex", f"q{n}", "题", "Q"] for n in range(3)]
    assert refusals(workbook(rows, [*SEX, ["sex", "b.c", "别的", "Other"]])) == [(4, "choices.name", "NameNotAllowed")]
    assert refusals(workbook(rows, [*SEX, ["sex", "é", "别的", "Other"]])) == [(4, "choices.name", "NameNotAllowed")]
    unused = workbook([["text", "a", "甲", "A"]], [*SEX, ["sex", "b.c", "别的", "Other"]])
    assert read_xlsform(unused).questions[0].name == "a"


def test_an_option_that_quotes_answers_is_named_at_its_own_row() -> None:
    rows = [["text", "a", "甲", "A"], ["select_one sex", "q", "题", "Q"]]
    form = read_form(workbook(rows, [*SEX, ["sex", "X", "${a}的家人", "Kin"]]))
    assert partly(form) == [(4, "choices.label", "XlsformTextQuotesAnswers", 1)]
    assert [question.name for question in form.taken(leave_out=True).questions] == ["a"]


def test_a_category_that_is_not_there_is_refused_at_the_row_of_its_option() -> None:
    rows = [["text", "a", "甲", "A"], ["select_multiple sex", "q", "题", "Q"]]
    choices = [[*SEX[0], "0101"], [*SEX[1], "9999"]]
    form = read_form(workbook(rows, choices, [], ["sx_votes_for"]))
    with pytest.raises(RowsRefused) as refused, form.placing():
        raise DefinitionRefused([RowRefused(2, "options", CategoryUnknown(code="9999"))])
    assert [(r.row, r.column) for r in refused.value.rows] == [(3, "choices.sx_votes_for")]


def test_a_limit_beyond_the_options_is_refused_where_it_is_written() -> None:
    content = workbook([["select_multiple sex", "q", "题", "Q", "count-selected(.) <= 9"]], SEX, ["constraint"])
    assert refusals(content) == [(2, "survey.constraint", "LimitBeyondOptions")]


def test_a_row_of_a_matrix_is_refused_at_its_own_row() -> None:
    content = workbook(
        [
            ["begin_group", "m", "评价", "Rate", "table-list"],
            ["select_one sex", "m.r1", "环境", "One"],
            ["select_one sex", "m.r é", "服务", "Two"],
            ["end_group"],
        ],
        SEX,
        ["appearance"],
    )
    assert (4, "survey.name", "NameHasSpace") in refusals(content)


def test_a_repeated_or_missing_column_is_refused() -> None:
    twice = raw_book(survey=[["type", "name", "label", "label"], ["text", "q", "题", "题二"]])
    assert refusals(twice) == [(1, "survey.label", "XlsformColumnTwice")]
    missing = raw_book(survey=[["type", "label"], ["text", "题"]])
    assert refusals(missing) == [(1, "survey.name", "XlsformColumnMissing")]


def test_a_text_that_is_too_long_is_refused_at_its_own_place() -> None:
    long = "长" * 2001
    content = workbook([["select_one sex", "q", long, "Q"]], [*SEX, ["sex", "X", long, "X"]])
    assert refusals(content) == [(2, "survey.label", "TextTooLong"), (4, "choices.label", "TextTooLong")][::-1]


def test_an_unknown_type_is_refused_at_its_row() -> None:
    content = workbook([["text", "a", "甲", "A"], ["slect_one sex", "q", "题", "Q"]], SEX)
    assert (3, "survey.type", "XlsformTypeUnknown") in refusals(content)
    many = workbook([["select multiple sex", "q", "题", "Q"]], SEX)
    assert read_xlsform(many).questions[0].type == "multi"
