"""Endpoints of contracts and of the papers."""

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import (
    acceptance,
    announcements,
    documents,
    engagements,
    lines,
    payments,
    policy,
    queries,
    service,
)
from app.contracts.announcement_schemas import ContractAnnouncement
from app.contracts.instalments import SETTLEMENT
from app.contracts.models import Contract, Milestone
from app.contracts.policy import WHO
from app.contracts.rules import ContractStatus
from app.contracts.schemas import (
    SHEET,
    ContractRead,
    ContractRow,
    ContractSign,
    ContractTerminate,
    ContractUpdate,
    DeliveryAcceptance,
    FirmEngage,
    MilestoneDecision,
    MilestoneRead,
    MilestoneReport,
    PaymentCreate,
    PaymentRead,
    RefundCreate,
)
from app.core.actors import Actor
from app.core.fields import Id, Search
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.core.paging import Page, PagingQuery
from app.core.reading.files import TABLE_FILE
from app.core.reading.listing import Format, Headings
from app.papers.printed import PAPER, PaperKind, printed
from app.parties.queries import party_names
from app.tenders.notices.models import Tender
from app.tenders.profiles.rules import Gate

router = web.router("/contracts", "contracts")


async def _read(session: AsyncSession, actor: Actor, contract: Contract) -> ContractRead:
    reader = await policy.reader_of(session, actor, contract)
    return ContractRead.read(await queries.parts_of(session, contract), reader)


async def _milestone(session: AsyncSession, actor: Actor, milestone: Milestone) -> MilestoneRead:
    contract = await session.get_one(Contract, milestone.contract_id)
    return MilestoneRead.of(milestone, contract, await policy.reader_of(session, actor, contract))


@router.get("", operation_id="list_contracts", dependencies=[allow(WHO["read"])])
async def list_contracts(
    session: UnitSession,
    actor: CurrentActor,
    paging: PagingQuery,
    status: ContractStatus | None = None,
    tender_id: Id | None = None,
    q: Search = "",
    area: Search = "",
) -> Page[ContractRow]:
    wanted = lines.search_contracts(actor, status=status, tender_id=tender_id, q=q, area=area)
    found = await lines.list_contracts(session, wanted, paging)
    return found.page([ContractRow.of(line) for line in found.rows])


@router.get("/export", operation_id="export_contracts", dependencies=[allow(WHO["read"])], **TABLE_FILE)
async def export_contracts(
    session: UnitSession,
    actor: CurrentActor,
    format: Format = "xlsx",
    headings: Headings = "zh",
    status: ContractStatus | None = None,
    tender_id: Id | None = None,
    q: Search = "",
    area: Search = "",
) -> Response:
    wanted = lines.search_contracts(actor, status=status, tender_id=tender_id, q=q, area=area)
    rows = [dict(ContractRow.of(line)) for line in await lines.export_contracts(session, wanted)]
    return await SHEET.response(rows, headings, format)


@router.get("/{contract_id}", operation_id="read_contract", dependencies=[allow(WHO["read"])])
async def read_contract(session: UnitSession, actor: CurrentActor, response: Response, contract_id: Id) -> ContractRead:
    contract = await policy.read_contract(session, actor, contract_id)
    tag_version(response, contract.version)
    return await _read(session, actor, contract)


@router.get(
    "/{contract_id}/announcement",
    operation_id="read_contract_announcement",
    dependencies=[allow(WHO["read_announcement"])],
)
async def read_contract_announcement(session: UnitSession, contract_id: Id) -> ContractAnnouncement:
    """A signed contract as everybody may read it."""
    found = await announcements.read_announcement(session, contract_id)
    names = await party_names(session, {found.contract.purchaser_id, found.contract.contractor_id})
    return ContractAnnouncement.of(found, names[found.contract.purchaser_id], names[found.contract.contractor_id])


@router.get("/{contract_id}/paper", operation_id="read_contract_paper", dependencies=[allow(WHO["read"])], **PAPER)
async def read_contract_paper(
    session: UnitSession, actor: CurrentActor, contract_id: Id, kind: PaperKind = "pdf"
) -> Response:
    contract = await policy.read_contract(session, actor, contract_id)
    tender = await session.get(Tender, contract.tender_id) if contract.tender_id else None
    paper = documents.contract_document(await queries.parts_of(session, contract), tender)
    return await printed(paper, f"contract-{contract_id}", kind)


@router.put("/{contract_id}", operation_id="edit_contract", dependencies=[allow(WHO["edit"])])
async def edit_contract(
    session: UnitSession, actor: CurrentActor, contract_id: Id, given: IfMatch, wanted: ContractUpdate
) -> ContractRead:
    targets = [(target.what, target.quantity) for target in wanted.targets]
    terms = service.Terms(
        wanted.title, wanted.starts_on, wanted.ends_on, targets, wanted.contract_by, wanted.asks_willingness
    )
    return await _read(session, actor, await service.edit_contract(session, actor, contract_id, given, terms))


@router.post("/{contract_id}/sign", operation_id="sign_contract", dependencies=[allow(WHO["sign"])])
async def sign_contract(
    session: UnitSession, actor: CurrentActor, contract_id: Id, wanted: ContractSign
) -> ContractRead:
    return await _read(session, actor, await service.sign_contract(session, actor, contract_id, wanted.name))


