"""The store: a folder `files` beside the data, each file at the place its SHA-256 names, written whole or not at all.

It belongs into every backup together with the database: first the database, then the files, which outlive their
rows by a day.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from app.core.installation.folders import beside_data, own_file, refusing
from app.core.settings import settings

INCOMING = "incoming-"


def store() -> Path:
    return beside_data(settings().data_dir, "files")


def place_of(sha256: str) -> Path:
    return store() / sha256[:2] / sha256


def keep(file: BinaryIO, sha256: str, size: int) -> None:
    """Write it to its place, unless it lies there: into a file beside, onto the disk, then under its name. Blocks.

    Refusals: DiskFull, DataFolderUnusable.
    """
    place = place_of(sha256)
    with refusing(place.parent):
        if place.exists() and place.stat().st_size == size:
            return
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        store().chmod(0o700)
        incoming = store() / f"{INCOMING}{secrets.token_hex(8)}"
        try:
            _write(file, incoming)
            incoming.replace(place)
        finally:
            incoming.unlink(missing_ok=True)
        _settle(place.parent)
        _settle(store())


def _write(file: BinaryIO, path: Path) -> None:
    file.seek(0)
    with open(path, "xb", opener=own_file) as out:
        shutil.copyfileobj(file, out, 256 * 1024)
        out.flush()
        os.fsync(out.fileno())


def _settle(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def is_whole(sha256: str) -> bool:
    """Whether the file lies at its place and has the content that its name says. Blocks."""
    try:
        with place_of(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def found(before: float) -> Iterator[Path]:
    """Every file in the store that was last written before this instant (seconds since 1970), also unfinished ones."""
    for path in store().rglob("*"):
        if path.is_file() and path.stat().st_mtime < before:
            yield path


def forget(paths: Collection[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
