"""The embedded PostgreSQL: a server on a unix socket, no set-up; whoever uses it keeps it running.

Several processes may use one data folder: the first starts the server, and it ends with its starter. Whoever still uses
it then, or finds it dead, starts it again. Data that are there and cannot be used are refused, never replaced.
"""

import contextlib
import ctypes
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import structlog

from app.core.errors import DomainError
from app.core.installation.folders import (
    DiskFull,
    check_owner,
    claim,
    data_folder,
    give,
    locked,
    make_way,
    own_file,
    refusing,
    server_uid,
    socket_folder,
)
from app.core.installation.machine import usable
from app.core.installation.programs import as_server_user, major_version, runnable, server_programs
from app.core.installation.sizing import sized
from app.core.settings import Settings

OWNER = "shuangxuan"
# A server that stops, or whose postmaster was killed, holds the data for a while.
START_TRIES, TRY_EVERY = 75, 0.2
# Connections that the server keeps for its owner; and how many it takes at the least.
RESERVED, FEWEST = 3, 100
# What is left of them, and of those of the database and its user; reserved_connections came with version 16.
ALLOWED = """
SELECT least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0),
    (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = session_user),
    (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())
)
"""
HELD = ("lock file", "shared memory")
WATCH_EVERY = 0.5
STOP_WITHIN = 5.0
NO_SPACE = "No space left on device"
PR_SET_PDEATHSIG = 1
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": str(FEWEST),
    # After a crash one call flushes the data instead of one for each of some thousand files: seconds on a busy disk.
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
    # Its log holds no rows: what a statement did wrong is told to the one who sent it, and to nobody else.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # Seven files, one for each day of the week; readable by their owner alone.
    "logging_collector": "on",
    "log_filename": "%a.log",
    "log_file_mode": "0600",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
}
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
log = structlog.get_logger()


class ServerDidNotStart(DomainError):
    """The server's own words say why."""


class DataNotACluster(DomainError):
    """What lies in place of the data was not made by PostgreSQL."""


class DataOfAnotherVersion(DomainError):
    """The data were made by another major version of PostgreSQL than the programs are of."""


class DatabaseUrlUnreadable(DomainError):
    """The setting `variable` is not the address of a PostgreSQL database."""


