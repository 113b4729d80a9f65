"""Endpoints of applications to take part: anybody's by a receipt, and those of the offices that decide."""

from fastapi import Request

from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow, network
from app.core.paging import Page, PagingQuery
from app.registrations import policy, queries, service
from app.registrations.policy import WHO
from app.registrations.rules import RegistrationStatus
from app.registrations.schemas import (
    RegistrationAdmit,
    RegistrationAdmitted,
    RegistrationFollowed,
    RegistrationRead,
    RegistrationRefuse,
    RegistrationSubmit,
    RegistrationSubmitted,
    Typed,
)

applying = web.router("/registrations", "registrations", web.Unlinked)
router = web.router("/registrations", "registrations")
links = web.router(
    "/registrations", "registrations", web.Unkept
)  # answered with a one-time link, which nobody may keep


@applying.post("", status_code=201, operation_id="submit_registration", dependencies=[allow(WHO["submit"])])
async def submit_registration(
    session: UnitSession, actor: CurrentActor, request: Request, given: RegistrationSubmit
) -> RegistrationSubmitted:
    contact = given.contact_name, given.contact_phone
    code = await service.submit_registration(session, actor, network(request), given.newcomer(), *contact)
    return RegistrationSubmitted(receipt_code=code)


@applying.get("/receipts/{code}", operation_id="follow_registration", dependencies=[allow(WHO["follow"])])
async def follow_registration(session: UnitSession, code: Typed) -> RegistrationFollowed:
    return RegistrationFollowed.of(await policy.access_receipt(session, code))


@applying.post("/receipts/{code}/withdraw", operation_id="withdraw_registration", dependencies=[allow(WHO["withdraw"])])
async def withdraw_registration(session: UnitSession, actor: CurrentActor, code: Typed) -> RegistrationFollowed:
    return RegistrationFollowed.of(await service.withdraw_registration(session, actor, code))


@router.get("", operation_id="list_registrations", dependencies=[allow(WHO["read"])])
async def list_registrations(
    session: UnitSession, actor: CurrentActor, paging: PagingQuery, status: RegistrationStatus | None = None
) -> Page[RegistrationRead]:
    found = await queries.list_registrations(session, actor, status, paging)
    return found.page([RegistrationRead.seen_by(actor, each) for each in found.rows])


@router.get("/{registration_id}", operation_id="read_registration", dependencies=[allow(WHO["read"])])
async def read_registration(session: UnitSession, actor: CurrentActor, registration_id: Id) -> RegistrationRead:
    found = await policy.read_registration(session, actor, registration_id)
    return RegistrationRead.seen_by(actor, *await queries.seen(session, [found]))


@links.post("/{registration_id}/admit", operation_id="admit_registration", dependencies=[allow(WHO["admit"])])
async def admit_registration(
    session: UnitSession, actor: CurrentActor, registration_id: Id, given: RegistrationAdmit
) -> RegistrationAdmitted:
    return RegistrationAdmitted.of(
        await service.admit_registration(session, actor, registration_id, given.username, given.display_name)
    )


@router.post("/{registration_id}/refuse", operation_id="refuse_registration", dependencies=[allow(WHO["refuse"])])
async def refuse_registration(
    session: UnitSession, actor: CurrentActor, registration_id: Id, given: RegistrationRefuse
) -> RegistrationRead:
    refused = await service.refuse_registration(session, actor, registration_id, given.reason)
    return RegistrationRead.seen_by(actor, *await queries.seen(session, [refused]))
