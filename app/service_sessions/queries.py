"""Reading sessions with who came, what they make of the targets, what call-backs say; what waits for whom."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.policy import visible
from app.contracts.rules import ContractStatus
from app.core.actors import Actor, Role
from app.core.waiting import Waiting
from app.service_sessions import rules
from app.service_sessions.models import CallBack, CallBackDraw, PaperFeedback, ServiceSession, SessionOpinion, SignIn
from app.service_sessions.policy import sees_call_backs, select_sessions
from app.service_sessions.rules import (
    PENDING,
    Attended,
    CallBackStatus,
    DrawStatus,
    Opinion,
    SessionStatus,
    SignInKind,
    Supported,
    Unit,
)


async def sessions_of(session: AsyncSession, contract_id: int) -> list[ServiceSession]:
    query = sa.select(ServiceSession).where(ServiceSession.contract_id == contract_id)
    return list(await session.scalars(query.order_by(ServiceSession.starts_at, ServiceSession.id)))


async def sign_ins_of(session: AsyncSession, ids: Collection[int]) -> Counter[int]:
    """Session → how many signed in."""
    query = sa.select(SignIn.service_session_id, sa.func.count()).where(SignIn.service_session_id.in_(ids))
    found = await session.execute(query.group_by(SignIn.service_session_id))
    return Counter({session_id: number for session_id, number in found})


async def attendance_of(session: AsyncSession, ids: Collection[int]) -> dict[int, Attended]:
    """Session → who signed in, and how."""
    on_paper = sa.func.count().filter(SignIn.kind == SignInKind.paper)
    query = sa.select(SignIn.service_session_id, sa.func.count(), on_paper)
    rows = await session.execute(query.where(SignIn.service_session_id.in_(ids)).group_by(SignIn.service_session_id))
    entered = sa.select(PaperFeedback.service_session_id).where(PaperFeedback.service_session_id.in_(ids))
    told = set(await session.scalars(entered))
    came = {id: Attended(number, paper, id in told) for id, number, paper in rows}
    return {id: came.get(id, Attended()) for id in ids}


class Feedback(NamedTuple):
    """What those who were there said of a session at the door, by question, and on paper."""

    as_announced: Counter[Opinion]
    again: Counter[Opinion]
    paper: PaperFeedback | None


async def feedback_of(session: AsyncSession, ids: Collection[int]) -> dict[int, Feedback]:
    """Session → what was said of it."""
    entered = sa.select(PaperFeedback).where(PaperFeedback.service_session_id.in_(ids))
    papers = {each.service_session_id: each for each in await session.scalars(entered)}
    found = {session_id: Feedback(Counter(), Counter(), papers.get(session_id)) for session_id in ids}
    for row in await session.scalars(sa.select(SessionOpinion).where(SessionOpinion.service_session_id.in_(ids))):
        found[row.service_session_id].as_announced[row.as_announced] += row.count
        found[row.service_session_id].again[row.again] += row.count
    return found


async def draws_of(session: AsyncSession, contract_id: int) -> list[CallBackDraw]:
    """The first draw first."""
    query = sa.select(CallBackDraw).where(CallBackDraw.contract_id == contract_id).order_by(CallBackDraw.id)
    return list(await session.scalars(query))


async def outcomes_of(session: AsyncSession, draw: CallBackDraw) -> Counter[CallBackStatus]:
    query = sa.select(CallBack.status, sa.func.count()).where(CallBack.draw_id == draw.id).group_by(CallBack.status)
    return Counter({status: number for status, number in await session.execute(query)})


class Called(NamedTuple):
    """A sign-in that was drawn, as the evaluator finds it: which row of which session's list."""

    call_back: CallBack
    sign_in: SignIn
    session: ServiceSession


async def call_backs_of(session: AsyncSession, draw: CallBackDraw) -> list[Called]:
    query = (
        sa.select(CallBack, SignIn, ServiceSession)
        .join(SignIn, SignIn.id == CallBack.sign_in_id)
        .join(ServiceSession, ServiceSession.id == SignIn.service_session_id)
        .where(CallBack.draw_id == draw.id)
        .order_by(CallBack.position)
    )
    return [Called(*row) for row in await session.execute(query)]


async def held_under(session: AsyncSession, contract_id: int) -> list[int]:
    """The sessions that were held, by number."""
    found = await sessions_of(session, contract_id)
    return sorted(each.id for each in found if each.status is SessionStatus.concluded)


async def population_of(session: AsyncSession, session_ids: Collection[int]) -> dict[str, int]:
    """What is drawn of: the lot's key → the sign-in, of everybody who signed in to these sessions."""
    found = await session.scalars(
        sa.select(SignIn).where(SignIn.service_session_id.in_(session_ids)).order_by(SignIn.id)
    )
    return {rules.key_of(each.service_session_id, each.number): each.id for each in found}


@dataclass(frozen=True)
class Claim:
    """One target of the contract: what was asked for, what is claimed to be done, what call-backs support of it."""

    what: str
    quantity: str
    unit: Unit | None
    planned: int | None
    done: int
    supported: Supported | None

    @property
    def mark(self) -> int | None:
        return None if self.planned is None else rules.mark(self.planned, self.done)

    @property
    def supported_mark(self) -> int | None:
        if self.planned is None or self.supported is None:
            return None
        return rules.mark(self.planned, self.supported.count)

    @property
    def supported_marks(self) -> tuple[int, int] | None:
        """Between which marks the supported one lies, as the count does."""
        if self.planned is None or self.supported is None:
            return None
        return rules.mark(self.planned, self.supported.least), rules.mark(self.planned, self.supported.most)


