"""The base of the market on disk: made by one process, mapped by all.

`market/current` names the folder of the newest; older ones are deleted, which whoever has mapped them does not notice.
"""

import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from app.matching.ranking.arrays.columns import MEANT
from app.matching.ranking.arrays.snapshot import Snapshot
from app.matching.ranking.arrays.storage import SnapshotUnreadable, load, save
from app.matching.ranking.prepared import PreparedNeeds, PreparedOffers
from app.matching.ranking.profiles import Reader
from app.matching.ranking.text import Statistics
from app.rankings.market import Ground, Market, State, on_base

CURRENT, ABOUT, NEEDS, OFFERS = "current", "market.json", "needs", "offers"


def store(market: Market, root: Path) -> None:
    """Write the market's base as the newest and delete those before it."""
    folder = root / uuid4().hex
    save(market.needs.base.snapshot, folder / NEEDS)
    save(market.offers.base.snapshot, folder / OFFERS)
    known = market.needs.statistics
    about = {
        "ground": [*market.ground[:2], market.ground.day.isoformat()],
        "seen": market.seen,
        "unread": sum(_unread(side.base.snapshot) for side in (market.needs, market.offers)),
        "documents": known.documents,
        "frequency": dict(known.frequency),
        "mean_length": known.mean_length,
    }
    (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    named = root / f".{folder.name}"
    named.write_text(folder.name, encoding="utf-8")
    os.replace(named, root / CURRENT)
    for other in root.iterdir():
        if other.is_dir() and other != folder:
            shutil.rmtree(other, ignore_errors=True)


def newest(root: Path) -> Path | None:
    """The folder of the newest base."""
    try:
        return root / (root / CURRENT).read_text(encoding="utf-8")
    except OSError:
        return None


def told_of(folder: Path) -> State:
    """What the base in a folder stands on, and what had been seen when it was made. Refusal: SnapshotUnreadable."""
    about = _about(folder)
    database, terms, day = about["ground"]
    return State(Ground(database, terms, date.fromisoformat(day)), about["seen"])


def unread_in(folder: Path) -> int:
    """How many of the base's rows say what the model had not read. Refusal: SnapshotUnreadable."""
    try:
        return int(_about(folder)["unread"])
    except KeyError as error:
        raise SnapshotUnreadable(folder=folder.name) from error


def _unread(snapshot: Snapshot[Any]) -> int:
    return int(np.count_nonzero(snapshot.table.columns.flags & MEANT == 0))


def stored(folder: Path, reader: Reader) -> Market:
    """The base in a folder, its arrays mapped. Refusal: SnapshotUnreadable."""
    about, needs = _about(folder), load(folder / NEEDS)
    statistics = Statistics(about["documents"], about["frequency"], about["mean_length"])
    offers = load(folder / OFFERS, needs.frame)
    return on_base(
        told_of(folder),
        PreparedNeeds({}, needs, reader, statistics),
        PreparedOffers({}, offers, reader, statistics),
    )


def _about(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SnapshotUnreadable(folder=folder.name) from error
    return about
