"""Bids: writing and handing in, receipts; the opening list; pre-qualification."""

from collections.abc import Iterable, Sequence

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.lanes import Lane
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.core.paging import Page, PagingQuery
from app.core.reading.files import TABLE_FILE
from app.core.reading.listing import Format, Headings
from app.core.reading.sheets import Sheet
from app.tenders.bids import offers, policy, queries, service
from app.tenders.bids.models import Bid
from app.tenders.bids.policy import WHO
from app.tenders.bids.schemas import BidCreate, BidRead, BidRow, BidUpdate, FinalOffer, FindingRead, LateBidRecord
from app.tenders.notices.policy import WHO as TENDER_WHO
from app.tenders.notices.policy import read_tender

of_tenders: APIRouter = web.router("/tenders/{tender_id}", "bids", lane=Lane.reserved)
router = web.router("/bids", "bids", lane=Lane.reserved)
SHEET = Sheet(
    ("申报情况", "bids"),
    {
        "ref": ("编号", "Number"),
        "lot": ("标段", "Lot"),
        "item": ("点位", "Item"),
        "party": ("申报单位", "Applicant"),
        "title": ("项目名称", "Project"),
        "amount": ("申报金额（元）", "Amount (CNY)"),
        "status": ("状态", "Status"),
        "received_at": ("收到时间", "Received"),
    },
)


async def _rows(session: AsyncSession, actor: Actor, bids: Iterable[Bid]) -> list[BidRow]:
    at = await now(session)
    return [BidRow.of(line, actor, at) for line in await queries.lines_of(session, bids)]


async def _read(session: AsyncSession, actor: Actor, bid_id: int, response: Response) -> BidRead:
    page = await queries.bid_page(session, bid_id)
    tag_version(response, page.entry.bid.version)
    return BidRead.read(page, actor, await now(session))


@of_tenders.get("/bids", operation_id="list_bids", dependencies=[allow(WHO["list"])])
async def list_bids(session: UnitSession, actor: CurrentActor, tender_id: Id, paging: PagingQuery) -> Page[BidRow]:
    """Before the opening one's own bids; after it, what was handed in by everybody."""
    await read_tender(session, actor, tender_id)
    found = await queries.list_bids(session, actor, paging, tender_id)
    at = await now(session)
    return found.page([BidRow.of(line, actor, at) for line in found.rows])


@of_tenders.get("/bids/export", operation_id="export_bids", dependencies=[allow(WHO["list"])], **TABLE_FILE)
async def export_bids(
    session: UnitSession, actor: CurrentActor, tender_id: Id, format: Format = "xlsx", headings: Headings = "zh"
) -> Response:
    await read_tender(session, actor, tender_id)
    at = await now(session)
    rows = [dict(BidRow.of(line, actor, at)) for line in await queries.export_bids(session, actor, tender_id)]
    return await SHEET.response(rows, headings, format)


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
    return await _findings(session, actor, await queries.review(session, tender))


@of_tenders.post("/prequalify", operation_id="prequalify_bids", dependencies=[allow(TENDER_WHO["prequalify"])])
async def prequalify_bids(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[FindingRead]:
    return await _findings(session, actor, await service.prequalify_bids(session, actor, tender_id))


@of_tenders.post("/open_final", operation_id="open_final_offers", dependencies=[allow(TENDER_WHO["open_final"])])
async def open_final_offers(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[FindingRead]:
    return await _findings(session, actor, await offers.open_final_offers(session, actor, tender_id))


async def _findings(session: AsyncSession, actor: Actor, found: Sequence[queries.Finding]) -> list[FindingRead]:
    at, lines = await now(session), await queries.lines(session, [each.entry for each in found])
    return [FindingRead.of(line, each.reasons, actor, at) for line, each in zip(lines, found, strict=True)]


@router.get("", operation_id="list_own_bids", dependencies=[allow(WHO["draft"])])
async def list_own_bids(session: UnitSession, actor: CurrentActor, paging: PagingQuery) -> Page[BidRow]:
    found = await queries.list_bids(session, actor, paging)
    at = await now(session)
    return found.page([BidRow.of(line, actor, at) for line in found.rows])


@router.get("/{bid_id}", operation_id="read_bid", dependencies=[allow(WHO["read"])])
async def read_bid(session: UnitSession, actor: CurrentActor, bid_id: Id, response: Response) -> BidRead:
    await policy.read_bid(session, actor, bid_id)
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
