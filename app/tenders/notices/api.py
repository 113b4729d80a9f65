"""Tenders: the public portal's notices, and what a purchaser does with them."""

from typing import Annotated

from fastapi import Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.fields import Code, Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, asked, tag_version
from app.core.paging import Page, PagingQuery
from app.core.reading.files import TABLE_FILE
from app.core.reading.listing import Format, Headings
from app.tenders.forms.defaults import default_form
from app.tenders.forms.definition import ApplicationForm
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
from app.tenders.notices.profile_schemas import GivenEnds, PlannedEndRead, ProfileRead
from app.tenders.notices.schemas import SHEET, AmendmentRead, EnquiryRead, TenderRead, TenderRow
from app.tenders.profiles import rules as procedures

router = web.router("/tenders", "tenders")
profiles = web.router("/profiles", "tenders")
Wanted = Annotated[queries.TenderFilter, asked(queries.TenderFilter)]


async def _read(session: AsyncSession, tender: Tender, actor: Actor, response: Response) -> TenderRead:
    tag_version(response, tender.version)
    return TenderRead.read(await queries.tender_page(session, tender), actor)


@router.get("", operation_id="list_tenders", dependencies=[allow(WHO["read"])])
async def list_tenders(
    session: UnitSession,
    actor: CurrentActor,
    paging: PagingQuery,
    wanted: Wanted,
) -> Page[TenderRow]:
    found = await queries.list_tenders(session, actor, paging, wanted)
    return found.page([TenderRow.of(line) for line in found.rows], policy.list_actions(actor))


@router.get("/export", operation_id="export_tenders", dependencies=[allow(WHO["read"])], **TABLE_FILE)
async def export_tenders(
    session: UnitSession,
    actor: CurrentActor,
    wanted: Wanted,
    format: Format = "xlsx",
    headings: Headings = "zh",
) -> Response:
    lines = await queries.export_tenders(session, actor, wanted)
    return await SHEET.response([TenderRow.of(line).said() for line in lines], headings, format)


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


@router.post("/{tender_id}/invite", operation_id="invite_final_offers", dependencies=[allow(WHO["invite"])])
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


@profiles.get("/{profile}/application-form", operation_id="read_default_form", dependencies=[allow(WHO["read"])])
async def read_default_form(profile: Code) -> ApplicationForm:
    """The form that a notice under this profile begins with, to be changed at will."""
    return default_form(profile)


@profiles.get("", operation_id="list_profiles", dependencies=[allow(WHO["read"])])
async def list_profiles() -> list[ProfileRead]:
    """The kinds of procedure a notice can follow."""
    return [ProfileRead.of(procedures.profile(name)) for name in procedures.profile_names()]


@profiles.get("/{profile}/timetable", operation_id="plan_timetable", dependencies=[allow(WHO["create"])])
async def plan_timetable(
    session: UnitSession, profile: Code, given: Annotated[GivenEnds, Query()]
) -> list[PlannedEndRead]:
    """The shortest timetable of a notice published today, each date counted from those given before it."""
    return [
        PlannedEndRead.of(end) for end in await queries.timetable(session, procedures.profile(profile), dict(given))
    ]
