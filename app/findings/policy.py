"""Who may raise a finding, answer it and settle it: never the same part of a contract."""

from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import policy as contracts
from app.contracts.models import Contract
from app.contracts.policy import Reader, is_on_another_side, side_of
from app.core.actors import Actor, Role, granted
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from
from app.findings.models import Finding
from app.findings.rules import FINDS, MOVES, RAISED

RAISES, ANSWERS = frozenset(FINDS), frozenset({Role.organization})
WHO = {
    "list": contracts.WHO["read"],
    "raise": RAISES,
    "answer": ANSWERS,
    "attach": ANSWERS,
    "accept": RAISES,
    "reject": RAISES,
    "extend": RAISES,
    "waive": RAISES,
}


class OnContract(NamedTuple):
    finding: Finding
    contract: Contract


def denial(actor: Actor, verb: str, on: OnContract) -> str | None:
    """Why `actor` may not `verb` this finding; None when they may. The part that raised it settles it: after a firm
    the one engaged in its place, or it would hold payments for ever."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    if WHO[verb] is ANSWERS:
        return None if side_of(actor, on.contract) else "party"
    return None if FINDS[actor.role] is on.finding.part else "party"


def denial_to_raise(actor: Actor, contract: Contract) -> str | None:
    """The same before there is a finding; firms that are not engaged do not see the contract."""
    if not actor.may("raise", WHO["raise"]):
        return "role"
    return "party" if actor.role is Role.purchaser and side_of(actor, contract) is None else None


def actions(reader: Reader, on: OnContract) -> list[str]:
    verbs = [verb for verb in verbs_from(MOVES, on.finding.status) if denial(reader.actor, verb, on) is None]
    return [] if reader.is_on_another_side else verbs


def contract_actions(reader: Reader, contract: Contract) -> list[str]:
    """What can be begun on a contract."""
    may = denial_to_raise(reader.actor, contract) is None and not reader.is_on_another_side
    return verbs_from(RAISED, contract.status) if may else []


async def access_contract(session: AsyncSession, actor: Actor, contract_id: int) -> Contract:
    """The contract that something is found on, locked: absent when unseen (404), refused with a reason (403)."""
    query = sa.select(Contract).where(Contract.id == contract_id, contracts.visible(actor)).with_for_update()
    found = await session.scalar(query, execution_options={"populate_existing": True})
    contract = granted(found, "raise", partial(denial_to_raise, actor), contract=contract_id)
    await _check_side(session, actor, "raise", contract)
    return contract


async def read_finding(session: AsyncSession, actor: Actor, finding_id: int) -> OnContract:
    """Refusal: NotFound, also where the contract is not seen."""
    row = (await session.execute(select_findings(actor).where(Finding.id == finding_id))).one_or_none()
    if row is None:
        raise NotFound(finding=finding_id)
    return OnContract(*row)


async def access_finding(session: AsyncSession, actor: Actor, finding_id: int, verb: str) -> OnContract:
    """The finding with its contract, which is locked first, as whoever pays does."""
    row = (await session.execute(select_findings(actor).where(Finding.id == finding_id))).one_or_none()
    on = granted(OnContract(*row) if row else None, verb, partial(denial, actor, verb), finding=finding_id)
    await _check_side(session, actor, verb, on.contract)
    await session.refresh(on.contract, with_for_update=True)
    await session.refresh(on.finding, with_for_update=True)
    return on


async def _check_side(session: AsyncSession, actor: Actor, verb: str, contract: Contract) -> None:
    if await is_on_another_side(session, actor, contract):
        raise Denied(verb=verb, reason="both_sides")


def select_findings(actor: Actor) -> sa.Select[Finding, Contract]:
    """The findings on contracts that this actor sees."""
    query = sa.select(Finding, Contract).join(Contract, Contract.id == Finding.contract_id)
    return query.where(contracts.visible(actor))
