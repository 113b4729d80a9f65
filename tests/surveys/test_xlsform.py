import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings

from app.core.errors import RowsRefused
from app.core.foreign import FORMS, FileUnpacksTooLarge, FileUnreadable
from app.surveys import xlsform
from app.surveys.definition import SurveyDefinition
from app.surveys.definition_checks import definition_faults
from app.surveys.xlsform import read_xlsform
from app.surveys.xlsform_export import write_xlsform
from tests.core.reading import here
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
    sex, kin, age, rate, why = definition.questions
    assert [q.type for q in definition.questions] == ["single", "multi", "number", "rating_matrix", "open"]
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
            ["end group", "g"],
        ],
        [*SEX, ["sex", "M", "又一个男", "M again"]],
        ["required", "relevant", "calculation"],
    )
    assert refusals(content) == [
        (4, "choices.name", "NameTaken"),
        (2, "survey.type", "XlsformTypeUnknown"),
        (3, "survey.label", "LabelMissing"),
        (4, "survey.type", "OptionsMissing"),
        (5, "survey.required", "XlsformValueUnknown"),
        (7, "survey.type", "GroupUnbalanced"),
    ]


@pytest.mark.parametrize(
    ("row", "more", "expected"),
    [
        (["text", "a", "甲", "A", "1 +"], "relevant", (2, "survey.relevant", "TokenUnexpected")),
        (["text", "a", "甲", "A", "x"], "calculation", (2, "survey.calculation", "XlsformColumnUnknown")),
        (["text", "a b", "甲", "A"], "hint::中文 (zh)", (2, "survey.name", "NameHasSpace")),
        (["text", "", "甲", "A"], "hint::中文 (zh)", (2, "survey.name", "XlsformValueUnknown")),
        (["text", "a", "甲", "A", "Grüezi"], "label::Deutsch", (2, "survey.label::Deutsch", "XlsformColumnUnknown")),
        (["text", "a", "甲 ${b}", "A"], "hint::中文 (zh)", (2, "survey.label", "LabelHoldsReference")),
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
            (3, "choices.label", "LabelMissing", {"name": ""}),
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
