"""Who plans an evaluation of a contract, writes its report and signs it; and who may sit and mark in it."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.areas.rules import inside
from app.assessments.models import Assessment
from app.assessments.policy import Bounds
from app.assessments.rules import MOVES as ASSESSMENT_MOVES
from app.contracts import policy as contracts
from app.contracts.models import Contract, Engagement
from app.contracts.policy import Reader, is_on_another_side
from app.contracts.rules import EngagementKind
from app.core.actors import BUYS, EVERYONE, Actor, granted
from app.core.days.calendar import shanghai_date
from app.core.errors import Denied, DomainError, NotFound
from app.core.moves import verbs_from
from app.evaluations.models import Evaluation, EvaluationReport
from app.evaluations.rules import BELONGS, MOVES, REPORT_MOVES, UNDER_WAY, EvaluationKind, untimely
from app.evaluations.terms import final_from
from app.reports.rules import same_signer

DOES = frozenset(BELONGS.values())
WHO = {
    "list": contracts.WHO["read"],
    "read": contracts.WHO["read"],
    "begin": DOES,
    "submit": DOES,
    "sign": DOES,
    "confirm": DOES,
    "list_spot_draws": EVERYONE,
    "read_spot_draw": EVERYONE,
    "list_due_checks": EVERYONE,
    "draw_spot_checks": BUYS,
}


class OnContract(NamedTuple):
    """An evaluation with its contract and its assessment."""

    evaluation: Evaluation
    contract: Contract
    assessment: Assessment


def denial(actor: Actor, verb: str, kind: EvaluationKind, by: int | None) -> str | None:
    """Why `actor` may not `verb` an evaluation of this kind, which party `by` does; None when they may. A firm that is
    not engaged, and a bureau that has not bought it, do not see the contract."""
    if not actor.may(verb, WHO[verb]) or actor.role is not BELONGS[kind]:
        return "role"
    return None if actor.party_id == by else "party"


def beginnable(reader: Reader, contract: Contract) -> list[EvaluationKind]:
    """The kinds of which this reader may begin an evaluation now; whether one is open, the assessments know."""
    if reader.is_on_another_side or (contract.status, "begin") not in UNDER_WAY:
        return []
    actor, today, (months, _) = reader.actor, shanghai_date(reader.at), final_from()
    return [
        kind
        for kind in EvaluationKind
        if denial(actor, "begin", kind, actor.party_id) is None and not untimely(kind, contract.ends_on, today, months)
    ]


def actions(reader: Reader, on: OnContract) -> list[str]:
    """What is done to an evaluation: its report is written once there is a result, and it ends after the notice."""
    evaluation, contract, assessment = on
    verbs = [verb for verb in verbs_from(MOVES, assessment.status) if _is_timely(verb, reader, contract)]
    if assessment.notice_ends_on and shanghai_date(reader.at) <= assessment.notice_ends_on:
        verbs = [verb for verb in verbs if verb != "confirm"]
    return _allowed(reader, evaluation, verbs)


def report_actions(reader: Reader, on: OnContract, report: EvaluationReport) -> list[str]:
    evaluation, contract, assessment = on
    is_own = same_signer(report.submitted_by, reader.actor.account_id)
    is_ready = (assessment.status, "announce") in ASSESSMENT_MOVES and assessment.number == report.number
    verbs = [verb for verb in verbs_from(REPORT_MOVES, report.status) if verb in WHO and is_ready and not is_own]
    return _allowed(reader, evaluation, [verb for verb in verbs if _is_timely(verb, reader, contract)])


def _is_timely(verb: str, _reader: Reader, contract: Contract) -> bool:
    return verb == "confirm" or (contract.status, verb) in UNDER_WAY


def _allowed(reader: Reader, evaluation: Evaluation, verbs: list[str]) -> list[str]:
    may = [verb for verb in verbs if denial(reader.actor, verb, evaluation.kind, evaluation.party_id) is None]
    return [] if reader.is_on_another_side else may


def draw_actions(actor: Actor, refusal: DomainError | None) -> list[str]:
    """`refusal`: what stands against drawing this year."""
    verb = "draw_spot_checks"
    return [verb] if refusal is None and actor.may(verb, WHO[verb]) else []


async def checkable(session: AsyncSession, actor: Actor, drawn: Sequence[Contract]) -> list[Contract]:
    """Of the contracts whose check is due those of which this reader may begin it."""
    own = [each for each in drawn if denial(actor, "begin", EvaluationKind.spot_check, each.purchaser_id) is None]
    crossed = await contracts.on_another_side(session, actor, [each.id for each in own])
    return [each for each in own if each.id not in crossed]


def sees_unsigned(actor: Actor, evaluation: Evaluation) -> bool:
    """Before a report is signed only those who write it read it."""
    return actor.party_id == evaluation.party_id


async def access_contract(session: AsyncSession, actor: Actor, contract_id: int, kind: EvaluationKind) -> Contract:
    """The contract, locked, to plan an evaluation of it: absent when unseen (404), as it is for a firm that is not
    engaged; refused with a reason (403)."""
    query = sa.select(Contract).where(Contract.id == contract_id, contracts.visible(actor)).with_for_update()
    found = await session.scalar(query, execution_options={"populate_existing": True})
    contract = granted(found, "begin", lambda _: denial(actor, "begin", kind, actor.party_id), contract=contract_id)
    if await is_on_another_side(session, actor, contract):
        raise Denied(verb="begin", reason="both_sides")
    return contract


async def access_evaluation(session: AsyncSession, actor: Actor, evaluation_id: int, verb: str) -> OnContract:
    """The evaluation with its contract and its assessment, locked in the order contract, assessment."""
    query = sa.select(Evaluation, Contract, Assessment).join(Contract, Contract.id == Evaluation.contract_id)
    query = query.join(Assessment, Assessment.id == Evaluation.assessment_id)
    seen = query.where(Evaluation.id == evaluation_id, contracts.visible(actor))
    row = (await session.execute(seen)).one_or_none()
    on = granted(OnContract(*row) if row else None, verb, partial(_denial_of, actor, verb), evaluation=evaluation_id)
    if await is_on_another_side(session, actor, on.contract):
        raise Denied(verb=verb, reason="both_sides")
    await session.refresh(on.contract, with_for_update=True)
    await session.refresh(on.assessment, with_for_update=True)
    return on


def _denial_of(actor: Actor, verb: str, on: OnContract) -> str | None:
    return denial(actor, verb, on.evaluation.kind, on.evaluation.party_id)


async def read_report(
    session: AsyncSession, actor: Actor, report_id: int
) -> tuple[EvaluationReport, Evaluation, Contract]:
    """Refusal: NotFound, also where the contract is not seen, or the report is not signed yet."""
    query = sa.select(EvaluationReport, Evaluation, Contract)
    query = query.join(Evaluation, Evaluation.id == EvaluationReport.evaluation_id)
    query = query.join(Contract, Contract.id == Evaluation.contract_id)
    row = (await session.execute(query.where(EvaluationReport.id == report_id, contracts.visible(actor)))).one_or_none()
    if row is None or not (row[0].signed_at or sees_unsigned(actor, row[1])):
        raise NotFound(report=report_id)
    return row[0], row[1], row[2]


async def access_report(
    session: AsyncSession, actor: Actor, report_id: int, verb: str
) -> tuple[EvaluationReport, OnContract]:
    report, evaluation, _ = await read_report(session, actor, report_id)
    on = await access_evaluation(session, actor, evaluation.id, verb)
    await session.refresh(report, with_for_update=True)
    return report, on


async def who_sits(session: AsyncSession, contract_id: int, group: str) -> Bounds:
    """Of the third party the people of the firm engaged now, who keep apart from the purchaser as well; of the
    purchaser its own; of the committee and the street office those of a place where it is delivered."""
    contract = await session.get_one(Contract, contract_id)
    around = sa.literal(contract.area_code).startswith(Membership.area)
    within = Membership.area.startswith(inside(contract.area_code))
    of_place = sa.and_(Membership.area != "", sa.or_(around, within))
    if group == "purchaser":
        return Bounds(Membership.party_id == contract.purchaser_id)
    if group != "third_party":
        return Bounds(of_place)
    engaged = sa.select(Engagement.party_id).where(
        Engagement.contract_id == contract_id,
        Engagement.kind == EngagementKind.evaluation,
        Engagement.ended_at.is_(None),
    )
    return Bounds(Membership.party_id.in_(engaged), frozenset({contract.purchaser_id}))
