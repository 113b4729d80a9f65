"""Tables that people bring and take away: CSV and Excel in, CSV and Excel out."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from typing import Annotated, Any, BinaryIO, Generic, TypeVar
from urllib.parse import quote

from fastapi import Depends, Request, Response, UploadFile
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile as FormFile
from starlette.types import Receive, Scope, Send

from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.installation.progress import counted, tell
from app.core.reading.cells import Table as Table
from app.core.reading.cells import bare
from app.core.reading.foreign import ANSWERS, LISTS, TABLES, FileTooLarge, Limits, off_loop, read_lines
from app.core.reading.large import Rows, write_large
from app.core.reading.tables import writing

T = TypeVar("T")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
SHORT = 1_000  # rows; a longer table is written by a process of its own
PIECE = 64 * 1024  # bytes
FAULTS = 10_000  # cells; a file with more is read no further


def answers_file(*media: str) -> dict[str, Any]:
    """What a route that answers a file says of itself: `@router.get(…, **answers_file(XLSX))`."""
    content: dict[str, Any] = {kind: {} for kind in media}
    return {"response_class": Response, "responses": {200: {"description": "the file", "content": content}}}


TABLE_FILE = answers_file(XLSX, CSV)


class FileEmpty(DomainError):
    status = 422


class WrongColumns(DomainError):
    """`missing` and `unknown` name the columns; a misspelt name shows in both."""

    status = 422


def read_table(name: str, content: bytes, limits: Limits = TABLES) -> Table:
    """The table in a workbook or a list of commas, without the marks of `write_table`. Rows keep their numbers: what
    stands above the header comes as blank ones. Blocks; a request takes an `Uploaded…`.

    Refusals: FileEmpty, RowsRefused with every cell that cannot be read as it stands, and those of `foreign`.
    """
    lines = read_lines("table", content, limits)
    _sheet, at, header, wrong = next(lines, ("", 1, [], []))
    if not header:
        raise FileEmpty(name=name)
    faults = _faults(at, wrong)
    rows = [[""] * len(header) for _ in range(at - 1)]
    for number, (cells, wrong) in enumerate(lines, at + 1):
        rows.append(list(map(bare, cells)))
        faults += _faults(number, wrong)
        if len(faults) > FAULTS:
            break
    if faults:
        raise RowsRefused(faults)
    return Table(list(map(bare, header)), rows)


def _faults(number: int, wrong: Iterable[tuple[str, str, dict[str, Any]]]) -> list[RowRefused]:
    return [RowRefused(number, column, DomainError.registry[code](**facts)) for column, code, facts in wrong]


class Uploaded(Generic[T]):
    """What `read(name, content)` makes of the file that a request brings, as an endpoint's dependency. `Unit` has it
    read before the request's transaction begins, so that no connection waits for the file."""

    def __init__(self, read: Callable[[str, bytes], T]) -> None:
        self.read = read

    async def take(self, request: Request) -> None:
        """Refusals: FileTooLarge, and those of `read`."""
        upload, settings = (await request.form()).get("upload"), request.app.state.settings
        if isinstance(upload, FormFile):
            if (upload.size or 0) > settings.upload_bytes:
                raise FileTooLarge(limit_mb=settings.upload_limit_mb)
            request.state.uploaded = await self.received(request, upload)
            await upload.seek(0)

    async def received(self, request: Request, upload: FormFile) -> T:
        tell("reading")
        return await off_loop(self.read, upload.filename or "", await upload.read())

    async def __call__(self, request: Request, upload: UploadFile) -> T:
        found: T = request.state.uploaded
        return found


UploadedList = Annotated[Table, Depends(Uploaded(partial(read_table, limits=LISTS)))]
UploadedAnswers = Annotated[Table, Depends(Uploaded(partial(read_table, limits=ANSWERS)))]


class ColumnTwice(DomainError):
    """Which of the two is meant?"""

    status = 422


def require_columns(table: Table, required: Iterable[str], optional: Iterable[str] = ()) -> None:
    """Refuse a table whose header lacks a required column, has one that nobody knows, or one twice."""
    required = list(required)
    missing = [table.titles.get(column, column) for column in required if column not in table.header]
    unknown = [column for column in table.header if column not in {*required, *optional}]
    if twice := [column for column in dict.fromkeys(table.header) if table.header.count(column) > 1]:
        raise ColumnTwice(columns="、".join(table.titles.get(column, column) for column in twice))
    if missing or unknown:
        raise WrongColumns(missing=", ".join(missing) or "-", unknown=", ".join(unknown) or "-")


def write_table(header: Sequence[str], rows: Iterable[Sequence[Any]], *, xlsx: bool) -> bytes:
    """The table as .xlsx or UTF-8 .csv; what a spreadsheet would run stays text; `read_table` knows."""
    out = io.BytesIO()
    writing(xlsx=xlsx)(out, header, rows)
    return out.getvalue()


async def table_response(name: str, header: Sequence[str], rows: Sequence[Sequence[Any]], *, xlsx: bool) -> Response:
    """A download named `name`.xlsx or .csv, written while other requests go on."""
    content = await asyncio.to_thread(write_table, header, counted(rows, "writing"), xlsx=xlsx)
    filename, media = _called(name, xlsx=xlsx)
    return download(filename, content, media)


async def long_table_response(name: str, header: Sequence[str], parts: AsyncIterator[Rows], *, xlsx: bool) -> Response:
    """The same of rows that come in parts, of which there may be any number: none is held longer than it takes."""
    begun: list[Sequence[Any]] = []
    async for part in parts:
        begun += part
        if len(begun) > SHORT:
            file = await write_large(header, _joined(begun, parts), xlsx=xlsx)
            return FileMade(*_called(name, xlsx=xlsx), file)
    return await table_response(name, header, begun, xlsx=xlsx)


async def _joined(begun: Rows, parts: AsyncIterator[Rows]) -> AsyncIterator[Rows]:
    yield begun
    async for part in parts:
        yield part


def _called(name: str, *, xlsx: bool) -> tuple[str, str]:
    """The file's name, and its media type."""
    return (f"{name}.xlsx", XLSX) if xlsx else (f"{name}.csv", f"{CSV}; charset=utf-8")


class FileMade(StreamingResponse):
    """A download that was written into a `file` without a name, and is read from it."""

    def __init__(self, filename: str, media_type: str, file: BinaryIO) -> None:
        super().__init__(self._pieces(), media_type=media_type, headers=_headers(filename))
        self.file = file

    async def _pieces(self) -> AsyncIterator[bytes]:
        self.file.seek(0)
        while piece := self.file.read(PIECE):
            yield piece

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.file:
            await super().__call__(scope, receive, send)


def download(filename: str, content: bytes, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers=_headers(filename))


def _headers(filename: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename)}"
        if not filename.isascii()
        else f'attachment; filename="{filename}"',
        "X-Content-Type-Options": "nosniff",
    }
