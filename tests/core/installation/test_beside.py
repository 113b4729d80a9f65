"""Processes beside the first one: started again when they die, ended with it."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.installation import beside
from app.core.installation.beside import Beside, Pauses
from tests.attack.kills import worker_of
from tests.attack.server import Server

# Says that it works, then leaves its number in a file of that number, until it is to end.
CHILD = """
import os, pathlib, sys, threading
from app.core.installation.beside import FirstProcess
first = FirstProcess()
folder = pathlib.Path(first.hear()["folder"])
first.end_with_it(5)
first.say_works()
(folder / str(os.getpid())).touch()
threading.Event().wait()
"""
PARENT = f"""
import sys, threading
from app.core.installation import beside
beside.PROGRAM = (sys.executable, "-c", {CHILD!r})
beside.Beside("child", {{"folder": sys.argv[1]}}).start()
threading.Event().wait()
"""


def until(asked: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not asked():
        assert time.monotonic() < end
        time.sleep(0.01)


def numbers(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.iterdir()]


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    monkeypatch.setattr(beside, "PROGRAM", (sys.executable, "-c", CHILD))
    monkeypatch.setattr(beside, "FIRST_PAUSE", 0.01)
    child = Beside("child", {"folder": str(tmp_path)})
    child.start()
    yield child
    child.end(10)


def test_it_is_started_again_when_it_dies(child: Beside, tmp_path: Path) -> None:
    until(lambda: len(numbers(tmp_path)) == 1)
    until(lambda: child.is_working)
    os.kill(numbers(tmp_path)[0], signal.SIGKILL)
    until(lambda: len(numbers(tmp_path)) == 2 and child.is_working)


def test_it_ends_when_it_is_told_to_and_is_not_started_again(child: Beside, tmp_path: Path) -> None:
    until(lambda: child.is_working)
    child.end(10)
    assert not child.is_working and not any(map(is_there, numbers(tmp_path)))
    assert child.kind not in {thread.name.split()[0] for thread in threading.enumerate()}


def test_it_ends_with_the_first_process_whatever_ends_that(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)])
    until(lambda: len(numbers(tmp_path)) == 1)
    parent.kill()
    parent.wait()
    until(lambda: not any(map(is_there, numbers(tmp_path))))


def test_pauses_grow_until_it_has_lasted_a_minute() -> None:
    pauses = Pauses()
    assert [pauses.after(1) for _ in range(7)] == [0.5, 1, 2, 4, 5, 5, 5]
    assert [pauses.after(61), pauses.after(1)] == [0.5, 1]


@pytest.mark.anyio
async def test_the_worker_of_a_server_comes_back_and_ends_with_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("served")
    folder.chmod(0o755)  # the database server may run as another user
    server = Server(folder / "var", DEMONSTRATION="false")
    await server.start()
    try:
        first = worker_of(server)
        os.kill(first, signal.SIGKILL)
        await asyncio.to_thread(until, lambda: worker_of(server) not in {0, first})
        await server.until_ready(60)
        second = worker_of(server)
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.to_thread(until, lambda: not is_there(second))
    finally:
        await server.stop()
