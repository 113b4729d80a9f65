"""Where the embedded server keeps its data and its socket, and whose they are.

PostgreSQL refuses to run as root: root hands it to another user. Data that are there and cannot be used are refused,
never replaced; nothing that somebody else put in the way is followed or given away.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import DomainError

# Where root keeps the data of a folder that the server's user cannot enter.
STATE = Path("/var/lib/shuangxuan")


class NoServerUser(DomainError):
    """Root has nobody to hand the server to."""


class DiskFull(DomainError):
    """There is no room for the data."""


class DataFolderUnusable(DomainError):
    """The data folder cannot be made or written."""


class DataOutOfReach(DomainError):
    """There are data at the place asked for, where the user that the server runs as cannot get."""


class DataOfAnotherUser(DomainError):
    """The data belong to somebody else than the server would run as."""


class SocketFolderTaken(DomainError):
    """At the place of the server's socket lies a link, or something of another user."""


def server_user() -> pwd.struct_passwd | None:
    """Whom root hands the server to; None where it runs as whoever starts it. Refusals: NoServerUser."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoServerUser()


def server_uid() -> int:
    user = server_user()
    return user.pw_uid if user else os.getuid()


def data_folder(data_dir: Path) -> Path:
    """Where the data of `data_dir` lie: in it; or for root, where the server's user cannot get there, below STATE.

    Data that lie in one of the two places are never left for the other. Refusals: DataOutOfReach, DataFolderUnusable.
    """
    if data_dir.exists() and not data_dir.is_dir():
        raise DataFolderUnusable(path=str(data_dir), why=os.strerror(errno.ENOTDIR))
    asked = (data_dir / "postgres").resolve()
    user = server_user()
    if user is None:
        return asked
    reachable, kept = _lets_through(asked), STATE / _short(asked)
    if asked.exists() and not reachable:
        raise DataOutOfReach(path=str(asked), user=user.pw_name)
    return asked if asked.exists() or (reachable and not kept.exists()) else kept


def beside_data(data_dir: Path, name: str) -> Path:
    """A file that goes with the data, wherever these lie."""
    data = data_folder(data_dir)
    return data_dir / name if data.is_relative_to(data_dir.resolve()) else data.with_name(f"{data.name}-{name}")


def socket_folder(data_dir: Path) -> Path:
    """A short path (a socket's may have 107 bytes) named after the data folder and whoever starts the server."""
    return Path(tempfile.gettempdir()) / f"sx-{os.getuid()}-{_short((data_dir / 'postgres').resolve())}"


def claim(folder: Path) -> None:
    """A folder of ours alone, in a place where everybody may make folders and links. Refusals: SocketFolderTaken."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.getuid(), server_uid()}:
        raise SocketFolderTaken(path=str(folder))
    give(folder)


def give(folder: Path) -> None:
    """Close the folder and hand it to the server's user, while it is still this user's: nobody else can swap it."""
    if folder.lstat().st_uid == os.getuid():
        folder.chmod(0o700)
        os.chown(folder, server_uid(), -1, follow_symlinks=False)


def check_owner(folder: Path, owners: set[int]) -> None:
    """Refusals: DataOfAnotherUser."""
    if folder.exists() and (uid := folder.stat().st_uid) not in owners:
        raise DataOfAnotherUser(path=str(folder), owner=_name_of(uid))


def make_way(folder: Path) -> None:
    """Make `folder`; what was missing on the way lets other users through, whatever the umask."""
    for missing in [each for each in reversed([folder, *folder.parents]) if not each.exists()]:
        missing.mkdir(exist_ok=True)
        missing.chmod(0o755)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock ends with the block or the process."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def refusing(folder: Path) -> Iterator[None]:
    """What the system refuses, as a sentence. Refusals: DiskFull, DataFolderUnusable."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(path=str(folder)) from None
        raise DataFolderUnusable(path=str(error.filename or folder), why=error.strerror or str(error)) from None


def own_file(path: str, flags: int) -> int:
    """For `open(…, opener=own_file)`: readable by its owner alone, and no link."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _short(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _lets_through(path: Path) -> bool:
    """Whether every existing folder on the way lets other users through."""
    return all(folder.stat().st_mode & 0o001 for folder in path.parents if folder.exists())


def _name_of(uid: int) -> str:
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)
