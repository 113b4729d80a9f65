"""Large tables, written by a process of their own."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.core.reading import files, large
from app.core.reading.files import FileMade, long_table_response, write_table
from app.core.reading.large import WriterDied, write_large
from app.core.reading.parts import PART, gathered

pytestmark = pytest.mark.anyio
HEADER = ["编号", "=title", "budget"]
ROWS: list[list[Any]] = [
    ["N1", "=1+1", Decimal("3.50")],
    ["", None, 7],
    ["两行\n文字", "'-5", date(2026, 11, 30)],
    [" 首尾 ", "😀" * 400, True],
]


async def parts(rows: list[list[Any]], size: int = 3) -> AsyncIterator[list[list[Any]]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def cells(workbook: bytes) -> list[list[tuple[str, object]]]:
    rows = openpyxl.load_workbook(io.BytesIO(workbook)).active.iter_rows()
    return [[(cell.data_type, cell.value) for cell in row] for row in rows]


async def test_a_long_list_says_what_a_short_one_does() -> None:
    with await write_large(HEADER, parts(ROWS), xlsx=False) as file:
        assert file.read() == write_table(HEADER, ROWS, xlsx=False)


async def test_a_long_workbook_says_what_a_short_one_does() -> None:
    with await write_large(HEADER, parts(ROWS), xlsx=True) as file:
        written = file.read()
    assert cells(written) == cells(write_table(HEADER, ROWS, xlsx=True))
    assert cells(written)[0][0] == ("s", "编号")


async def test_columns_are_as_wide_as_their_texts_and_no_wider_than_a_sheet_lets_them() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_table(["a", "wide"], [["ab", "文" * 500]], xlsx=True)))
    narrow, wide = (book.active.column_dimensions[each].width for each in "AB")
    assert 2 < narrow < 4 and 255 <= wide < 256


async def test_only_a_long_table_is_left_to_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SHORT", 3)
    short = await long_table_response("x", HEADER, parts(ROWS[:3], 1), xlsx=False)
    long = await long_table_response("x", HEADER, parts(ROWS, 1), xlsx=False)
    assert isinstance(long, FileMade) and not isinstance(short, FileMade)
    with long.file as file:
        assert file.read() == write_table(HEADER, ROWS, xlsx=False)
    assert dict(long.headers) == {name: value for name, value in short.headers.items() if name != "content-length"}


async def test_a_writer_that_dies_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "writer.py").write_text("import sys; sys.exit(7)")
    monkeypatch.setattr(large, "WRITER", tmp_path / "writer.py")
    with pytest.raises(WriterDied) as died:
        await write_large(HEADER, parts(ROWS * 10_000, 1_000), xlsx=True)
    assert died.value.args == (7,)


async def test_whoever_gives_up_ends_the_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = list[int | None]()
    writer = large._writer

    class Watched:
        def __init__(self, out: Any) -> None:
            self.opened = writer(out)

        async def __aenter__(self) -> Any:
            self.process = await self.opened.__aenter__()
            return self.process

        async def __aexit__(self, *why: Any) -> None:
            await self.opened.__aexit__(*why)
            ended.append(self.process.returncode)

    async def endless() -> AsyncIterator[list[list[Any]]]:
        while True:
            yield ROWS
            await asyncio.sleep(0.01)

    monkeypatch.setattr(large, "_writer", Watched)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await write_large(HEADER, endless(), xlsx=True)
    assert ended == [-9]


async def test_between_parts_of_a_piece_others_have_their_turn() -> None:
    async def pieces() -> AsyncIterator[range]:
        yield range(2 * PART)
        yield range(2 * PART, 2 * PART + 1)

    found = [part async for part in gathered(pieces(), 2 * PART + 1, str)]
    assert [len(part) for part in found] == [PART, PART, 1]
    assert [each for part in found for each in part] == [str(number) for number in range(2 * PART + 1)]
