"""Who may sign, report, evaluate, accept, pay and end a contract, and who sees it."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract, Side
from app.contracts.rules import MOVES, ContractStatus
from app.core.actors import Actor, Role
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from

BUYS = frozenset({Role.purchaser})
SIDES = frozenset({Role.purchaser, Role.organization})
EVALUATES = frozenset({Role.evaluator})
ACCEPTS = frozenset({Role.committee, Role.street, Role.purchaser})
WHO = {
    "read": SIDES | ACCEPTS | EVALUATES | {Role.auditor},
    "edit": BUYS,
    "sign": SIDES,
    "start": SIDES,
    "report": frozenset({Role.organization}),
    "meet": EVALUATES,
    "return": EVALUATES,
    "miss": EVALUATES,
    "remedy": EVALUATES,
    "accept": ACCEPTS,
    "pay": BUYS,
    "complete": BUYS,
    "terminate": BUYS,
}
SETTLED = (ContractStatus.completed, ContractStatus.terminated)
RUNNING = {ContractStatus.signed: ("pay",), ContractStatus.performing: ("report", "accept", "pay")}


def side_of(actor: Actor, contract: Contract) -> Side | None:
    """The side of the contract that the actor signs for."""
    if actor.role is Role.purchaser and actor.party_id == contract.purchaser_id:
        return Side.purchaser
    return Side.contractor if actor.role is Role.organization and actor.party_id == contract.contractor_id else None


def denial(actor: Actor, verb: str, contract: Contract) -> str | None:
    """Why `actor` may not `verb` this contract; None when they may."""
    if actor.role not in WHO[verb]:
        return "role"
    if actor.role in SIDES:
        return None if side_of(actor, contract) else "party"
    if verb == "accept" and not actor.covers(contract.area_code):
        return "area"
    return None


def actions(actor: Actor, contract: Contract, signed: frozenset[Side]) -> list[str]:
    """`signed`: the sides that have signed; each signs once."""
    verbs = [*verbs_from(MOVES, contract.status), *RUNNING.get(contract.status, ())]
    if contract.status is ContractStatus.draft:
        verbs.append("edit")
    allowed = [verb for verb in verbs if denial(actor, verb, contract) is None]
    return [verb for verb in allowed if verb != "sign" or side_of(actor, contract) not in signed]


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Its two sides; signed ones also the committee and street where it is delivered, evaluators and auditors."""
    if actor.role is Role.purchaser:
        return Contract.purchaser_id == actor.party_id
    if actor.role is Role.organization:
        return Contract.contractor_id == actor.party_id
    signed = Contract.signed_at.is_not(None)
    if actor.role in ACCEPTS and actor.area:
        return sa.and_(signed, Contract.area_code.startswith(actor.area, autoescape=True))
    return signed if actor.role in WHO["read"] - ACCEPTS else sa.false()


async def access_contract(session: AsyncSession, actor: Actor, contract_id: int, verb: str) -> Contract:
    """The contract, locked for `verb`: absent when unseen (404), refused with a reason (403)."""
    query = sa.select(Contract).where(Contract.id == contract_id, visible(actor)).with_for_update()
    contract = await session.scalar(query, execution_options={"populate_existing": True})
    if contract is None:
        raise NotFound(contract=contract_id)
    if reason := denial(actor, verb, contract):
        raise Denied(verb=verb, reason=reason)
    return contract


async def read_contract(session: AsyncSession, actor: Actor, contract_id: int) -> Contract:
    contract = await session.scalar(sa.select(Contract).where(Contract.id == contract_id, visible(actor)))
    if contract is None:
        raise NotFound(contract=contract_id)
    return contract
