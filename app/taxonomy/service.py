"""Bringing categories and populations in: from tables, whole or not at all."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import Base
from app.core.errors import RowRefused, RowsRefused
from app.core.reading.files import Table, require_columns
from app.taxonomy.models import Category, Population
from app.taxonomy.rules import TermMalformed, split_synonyms

CATEGORY_COLUMNS = ("code", "parent", "level", "label_zh", "label_en", "synonyms_zh")
POPULATION_COLUMNS = ("code", "parent", "label_zh", "label_en", "age_min", "age_max", "synonyms_zh")


def check_categories(table: Table) -> None:
    """Refuse a list of categories that is not sound in itself. Refusals: WrongColumns, RowsRefused."""
    require_columns(table, CATEGORY_COLUMNS)
    _check_terms(table)


def check_populations(table: Table) -> None:
    """Refuse a list of populations that is not sound in itself. Refusals: WrongColumns, RowsRefused."""
    require_columns(table, POPULATION_COLUMNS)
    _check_terms(table)
    rows = table.lines()
    for cells in rows:
        cells.whole("age_min"), cells.whole("age_max")
    if faults := [fault for cells in rows for fault in cells.faults]:
        raise RowsRefused(faults)


async def import_categories(session: AsyncSession, table: Table) -> int:
    """Add or refresh every category of `table`; returns how many. Refusals: WrongColumns, RowsRefused."""
    check_categories(table)
    rows = [{**_term(row), "level": len(row["code"]) // 2} for _, row in table.records()]
    return await _put(session, Category, rows)


async def import_populations(session: AsyncSession, table: Table) -> int:
    """Add or refresh every population of `table`; returns how many. Refusals: WrongColumns, RowsRefused."""
    check_populations(table)
    ages = [{age: cells.whole(age) for age in ("age_min", "age_max")} for cells in table.lines()]
    rows = [_term(row) | age for (_, row), age in zip(table.records(), ages, strict=True)]
    return await _put(session, Population, rows)


def _check_terms(table: Table) -> None:
    codes = {row["code"] for _, row in table.records()}
    faults = [
        RowRefused(number, "code", TermMalformed(code=row["code"]))
        for number, row in table.records()
        if not row["label_zh"] or not row["label_en"] or not _nests(row["code"], row["parent"], codes)
    ]
    if faults:
        raise RowsRefused(faults)


def _nests(code: str, parent: str, codes: set[str]) -> bool:
    return parent in codes and code.startswith(parent) and code != parent if parent else code != ""


def _term(row: dict[str, str]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "parent_code": row["parent"] or None,
        "label_zh": row["label_zh"],
        "label_en": row["label_en"],
        "synonyms": split_synonyms(row["synonyms_zh"]),
    }


async def _put(session: AsyncSession, table: type[Base], rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    rows.sort(key=lambda row: (len(row["code"]), row["code"]))
    statement = insert(table)
    fresh = {column: statement.excluded[column] for column in rows[0] if column != "code"}
    await session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=fresh), rows)
    return len(rows)
