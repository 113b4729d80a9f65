"""What the codes and numbers in a season's files may stand for."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from app.areas.rules import AreaLevel
from app.core.reading.cells import Cells
from app.parties.roster import read_roster
from app.season.files import Faults, Tables, records_of

COMMUNITIES = frozenset({AreaLevel.community, AreaLevel.village})


class Known:
    """What the codes and numbers of a season may stand for."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.areas = {row["code"]: row for row in records_of(tables, "areas")}
        self.categories = {row["code"] for row in records_of(tables, "taxonomy")}
        self.populations = {row["code"] for row in records_of(tables, "populations")}
        self.organizations = {row["id"]: row.get("name_zh", "") for row in records_of(tables, "organizations")}
        self.needs = {row["id"]: row for row in records_of(tables, "needs")}

    def is_community(self, code: str) -> bool:
        return code in self.areas and self.areas[code].get("level") in COMMUNITIES

    @cached_property
    def roster(self) -> dict[str, dict[str, Any]]:
        """Organisation → what its row says."""
        return {row.values["ref"]: row.values | row.register for row in read_roster(self._tables["organizations"])}


def take_faults(file: str, rows: Iterable[Cells], faults: Faults) -> None:
    for row in rows:
        for fault in row.faults:
            faults.note(file, fault.row, fault.column, fault.error)
