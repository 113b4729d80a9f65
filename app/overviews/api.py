"""What a desk shows besides what waits; `overviews` of the desk says which of these its reader has."""

from app.contracts import policy as contracts
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.overviews import communities, engaged, obstacles, season
from app.overviews.market import market
from app.overviews.policy import READERS
from app.overviews.rules import Overview
from app.overviews.schemas import CommunitiesRead, ContractObstacles, EngagedContractsRead, SeasonOverviewRead

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


@router.get(
    "/contracts/{contract_id}/obstacles", operation_id="read_obstacles", dependencies=[allow(contracts.WHO["read"])]
)
async def read_obstacles(session: UnitSession, actor: CurrentActor, contract_id: Id) -> ContractObstacles:
    """What stands between the contract's organisation and its money: what is missing, whose turn it is, until when."""
    contract = await contracts.read_contract(session, actor, contract_id)
    return ContractObstacles.of(await obstacles.obstacles_of(session, contract), shanghai_date(await now(session)))
