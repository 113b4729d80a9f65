"""A bureau's season: what is under way and what comes next, and its money, year by year."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract, ContractInstalment
from app.contracts.queries import overdue
from app.contracts.rules import ContractStatus
from app.core.actors import Actor
from app.core.days.calendar import SHANGHAI
from app.core.waiting import Waiting
from app.selection.models import Round
from app.selection.rules import RoundStatus
from app.tenders.awards.models import Award
from app.tenders.awards.rules import AwardStatus
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import ends_of, phase_of
from app.tenders.notices.rules import TenderStatus

OPEN_ROUNDS = (RoundStatus.draft, RoundStatus.open, RoundStatus.proposed)
OPEN_TENDERS = (TenderStatus.draft, TenderStatus.published, TenderStatus.opened)
FUNDED = (TenderStatus.published, TenderStatus.opened, TenderStatus.awarded)


@dataclass(frozen=True)
class Underway:
    """A round or a notice. `dates`: what ends (or, of a round, also begins) when, in order; `next`: the first of them
    that is still ahead."""

    thing: str
    id: int
    title_zh: str
    title_en: str
    status: str
    dates: dict[str, datetime]
    at: datetime

    @property
    def next(self) -> str | None:
        return next((name for name, date in self.dates.items() if date > self.at), None)


@dataclass
class Year:
    """Money of the notices published in a year and of contracts made without a notice in it, in yuan: `planned` for
    notices that were not given up, `awarded` as confirmed, `contracted` as signed (of a contract that was terminated,
    what was paid), of it `direct` without a notice, `paid` as transferred."""

    year: int
    planned: Decimal = Decimal(0)
    awarded: Decimal = Decimal(0)
    contracted: Decimal = Decimal(0)
    direct: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)


async def underway(session: AsyncSession, actor: Actor, at: datetime) -> list[Underway]:
    """The bureau's rounds and notices that are not over, by what comes next; drafts without dates at the end."""
    rounds = sa.select(Round).where(Round.party_id == actor.party_id, Round.status.in_(OPEN_ROUNDS))
    lasting = sa.and_(Tender.status == TenderStatus.awarded, Tender.contracts_end > at)
    tenders = sa.select(Tender).where(
        Tender.party_id == actor.party_id, sa.or_(Tender.status.in_(OPEN_TENDERS), lasting)
    )
    found = [_of_round(each, at) for each in await session.scalars(rounds)]
    found += [_of_tender(each, at) for each in await session.scalars(tenders)]
    return sorted(found, key=lambda each: (each.next is None, each.dates.get(each.next or ""), each.thing, each.id))


def _of_round(round: Round, at: datetime) -> Underway:
    dates = {"opens_at": round.opens_at, "closes_at": round.closes_at}
    return Underway("round", round.id, round.title_zh, round.title_en, round.status, dates, at)


def _of_tender(tender: Tender, at: datetime) -> Underway:
    status = phase_of(tender, at) if tender.status is TenderStatus.published else None
    return Underway("tender", tender.id, tender.title_zh, tender.title_en, status or tender.status, ends_of(tender), at)


async def money_of(session: AsyncSession, actor: Actor) -> list[Year]:
    """The bureau's years, the latest first."""
    years: dict[int, Year] = {}
    for kind, year, amount in await session.execute(_amounts(actor)):
        held = years.setdefault(int(year), Year(int(year)))
        setattr(held, kind, getattr(held, kind) + amount)
    return [years[year] for year in sorted(years, reverse=True)]


def _amounts(actor: Actor) -> sa.Select[str, int, Decimal]:
    """(kind, year, yuan) of everything that the bureau planned, awarded, contracted and paid."""
    own, published = Tender.party_id == actor.party_id, year_of(Tender.published_at)
    planned = sa.select(sa.literal("planned"), published, Tender.budget).where(own, Tender.status.in_(FUNDED))
    awarded = sa.select(sa.literal("awarded"), published, Award.amount).join(Tender, Tender.id == Award.tender_id)
    paid = sa.select(sa.func.coalesce(sa.func.sum(ContractInstalment.paid), 0))
    spent = paid.where(ContractInstalment.contract_id == Contract.id).scalar_subquery()
    begun = year_of(sa.func.coalesce(Tender.published_at, Contract.drafted_at))
    bound = sa.case((Contract.status == ContractStatus.terminated, spent), else_=Contract.amount)
    signed = sa.and_(Contract.purchaser_id == actor.party_id, Contract.signed_at.is_not(None))

    def contracts(kind: str, amount: sa.ColumnElement[Decimal]) -> sa.Select[Any, Any, Any]:
        columns = sa.select(sa.literal(kind), begun, amount).select_from(Contract)
        return columns.outerjoin(Tender, Tender.id == Contract.tender_id).where(signed)

    parts = sa.union_all(
        planned,
        awarded.where(own, Award.status == AwardStatus.confirmed),
        contracts("contracted", bound),
        contracts("direct", bound).where(Contract.tender_id.is_(None)),
        contracts("paid", spent),
    ).subquery()
    kind, year, amount = parts.c
    return sa.select(kind, year, sa.func.sum(amount)).group_by(kind, year)


def begun_in(year: int) -> sa.ColumnElement[bool]:
    """Contracts of the notices that were published in this year, and those made in it without a notice."""
    called = sa.select(Tender.published_at).where(Tender.id == Contract.tender_id).scalar_subquery()
    return year_of(sa.func.coalesce(called, Contract.drafted_at)) == year


def year_of(at: Any) -> sa.ColumnElement[int]:
    return sa.func.date_part("year", sa.func.timezone(str(SHANGHAI), at))


async def late(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """What of the bureau's contracts is past its day, whoever it awaits."""
    return [each.waits for each in await overdue(session, Contract.purchaser_id == actor.party_id, at)]
