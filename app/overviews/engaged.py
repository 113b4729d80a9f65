"""The contracts that a firm is engaged for: where each stands, what comes next, and what the firm may do today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.queries import areas_with_parents
from app.contracts import policy
from app.contracts.lines import ContractLine, lines_of, search_contracts
from app.contracts.models import Contract, Milestone
from app.contracts.queries import milestones_by_contract
from app.contracts.rules import ContractStatus, MilestoneStatus
from app.core.actors import Actor
from app.evaluations.queries import to_begin
from app.tenders.profiles.rules import Gate

OVER = (ContractStatus.completed, ContractStatus.terminated)
SHOWN = 100


@dataclass(frozen=True)
class Engaged:
    """`next`: the first milestone that is not met while the contract lasts, the final audit after an early end.
    `actions`: what is done to the contract, to one of its milestones, or to what was reported and is to be evaluated.
    """

    line: ContractLine
    place: Sequence[Area]
    next: Milestone | None
    actions: list[str]


async def count_engaged(session: AsyncSession, actor: Actor) -> int:
    return await session.scalar(sa.select(sa.func.count()).select_from(search_contracts(actor).subquery())) or 0


async def engaged_contracts(session: AsyncSession, actor: Actor, at: datetime) -> list[Engaged]:
    """The contracts that the actor sees, those under way first, of each the one that ends first; at most SHOWN."""
    is_over = Contract.status.in_(OVER)
    query = search_contracts(actor).order_by(is_over, Contract.ends_on, Contract.id).limit(SHOWN)
    contracts = list(await session.scalars(query))
    ids = [each.id for each in contracts]
    milestones, crossed = (
        await milestones_by_contract(session, ids),
        await policy.on_another_side(session, actor, ids),
    )
    begins = {contract.id for contract, _ in await to_begin(session, actor)}
    places = await areas_with_parents(session, {each.area_code for each in contracts})
    found = []
    for line in await lines_of(session, contracts):
        reader = policy.Reader(actor, at, line.contract.id in crossed)
        told = _told(reader, line, places[line.contract.area_code], milestones[line.contract.id])
        if line.contract.id in begins and not reader.is_on_another_side:
            told.actions.append("begin")
        found.append(told)
    return found


def _told(reader: policy.Reader, line: ContractLine, place: Sequence[Area], milestones: list[Milestone]) -> Engaged:
    contract = line.contract
    verbs = policy.attach_actions(reader, contract)
    for each in milestones:
        verbs += policy.milestone_actions(reader, each, contract)
    open = [each for each in milestones if each.status is not MilestoneStatus.met and _is_due(each, contract)]
    return Engaged(line, place, open[0] if open else None, list(dict.fromkeys(verbs)))


def _is_due(milestone: Milestone, contract: Contract) -> bool:
    if contract.status is ContractStatus.terminated:
        return milestone.gate is Gate.final_audit
    return contract.status is not ContractStatus.completed
