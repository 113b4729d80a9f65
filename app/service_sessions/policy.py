"""Who may plan sessions, sign people in, draw call-backs and record them: never the same part of a contract. What the
forms beside a paper list say, the organisation or the committee of the place may enter.

How a single call-back went is for the evaluator alone; the organisation never learns who denied.
"""

from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import policy as contracts
from app.contracts.models import Contract
from app.contracts.policy import Reader, is_on_another_side, side_of
from app.core.actors import EVERYONE, Actor, Role, granted
from app.core.errors import Denied, NotFound
from app.core.moves import verbs_from
from app.service_sessions.models import CallBackDraw, ServiceSession
from app.service_sessions.rules import (
    DRAW_MOVES,
    MOVES,
    PERFORMED,
    Attended,
    DoorUnknown,
    DrawStatus,
    hindrance,
    untimely,
)

SERVES = frozenset({Role.organization})
CHECKS = frozenset({Role.evaluator})
WHO = {
    "list": contracts.WHO["read"],
    "plan": SERVES,
    "edit": SERVES,
    "sign_in": SERVES,
    "enter_list": SERVES,
    "attach": SERVES,
    "conclude": SERVES,
    "cancel": SERVES,
    "enter_feedback": SERVES | {Role.committee},
    "read_door": SERVES,
    "enter_door": EVERYONE,
    "give_feedback": EVERYONE,
    "draw": CHECKS,
    "list_call_backs": CHECKS,
    "record_call_back": CHECKS,
    "close": CHECKS,
    "read_draw": EVERYONE,
}


class OfContract(NamedTuple):
    session: ServiceSession
    contract: Contract


def denial(actor: Actor, verb: str, contract: Contract) -> str | None:
    """Why `actor` may not `verb` under this contract; None when they may. Evaluators see what they are engaged for."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return "party" if actor.role is Role.organization and side_of(actor, contract) is None else None


def actions(reader: Reader, of: OfContract, came: Attended) -> list[str]:
    session, contract = of
    verbs = [v for v in verbs_from(MOVES, session.status) if (contract.status, v) in PERFORMED]
    timely = [v for v in verbs if untimely(v, session, reader.at) is None and hindrance(v, came) is None]
    return _allowed(reader, contract, timely)


def contract_actions(reader: Reader, contract: Contract, *, drawing: bool, sign_ins: int) -> list[str]:
    """What can be begun on a contract: a session, or a draw where none is open and somebody has signed in."""
    verbs = ["plan", *(["draw"] if sign_ins and not drawing else [])]
    return _allowed(reader, contract, [verb for verb in verbs if (contract.status, verb) in PERFORMED])


def draw_actions(reader: Reader, draw: CallBackDraw, contract: Contract, pending: int) -> list[str]:
    verbs = verbs_from(DRAW_MOVES, draw.status)
    return _allowed(reader, contract, [verb for verb in verbs if verb != "close" or not pending])


def _allowed(reader: Reader, contract: Contract, verbs: list[str]) -> list[str]:
    may = [verb for verb in verbs if denial(reader.actor, verb, contract) is None]
    return [] if reader.is_on_another_side else may


def sees_call_backs(actor: Actor) -> bool:
    """Whether a reader of the contract sees how each call-back went, and on whom the lots fell before all are asked."""
    return actor.role in CHECKS


async def access_contract(session: AsyncSession, actor: Actor, contract_id: int, verb: str) -> Contract:
    """The contract, locked for `verb`: absent when unseen (404), refused with a reason (403)."""
    query = sa.select(Contract).where(Contract.id == contract_id, contracts.visible(actor)).with_for_update()
    found = await session.scalar(query, execution_options={"populate_existing": True})
    contract = granted(found, verb, partial(denial, actor, verb), contract=contract_id)
    await _check_side(session, actor, verb, contract)
    return contract


async def access_session(session: AsyncSession, actor: Actor, service_session_id: int, verb: str) -> OfContract:
    """A session locked for `verb`; its contract is neither completed nor ended meanwhile."""
    query = select_sessions(actor).where(ServiceSession.id == service_session_id)
    row = (await session.execute(query)).one_or_none()
    asked = partial(denial, actor, verb)
    contract = granted(row[1] if row else None, verb, asked, service_session=service_session_id)
    assert row is not None
    await _check_side(session, actor, verb, contract)
    return await _locked(session, OfContract(*row))


async def read_session(session: AsyncSession, actor: Actor, service_session_id: int) -> OfContract:
    row = (await session.execute(select_sessions(actor).where(ServiceSession.id == service_session_id))).one_or_none()
    if row is None:
        raise NotFound(service_session=service_session_id)
    return OfContract(*row)


async def read_door(session: AsyncSession, door: str) -> OfContract:
    """What the code at a door leads to. Refusal: DoorUnknown."""
    query = sa.select(ServiceSession, Contract).join(Contract, Contract.id == ServiceSession.contract_id)
    row = (await session.execute(query.where(ServiceSession.door == door))).one_or_none()
    if row is None:
        raise DoorUnknown()
    return OfContract(*row)


async def access_door(session: AsyncSession, door: str) -> OfContract:
    return await _locked(session, await read_door(session, door))


async def access_draw(session: AsyncSession, actor: Actor, draw_id: int, verb: str) -> tuple[CallBackDraw, Contract]:
    """A draw with its contract, both locked, for whoever is engaged to evaluate it."""
    query = sa.select(CallBackDraw, Contract).join(Contract, Contract.id == CallBackDraw.contract_id)
    row = (await session.execute(query.where(CallBackDraw.id == draw_id, contracts.visible(actor)))).one_or_none()
    contract = granted(row[1] if row else None, verb, partial(denial, actor, verb), draw=draw_id)
    assert row is not None
    await _check_side(session, actor, verb, contract)
    await session.refresh(contract, with_for_update=True)
    await session.refresh(row[0], with_for_update=True)
    return row[0], contract


async def seen_draw(session: AsyncSession, actor: Actor, draw_id: int) -> CallBackDraw:
    """A draw of a contract that the evaluator is engaged for."""
    query = sa.select(CallBackDraw).join(Contract, Contract.id == CallBackDraw.contract_id)
    draw = await session.scalar(query.where(CallBackDraw.id == draw_id, contracts.visible(actor)))
    if draw is None:
        raise NotFound(draw=draw_id)
    return draw


async def read_draw(session: AsyncSession, draw_id: int) -> CallBackDraw:
    """A draw that everybody may replay: once all are asked, so that nobody is prepared for the call."""
    query = sa.select(CallBackDraw).where(CallBackDraw.id == draw_id, CallBackDraw.status == DrawStatus.closed)
    draw = await session.scalar(query)
    if draw is None:
        raise NotFound(draw=draw_id)
    return draw


def select_sessions(actor: Actor) -> sa.Select[ServiceSession, Contract]:
    """The sessions of the contracts that this actor sees."""
    query = sa.select(ServiceSession, Contract).join(Contract, Contract.id == ServiceSession.contract_id)
    return query.where(contracts.visible(actor))


async def _locked(session: AsyncSession, of: OfContract) -> OfContract:
    await session.refresh(of.contract, with_for_update={"read": True})
    await session.refresh(of.session, with_for_update=True)
    return of


async def _check_side(session: AsyncSession, actor: Actor, verb: str, contract: Contract) -> None:
    if await is_on_another_side(session, actor, contract):
        raise Denied(verb=verb, reason="both_sides")
