"""Endpoints of findings: everything hangs on the contract."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.policy import read_contract, reader_of
from app.core.actors import Actor
from app.core.days.calendar_table import work_calendar
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.findings import policy, queries, service
from app.findings.models import Finding
from app.findings.policy import WHO, OnContract
from app.findings.schemas import (
    ContractFinding,
    ContractFindings,
    FindingExtend,
    FindingRaise,
    FindingReply,
    FindingVerdict,
    FindingWaive,
)
from app.parties.queries import party_names

router = web.router("/findings", "findings")


async def _page(session: AsyncSession, actor: Actor, contract: Contract, found: list[Finding]) -> list[ContractFinding]:
    reader, calendar = await reader_of(session, actor, contract), await work_calendar(session)
    answers = await queries.answers_of(session, [each.id for each in found])
    names = await party_names(session, {each.party_id for each in found})
    return [
        ContractFinding.of(OnContract(each, contract), answers[each.id], names[each.party_id], reader, calendar)
        for each in found
    ]


async def _read(session: AsyncSession, actor: Actor, finding: Finding) -> ContractFinding:
    await session.flush()
    contract = await session.get_one(Contract, finding.contract_id)
    (found,) = await _page(session, actor, contract, [finding])
    return found


@router.get("/contracts/{contract_id}", operation_id="list_findings", dependencies=[allow(WHO["list"])])
async def list_findings(session: UnitSession, actor: CurrentActor, contract_id: Id) -> ContractFindings:
    contract = await read_contract(session, actor, contract_id)
    items = await _page(session, actor, contract, await queries.findings_of(session, contract))
    reader = await reader_of(session, actor, contract)
    return ContractFindings(items=items, actions=policy.contract_actions(reader, contract))


@router.post(
    "/contracts/{contract_id}/raise",
    operation_id="raise_finding",
    status_code=201,
    dependencies=[allow(WHO["raise"])],
)
async def raise_finding(
    session: UnitSession, actor: CurrentActor, contract_id: Id, body: FindingRaise
) -> ContractFinding:
    return await _read(session, actor, await service.raise_finding(session, actor, contract_id, **dict(body)))


@router.post("/{finding_id}/answer", operation_id="answer_finding", dependencies=[allow(WHO["answer"])])
async def answer_finding(
    session: UnitSession, actor: CurrentActor, finding_id: Id, body: FindingReply
) -> ContractFinding:
    return await _read(session, actor, await service.answer_finding(session, actor, finding_id, body.answer))


@router.post("/{finding_id}/accept", operation_id="accept_finding", dependencies=[allow(WHO["accept"])])
async def accept_finding(
    session: UnitSession, actor: CurrentActor, finding_id: Id, body: FindingVerdict
) -> ContractFinding:
    return await _read(session, actor, await service.accept_finding(session, actor, finding_id, body.opinion))


@router.post("/{finding_id}/reject", operation_id="reject_finding", dependencies=[allow(WHO["reject"])])
async def reject_finding(
    session: UnitSession, actor: CurrentActor, finding_id: Id, body: FindingVerdict
) -> ContractFinding:
    return await _read(session, actor, await service.reject_finding(session, actor, finding_id, body.opinion))


@router.post("/{finding_id}/extend", operation_id="extend_finding", dependencies=[allow(WHO["extend"])])
async def extend_finding(
    session: UnitSession, actor: CurrentActor, finding_id: Id, body: FindingExtend
) -> ContractFinding:
    found = await service.extend_finding(session, actor, finding_id, body.due_on, body.reason)
    return await _read(session, actor, found)


@router.post("/{finding_id}/waive", operation_id="waive_finding", dependencies=[allow(WHO["waive"])])
async def waive_finding(
    session: UnitSession, actor: CurrentActor, finding_id: Id, body: FindingWaive
) -> ContractFinding:
    return await _read(session, actor, await service.waive_finding(session, actor, finding_id, body.reason))
