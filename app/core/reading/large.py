"""Large tables are written in a process of their own (`writer.py`), into a file: whatever there is to be written, the
server holds a part of the rows at a time, and its loop is free for others.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, BinaryIO, cast

from app.core.reading.foreign import PLATFORM

WRITER = Path(__file__).with_name("writer.py")
Rows = Sequence[Sequence[Any]]


class WriterDied(RuntimeError):
    """No fault of a request: no memory, no room on the disk, or a defect of ours; its exit code says more."""


async def write_large(header: Sequence[str], parts: AsyncIterator[Rows], *, xlsx: bool) -> BinaryIO:
    """The table in a file without a name, to be read from its beginning."""
    file = TemporaryFile()  # noqa: SIM115 (whoever is answered with it closes it)
    try:
        async with _writer(file) as process:
            assert process.stdin
            told = {"path": [PLATFORM, *filter(None, sys.path)], "xlsx": xlsx, "header": header}
            process.stdin.write(_line(told))
            with suppress(BrokenPipeError, ConnectionResetError):  # it died: told below
                async for part in parts:
                    process.stdin.write(_line(part))
                    await process.stdin.drain()
                process.stdin.close()
            if code := await process.wait():
                raise WriterDied(code)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return cast("BinaryIO", file)


def _line(said: Any) -> bytes:
    """What is no text, number or nothing is written as its text."""
    return json.dumps(said, ensure_ascii=False, default=str).encode() + b"\n"


@asynccontextmanager
async def _writer(out: IO[bytes]) -> AsyncIterator[Process]:
    """It keeps what it has not written yet in a folder of its own, which is gone with it."""
    known = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    command = [sys.executable, "-I", "-S", "-B", str(WRITER)]
    with TemporaryDirectory() as folder:
        known["TMPDIR"] = folder
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=out.fileno(), stderr=DEVNULL, env=known, cwd="/"
        )
        try:
            yield process
        finally:
            assert process.stdin
            if process.returncode is None:
                process.kill()
                await process.wait()
            process.stdin.close()
            with suppress(OSError):  # what broke it is told by the exit code; unasked, the loop tells it as a fault
                await process.stdin.wait_closed()
