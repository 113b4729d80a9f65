"""Endpoints of panels: everything hangs on the tender."""

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import judges
from app.core.actors import Actor, Role
from app.core.errors import NotFound
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.core.reading.files import TABLE_FILE
from app.core.reading.listing import Format, Headings
from app.tenders.bids.applications import application_of
from app.tenders.notices.queries import criteria_of, profile_of
from app.tenders.panels import policy, queries, reopening, service
from app.tenders.panels.models import ScoreSheet
from app.tenders.panels.policy import WHO
from app.tenders.panels.reopening_schemas import ReopeningAsk, ReopeningRead
from app.tenders.panels.schemas import (
    ApplicantRow,
    CriterionRead,
    InterestsDeclare,
    JudgeAccount,
    MemberRead,
    PanelCreate,
    PanelRead,
    PaperSheetCreate,
    PitchOrder,
    ScoringBidRead,
    ScoringBidRow,
    SheetLine,
    SheetRead,
    SheetRow,
    SheetSave,
    sheet_of,
)

router = web.router("/panels", "panels")


async def _panel(session: AsyncSession, actor: Actor, tender_id: Id) -> PanelRead:
    tender, panel = await policy.read_appointed(session, actor, tender_id)
    return PanelRead.of(await queries.panel_page(session, tender, panel), actor)


async def _sheet(session: AsyncSession, actor: Actor, sheet: ScoreSheet) -> SheetRead:
    seat, judges = await policy.seat_of(session, sheet), await queries.accounts_of(session, sheet.tender_id)
    return SheetRead.of(sheet, await queries.marks_of(session, sheet.id), seat, judges, actor)


async def _reopening(session: AsyncSession, actor: Actor, tender_id: Id, reopening_id: Id) -> ReopeningRead:
    tender, panel = await policy.read_panel(session, actor, tender_id)
    judges, found = await queries.accounts_of(session, tender_id), await queries.reopened_of(session, tender_id)
    asked = next(each for each in found if each.reopening.id == reopening_id)
    return ReopeningRead.of(asked, tender, panel, judges, actor)


@router.post("", operation_id="appoint_panel", status_code=201, dependencies=[allow(WHO["appoint"])])
async def appoint_panel(session: UnitSession, actor: CurrentActor, wanted: PanelCreate) -> PanelRead:
    members = [service.NewMember(**member.model_dump()) for member in wanted.members]
    await service.appoint_panel(session, actor, wanted.tender_id, members)
    return await _panel(session, actor, wanted.tender_id)


@router.get("/judges", operation_id="list_judges", dependencies=[allow(WHO["appoint"])])
async def list_judges(session: UnitSession) -> list[JudgeAccount]:
    """The accounts that may be given a seat, by name."""
    return [JudgeAccount.model_validate(each) for each in await judges(session)]


@router.get("/{tender_id}", operation_id="read_panel", dependencies=[allow(WHO["read"])])
async def read_panel(session: UnitSession, actor: CurrentActor, response: Response, tender_id: Id) -> PanelRead:
    panel = await _panel(session, actor, tender_id)
    tag_version(response, panel.version)
    return panel


