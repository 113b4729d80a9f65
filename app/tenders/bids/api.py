"""Bids: writing and handing in, receipts; the opening list; pre-qualification."""

from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa
from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.lanes import Lane
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.core.paging import Page, PagingQuery, paginate
from app.core.reading.files import TABLE_FILE, table_response
from app.parties.queries import party_names
from app.tenders.bids import offers, policy, queries, service
from app.tenders.bids.models import Bid
from app.tenders.bids.policy import WHO
from app.tenders.bids.schemas import BidCreate, BidRead, BidRow, BidUpdate, FinalOffer, FindingRead, LateBidRecord
from app.tenders.notices.models import Tender
from app.tenders.notices.policy import WHO as TENDER_WHO
from app.tenders.notices.policy import read_tender

of_tenders: APIRouter = web.router("/tenders/{tender_id}", "bids", lane=Lane.reserved)
router = web.router("/bids", "bids", lane=Lane.reserved)
EXPORTED = ("ref", "lot", "item", "party_name_zh", "party_name_en", "title", "amount", "status", "received_at")


async def _rows(session: AsyncSession, actor: Actor, bids: Sequence[Bid]) -> list[BidRow]:
    found = await queries.entries(session, bids)
    names = await party_names(session, {bid.party_id for bid in bids})
    ids = {bid.tender_id for bid in bids}
    tenders = {each.id: each for each in await session.scalars(sa.select(Tender).where(Tender.id.in_(ids)))}
    return [BidRow.of(each, names[each.bid.party_id], tenders[each.bid.tender_id], actor) for each in found]


async def _read(session: AsyncSession, actor: Actor, bid_id: Id, response: Response) -> BidRead:
    bid = await policy.read_bid(session, actor, bid_id)
    tag_version(response, bid.version)
    tender = await read_tender(session, actor, bid.tender_id)
    entry = (await queries.entries(session, [bid]))[0]
    names = await party_names(session, {bid.party_id})
    versions = await queries.versions_of(session, bid.id)
    warnings = await queries.warnings_of(session, tender, bid)
    return BidRead.read(entry, names[bid.party_id], tender, (versions, warnings), actor, await now(session))


@of_tenders.get("/bids", operation_id="list_bids", dependencies=[allow(WHO["list"])])
async def list_bids(session: UnitSession, actor: CurrentActor, tender_id: Id, paging: PagingQuery) -> Page[BidRow]:
    """Before the opening one's own bids; after it, what was handed in by everybody."""
    await read_tender(session, actor, tender_id)
    query = queries.list_query(actor, tender_id)
    bids, cursor = await paginate(session, query, paging, id=Bid.id, sorts={"created_at": Bid.created_at})
    return Page(items=await _rows(session, actor, bids), next_cursor=cursor)


@of_tenders.get("/bids/export", operation_id="export_bids", dependencies=[allow(WHO["list"])], **TABLE_FILE)
async def export_bids(
    session: UnitSession, actor: CurrentActor, tender_id: Id, format: Literal["xlsx", "csv"] = "xlsx"
) -> Response:
    await read_tender(session, actor, tender_id)
    bids = list(await session.scalars(queries.list_query(actor, tender_id).order_by(Bid.ref, Bid.id)))
    rows = [_cells(row) for row in await _rows(session, actor, bids)]
    return table_response("bids", EXPORTED, rows, xlsx=format == "xlsx")


def _cells(row: BidRow) -> list[object]:
    amount = row.amount.amount if row.amount else None
    at = row.received_at.isoformat(timespec="seconds") if row.received_at else None
    return [{"amount": amount, "received_at": at}.get(name, getattr(row, name)) for name in EXPORTED]


@of_tenders.post("/bids", operation_id="draft_bid", status_code=201, dependencies=[allow(WHO["draft"])])
async def draft_bid(
    session: UnitSession, actor: CurrentActor, tender_id: Id, body: BidCreate, response: Response
) -> BidRead:
    bid = await service.draft_bid(session, actor, tender_id, lot=body.lot, item=body.item, content=body.content())
    return await _read(session, actor, bid.id, response)


@of_tenders.post(
    "/late-bids", operation_id="record_late_bid", status_code=201, dependencies=[allow(TENDER_WHO["record_late"])]
)
async def record_late_bid(session: UnitSession, actor: CurrentActor, tender_id: Id, body: LateBidRecord) -> BidRow:
    bid = await service.record_late_bid(
        session,
        actor,
        tender_id,
        party_id=body.party_id,
        lot=body.lot,
        item=body.item,
        content=body.content(),
        received_at=body.received_at,
    )
    return (await _rows(session, actor, [bid]))[0]


