"""What stands between a contract's organisation and its money, the same for everybody whom the contract concerns."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.rules import AssessmentStatus
from app.budgets.models import GATES, AuditReport, Budget
from app.contracts.models import Contract, Milestone, Side
from app.contracts.queries import ContractParts, parts_of
from app.contracts.rules import EngagementKind
from app.core.actors import Role
from app.evaluations.queries import EvaluationPage, evaluations_of
from app.evaluations.rules import GATES as GATE_OF
from app.findings.models import Finding
from app.findings.rules import UNSETTLED
from app.overviews.rules import Case, FindingStand, MilestoneStand, Standing, what_stands_between
from app.parties.models import Party
from app.reports.rules import ReportStatus
from app.tenders.profiles.rules import Gate

SIGNS = {Side.purchaser: Role.purchaser, Side.contractor: Role.organization}
BEFORE_RESULT = {AssessmentStatus.planned: "seat", AssessmentStatus.collecting: "compute"}
FIRMS = {EngagementKind.evaluation: Role.evaluator, EngagementKind.audit: Role.auditor}


@dataclass(frozen=True)
class Obstacles:
    """`parties`: who acts in which role on this contract; whoever accepts is known by the place alone."""

    parts: ContractParts
    standings: list[Standing]
    parties: dict[Role, Party]


async def obstacles_of(session: AsyncSession, contract: Contract) -> Obstacles:
    parts = await parts_of(session, contract)
    at_work = {FIRMS[each.kind]: firm for each, firm in parts.engagements if each.ended_at is None}
    parties = {Role.purchaser: parts.purchaser, Role.organization: parts.contractor, **at_work}
    return Obstacles(parts, what_stands_between(await _case(session, parts)), parties)


async def _case(session: AsyncSession, parts: ContractParts) -> Case:
    contract = parts.contract
    reports = sa.select(AuditReport.kind).where(
        AuditReport.contract_id == contract.id, AuditReport.status == ReportStatus.submitted
    )
    return Case(
        status=contract.status,
        parts=parts.payable,
        unsigned=[role for side, role in SIGNS.items() if side not in parts.signed],
        milestones={each.gate: _milestone(contract, each) for each in parts.milestones},
        findings=await _findings(session, contract),
        engaged=parts.engaged,
        budget=await session.scalar(sa.select(Budget.status).where(Budget.contract_id == contract.id)),
        submitted={GATES[kind] for kind in await session.scalars(reports)},
        evaluating={
            GATE_OF[page.on.evaluation.kind]: _turn_of(page)
            for page in await evaluations_of(session, contract)
            if page.on.assessment.ended_at is None and page.on.evaluation.kind in GATE_OF
        },
    )


def _turn_of(page: EvaluationPage) -> tuple[str, str]:
    """Seats, sheets, the report on what they come to, its second signature."""
    status, number = page.on.assessment.status, page.on.assessment.number
    if status in BEFORE_RESULT:
        return "assessments", BEFORE_RESULT[status]
    unsigned = any(each.status is ReportStatus.submitted and each.number == number for each in page.reports)
    return "evaluations", "sign" if unsigned else "submit"


def _milestone(contract: Contract, milestone: Milestone) -> MilestoneStand:
    rules = {Gate.signing: contract.contract_rule, Gate.resident_acceptance: contract.acceptance_rule}
    due_on = contract.contract_by if milestone.gate is Gate.signing else milestone.due_on
    return MilestoneStand(milestone.status, due_on, rules.get(milestone.gate, ""))


async def _findings(session: AsyncSession, contract: Contract) -> list[FindingStand]:
    holding = Finding.is_holding, Finding.status.in_(UNSETTLED)
    query = sa.select(Finding).where(Finding.contract_id == contract.id, *holding).order_by(Finding.id)
    return [
        FindingStand(each.id, each.status, each.part, each.due_on, each.due_rule)
        for each in await session.scalars(query)
    ]
