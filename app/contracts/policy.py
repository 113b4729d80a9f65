"""Who may sign, report, evaluate, accept, pay and end a contract, and who sees it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.contracts.models import Contract, ContractPerson, Engagement, Milestone, Side
from app.contracts.rules import (
    MOVES,
    EngagementKind,
    Part,
    Progress,
    already_ended,
    hindrance,
    is_decided_by,
    milestone_verbs,
    untimely,
)
from app.core.actors import EVERYONE, Actor, Role, granted
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from
from app.tenders.profiles.rules import Gate

BUYS = frozenset({Role.purchaser})
SIDES = frozenset({Role.purchaser, Role.organization})
EVALUATES = frozenset({Role.evaluator})
DECIDES = BUYS | EVALUATES
ACCEPTS = frozenset({Role.committee, Role.street, Role.purchaser})
WHO = {
    "read": SIDES | ACCEPTS | EVALUATES | {Role.auditor},
    "read_announcement": EVERYONE,
    "edit": BUYS,
    "attach": SIDES | EVALUATES,
    "sign": SIDES,
    "start": SIDES,
    "report": frozenset({Role.organization}),
    "meet": BUYS,
    "return": DECIDES,
    "miss": BUYS,
    "remedy": DECIDES,
    "accept": ACCEPTS,
    "pay": BUYS,
    "refund": BUYS,
    "complete": BUYS,
    "terminate": BUYS,
    "engage": BUYS,
    "end": BUYS,
}
INDEPENDENT = {Role.evaluator: EngagementKind.evaluation, Role.auditor: EngagementKind.audit}
PARTS = {Role.organization: Part.contractor, Role.evaluator: Part.evaluator, Role.auditor: Part.auditor}


class Reader(NamedTuple):
    """Who reads a contract, and when; whoever is on another side of it reads, and does nothing."""

    actor: Actor
    at: datetime
    is_on_another_side: bool = False


def side_of(actor: Actor, contract: Contract) -> Side | None:
    """The side of the contract that the actor signs for."""
    if actor.role is Role.purchaser and actor.party_id == contract.purchaser_id:
        return Side.purchaser
    return Side.contractor if actor.role is Role.organization and actor.party_id == contract.contractor_id else None


def part_of(actor: Actor) -> Part:
    """The part of a contract that the actor acts for."""
    return PARTS.get(actor.role, Part.client)


def denial(actor: Actor, verb: str, contract: Contract) -> str | None:
    """Why `actor` may not `verb` this contract; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    if actor.role in SIDES:
        return None if side_of(actor, contract) else "party"
    if verb == "accept" and not actor.covers(contract.area_code):
        return "area"
    return None


def milestone_denial(actor: Actor, verb: str, gate: Gate, contract: Contract) -> str | None:
    """The same of a milestone, whose decisions belong to the part of its gate."""
    if reason := denial(actor, verb, contract):
        return reason
    return None if is_decided_by(part_of(actor), gate, verb) else "role"


def actions(reader: Reader, contract: Contract, progress: Progress) -> list[str]:
    side, on = side_of(reader.actor, contract), shanghai_date(reader.at)
    verbs = [verb for verb in verbs_from(MOVES, contract.status) if untimely(verb, contract, on) is None]
    return _allowed(reader, contract, [verb for verb in verbs if hindrance(verb, side, progress) is None])


def attach_actions(reader: Reader, contract: Contract) -> list[str]:
    """Of these, attaching: neither hour nor progress stands against it."""
    return _allowed(reader, contract, [verb for verb in verbs_from(MOVES, contract.status) if verb == "attach"])


def milestone_actions(reader: Reader, milestone: Milestone, contract: Contract) -> list[str]:
    verbs = milestone_verbs(contract.status, milestone.gate, milestone.status)
    may = [verb for verb in verbs if milestone_denial(reader.actor, verb, milestone.gate, contract) is None]
    return _allowed(reader, contract, may)


def engagement_actions(reader: Reader, engagement: Engagement, contract: Contract) -> list[str]:
    return _allowed(reader, contract, [] if already_ended(engagement.ended_at) else ["end"])


