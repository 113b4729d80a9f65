"""Tenders: the public portal's notices, and what a purchaser does with them."""

from datetime import datetime
from typing import Literal

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.fields import Id, Search
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.core.paging import Page, PagingQuery, paginate
from app.core.reading.files import TABLE_FILE, table_response
from app.parties.queries import party_names
from app.tenders.notices import policy, queries, service
from app.tenders.notices.inputs import (
    EnquiryAnswer,
    EnquiryAsk,
    FinalOffersInvite,
    TenderAmend,
    TenderCreate,
    TenderEnd,
    TenderUpdate,
)
from app.tenders.notices.models import Tender
from app.tenders.notices.policy import WHO
from app.tenders.notices.rules import TenderStatus
from app.tenders.notices.schemas import AmendmentRead, EnquiryRead, TenderRead, TenderRow

router = web.router("/tenders", "tenders")
SORTS = {"ref": Tender.ref, "title_zh": Tender.title_zh, "budget": Tender.budget}
EXPORTED = ("ref", "title_zh", "title_en", "party_name_zh", "area_code", "status", "phase", "profile", "budget")
EXPORT_LIMIT = 10_000


async def _rows(session: AsyncSession, tenders: list[Tender]) -> list[TenderRow]:
    at = await now(session)
    names = await party_names(session, {tender.party_id for tender in tenders})
    return [TenderRow.of(tender, names[tender.party_id], at) for tender in tenders]


async def _read(session: AsyncSession, tender: Tender, actor: Actor, response: Response) -> TenderRead:
    tag_version(response, tender.version)
    names = await party_names(session, {tender.party_id})
    parts = await queries.lots_of(session, tender.id), await queries.criteria_of(session, tender.id)
    return TenderRead.read(tender, names[tender.party_id], parts, actor, await now(session))


@router.get("", operation_id="list_tenders", dependencies=[allow(WHO["read"])])
async def list_tenders(
    session: UnitSession,
    actor: CurrentActor,
    paging: PagingQuery,
    status: TenderStatus | None = None,
    phase: Search = "",
    area: Search = "",
    q: Search = "",
) -> Page[TenderRow]:
    at = await now(session)
    query = queries.search_tenders(actor, at, status=status, phase=phase or None, area=area, q=q)
    tenders, cursor = await paginate(session, query, paging, id=Tender.id, sorts=SORTS)
    return Page(items=await _rows(session, tenders), next_cursor=cursor)


@router.get("/export", operation_id="export_tenders", dependencies=[allow(WHO["read"])], **TABLE_FILE)
async def export_tenders(
    session: UnitSession,
    actor: CurrentActor,
    format: Literal["xlsx", "csv"] = "xlsx",
    status: TenderStatus | None = None,
    phase: Search = "",
    area: Search = "",
    q: Search = "",
) -> Response:
    at = await now(session)
    query = queries.search_tenders(actor, at, status=status, phase=phase or None, area=area, q=q)
    tenders = list(await session.scalars(query.order_by(Tender.id.desc()).limit(EXPORT_LIMIT)))
    header = [*EXPORTED, "published_at", "bids_end"]
    return table_response("tenders", header, _cells(await _rows(session, tenders)), xlsx=format == "xlsx")


def _cells(rows: list[TenderRow]) -> list[list[object]]:
    return [
        [
            *(row.budget.amount if name == "budget" else getattr(row, name) for name in EXPORTED),
            _shown(row.published_at),
            _shown(row.bids_end),
        ]
        for row in rows
    ]


def _shown(at: datetime | None) -> str | None:
    return at.isoformat(timespec="minutes") if at else None


@router.post("", operation_id="create_tender", status_code=201, dependencies=[allow(WHO["create"])])
async def create_tender(
    session: UnitSession, actor: CurrentActor, body: TenderCreate, response: Response
) -> TenderRead:
    return await _read(session, await service.create_tender(session, actor, body.facts()), actor, response)


@router.get("/{tender_id}", operation_id="read_tender", dependencies=[allow(WHO["read"])])
async def read_tender(session: UnitSession, actor: CurrentActor, tender_id: Id, response: Response) -> TenderRead:
    return await _read(session, await policy.read_tender(session, actor, tender_id), actor, response)


