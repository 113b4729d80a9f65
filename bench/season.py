"""What the project claims of a season, measured on this machine: starts, the replay, memory."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measures import Measure, at_most

COMMAND = (sys.executable, "-c", "from app.cli import main; main()")
SEASON = "kunming2018"
GIVE_UP = 600.0  # seconds
TRY_EVERY = 0.05


class NoAnswer(RuntimeError):
    """The server under measurement ended, or did not answer in ten minutes."""


def measure_season() -> list[Measure]:
    """A cold and a warm start with the demonstration, the memory held after it, and a replay on its own."""
    with tempfile.TemporaryDirectory(prefix="sx-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database server may run as another user
        with serving(folder / "served") as started:
            cold, memory = started.seconds, resident_mb(started.process.pid)
        with serving(folder / "served") as started:
            warm = started.seconds
        replayed = _replay_seconds(folder / "replayed")
    return [
        measure("season.cold_start", "first start to the first page, the demonstration loaded", cold, "s", 180),
        measure("season.warm_start", "second start to the first page", warm, "s", 10),
        measure("season.replay", f"replay of {SEASON} on an empty database", replayed, "s", 60),
        measure("season.memory", "resident memory of the web process after the replay", memory, "MB", 400),
    ]


def measure(id: str, what: str, value: float, unit: str, target: float) -> Measure:
    """A figure held against the target itself."""
    return at_most(id, what, value, unit, against="the target", ratio=value / target, target=1)


class Started:
    """A server that has answered on `port`, and how long that took."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, seconds: float) -> None:
        self.process, self.port, self.seconds = process, port, seconds


@contextmanager
def serving(data_dir: Path) -> Iterator[Started]:
    """`shuangxuan serve` on a port of its own, until the block ends; then stopped as Ctrl-C stops it."""
    port = _free_port()
    begun = time.monotonic()
    process = subprocess.Popen([*COMMAND, "serve"], env=_environment(data_dir, port), stdout=subprocess.DEVNULL)
    try:
        _wait_for_page(process, port, begun + GIVE_UP)
        yield Started(process, port, time.monotonic() - begun)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _environment(data_dir: Path, port: int = 0) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return own | {"DATA_DIR": str(data_dir), "PORT": str(port), "HOST": "127.0.0.1", "DEMONSTRATION": "true"}


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def _wait_for_page(process: subprocess.Popen[bytes], port: int, until: float) -> None:
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NoAnswer(f"the server ended with {process.returncode}")
        if _answers(port, until - time.monotonic()):
            return
        time.sleep(TRY_EVERY)
    raise NoAnswer("the server did not answer")


def _answers(port: int, patience: float) -> bool:
    """The socket is bound before the server is ready: a first request waits for it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=max(patience, 1))
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def resident_mb(pid: int) -> float:
    """Resident set of a process in MB, as the kernel counts it."""
    kept = Path(f"/proc/{pid}/statm")
    if kept.exists():
        return int(kept.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    out = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return int(out) / 1024


def _replay_seconds(data_dir: Path) -> float:
    begun = time.monotonic()
    environment = _environment(data_dir)
    subprocess.run(
        [*COMMAND, "season", "replay", SEASON, "--json", "-"], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    return time.monotonic() - begun
