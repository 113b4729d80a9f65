"""Offers: open to read for everyone once published, written by organisations."""

from functools import partial
from typing import Annotated

from fastapi import Response

from app.core.actors import EVERYONE
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.putting_off import CurrentWork, or_later
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, asked, tag_version
from app.core.paging import Page, PagingQuery
from app.core.reading.files import TABLE_FILE, UploadedList, long_table_response, table_response
from app.core.reading.listing import Format, Headings
from app.core.reading.parts import gathered
from app.offers import lists, policy, queries, service
from app.offers.policy import WHO
from app.offers.queries import OfferFilter
from app.offers.schemas import (
    OfferCreate,
    OfferRead,
    OfferRow,
    OffersImported,
    OfferUpdate,
    OfferVersionRead,
    OfferWithdraw,
)
from app.parties.queries import party_names
from app.taxonomy.queries import vocabulary

router = web.router("/offers", "offers", web.Open)
Wanted = Annotated[OfferFilter, asked(OfferFilter)]


@router.get("", operation_id="list_offers", dependencies=[allow(EVERYONE)])
async def list_offers(session: UnitSession, actor: CurrentActor, wanted: Wanted, paging: PagingQuery) -> Page[OfferRow]:
    day = shanghai_date(await now(session))
    found = await queries.list_offers(session, actor, wanted, paging, day)
    names = await party_names(session, {offer.party_id for offer in found.rows})
    rows = [OfferRow.of(offer, names[offer.party_id], day) for offer in found.rows]
    return found.page(rows, policy.list_actions(actor))


@router.post("", operation_id="draft_offer", status_code=201, dependencies=[allow(WHO["draft"])])
async def draft_offer(body: OfferCreate, session: UnitSession, actor: CurrentActor, response: Response) -> OfferRead:
    offer = await service.draft_offer(session, actor, body.values())
    tag_version(response, offer.version)
    return OfferRead.of(offer, actor, shanghai_date(offer.created_at))


@router.get("/export", operation_id="export_offers", dependencies=[allow(EVERYONE)], **or_later(TABLE_FILE))
async def export_offers(
    session: UnitSession,
    actor: CurrentActor,
    work: CurrentWork,
    wanted: Wanted,
    format: Format = "xlsx",
    headings: Headings = "zh",
) -> Response:
    today, columns = shanghai_date(await now(session)), lists.COLUMNS
    work.check(count := await queries.count_offers(session, actor, wanted, today), at_once=3_000)
    found, called = queries.export_offers(session, actor, wanted, today), await vocabulary(session)
    rows = gathered(found, count, partial(lists.exported_row, called=called, headings=headings))
    return await long_table_response(columns.file(headings), columns.exported(headings), rows, xlsx=format == "xlsx")


@router.get(
    "/template",
    operation_id="read_offers_template",
    dependencies=[allow(EVERYONE)],
    **TABLE_FILE,
)
async def read_offers_template(format: Format = "xlsx", headings: Headings = "zh") -> Response:
    return await table_response("offers-template", lists.COLUMNS.header(headings), [], xlsx=format == "xlsx")


@router.post("/import", operation_id="import_offers", dependencies=[allow(WHO["import"])], **or_later())
async def import_offers(
    table: UploadedList, session: UnitSession, actor: CurrentActor, work: CurrentWork, update: bool = False
) -> OffersImported:
    work.check(len(table.rows), at_once=1_000)
    return OffersImported.of(await service.import_offers(session, actor, table, update=update))


@router.get("/{offer_id}", operation_id="read_offer", dependencies=[allow(EVERYONE)])
async def read_offer(offer_id: Id, session: UnitSession, actor: CurrentActor, response: Response) -> OfferRead:
    offer = await policy.read_offer(session, actor, offer_id)
    tag_version(response, offer.version)
    return OfferRead.of(offer, actor, shanghai_date(await now(session)))


@router.put("/{offer_id}", operation_id="edit_offer", dependencies=[allow(WHO["edit"])])
async def edit_offer(
    offer_id: Id, given: IfMatch, body: OfferUpdate, session: UnitSession, actor: CurrentActor, response: Response
) -> OfferRead:
    offer = await service.edit_offer(session, actor, offer_id, given, body.values())
    tag_version(response, offer.version)
    return OfferRead.of(offer, actor, shanghai_date(await now(session)))


@router.post("/{offer_id}/publish", operation_id="publish_offer", dependencies=[allow(WHO["publish"])])
async def publish_offer(offer_id: Id, session: UnitSession, actor: CurrentActor) -> OfferRead:
    offer = await service.publish_offer(session, actor, offer_id)
    return OfferRead.of(offer, actor, shanghai_date(await now(session)))


@router.post("/{offer_id}/pause", operation_id="pause_offer", dependencies=[allow(WHO["pause"])])
async def pause_offer(offer_id: Id, session: UnitSession, actor: CurrentActor) -> OfferRead:
    offer = await service.pause_offer(session, actor, offer_id)
    return OfferRead.of(offer, actor, shanghai_date(await now(session)))


@router.post("/{offer_id}/resume", operation_id="resume_offer", dependencies=[allow(WHO["resume"])])
async def resume_offer(offer_id: Id, session: UnitSession, actor: CurrentActor) -> OfferRead:
    offer = await service.resume_offer(session, actor, offer_id)
    return OfferRead.of(offer, actor, shanghai_date(await now(session)))


@router.post("/{offer_id}/withdraw", operation_id="withdraw_offer", dependencies=[allow(WHO["withdraw"])])
async def withdraw_offer(offer_id: Id, body: OfferWithdraw, session: UnitSession, actor: CurrentActor) -> OfferRead:
    offer = await service.withdraw_offer(session, actor, offer_id, body.reason)
    return OfferRead.of(offer, actor, shanghai_date(await now(session)))


@router.get("/{offer_id}/versions", operation_id="list_offer_versions", dependencies=[allow(EVERYONE)])
async def list_offer_versions(offer_id: Id, session: UnitSession, actor: CurrentActor) -> list[OfferVersionRead]:
    offer = await policy.read_offer(session, actor, offer_id)
    return [OfferVersionRead.of(version) for version in await queries.offer_versions(session, offer.id)]