@of_tenders.post("/open", operation_id="open_bids", dependencies=[allow(TENDER_WHO["open"])])
async def open_bids(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[BidRow]:
    return await _rows(session, actor, await service.open_bids(session, actor, tender_id))


@of_tenders.get("/prequalification", operation_id="review_bids", dependencies=[allow(TENDER_WHO["prequalify"])])
async def review_bids(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[FindingRead]:
    """What the rules find about every bid that is not decided yet, before the purchaser confirms it."""
    tender = await read_tender(session, actor, tender_id, "prequalify")
    if tender.opened_at is None:
        return []
    bids = await queries.bids_of(session, tender.id, queries.UNDECIDED)
    return await _findings(session, actor, tender, await queries.findings(session, tender, bids))


@of_tenders.post("/prequalify", operation_id="prequalify_bids", dependencies=[allow(TENDER_WHO["prequalify"])])
async def prequalify_bids(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[FindingRead]:
    found = await service.prequalify_bids(session, actor, tender_id)
    return await _findings(session, actor, await read_tender(session, actor, tender_id), found)


@of_tenders.post("/final-offers", operation_id="open_final_offers", dependencies=[allow(TENDER_WHO["open_final"])])
async def open_final_offers(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[FindingRead]:
    found = await offers.open_final_offers(session, actor, tender_id)
    return await _findings(session, actor, await read_tender(session, actor, tender_id), found)


async def _findings(
    session: AsyncSession, actor: Actor, tender: Tender, found: Sequence[queries.Finding]
) -> list[FindingRead]:
    names = await party_names(session, {each.entry.bid.party_id for each in found})
    return [FindingRead.of(each, names[each.entry.bid.party_id], tender, actor) for each in found]


@router.get("", operation_id="list_own_bids", dependencies=[allow(WHO["draft"])])
async def list_own_bids(session: UnitSession, actor: CurrentActor, paging: PagingQuery) -> Page[BidRow]:
    query = queries.list_query(actor)
    bids, cursor = await paginate(session, query, paging, id=Bid.id, sorts={"created_at": Bid.created_at})
    return Page(items=await _rows(session, actor, bids), next_cursor=cursor)


@router.get("/{bid_id}", operation_id="read_bid", dependencies=[allow(WHO["read"])])
async def read_bid(session: UnitSession, actor: CurrentActor, bid_id: Id, response: Response) -> BidRead:
    return await _read(session, actor, bid_id, response)


@router.put("/{bid_id}", operation_id="edit_bid", dependencies=[allow(WHO["edit"])])
async def edit_bid(
    session: UnitSession, actor: CurrentActor, bid_id: Id, given: IfMatch, body: BidUpdate, response: Response
) -> BidRead:
    await service.edit_bid(session, actor, bid_id, given, body.content())
    return await _read(session, actor, bid_id, response)


@router.post("/{bid_id}/submit", operation_id="submit_bid", dependencies=[allow(WHO["submit"])])
async def submit_bid(session: UnitSession, actor: CurrentActor, bid_id: Id, response: Response) -> BidRead:
    await service.submit_bid(session, actor, bid_id)
    return await _read(session, actor, bid_id, response)


@router.post("/{bid_id}/revise", operation_id="revise_bid", dependencies=[allow(WHO["revise"])])
async def revise_bid(session: UnitSession, actor: CurrentActor, bid_id: Id, response: Response) -> BidRead:
    await service.revise_bid(session, actor, bid_id)
    return await _read(session, actor, bid_id, response)


@router.post("/{bid_id}/confirm", operation_id="confirm_bid", dependencies=[allow(WHO["confirm"])])
async def confirm_bid(session: UnitSession, actor: CurrentActor, bid_id: Id, response: Response) -> BidRead:
    await service.confirm_bid(session, actor, bid_id)
    return await _read(session, actor, bid_id, response)


@router.post("/{bid_id}/withdraw", operation_id="withdraw_bid", dependencies=[allow(WHO["withdraw"])])
async def withdraw_bid(session: UnitSession, actor: CurrentActor, bid_id: Id, response: Response) -> BidRead:
    await service.withdraw_bid(session, actor, bid_id)
    return await _read(session, actor, bid_id, response)


@router.post("/{bid_id}/offer", operation_id="offer_finally", dependencies=[allow(WHO["offer"])])
async def offer_finally(
    session: UnitSession, actor: CurrentActor, bid_id: Id, body: FinalOffer, response: Response
) -> BidRead:
    await offers.offer_finally(session, actor, bid_id, body.amount.amount)
    return await _read(session, actor, bid_id, response)
