"""Cursor paging: a page says where the next one starts, so that rows added meanwhile are neither missed nor doubled."""

import base64
import binascii
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar, TypeVarTuple

import sqlalchemy as sa
from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.core.errors import DomainError
from app.core.fields import Exact, Line

T = TypeVar("T")
S = TypeVar("S")
Ts = TypeVarTuple("Ts")
PIECE = 500  # rows that the database hands out at once, so that others have their turn
COUNTED = 10_000  # further than this nobody counts: the cost of a total stays that of so many rows


class CursorUnreadable(DomainError):
    status = 422


class SortUnknown(DomainError):
    status = 422


class Page(BaseModel, Generic[T]):
    """`total`: how many rows there are in all, said on the first page only; `is_more`: there are more than that.
    `actions`: what the reader may do to the list as a whole, such as drafting a new row."""

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None
    is_more: bool = False
    actions: list[str] = []


@dataclass(frozen=True)
class Found(Generic[T]):
    """The rows of one page, as they were found or put together for reading; otherwise what `Page` says of them."""

    rows: list[T]
    next_cursor: str | None
    total: int | None
    is_more: bool

    def read_as(self, rows: list[S]) -> "Found[S]":
        """The same page of the same rows, joined with what they are shown with."""
        return Found(rows, self.next_cursor, self.total, self.is_more)

    def page(self, items: list[S], actions: list[str] | None = None) -> Page[S]:
        return Page(
            items=items,
            next_cursor=self.next_cursor,
            total=self.total,
            is_more=self.is_more,
            actions=actions or [],
        )


@dataclass(frozen=True)
class Paging:
    """`sort` names a column, "-" before it means descending; `limit` rows at the most."""

    cursor: str | None = None
    limit: int = 50
    sort: str | None = None


async def _paging(
    cursor: Annotated[str, Exact(1000)] | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    sort: Annotated[str, Line(40)] | None = None,
) -> Paging:
    return Paging(cursor, limit, sort)


PagingQuery = Annotated[Paging, Depends(_paging)]
Columns = dict[str, InstrumentedAttribute[Any]]


async def paginate(
    session: AsyncSession,
    query: sa.Select[Any],
    paging: Paging,
    *,
    id: InstrumentedAttribute[int],
    sorts: Columns,
) -> Found[Any]:
    """One page of `query`'s first entity; the first page says how many there are.

    `sorts` lists the non-null columns that may be sorted by; ties are broken by `id`, newest first by default.
    Refusals: SortUnknown, CursorUnreadable.
    """
    name = (paging.sort or "-id").removeprefix("-")
    columns = {"id": id, **sorts}
    if name not in columns:
        raise SortUnknown(sort=name, allowed=", ".join(columns))
    descending = (paging.sort or "-id").startswith("-")
    keys = (columns[name], id) if name != "id" else (id,)
    whole = query
    if paging.cursor:
        values = [sa.literal(value, key.type) for key, value in zip(keys, _read(paging.cursor, keys), strict=True)]
        row, bound = sa.tuple_(*keys), sa.tuple_(*values)
        query = query.where(row < bound if descending else row > bound)
    ordered = query.order_by(*(key.desc() if descending else key.asc() for key in keys)).limit(paging.limit + 1)
    found = list((await session.execute(ordered)).scalars())
    more = len(found) > paging.limit
    items = found[: paging.limit]
    cursor = _write([getattr(items[-1], key.key) for key in keys]) if more else None
    if paging.cursor:
        return Found(items, cursor, None, False)
    total = await _count(session, whole.with_only_columns(id)) if more else len(items)
    return Found(items, cursor, min(total, COUNTED), total > COUNTED)


async def count_rows(session: AsyncSession, query: sa.Select[Any]) -> int:
    """How many rows, however many."""
    return (await session.scalars(sa.select(sa.func.count()).select_from(query.subquery()))).one()


async def _count(session: AsyncSession, query: sa.Select[int]) -> int:
    """How many rows, but no further than COUNTED and one."""
    counted = sa.select(sa.func.count()).select_from(query.limit(COUNTED + 1).subquery())
    return (await session.scalars(counted)).one()


def _write(values: list[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, default=str).encode()).decode().rstrip("=")


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise ValueError(value)
    return value


def _words(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(value)
    return value.encode().decode()  # lone surrogates are no text


def _instant(value: Any) -> datetime:
    if (instant := datetime.fromisoformat(value)).tzinfo is None:
        raise ValueError(value)
    return instant


def _amount(value: Any) -> Decimal:
    if not (amount := Decimal(value)).is_finite():
        raise ValueError(value)
    return amount


READERS: dict[type, Callable[[Any], Any]] = {
    int: _whole,
    str: _words,
    datetime: _instant,
    date: date.fromisoformat,
    Decimal: _amount,
}


def _read(cursor: str, keys: tuple[InstrumentedAttribute[Any], ...]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(keys):
            raise ValueError(cursor)
        kinds = [key.type.python_type for key in keys]
        return [READERS.get(kind, kind)(value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, ArithmeticError, RecursionError, binascii.Error):
        raise CursorUnreadable(cursor=cursor[:40]) from None


async def in_pieces(session: AsyncSession, query: sa.Select[*Ts]) -> AsyncIterator[Sequence[sa.Row[*Ts]]]:
    """The rows as the database hands them out, `PIECE` at once: however many there are, no more are held."""
    found = await session.stream(query.execution_options(yield_per=PIECE))
    async for piece in found.partitions():
        yield piece
