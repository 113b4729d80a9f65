"""What a proposed round leaves behind, for everyone who may see its certificate."""

from app.core.actors import EVERYONE
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.matching.allocation.exported import ExportedSelection
from app.selection import results
from app.selection.results_schemas import FairnessRead

router = web.router("/selection", "selection")


@router.get("/rounds/{round_id}/export", operation_id="export_round", dependencies=[allow(EVERYONE)])
async def export_round(session: UnitSession, actor: CurrentActor, round_id: Id) -> ExportedSelection:
    """Check it with `shuangxuan verify selection FILE`."""
    return await results.exported_round(session, actor, round_id)


@router.get("/rounds/{round_id}/fairness", operation_id="read_fairness", dependencies=[allow(EVERYONE)])
async def read_fairness(session: UnitSession, actor: CurrentActor, round_id: Id) -> FairnessRead:
    return FairnessRead.of(*await results.fairness_of_round(session, actor, round_id))
