"""Bringing the register of areas in: from a table, whole or not at all."""

import re
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.rules import (
    SCHEME,
    AreaCodeMalformed,
    AreaLevel,
    AreaLevelUnknown,
    AreaUnknown,
    CoordinateUnreadable,
    folded,
    prefix_of,
)
from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.reading.cells import Cells
from app.core.reading.files import Table, require_columns
from app.matching.pinyin import spelled

REQUIRED = ("code", "name", "parent_code", "level")
COORDINATES = ("lon_gcj02", "lat_gcj02")
OPTIONAL = (*COORDINATES, "aliases")
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")
ORDER = list(AreaLevel)


def check_areas(table: Table) -> None:
    """Refuse a register that is not sound in itself. Refusals: WrongColumns, RowsRefused."""
    require_columns(table, REQUIRED, OPTIONAL)
    codes = {row["code"] for _, row in table.records()}
    found = [(number, _fault(row, codes)) for number, row in table.records()]
    faults = [RowRefused(number, *fault) for number, fault in found if fault]
    if faults := [*faults, *(fault for cells in table.lines() for fault in _misplaced(cells))]:
        raise RowsRefused(faults)


async def import_areas(session: AsyncSession, table: Table) -> int:
    """Add or refresh every row of `table`; returns how many. Refusals: those of `check_areas`."""
    check_areas(table)
    rows = [_values(row) for _, row in table.records()]
    if not rows:
        return 0
    rows.sort(key=lambda row: len(str(row["prefix"])))  # parents first
    statement = insert(Area)
    fresh = {column: statement.excluded[column] for column in rows[0] if column != "code"}
    await session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=fresh), rows)
    return len(rows)


def _fault(row: dict[str, str], codes: set[str]) -> tuple[str, DomainError] | None:
    if len(row["code"]) != 12 or not (row["code"].isascii() and row["code"].isdigit()):
        return "code", AreaCodeMalformed(code=row["code"])
    if row["level"] not in ORDER:
        return "level", AreaLevelUnknown(level=row["level"], allowed="、".join(ORDER))
    if row["level"] != AreaLevel.city and row["parent_code"] not in codes:
        return "parent_code", AreaUnknown(code=row["parent_code"])
    return None


def _misplaced(cells: Cells) -> list[RowRefused]:
    """Coordinates that are no numbers."""
    for column in COORDINATES:
        if (degrees := cells.text(column)) and not DEGREES.fullmatch(degrees):
            cells.refuse(column, CoordinateUnreadable(value=degrees))
    return cells.faults


def _values(row: dict[str, str]) -> dict[str, object]:
    level = AreaLevel(row["level"])
    return {
        "code": row["code"],
        "scheme": SCHEME,
        "name": row["name"],
        "folded": folded(row["name"]),
        "aliases": row.get("aliases", ""),
        "spelled": spelled(row["name"]),
        "parent_code": None if level is AreaLevel.city else row["parent_code"],
        "level": level,
        "prefix": prefix_of(row["code"], level),
        "lon_gcj02": Decimal(row["lon_gcj02"]) if row.get("lon_gcj02") else None,
        "lat_gcj02": Decimal(row["lat_gcj02"]) if row.get("lat_gcj02") else None,
    }
