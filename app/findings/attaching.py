"""What proves an answer hangs on the finding, while it may be answered."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.policy import reader_of
from app.contracts.queries import stream_of
from app.core.actors import Actor
from app.core.moves import check_move
from app.findings.policy import access_finding, actions, read_finding
from app.findings.rules import MOVES


async def read_verbs(session: AsyncSession, actor: Actor, finding_id: int) -> list[str]:
    on = await read_finding(session, actor, finding_id)
    return actions(await reader_of(session, actor, on.contract), on)


async def access(session: AsyncSession, actor: Actor, finding_id: int) -> str:
    on = await access_finding(session, actor, finding_id, "attach")
    check_move(MOVES, on.finding.status, "attach")
    return stream_of(on.contract)
