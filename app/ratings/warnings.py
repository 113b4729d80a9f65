"""Early warning: which organisations may come to a bad grade, or lose one, and why, before they do."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract, Milestone
from app.contracts.rules import ENGAGED_FOR, ON_GATE, ContractStatus, MilestoneStatus
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.findings.models import Finding
from app.findings.rules import FindingStatus
from app.ratings.models import Rating
from app.ratings.rules import RatingStatus
from app.ratings.terms import document
from app.service_sessions.models import CallBackDraw
from app.service_sessions.queries import last_checked
from app.service_sessions.rules import DrawStatus
from app.tenders.profiles.rules import Gate


class Danger(StrEnum):
    """What warns: answers to findings and reports that are overdue, an evaluation that did not pass, residents who do
    not accept the work or were not there, a correction that runs out, the end of a grade's time."""

    overdue_findings = "overdue_findings"
    overdue_reports = "overdue_reports"
    failed_evaluation = "failed_evaluation"
    refused_by_residents = "refused_by_residents"
    few_confirmed = "few_confirmed"
    open_correction = "open_correction"
    expiring = "expiring"


class Warned(NamedTuple):
    """`things`: how many; `due_on`: the day that counts, of several the first."""

    party_id: int
    danger: Danger
    things: int
    due_on: date | None


REPORTED = [gate for gate, verbs in ON_GATE.items() if "report" in verbs]
EVALUATED = [gate for gate in ENGAGED_FOR if gate in REPORTED]


async def warnings(session: AsyncSession, actor: Actor) -> list[Warned]:
    """Of the organisations that the office has a contract with or has graded, the most urgent first."""
    today, terms = shanghai_date(await now(session)), document()["early_warning"]
    late = today - timedelta(days=terms["reports_late_by_days"])
    found = [
        *await _findings(session, actor, today),
        *await _milestones(
            session, actor, Danger.overdue_reports, REPORTED, MilestoneStatus.scheduled, Milestone.due_on < late
        ),
        *await _milestones(session, actor, Danger.failed_evaluation, EVALUATED, MilestoneStatus.not_met),
        *await _milestones(
            session, actor, Danger.refused_by_residents, [Gate.resident_acceptance], MilestoneStatus.not_met
        ),
        *await _call_backs(session, actor, Decimal(terms["confirmed_share"])),
        *await _grades(session, actor, today, today + timedelta(days=terms["expires_within_days"])),
    ]
    return sorted(found, key=lambda each: (each.due_on or date.max, each.party_id, each.danger))


def _under_way(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(Contract.purchaser_id == actor.party_id, Contract.status == ContractStatus.performing)


async def _findings(session: AsyncSession, actor: Actor, today: date) -> list[Warned]:
    query = sa.select(Contract.contractor_id, sa.func.count(), sa.func.min(Finding.due_on))
    query = query.join(Finding, Finding.contract_id == Contract.id)
    late = Finding.status == FindingStatus.open, Finding.due_on < today
    rows = await session.execute(query.where(_under_way(actor), *late).group_by(Contract.contractor_id))
    return [Warned(party, Danger.overdue_findings, count, due) for party, count, due in rows]


async def _milestones(
    session: AsyncSession,
    actor: Actor,
    danger: Danger,
    gates: Collection[Gate],
    status: MilestoneStatus,
    *also: sa.ColumnElement[bool],
) -> list[Warned]:
    query = sa.select(Contract.contractor_id, sa.func.count(), sa.func.min(Milestone.due_on))
    query = query.join(Milestone, Milestone.contract_id == Contract.id)
    here = Milestone.gate.in_(gates), Milestone.status == status
    rows = await session.execute(query.where(_under_way(actor), *here, *also).group_by(Contract.contractor_id))
    return [Warned(party, danger, count, due) for party, count, due in rows]


async def _call_backs(session: AsyncSession, actor: Actor, least: Decimal) -> list[Warned]:
    """Contracts of whose claims fewer were confirmed, where enough answered for it to be shown."""
    closed = sa.exists().where(CallBackDraw.contract_id == Contract.id, CallBackDraw.status == DrawStatus.closed)
    query = sa.select(Contract.id, Contract.contractor_id).where(_under_way(actor), closed).order_by(Contract.id)
    doubted: dict[int, int] = {}
    for contract_id, party in await session.execute(query):
        last = await last_checked(session, contract_id)
        if last and last.may_be_shown and last.confirmed < least * last.reached:
            doubted[party] = doubted.get(party, 0) + 1
    return [Warned(party, Danger.few_confirmed, count, None) for party, count in doubted.items()]


async def _grades(session: AsyncSession, actor: Actor, today: date, soon: date) -> list[Warned]:
    held = sa.select(Rating).where(Rating.office_id == actor.party_id)
    ending = held.where(Rating.status == RatingStatus.confirmed, Rating.valid_until.between(today, soon))
    found = [Warned(r.party_id, Danger.expiring, 1, r.valid_until) for r in await session.scalars(ending)]
    running = held.where(Rating.status.in_((RatingStatus.rectifying, RatingStatus.suspended)))
    return found + [Warned(r.party_id, Danger.open_correction, 1, r.due_on) for r in await session.scalars(running)]
