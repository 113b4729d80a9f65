"""Files that came from outside are opened in a process of their own (`reader.py`), within limits.

What such a file does to its reader, it does to that process alone: no memory, no loop and no connection of the
server's is at stake. What meets a limit is refused with the limit; what kills its reader is refused with what the
reader died of. Rows come back as lines of JSON, read one by one, so that a large file is never held twice.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from threading import Event, Timer
from typing import IO, Any, TypeVar

import structlog

from app.core.errors import DomainError

T = TypeVar("T")
READER = Path(__file__).with_name("reader.py")
PLATFORM = str(Path(__file__).parents[3])  # an installed command finds it without a path, which a reader cannot
READERS = 2  # files read at once, as many as have a place in their lane
MB = 1024 * 1024
FILE_LIMIT_MB = 64  # a file of this machine; how large one may be that is uploaded, the installation says
LINE = 4 * MB  # bytes; a row within the limits is shorter, however it is written down
log = structlog.get_logger()


@dataclass(frozen=True)
class Limits:
    """What a file may cost. Unpacked sizes are counted while unpacking.

    ratio: how many times larger than packed it may be, from 10 MB on; sheets come to 10–50, bombs to 1,000.
    rows: beside the header. area: rows × columns up to the last cell that holds something; cells: those that do.
    cell_text: characters, Excel's own limit; row_text: of a row, which is taken in at one go; text: in all, which with
    `cells` bounds what the server keeps. depth: how often a document may nest.
    memory_mb: address space beyond the interpreter's. seconds: of computing; wall_s: until the process is ended.
    """

    unpacked_mb: int = 100
    ratio: int = 200
    parts: int = 1_000
    rows: int = 50_000
    columns: int = 500
    area: int = 2_000_000
    cells: int = 1_000_000
    cell_text: int = 32_767
    row_text: int = 500_000
    text: int = 8_000_000
    depth: int = 50
    memory_mb: int = 512
    seconds: int = 10
    wall_s: int = 20


TABLES = Limits()
LISTS = Limits(rows=3_000)  # what is uploaded becomes objects with a history: a district has some hundred needs
ANSWERS = Limits(rows=10_000)  # a survey asks some hundred households
FORMS = Limits(unpacked_mb=50, rows=5_000, cells=100_000, text=2_000_000)
DOCUMENTS = Limits(cells=2_000_000, memory_mb=1_024)  # the export of a round names every candidate of every need


class FileTooLarge(DomainError):
    status = 413


class FileUnpacksTooLarge(DomainError):
    status = 413


class FileTooManyParts(DomainError):
    """An archive of more files than any workbook has."""

    status = 413


class FileTooManyRows(DomainError):
    status = 413


class FileTooManyColumns(DomainError):
    status = 413


class FileTooManyCells(DomainError):
    status = 413


class FileCellTooLong(DomainError):
    status = 413


class FileRowTooLong(DomainError):
    status = 413


class FileTextTooLong(DomainError):
    """All the texts of a file together."""

    status = 413


class FileTooDeep(DomainError):
    status = 413


class FileTooHeavy(DomainError):
    """Reading it takes more memory than a file may have."""

    status = 413


class FileTooSlow(DomainError):
    """Reading it takes more time than a file may have."""

    status = 413


class FileNotUtf8(DomainError):
    """Nor GB 18030, which Chinese editions of Windows write."""

    status = 422


class FileOfOtherKind(DomainError):
    """`reason`: what it is instead of a workbook (.xlsx, .xls) or a list of commas."""

    status = 422


class SheetsSeveral(DomainError):
    """More than one sheet holds a table: which one is meant?"""

    status = 422


class FileUnreadable(DomainError):
    status = 422


REFUSALS = {
    refusal.__name__: refusal
    for refusal in (
        FileUnpacksTooLarge,
        FileTooManyParts,
        FileTooManyRows,
        FileTooManyColumns,
        FileTooManyCells,
        FileCellTooLong,
        FileRowTooLong,
        FileTextTooLong,
        FileTooDeep,
        FileTooHeavy,
        FileNotUtf8,
        FileOfOtherKind,
        SheetsSeveral,
        FileUnreadable,
    )
}  # what a reader may say


async def off_loop(read: Callable[..., T], *given: Any) -> T:
    """What `read` makes of what is given, beside the event loop, `READERS` at once."""
    return await asyncio.get_running_loop().run_in_executor(_threads, read, *given)


_threads = ThreadPoolExecutor(READERS, thread_name_prefix="reader")


def read_lines(kind: str, content: bytes, limits: Limits) -> Iterator[list[Any]]:
    """What the reader says of a file of this kind: table, xlsform or json (see there). Blocks.

    Refusals: every class of this module but FileTooLarge.
    """
    asked = {"path": [PLATFORM, *filter(None, sys.path)], "kind": kind, "limits": asdict(limits)}
    with _reader(limits.wall_s) as (tell, hear, died):
        with suppress(BrokenPipeError):  # it died before it had read all; what of is told below
            tell.write(json.dumps(asked).encode() + b"\n")
            tell.write(content)
            tell.close()
        for line in iter(lambda: hear.readline(LINE), b""):
            said = json.loads(line)
            if isinstance(said, dict):
                return _heed(said)
            yield said
        raise _cause(*died(), limits)


def content_of(path: Path) -> bytes:
    """A file given on the command line. Refusal: FileTooLarge; OSError where there is none."""
    with path.open("rb") as file:
        content = file.read(FILE_LIMIT_MB * MB + 1)
    if len(content) > FILE_LIMIT_MB * MB:
        raise FileTooLarge(limit_mb=FILE_LIMIT_MB)
    return content


def check_json(content: bytes) -> None:
    """Refuse a document that is not sound JSON in UTF-8, or larger or deeper than any of ours. Blocks.

    Refusals: FileUnreadable (with its `line` where that can be said), FileTooDeep, FileTooManyCells, FileTooHeavy …
    """
    for _ in read_lines("json", content, DOCUMENTS):
        pass


@contextmanager
def _reader(wall_s: float) -> Iterator[tuple[IO[bytes], IO[bytes], Callable[[], tuple[int, bool]]]]:
    """A reader's ears and mouth, and what it died of: its exit code, and whether it was ended after `wall_s` seconds.

    Of the server's environment it is told how to load programs, nothing else; its complaints would repeat the file.
    """
    known = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    command = [sys.executable, "-I", "-S", "-B", str(READER)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=known, cwd="/") as process:
        assert process.stdin and process.stdout
        late = Event()

        def end() -> None:
            late.set()
            process.kill()

        alarm = Timer(wall_s, end)
        alarm.start()
        try:
            yield process.stdin, process.stdout, lambda: (process.wait(), late.is_set())
        finally:
            alarm.cancel()
            process.kill()
            with suppress(BrokenPipeError):
                process.stdin.close()


def _heed(verdict: dict[str, Any]) -> None:
    if "refused" in verdict:
        raise REFUSALS[verdict["refused"]](**verdict["facts"])


def _cause(code: int, is_late: bool, limits: Limits) -> Exception:
    """What the end of a reader that gave no verdict says of its file."""
    log.warning("reader died", code=code, late=is_late)
    if code > 0:  # it did not even come to the file
        return RuntimeError(f"the reader of files does not start: {sys.executable} -I -S {READER}")
    if is_late or code == -signal.SIGXCPU:
        return FileTooSlow(limit_s=limits.wall_s if is_late else limits.seconds)
    if code in {-signal.SIGABRT, -signal.SIGKILL}:  # Rust gives up without memory; the system's last resort
        return FileTooHeavy(limit_mb=limits.memory_mb)
    return FileUnreadable()
