"""What residents say of contracts, in the demonstration: by waves of a committee's own surveys."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.core.actors import RESIDENT, Actor
from app.needs.models import Need
from app.surveys.questionnaires.definition import Label, Option, Question, SurveyDefinition
from app.surveys.questionnaires.rules import SurveyPurpose
from app.surveys.questionnaires.service import create_survey, publish_survey
from app.surveys.responses.answering import submit_response
from app.surveys.responses.models import Response
from app.surveys.responses.policy import receipt_mark
from app.surveys.responses.service import confirm_unflagged
from app.surveys.results.models import SurveyResult
from app.surveys.results.service import close_survey
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel, ResponseStatus
from app.surveys.waves.service import close_wave, create_wave, open_wave
from app.voices.models import Voice
from app.voices.queries import served_by
from app.voices.rules import VoicePurpose, VoiceStatus, WillingnessRule
from app.voices.service import ask_satisfaction, ask_voice

ASKED = {
    VoicePurpose.willingness: Label(zh="您愿意社区开展这项服务吗？", en="Do you want this service?"),
    VoicePurpose.acceptance: Label(zh="您认可这项服务的成效吗？", en="Do you accept what this service has done?"),
    VoicePurpose.satisfaction: Label(zh="您对这项服务满意吗？", en="Are you content with this service?"),
}
TITLES = {
    VoicePurpose.willingness: ("居民意愿", "Whether residents want"),
    VoicePurpose.acceptance: ("居民验收", "Whether residents accept"),
    VoicePurpose.satisfaction: ("居民满意度", "How content residents are"),
}
OPTIONS = (("yes", "是", "Yes"), ("partly", "部分", "Partly"), ("no", "否", "No"))
RECEIPT = "DEM2K7QX"  # leads to what became of the survey
SECONDS = 20  # that answering one question takes


def questionnaire(purpose: VoicePurpose, of: str) -> SurveyDefinition:
    options = [Option(name=name, label=Label(zh=zh, en=en)) for name, zh, en in OPTIONS]
    asked = Question(type="single", name="Q1", label=ASKED[purpose], options=options, required=True)
    zh, en = TITLES[purpose]
    return SurveyDefinition(title=Label(zh=f"{zh}：{of}", en=f"{en}: {of}"), questions=[asked])


async def make_wave(session: AsyncSession, committee: Actor, purpose: VoicePurpose, contract: Contract) -> Wave:
    """A wave that is open to everybody in the committee's community, and speaks for nothing yet."""
    definition = questionnaire(purpose, contract.title)
    is_for = SurveyPurpose(purpose)
    survey = await create_survey(session, committee, definition, purpose=is_for, is_demonstration=True)
    await publish_survey(session, committee, survey.id)
    channel, title = Channel.open_link, definition.title.zh
    wave = await create_wave(session, committee, survey.id, channel=channel, communities=[committee.area], title=title)
    await open_wave(session, committee, wave.id)
    await session.flush()
    return wave


async def ask_residents(
    session: AsyncSession, committee: Actor, purpose: VoicePurpose, contract: Contract, answers: Sequence[str]
) -> None:
    """Asked by a wave, and answered like this; heard in a later step, when the answers are there."""
    wave = await make_wave(session, committee, purpose, contract)
    asked: Any = {"wave_id": wave.id, "question": "Q1", "options": ["yes"]}
    if purpose is VoicePurpose.satisfaction:
        served = await served_by(session, contract) or len(answers)
        await ask_satisfaction(session, committee, contract.id, served=served, **asked)
    else:
        rule = WillingnessRule.share_two_thirds if purpose is VoicePurpose.willingness else None
        await ask_voice(session, committee, contract.id, purpose=purpose, rule=rule, **asked)
    for answer in answers:
        await submit_response(session, RESIDENT, wave.open_token or "", {"Q1": answer}, SECONDS)


async def hear_residents(session: AsyncSession, committee: Actor, contract: Contract) -> None:
    """The wave that was asked is reviewed and closed, and with it its survey."""
    query = sa.select(Voice.wave_id).where(Voice.contract_id == contract.id, Voice.status == VoiceStatus.asked)
    for wave_id in (await session.scalars(query)).all():
        wave = await session.get_one(Wave, wave_id)
        await confirm_unflagged(session, committee, wave.id)
        await close_wave(session, committee, wave.id)
        await close_survey(session, committee, wave.survey_id)


async def give_receipt(session: AsyncSession, contract: Contract) -> None:
    """To one of those whose answers led to the need that the contract serves, in its community."""
    asked = sa.select(SurveyResult.survey_id).join(Need, Need.survey_result_id == SurveyResult.id)
    own = Wave.survey_id == asked.where(Need.id == contract.need_id).scalar_subquery()
    query = sa.select(Response).join(Wave, Wave.id == Response.wave_id).where(own)
    here = query.where(Response.community_code == contract.area_code, Response.status == ResponseStatus.valid)
    response = (await session.scalars(here.order_by(Response.id).limit(1))).one()
    response.receipt_hash = receipt_mark(RECEIPT)


async def has_receipt(session: AsyncSession) -> bool:
    """Whether the code leads anywhere here."""
    found = sa.select(Response.id).where(Response.receipt_hash == receipt_mark(RECEIPT))
    return await session.scalar(found) is not None