@router.post("/{contract_id}/start", operation_id="start_contract", dependencies=[allow(WHO["start"])])
async def start_contract(session: UnitSession, actor: CurrentActor, contract_id: Id) -> ContractRead:
    return await _read(session, actor, await service.start_contract(session, actor, contract_id))


@router.post(
    "/{contract_id}/milestones/{gate}/report", operation_id="report_milestone", dependencies=[allow(WHO["report"])]
)
async def report_milestone(
    session: UnitSession, actor: CurrentActor, contract_id: Id, gate: Gate, wanted: MilestoneReport
) -> MilestoneRead:
    return await _milestone(
        session, actor, await service.report_milestone(session, actor, contract_id, gate, wanted.report)
    )


@router.post("/{contract_id}/milestones/{gate}/meet", operation_id="meet_milestone", dependencies=[allow(WHO["meet"])])
async def meet_milestone(
    session: UnitSession, actor: CurrentActor, contract_id: Id, gate: Gate, wanted: MilestoneDecision
) -> MilestoneRead:
    return await _milestone(
        session, actor, await service.meet_milestone(session, actor, contract_id, gate, wanted.opinion)
    )


@router.post(
    "/{contract_id}/milestones/{gate}/return", operation_id="return_milestone", dependencies=[allow(WHO["return"])]
)
async def return_milestone(
    session: UnitSession, actor: CurrentActor, contract_id: Id, gate: Gate, wanted: MilestoneDecision
) -> MilestoneRead:
    return await _milestone(
        session, actor, await service.return_milestone(session, actor, contract_id, gate, wanted.opinion)
    )


@router.post("/{contract_id}/milestones/{gate}/miss", operation_id="miss_milestone", dependencies=[allow(WHO["miss"])])
async def miss_milestone(
    session: UnitSession, actor: CurrentActor, contract_id: Id, gate: Gate, wanted: MilestoneDecision
) -> MilestoneRead:
    return await _milestone(
        session, actor, await service.miss_milestone(session, actor, contract_id, gate, wanted.opinion)
    )


@router.post(
    "/{contract_id}/milestones/{gate}/remedy", operation_id="remedy_milestone", dependencies=[allow(WHO["remedy"])]
)
async def remedy_milestone(
    session: UnitSession, actor: CurrentActor, contract_id: Id, gate: Gate, wanted: MilestoneDecision
) -> MilestoneRead:
    return await _milestone(
        session, actor, await service.remedy_milestone(session, actor, contract_id, gate, wanted.opinion)
    )


@router.post("/{contract_id}/accept", operation_id="accept_delivery", dependencies=[allow(WHO["accept"])])
async def accept_delivery(
    session: UnitSession, actor: CurrentActor, contract_id: Id, wanted: DeliveryAcceptance
) -> MilestoneRead:
    counts = wanted.model_dump(exclude={"channel"})
    return await _milestone(
        session, actor, await acceptance.accept_delivery(session, actor, contract_id, wanted.channel, **counts)
    )


@router.post("/{contract_id}/pay", operation_id="record_payment", status_code=201, dependencies=[allow(WHO["pay"])])
async def record_payment(
    session: UnitSession, actor: CurrentActor, contract_id: Id, wanted: PaymentCreate
) -> PaymentRead:
    amount = wanted.amount.amount
    payment = await payments.record_payment(session, actor, contract_id, wanted.instalment, amount, wanted.voucher)
    return PaymentRead.of(payment, wanted.instalment)


@router.post(
    "/{contract_id}/refund", operation_id="record_refund", status_code=201, dependencies=[allow(WHO["refund"])]
)
async def record_refund(
    session: UnitSession, actor: CurrentActor, contract_id: Id, wanted: RefundCreate
) -> PaymentRead:
    payment = await payments.record_refund(session, actor, contract_id, wanted.amount.amount, wanted.voucher)
    return PaymentRead.of(payment, SETTLEMENT)


@router.post("/{contract_id}/complete", operation_id="complete_contract", dependencies=[allow(WHO["complete"])])
async def complete_contract(session: UnitSession, actor: CurrentActor, contract_id: Id) -> ContractRead:
    return await _read(session, actor, await service.complete_contract(session, actor, contract_id))


@router.post("/{contract_id}/terminate", operation_id="terminate_contract", dependencies=[allow(WHO["terminate"])])
async def terminate_contract(
    session: UnitSession, actor: CurrentActor, contract_id: Id, wanted: ContractTerminate
) -> ContractRead:
    return await _read(session, actor, await service.terminate_contract(session, actor, contract_id, wanted.reason))


@router.post("/{contract_id}/engage", operation_id="engage_firm", status_code=201, dependencies=[allow(WHO["engage"])])
async def engage_firm(session: UnitSession, actor: CurrentActor, contract_id: Id, wanted: FirmEngage) -> ContractRead:
    await engagements.engage_firm(session, actor, contract_id, wanted.kind, wanted.party_id)
    return await _read(session, actor, await policy.read_contract(session, actor, contract_id))


@router.post(
    "/{contract_id}/engagements/{engagement_id}/end",
    operation_id="end_engagement",
    dependencies=[allow(WHO["end"])],
)
async def end_engagement(session: UnitSession, actor: CurrentActor, contract_id: Id, engagement_id: Id) -> ContractRead:
    await engagements.end_engagement(session, actor, contract_id, engagement_id)
    return await _read(session, actor, await policy.read_contract(session, actor, contract_id))
