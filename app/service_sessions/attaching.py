"""What a session answers for the files that hang on it: photographs, the paper list."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.policy import reader_of
from app.contracts.queries import stream_of
from app.core.actors import Actor
from app.core.moves import check_move
from app.service_sessions.policy import access_session, actions, read_session
from app.service_sessions.rules import MOVES, PERFORMED, Attended


async def read_verbs(session: AsyncSession, actor: Actor, service_session_id: int) -> list[str]:
    of = await read_session(session, actor, service_session_id)
    return [verb for verb in actions(await reader_of(session, actor, of.contract), of, Attended()) if verb == "attach"]


async def access(session: AsyncSession, actor: Actor, service_session_id: int) -> str:
    of = await access_session(session, actor, service_session_id, "attach")
    check_move(PERFORMED, of.contract.status, "attach")
    check_move(MOVES, of.session.status, "attach")
    return stream_of(of.contract)
