"""Endpoints of a result's award sets, compared, and of how its judges marked."""

from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.tenders.awards.policy import read_result
from app.tenders.comparisons import service
from app.tenders.comparisons.policy import WHO, visible_judges
from app.tenders.comparisons.queries import compared_lots, kept_agreement
from app.tenders.comparisons.schemas import AgreementRead, AwardsComparison, InclusionAsk
from app.tenders.panels.queries import members_of

router = web.router("/awards", "awards")


@router.get("/results/{tender_id}/compare", operation_id="compare_awards", dependencies=[allow(WHO["compare"])])
async def compare_awards(session: UnitSession, actor: CurrentActor, tender_id: Id) -> AwardsComparison:
    tender, result = await read_result(session, actor, tender_id)
    return AwardsComparison.of(tender, result, await compared_lots(session, tender, result), actor)


@router.get(
    "/results/{tender_id}/agreement", operation_id="read_agreement", dependencies=[allow(WHO["read_agreement"])]
)
async def read_agreement(session: UnitSession, actor: CurrentActor, tender_id: Id) -> AgreementRead:
    tender, result = await read_result(session, actor, tender_id)
    seen = visible_judges(actor, tender, await members_of(session, tender_id))
    return AgreementRead.of(await kept_agreement(session, result), seen)


@router.post(
    "/results/{tender_id}/price_inclusion",
    operation_id="price_inclusion",
    status_code=202,
    dependencies=[allow(WHO["price_inclusion"])],
)
async def price_inclusion(
    session: UnitSession, actor: CurrentActor, tender_id: Id, wanted: InclusionAsk
) -> AwardsComparison:
    await service.price_inclusion(session, actor, tender_id, wanted.lot)
    return await compare_awards(session, actor, tender_id)
