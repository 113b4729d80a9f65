"""Rankings, and the weights they are made with."""

from app.core.actors import EVERYONE
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.matching.ranking.records import DEFAULT_WEIGHTS
from app.rankings import service
from app.rankings.policy import WHO
from app.rankings.schemas import RankingAsk, RankingRead, WeightsRead

router = web.router("/selection", "selection")


@router.get("/weights", operation_id="read_weights", dependencies=[allow(EVERYONE)])
async def read_weights() -> WeightsRead:
    return WeightsRead.of(DEFAULT_WEIGHTS)


@router.post("/needs/{need_id}/ranking", operation_id="rank_offers", dependencies=[allow(WHO["rank_offers"])])
async def rank_offers(
    session: UnitSession, actor: CurrentActor, need_id: Id, body: RankingAsk | None = None
) -> RankingRead:
    tried = (body or RankingAsk()).what_if()
    return RankingRead.of(*await service.rank_offers(session, actor, need_id, tried), tried.weights)


@router.post("/offers/{offer_id}/ranking", operation_id="rank_needs", dependencies=[allow(WHO["rank_needs"])])
async def rank_needs(
    session: UnitSession, actor: CurrentActor, offer_id: Id, body: RankingAsk | None = None
) -> RankingRead:
    tried = (body or RankingAsk()).what_if()
    return RankingRead.of(*await service.rank_needs(session, actor, offer_id, tried), tried.weights)
