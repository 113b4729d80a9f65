"""The embedded server: starts with no set-up, is shared, survives kill -9, stops cleanly."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.core.postgres import NoServerPrograms, database, embedded, server_programs
from app.core.settings import Settings


@pytest.fixture
def folder() -> Iterator[Path]:
    """Outside pytest's own folders, which are closed to the user that the server runs as."""
    folder = Path(tempfile.mkdtemp(prefix="sx-pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_it_starts_stops_and_keeps_what_was_committed(folder: Path) -> None:
    for expected in ([], [(1,)]):
        with database(Settings(data_dir=folder, database_url=None)) as url, psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
            assert connection.execute("SELECT x FROM kept").fetchall() == expected
            connection.execute("INSERT INTO kept VALUES (1)")
    assert not (folder / "postgres" / "cluster" / "postmaster.pid").exists()


def test_a_second_process_shares_the_server_and_leaves_it_running(folder: Path) -> None:
    first, second = embedded(folder), embedded(folder)
    url = first.start()
    assert second.start() == url
    second.stop()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    first.stop()


def test_after_the_process_is_killed_the_next_one_finds_every_committed_row(folder: Path) -> None:
    script = (
        "import sys, pathlib, time, psycopg; from app.core.postgres import embedded\n"
        "server = embedded(pathlib.Path(sys.argv[1])); url = server.start()\n"
        "c = psycopg.connect(url, autocommit=True); c.execute('CREATE TABLE kept AS SELECT 7 AS x')\n"
        "print(server.server.pid, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    postmaster = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    os.kill(postmaster, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    again = embedded(folder)
    with psycopg.connect(again.start()) as connection:
        assert connection.execute("SELECT x FROM kept").fetchall() == [(7,)]
    again.stop()


def test_a_given_database_is_used_and_no_server_started(folder: Path) -> None:
    with database(Settings(data_dir=folder, database_url="postgresql://elsewhere/x")) as url:
        assert url == "postgresql://elsewhere/x"
    assert list(folder.iterdir()) == []


def test_given_programs_come_before_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "initdb").touch()
    assert server_programs(tmp_path) == tmp_path.resolve()


def test_without_any_programs_the_message_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoServerPrograms, match="DATABASE_URL"):
        server_programs(None)
