"""The store: whole or not at all, once per content, for its owner alone."""

import io
import os
import stat
from pathlib import Path

import pytest

from app.core.installation.folders import DataFolderUnusable
from app.core.settings import Settings
from app.files import store

DIGEST = "ab" + "0" * 62


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(store, "beside_data", lambda data_dir, name: data_dir / name)
    monkeypatch.setattr(store, "settings", lambda: Settings(data_dir=tmp_path))
    return tmp_path / "files"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_lies_at_the_place_that_its_digest_names_for_its_owner_alone(folder: Path) -> None:
    store.keep(io.BytesIO(b"content"), DIGEST, 7)
    place = folder / "ab" / DIGEST
    assert files(folder) == [place]
    assert (place.read_bytes(), stat.S_IMODE(place.stat().st_mode)) == (b"content", 0o600)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_same_content_is_written_once_and_what_was_put_back_in_part_is_written_again(folder: Path) -> None:
    store.keep(io.BytesIO(b"content"), DIGEST, 7)
    first = store.place_of(DIGEST).stat().st_ino
    store.keep(io.BytesIO(b"content"), DIGEST, 7)
    assert store.place_of(DIGEST).stat().st_ino == first
    store.place_of(DIGEST).write_bytes(b"con")
    store.keep(io.BytesIO(b"content"), DIGEST, 7)
    assert store.place_of(DIGEST).read_bytes() == b"content"


class Broken(io.BytesIO):
    """A connection that ends, a disk that is full."""

    def read(self, size: int | None = -1) -> bytes:
        raise OSError(28, "No space left on device")


def test_a_file_that_cannot_be_written_whole_leaves_nothing(folder: Path) -> None:
    with pytest.raises(Exception, match="DiskFull"):
        store.keep(Broken(), DIGEST, 7)
    assert files(folder) == []


def test_a_name_is_on_the_disk_before_anybody_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    replace, fsync = Path.replace, os.fsync

    def replacing(self: Path, target: Path) -> Path:
        steps.append("named")
        return replace(self, target)

    def syncing(opened: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(opened).st_mode) else "content")
        fsync(opened)

    monkeypatch.setattr(Path, "replace", replacing)
    monkeypatch.setattr(os, "fsync", syncing)
    store.keep(io.BytesIO(b"content"), DIGEST, 7)
    assert steps == ["content", "named", "folder", "folder"]


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    folder.write_text("in the way")
    with pytest.raises(DataFolderUnusable):
        store.keep(io.BytesIO(b"content"), DIGEST, 7)
