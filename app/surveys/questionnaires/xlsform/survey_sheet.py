"""The survey sheet of an XLSForm workbook, read row by row into a questionnaire.

What is taken, left out and refused stands in `xlsform.py`; this file sees rows of text and knows no workbook.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from app.core.errors import DomainError, RowRefused
from app.surveys.questionnaires.definition import Label, Question, Row, SurveyDefinition
from app.surveys.questionnaires.definition_checks import (
    NameHasSpace,
    NameNotAllowed,
    NameTaken,
    RankingSourceUnclear,
    RowsMissing,
    piece_name_fault,
)
from app.surveys.questionnaires.expressions import Binary, Call, ExpressionRefused, Node, Number, Own, parse, unparse
from app.surveys.questionnaires.xlsform.choices_sheet import COLUMNS, Choices, built, label_of
from app.surveys.questionnaires.xlsform.export import SURVEY_COLUMNS, count_limit, limited_constraint
from app.surveys.questionnaires.xlsform.left_out import (
    Left,
    Taken,
    XlsformNothingTaken,
    XlsformRequiredBeyond,
    XlsformTitleMissing,
    XlsformTypeUnknown,
    XlsformValueUnknown,
    settle,
)
from app.surveys.questionnaires.xlsform.lines import AUTOMATIC, PLAIN, TYPES, YES_NO, Line, expression_of

M = TypeVar("M", bound=BaseModel)
SURVEY = frozenset(column for column in SURVEY_COLUMNS if "::" not in column)
OTHER_LABEL = Label(zh="其他，请说明", en="Other, please specify")
_FILTER = re.compile(r"selected\(\s*\$\{([^}]+)\}\s*,\s*name\s*\)")


class XlsformSheetMissing(DomainError):
    status = 422


class XlsformListUnknown(DomainError):
    status = 422


class GroupUnbalanced(DomainError):
    status = 422


class MatrixRowsDiffer(DomainError):
    status = 422


@dataclass
class _Group:
    line: Line
    type: str
    rows: list[Line] = field(default_factory=list)

    @property
    def is_matrix(self) -> bool:
        return self.type == "group" and "table-list" in self.line.get("appearance")

    @property
    def is_left(self) -> bool:
        return self.type != "group"


class SheetReader:
    """Walks the survey sheet once, collecting questions, what is left out, and what is wrong."""

    def __init__(self, sheets: Mapping[str, list[Line]], has_limits: bool) -> None:
        self.survey, self.settings = sheets["survey"], sheets["settings"]
        self.refused: list[RowRefused] = []
        self.left = Left()
        self.taken: list[Taken] = []
        self.groups: list[_Group] = []
        self.ends: dict[int, int] = {}  # row where a group begins → where it ends
        self.has_limits = has_limits  # the sheet has the column sx_max_select
        self.choices = Choices(sheets["choices"], self.left, self.refuse)
        self.own_names = self._reference_names()

    def refuse(self, line: Line, column: str, error: DomainError) -> None:
        self.refused.append(RowRefused(line.number, column, error))

    def definition(self, name: str) -> SurveyDefinition | None:
        """None when something was refused. `name`: what to call a form without a title."""
        for line in self.survey:
            self._take(line)
        for group in self.groups:
            self.refuse(group.line, "survey.type", GroupUnbalanced(name=group.line.get("name")))
        settings = self.settings[0] if self.settings else Line(2, {})
        title, intro = self._title(settings, name), self._introduction(settings)
        names = {line.get("name") for line in self.survey}
        found, self.taken, faults = settle(title, intro, self.taken, names, self.left)
        self.refused += [p for f in faults if not _is_said(f) and not self._is_known(p := self.placed(f))]
        self.taken = [each for each in self.taken if self._has_place(each.line)]
        if not self.taken and not self.refused:
            nothing = XlsformNothingTaken() if self.survey else XlsformSheetMissing(sheet="survey")
            self.refused.append(RowRefused(1, "survey", nothing))
        if self.refused or found is None or title is None:
            return None
        return self._build(
            settings,
            "survey",
            SurveyDefinition,
            title=title,
            intro=intro,
            questions=[each.question for each in self.taken],
        )

    def _has_place(self, line: Line) -> bool:
        """A heading stands only above something that was taken."""
        end = self.ends.get(line.number)
        below = [each.line for each in self.taken if end and line.number < each.line.number < end]
        return end is None or any(other.number not in self.ends for other in below)

    def _is_known(self, fault: RowRefused) -> bool:
        return any((r.row, r.column) == (fault.row, fault.column) for r in self.refused)

    def placed(self, fault: RowRefused) -> RowRefused:
        """A fault of a question (from 1) and its field, at the row and column of the workbook where it is mended."""
        line = self.taken[fault.row - 1].line
        category = fault.error.facts.get("code") if fault.column == "options" else None
        row = self.choices.row_voting_for(line.kind.list, str(category)) if category else None
        if row is not None:
            return RowRefused(row, "choices.sx_votes_for", fault.error)
        column = COLUMNS.get(fault.column, fault.column)
        if column == "sx_max_select" and not line.get(column):
            column = "constraint"
        return RowRefused(line.number, f"survey.{column}", fault.error)

    def _title(self, settings: Line, name: str) -> Label | None:
        zh = settings.get("form_title")
        if not zh:
            zh = settings.get("form_id") or name
            self.left.add(Line(settings.number, {}), "settings.form_title", XlsformTitleMissing, title=zh)
        return self._build(settings, "settings.form_title", Label, zh=zh, en=settings.get("sx_title_en"))

    def _introduction(self, settings: Line) -> Label | None:
        zh, en = settings.get("sx_intro_zh"), settings.get("sx_intro_en")
        return self._build(settings, "settings.sx_intro_zh", Label, zh=zh, en=en) if zh else None

    def _reference_names(self) -> dict[str, str]:
        """The sheet's names of matrix rows → our question.row."""
        names: dict[str, str] = {}
        matrix = ""
        for line in self.survey:
            if line.kind.type == "begin_group":
                matrix = line.get("name") if "table-list" in line.get("appearance") else ""
            elif line.kind.type == "end_group":
                matrix = ""
            elif matrix:
                names[line.get("name")] = f"{matrix}.{_row_name(line, matrix)}"
        return names

    def _note_columns(self, line: Line) -> None:
        for column in line.cells:
            if column not in SURVEY:
                self.left.add_column(line, "survey", column)

    def _label(self, line: Line, column: str) -> Label | None:
        return label_of(line, column, "survey", self.left, self.refuse)

    def _build(self, line: Line, where: str, model: type[M], **fields: Any) -> M | None:
        return built(self.refuse, line, where, model, **fields)

    def _take(self, line: Line) -> None:
        kind = line.kind.type
        around = self.groups[-1] if self.groups else None
        if kind.startswith("begin_"):
            self._open_group(line, kind.removeprefix("begin_"))
        elif kind.startswith("end_"):
            self._close_group(line, kind.removeprefix("end_"))
        elif self._leave(line):
            return
        elif around is not None and around.is_matrix:
            around.rows.append(line)
        elif kind in TYPES or kind in PLAIN:
            self._keep(line, self._fields(line))
        elif kind not in AUTOMATIC:
            self.left.add(line, "survey.type", XlsformTypeUnknown, type=kind)

    def _leave(self, line: Line) -> bool:
        """Whether it stands in a repeat, which is left out as a whole."""
        repeat = next((group for group in self.groups if group.is_left), None)
        if repeat is not None:
            self.left.add(line, "survey.type", XlsformTypeUnknown, type=f"begin_{repeat.type}")
        return repeat is not None

    def _open_group(self, line: Line, type_: str) -> None:
        group = _Group(line, type_)
        self.groups.append(group)
        if self._leave(line) or group.is_matrix:
            return
        self._note_columns(line)
        if any(column.startswith("label.") for column in line.cells):
            self._head(line)

    def _head(self, line: Line) -> None:
        """What stands over a group becomes a note above its questions."""
        label = self._label(line, "label")
        names = [other.get("name") for other in self.survey]
        name = line.get("name") if names.count(line.get("name")) == 1 else f"{line.get('name')}_heading"
        shown = self._shown_if(line)
        note = (
            self._build(line, "survey", Question, type="note", name=name, label=label, shown_if=shown)
            if label
            else None
        )
        if note is not None:
            self.taken.append(Taken(note, line))

    def _close_group(self, line: Line, type_: str) -> None:
        if not self.groups or self.groups[-1].type != type_:
            self.refuse(line, "survey.type", GroupUnbalanced(name=line.get("name")))
            return
        group = self.groups.pop()
        if not group.is_matrix:
            self.ends[group.line.number] = line.number
        if group.is_matrix and not any(around.is_left for around in self.groups):
            self._keep(group.line, self._matrix_fields(group))

    def _keep(self, line: Line, fields: dict[str, Any]) -> None:
        """A question without any text is left out: nobody could be asked it."""
        self._note_columns(line)
        label = self._label(line, "label")
        if label is None:
            return
        question = self._build(line, "survey", Question, **self._shared(line), **fields, label=label)
        if question is None:
            return
        self.taken.append(Taken(question, line))
        if line.kind.has_other:
            name, chosen = f"{question.name}_other", f"selected(${{{question.name}}}, 'other')"
            self.taken.append(Taken(Question(type="open", name=name, label=OTHER_LABEL, shown_if=chosen), line))

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
        return self._label(line, column) if any(c.startswith(f"{column}.") for c in line.cells) else None

    def _shown_if(self, line: Line) -> str | None:
        around = [g.line for g in self.groups if g.line is not line]
        parts = [self._expression(each.get("relevant")) for each in (*around, line) if each.get("relevant")]
        return " and ".join(f"({part})" for part in parts) if len(parts) > 1 else next(iter(parts), None)

    def _expression(self, text: str) -> str:
        return expression_of(text, self.own_names)

    def _fields(self, line: Line) -> dict[str, Any]:
        kind = line.kind
        fields: dict[str, Any] = {
            "type": TYPES.get(kind.type) or PLAIN[kind.type],
            "required": self._required(line),
            "constraint": self._expression(line.get("constraint")) or None,
            "whole": kind.type in ("integer", "int"),
            "scale": kind.type == "select_one" and "likert" in line.get("appearance"),
            "max_select": self._whole(line, "sx_max_select"),
            "rank_count": self._whole(line, "sx_rank_count"),
        }
        if kind.type in TYPES:
            fields["options"] = self._options_of(line)
        if kind.type == "rank" and line.get("choice_filter"):
            fields |= {"options": [], "derived_from": self._source(line)}
        elif line.get("choice_filter"):
            self.left.add_column(line, "survey", "choice_filter")
        if kind.type == "select_multiple":
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
        found = _FILTER.fullmatch(expression_of(line.get("choice_filter"), {}))
        source = next((x for x in self.survey if found and x.get("name") == found[1]), None)
        if source is None or source.kind.list != line.kind.list:
            self.refuse(line, "survey.choice_filter", RankingSourceUnclear(source=line.get("choice_filter")[:40]))
            return None
        return source.get("name")

    def _options_of(self, line: Line) -> list[Any]:
        if line.kind.list not in self.choices:
            self.refuse(line, "survey.type", XlsformListUnknown(list=line.kind.list, name=line.get("name")))
            return []
        return self.choices.options(line.kind.list, has_other=line.kind.has_other)

    def _matrix_fields(self, group: _Group) -> dict[str, Any]:
        if not group.rows:
            self.refuse(group.line, "survey.type", RowsMissing(name=group.line.get("name")))
            return {"type": "rating_matrix"}
        first = group.rows[0]
        for line in group.rows:
            self._note_columns(line)
            unlike = line.get("required") != first.get("required") or line.get("type") != first.get("type")
            if line.kind.type != "select_one" or unlike or line.get("relevant") or line.get("constraint"):
                self.refuse(line, "survey.type", MatrixRowsDiffer(name=group.line.get("name")))
        rows = [self._rated_row(line, group.line.get("name")) for line in group.rows]
        return {
            "type": "rating_matrix",
            "required": self._required(first),
            "options": self._options_of(first) if first.kind.type == "select_one" else [],
            "rows": [row for row in rows if row is not None],
        }

    def _rated_row(self, line: Line, matrix: str) -> Row | None:
        label, name = self._label(line, "label"), _row_name(line, matrix)
        fault = piece_name_fault(name)
        if fault is not None:
            self.refuse(line, "survey.name", fault)
        return Row(name=name or "—", label=label) if label else None

    def _required(self, line: Line) -> bool:
        """A condition under which an answer is required: none is required then."""
        if re.search(r"[${}(=]", line.get("required")) and line.get("required").lower() not in YES_NO:
            self.left.add(line, "survey.required", XlsformRequiredBeyond)
            return False
        return self._yes(line, "required")

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


def _is_said(fault: RowRefused) -> bool:
    """The names of options and rows are looked at where they stand."""
    of_names = isinstance(fault.error, NameNotAllowed | NameHasSpace | NameTaken)
    return fault.column in ("options", "rows") and of_names


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
