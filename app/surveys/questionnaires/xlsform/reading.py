"""An XLSForm workbook as a questionnaire. pyxform reads the workbook, in the process of `core/reading/reader.py`,
and has the last word on whether it is an XLSForm at all; here its message becomes a refusal of the row it names.

Rows of a refusal count as in Excel; columns are called sheet.column. Besides our own export this takes the common
part of XLSForm: select_one, select_multiple, rank, integer, decimal, date, text, note, or_other (an option and a
question for it), groups (a note above their questions, whose relevant theirs is joined to) and table-list groups as
rating matrices. Automatic fields (start, end, deviceid …) are passed over. What else is sound XLSForm is named once per
kind, and the form is taken without it only when one says so: questions of other types, whole repeats, columns,
constraints that our expressions cannot say. A question whose condition cannot be said, or rests on what is left out, is
left out itself: nobody is to be asked what was meant for others.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.reading.foreign import FORMS, read_lines
from app.core.reading.measure import TWICE
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.questionnaires.definition_checks import DefinitionRefused, NameNotAllowed, NameTaken, ReferenceDangling
from app.surveys.questionnaires.xlsform.left_out import LabelMissing, XlsformPartly, XlsformTypeUnknown
from app.surveys.questionnaires.xlsform.lines import Line, column_of, lines_of
from app.surveys.questionnaires.xlsform.survey_sheet import GroupUnbalanced, SheetReader

_AT = re.compile(r"\[row : ([0-9]+)\]")
_SHEET = re.compile(r"'(survey|choices|settings)' sheet")
_TYPE = re.compile(r"Unknown question type '(.*)'")
_COLUMN = re.compile(r"the '(\w+)' value")
_MEANINGS: tuple[tuple[str, Callable[[str], DomainError]], ...] = (  # pyxform's wording → our refusal of the name
    (r"Could not find the name '([^']*)'", lambda name: ReferenceDangling(name=name, at=1)),
    (r"The name '([^']*)' appears more than once", lambda name: NameTaken(name=name)),
    (r"value '([^']*)' is invalid\. (?:Questions|Repeat names)", lambda name: NameTaken(name=name)),
    (r"Choice names must be unique", lambda name: NameTaken(name=name)),
    (r"The name '(meta)' is reserved", lambda name: NameNotAllowed(name=name)),
    (r"Names must begin with a letter|must have a name|with no name", lambda name: NameNotAllowed(name=name)),
    (r"Choices should have a label", lambda name: LabelMissing(count=1, names=name or "—")),
    (r"Unmatched '.*name '([^']*)'", lambda name: GroupUnbalanced(name=name)),
)


class XlsformRefused(DomainError):
    """pyxform's objection in its own words, where it has no refusal of ours."""

    status = 422


class XlsformColumnTwice(DomainError):
    status = 422


class XlsformColumnMissing(DomainError):
    status = 422


@dataclass(frozen=True)
class Form:
    """A questionnaire as a workbook has it, and what of the workbook is `left` out of it."""

    definition: SurveyDefinition
    left: list[RowRefused]
    reader: SheetReader

    def taken(self, *, leave_out: bool) -> SurveyDefinition:
        """Refusal: XlsformPartly, unless one goes on without what is left out."""
        if self.left and not leave_out:
            raise XlsformPartly(self.left)
        return self.definition

    @contextmanager
    def placing(self) -> Iterator[None]:
        """What is refused of its questions is said of the workbook's rows."""
        try:
            yield
        except DefinitionRefused as refused:
            raise RowsRefused([self.reader.placed(fault) for fault in refused.rows]) from None


def read_xlsform(content: bytes, name: str = "") -> Form:
    """The questionnaire in a workbook. Blocks. Refusals: those of `foreign`, RowsRefused with every fault."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for part, line in read_lines("xlsform", content, FORMS):
        found[part].append(line)
    if refused := [*_header_faults(found), *_cell_faults(found)]:
        raise RowsRefused(refused)
    sheets = {sheet: lines_of(found[sheet]) for sheet in ("survey", "choices", "settings")}
    reader = SheetReader(sheets, has_limits=any("sx_max_select" in titles for titles in found["survey_header"]))
    definition = reader.definition(PurePath(name).stem or "—")
    refused = reader.refused
    objection = _objection(found, sheets["survey"])
    if objection is not None and not _is_covered(objection, refused):
        refused.append(objection)
    if refused or definition is None:
        raise RowsRefused([*refused, *reader.left.rows()])
    return Form(definition, reader.left.rows(), reader)


def _header_faults(found: Mapping[str, list[Any]]) -> Iterator[RowRefused]:
    """A column that stands twice, and one that no form can do without."""
    for sheet, wanted in (("survey", {"type", "name"}), ("choices", {"list_name", "name"})):
        titles = [title for header in found[f"{sheet}_header"] for title in header]
        for title in titles:
            if TWICE in title:
                twice = title.partition(TWICE)[0]
                yield RowRefused(1, f"{sheet}.{twice}", XlsformColumnTwice(column=twice))
        for missing in wanted - {column_of(title) for title in titles} if titles else ():
            yield RowRefused(1, f"{sheet}.{missing}", XlsformColumnMissing(column=missing))


def _cell_faults(found: Mapping[str, list[Any]]) -> Iterator[RowRefused]:
    """Cells that must not be read as empty: errors, formulas without their result."""
    for sheet, row, column, code, facts in found["fault"]:
        yield RowRefused(row, f"{sheet}.{column}", DomainError.registry[code](**facts))


def _is_covered(objection: RowRefused, refused: Sequence[RowRefused]) -> bool:
    """pyxform stops at its first objection; where it names no row (1) ours say it better, if there are any."""
    return any(objection.row in (1, r.row) for r in refused)


def _objection(found: Mapping[str, list[Any]], survey: Sequence[Line]) -> RowRefused | None:
    """What pyxform has against the workbook. Of a type that it does not know it names no row."""
    for message in found.get("objection", []):
        if (of_type := _TYPE.search(message)) and (
            line := next((x for x in survey if x.get("type") == of_type[1]), None)
        ):
            unknown = XlsformTypeUnknown(type=of_type[1], count=1, names=line.get("name"))
            return RowRefused(line.number, "survey.type", unknown)
        return _translated(message)
    for message in found.get("stumble", []):
        return RowRefused(1, "survey", XlsformRefused(message=message[:300]))
    return None


def _translated(message: str) -> RowRefused:
    at, sheet, column = _AT.search(message), _SHEET.search(message), _COLUMN.search(message)
    where = f"{sheet[1] if sheet else 'survey'}.{column[1] if column else 'type'}"
    return RowRefused(int(at[1]) if at else 1, where, _refusal(message))


def _refusal(message: str) -> DomainError:
    for wording, refusal in _MEANINGS:
        found = re.search(wording, message)
        if found is not None:
            return refusal(next((name for name in found.groups() if name), ""))
    return XlsformRefused(message=message[:300])
