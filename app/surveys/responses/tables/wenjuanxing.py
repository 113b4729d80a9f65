"""Answers from the two downloads of 问卷星 (wjx.cn): by option text and by option number.

The first six columns say who answered when; the sender's IP address and the detail of the source (often a WeChat
name) are dropped here and stored nowhere. Question columns are called `7、题干` or, where a question fills several
columns, `第7题(选项)`. By text, several options are joined by ┋ and a ranking by →; by number, an option is its
place in the list, several options are columns of 1 and 0, a ranking is columns of ranks, and -3 and -2 mean
skipped and blank. The text file writes (跳过) and (空) for these. A written-in addition 其他〖…〗 is cut off.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime

from app.core import bounds
from app.core.errors import DomainError, RowRefused, RowsRefused
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.responses.answers import examine
from app.surveys.responses.tables.cells import CellFault, given_answers
from app.surveys.responses.tables.mapping import (
    SEVERAL,
    AnswerMapping,
    Layout,
    Proposal,
    check_mapping,
    placed_by,
    propose,
)
from app.surveys.responses.tables.tabular import FIRST_ROW, ReadResponse, row_faults
from app.surveys.responses.tables.titles import place_titles
from app.surveys.waves.serials import serial_faults

FIRST_COLUMNS = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
_BLANK = frozenset({"", "(空)", "(跳过)", "（空）", "（跳过）"})
LAYOUT = Layout(
    kinds=("label", "place"),
    separators={"multi": "┋", "ranking": "→"},
    blanks={"label": _BLANK, "place": _BLANK | {"-2", "-3"}},
)
_DURATION = re.compile(r"(?:([0-9]{1,4})分)?(?:([0-9]{1,6})秒?)?")


class TimeMalformed(DomainError):
    status = 422


def is_wenjuanxing(header: Sequence[str]) -> bool:
    return tuple(header[: len(FIRST_COLUMNS)]) == FIRST_COLUMNS


def propose_wenjuanxing(
    definition: SurveyDefinition,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    decided: AnswerMapping | None = None,
) -> Proposal:
    """What the file's columns and cells are taken for, as far as nobody has `decided` it. Options with a column of
    their own are in the file of numbers alone. Refusal: MappingUnfit."""
    if decided is not None:
        check_mapping(definition, decided, header, range(len(FIRST_COLUMNS), len(header)))
        return propose(LAYOUT, definition, placed_by(definition, decided), rows, by=decided.by, decided=decided)
    placed, doubts = place_titles(definition, header, len(FIRST_COLUMNS))
    split = any(p.question is not None and p.question.type in SEVERAL and p.part for p in placed)
    return propose(LAYOUT, definition, placed, rows, by="place" if split else None, doubts=doubts)


def read_wenjuanxing(
    definition: SurveyDefinition,
    mapping: AnswerMapping,
    rows: Sequence[Sequence[str]],
    today: date,
    community_code: str,
) -> list[ReadResponse]:
    """Every row as a submitted response of `community_code`. Refusal: RowsRefused."""
    refused: list[RowRefused] = []
    serials: dict[str, int] = {}
    read = [
        _read_row(definition, mapping, row, number, today, community_code, serials, refused)
        for number, row in enumerate(rows, FIRST_ROW)
        if any(cell.strip() for cell in row)
    ]
    if refused:
        raise RowsRefused(refused)
    return read


def _read_row(
    definition: SurveyDefinition,
    mapping: AnswerMapping,
    row: Sequence[str],
    number: int,
    today: date,
    community_code: str,
    serials: dict[str, int],
    refused: list[RowRefused],
) -> ReadResponse:
    given, faults = given_answers(LAYOUT, definition, mapping, row)
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
