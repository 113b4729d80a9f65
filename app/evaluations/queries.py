"""Reading evaluations with their assessments and reports, and what waits for whom."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import queries as assessments
from app.assessments.models import Assessment, AssessmentResult
from app.assessments.rules import AssessmentStatus
from app.assessments.schemes import Scheme
from app.contracts.models import Contract, Milestone
from app.contracts.policy import visible
from app.contracts.rules import ContractStatus, MilestoneStatus
from app.core.actors import BUYS, Actor
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.waiting import Waiting
from app.draws.queries import draw_of
from app.evaluations.draws import candidates, draw_page, to_check
from app.evaluations.models import Evaluation, EvaluationReport, SpotDraw
from app.evaluations.policy import DOES, OnContract
from app.evaluations.rules import BELONGS, GATES, EvaluationKind
from app.evaluations.terms import spot_checks
from app.findings.models import Finding
from app.parties.queries import party_names
from app.reports.rules import ReportStatus


class ContractName(NamedTuple):
    """A contract has a title in Chinese alone."""

    zh: str
    en: str


@dataclass(frozen=True)
class EvaluationPage:
    """An evaluation with its results, the first one first, and its reports, the newest first."""

    on: OnContract
    results: Sequence[AssessmentResult]
    reports: Sequence[EvaluationReport]


@dataclass(frozen=True)
class Reported:
    """All that a report says; `names`: party → its Chinese name; `findings`: what its author had found by then."""

    report: EvaluationReport
    evaluation: Evaluation
    contract: Contract
    terms: Scheme
    result: AssessmentResult
    findings: Sequence[Finding]
    names: Mapping[int, str]


async def contract_names(session: AsyncSession, ids: Collection[int]) -> dict[int, ContractName]:
    """Contract → what it is called."""
    query = sa.select(Contract.id, Contract.title).where(Contract.id.in_(ids))
    return {id: ContractName(title, title) for id, title in await session.execute(query)}


async def evaluations_of(session: AsyncSession, contract: Contract) -> list[EvaluationPage]:
    """Those of a contract, the newest first."""
    query = sa.select(Evaluation, Assessment).join(Assessment, Assessment.id == Evaluation.assessment_id)
    rows = await session.execute(query.where(Evaluation.contract_id == contract.id).order_by(Evaluation.id.desc()))
    found = [OnContract(evaluation, contract, assessment) for evaluation, assessment in rows]
    results = await assessments.results_of(session, [on.assessment.id for on in found])
    reports = await reports_of(session, [on.evaluation.id for on in found])
    return [EvaluationPage(on, results[on.assessment.id], reports[on.evaluation.id]) for on in found]


async def reports_of(session: AsyncSession, ids: Collection[int]) -> dict[int, list[EvaluationReport]]:
    """Evaluation → its reports, the newest first."""
    query = sa.select(EvaluationReport).where(EvaluationReport.evaluation_id.in_(ids))
    found = defaultdict[int, list[EvaluationReport]](list)
    for report in await session.scalars(query.order_by(EvaluationReport.id.desc())):
        found[report.evaluation_id].append(report)
    return found


async def contract_of(session: AsyncSession, evaluation_id: int) -> Contract:
    query = sa.select(Contract).join(Evaluation, Evaluation.contract_id == Contract.id)
    return (await session.scalars(query.where(Evaluation.id == evaluation_id))).one()


async def reported(
    session: AsyncSession, report: EvaluationReport, evaluation: Evaluation, contract: Contract
) -> Reported:
    assessment = await session.get_one(Assessment, evaluation.assessment_id)
    results = (await assessments.results_of(session, [assessment.id]))[assessment.id]
    own = Finding.contract_id == contract.id, Finding.party_id == evaluation.party_id
    found = sa.select(Finding).where(*own, Finding.raised_at <= report.submitted_at).order_by(Finding.id)
    names = await party_names(session, {contract.purchaser_id, contract.contractor_id, evaluation.party_id})
    return Reported(
        report,
        evaluation,
        contract,
        assessment.terms,
        next(each for each in results if each.number == report.number),
        (await session.scalars(found)).all(),
        {id: name.zh for id, name in names.items()},
    )


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Who evaluates: begin what was reported, write the report once there is a result, have it signed by a second
    person, end it after its notice."""
    if actor.role not in DOES:
        return []
    return await _of_reports(session, actor, at) + await _of_draws(session, actor, at)


