"""Voices of tests: waves of the purchaser's own surveys that are asked to speak for a contract, and answered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.parties.models import Party
from app.surveys.questionnaires.rules import SurveyPurpose
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel, ResponseStatus
from app.surveys.waves.service import close_wave
from app.voices import service
from app.voices.models import Voice
from app.voices.rules import VoicePurpose, WillingnessRule
from tests.factories.contracts import purchaser
from tests.factories.surveys import make_response, make_survey, make_wave

P = VoicePurpose


async def make_own_wave(
    session: AsyncSession, contract: Contract, purpose: VoicePurpose = VoicePurpose.acceptance, **facts: object
) -> Wave:
    """An open wave of the purchaser."""
    party = await session.get_one(Party, contract.purchaser_id)
    survey = await make_survey(session, party, purpose=SurveyPurpose(purpose))
    return await make_wave(session, survey, channel=Channel.open_link, **facts)


async def answer(session: AsyncSession, wave: Wave, answers: Sequence[str]) -> None:
    """Q1 is answered like this: "F" says yes."""
    for each in answers:
        await make_response(session, wave, {"Q1": each}, status=ResponseStatus.submitted)


async def ask(
    session: AsyncSession, contract: Contract, wave: Wave, purpose: VoicePurpose = P.acceptance, **facts: object
) -> Voice:
    given = {"question": "Q1", "options": ["F"], "rule": None} | facts
    found = await service.ask_voice(
        session,
        purchaser(contract),
        contract.id,
        purpose=purpose,
        wave_id=wave.id,
        **given,  # type: ignore[arg-type]
    )
    await session.flush()
    return found


async def make_content(session: AsyncSession, contract: Contract, ayes: int, noes: int, **facts: object) -> Voice:
    """A wave that asked how content residents are, and was closed."""
    wave = await make_own_wave(session, contract, P.satisfaction, **facts)
    voice = await ask_content(session, contract, wave)
    await answer(session, wave, ["F"] * ayes + ["M"] * noes)
    await close_wave(session, purchaser(contract), wave.id)
    return voice


async def ask_content(session: AsyncSession, contract: Contract, wave: Wave, **facts: Any) -> Voice:
    given = {"wave_id": wave.id, "question": "Q1", "options": ["F"], "served": 120} | facts
    found = await service.ask_satisfaction(session, purchaser(contract), contract.id, **given)
    await session.flush()
    return found


async def make_willing(session: AsyncSession, contract: Contract, ayes: int, noes: int) -> Voice:
    """A wave that asked whether the service is wanted, and was closed."""
    wave = await make_own_wave(session, contract, P.willingness)
    voice = await ask(session, contract, wave, P.willingness, rule=WillingnessRule.share_two_thirds)
    await answer(session, wave, ["F"] * ayes + ["M"] * noes)
    await close_wave(session, purchaser(contract), wave.id)
    return voice
