"""Endpoints of evaluations: everything hangs on the contract."""

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import queries as assessments
from app.contracts.models import Contract
from app.contracts.policy import read_contract, reader_of
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.draws.queries import find_draw, hindrance, latest_draws
from app.draws.shown import DrawRow
from app.evaluations import documents, draws, policy, queries, service
from app.evaluations.draw_schemas import SpotDrawRead, SpotDraws
from app.evaluations.known import known_of
from app.evaluations.models import SpotDraw
from app.evaluations.policy import WHO
from app.evaluations.rules import NothingToDraw
from app.evaluations.schemas import (
    ContractEvaluations,
    DueCheck,
    DueChecks,
    EvaluationBegin,
    EvaluationRead,
    EvaluationSign,
    EvaluationSubmit,
    KnownRead,
)
from app.papers.printed import PAPER, PaperKind, printed
from app.parties.queries import party_names

router = web.router("/evaluations", "evaluations")


async def _page(session: AsyncSession, actor: Actor, contract: Contract) -> ContractEvaluations:
    await session.flush()
    reader, pages = await reader_of(session, actor, contract), await queries.evaluations_of(session, contract)
    names = await party_names(session, {page.on.evaluation.party_id for page in pages})
    open = {page.on.evaluation.kind for page in pages if page.on.assessment.ended_at is None}
    items = []
    for page in pages:
        is_seen = await assessments.is_seen(session, actor, page.on.assessment.id)
        items.append(EvaluationRead.of(page, names[page.on.evaluation.party_id], reader, is_seen=is_seen))
    return ContractEvaluations.of(items, [kind for kind in policy.beginnable(reader, contract) if kind not in open])


async def _of_evaluation(session: AsyncSession, actor: Actor, evaluation_id: int) -> ContractEvaluations:
    return await _page(session, actor, await queries.contract_of(session, evaluation_id))


async def _draw(session: AsyncSession, draw: SpotDraw) -> SpotDrawRead:
    names = await party_names(session, {draw.party_id})
    return SpotDrawRead.shown(await draws.draw_page(session, draw), names[draw.party_id])


@router.get("/draws", operation_id="list_spot_draws", dependencies=[allow(WHO["list_spot_draws"])])
async def list_spot_draws(session: UnitSession, actor: CurrentActor) -> SpotDraws:
    """Every draw of spot checks is public, the latest first."""
    found = await latest_draws(session, SpotDraw)
    names = await party_names(session, {each.party_id for each in found})
    own = len(await draws.candidates(session, actor.party_id))
    refusal = await hindrance(session, SpotDraw, actor, own, NothingToDraw, await now(session))
    return SpotDraws(
        items=[DrawRow.of(each, names[each.party_id]) for each in found],
        candidates=own,
        actions=policy.draw_actions(actor, refusal),
    )


@router.post("/draws", operation_id="draw_spot_checks", status_code=201, dependencies=[allow(WHO["draw_spot_checks"])])
async def draw_spot_checks(session: UnitSession, actor: CurrentActor) -> SpotDrawRead:
    draw = await service.draw_spot_checks(session, actor)
    await session.flush()
    return await _draw(session, draw)


@router.get("/draws/{draw_id}", operation_id="read_spot_draw", dependencies=[allow(WHO["read_spot_draw"])])
async def read_spot_draw(session: UnitSession, draw_id: Id) -> SpotDrawRead:
    """The seed and all that was drawn of: anybody draws again."""
    return await _draw(session, await find_draw(session, SpotDraw, draw_id))


@router.get("/draws/{draw_id}/due", operation_id="list_due_checks", dependencies=[allow(WHO["list_due_checks"])])
async def list_due_checks(session: UnitSession, actor: CurrentActor, draw_id: Id) -> DueChecks:
    """Of what was drawn for this year the contracts of which the reader may begin the check."""
    page = await draws.draw_page(session, await find_draw(session, SpotDraw, draw_id))
    is_now = page.draw.year == shanghai_date(await now(session)).year
    due = await policy.checkable(session, actor, draws.to_check(page)) if is_now else []
    return DueChecks(items=[DueCheck(contract_id=each.id, actions=["begin"]) for each in due])


@router.get("/contracts/{contract_id}", operation_id="list_evaluations", dependencies=[allow(WHO["list"])])
async def list_evaluations(session: UnitSession, actor: CurrentActor, contract_id: Id) -> ContractEvaluations:
    return await _page(session, actor, await read_contract(session, actor, contract_id))


@router.get("/contracts/{contract_id}/known", operation_id="read_known", dependencies=[allow(WHO["read"])])
async def read_known(session: UnitSession, actor: CurrentActor, contract_id: Id) -> KnownRead:
    """What the platform knows already of what is to be marked."""
    return KnownRead.read(await known_of(session, await read_contract(session, actor, contract_id)))


@router.post(
    "/contracts/{contract_id}/begin",
    operation_id="begin_evaluation",
    status_code=201,
    dependencies=[allow(WHO["begin"])],
)
async def begin_evaluation(
    session: UnitSession, actor: CurrentActor, contract_id: Id, body: EvaluationBegin
) -> ContractEvaluations:
    evaluation = await service.begin_evaluation(session, actor, contract_id, body.kind)
    await session.flush()
    return await _of_evaluation(session, actor, evaluation.id)


@router.post(
    "/{evaluation_id}/submit",
    operation_id="submit_evaluation",
    status_code=201,
    dependencies=[allow(WHO["submit"])],
)
async def submit_evaluation(
    session: UnitSession, actor: CurrentActor, evaluation_id: Id, body: EvaluationSubmit
) -> ContractEvaluations:
    await service.submit_evaluation(session, actor, evaluation_id, **dict(body))
    return await _of_evaluation(session, actor, evaluation_id)


@router.post("/reports/{report_id}/sign", operation_id="sign_evaluation", dependencies=[allow(WHO["sign"])])
async def sign_evaluation(
    session: UnitSession, actor: CurrentActor, report_id: Id, body: EvaluationSign
) -> ContractEvaluations:
    report = await service.sign_evaluation(session, actor, report_id, body.name)
    return await _of_evaluation(session, actor, report.evaluation_id)


@router.post("/{evaluation_id}/confirm", operation_id="confirm_evaluation", dependencies=[allow(WHO["confirm"])])
async def confirm_evaluation(session: UnitSession, actor: CurrentActor, evaluation_id: Id) -> ContractEvaluations:
    evaluation = await service.confirm_evaluation(session, actor, evaluation_id)
    return await _of_evaluation(session, actor, evaluation.id)


@router.get(
    "/reports/{report_id}/paper", operation_id="read_evaluation_paper", dependencies=[allow(WHO["read"])], **PAPER
)
async def read_evaluation_paper(
    session: UnitSession, actor: CurrentActor, report_id: Id, kind: PaperKind = "pdf"
) -> Response:
    found = await policy.read_report(session, actor, report_id)
    paper = documents.evaluation_document(await queries.reported(session, *found))
    return await printed(paper, f"evaluation-{report_id}", kind)
