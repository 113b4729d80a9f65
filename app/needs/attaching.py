"""What a need answers for the files that hang on it."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.moves import check_move
from app.needs.policy import access_need, actions, read_need
from app.needs.rules import MOVES, standing


async def read_verbs(session: AsyncSession, actor: Actor, need_id: int) -> list[str]:
    return actions(actor, await read_need(session, actor, need_id), shanghai_date(await now(session)))


async def access(session: AsyncSession, actor: Actor, need_id: int) -> str:
    need = await access_need(session, actor, need_id, "attach")
    check_move(MOVES, standing(need, shanghai_date(await now(session))), "attach")
    return f"needs:{need.id}"
