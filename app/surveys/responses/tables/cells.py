"""The cells of one row as answers, by the mapping that was found or decided on for their file."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.core.errors import DomainError
from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.responses.answers import AnswerMalformed, OptionUnknown
from app.surveys.responses.tables.mapping import SHOWN, AnswerMapping, Layout, MappedColumn, pieces_of

# Beyond 330 decimals no double has anything; the exponent is how spreadsheets show what is very small.
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,330})?(?:[eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 0{1,2}:00(?::00)?)?")


class CellFault(NamedTuple):
    """A cell that cannot be read as an answer to `question`."""

    question: str
    column: str
    error: DomainError


def given_answers(
    layout: Layout, definition: SurveyDefinition, mapping: AnswerMapping, row: Sequence[str]
) -> tuple[dict[str, Any], list[CellFault]]:
    given: dict[str, Any] = {}
    faults: list[CellFault] = []
    places: dict[str, dict[int, str]] = {}
    blanks = layout.blanks.get(mapping.by, frozenset())
    for column in mapping.columns:
        text, question = row[column.column - 1].strip(), definition.question(column.question)
        if question is None or not text or text in blanks:
            continue
        try:
            if not column.part:
                given[question.name] = _whole(layout, question, column, text)
            elif question.type == "rating_matrix":
                given.setdefault(question.name, {})[column.part] = "".join(_chosen(layout, question, column, text))
            else:
                taken = places.setdefault(question.name, {})
                taken.update(_place(question, column, text, taken))
        except DomainError as fault:
            faults.append(CellFault(question.name, column.title, fault))
    return given | {name: [taken[place] for place in sorted(taken)] for name, taken in places.items()}, faults


def _place(question: Question, column: MappedColumn, text: str, taken: Mapping[int, str]) -> dict[int, str]:
    """The option of a column of its own: its rank, or for a multiple choice simply the next place when it is 1."""
    if not re.fullmatch("[0-9]{1,3}", text):
        raise AnswerMalformed(name=question.name, expected="number")
    mark = int(text)
    if mark == 0:
        return {}
    place = mark if question.type == "ranking" else len(taken) + 1
    if place in taken or (question.type == "multi" and mark != 1):
        raise AnswerMalformed(name=question.name, expected=question.type)
    return {place: column.part}


def _whole(layout: Layout, question: Question, column: MappedColumn, text: str) -> Any:
    match question.type:
        case "single":
            return "".join(_chosen(layout, question, column, text))
        case "multi" | "ranking":
            return _chosen(layout, question, column, text)
        case "number":
            return read_number(question, text)
        case "date":
            return read_day(question, text)
    return text


def _chosen(layout: Layout, question: Question, column: MappedColumn, text: str) -> list[str]:
    """Refusals: OptionUnknown, CellSplitsSeveralWays."""
    pieces = pieces_of(layout, question, text, column.options.__contains__)
    unknown = next((piece for piece in pieces if piece not in column.options), None)
    if unknown is not None:
        raise OptionUnknown(name=question.name, option=unknown[:SHOWN])
    return [column.options[piece] for piece in pieces if column.options[piece]]


def read_number(question: Question, text: str) -> int | float:
    folded = unicodedata.normalize("NFKC", text)
    if not _NUMBER.fullmatch(folded):
        raise AnswerMalformed(name=question.name, expected="number")
    return int(folded) if folded.lstrip("+-").isdigit() else float(folded)


def read_day(question: Question, text: str) -> str:
    """2018-10-15, 2018/10/15 and 2018年10月15日, as spreadsheets and people write it."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        raise AnswerMalformed(name=question.name, expected="date")
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
