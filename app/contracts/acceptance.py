"""What the residents served say of a contract: entered channel by channel, or counted from a wave of answers; and
whether they want it before it starts.

All channels together decide: from the profile's number of answers on, the share that accepts opens or closes the gate.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import queries, rules
from app.contracts.models import AcceptanceChannel, Contract, Milestone, ResidentAcceptance
from app.contracts.policy import access_contract
from app.contracts.queries import stream_of
from app.contracts.rules import Acceptance
from app.contracts.service import milestone_for, milestone_of, settle
from app.core.actors import Actor
from app.core.clock import now
from app.core.events import happened
from app.tenders.profiles.rules import AcceptanceRule, Gate


class Heard(Protocol):
    """What residents are asked, and have said, of a contract by a wave."""

    contract_id: int
    wave_id: int | None
    asked: int | None
    answers: int | None
    ayes: int | None
    heard_at: datetime | None

    @property
    def purpose(self) -> StrEnum: ...
    @property
    def status(self) -> StrEnum: ...


async def accept_delivery(
    session: AsyncSession,
    actor: Actor,
    contract_id: int,
    channel: AcceptanceChannel,
    *,
    asked: int,
    answers: int,
    accepting: int,
) -> Milestone:
    """What the residents asked by one channel say; given again, it replaces what was entered for the channel.

    Refused with AnswersImpossible, PageAskedByWave, and MoveRefused once accepted.
    """
    contract = await access_contract(session, actor, contract_id, "accept")
    at = await now(session)
    milestone = await milestone_for(session, contract, Gate.resident_acceptance, "accept")
    if refusal := rules.asked_by_wave(channel is AcceptanceChannel.page, contract.acceptance_wave_id):
        raise refusal
    if answers > asked:
        raise rules.AnswersImpossible(accepting=answers, answers=asked)
    rules.resident_acceptance(accepting, answers, _rule(contract))
    counts = {"asked": asked, "answers": answers, "accepting": accepting}
    said = await _take(session, contract, channel, {**counts, "wave_id": None, "recorded_by": actor.account_id}, at)
    facts = {"channel": channel.value, **counts}
    await happened(session, actor, "acceptance.recorded", contract, at, stream=stream_of(contract), **facts)
    if _decide(contract, milestone, said, at) is Acceptance.accepted:
        await happened(session, actor, "contract.accepted", contract, at, stream=stream_of(contract))
    return milestone


async def await_wave(session: AsyncSession, actor: Actor, voice: Heard) -> None:
    """Follows when residents are asked whether they accept: from now on nobody enters what they answer on the page."""
    if voice.purpose == "acceptance":
        contract = await session.get_one(Contract, voice.contract_id, with_for_update=True)
        contract.acceptance_wave_id = voice.wave_id


async def keep_willingness(session: AsyncSession, actor: Actor, voice: Heard) -> None:
    """Follows from what residents said before the service starts; the last time decides."""
    if voice.purpose == "willingness":
        contract = await session.get_one(Contract, voice.contract_id, with_for_update=True)
        contract.willing_at = voice.heard_at if voice.status == "willing" else None


async def keep_voice(session: AsyncSession, actor: Actor, voice: Heard) -> None:
    """Follows when the wave is heard: its counts stand beside those of other channels, and may decide with them."""
    if voice.purpose != "acceptance":
        return
    contract = await session.get_one(Contract, voice.contract_id, with_for_update=True)
    at, milestone = await now(session), await milestone_of(session, contract.id, Gate.resident_acceptance)
    assert milestone is not None  # it was heard for this gate
    counts = {"asked": voice.asked, "answers": voice.answers, "accepting": voice.ayes}
    row = {**counts, "wave_id": voice.wave_id, "recorded_by": actor.account_id}
    said = await _take(session, contract, AcceptanceChannel.page, row, at)
    verdict = _decide(contract, milestone, said, at)
    facts = {**counts, "wave": voice.wave_id, "verdict": verdict.value}
    await happened(session, actor, "acceptance.heard", contract, at, stream=stream_of(contract), **facts)


async def _take(
    session: AsyncSession, contract: Contract, channel: AcceptanceChannel, counts: dict[str, int | None], at: datetime
) -> list[ResidentAcceptance]:
    said_by = {**counts, "recorded_at": at}
    await session.flush()
    row = insert(ResidentAcceptance).values(contract_id=contract.id, channel=channel, **said_by)
    await session.execute(row.on_conflict_do_update(index_elements=["contract_id", "channel"], set_=said_by))
    said = await queries.acceptances_of(session, contract.id)
    for each in said:
        await session.refresh(each)
    return said


def _decide(contract: Contract, milestone: Milestone, said: Sequence[ResidentAcceptance], at: datetime) -> Acceptance:
    accepting, answers = sum(each.accepting for each in said), sum(each.answers for each in said)
    verdict = rules.resident_acceptance(accepting, answers, _rule(contract))
    if verdict is not Acceptance.undecided:
        settle(milestone, "meet" if verdict is Acceptance.accepted else "miss", at)
    return verdict


def _rule(contract: Contract) -> AcceptanceRule:
    return AcceptanceRule(contract.acceptance_answers, contract.acceptance_share, contract.acceptance_rule)
