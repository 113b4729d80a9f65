"""Use cases of evaluations. That an assessment is planned, announced and confirmed, and that a signed report opens the
gate of its milestone, stands in `flow.py`."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import queries as assessments
from app.assessments.rules import SubjectKind
from app.assessments.rules import untimely as on_notice
from app.contracts.queries import stream_of
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.events import happened
from app.core.moves import check_move
from app.draws.queries import draft_draw
from app.evaluations import rules
from app.evaluations.draws import candidates
from app.evaluations.known import known_of
from app.evaluations.models import Evaluation, EvaluationReport, SpotDraw, SpotLot
from app.evaluations.policy import access_contract, access_evaluation, access_report
from app.evaluations.rules import GATES, MOVES, SCHEMES, UNDER_WAY, EvaluationKind, NothingToDraw
from app.evaluations.terms import final_from, spot_checks
from app.reports import signing
from app.reports.rules import check_signer
from app.tenders.profiles.rules import Gate


@dataclass(frozen=True)
class Planned:
    """What is to be assessed for an evaluation."""

    contract_id: int
    about_id: int
    scheme: str

    @property
    def subject(self) -> tuple[SubjectKind, int]:
        return SubjectKind.contract, self.contract_id


@dataclass(frozen=True)
class Signed:
    """What other rooms hear of a signed report."""

    assessment_id: int
    contract_id: int
    gate: Gate | None
    is_passed: bool
    opinion: str
    band: str


async def begin_evaluation(session: AsyncSession, actor: Actor, contract_id: int, kind: EvaluationKind) -> Evaluation:
    """Refusals: EvaluationEarly, AssessmentOpen while one of this kind is under way, MoveRefused unless the contract is
    carried out."""
    contract = await access_contract(session, actor, contract_id, kind)
    at = await now(session)
    check_move(UNDER_WAY, contract.status, "begin")
    if refusal := rules.untimely(kind, contract.ends_on, shanghai_date(at), final_from()[0]):
        raise refusal
    evaluation = Evaluation(contract_id=contract.id, kind=kind, party_id=actor.party_id, begun_at=at)
    evaluation.begun_by = actor.account_id
    session.add(evaluation)
    wanted = Planned(contract.id, contract.contractor_id, SCHEMES[kind])
    facts = {"contract": contract.id, "kind": kind.value}
    await happened(session, actor, "evaluation.begun", evaluation, at, stream=stream_of(contract), tell=wanted, **facts)
    planned = await assessments.find_open(session, *wanted.subject, wanted.scheme)
    evaluation.assessment_id = planned.id if planned else None
    return evaluation


async def submit_evaluation(
    session: AsyncSession, actor: Actor, evaluation_id: int, opinion: str, advice: str
) -> EvaluationReport:
    """The report on the result as it is now, with what is known; it replaces one that is not signed yet. Refusals:
    ResultMissing, MoveRefused unless the contract is carried out."""
    on = await access_evaluation(session, actor, evaluation_id, "submit")
    at = await now(session)
    check_move(UNDER_WAY, on.contract.status, "submit")
    if refusal := rules.no_result(on.assessment.status):
        raise refusal
    report = EvaluationReport(evaluation_id=evaluation_id, number=on.assessment.number, opinion=opinion, advice=advice)
    report.known = (await known_of(session, on.contract)).model_dump(mode="json")
    await signing.submit(session, actor, report, at)
    facts = {"contract": on.contract.id, "kind": on.evaluation.kind.value, "number": report.number}
    await happened(session, actor, "evaluation_report.submitted", report, at, stream=stream_of(on.contract), **facts)
    return report


async def sign_evaluation(session: AsyncSession, actor: Actor, report_id: int, name: str) -> EvaluationReport:
    """A second person signs under `name`: the result goes on notice, and the gate opens or closes. The report stays,
    and stands for an older one of this evaluation.

    Refusals: SecondSignerNeeded, ResultMissing, ResultMoved, MoveRefused.
    """
    report, on = await access_report(session, actor, report_id, "sign")
    at = await now(session)
    check_move(UNDER_WAY, on.contract.status, "sign")
    check_signer(report.status, report.submitted_by, actor.account_id)
    if refusal := rules.no_result(on.assessment.status):
        raise refusal
    rules.check_result(report.number, on.assessment.number)
    await signing.sign(session, actor, report, name, at)
    band = (await assessments.results_of(session, [on.assessment.id]))[on.assessment.id][-1].band
    passed, kind = rules.is_passed(on.assessment.terms, band), on.evaluation.kind
    told = Signed(on.assessment.id, on.contract.id, GATES.get(kind), passed, report.opinion, band)
    facts = {"contract": on.contract.id, "kind": kind.value, "band": band, "passed": passed}
    await happened(
        session, actor, "evaluation_report.signed", report, at, stream=stream_of(on.contract), tell=told, **facts
    )
    return report


async def confirm_evaluation(session: AsyncSession, actor: Actor, evaluation_id: int) -> Evaluation:
    """The notice has ended and no objection is open: the evaluation is over. Refusals: NoticeRunning, MoveRefused."""
    on = await access_evaluation(session, actor, evaluation_id, "confirm")
    at = await now(session)
    check_move(MOVES, on.assessment.status, "confirm")
    if refusal := on_notice("confirm", on.assessment.notice_ends_on, shanghai_date(at)):
        raise refusal
    facts = {"contract": on.contract.id, "kind": on.evaluation.kind.value}
    await happened(session, actor, "evaluation.confirmed", on.evaluation, at, stream=stream_of(on.contract), **facts)
    return on.evaluation


async def draw_spot_checks(session: AsyncSession, actor: Actor, *, seed: str | None = None) -> SpotDraw:
    """Which of the bureau's contracts are checked this year: drawn by lot of all that run long enough, with a seed that
    everybody reads. Refusals: YearDrawn, NothingToDraw."""
    at, (terms, _) = await now(session), spot_checks()
    found = {each.number: each for each in await candidates(session, actor.party_id)}
    draw, order = await draft_draw(session, SpotDraw, actor, found, terms, NothingToDraw, at, seed)
    for position, number in enumerate(order, 1):
        session.add(SpotLot(draw_id=draw.id, contract_id=found[number].id, number=number, position=position))
    facts: dict[str, Any] = {"year": draw.year, "of": len(found), "size": draw.size, "seed": draw.seed}
    await happened(session, actor, "spot_checks.drawn", draw, at, **facts)
    return draw