@dataclass(frozen=True)
class Checked:
    """How the call-backs of a closed draw went. They speak for the sessions that were drawn of, and no later ones."""

    draw: CallBackDraw
    reached: int
    confirmed: int

    def speaks_for(self, found: Collection[ServiceSession]) -> bool:
        return {each.id for each in found} <= set(self.draw.sessions)

    @property
    def denied(self) -> int:
        return self.reached - self.confirmed

    @property
    def may_be_shown(self) -> bool:
        return rules.may_be_shown(self.draw.size, self.reached, self.denied)


@dataclass(frozen=True)
class Output:
    """What is claimed under a contract, and by target; `checked` where call-backs say how much of it holds and this
    reader may see it (`is_hidden`: they do, and may not). `supported` is of those who were drawn of."""

    claimed: int
    checked: Checked | None
    is_hidden: bool
    supported: Supported | None
    claims: list[Claim]


async def output_of(session: AsyncSession, actor: Actor, contract: Contract, found: Sequence[ServiceSession]) -> Output:
    last = await last_checked(session, contract.id)
    is_hidden = last is not None and not (last.may_be_shown or sees_call_backs(actor))
    return await _output(session, contract, found, None if is_hidden else last, is_hidden=is_hidden)


async def told_output(session: AsyncSession, contract: Contract) -> Output:
    """As everybody may read it whom the contract concerns."""
    found, last = await sessions_of(session, contract.id), await last_checked(session, contract.id)
    is_hidden = last is not None and not last.may_be_shown
    return await _output(session, contract, found, None if is_hidden else last, is_hidden=is_hidden)


async def _output(
    session: AsyncSession,
    contract: Contract,
    found: Sequence[ServiceSession],
    checked: Checked | None,
    *,
    is_hidden: bool,
) -> Output:
    held = [each for each in found if each.status is SessionStatus.concluded]
    came = await sign_ins_of(session, [each.id for each in held])
    claimed = sum(came.values())
    supported = _supported(checked.draw.population, checked) if checked else None
    return Output(claimed, checked, is_hidden, supported, _claims(contract, held, came, checked))


def _supported(claimed: int, checked: Checked) -> Supported:
    return rules.supported(claimed, checked.confirmed, checked.reached)


def _claims(
    contract: Contract, held: Sequence[ServiceSession], came: Counter[int], checked: Checked | None
) -> list[Claim]:
    claims = []
    for position, target in enumerate(contract.targets):
        own = [each for each in held if position in each.counts_for]
        unit, planned = rules.counted(str(target["quantity"])) or (None, None)
        people = sum(came[each.id] for each in own)
        done = len(own) if unit is Unit.sessions else people
        of_people = _supported(people, checked) if checked and unit is Unit.people and checked.speaks_for(own) else None
        claims.append(Claim(str(target["what"]), str(target["quantity"]), unit, planned, done, of_people))
    return claims


async def last_checked(session: AsyncSession, contract_id: int) -> Checked | None:
    """The last draw that was closed."""
    return (await all_checked(session, Contract.id == contract_id)).get(contract_id)


async def all_checked(session: AsyncSession, contracts: sa.ColumnElement[bool]) -> dict[int, Checked]:
    """Contract → the last of its draws that was closed, of those of these contracts that have one."""
    last = sa.select(sa.func.max(CallBackDraw.id)).join(Contract, Contract.id == CallBackDraw.contract_id)
    last = last.where(contracts, CallBackDraw.status == DrawStatus.closed).group_by(CallBackDraw.contract_id)
    confirmed = CallBack.status == CallBackStatus.confirmed
    reached = sa.or_(confirmed, CallBack.status == CallBackStatus.denied)
    counts = (sa.func.count().filter(which) for which in (reached, confirmed))
    query = sa.select(CallBackDraw, *counts).join(CallBack, CallBack.draw_id == CallBackDraw.id)
    rows = await session.execute(query.where(CallBackDraw.id.in_(last)).group_by(CallBackDraw.id))
    return {draw.contract_id: Checked(draw, *counts) for draw, *counts in rows}


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Contractors: say who came to a session that is over, then that it took place. Evaluators: call whom the lots
    fell on."""
    performing = Contract.status == ContractStatus.performing
    if actor.role is Role.organization:
        over = (ServiceSession.status == SessionStatus.planned, ServiceSession.ends_at <= at, performing)
        found = (await session.execute(select_sessions(actor).where(*over).order_by(ServiceSession.id))).all()
        came = await sign_ins_of(session, [each.id for each, _ in found])
        return [
            _waits("conclude", each.id, contract, each.title)
            if came[each.id]
            else _waits("enter_list", each.id, contract, each.title)
            for each, contract in found
        ]
    return await _to_call(session, actor) if sees_call_backs(actor) else []


async def _to_call(session: AsyncSession, actor: Actor) -> list[Waiting]:
    query = sa.select(CallBackDraw, Contract).join(Contract, Contract.id == CallBackDraw.contract_id)
    pending = sa.exists().where(CallBack.draw_id == CallBackDraw.id, CallBack.status.in_(PENDING))
    own = query.where(visible(actor), CallBackDraw.status == DrawStatus.open).order_by(CallBackDraw.id)
    calling = [_waits("record_call_back", d.id, c) for d, c in await session.execute(own.where(pending))]
    return calling + [_waits("close", d.id, c) for d, c in await session.execute(own.where(~pending))]


def _waits(verb: str, subject_id: int, contract: Contract, context: str = "") -> Waiting:
    """No rule names a last day for either."""
    return Waiting(
        "service_sessions", verb, subject_id, contract.title, None, None, "contract", contract.id, context=context
    )
