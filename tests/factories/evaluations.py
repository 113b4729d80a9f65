"""Evaluations of tests: of a contract under way, with somebody of each group of the scheme."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import service as assessments
from app.assessments.models import Assessment
from app.assessments.rules import Excluded
from app.contracts.models import Contract
from app.core.actors import Actor, Role
from app.core.clock import now
from app.evaluations import service
from app.evaluations.models import Evaluation, EvaluationReport
from app.evaluations.rules import EvaluationKind
from app.parties.models import Party
from app.parties.rules import PartyKind
from tests.factories.assessments import marks_of
from tests.factories.awards import make_confirmed
from tests.factories.contracts import evaluator, make_performing
from tests.factories.parties import actor_of, make_area, make_party
from tests.factories.reference import DOUNAN

GROUPS = ("third_party", "purchaser", "committee", "supervisor")
WORKED = {"third_party": 85, "purchaser": 90, "committee": 88, "supervisor": 92}


async def people_of(session: AsyncSession, contract: Contract) -> dict[str, Actor]:
    """Group → somebody who may sit in it: of the engaged firm, the purchaser, and of the two offices of the place,
    which is Dounan."""
    contract.area_code = (await make_area(session, DOUNAN)).code
    firm = await session.get_one(Party, (await evaluator(session, contract)).party_id)
    bureau = await session.get_one(Party, contract.purchaser_id)
    offices = {"committee": PartyKind.committee, "supervisor": PartyKind.street_office}
    roles = {"committee": Role.committee, "supervisor": Role.street}
    people = {
        "third_party": await actor_of(session, Role.evaluator, firm),
        "purchaser": await actor_of(session, Role.purchaser, bureau),
    }
    for group, kind in offices.items():
        people[group] = await actor_of(session, roles[group], await make_party(session, kind))
    return people


def colleague(actor: Actor) -> Actor:
    """Another person of the same firm or bureau."""
    return replace(actor, account_id=None)


async def begin(
    session: AsyncSession, contract: Contract, actor: Actor, kind: EvaluationKind = EvaluationKind.midterm
) -> Evaluation:
    evaluation = await service.begin_evaluation(session, actor, contract.id, kind)
    await session.flush()
    return evaluation


async def mark(
    session: AsyncSession, evaluation: Evaluation, people: Mapping[str, Actor], totals: Mapping[str, int | str]
) -> None:
    """Everybody of `totals` is seated, declares, marks and locks; computed by the firm."""
    id, firm = evaluation.assessment_id or 0, people["third_party"]
    for group in totals:
        await assessments.seat_assessor(session, firm, id, group, people[group].account_id or 0)
        await session.flush()
        await assessments.declare_interest(session, people[group], id, "")
    await assessments.collect_assessment(session, firm, id)
    await session.flush()
    terms = (await session.get_one(Assessment, id)).terms
    for group, total in totals.items():
        marks = marks_of(total, terms.name, group)
        await assessments.save_assessment_sheet(session, people[group], id, marks, 0)
        await session.flush()
        await assessments.lock_assessment_sheet(session, people[group], id)
    await assessments.compute_assessment(session, firm, id, Excluded())
    await session.flush()


async def make_submitted(
    session: AsyncSession,
    contract: Contract | None = None,
    totals: Mapping[str, int | str] | None = None,
    kind: EvaluationKind = EvaluationKind.midterm,
) -> tuple[Contract, Evaluation, EvaluationReport, dict[str, Actor]]:
    """A report of the firm that waits for its second signature."""
    found = contract or await make_performing(session)
    people = await people_of(session, found)
    evaluation = await begin(session, found, people["third_party"], kind)
    await mark(session, evaluation, people, totals or WORKED)
    report = await service.submit_evaluation(session, people["third_party"], evaluation.id, "服务按计划推进。", "")
    await session.flush()
    return found, evaluation, report, people


async def make_signed_report(
    session: AsyncSession, contract: Contract | None = None, totals: Mapping[str, int | str] | None = None
) -> tuple[Contract, Evaluation, EvaluationReport, dict[str, Actor]]:
    found, evaluation, report, people = await make_submitted(session, contract, totals)
    await service.sign_evaluation(session, colleague(people["third_party"]), report.id, "陈评估")
    await session.flush()
    return found, evaluation, report, people


async def make_projects(session: AsyncSession, count: int) -> Contract:
    """So many contracts of one bureau, each a year long and under way; the first is returned."""
    scored = [(90, 1_000)] * count
    tender, _ = await make_confirmed(session, *scored, places=count, budget=Decimal(count * 1_000))
    at = await now(session)
    await session.execute(
        sa.update(Contract).where(Contract.tender_id == tender.id).values(status="signed", signed_at=at)
    )
    days = {"starts_on": date(2026, 8, 1), "ends_on": date(2027, 7, 31)}
    await session.execute(
        sa.update(Contract).where(Contract.tender_id == tender.id).values(status="performing", **days)
    )
    query = sa.select(Contract).where(Contract.tender_id == tender.id).order_by(Contract.id)
    found = await session.scalars(query.execution_options(populate_existing=True))
    first, *_ = found
    return first
