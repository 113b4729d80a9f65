"""Tables' common ground, and the door to the database: `units(engine)` opens one transaction per use case."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, cast

import psycopg
import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.util import await_only

from app.core.loaders import read_nearest

RUNTIME_ROLE = "shuangxuan_app"
OPTIONS = (
    "-c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c lock_timeout=10s -c timezone=Asia/Shanghai"
)
AS_RUNTIME_ROLE = f"{OPTIONS} -c role={RUNTIME_ROLE}"

CHANNEL = "changes"
# Nothing is written here that must outlive the machine: it is not waited until the disk has it.
NOTIFY = sa.text(
    "SELECT set_config('synchronous_commit', 'off', true), pg_notify(:channel, topic)"
    " FROM unnest(CAST(:topics AS text[])) AS topic"
)
TELL_EVERY = 0.2  # seconds
log = structlog.get_logger()

# Opens a session in a transaction of its own; leaving without an exception commits.
Units = Callable[[], AbstractAsyncContextManager[AsyncSession]]


def text_enum(kind: type[Enum], name: str | None = None) -> sa.Enum:
    """Text with a CHECK. The CHECK is named after the enum; a table's second column of one enum gives it a `name`."""
    named = {"name": name} if name else {}
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda kind: [item.value for item in kind],
        **named,
    )


def sealed_number() -> int:
    """A number that does not tell how many there are (87号令 art. 28, of bids); JavaScript can carry it."""
    return secrets.randbits(52)


def within_years(*columns: str) -> sa.CheckConstraint:
    """What `core.bounds` says of days and instants that people fill in, held by the database too."""
    within = (f"{column} >= '1900-01-01Z' AND {column} < '2201-01-01Z'" for column in columns)
    return sa.CheckConstraint(" AND ".join(within), name="years_1900_to_2200")


class Base(DeclarativeBase):
    """Money is numeric(14, 2); enums are text with a CHECK; instants are timestamptz; structures are JSONB."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        str: sa.Text(),
        int: sa.BigInteger(),
        datetime: sa.TIMESTAMP(timezone=True),
        Decimal: sa.Numeric(14, 2),
        dict[str, Any]: JSONB(none_as_null=True),
        list[Any]: JSONB(none_as_null=True),
        Enum: text_enum(Enum),
    }


def table_of(kind: type[Base]) -> sa.Table:
    """For statements that are made once and carried out often, without the session's bookkeeping."""
    return cast(sa.Table, kind.__table__)


def among(column: Any) -> sa.ColumnElement[bool]:
    """One of the parameter `ids`, a list. However many they are the statement is one, made and planned once."""
    return cast(sa.ColumnElement[bool], column == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.BigInteger))))


class Identified:
    """A number of its own for every row."""

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)


def make_engine(
    url: str,
    *,
    as_owner: bool = False,
    pool_size: int = 10,
    pressed: int = 5,
    connecting: Mapping[str, int] | None = None,
) -> AsyncEngine:
    """An engine over psycopg 3 with `pool_size` connections and a few more when `pressed`; `connecting`: parameters of
    libpq. Sessions drop to the runtime role, which may not alter the audit log. No value of a row gets into an error's
    words."""
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=pressed,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={"options": OPTIONS if as_owner else AS_RUNTIME_ROLE, **(connecting or {})},
    )
    sa.event.listen(engine.sync_engine, "connect", read_nearest)
    sa.event.listen(engine.sync_engine, "handle_error", _keep_rows_out)
    return engine


def _keep_rows_out(context: sa.ExceptionContext) -> None:
    keep_rows_out(context.original_exception)
    if context.sqlalchemy_exception and isinstance(context.original_exception, psycopg.Error):
        context.sqlalchemy_exception.args = context.original_exception.args


def keep_rows_out(error: BaseException) -> None:
    """PostgreSQL's DETAIL repeats the refused row; errors end in logs, so they keep the first sentence alone."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        error.args = (error.diag.message_primary,)


class Teller:
    """Tells the database's listeners what has changed, for all transactions of a door, after they are over.

    PostgreSQL lets transactions that notify commit one after the other: within each, 3,900 commits a second were 600.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._topics = engine, set[str]()
        self._telling: asyncio.Task[None] | None = None

    def soon(self, topics: Iterable[str]) -> None:
        self._topics.update(topics)
        if self._topics and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        """What cannot be told is forgotten: pages then hear nothing, and ask at intervals."""
        while self._topics:
            topics, self._topics = sorted(self._topics), set()
            try:
                async with self._engine.begin() as connection:
                    await connection.execute(NOTIFY, {"channel": CHANNEL, "topics": topics})
            except SQLAlchemyError as fault:
                log.warning("changes_untold", reason=type(fault).__name__, topics=len(topics))
            await asyncio.sleep(TELL_EVERY)


def units(engine: AsyncEngine, **context: Any) -> Units:
    """A door onto `engine`; `context` goes into `session.info` (a simulated clock, say). What a transaction has noted
    there as `changed` is told once it has committed."""
    teller = Teller(engine)

    @asynccontextmanager
    async def unit() -> AsyncIterator[AsyncSession]:
        async with (
            AsyncSession(engine, expire_on_commit=False, info=dict(context)) as session,
            session.begin(),
        ):
            yield session
        teller.soon(session.info.get("changed", ()))

    return unit