@router.put("/{tender_id}", operation_id="edit_tender", dependencies=[allow(WHO["edit"])])
async def edit_tender(
    session: UnitSession,
    actor: CurrentActor,
    tender_id: Id,
    given: IfMatch,
    body: TenderUpdate,
    response: Response,
) -> TenderRead:
    tender = await service.edit_tender(session, actor, tender_id, given, body.facts())
    return await _read(session, tender, actor, response)


@router.post("/{tender_id}/publish", operation_id="publish_tender", dependencies=[allow(WHO["publish"])])
async def publish_tender(session: UnitSession, actor: CurrentActor, tender_id: Id, response: Response) -> TenderRead:
    return await _read(session, await service.publish_tender(session, actor, tender_id), actor, response)


@router.post("/{tender_id}/amend", operation_id="amend_tender", dependencies=[allow(WHO["amend"])])
async def amend_tender(
    session: UnitSession, actor: CurrentActor, tender_id: Id, given: IfMatch, body: TenderAmend
) -> AmendmentRead:
    amendment = await service.amend_tender(session, actor, tender_id, given, body.reason, body.facts())
    return AmendmentRead.of(amendment)


@router.post(
    "/{tender_id}/final-offers/invite", operation_id="invite_final_offers", dependencies=[allow(WHO["invite"])]
)
async def invite_final_offers(
    session: UnitSession, actor: CurrentActor, tender_id: Id, body: FinalOffersInvite, response: Response
) -> TenderRead:
    tender = await service.invite_final_offers(session, actor, tender_id, body.ends_at)
    return await _read(session, tender, actor, response)


@router.post("/{tender_id}/cancel", operation_id="cancel_tender", dependencies=[allow(WHO["cancel"])])
async def cancel_tender(
    session: UnitSession, actor: CurrentActor, tender_id: Id, body: TenderEnd, response: Response
) -> TenderRead:
    return await _read(session, await service.cancel_tender(session, actor, tender_id, body.reason), actor, response)


@router.post("/{tender_id}/fail", operation_id="fail_tender", dependencies=[allow(WHO["fail"])])
async def fail_tender(
    session: UnitSession, actor: CurrentActor, tender_id: Id, body: TenderEnd, response: Response
) -> TenderRead:
    return await _read(session, await service.fail_tender(session, actor, tender_id, body.reason), actor, response)


@router.get("/{tender_id}/amendments", operation_id="list_amendments", dependencies=[allow(WHO["read"])])
async def list_amendments(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[AmendmentRead]:
    tender = await policy.read_tender(session, actor, tender_id)
    return [AmendmentRead.of(each) for each in await queries.amendments_of(session, tender.id)]


@router.get("/{tender_id}/enquiries", operation_id="list_enquiries", dependencies=[allow(WHO["read"])])
async def list_enquiries(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[EnquiryRead]:
    tender = await policy.read_tender(session, actor, tender_id)
    return [EnquiryRead.of(each, tender, actor) for each in await queries.enquiries_of(session, actor, tender)]


@router.post("/{tender_id}/enquiries", operation_id="ask_enquiry", status_code=201, dependencies=[allow(WHO["ask"])])
async def ask_enquiry(session: UnitSession, actor: CurrentActor, tender_id: Id, body: EnquiryAsk) -> EnquiryRead:
    enquiry = await service.ask_enquiry(session, actor, tender_id, body.question)
    return EnquiryRead.of(enquiry, await policy.read_tender(session, actor, tender_id), actor)


@router.post(
    "/{tender_id}/enquiries/{enquiry_id}/answer",
    operation_id="answer_enquiry",
    dependencies=[allow(WHO["answer"])],
)
async def answer_enquiry(
    session: UnitSession, actor: CurrentActor, tender_id: Id, enquiry_id: Id, body: EnquiryAnswer
) -> EnquiryRead:
    enquiry = await service.answer_enquiry(session, actor, tender_id, enquiry_id, body.answer)
    return EnquiryRead.of(enquiry, await policy.read_tender(session, actor, tender_id), actor)
