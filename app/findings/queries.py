"""Reading findings with their answers, and what waits for whom."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.queries import is_unsettled
from app.contracts.rules import ContractStatus
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day
from app.core.waiting import Waiting
from app.findings.models import Finding, FindingAnswer
from app.findings.policy import OnContract, select_findings
from app.findings.rules import FINDS, FindingStatus


async def findings_of(session: AsyncSession, contract: Contract) -> list[Finding]:
    query = sa.select(Finding).where(Finding.contract_id == contract.id).order_by(Finding.id)
    return list(await session.scalars(query))


async def answers_of(session: AsyncSession, ids: Collection[int]) -> dict[int, list[FindingAnswer]]:
    """Finding → its answers, the first round first."""
    query = sa.select(FindingAnswer).where(FindingAnswer.finding_id.in_(ids)).order_by(FindingAnswer.round)
    found = defaultdict[int, list[FindingAnswer]](list)
    for answer in await session.scalars(query):
        found[answer.finding_id].append(answer)
    return found


async def last_answer(session: AsyncSession, finding: Finding) -> FindingAnswer:
    """That of the round which waits for a verdict."""
    return (await answers_of(session, [finding.id]))[finding.id][-1]


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Contractors: answer. The part that raised it: decide on the answer. Of a contract that was ended before its time
    only what holds its last payment still waits: the work is over."""
    return await _turns(session, actor, is_own=True)


async def awaited(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """For contractors: the decision on what they answered. For the part that raised it: the answer."""
    return await _turns(session, actor, is_own=False)


async def _turns(session: AsyncSession, actor: Actor, *, is_own: bool) -> list[Waiting]:
    answers = actor.role is Role.organization
    if not answers and actor.role not in FINDS:
        return []
    is_open = sa.or_(Contract.status != ContractStatus.terminated, sa.and_(Finding.is_holding, is_unsettled()))
    query = select_findings(actor).where(is_open).order_by(Finding.id)
    own = query if answers else query.where(Finding.part == FINDS[actor.role])
    if answers is is_own:
        found = await session.execute(own.where(Finding.status == FindingStatus.open))
        return [_waits("answer", OnContract(*row)) for row in found]
    found = await session.execute(own.where(Finding.status == FindingStatus.answered))
    return [_waits("accept", OnContract(*row)) for row in found]


def _waits(verb: str, on: OnContract) -> Waiting:
    """An answer has its last day; a verdict has none that a rule names."""
    finding, contract = on
    is_answer = verb == "answer"
    due_at, rule = (end_of_day(finding.due_on), finding.due_rule) if is_answer else (None, None)
    return Waiting("findings", verb, finding.id, contract.title, due_at, rule, "contract", contract.id, is_answer)
