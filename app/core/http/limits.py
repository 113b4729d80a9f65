"""How often something may be tried: an allowance per limit and subject, kept in the database for all processes.

The generic cell rate algorithm (ITU-T I.371): one instant per subject says when its allowance is whole again; a try
moves it on by one interval, and is refused while that instant lies more than `free` intervals ahead.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import NOW, now
from app.core.db import ALIKE_ONCE, Asked, Base, given, table_of, together
from app.core.errors import DomainError
from app.core.installation.secret import keyed


class TooOften(DomainError):
    """`seconds` until the next try is heard."""

    status = 429


@dataclass(frozen=True)
class Limit:
    """`free` tries at once, then one every `every`."""

    name: str
    free: int
    every: timedelta


class Allowance(Base):
    """`subject` is a keyed hash, so that no address or name can be read from the table."""

    __tablename__ = "allowances"

    name: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    whole_at: Mapped[datetime]


TABLE = table_of(Allowance)
ASKED = given(of=sa.Text(), by=sa.Text())
IS_ASKED_OF = sa.and_(TABLE.c.name == ASKED.c.of, TABLE.c.subject == ASKED.c.by)
# Also where there is no such row: nobody has tried yet.
WHOLE_AT = (
    sa.select(ASKED.c.n, TABLE.c.whole_at, NOW)
    .select_from(sa.outerjoin(ASKED, TABLE, IS_ASKED_OF))
    .execution_options(**ALIKE_ONCE)
)


async def check_allowed(session: AsyncSession, limit: Limit, subject: str) -> None:
    """Refusal: TooOften, while `subject` has used up its allowance. Counts nothing."""
    (allowance,) = await together(session, asked_of(limit, subject))
    check_whole(limit, *(allowance or ()))


def asked_of(limit: Limit, subject: str) -> Asked:
    """For `check_whole`: when the allowance is whole again, and what time it is."""
    return WHOLE_AT, {"of": limit.name, "by": keyed(limit.name, subject)}


def check_whole(limit: Limit, whole_at: datetime | None, at: datetime) -> None:
    """Refusal: TooOften."""
    early = (whole_at - at) - (limit.free - 1) * limit.every if whole_at else timedelta()
    if early > timedelta():
        raise TooOften(seconds=ceil(early.total_seconds()))


async def count_try(session: AsyncSession, limit: Limit, subject: str) -> None:
    """One more try of `subject`; of tries sent at once each counts."""
    await _count(session, limit, subject, await now(session))


async def take(session: AsyncSession, limit: Limit, subject: str) -> int:
    """Count a try in advance, of tries sent at once each: 0 when it is heard, else the seconds until one is.

    A try that is not heard must not count: the caller refuses it, and the transaction is rolled back.
    """
    at = await now(session)
    early = await _count(session, limit, subject, at) - at - limit.free * limit.every
    return max(0, ceil(early.total_seconds()))


async def give_back(session: AsyncSession, limit: Limit, subject: str) -> None:
    """What was taken for a try that need not count."""
    whole_at = Allowance.whole_at - limit.every
    await session.execute(sa.update(Allowance).where(_is_of(limit, subject)).values(whole_at=whole_at))


async def _count(session: AsyncSession, limit: Limit, subject: str, at: datetime) -> datetime:
    """One more try at `at`: when the allowance is whole again."""
    row = insert(Allowance).values(name=limit.name, subject=keyed(limit.name, subject), whole_at=at + limit.every)
    again = {"whole_at": sa.func.greatest(Allowance.whole_at, at) + limit.every}
    counted = row.on_conflict_do_update(index_elements=["name", "subject"], set_=again)
    return (await session.execute(counted.returning(Allowance.whole_at))).scalar_one()


def _is_of(limit: Limit, subject: str) -> sa.ColumnElement[bool]:
    return sa.and_(Allowance.name == limit.name, Allowance.subject == keyed(limit.name, subject))


def network_of(host: str) -> str:
    """The address that one customer of a network has: an IPv4 address, or the first half of an IPv6 one."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)


async def forget_whole(session: AsyncSession) -> None:
    """Allowances that are whole again say nothing any more."""
    await session.execute(sa.delete(Allowance).where(Allowance.whole_at <= await now(session)))
