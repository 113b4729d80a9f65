"""The sheets of an XLSForm workbook, read row by row into a questionnaire.

What is taken and what is refused stands in `xlsform.py`; this file sees rows of text and knows no workbook.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from app.core.errors import DomainError, RowRefused
from app.surveys.definition import Label, Option, Question, Row, SurveyDefinition
from app.surveys.definition_checks import (
    NameHasSpace,
    NameNotAllowed,
    NameTaken,
    OptionsMissing,
    RankingSourceUnclear,
    RowsMissing,
    definition_faults,
)
from app.surveys.expressions import Binary, Call, ExpressionRefused, Node, Number, Own, parse, unparse
from app.surveys.xlsform_export import CHOICES_COLUMNS, SURVEY_COLUMNS, count_limit, limited_constraint

M = TypeVar("M", bound=BaseModel)
AUTOMATIC = frozenset({"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"})
TYPES = {"select_one": "single", "select_multiple": "multi", "rank": "ranking"}
PLAIN = {"integer": "number", "decimal": "number", "date": "date", "text": "open", "string": "open", "note": "note"}
ALIASES = {"relevance": "relevant", "value": "name", "list name": "list_name"}
TRANSLATED = ("label", "hint", "constraint_message")
SURVEY = frozenset(column for column in SURVEY_COLUMNS if "::" not in column)
CHOICES = frozenset(column for column in CHOICES_COLUMNS if "::" not in column)
YES_NO = {"": False, "yes": True, "true": True, "true()": True, "no": False, "false": False, "false()": False}
COLUMNS = {  # our field → the XLSForm column where its fault is to be mended
    "shown_if": "survey.relevant",
    "options": "choices.name",
    "rows": "survey.name",
    "derived_from": "survey.choice_filter",
    "max_select": "survey.sx_max_select",
    "rank_count": "survey.sx_rank_count",
}
_TITLE = re.compile(r"(label|hint|constraint[_ ]message)\s*(?:::?\s*(.+))?", re.IGNORECASE)
_FILTER = re.compile(r"selected\(\s*\$\{([^}]+)\}\s*,\s*name\s*\)")
_REFERENCE = re.compile(r"\$\{([^}]+)\}")


class XlsformSheetMissing(DomainError):
    status = 422


class XlsformTypeUnknown(DomainError):
    status = 422


class XlsformColumnUnknown(DomainError):
    status = 422


class XlsformValueUnknown(DomainError):
    status = 422


class LabelMissing(DomainError):
    status = 422


class GroupUnbalanced(DomainError):
    status = 422


class MatrixRowsDiffer(DomainError):
    status = 422


class Line(NamedTuple):
    """One row of a sheet: column → text, with label and its like as field.zh and field.en."""

    number: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass
class _Group:
    line: Line
    is_matrix: bool
    rows: list[Line] = field(default_factory=list)


def lines_of(rows: Sequence[Mapping[str, str]] | None) -> list[Line]:
    return [
        Line(number, {_column(title): text.strip() for title, text in row.items() if text})
        for number, row in enumerate(rows or [], 2)
        if row
    ]


def _column(title: str) -> str:
    """`label::中文 (zh)` → label.zh; a label without a language is the Chinese one."""
    found = _TITLE.fullmatch(title.strip())
    if found is None:
        plain = title.strip().lower()
        return ALIASES.get(plain, plain)
    name, language = found[1].lower().replace(" ", "_"), (found[2] or "zh").lower()
    if "zh" in language or "中文" in language or "chinese" in language:
        return f"{name}.zh"
    return f"{name}.en" if re.search(r"\ben\b|english", language) else title


class SheetReader:
    """Walks the survey sheet once, collecting questions with their rows and every refusal."""

    def __init__(self, sheets: Mapping[str, list[Line]], has_limits: bool) -> None:
        self.survey, self.choices, self.settings = sheets["survey"], sheets["choices"], sheets["settings"]
        self.refused: list[RowRefused] = []
        self.questions: list[Question] = []
        self.lines: list[Line] = []  # of each question
        self.groups: list[_Group] = []
        self.has_limits = has_limits  # the sheet has the column sx_max_select
        self.own_names = self._reference_names()
        self.options = self._options()

    def refuse(self, line: Line, column: str, error: DomainError) -> None:
        self.refused.append(RowRefused(line.number, column, error))

    def definition(self) -> SurveyDefinition | None:
        """None when something was refused."""
        for line in self.survey:
            self._check_columns(line, "survey", SURVEY)
            self._take(line)
        for group in self.groups:
            self.refuse(group.line, "survey.type", GroupUnbalanced(name=group.line.get("name")))
        if not self.questions and not self.refused:
            self.refused.append(RowRefused(1, "survey", XlsformSheetMissing(sheet="survey")))
        settings = self.settings[0] if self.settings else Line(2, {})
        title = self._label(settings, "form_title", "settings")
        intro = self._introduction(settings)
        if self.refused or title is None:
            return None
        return self._build(settings, "settings", SurveyDefinition, title=title, intro=intro, questions=self.questions)

    def _introduction(self, settings: Line) -> Label | None:
        zh, en = settings.get("sx_intro_zh"), settings.get("sx_intro_en")
        return self._build(settings, "settings", Label, zh=zh, en=en) if zh else None

    def faults_of(self, definition: SurveyDefinition) -> Iterator[RowRefused]:
        for fault in definition_faults(definition):
            column = COLUMNS.get(fault.column, f"survey.{fault.column}")
            yield RowRefused(self.lines[fault.row - 1].number, column, fault.error)

    def _reference_names(self) -> dict[str, str]:
        """The sheet's names of matrix rows → our question.row."""
        names: dict[str, str] = {}
        matrix = ""
        for line in self.survey:
            kind = _kind(line)
            if kind == "begin_group":
                matrix = line.get("name") if "table-list" in line.get("appearance") else ""
            elif kind == "end_group":
                matrix = ""
            elif matrix:
                names[line.get("name")] = f"{matrix}.{_row_name(line, matrix)}"
        return names

    def _options(self) -> dict[str, list[Option]]:
        options: dict[str, list[Option]] = {}
        for line in self.choices:
            self._check_columns(line, "choices", CHOICES)
            name, label = line.get("name"), self._label(line, "label", "choices")
            if any(c.isspace() for c in name):
                self.refuse(line, "choices.name", NameHasSpace(name=name))
            elif name in {option.name for option in options.get(line.get("list_name"), [])}:
                self.refuse(line, "choices.name", NameTaken(name=name))
            elif not name:
                self.refuse(line, "choices.name", NameNotAllowed(name=name))
            elif label is not None:
                option = self._build(
                    line, "choices", Option, name=name, label=label, votes_for=line.get("sx_votes_for") or None
                )
                options.setdefault(line.get("list_name"), []).extend([option] if option else [])
        return options

    def _check_columns(self, line: Line, sheet: str, known: frozenset[str]) -> None:
        translated = {f"{name}.{language}" for name in TRANSLATED for language in ("zh", "en")}
        for column in line.cells:
            if column not in known and column not in translated:
                self.refuse(line, f"{sheet}.{column}", XlsformColumnUnknown(column=column))

    def _label(self, line: Line, column: str, sheet: str) -> Label | None:
        """Chinese is required; a sheet that has only English is told so."""
        zh, en = line.get(f"{column}.zh") or line.get(column), line.get(f"{column}.en") or line.get("sx_title_en")
        if not zh:
            self.refuse(line, f"{sheet}.{column}", LabelMissing(name=line.get("name")))
            return None
        return self._build(line, sheet, Label, zh=zh, en=en)

    def _build(self, line: Line, sheet: str, model: type[M], **fields: Any) -> M | None:
        try:
            return model(**fields)
        except ValidationError as error:
            for fault in error.errors():
                column = ".".join(str(part) for part in fault["loc"])
                self.refuse(
                    line, f"survey.{column}", XlsformValueUnknown(column=column, value=str(fault["input"])[:40])
                )
            return None

    def _take(self, line: Line) -> None:
        kind = _kind(line)
        inside_matrix = bool(self.groups) and self.groups[-1].is_matrix
        if kind == "begin_group":
            self.groups.append(_Group(line, "table-list" in line.get("appearance")))
        elif kind == "end_group":
            self._close_group(line)
        elif inside_matrix:
            self.groups[-1].rows.append(line)
        elif kind in TYPES or kind in PLAIN:
            self._keep(line, self._fields(line, kind))
        elif kind not in AUTOMATIC:
            self.refuse(line, "survey.type", XlsformTypeUnknown(type=line.get("type")))

    def _close_group(self, line: Line) -> None:
        if not self.groups:
            self.refuse(line, "survey.type", GroupUnbalanced(name=line.get("name")))
            return
        group = self.groups.pop()
        if group.is_matrix:
            self._keep(group.line, self._matrix_fields(group))

    def _keep(self, line: Line, fields: dict[str, Any]) -> None:
        label = self._label(line, "label", "survey")
        question = self._build(line, "survey", Question, **self._shared(line), **fields, label=label) if label else None
        if question is not None:
            self.questions.append(question)
            self.lines.append(line)

    def _shared(self, line: Line) -> dict[str, Any]:
        return {
            "name": line.get("name"),
            "hint": self._optional_label(line, "hint"),
            "constraint_message": self._optional_label(line, "constraint_message"),
            "shown_if": self._shown_if(line),
            "sensitive": line.get("sx_sensitive") or "none",
            "public": self._yes(line, "sx_public"),
        }

    def _optional_label(self, line: Line, column: str) -> Label | None:
        given = any(line.get(f"{column}.{language}") for language in ("zh", "en"))
        return self._label(line, column, "survey") if given else None

    def _shown_if(self, line: Line) -> str | None:
        own = [self._expression(line.get("relevant"))] if line.get("relevant") else []
        around = [self._expression(g.line.get("relevant")) for g in self.groups if g.line.get("relevant")]
        parts = [*around, *own]
        return " and ".join(f"({part})" for part in parts) if len(parts) > 1 else next(iter(parts), None)

    def _expression(self, text: str) -> str:
        return _REFERENCE.sub(lambda found: f"${{{self.own_names.get(found[1], found[1])}}}", text)

    def _fields(self, line: Line, kind: str) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "type": TYPES.get(kind) or PLAIN[kind],
            "required": self._yes(line, "required"),
            "constraint": self._expression(line.get("constraint")) or None,
            "whole": kind == "integer",
            "scale": kind == "select_one" and "likert" in line.get("appearance"),
            "max_select": self._whole(line, "sx_max_select"),
            "rank_count": self._whole(line, "sx_rank_count"),
        }
        if kind in TYPES:
            fields["options"] = self._options_of(line)
        if kind == "rank" and line.get("choice_filter"):
            fields |= {"options": [], "derived_from": self._source(line)}
        elif line.get("choice_filter"):
            self.refuse(line, "survey.choice_filter", XlsformColumnUnknown(column="choice_filter"))
        if kind == "select_multiple":
            fields |= self._limit(fields["constraint"], fields["max_select"])
        return fields

    def _limit(self, constraint: str | None, limit: int | None) -> dict[str, Any]:
        """How many options may be chosen, taken out of the constraint where XLSForm has to write it."""
        if limit is None and not self.has_limits:
            limit, constraint = _lifted(constraint)
        elif limit is not None and constraint == count_limit(limit):
            constraint = None
        elif limit is not None and constraint and constraint == limited_constraint(_inner(constraint, limit), limit):
            constraint = _inner(constraint, limit)
        return {"max_select": limit, "constraint": constraint}

    def _source(self, line: Line) -> str | None:
        """The question whose chosen options are ranked: it must use the same list."""
        found = _FILTER.fullmatch(line.get("choice_filter"))
        source = next((x for x in self.survey if found and x.get("name") == found[1]), None)
        if source is None or _list(source) != _list(line):
            self.refuse(line, "survey.choice_filter", RankingSourceUnclear(source=line.get("choice_filter")[:40]))
            return None
        return source.get("name")

    def _options_of(self, line: Line) -> list[Option]:
        if _list(line) not in {choice.get("list_name") for choice in self.choices}:
            self.refuse(line, "survey.type", OptionsMissing(name=line.get("name")))
        return self.options.get(_list(line), [])

    def _matrix_fields(self, group: _Group) -> dict[str, Any]:
        if not group.rows:
            self.refuse(group.line, "survey.type", RowsMissing(name=group.line.get("name")))
            return {"type": "rating_matrix"}
        first = group.rows[0]
        for line in group.rows:
            unlike = line.get("required") != first.get("required") or line.get("type") != first.get("type")
            if _kind(line) != "select_one" or unlike or line.get("relevant") or line.get("constraint"):
                self.refuse(line, "survey.type", MatrixRowsDiffer(name=group.line.get("name")))
        rows = [self._rated_row(line, group.line.get("name")) for line in group.rows]
        return {
            "type": "rating_matrix",
            "required": self._yes(first, "required"),
            "options": self._options_of(first),
            "rows": [row for row in rows if row is not None],
        }

    def _rated_row(self, line: Line, matrix: str) -> Row | None:
        label = self._label(line, "label", "survey")
        return self._build(line, "survey", Row, name=_row_name(line, matrix), label=label) if label else None

    def _yes(self, line: Line, column: str) -> bool:
        text = line.get(column).lower()
        if text not in YES_NO:
            self.refuse(line, f"survey.{column}", XlsformValueUnknown(column=column, value=text[:40]))
        return YES_NO.get(text, False)

    def _whole(self, line: Line, column: str) -> int | None:
        text = line.get(column)
        if text and not re.fullmatch("[0-9]{1,4}", text):
            self.refuse(line, f"survey.{column}", XlsformValueUnknown(column=column, value=text[:40]))
            return None
        return int(text) if text else None


