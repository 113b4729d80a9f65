"""A questionnaire as an XLSForm workbook that Kobo, ODK and we ourselves read back unchanged.

What XLSForm has no column for stands in columns of our own, which other tools ignore: in `survey` sx_sensitive,
sx_public, sx_max_select and sx_rank_count, in `choices` sx_votes_for, in `settings` the English title and the
introduction. A rating matrix is a group with the appearance table-list whose rows are called question.row; a scale
is a select_one with the appearance likert; a derived ranking filters its source's choices by what was chosen.
"""

import io
from collections.abc import Iterator, Sequence

import xlsxwriter

from app.surveys.questionnaires.definition import Label, Question, SurveyDefinition

ZH, EN = "中文 (zh)", "English (en)"
FORM_ID = "shuangxuan_survey"
SURVEY_COLUMNS = (
    "type",
    "name",
    f"label::{ZH}",
    f"label::{EN}",
    f"hint::{ZH}",
    f"hint::{EN}",
    "required",
    "relevant",
    "constraint",
    f"constraint_message::{ZH}",
    f"constraint_message::{EN}",
    "appearance",
    "choice_filter",
    "sx_sensitive",
    "sx_public",
    "sx_max_select",
    "sx_rank_count",
)
CHOICES_COLUMNS = ("list_name", "name", f"label::{ZH}", f"label::{EN}", "sx_votes_for")
SETTINGS_COLUMNS = ("form_title", "form_id", "default_language", "sx_title_en", "sx_intro_zh", "sx_intro_en")
_TYPES = {"single": "select_one", "multi": "select_multiple", "ranking": "rank"}
_PLAIN = {"number": "decimal", "date": "date", "open": "text", "note": "note"}


def write_xlsform(definition: SurveyDefinition) -> bytes:
    """The .xlsx file; reading it gives an equal definition."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for name, columns, rows in (
            ("survey", SURVEY_COLUMNS, _survey_rows(definition)),
            ("choices", CHOICES_COLUMNS, _choice_rows(definition)),
            ("settings", SETTINGS_COLUMNS, [_settings(definition)]),
        ):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, columns, bold)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows, 1):
                _write(sheet, number, [row.get(column, "") for column in columns])
    return out.getvalue()


def _write(sheet: xlsxwriter.worksheet.Worksheet, number: int, cells: Sequence[str]) -> None:
    for column, cell in enumerate(cells):
        if cell:
            sheet.write_string(number, column, cell)


def count_limit(limit: int) -> str:
    """How other tools learn that at most `limit` options may be chosen."""
    return f"count-selected(.) <= {limit}"


def limited_constraint(constraint: str | None, limit: int) -> str:
    return f"({constraint}) and {count_limit(limit)}" if constraint else count_limit(limit)


def _survey_rows(definition: SurveyDefinition) -> Iterator[dict[str, str]]:
    for question in definition.questions:
        if question.type == "rating_matrix":
            yield from _matrix_rows(question)
        else:
            yield _question_row(question)


def _question_row(question: Question) -> dict[str, str]:
    constraint = question.constraint or ""
    if question.max_select is not None:
        constraint = limited_constraint(question.constraint, question.max_select)
    row = _common(question) | {
        "type": _type_of(question),
        "required": "yes" if question.required else "",
        "constraint": constraint,
        "sx_max_select": str(question.max_select or ""),
        "sx_rank_count": str(question.rank_count or ""),
    }
    if question.scale:
        row["appearance"] = "likert"
    if question.derived_from is not None:
        row["choice_filter"] = f"selected(${{{question.derived_from}}}, name)"
    return row


def _type_of(question: Question) -> str:
    if question.type in _TYPES:
        return f"{_TYPES[question.type]} {question.derived_from or question.name}"
    return "integer" if question.whole else _PLAIN[question.type]


def _matrix_rows(question: Question) -> Iterator[dict[str, str]]:
    yield _common(question) | {"type": "begin_group", "appearance": "table-list"}
    for row in question.rows:
        yield {
            "type": f"select_one {question.name}",
            "name": f"{question.name}.{row.name}",
            "required": "yes" if question.required else "",
            **_label("label", row.label),
        }
    yield {"type": "end_group", "name": question.name}


def _common(question: Question) -> dict[str, str]:
    return {
        "name": question.name,
        **_label("label", question.label),
        **_label("hint", question.hint),
        **_label("constraint_message", question.constraint_message),
        "relevant": question.shown_if or "",
        "sx_sensitive": "" if question.sensitive == "none" else question.sensitive,
        "sx_public": "yes" if question.public else "",
    }


def _label(field: str, label: Label | None) -> dict[str, str]:
    return {f"{field}::{ZH}": label.zh, f"{field}::{EN}": label.en} if label else {}


def _choice_rows(definition: SurveyDefinition) -> Iterator[dict[str, str]]:
    for question in definition.questions:
        for option in question.options:
            yield {
                "list_name": question.name,
                "name": option.name,
                **_label("label", option.label),
                "sx_votes_for": option.votes_for or "",
            }


def _settings(definition: SurveyDefinition) -> dict[str, str]:
    intro = definition.intro
    return {
        "form_title": definition.title.zh,
        "form_id": FORM_ID,
        "default_language": ZH,
        "sx_title_en": definition.title.en,
        "sx_intro_zh": intro.zh if intro else "",
        "sx_intro_en": intro.en if intro else "",
    }
