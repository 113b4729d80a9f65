"""An XLSForm workbook as a questionnaire. pyxform reads the workbook, in the process of `core/reader.py`, and has the
last word on whether it is an XLSForm at all; here its message is translated into a refusal of the row it names.

Rows of a refusal count as in Excel; columns are called sheet.column. Besides our own export this takes the common
part of XLSForm: select_one, select_multiple, rank, integer, decimal, date, text, note, groups (their relevant is
joined to that of the questions inside) and table-list groups as rating matrices. Automatic fields (start, end,
deviceid …) are passed over. Whatever else has content is refused and not dropped in silence.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.foreign import FORMS, read_lines
from app.surveys.definition import SurveyDefinition
from app.surveys.definition_checks import NameNotAllowed, NameTaken, ReferenceDangling
from app.surveys.xlsform_reader import GroupUnbalanced, LabelMissing, SheetReader, lines_of

_AT = re.compile(r"\[row : ([0-9]+)\]")
_SHEET = re.compile(r"'(survey|choices|settings)' sheet")
_COLUMN = re.compile(r"the '(\w+)' value")
_MEANINGS: tuple[tuple[str, Callable[[str], DomainError]], ...] = (  # pyxform's wording → our refusal of the name
    (r"Could not find the name '([^']*)'", lambda name: ReferenceDangling(name=name, at=1)),
    (r"The name '([^']*)' appears more than once", lambda name: NameTaken(name=name)),
    (r"value '([^']*)' is invalid\. (?:Questions|Repeat names)", lambda name: NameTaken(name=name)),
    (r"Choice names must be unique", lambda name: NameTaken(name=name)),
    (r"The name '(meta)' is reserved", lambda name: NameNotAllowed(name=name)),
    (r"Names must begin with a letter|must have a name|with no name", lambda name: NameNotAllowed(name=name)),
    (r"Choices should have a label", lambda name: LabelMissing(name=name)),
    (r"Unmatched '.*name '([^']*)'", lambda name: GroupUnbalanced(name=name)),
)


class XlsformRefused(DomainError):
    """pyxform's objection in its own words, where it has no refusal of ours."""

    status = 422


def read_xlsform(content: bytes) -> SurveyDefinition:
    """The questionnaire in a workbook. Blocks. Refusals: those of `foreign`, RowsRefused with every fault."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for part, line in read_lines("xlsform", content, FORMS):
        found[part].append(line)
    sheets = {name: lines_of(found[name]) for name in ("survey", "choices", "settings")}
    reader = SheetReader(sheets, has_limits=any("sx_max_select" in titles for titles in found["survey_header"]))
    definition = reader.definition()
    refused = reader.refused
    if definition is not None:
        refused += [r for r in reader.faults_of(definition) if not _is_known(r, refused)]
    objection = _objection(found)
    if objection is not None and not _is_covered(objection, refused):
        refused.append(objection)
    if refused or definition is None:
        raise RowsRefused(refused)
    return definition


def _is_known(fault: RowRefused, refused: Sequence[RowRefused]) -> bool:
    return any((r.error.code, r.error.facts) == (fault.error.code, fault.error.facts) for r in refused)


def _is_covered(objection: RowRefused, refused: Sequence[RowRefused]) -> bool:
    """pyxform stops at its first objection; where it names no row (1) ours say it better, if there are any."""
    return any(objection.row in (1, r.row) for r in refused)


def _objection(found: Mapping[str, list[Any]]) -> RowRefused | None:
    """What pyxform has against the workbook."""
    for message in found.get("objection", []):
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
