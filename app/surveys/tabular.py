"""Answers from a table in our own layout: one row per questionnaire, one column per question.

    serial, community_code, status, Q1, Q2, … , Q10a, Q10b, …

A rating matrix has one column per row (question name + row name). Several options are separated by `;`, a ranking
by `>`. An option may be written as its name or its label; a number that Excel robbed of its zeros (1 for 01) is
understood where it can only mean one option. A file is read whole or refused whole (RowsRefused).
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from app.core import texts
from app.core.cells import TextTooLong
from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.files import WrongColumns
from app.surveys.answers import AnswerMalformed, Examined, OptionUnknown, examine
from app.surveys.definition import Answer, Option, Question, SurveyDefinition
from app.surveys.rules import SERIAL, ResponseState

FIRST_COLUMNS = ("serial", "community_code", "status")
NOT_RETURNED = "not_returned"
STATUSES = (*(state.value for state in ResponseState), NOT_RETURNED)
FIRST_ROW = 2  # people count the header as row 1
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 0{1,2}:00(?::00)?)?")


class SerialMissing(DomainError):
    status = 422


class SerialTaken(DomainError):
    status = 422


class StatusUnknown(DomainError):
    status = 422


class NotReturnedHasAnswers(DomainError):
    status = 422


class CommunityMissing(DomainError):
    status = 422


class CellFault(NamedTuple):
    """A cell that cannot be read as an answer to `question`."""

    question: str
    column: str
    error: DomainError


@dataclass(frozen=True)
class ReadResponse:
    """One row as read. `status` is a ResponseState or `not_returned`; `missing` are required questions left blank
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


def read_own_layout(
    definition: SurveyDefinition, header: Sequence[str], rows: Sequence[Sequence[str]], today: date
) -> list[ReadResponse]:
    """Every row of the table; blank rows are passed over. Refusals: WrongColumns, RowsRefused (each cell named)."""
    check_columns(header, [*FIRST_COLUMNS, *(c for q in definition.questions for c in q.columns())])
    refused: list[RowRefused] = []
    serials: dict[str, int] = {}
    read = [
        _read_row(definition, dict(zip(header, row, strict=True)), number, today, serials, refused)
        for number, row in enumerate(rows, FIRST_ROW)
        if any(cell.strip() for cell in row)
    ]
    if refused:
        raise RowsRefused(refused)
    return read


def check_columns(header: Sequence[str], wanted: Sequence[str]) -> None:
    missing = [column for column in wanted if column not in header]
    unknown = [column for i, column in enumerate(header) if column not in wanted or column in header[:i]]
    if missing or unknown:
        raise WrongColumns(missing=", ".join(missing) or "-", unknown=", ".join(unknown) or "-")


def _read_row(
    definition: SurveyDefinition,
    cells: Mapping[str, str],
    number: int,
    today: date,
    serials: dict[str, int],
    refused: list[RowRefused],
) -> ReadResponse:
    given, faults = _given_answers(definition, cells)
    examined = examine(definition, given, today)
    serial, community, status = (cells[column].strip() for column in FIRST_COLUMNS)
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


def serial_faults(serial: str, number: int, serials: dict[str, int], column: str) -> Iterator[RowRefused]:
    """Serials are remembered in `serials` with their row."""
    try:
        _check_serial(serial)
    except DomainError as fault:
        yield RowRefused(number, column, fault)
    if not serial:
        yield RowRefused(number, column, SerialMissing())
    elif serials.setdefault(serial, number) != number:
        yield RowRefused(number, column, SerialTaken(serial=serial, first_row=serials[serial]))


def _check_serial(serial: str) -> None:
    """Refusals: CharacterRefused, LineBroken, TextTooLong."""
    texts.line(serial)
    if len(serial) > SERIAL:
        raise TextTooLong(field="serial", limit=SERIAL)


def row_faults(number: int, examined: Examined, unread: Collection[str]) -> Iterator[RowRefused]:
    """The faults of whole answers; what follows from a cell that could not be read is not reported twice."""
    for name, error in examined.faults.items():
        if name not in unread and error.facts.get("source") not in unread:
            yield RowRefused(number, name, error)


def _given_answers(definition: SurveyDefinition, cells: Mapping[str, str]) -> tuple[dict[str, Any], list[CellFault]]:
    given: dict[str, Any] = {}
    faults: list[CellFault] = []
    for _, question in definition.asked():
        for column, row in zip(question.columns(), [r.name for r in question.rows] or [""], strict=True):
            text = cells.get(column, "").strip()
            try:
                if text and row:
                    given.setdefault(question.name, {})[row] = option_name(definition, question, text)
                elif text:
                    given[question.name] = _READ[question.type](definition, question, text)
            except DomainError as fault:
                faults.append(CellFault(question.name, column, fault))
    return given, faults


def option_name(definition: SurveyDefinition, question: Question, text: str) -> str:
    """The option that `text` names. Refusal: OptionUnknown."""
    options = definition.options_of(question)
    for told in (_by_name, _by_label, _by_number):
        option = told(options, text.strip())
        if option is not None:
            return option.name
    raise OptionUnknown(name=question.name, option=text[:40])


def _by_name(options: Sequence[Option], text: str) -> Option | None:
    return next((option for option in options if option.name == text), None)


def _by_label(options: Sequence[Option], text: str) -> Option | None:
    return next((option for option in options if text in (option.label.zh, option.label.en) and text), None)


def _by_number(options: Sequence[Option], text: str) -> Option | None:
    """Excel turns 01 into 1; taken only where one option alone can be meant."""
    if not text.isascii() or not text.isdigit():
        return None
    same = [o for o in options if o.name.isascii() and o.name.isdigit() and int(o.name) == int(text)]
    return same[0] if len(same) == 1 else None


def read_number(definition: SurveyDefinition, question: Question, text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        raise AnswerMalformed(name=question.name, expected="number")
    return float(text) if "." in text else int(text)


def read_day(definition: SurveyDefinition, question: Question, text: str) -> str:
    """2018-10-15, 2018/10/15 and 2018年10月15日, as spreadsheets and people write it."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise AnswerMalformed(name=question.name, expected="date")
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"


def _several(separator: str) -> Callable[[SurveyDefinition, Question, str], list[str]]:
    def read(definition: SurveyDefinition, question: Question, text: str) -> list[str]:
        pieces = text.replace("；", ";").split(separator)
        return [option_name(definition, question, piece) for piece in pieces if piece.strip()]

    return read


_READ: dict[str, Callable[[SurveyDefinition, Question, str], Any]] = {
    "single": option_name,
    "multi": _several(";"),
    "ranking": _several(">"),
    "number": read_number,
    "date": read_day,
    "open": lambda definition, question, text: text,
}


def table_of(definition: SurveyDefinition, responses: Sequence[ReadResponse]) -> tuple[list[str], list[list[str]]]:
    """Header and rows in the same layout: reading them again gives the same responses."""
    header = [*FIRST_COLUMNS, *(column for q in definition.questions for column in q.columns())]
    return header, [
        [
            r.serial,
            r.community_code,
            r.status,
            *(c for _, q in definition.asked() for c in _cells(q, r.answers.get(q.name))),
        ]
        for r in responses
    ]


def _cells(question: Question, answer: Answer | None) -> list[str]:
    if question.type == "rating_matrix":
        rated = answer if isinstance(answer, dict) else {}
        return [rated.get(row.name, "") for row in question.rows]
    if isinstance(answer, list):
        return [(">" if question.type == "ranking" else ";").join(answer)]
    return ["" if answer is None else str(answer)]