@asynccontextmanager
async def beside(session: AsyncSession) -> AsyncIterator[AsyncSession]:
    """A transaction of its own beside that of `session`, on the same database and by the same clock; a part of it where
    the session has one connection for everything, as in tests."""
    clock = {name: session.info[name] for name in ("clock",) if name in session.info}
    async with (
        AsyncSession(
            session.bind, expire_on_commit=False, join_transaction_mode="create_savepoint", info=clock
        ) as other,
        other.begin(),
    ):
        yield other


# -- Several statements at once. Each is made once, a constant of its module.

Row = tuple[Any, ...]
Asked = tuple[sa.Executable, dict[str, Any]]
FEW = 4  # the driver's pipeline costs as much as so many journeys
DIALECT = PGDialectAsync_psycopg()  # type: ignore[no-untyped-call]
WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
ALIKE_ONCE = {"alike_once": True}  # of a statement that only reads: who asks the same hears the same


def given(**columns: sa.types.TypeEngine[Any]) -> sa.TableValuedAlias:
    """What a statement is asked about, a row for each who asks at once: their number `n` and these columns. The
    statement answers with `n` first. However many there are, they are one parameter (`rows`, JSON) of one journey."""
    named = [sa.column("n", sa.Integer()), *(sa.column(name, kind) for name, kind in columns.items())]
    handed_over = sa.cast(sa.bindparam("rows", type_=sa.Text()), sa.JSON())
    return sa.func.json_to_recordset(handed_over).table_valued(*named).render_derived("given", with_types=True)


class _Made:
    """A statement as the driver takes it, with what turns values into what the driver knows."""

    def __init__(self, statement: sa.Executable) -> None:
        self._compiled: Any = statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]
        self.text, self._turns = str(self._compiled), self._compiled._bind_processors
        self.takes_rows = "rows" in self._compiled.params
        self.is_alike_once = "alike_once" in statement.get_execution_options()

    def values(self, given: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = self._compiled.construct_params(given)
        return {name: self._turns[name](value) if name in self._turns else value for name, value in values.items()}


class _Journey:
    """A statement and who asks it, by their places among all that is asked."""

    def __init__(self, statement: sa.Executable, asking: Sequence[tuple[int, dict[str, Any]]]) -> None:
        self.made, self._asking, self._alike = made(statement), asking, dict[int, list[int]]()

    @property
    def values(self) -> dict[str, Any]:
        if not self.made.takes_rows:
            return self.made.values(self._asking[0][1])
        first = dict[Row, int]()
        for n, values in self._asking:
            one = first.setdefault(tuple(values.values()), n) if self.made.is_alike_once else n
            self._alike.setdefault(one, []).append(n)
        rows = [{"n": n, **values} for n, values in self._asking if n in self._alike]
        return self.made.values({"rows": WRITTEN(rows)})

    async def hear(self, cursor: Any, heard: list[Row | None]) -> None:
        if not cursor.description:
            return
        if not self.made.takes_rows:
            heard[self._asking[0][0]] = await cursor.fetchone()
            return
        for one, *row in reversed(await cursor.fetchall()):
            for n in self._alike[one]:
                heard[n] = tuple(row)


made = cache(_Made)


async def together(session: AsyncSession, *asked: Asked) -> list[Row | None]:
    """The first row of each statement; none may need what another one finds. Where several requests share a
    transaction, statements of one kind are one."""
    if shared := session.info.get("shared_by"):
        rows: list[Row | None] = await shared.ask(asked)
        return rows
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    return await _carried_out(raw, asked)


def at_last(session: AsyncSession, statement: sa.Executable, values: dict[str, Any]) -> None:
    """Carry `statement` out when the transaction commits, with all others that nobody waits for, in the order in which
    each kind was first left."""
    session.info.setdefault("at_last", []).append((statement, values))


def carry_out(session: Session, more: Sequence[Asked]) -> None:
    """What was left for the end, then `more`."""
    asked = [*session.info.pop("at_last", ()), *more]
    if asked:
        await_only(_carried_out(session.connection().connection.driver_connection, asked))


def _journeys(asked: Sequence[Asked]) -> list[_Journey]:
    kinds, alone = dict[sa.Executable, list[tuple[int, dict[str, Any]]]](), list[_Journey]()
    for n, (statement, values) in enumerate(asked):
        if made(statement).takes_rows:
            kinds.setdefault(statement, []).append((n, values))
        else:
            alone.append(_Journey(statement, [(n, values)]))
    return [*alone, *(_Journey(statement, asking) for statement, asking in kinds.items())]


async def _carried_out(raw: Any, asked: Sequence[Asked]) -> list[Row | None]:
    heard: list[Row | None] = [None] * len(asked)
    journeys = _journeys(asked)
    try:
        async with raw.pipeline() if len(journeys) > FEW else nullcontext():
            cursors = [await raw.execute(each.made.text, each.values) for each in journeys]
        for each, cursor in zip(journeys, cursors, strict=True):
            await each.hear(cursor, heard)
    except psycopg.Error as error:
        keep_rows_out(error)
        raise DBAPIError.instance("", {}, error, psycopg.Error, hide_parameters=True) from None
    return heard
