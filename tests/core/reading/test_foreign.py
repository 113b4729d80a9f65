"""The process that reads foreign files: what it may not do, and what its end says of the file."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.db import Units
from app.core.reading import files, foreign
from app.core.reading.foreign import (
    DOCUMENTS,
    TABLES,
    FileTooHeavy,
    FileTooLarge,
    FileTooSlow,
    FileUnreadable,
    content_of,
    read_lines,
)
from app.core.settings import PROJECT, Settings
from app.main import create_app

LISTS = b"[" + b"[]," * 1_500_000 + b"1]"


def read(kind: str, content: bytes, limits: foreign.Limits) -> list[list[object]]:
    return list(read_lines(kind, content, limits))


def test_a_reader_that_takes_too_long_is_ended_and_its_file_refused() -> None:
    with pytest.raises(FileTooSlow) as refused:
        read("json", LISTS, replace(DOCUMENTS, wall_s=0))
    assert refused.value.facts == {"limit_s": 0}


def test_a_reader_that_computes_too_long_is_ended_and_its_file_refused() -> None:
    with pytest.raises(FileTooSlow) as refused:
        read("json", LISTS, replace(DOCUMENTS, seconds=0))
    assert refused.value.facts == {"limit_s": 0}


def test_a_reader_that_needs_too_much_memory_gives_up_and_its_file_is_refused() -> None:
    with pytest.raises(FileTooHeavy) as refused:
        read("json", LISTS, replace(DOCUMENTS, memory_mb=60))
    assert refused.value.facts == {"limit_mb": 60}


@pytest.mark.parametrize(("code", "refusal"), [(-11, FileUnreadable), (-6, FileTooHeavy), (-9, FileTooHeavy)])
def test_what_a_reader_died_of_is_what_its_file_is_refused_for(code: int, refusal: type[Exception]) -> None:
    assert type(foreign._cause(code, False, TABLES)) is refusal


def test_a_reader_that_does_not_start_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "READER", Path("/nowhere.py"))
    with pytest.raises(RuntimeError, match="does not start"):
        read("table", b"a\n", TABLES)


@pytest.mark.parametrize(
    ("attempt", "end"), [("open(FILE, 'w', buffering=1).write('a\\n')", "OSError"), ("bytearray(2**30)", "MemoryError")]
)
def test_a_confined_reader_can_neither_write_nor_grow(tmp_path: Path, attempt: str, end: str) -> None:
    program = f"""
import sys, types
sys.path.append({str(foreign.READER.parents[3])!r})
from app.core.reading import reader
reader._confine(types.SimpleNamespace(memory_mb=512, seconds=5))
FILE = {str(tmp_path / "a")!r}
{attempt}
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr.strip().rsplit("\n", 1)[-1].split(":")[0]) == (1, end)


def test_a_reader_knows_nothing_of_the_servers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, object] = {}

    def popen(command: list[str], **how: object) -> None:
        told.update(how)
        raise InterruptedError

    monkeypatch.setenv("DATABASE_URL", "postgresql://secret@localhost/shuangxuan")
    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(InterruptedError):
        read("table", b"a\n", TABLES)
    assert "DATABASE_URL" not in str(told["env"])


def test_a_file_of_this_machine_is_taken_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"a" * 2**20)
    monkeypatch.setattr(foreign, "FILE_LIMIT_MB", 1)
    assert len(content_of(tmp_path / "a")) == 2**20
    (tmp_path / "a").write_bytes(b"a" * (2**20 + 1))
    with pytest.raises(FileTooLarge):
        content_of(tmp_path / "a")


@pytest.mark.anyio
async def test_no_transaction_is_open_while_an_uploaded_file_is_read(
    units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_units, seen = 0, []

    @asynccontextmanager
    async def counted() -> AsyncIterator[AsyncSession]:
        nonlocal open_units
        open_units += 1
        async with units() as session:
            yield session
        open_units -= 1

    def lines(kind: str, content: bytes, limits: foreign.Limits) -> Iterator[list[object]]:
        seen.append(open_units)
        yield ["", 1, ["no", "column", "of", "ours"], []]

    async def authenticate(session: AsyncSession, token: str) -> Actor:
        return Actor(1, Role.committee, 1, "530114001")

    monkeypatch.setattr(files, "read_lines", lines)
    app = create_app(Settings(), counted, authenticate)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test/api/v1") as client:
        answer = await client.post("/needs/import", files={"upload": ("needs.csv", b"a\n")})
    assert (seen, answer.json()["code"]) == ([0], "WrongColumns")


def test_a_reader_finds_the_platform_without_a_path_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the installed command does, which finds it by a hook of its environment."""
    found = read("table", b"a\n1\n", TABLES)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry not in {"", str(PROJECT)}])
    assert read("table", b"a\n1\n", TABLES) == found
