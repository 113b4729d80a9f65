"""A side in two layers: one that is made once a day and shared by all, and the little that was edited since.

A city's needs are mapped from a file by every process; an edit makes a small layer anew and leaves the file as it is.
Whoever ranks sees each record once, in order of id, as if all of it had been one table.
"""

from collections.abc import Collection, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from app.matching.ranking.arrays.snapshot import Snapshot, changed
from app.matching.ranking.prepared import Found, Prepared
from app.matching.ranking.profiles import Reader
from app.matching.ranking.text import Statistics

Side = TypeVar("Side", bound=Prepared[Any, Any, Any])


class Layered(Generic[Side]):
    """`edited` holds what is new or changed; `hidden` are the ids of the base that were changed or are gone. Rows of
    `edited` count on from those of the base."""

    def __init__(self, base: Side, edited: Side, hidden: Collection[str] = ()) -> None:
        self.base, self.edited, self.hidden = base, edited, frozenset(hidden)
        there = np.ones(len(base.snapshot.table), dtype=np.bool_)
        there[[row for id in self.hidden if (row := base.row_of(id)) is not None]] = False
        self._there = np.flatnonzero(there)
        before = np.searchsorted(base.snapshot.table.ids, edited.snapshot.table.ids)
        order = np.argsort(np.concatenate([2 * self._there + 1, 2 * before]), kind="stable")
        self._rows = np.concatenate([self._there, len(there) + np.arange(len(before))])[order]

    @property
    def reader(self) -> Reader:
        return self.base.reader

    @property
    def statistics(self) -> Statistics:
        return self.base.statistics

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.id_at(row) for row in self._rows.tolist())

    def renewed(self, fresh: Sequence[Any], gone: Collection[str] = ()) -> "Layered[Side]":
        """The side after `fresh` records came in or took the place of older ones and those in `gone` left it."""
        hidden = self.hidden | {
            id for id in (*gone, *(record.id for record in fresh)) if self.base.row_of(id) is not None
        }
        return Layered(self.base, self.edited.renewed(fresh, gone), hidden)

    def see(self, subject: Any) -> Found:
        """Every record of both layers against one subject."""
        old = self.base.see(subject)
        if len(self._there) == len(old.rows) == len(self._rows):
            return old
        new = self.edited.see(subject)
        values = np.concatenate([old.values, new.values], axis=1)
        return Found(self._rows, values[:, self._rows], np.concatenate([old.failed, new.failed])[self._rows])

    def id_at(self, row: int) -> str:
        below = len(self.base.snapshot.table)
        return self.base.id_at(row) if row < below else self.edited.id_at(row - below)

    def row_of(self, id: str) -> int | None:
        if (row := self.edited.row_of(id)) is not None:
            return len(self.base.snapshot.table) + row
        return None if id in self.hidden else self.base.row_of(id)

    def profile(self, record: Any) -> Any:
        layer = self.base if self.edited.row_of(record.id) is None else self.edited
        return layer.profile(record)

    def snapshot(self) -> Snapshot[Any]:
        """Both layers as one."""
        return changed(self.base.snapshot, self.edited.snapshot.table, sorted(self.hidden))
