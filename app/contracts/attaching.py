"""What a contract and its milestones answer for the files that hang on them. A milestone takes files while it takes a
report; what was reported stays as it was for whoever evaluates it."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract, Milestone
from app.contracts.policy import access_contract, attach_actions, milestone_actions, read_contract, reader_of, visible
from app.contracts.queries import stream_of
from app.contracts.rules import MOVES, check_milestone
from app.core.actors import Actor
from app.core.errors import NotFound
from app.core.moves import check_move


async def read_verbs(session: AsyncSession, actor: Actor, contract_id: int) -> list[str]:
    contract = await read_contract(session, actor, contract_id)
    return attach_actions(await reader_of(session, actor, contract), contract)


async def access(session: AsyncSession, actor: Actor, contract_id: int) -> str:
    contract = await access_contract(session, actor, contract_id, "attach")
    check_move(MOVES, contract.status, "attach")
    return stream_of(contract)


async def read_milestone_verbs(session: AsyncSession, actor: Actor, milestone_id: int) -> list[str]:
    contract, milestone = await _milestone(session, actor, milestone_id)
    verbs = milestone_actions(await reader_of(session, actor, contract), milestone, contract)
    return [*verbs, "attach"] if "report" in verbs else verbs


async def access_milestone(session: AsyncSession, actor: Actor, milestone_id: int) -> str:
    seen, milestone = await _milestone(session, actor, milestone_id)
    contract = await access_contract(session, actor, seen.id, "report")
    await session.refresh(milestone, with_for_update=True)
    check_milestone(contract.status, milestone.gate, milestone.status, "report")
    return stream_of(contract)


async def _milestone(session: AsyncSession, actor: Actor, milestone_id: int) -> tuple[Contract, Milestone]:
    query = sa.select(Contract, Milestone).join(Milestone, Milestone.contract_id == Contract.id)
    row = (await session.execute(query.where(Milestone.id == milestone_id, visible(actor)))).one_or_none()
    if row is None:
        raise NotFound(milestone=milestone_id)
    return row[0], row[1]