@router.get("/{tender_id}/applicants", operation_id="list_applicants", dependencies=[allow(WHO["declare"])])
async def list_applicants(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[ApplicantRow]:
    await policy.access_panel(session, actor, tender_id, "declare")
    return [ApplicantRow.of(party) for party in await queries.applicants_of(session, tender_id)]


@router.post("/{tender_id}/declare", operation_id="declare_interests", dependencies=[allow(WHO["declare"])])
async def declare_interests(
    session: UnitSession, actor: CurrentActor, tender_id: Id, wanted: InterestsDeclare
) -> MemberRead:
    interests = [service.Interest(**each.model_dump()) for each in wanted.interests]
    seat = await service.declare_interests(session, actor, tender_id, interests, wanted.judge)
    return MemberRead.of(seat, await queries.recusals_of(session, tender_id), actor)


@router.put("/{tender_id}/pitches", operation_id="order_pitches", dependencies=[allow(WHO["order"])])
async def order_pitches(session: UnitSession, actor: CurrentActor, tender_id: Id, wanted: PitchOrder) -> PitchOrder:
    await service.order_pitches(session, actor, tender_id, wanted.lot, wanted.bids)
    return wanted


@router.get("/{tender_id}/bids", operation_id="list_scoring_bids", dependencies=[allow(WHO["open"])])
async def list_scoring_bids(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[ScoringBidRow]:
    seat = await service.open_bids(session, actor, tender_id)
    return [ScoringBidRow.of(row, seat, actor) for row in await queries.scoring_bids(session, seat.member)]


@router.get("/{tender_id}/bids/{bid_id}", operation_id="open_bid", dependencies=[allow(WHO["open"])])
async def open_bid(
    session: UnitSession, actor: CurrentActor, response: Response, tender_id: Id, bid_id: Id
) -> ScoringBidRead:
    seat, bid = await service.open_bid(session, actor, tender_id, bid_id)
    row = next((r for r in await queries.scoring_bids(session, seat.member) if r.bid.id == bid.id), None)
    if row is None:
        raise NotFound(bid=bid_id)
    sheet = await _sheet(session, actor, row.sheet) if row.sheet else None
    tag_version(response, sheet.version if sheet else 0)
    criteria = [CriterionRead.of(each) for each in await criteria_of(session, tender_id) if not each.is_price]
    facts = ScoringBidRow.of(row, seat, actor).model_dump()
    said = {"plan": row.version.plan, "application": await application_of(session, row.version)}
    return ScoringBidRead(**facts, **said, criteria=criteria, sheet=sheet)


@router.put("/{tender_id}/bids/{bid_id}/sheet", operation_id="save_sheet", dependencies=[allow(WHO["save"])])
async def save_sheet(
    session: UnitSession, actor: CurrentActor, tender_id: Id, bid_id: Id, given: IfMatch, wanted: SheetSave
) -> SheetRead:
    sheet = await service.save_sheet(session, actor, tender_id, bid_id, wanted.marks, given)
    return await _sheet(session, actor, sheet)


@router.post("/{tender_id}/bids/{bid_id}/deliver", operation_id="deliver_sheet", dependencies=[allow(WHO["deliver"])])
async def deliver_sheet(session: UnitSession, actor: CurrentActor, tender_id: Id, bid_id: Id) -> SheetRead:
    sheet = await service.deliver_sheet(session, actor, tender_id, bid_id)
    return await _sheet(session, actor, sheet)


@router.post(
    "/{tender_id}/bids/{bid_id}/reopen",
    operation_id="ask_reopening",
    status_code=201,
    dependencies=[allow(WHO["reopen"])],
)
async def ask_reopening(
    session: UnitSession, actor: CurrentActor, tender_id: Id, bid_id: Id, wanted: ReopeningAsk
) -> ReopeningRead:
    asked = await reopening.ask_reopening(session, actor, tender_id, bid_id, **wanted.asked())
    return await _reopening(session, actor, tender_id, asked.id)


@router.get("/{tender_id}/reopenings", operation_id="list_reopenings", dependencies=[allow(WHO["read"])])
async def list_reopenings(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[ReopeningRead]:
    tender, panel = await policy.read_panel(session, actor, tender_id)
    judge = actor.account_id if actor.role is Role.judge else None
    judges, found = await queries.accounts_of(session, tender_id), await queries.reopened_of(session, tender_id, judge)
    return [ReopeningRead.of(each, tender, panel, judges, actor) for each in found]


@router.post(
    "/{tender_id}/reopenings/{reopening_id}/approve",
    operation_id="approve_reopening",
    dependencies=[allow(WHO["approve"])],
)
async def approve_reopening(
    session: UnitSession, actor: CurrentActor, tender_id: Id, reopening_id: Id
) -> ReopeningRead:
    await reopening.approve_reopening(session, actor, tender_id, reopening_id)
    return await _reopening(session, actor, tender_id, reopening_id)


@router.post(
    "/{tender_id}/reopenings/{reopening_id}/refuse",
    operation_id="refuse_reopening",
    dependencies=[allow(WHO["refuse"])],
)
async def refuse_reopening(session: UnitSession, actor: CurrentActor, tender_id: Id, reopening_id: Id) -> ReopeningRead:
    await reopening.refuse_reopening(session, actor, tender_id, reopening_id)
    return await _reopening(session, actor, tender_id, reopening_id)


@router.post(
    "/{tender_id}/sheets", operation_id="enter_paper_sheet", status_code=201, dependencies=[allow(WHO["enter"])]
)
async def enter_paper_sheet(
    session: UnitSession, actor: CurrentActor, tender_id: Id, wanted: PaperSheetCreate
) -> SheetRead:
    sheet = await service.enter_paper_sheet(session, actor, tender_id, **wanted.keyed())
    return await _sheet(session, actor, sheet)


@router.post("/{tender_id}/sheets/confirm", operation_id="confirm_sheet", dependencies=[allow(WHO["confirm"])])
async def confirm_sheet(
    session: UnitSession, actor: CurrentActor, tender_id: Id, wanted: PaperSheetCreate
) -> SheetRead:
    sheet = await service.confirm_sheet(session, actor, tender_id, **wanted.keyed())
    return await _sheet(session, actor, sheet)


@router.get("/{tender_id}/sheets", operation_id="list_sheets", dependencies=[allow(WHO["list_sheets"])])
async def list_sheets(session: UnitSession, actor: CurrentActor, tender_id: Id) -> list[SheetRow]:
    tender, panel = await policy.read_panel(session, actor, tender_id)
    judges, found = await queries.accounts_of(session, tender_id), await queries.sheets_of(session, tender_id)
    return [SheetRow.of(each, tender, panel, judges, actor) for each in found]


@router.get(
    "/{tender_id}/sheets/export", operation_id="export_sheets", dependencies=[allow(WHO["list_sheets"])], **TABLE_FILE
)
async def export_sheets(
    session: UnitSession, actor: CurrentActor, tender_id: Id, format: Format = "xlsx", headings: Headings = "zh"
) -> Response:
    """Every sheet as it counts, and before it the versions that were taken back, each with why and by whom."""
    tender, panel = await policy.read_panel(session, actor, tender_id)
    criteria = [each for each in await criteria_of(session, tender_id) if not each.is_price]
    taken_back = await queries.corrected_sheets(session, tender_id) if panel.closed_at else []
    lines = [SheetLine.superseded(each) for each in taken_back]
    lines += [SheetLine.of(each, panel) for each in await queries.sheets_of(session, tender_id)]
    rows = [line.said(profile_of(tender)) for line in sorted(lines, key=lambda line: (line.bid, line.judge))]
    return await sheet_of(criteria).response(rows, headings, format)


@router.post("/{tender_id}/close", operation_id="close_scoring", dependencies=[allow(WHO["close"])])
async def close_scoring(session: UnitSession, actor: CurrentActor, tender_id: Id) -> PanelRead:
    await service.close_scoring(session, actor, tender_id)
    return await _panel(session, actor, tender_id)