@dataclass
class EmbeddedPostgres:
    """One cluster in `data`, reached through `socket`. Between `start()` and `stop()` it is kept running."""

    bin: Path
    data: Path
    socket: Path
    options: Sequence[str] = ()
    server: subprocess.Popen[str] | None = field(default=None, init=False)
    leaving: threading.Event = field(default_factory=threading.Event, init=False)
    watcher: threading.Thread | None = field(default=None, init=False)

    @property
    def cluster(self) -> Path:
        return self.data / "cluster"

    @property
    def url(self) -> str:
        return self.url_of(OWNER)

    def url_of(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={self.socket}"

    def start(self) -> str:
        """The address of the database, made and started where needed. Refusals: whatever stands in the way."""
        self.leaving.clear()
        with refusing(self.data):
            self._check_data()
            make_way(self.data)
            give(self.data)
            claim(self.socket)
            with locked(self.data / "start.lock"):
                if not self.cluster.exists():
                    self._create_cluster()
                self._launch()
                self._create_database()
        self.watcher = threading.Thread(target=self._watch, name="database watch", daemon=True)
        self.watcher.start()
        return self.url

    def stop(self) -> None:
        """Use it no longer; a server that this process started is stopped, at the latest after STOP_WITHIN."""
        self.leaving.set()
        if self.watcher:
            self.watcher.join(STOP_WITHIN)
        if self.server and self.server.poll() is None:
            try:
                self.server.send_signal(signal.SIGINT)
                self.server.wait(STOP_WITHIN)
            except BaseException as error:  # a second Ctrl-C, too: what was committed is safe
                self.server.send_signal(signal.SIGQUIT)
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                self.server.wait(STOP_WITHIN)
        self.server = self.watcher = None
        with contextlib.suppress(OSError):  # not empty while another process keeps the server
            self.socket.rmdir()

    def _check_data(self) -> None:
        """Before anything is touched: what is there already must be usable."""
        check_owner(self.data, {os.getuid(), server_uid()})
        check_owner(self.cluster, {server_uid()})
        if not self.cluster.exists():
            return
        made_by = self.cluster / "PG_VERSION"
        if not made_by.is_file():
            raise DataNotACluster(path=str(self.cluster))
        found, programs = made_by.read_text().strip(), major_version(self.bin)
        if found != programs:
            raise DataOfAnotherVersion(path=str(self.cluster), found=found, programs=programs)

    def _create_cluster(self) -> None:
        unfinished = self.data / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        settings = "-E UTF8 --locale=C.UTF-8 --data-checksums --auth-local=trust --auth-host=reject --no-sync"
        command = [str(self.bin / "initdb"), "-D", str(unfinished), "-U", OWNER, *settings.split()]
        made = subprocess.run(command, capture_output=True, text=True, **as_server_user())
        if made.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise self._failure(made.stderr.strip() or made.stdout.strip())
        unfinished.rename(self.cluster)

    def _launch(self) -> None:
        """Start the server, unless it answers. One that still ends, or is about to start, is waited for."""
        self._forget_old_logs()
        for _ in range(START_TRIES):
            if self._answers() or self.leaving.is_set():
                return
            self._end_orphans()
            self.server = self._spawn()
            while self.server.poll() is None:
                if self._answers() or self.leaving.is_set():
                    return
                time.sleep(0.03)
            if not any(word in self._last_words() for word in HELD):
                break
            time.sleep(TRY_EVERY)
        raise self._failure(self._last_words())

    def _spawn(self) -> subprocess.Popen[str]:
        """Its first words go to `start.log`; from then on it keeps its logs itself."""
        claim(self.socket)  # once more: whoever stopped the server took the folder away
        options = [f"--{name}={value}" for name, value in SERVER_OPTIONS.items()]
        command = [str(self.bin / "postgres"), "-D", str(self.cluster), "-k", str(self.socket), *options]
        command += [f"--log_directory={self.data / 'logs'}", *self.options]
        with open(self.data / "start.log", "wb", opener=own_file) as out:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, preexec_fn=_die_with_parent, **as_server_user(),
            )  # fmt: skip

    def _last_words(self) -> str:
        """What it said before it kept its log itself, or the end of that log."""
        said = (self.data / "start.log").read_text(errors="replace")
        logs = sorted((self.data / "logs").glob("*.log"), key=lambda path: path.stat().st_mtime)
        return said if "FATAL" in said or not logs else logs[-1].read_text(errors="replace")[-2000:]

    def _failure(self, said: str) -> DomainError:
        """What the programs said, as a refusal."""
        if NO_SPACE in said:
            return DiskFull(path=str(self.data))
        lines = [line.strip() for line in said.splitlines()]
        told = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:"))] or lines
        return ServerDidNotStart(path=str(self.data), why=told[-1] if told else "")

    def _forget_old_logs(self) -> None:
        """A weekday's file is begun anew only by a server that is running; earlier versions kept rows in a log."""
        (self.data / "server.log").unlink(missing_ok=True)
        old = ["find", str(self.data / "logs"), "-name", "*.log", "-mtime", "+5", "-delete"]
        subprocess.run(old, capture_output=True, **as_server_user())

    def _end_orphans(self) -> None:
        """Backends whose postmaster was killed hold the data until their statements end: end them (Linux)."""
        with contextlib.suppress(OSError, ValueError):
            postmaster = int((self.cluster / "postmaster.pid").read_text().splitlines()[0])
            inside = {pid for pid in _processes() if _runs_in(pid, self.cluster)}
            for pid in inside if postmaster not in inside else ():
                os.kill(pid, signal.SIGKILL)

    def _watch(self) -> None:
        """Start the server again whenever it is gone."""
        while not self.leaving.wait(WATCH_EVERY):
            if self._is_up():
                continue
            log.warning("database_gone", data=str(self.data))
            try:
                with locked(self.data / "start.lock"):
                    self._launch()
            except (DomainError, OSError) as error:
                log.error("database_not_started", error=str(error))

    def _is_up(self) -> bool:
        """The own server lives, or somebody listens at the socket (asked without a session)."""
        if self.server and self.server.poll() is None:
            return True
        self.server = None
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(1)
            return door.connect_ex(str(self.socket / ".s.PGSQL.5432")) not in {errno.ENOENT, errno.ECONNREFUSED}

    def _answers(self) -> bool:
        with (
            contextlib.suppress(psycopg.OperationalError),
            psycopg.connect(self.url_of("postgres"), connect_timeout=2),
        ):
            return True
        return False

    def _create_database(self) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (OWNER,)).fetchone():
                connection.execute(f"CREATE DATABASE {OWNER}")


@contextlib.contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of the database: the configured one, or the embedded server for as long as the block lasts."""
    if settings.database_url:
        yield readable_url(settings.database_url)
        return
    wanted = RESERVED + sized(usable(), None, settings.web_workers, settings.web_connections).in_all
    server = embedded(settings.data_dir, settings.pg_bin, [f"--max_connections={max(FEWEST, wanted)}"])
    try:
        yield server.start()
    finally:
        server.stop()


def connections_allowed(url: str) -> int:
    """How many the database there takes from this installation."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        (allowed,) = connection.execute(ALLOWED).fetchone() or (0,)
    return int(allowed)


def readable_url(given: str, variable: str = "DATABASE_URL") -> str:
    """`given` as `postgresql://…`. Refusals: DatabaseUrlUnreadable."""
    url = given.replace("postgres://", "postgresql://", 1) if given.startswith("postgres://") else given
    try:
        psycopg.conninfo.conninfo_to_dict(url)
        parts = urlsplit(url)
        known = parts.scheme == "postgresql" and parts.port != 0
    except (psycopg.ProgrammingError, ValueError):
        known = False
    if not known:
        raise DatabaseUrlUnreadable(variable=variable)
    return url


def embedded(data_dir: Path, pg_bin: Path | None = None, options: Sequence[str] = ()) -> EmbeddedPostgres:
    """The cluster that belongs to a data folder; its socket lies in a short path named after the folder."""
    with refusing(data_dir):
        data = data_folder(data_dir)
        programs = runnable(server_programs(pg_bin), data.parent / "programs")
    return EmbeddedPostgres(programs, data, socket_folder(data_dir), options)


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]


def _runs_in(pid: int, cluster: Path) -> bool:
    """Whether this is a process of a server of `cluster`, and not yet a zombie."""
    with contextlib.suppress(OSError):
        process = Path(f"/proc/{pid}")
        return (process / "exe").readlink().name.startswith("postgres") and (process / "cwd").readlink() == cluster
    return False


def _die_with_parent() -> None:
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
