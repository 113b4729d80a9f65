"""The desk: what waits for me, until when."""

from app.core.actors import STAFF
from app.core.clock import now
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.desk import queries
from app.desk.schemas import DeskRead
from app.overviews.policy import overviews_of

router = web.router("/desk", "desk")


@router.get("", operation_id="read_desk", dependencies=[allow(STAFF)])
async def read_desk(session: UnitSession, actor: CurrentActor) -> DeskRead:
    at = await now(session)
    waiting, awaited = await queries.shared(session, actor, at), await queries.awaited(session, actor, at)
    moving = await queries.provisional(session, [*waiting.own, *waiting.of_heads, *awaited])
    done = await queries.done_today(session, actor, at)
    return DeskRead.of(at, waiting, awaited, done, moving, overviews_of(actor))
