"""A snapshot on disk: a folder of arrays that are mapped into memory, not read.

A folder is written under another name and moved into place in one step, so whoever opens it finds all of it; pages
are shared by every process that maps it.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from app.core.errors import DomainError
from app.matching.ranking.arrays.columns import Columns, Frame, NeedColumns, OfferColumns, Tops, Words
from app.matching.ranking.arrays.snapshot import Blocks, Postings, Shard, Snapshot, Table, fields_of
from app.matching.ranking.records import Population

LAYOUT = 7  # of the folder; another number is not read
Made = TypeVar("Made")


class SnapshotUnreadable(DomainError):
    """A folder that holds no snapshot, or one of another layout; it can be made again from the database."""

    status = 503


def save(snapshot: Snapshot[Columns], folder: Path) -> None:
    """Writes the snapshot as `folder`, in place of whatever stood there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    for name, array in snapshot.arrays():
        np.save(made / f"{name}.npy", array)
    (made / "about.json").write_text(json.dumps(_about(snapshot), ensure_ascii=False), encoding="utf-8")
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    if folder.exists():
        os.replace(folder, old / "was")
    os.replace(made, folder)
    shutil.rmtree(old)


def _about(snapshot: Snapshot[Columns]) -> dict[str, Any]:
    frame = snapshot.frame
    return {
        "layout": LAYOUT,
        "side": type(snapshot.table.columns).__name__,
        "version": snapshot.version,
        "tops": [shard.top for shard in snapshot.shards],
        "dimensions": frame.dimensions,
        "kinds": [frame.kinds.start, frame.kinds.stop],
        "populations": [[p.code, p.age_min, p.age_max] for p in frame.populations],
        "numbers": {name: list(getattr(frame, name)) for name in Frame.NUMBERED},
    }


def load(folder: Path, frame: Frame | None = None) -> Snapshot[Any]:
    """The snapshot in `folder`, its arrays mapped; `frame` when the other side of the market is loaded already.

    Refusal: SnapshotUnreadable.
    """
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        if about["layout"] != LAYOUT:
            raise SnapshotUnreadable(folder=folder.name)
        return _loaded(folder, about, frame or _frame(about))
    except (OSError, ValueError, KeyError) as error:
        raise SnapshotUnreadable(folder=folder.name) from error


def _frame(about: dict[str, Any]) -> Frame:
    groups = [Population(code, code, code, (), *ages) for code, *ages in about["populations"]]
    frame = Frame(groups, about["dimensions"], range(*about["kinds"]))
    for name in Frame.NUMBERED:
        getattr(frame, name).update({key: number for number, key in enumerate(about["numbers"][name])})
    frame.spelled.extend(frame.words)
    return frame


def _loaded(folder: Path, about: dict[str, Any], frame: Frame) -> Snapshot[Any]:
    side: type[Any] = NeedColumns if about["side"] == NeedColumns.__name__ else OfferColumns
    table = Table(
        _mapped(folder, "table.ids"),
        _filled(side, folder, "table.columns"),
        _filled(Words, folder, "table.words"),
        _filled(Tops, folder, "table.tops"),
        _mapped(folder, "table.meanings"),
    )
    shards = tuple(_shard(folder, f"shard{number}", top, side) for number, top in enumerate(about["tops"]))
    return Snapshot(frame, table, shards, about["version"])


def _shard(folder: Path, name: str, top: int, side: type[Any]) -> Shard[Any]:
    return Shard(
        top,
        _mapped(folder, f"{name}.rows"),
        _filled(side, folder, f"{name}.columns"),
        _filled(Blocks, folder, f"{name}.blocks"),
        _filled(Postings, folder, f"{name}.postings"),
        _filled(Postings, folder, f"{name}.nodes"),
    )


def _filled(kind: type[Made], folder: Path, name: str) -> Made:
    return kind(*(_mapped(folder, f"{name}.{field}") for field in fields_of(kind)))


def _mapped(folder: Path, name: str) -> Any:
    path = folder / f"{name}.npy"
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    return np.asarray(array)
