"""Waves that speak for a contract: asked in time, heard when they close, counted and never entered."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service as contracts
from app.contracts.acceptance import accept_delivery
from app.contracts.models import AcceptanceChannel, Contract, ResidentAcceptance
from app.contracts.queries import acceptances_of, milestones_of
from app.contracts.rules import MilestoneStatus, PageAskedByWave
from app.core.errors import MoveRefused
from app.surveys.results.rules import ReviewsPending
from app.surveys.waves.rules import ResponseStatus, WaveClosed, WaveStatus
from app.surveys.waves.service import close_wave
from app.tenders.profiles.rules import Gate
from app.voices import rules, service
from app.voices.models import Voice
from app.voices.rules import VoicePurpose, VoiceStatus, WillingnessRule
from app.voices.schemas import VoiceRead
from tests.factories.contracts import accept, contractor, make_performing, make_signed, purchaser
from tests.factories.surveys import make_response, make_wave
from tests.factories.voices import answer, ask, make_own_wave

pytestmark = pytest.mark.anyio
V, P = VoiceStatus, VoicePurpose


async def gate_of(session: AsyncSession, contract: Contract) -> MilestoneStatus:
    (found,) = [m for m in await milestones_of(session, contract.id) if m.gate is Gate.resident_acceptance]
    return found.status


async def test_the_wave_that_closes_is_counted_into_the_contract(session: AsyncSession) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    voice = await ask(session, contract, wave)
    await answer(session, wave, ["F"] * 9 + ["M"])
    await close_wave(session, purchaser(contract), wave.id)
    (said,) = await acceptances_of(session, contract.id)
    assert (said.channel, said.wave_id, said.answers, said.accepting) == (AcceptanceChannel.page, wave.id, 10, 9)
    assert (voice.status, await gate_of(session, contract)) == (V.accepted, MilestoneStatus.met)


async def test_few_who_accept_close_the_gate(session: AsyncSession) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    voice = await ask(session, contract, wave)
    await answer(session, wave, ["F"] * 2 + ["M"] * 8)
    await close_wave(session, purchaser(contract), wave.id)
    assert (voice.status, await gate_of(session, contract)) == (V.refused, MilestoneStatus.not_met)


async def test_answers_that_were_set_aside_do_not_count_and_doubtful_ones_are_reviewed_first(
    session: AsyncSession,
) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    voice = await ask(session, contract, wave)
    await answer(session, wave, ["F"] * 9)
    await make_response(session, wave, {"Q1": "M"}, status=ResponseStatus.duplicate)
    await make_response(session, wave, {"Q2": ["meals"]})
    doubtful = await make_response(
        session, wave, {"Q1": "M"}, status=ResponseStatus.submitted, suggestions=[{"code": "too_fast", "facts": {}}]
    )
    with pytest.raises(ReviewsPending):
        async with session.begin_nested():
            await close_wave(session, purchaser(contract), wave.id)
    await session.refresh(wave)
    assert (wave.status, voice.status) == (WaveStatus.open, V.asked)
    doubtful.status = ResponseStatus.valid
    await close_wave(session, purchaser(contract), wave.id)
    assert (voice.answers, voice.ayes) == (10, 9)


async def test_what_residents_answer_on_the_page_is_not_entered_beside_a_wave(session: AsyncSession) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    await ask(session, contract, wave)
    await answer(session, wave, ["F"] * 3)
    with pytest.raises(PageAskedByWave):
        await accept(session, contract, 10)
    counts = {"asked": 10, "answers": 7, "accepting": 7}
    await accept_delivery(session, purchaser(contract), contract.id, AcceptanceChannel.meeting, **counts)
    assert await gate_of(session, contract) is MilestoneStatus.met
    typed = {"contract_id": contract.id, "channel": "page", "recorded_at": contract.drafted_at, **counts}
    with pytest.raises(DBAPIError) as refused:
        async with session.begin_nested():
            await session.execute(sa.insert(ResidentAcceptance).values(**typed))
    assert refused.value.orig.diag.constraint_name == "ck_resident_acceptances_of_its_wave"  # type: ignore[union-attr]


async def test_a_wave_closes_though_its_contract_hears_nothing_more(session: AsyncSession) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    voice = await ask(session, contract, wave)
    await answer(session, wave, ["F"] * 10)
    await contracts.terminate_contract(session, purchaser(contract), contract.id, "停止")
    await close_wave(session, purchaser(contract), wave.id)
    assert (voice.status, wave.status, await acceptances_of(session, contract.id)) == (V.lapsed, WaveStatus.closed, [])


async def test_acceptance_is_asked_while_a_contract_is_carried_out_and_willingness_before(
    session: AsyncSession,
) -> None:
    contract = await make_signed(session)
    with pytest.raises(MoveRefused):
        await ask(session, contract, await make_own_wave(session, contract))
    wave = await make_own_wave(session, contract, P.willingness)
    with pytest.raises(rules.RuleMissing):
        await ask(session, contract, wave, P.willingness)
    voice = await ask(session, contract, wave, P.willingness, rule=WillingnessRule.share_two_thirds)
    await contracts.start_contract(session, contractor(contract), contract.id)
    with pytest.raises(MoveRefused):
        await ask(
            session, contract, await make_own_wave(session, contract, P.willingness), P.willingness, rule="low_half"
        )
    assert voice.status is V.asked


async def test_willingness_is_heard_by_the_rule_that_was_pinned(session: AsyncSession) -> None:
    contract = await make_signed(session)
    wave = await make_own_wave(session, contract, P.willingness)
    voice = await ask(session, contract, wave, P.willingness, rule=WillingnessRule.low_two_thirds)
    await answer(session, wave, ["F"] * 36 + ["M"] * 12)
    await close_wave(session, purchaser(contract), wave.id)
    assert (voice.status, voice.answers, voice.ayes) == (V.undecided, 48, 36)
    assert await acceptances_of(session, contract.id) == []


async def test_a_meeting_decides_with_its_quorum(session: AsyncSession) -> None:
    contract = await make_signed(session)
    with pytest.raises(rules.NoQuorum):
        await service.hear_meeting(session, purchaser(contract), contract.id, entitled=41, present=20, ayes=20)
    voice = await service.hear_meeting(session, purchaser(contract), contract.id, entitled=41, present=21, ayes=11)
    await session.flush()
    assert voice.status is V.willing


async def test_what_cannot_be_asked_is_refused(session: AsyncSession) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    for facts in ({"question": "Q2", "options": ["meals"]}, {"options": ["maybe"]}, {"question": "Q9"}):
        with pytest.raises(rules.VoiceQuestionUnfit):
            await ask(session, contract, wave, **facts)
    with pytest.raises(rules.WaveUnknown):
        await ask(session, contract, await make_wave(session))
    with pytest.raises(WaveClosed):
        await ask(session, contract, await make_own_wave(session, contract, status=WaveStatus.closed))
    await ask(session, contract, wave)
    with pytest.raises(rules.AlreadyAsked):
        await ask(session, contract, await make_own_wave(session, contract))


async def test_what_was_heard_stays_in_the_database(session: AsyncSession) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    await ask(session, contract, wave)
    await answer(session, wave, ["F"] * 10)
    await close_wave(session, purchaser(contract), wave.id)
    await session.flush()
    with pytest.raises(DBAPIError) as refused:
        async with session.begin_nested():
            await session.execute(sa.update(Voice).values(ayes=0))
    assert refused.value.orig.diag.constraint_name == "ck_voices_stay"  # type: ignore[union-attr]


async def test_what_counts_as_a_yes_is_said_before_anybody_answers(session: AsyncSession) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    await answer(session, wave, ["F"])
    with pytest.raises(rules.AnsweredBefore):
        await ask(session, contract, wave)


async def test_four_residents_decide_on_nothing(session: AsyncSession) -> None:
    contract = await make_signed(session)
    wave = await make_own_wave(session, contract, P.willingness)
    voice = await ask(session, contract, wave, P.willingness, rule=WillingnessRule.share_two_thirds)
    await answer(session, wave, ["F"] * 4)
    await close_wave(session, purchaser(contract), wave.id)
    assert voice.status is V.undecided, "of so few a verdict tells what each of them said"


async def test_what_four_residents_said_stands_beside_no_other_figure(session: AsyncSession) -> None:
    contract = await make_performing(session)
    wave = await make_own_wave(session, contract)
    voice = await ask(session, contract, wave)
    await answer(session, wave, ["M"] * 4)
    await close_wave(session, purchaser(contract), wave.id)
    assert (voice.status, await acceptances_of(session, contract.id)) == (V.undecided, [])
    assert VoiceRead.of(voice).answers is None
