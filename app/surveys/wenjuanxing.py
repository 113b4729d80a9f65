"""Answers from the two downloads of 问卷星 (wjx.cn): by option text and by option number.

The first six columns say who answered when; the sender's IP address and the detail of the source (often a WeChat
name) are dropped here and stored nowhere. Question columns are called `7、题干` or, where a question fills several
columns, `第7题(选项)`. By text, several options are joined by ┋ and a ranking by →; by number, an option is its
place in the list, several options are columns of 1 and 0, a ranking is columns of ranks, and -3 and -2 mean
skipped and blank. The text file writes (跳过) and (空) for these. A written-in addition 其他〖…〗 is cut off.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from app.core import bounds
from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.files import WrongColumns
from app.surveys.answers import AnswerMalformed, OptionUnknown, examine
from app.surveys.definition import Question, SurveyDefinition
from app.surveys.tabular import (
    FIRST_ROW,
    CellFault,
    ReadResponse,
    read_day,
    read_number,
    row_faults,
    serial_faults,
)

FIRST_COLUMNS = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
IGNORED = frozenset({"总分"})  # added by 问卷星 to questionnaires with scale questions
SIMILAR = 0.6  # of the title, so that a small rewording still matches and another question does not
BLANKS = frozenset({"", "-2", "-3", "(空)", "(跳过)", "（空）", "（跳过）"})
_NUMBERED = re.compile(r"([0-9]{1,3})\s*[、.．：:]\s*(.*)", re.DOTALL)
_PART = re.compile(r"第([0-9]{1,3})题\s*[(（](.*)[)）]", re.DOTALL)
_ADDITION = re.compile(r"〖[^〗]*〗")
_DURATION = re.compile(r"(?:([0-9]{1,4})分)?(?:([0-9]{1,6})秒?)?")


class TimeMalformed(DomainError):
    status = 422


@dataclass(frozen=True)
class Column:
    """What a column holds: a whole answer, or the `part` of one (a matrix row, or an option of its own column)."""

    title: str
    question: Question
    part: str = ""

    @property
    def held(self) -> tuple[str, str]:
        return self.question.name, self.part


def is_wenjuanxing(header: Sequence[str]) -> bool:
    return tuple(header[: len(FIRST_COLUMNS)]) == FIRST_COLUMNS


def read_wenjuanxing(
    definition: SurveyDefinition,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    today: date,
    community_code: str,
) -> list[ReadResponse]:
    """Every row as a submitted response of `community_code`. Refusals: WrongColumns, RowsRefused."""
    columns = match_columns(definition, header)
    refused: list[RowRefused] = []
    serials: dict[str, int] = {}
    read = [
        _read_row(definition, columns, row, number, today, community_code, serials, refused)
        for number, row in enumerate(rows, FIRST_ROW)
        if any(cell.strip() for cell in row)
    ]
    if refused:
        raise RowsRefused(refused)
    return read


def match_columns(definition: SurveyDefinition, header: Sequence[str]) -> dict[int, Column]:
    """Position → what the column holds: by number where the title agrees, else by title. Refusal: WrongColumns,
    naming the columns nobody knows and the questions that no column answers."""
    columns: dict[int, Column] = {}
    unknown: list[str] = []
    for position, title in enumerate(header[len(FIRST_COLUMNS) :], len(FIRST_COLUMNS)):
        column = None if title in IGNORED else _match(definition, title)
        if column is not None and column.held not in {known.held for known in columns.values()}:
            columns[position] = column
        elif title not in IGNORED:
            unknown.append(title)
    answered = {column.question.name for column in columns.values()}
    missing = [c for c, found in zip_longest(FIRST_COLUMNS, header[: len(FIRST_COLUMNS)]) if c != found]
    missing += [f"{n}、{q.label.zh}" for n, q in definition.asked() if q.name not in answered]
    if missing or unknown:
        raise WrongColumns(missing=", ".join(missing) or "-", unknown=", ".join(unknown) or "-")
    return columns


def _match(definition: SurveyDefinition, title: str) -> Column | None:
    part = _PART.fullmatch(title.strip())
    if part is not None:
        question = dict(definition.asked()).get(int(part[1]))
        return _column_of_part(definition, title, question, part[2]) if question else None
    numbered = _NUMBERED.fullmatch(title.strip())
    if numbered is None:
        return None
    number, words = int(numbered[1]), numbered[2]
    by_number = [_titled(title, q, words, SIMILAR) for n, q in definition.asked() if n == number]
    by_title = [_titled(title, q, words, 1.0) for _, q in definition.asked()]
    return next((column for column in [*by_number, *by_title] if column is not None), None)


def _titled(title: str, question: Question, words: str, similar: float) -> Column | None:
    """A matrix names its row behind the title: `10、请评价—活动内容` or `10、请评价(活动内容)`."""
    if question.type == "rating_matrix":
        row = next((r for r in question.rows if _bare(words).endswith(_bare(r.label.zh))), None)
        return None if row is None else Column(title, question, row.name)
    likeness = SequenceMatcher(None, _bare(words), _bare(question.label.zh), autojunk=False).ratio()
    return Column(title, question) if likeness >= similar else None


def _column_of_part(definition: SurveyDefinition, title: str, question: Question, part: str) -> Column | None:
    if question.type == "rating_matrix":
        row = next((r for r in question.rows if _bare(r.label.zh) == _bare(part)), None)
        return None if row is None else Column(title, question, row.name)
    if question.type not in ("multi", "ranking"):
        return None
    options = definition.options_of(question)
    option = next((o for o in options if _bare(o.label.zh) == _bare(part)), None)
    return None if option is None else Column(title, question, option.name)


def _bare(text: str) -> str:
    """Letters and digits only: punctuation, spaces and brackets vary from export to export."""
    return "".join(c for c in _ADDITION.sub("", text) if c.isalnum())


def _read_row(
    definition: SurveyDefinition,
    columns: Mapping[int, Column],
    row: Sequence[str],
    number: int,
    today: date,
    community_code: str,
    serials: dict[str, int],
    refused: list[RowRefused],
) -> ReadResponse:
    given, faults = _given_answers(definition, columns, row)
    faults += list(_head_faults(row))
    examined = examine(definition, given, today)
    refused.extend(serial_faults(row[0].strip(), number, serials, FIRST_COLUMNS[0]))
    refused.extend(RowRefused(number, fault.column, fault.error) for fault in faults)
    refused.extend(row_faults(number, examined, {fault.question for fault in faults}))
    return ReadResponse(
        row=number,
        serial=row[0].strip(),
        community_code=community_code,
        status="submitted",
        answers=examined.answers,
        shown=len(examined.shown),
        missing=examined.missing,
        hidden=examined.hidden,
        submitted_at=_instant(row[1]),
        seconds=_seconds(row[2]),
        source=row[3].strip(),
    )


def _head_faults(row: Sequence[str]) -> Iterator[CellFault]:
    for position, read in ((1, _instant), (2, _seconds)):
        text = row[position].strip()
        if text and read(text) is None:
            yield CellFault("", FIRST_COLUMNS[position], TimeMalformed(text=text[:40]))


def _instant(text: str) -> str | None:
    """2018/10/15 09:30:00, local time of the questionnaire, as 2018-10-15T09:30:00. Excel drops the zeros of months
    and days: 2018/9/5 9:05:00."""
    text = text.strip().replace("/", "-")
    for read in (datetime.fromisoformat, lambda padded: datetime.strptime(padded, "%Y-%m-%d %H:%M:%S")):
        with suppress(ValueError, bounds.YearRefused):
            at = read(text)
            bounds.day(at.date())
            return at.isoformat()
    return None


def _seconds(text: str) -> int | None:
    """123秒, 2分3秒 or 123."""
    found = _DURATION.fullmatch(text.strip())
    return 60 * int(found[1] or 0) + int(found[2] or 0) if found and text.strip() else None


def _given_answers(
    definition: SurveyDefinition, columns: Mapping[int, Column], row: Sequence[str]
) -> tuple[dict[str, Any], list[CellFault]]:
    given: dict[str, Any] = {}
    faults: list[CellFault] = []
    ranks: dict[str, dict[int, str]] = {}
    for position, column in columns.items():
        text, question = row[position].strip(), column.question
        if text in BLANKS:
            continue
        try:
            if not column.part:
                given[question.name] = _whole(definition, question, text)
            elif question.type == "rating_matrix":
                given.setdefault(question.name, {})[column.part] = _chosen(definition, question, text)
            else:
                ranks.setdefault(question.name, {}).update(_place(column, text, ranks.get(question.name, {})))
        except DomainError as fault:
            faults.append(CellFault(question.name, column.title, fault))
    for name, places in ranks.items():
        given[name] = [places[place] for place in sorted(places)]
    return given, faults


def _place(column: Column, text: str, taken: Mapping[int, str]) -> dict[int, str]:
    """The option of a column of its own: its rank, or for a multiple choice simply the next place when it is 1."""
    if not re.fullmatch("[0-9]{1,3}", text):
        raise AnswerMalformed(name=column.question.name, expected="number")
    mark = int(text)
    if mark == 0:
        return {}
    place = mark if column.question.type == "ranking" else len(taken) + 1
    if place in taken or (column.question.type == "multi" and mark != 1):
        raise AnswerMalformed(name=column.question.name, expected=column.question.type)
    return {place: column.part}


def _whole(definition: SurveyDefinition, question: Question, text: str) -> Any:
    match question.type:
        case "single":
            return _chosen(definition, question, text)
        case "multi" | "ranking":
            pieces = re.split("┋" if question.type == "multi" else "→", text)
            return [_chosen(definition, question, piece) for piece in pieces if piece.strip()]
        case "number":
            return read_number(definition, question, text)
        case "date":
            return read_day(definition, question, text)
    return text


def _chosen(definition: SurveyDefinition, question: Question, text: str) -> str:
    """By label, else by the option's place in the list: the number file counts options from 1."""
    options = definition.options_of(question)
    bare = _bare(text)
    told = next((o.name for o in options if text.strip() in (o.label.zh, o.label.en)), None)
    if told is None and bare:
        told = next((o.name for o in options if bare in (_bare(o.label.zh), _bare(o.label.en))), None)
    if told is None and re.fullmatch("[0-9]{1,3}", text.strip()) and 1 <= int(text) <= len(options):
        told = options[int(text) - 1].name
    if told is None:
        raise OptionUnknown(name=question.name, option=text.strip()[:40])
    return told