def _kind(line: Line) -> str:
    text = re.sub(r"^(select|begin|end) (one|multiple|group)\b", r"\1_\2", line.get("type").lower())
    return text.split(" ")[0].removesuffix("_from_file")


def _list(line: Line) -> str:
    return line.get("type").split(" ")[-1]


def _row_name(line: Line, matrix: str) -> str:
    return line.get("name").removeprefix(f"{matrix}.")


def _inner(constraint: str, limit: int) -> str:
    return constraint.removesuffix(f" and {count_limit(limit)}")[1:-1]


def _lifted(constraint: str | None) -> tuple[int | None, str | None]:
    """(limit, what remains) of a constraint such as `count-selected(.) <= 5 and …`."""
    try:
        tree = parse(constraint) if constraint else None
    except ExpressionRefused:
        return None, constraint
    match tree:
        case Binary("and", left, right) if _limit_of(right) is not None:
            return _limit_of(right), unparse(left)
        case Binary("and", left, right) if _limit_of(left) is not None:
            return _limit_of(left), unparse(right)
        case Binary() if _limit_of(tree) is not None:
            return _limit_of(tree), None
    return None, constraint


def _limit_of(node: Node) -> int | None:
    match node:
        case Binary("<=" | "<" as op, Call("count-selected", (Own(),)), Number(text)) if text.isdigit():
            return (int(text) - (op == "<")) or None
    return None