async def _of_reports(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    query = sa.select(Evaluation, Contract, Assessment).join(Contract, Contract.id == Evaluation.contract_id)
    query = query.join(Assessment, Assessment.id == Evaluation.assessment_id).where(visible(actor))
    own = query.where(Evaluation.party_id == actor.party_id, Assessment.ended_at.is_(None)).order_by(Evaluation.id)
    open = [OnContract(*row) for row in await session.execute(own)]
    reports = await reports_of(session, [on.evaluation.id for on in open])
    found = []
    for on in open:
        found += _next(on, reports[on.evaluation.id], actor, at)
    begins = await to_begin(session, actor)
    return found + [
        _waits("begin", contract, each.id, each.due_on, context=each.gate.value) for contract, each in begins
    ]


def _next(on: OnContract, reports: Sequence[EvaluationReport], actor: Actor, at: datetime) -> list[Waiting]:
    assessment, ends_on = on.assessment, on.assessment.notice_ends_on
    if assessment.status is AssessmentStatus.announced and ends_on and shanghai_date(at) > ends_on:
        return [_waits("confirm", on.contract, on.evaluation.id)]
    if assessment.status is not AssessmentStatus.drafted or on.contract.status is not ContractStatus.performing:
        return []
    unsigned = [each for each in reports if each.status is ReportStatus.submitted]
    if not unsigned or unsigned[0].number != assessment.number:
        return [_waits("submit", on.contract, on.evaluation.id)]
    return [_waits("sign", on.contract, each.id) for each in unsigned if each.submitted_by != actor.account_id]


async def to_begin(session: AsyncSession, actor: Actor) -> list[tuple[Contract, Milestone]]:
    """What contractors have reported, and no evaluation is open for, of those that the actor evaluates."""
    kinds = {gate: kind for kind, gate in GATES.items() if BELONGS[kind] is actor.role}
    query = sa.select(Contract, Milestone).join(Milestone, Milestone.contract_id == Contract.id).where(visible(actor))
    reported = Milestone.status == MilestoneStatus.reported, Contract.status == ContractStatus.performing
    rows = list(await session.execute(query.where(*reported, Milestone.gate.in_(kinds)).order_by(Milestone.id)))
    begun = await _begun(session, [contract.id for contract, _ in rows])
    return [(contract, each) for contract, each in rows if (contract.id, kinds[each.gate]) not in begun]


async def _begun(session: AsyncSession, ids: Collection[int]) -> set[tuple[int, EvaluationKind]]:
    """Of these contracts, what is being evaluated."""
    query = sa.select(Evaluation.contract_id, Evaluation.kind)
    query = query.join(Assessment, Assessment.id == Evaluation.assessment_id)
    rows = await session.execute(query.where(Evaluation.contract_id.in_(ids), Assessment.ended_at.is_(None)))
    return {(contract_id, kind) for contract_id, kind in rows}


async def _of_draws(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """A bureau: draw this year's spot checks, then begin each that the lots fell on; both by the end of the year."""
    if actor.role not in BUYS or actor.party_id is None:
        return []
    year, (terms, _) = shanghai_date(at).year, spot_checks()
    ends, draw = date(year, 12, 31), await draw_of(session, SpotDraw, actor.party_id, year)
    if draw:
        due = to_check(await draw_page(session, draw))
        return [_waits("begin", each, each.id, ends, draw.source) for each in due]
    found, due_at = await candidates(session, actor.party_id), end_of_day(ends)
    return [
        Waiting("evaluations", "draw_spot_checks", each.id, each.title, due_at, terms.source, "spot_checks", each.id)
        for each in found[:1]
    ]


def _waits(
    verb: str,
    contract: Contract,
    subject_id: int,
    due_on: date | None = None,
    rule: str | None = None,
    context: str = "",
) -> Waiting:
    due_at = end_of_day(due_on) if due_on else None
    return Waiting(
        "evaluations", verb, subject_id, contract.title, due_at, rule, "contract", contract.id, context=context
    )
