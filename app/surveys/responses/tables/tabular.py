"""Answers from a table in our own layout: one row per questionnaire, one column per question.

    serial, community_code, status, Q1, Q2, … , Q10a, Q10b, …

A rating matrix has one column per row (question name + row name). Several options are separated by `;`, a ranking
by `>`. An option may be written as its name or its label; a number that Excel robbed of its zeros (1 for 01) is
understood where it can only mean one option. Where a cell is the name of one option and the label of another, the rest
of the file says which is meant, or nothing does and it is refused. A file is read whole or refused whole.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.reading.files import WrongColumns
from app.surveys.questionnaires.definition import Answer, SurveyDefinition
from app.surveys.responses.answers import Examined, examine
from app.surveys.responses.tables.cells import given_answers
from app.surveys.responses.tables.mapping import (
    AnswerMapping,
    Layout,
    Placed,
    Proposal,
    check_mapping,
    placed_by,
    propose,
)
from app.surveys.waves.rules import ResponseStatus
from app.surveys.waves.serials import serial_faults

FIRST_COLUMNS = ("serial", "community_code", "status")
NOT_RETURNED = "not_returned"
STATUSES = (*(status.value for status in ResponseStatus), NOT_RETURNED)
FIRST_ROW = 2  # people count the header as row 1
LAYOUT = Layout(kinds=("name", "label"), separators={"multi": ";", "ranking": ">"}, blanks={}, is_mixed=True)


class StatusUnknown(DomainError):
    status = 422


class NotReturnedHasAnswers(DomainError):
    status = 422


class CommunityMissing(DomainError):
    status = 422


@dataclass(frozen=True)
class ReadResponse:
    """One row as read. `status` is a ResponseStatus or `not_returned`; `missing` are required questions left blank
    (nobody can be asked again, so they are a matter for review, not a refusal)."""

    row: int
    serial: str
    community_code: str
    status: str
    answers: dict[str, Answer]
    shown: int
    missing: list[str]
    hidden: list[str]
    submitted_at: str | None = None
    seconds: int | None = None
    source: str = ""


def propose_own_layout(
    definition: SurveyDefinition,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    decided: AnswerMapping | None = None,
) -> Proposal:
    """What the cells of the table are taken for, as far as nobody has `decided` it; its columns say themselves what
    they are. Refusals: WrongColumns, MappingUnfit."""
    columns = {
        name: (question, part)
        for question in definition.questions
        for name, part in zip(question.columns(), [row.name for row in question.rows] or [""], strict=False)
    }
    check_columns(header, [*FIRST_COLUMNS, *columns])
    placed = [Placed(n, name, *columns[name]) for n, name in enumerate(header) if name in columns]
    if decided is not None:
        check_mapping(definition, decided, header, [p.position for p in placed])
        placed = placed_by(definition, decided)
    told = decided.by if decided else None
    return propose(LAYOUT, definition, placed, [row for row in rows], by=told, decided=decided)


def read_mapped(
    definition: SurveyDefinition,
    mapping: AnswerMapping,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    today: date,
) -> list[ReadResponse]:
    """Every row of the table; blank rows are passed over. Refusal: RowsRefused (each cell named)."""
    refused: list[RowRefused] = []
    serials: dict[str, int] = {}
    read = [
        _read_row(definition, mapping, header, row, number, today, serials, refused)
        for number, row in enumerate(rows, FIRST_ROW)
        if any(cell.strip() for cell in row)
    ]
    if refused:
        raise RowsRefused(refused)
    return read


def read_own_layout(
    definition: SurveyDefinition, header: Sequence[str], rows: Sequence[Sequence[str]], today: date
) -> list[ReadResponse]:
    """A table in which nothing is left to decide. Refusals: WrongColumns, MappingUnclear, RowsRefused."""
    mapping = propose_own_layout(definition, header, rows).settled()
    return read_mapped(definition, mapping, header, rows, today)


def check_columns(header: Sequence[str], wanted: Sequence[str]) -> None:
    missing = [column for column in wanted if column not in header]
    unknown = [column for i, column in enumerate(header) if column not in wanted or column in header[:i]]
    if missing or unknown:
        raise WrongColumns(missing=", ".join(missing) or "-", unknown=", ".join(unknown) or "-")


def _read_row(
    definition: SurveyDefinition,
    mapping: AnswerMapping,
    header: Sequence[str],
    row: Sequence[str],
    number: int,
    today: date,
    serials: dict[str, int],
    refused: list[RowRefused],
) -> ReadResponse:
    given, faults = given_answers(LAYOUT, definition, mapping, row)
    examined = examine(definition, given, today)
    serial, community, status = (row[header.index(column)].strip() for column in FIRST_COLUMNS)
    refused.extend(RowRefused(number, fault.column, fault.error) for fault in faults)
    refused.extend(row_faults(number, examined, {fault.question for fault in faults}))
    refused.extend(_first_faults(serial, community, status, number, serials, given))
    return ReadResponse(
        row=number,
        serial=serial,
        community_code=community,
        status=status,
        answers=examined.answers,
        shown=len(examined.shown),
        missing=examined.missing,
        hidden=examined.hidden,
    )


def _first_faults(
    serial: str, community: str, status: str, number: int, serials: dict[str, int], given: Mapping[str, Any]
) -> Iterator[RowRefused]:
    yield from serial_faults(serial, number, serials, "serial")
    if not community:
        yield RowRefused(number, "community_code", CommunityMissing())
    if status not in STATUSES:
        yield RowRefused(number, "status", StatusUnknown(status=status, allowed=", ".join(STATUSES)))
    if status == NOT_RETURNED and given:
        yield RowRefused(number, "status", NotReturnedHasAnswers(serial=serial))


def row_faults(number: int, examined: Examined, unread: Collection[str]) -> Iterator[RowRefused]:
    """The faults of whole answers; what follows from a cell that could not be read is not reported twice."""
    for name, error in examined.faults.items():
        if name not in unread and error.facts.get("source") not in unread:
            yield RowRefused(number, name, error)
