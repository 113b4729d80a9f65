"""Receipts hang on the statement that they prove, as long as it counts."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets import queries
from app.budgets.policy import access_statement, read_statement, statement_actions
from app.budgets.rules import superseded
from app.contracts.policy import reader_of
from app.contracts.queries import stream_of
from app.core.actors import Actor


async def read_verbs(session: AsyncSession, actor: Actor, statement_id: int) -> list[str]:
    statement, _, on = await read_statement(session, actor, statement_id)
    parts, reader = await queries.parts_of(session, on.contract), await reader_of(session, actor, on.contract)
    verbs = statement_actions(reader, on.contract, is_superseded=statement.id in parts.superseded)
    return [*verbs, "attach"] if "restate" in verbs else verbs


async def access(session: AsyncSession, actor: Actor, statement_id: int) -> str:
    statement, _, on = await access_statement(session, actor, statement_id, "restate")
    parts = await queries.parts_of(session, on.contract)
    if refusal := superseded(parts.superseded.get(statement.id)):
        raise refusal
    return stream_of(on.contract)
