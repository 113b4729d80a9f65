"""Attacks on a server of its own, in small; `make soak` runs them at length."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.cli import BenchAbsent, cli
from tests.attack.lies import tell_lies
from tests.attack.server import Prepared, Server, command_of, family, prepared
from tests.attack.slow import KINDS, slow_clients
from tests.attack.waits import Waits

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def data() -> AsyncIterator[Prepared]:
    """An installation without the demonstration: it is there within seconds."""
    async with prepared(demonstration=False) as data:
        yield data


@pytest.fixture
async def server(data: Prepared) -> AsyncIterator[Server]:
    async with data.serving(DEMONSTRATION="false") as server:
        yield server


async def test_malformed_messages_are_refused_and_the_server_lives_on(server: Server) -> None:
    answered = await tell_lies(server.port)
    assert {status for status in answered if status.startswith("5")} <= {"503"}
    await server.until_ready(5)


async def test_readers_are_served_beside_slow_clients_of_every_kind(server: Server) -> None:
    found = await slow_clients(server, slow=10 * len(KINDS), readers=20, seconds=4)
    assert found.waits.faults == 0
    assert found.waits.statuses[200] > 0


async def test_it_serves_again_by_itself_after_its_database_was_killed(server: Server) -> None:
    before = server.postmaster
    assert before
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(60):
        while server.postmaster in {before, None}:
            await asyncio.sleep(0.05)
    await server.until_ready(30)


async def test_beside_others_matrices_are_multiplied_by_one_thread(server: Server) -> None:
    workers = [pid for pid in family(server.pid) if b"app.processes" in command_of(pid)]
    assert workers
    for pid in workers:
        assert b"OPENBLAS_NUM_THREADS=1" in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")


def test_waits_tell_busy_from_broken() -> None:
    assert Waits([], Counter({200: 5, 503: 2})).faults == 0
    assert Waits([], Counter({0: 1, 500: 1, 503: 2})).faults == 2


def test_without_the_sources_the_bench_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("app.cli.PROJECT", tmp_path)
    with pytest.raises(BenchAbsent):
        cli(["bench", "season"], standalone_mode=False)
