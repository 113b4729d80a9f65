"""Evaluations in the demonstration, of the contract that stays under way: a spot check that is signed and on notice,
and the mid-term evaluation being marked, with something on the desk of everybody who takes part."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import service as assessments
from app.assessments.rules import Excluded, Given
from app.contracts.models import Contract
from app.core.actors import Actor, Role
from app.evaluations.models import Evaluation
from app.evaluations.rules import EvaluationKind
from app.evaluations.service import begin_evaluation, sign_evaluation, submit_evaluation
from app.season.rooms.sheets import BASIS, lock_sheet

GROUPS = {
    Role.evaluator: "third_party",
    Role.purchaser: "purchaser",
    Role.committee: "committee",
    Role.street: "supervisor",
}
CHECKED = ("现场服务正常，社工在岗，签到表与台账相符。", "公示栏里补上本月的活动安排。")
SIGNER = "王建国"


async def check_on_the_spot(session: AsyncSession, contract: Contract, office: Actor) -> None:
    """Marked by whoever acts for the bureau, written by a colleague, signed and on notice."""
    evaluation = await _opened(session, contract, EvaluationKind.spot_check, {Role.purchaser: office})
    await lock_sheet(session, office, _id(evaluation), "86")
    await assessments.compute_assessment(session, office, _id(evaluation), Excluded())
    await session.flush()
    report = await submit_evaluation(session, replace(office, account_id=None), evaluation.id, *CHECKED)
    await session.flush()
    await sign_evaluation(session, office, report.id, SIGNER)


async def evaluate_halfway(session: AsyncSession, contract: Contract, cast: Mapping[Role, Actor]) -> None:
    """The purchaser has locked a sheet, the evaluator has begun one; committee and street office are to declare."""
    declared = {role: cast[role] for role in (Role.evaluator, Role.purchaser)}
    evaluation = await _opened(session, contract, EvaluationKind.midterm, cast, declared)
    await lock_sheet(session, cast[Role.purchaser], _id(evaluation), "88")
    half = {"work.management": Given(Decimal(13), BASIS), "work.outputs": Given(Decimal(34), "")}
    await assessments.save_assessment_sheet(session, cast[Role.evaluator], _id(evaluation), half, 0)


async def _opened(
    session: AsyncSession,
    contract: Contract,
    kind: EvaluationKind,
    cast: Mapping[Role, Actor],
    declared: Mapping[Role, Actor] | None = None,
) -> Evaluation:
    """Begun by the first of `cast`, everybody seated; `declared`: who has said there is no interest (None: all)."""
    office = next(iter(cast.values()))
    evaluation = await begin_evaluation(session, office, contract.id, kind)
    await session.flush()
    for role, assessor in cast.items():
        await assessments.seat_assessor(session, office, _id(evaluation), GROUPS[role], assessor.account_id or 0)
        await session.flush()
        if declared is None or role in declared:
            await assessments.declare_interest(session, assessor, _id(evaluation), "")
    await assessments.collect_assessment(session, office, _id(evaluation))
    await session.flush()
    return evaluation


def _id(evaluation: Evaluation) -> int:
    assert evaluation.assessment_id is not None  # it was begun
    return evaluation.assessment_id