def _allowed(reader: Reader, contract: Contract, verbs: Iterable[str]) -> list[str]:
    may = [verb for verb in verbs if denial(reader.actor, verb, contract) is None]
    return [] if reader.is_on_another_side else may


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Its two sides; signed ones also the committee and street where it is delivered, and whoever is engaged for it."""
    if actor.role is Role.purchaser:
        return Contract.purchaser_id == actor.party_id
    if actor.role is Role.organization:
        return Contract.contractor_id == actor.party_id
    signed = Contract.signed_at.is_not(None)
    if actor.role in ACCEPTS and actor.area:
        return sa.and_(signed, Contract.area_code.startswith(actor.area, autoescape=True))
    return sa.and_(signed, is_engaged(actor)) if actor.role in INDEPENDENT else sa.false()


def announced() -> sa.ColumnElement[bool]:
    """Whether a contract is public: from the second signature on (政府采购法实施条例 art. 50), or once it is certain
    that what was awarded will not be contracted."""
    return sa.or_(Contract.signed_at.is_not(None), Contract.terminated_at.is_not(None))


def is_engaged(actor: Actor) -> sa.ColumnElement[bool]:
    """Whether the evaluator's or auditor's firm is engaged for the contract, as which it acts."""
    return sa.exists().where(
        Engagement.contract_id == Contract.id,
        Engagement.party_id == actor.party_id,
        Engagement.kind == INDEPENDENT[actor.role],
        Engagement.ended_at.is_(None),
    )


async def access_contract(session: AsyncSession, actor: Actor, contract_id: int, verb: str) -> Contract:
    """The contract, locked for `verb`: absent when unseen (404), refused with a reason (403): `both_sides` to whoever
    has acted for another part of it, or evaluates and audits it while belonging to one."""
    query = sa.select(Contract).where(Contract.id == contract_id, visible(actor)).with_for_update()
    found = await session.scalar(query, execution_options={"populate_existing": True})
    contract = granted(found, verb, partial(denial, actor, verb), contract=contract_id)
    if await is_on_another_side(session, actor, contract):
        raise Denied(verb=verb, reason="both_sides")
    return contract


async def is_on_another_side(session: AsyncSession, actor: Actor, contract: Contract) -> bool:
    """Whether the account has acted for another part, or evaluates and audits while it belongs to a side."""
    return contract.id in await on_another_side(session, actor, [contract.id])


async def on_another_side(session: AsyncSession, actor: Actor, ids: Collection[int]) -> set[int]:
    """The same of many contracts: those of which it is so."""
    if actor.account_id is None:
        return set()
    acted = sa.select(ContractPerson.contract_id).where(
        ContractPerson.account_id == actor.account_id, ContractPerson.part != part_of(actor)
    )
    found = set(await session.scalars(acted.where(ContractPerson.contract_id.in_(ids))))
    if actor.role in INDEPENDENT:
        found.update(await session.scalars(_of_a_side(actor).where(Contract.id.in_(ids))))
    return found


def _of_a_side(actor: Actor) -> sa.Select[int]:
    """Contracts in whose sides, or in an office of whose place, the account holds or held a membership
    (政府采购法实施条例 art. 9)."""
    of_place = sa.and_(
        Membership.role.in_(ACCEPTS), Membership.area != "", Contract.area_code.startswith(Membership.area)
    )
    of_side = Membership.party_id.in_((Contract.purchaser_id, Contract.contractor_id))
    return (
        sa.select(Contract.id)
        .join(Membership, sa.or_(of_side, of_place))
        .where(Membership.account_id == actor.account_id)
    )


async def reader_of(session: AsyncSession, actor: Actor, contract: Contract) -> Reader:
    return Reader(actor, await now(session), await is_on_another_side(session, actor, contract))


async def access_engagement(session: AsyncSession, actor: Actor, contract_id: int, engagement_id: int) -> Engagement:
    """An engagement of the actor's own contract, both locked."""
    contract = await access_contract(session, actor, contract_id, "end")
    query = sa.select(Engagement).where(Engagement.id == engagement_id, Engagement.contract_id == contract.id)
    engagement = await session.scalar(query.with_for_update())
    if engagement is None:
        raise NotFound(engagement=engagement_id)
    return engagement


async def read_contract(session: AsyncSession, actor: Actor, contract_id: int) -> Contract:
    contract = await session.scalar(sa.select(Contract).where(Contract.id == contract_id, visible(actor)))
    if contract is None:
        raise NotFound(contract=contract_id)
    return contract
