"""What a desk shows besides what waits; `overviews` of the desk says which of these its reader has."""

from typing import Annotated

from fastapi import Path, Response

from app.contracts import policy as contracts
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.core.reading.files import TABLE_FILE
from app.core.reading.listing import Format, Headings
from app.overviews import communities, engaged, obstacles, report, report_paper, season
from app.overviews.market import market
from app.overviews.policy import READERS
from app.overviews.report_schemas import SHEET, SeasonReportRead
from app.overviews.rules import Overview
from app.overviews.schemas import CommunitiesRead, ContractObstacles, EngagedContractsRead, SeasonOverviewRead
from app.papers.printed import PAPER, PaperKind, printed
from app.parties.queries import require_party

SeasonYear = Annotated[int, Path(ge=1900, le=2200)]
router = web.router("/overviews", "overviews")


@router.get(
    "/communities", operation_id="read_communities_overview", dependencies=[allow(READERS[Overview.communities])]
)
async def read_communities_overview(session: UnitSession, actor: CurrentActor) -> CommunitiesRead:
    """The communities of the reader's area: what is asked, needed, late and under contract there."""
    return CommunitiesRead.of(await communities.communities_of(session, actor, await now(session)))


@router.get("/contracts", operation_id="read_contracts_overview", dependencies=[allow(READERS[Overview.contracts])])
async def read_contracts_overview(session: UnitSession, actor: CurrentActor) -> EngagedContractsRead:
    """The contracts that the reader's firm evaluates or audits, and what may be done to them today."""
    found = await engaged.engaged_contracts(session, actor, await now(session))
    return EngagedContractsRead.of(found, await engaged.count_engaged(session, actor))


@router.get("/season", operation_id="read_season_overview", dependencies=[allow(READERS[Overview.season])])
async def read_season_overview(session: UnitSession, actor: CurrentActor) -> SeasonOverviewRead:
    """What the reader's bureau has under way, its money, what is late, and where too few offers stand."""
    at = await now(session)
    underway, late = await season.underway(session, actor, at), await season.late(session, actor, at)
    money, streets = await season.money_of(session, actor), await market(session, actor, shanghai_date(at))
    return SeasonOverviewRead.of(underway, money, late, streets)


@router.get("/season/{year}", operation_id="read_season_report", dependencies=[allow(READERS[Overview.season])])
async def read_season_report(session: UnitSession, actor: CurrentActor, year: SeasonYear) -> SeasonReportRead:
    """How the season of a year ended: money, sessions, verdicts, findings, each contract, and what was never bought."""
    return SeasonReportRead.of(await report.report_of(session, actor, year))


@router.get(
    "/season/{year}/paper",
    operation_id="read_season_report_paper",
    dependencies=[allow(READERS[Overview.season])],
    **PAPER,
)
async def read_season_report_paper(
    session: UnitSession, actor: CurrentActor, year: SeasonYear, kind: PaperKind = "pdf"
) -> Response:
    found, today = await report.report_of(session, actor, year), shanghai_date(await now(session))
    bureau = await require_party(session, actor.party_id or 0)
    return await printed(report_paper.report_document(found, bureau.name_zh, today), f"season-{year}", kind)


@router.get(
    "/season/{year}/export",
    operation_id="export_season_report",
    dependencies=[allow(READERS[Overview.season])],
    **TABLE_FILE,
)
async def export_season_report(
    session: UnitSession, actor: CurrentActor, year: SeasonYear, format: Format = "xlsx", headings: Headings = "zh"
) -> Response:
    """The contracts of the year, one a row, with all figures of the report."""
    found = SeasonReportRead.of(await report.report_of(session, actor, year))
    return await SHEET.response([each.cells() for each in found.projects], headings, format)


@router.get(
    "/contracts/{contract_id}/obstacles", operation_id="read_obstacles", dependencies=[allow(contracts.WHO["read"])]
)
async def read_obstacles(session: UnitSession, actor: CurrentActor, contract_id: Id) -> ContractObstacles:
    """What stands between the contract's organisation and its money: what is missing, whose turn it is, until when."""
    contract = await contracts.read_contract(session, actor, contract_id)
    return ContractObstacles.of(await obstacles.obstacles_of(session, contract), shanghai_date(await now(session)))
