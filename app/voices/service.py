"""Use cases of voices. A wave is heard when it closes; what follows for the contract stands in `flow.py`."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import rules as contracts
from app.contracts.models import Contract
from app.contracts.queries import milestones_of, stream_of
from app.contracts.rules import Acceptance
from app.core.actors import Actor
from app.core.clock import now
from app.core.events import Reaction, happened
from app.core.moves import check_move
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.results.rules import ReviewsPending
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import WaveClosed, WaveStatus
from app.tenders.profiles.rules import AcceptanceRule, Gate
from app.voices import rules
from app.voices.models import Voice
from app.voices.policy import access_contract, access_wave, check_contract
from app.voices.queries import (
    Counts,
    answers_of,
    awaited_of,
    being_asked,
    counts_of,
    doubtful_of,
    outside_of,
    voices_of,
)
from app.voices.rules import ASKED, VoiceMethod, VoicePurpose, VoiceStatus, WillingnessRule

TAKING = (WaveStatus.draft, WaveStatus.open)


async def ask_voice(
    session: AsyncSession,
    actor: Actor,
    contract_id: int,
    *,
    purpose: VoicePurpose,
    wave_id: int,
    question: str,
    options: Sequence[str],
    rule: WillingnessRule | None,
) -> Voice:
    """Have a wave of the own survey say whether residents want the service, or accept it.

    Refusals: RuleMissing, and those of `_ask`.
    """
    rules.check_rule(purpose, rule)
    voice = Voice(purpose=purpose, wave_id=wave_id, question=question, options=sorted({*options}))
    voice.rule = rule if purpose is VoicePurpose.willingness else None
    return await _ask(session, actor, contract_id, "ask", voice)


async def ask_satisfaction(
    session: AsyncSession,
    actor: Actor,
    contract_id: int,
    *,
    wave_id: int,
    question: str,
    options: Sequence[str],
    served: int,
) -> Voice:
    """Have a wave of the own survey say how content those are whom the service has `served`. Refusals: those of
    `_ask`."""
    purpose = VoicePurpose.satisfaction
    voice = Voice(purpose=purpose, wave_id=wave_id, question=question, options=sorted({*options}))
    voice.served, voice.needed = served, rules.sample_size(served)
    return await _ask(session, actor, contract_id, "ask_satisfaction", voice)


async def _ask(session: AsyncSession, actor: Actor, contract_id: int, verb: str, voice: Voice) -> Voice:
    """Ask as `voice` says it. Refusals: WaveUnknown, MoveRefused (willingness before the service starts, the others
    while it is carried out), PurposeUnfit, WaveOutsideContract, WaveClosed, AnsweredBefore, VoiceQuestionUnfit,
    AlreadyAsked."""
    assert voice.wave_id is not None  # it is asked by a wave
    await check_contract(session, actor, contract_id, verb)
    survey, wave = await access_wave(session, actor, voice.wave_id)
    contract = await access_contract(session, actor, contract_id, verb)
    at = await now(session)
    check_move(ASKED[voice.purpose], contract.status, verb)
    rules.check_wave(voice.purpose, survey.purpose, await outside_of(session, wave.id, contract.area_code))
    if wave.status not in TAKING:
        raise WaveClosed()
    if answers := await answers_of(session, wave.id):
        raise rules.AnsweredBefore(answers=answers)
    _check_question(survey, voice.question, voice.options)
    if refusal := rules.hindrance(voice.purpose, being_asked(await voices_of(session, contract.id))):
        raise refusal
    voice.contract_id, voice.method = contract.id, VoiceMethod.survey
    voice.asked_at, voice.asked_by = at, actor.account_id
    session.add(voice)
    facts = {"contract": contract.id, "wave": wave.id, "purpose": voice.purpose.value}
    await happened(session, actor, "voice.asked", voice, at, stream=stream_of(contract), **facts)
    return voice


def _check_question(survey: Survey, question: str, options: Sequence[str]) -> None:
    asked = definition_of(survey).question(question)
    known = [option.name for option in asked.options] if asked and asked.type == "single" else []
    rules.check_options(question, known, options)


async def hear_meeting(
    session: AsyncSession, actor: Actor, contract_id: int, *, entitled: int, present: int, ayes: int
) -> Voice:
    """What a meeting of residents' representatives decided before the service starts. Refusals: NoQuorum,
    VoicesImpossible, MoveRefused."""
    contract = await access_contract(session, actor, contract_id, "hear")
    at = await now(session)
    check_move(ASKED[VoicePurpose.willingness], contract.status, "hear")
    voice = Voice(contract_id=contract.id, purpose=VoicePurpose.willingness, method=VoiceMethod.meeting)
    voice.status, voice.asked_at, voice.asked_by = rules.met(entitled, present, ayes), at, actor.account_id
    voice.asked, voice.answers, voice.ayes, voice.heard_at = entitled, present, ayes, at
    session.add(voice)
    facts = {"contract": contract.id, "entitled": entitled, "present": present, "ayes": ayes}
    await happened(session, actor, "meeting.heard", voice, at, stream=stream_of(contract), **facts)
    return voice


def for_the_contract(*keepers: Callable[[AsyncSession, Actor, Any], Awaitable[Any]]) -> Reaction:
    """The reaction that hears a wave when it closes, and has the contract keep what residents said, unless they are so
    few that their counts stay hidden. Refusal: ReviewsPending, so that nothing doubtful is counted
    unseen."""

    async def hear(session: AsyncSession, actor: Actor, wave: Wave) -> None:
        voice = await awaited_of(session, wave.id)
        if voice is None:
            return
        if doubtful := await doubtful_of(session, wave.id):
            raise ReviewsPending(count=doubtful)
        contract = await session.get_one(Contract, voice.contract_id, with_for_update=True)
        counts, at = await counts_of(session, voice), await now(session)
        _hear(voice, counts, await _said(session, contract, voice, counts), at)
        await session.flush()
        is_heard = voice.status is not VoiceStatus.lapsed and rules.is_told(counts.answers)
        for keep in keepers if is_heard else ():
            await keep(session, actor, voice)

    return hear


def _hear(voice: Voice, counts: Counts, status: VoiceStatus, at: datetime) -> None:
    voice.asked, voice.answers, voice.ayes = counts
    voice.status, voice.heard_at = status, at


async def _said(session: AsyncSession, contract: Contract, voice: Voice, counts: Counts) -> VoiceStatus:
    """A contract that has ended meanwhile, or whose residents have accepted otherwise, hears no acceptance more."""
    is_told = rules.is_told(counts.answers)
    if voice.purpose is VoicePurpose.satisfaction:
        return VoiceStatus.heard if is_told else VoiceStatus.undecided
    if voice.rule:
        return rules.willingness(counts.ayes, counts.answers, voice.rule) if is_told else VoiceStatus.undecided
    waits = [
        "accept" in contracts.milestone_verbs(contract.status, each.gate, each.status)
        for each in await milestones_of(session, contract.id)
        if each.gate is Gate.resident_acceptance
    ]
    if not any(waits):
        return VoiceStatus.lapsed
    if not is_told:
        return VoiceStatus.undecided
    rule = AcceptanceRule(contract.acceptance_answers, contract.acceptance_share, contract.acceptance_rule)
    return {
        Acceptance.undecided: VoiceStatus.undecided,
        Acceptance.accepted: VoiceStatus.accepted,
        Acceptance.refused: VoiceStatus.refused,
    }[contracts.resident_acceptance(counts.ayes, counts.answers, rule)]
