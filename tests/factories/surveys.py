"""Surveys of tests: questionnaires, waves, responses and results, as they stand in the database."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.surveys.questionnaires.definition import Label, Option, Question, SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.rules import SurveyStatus
from app.surveys.responses.models import Response
from app.surveys.responses.rules import Source, fingerprint_of
from app.surveys.results.models import SurveyFigures, SurveyResult
from app.surveys.waves.models import Issue, Token, Wave, WaveCommunity
from app.surveys.waves.rules import Channel, ResponseStatus, WaveStatus, new_token, secret_hash
from tests.factories.needs import make_terms
from tests.factories.parties import make_area, make_party
from tests.factories.reference import DOUNAN


def services_definition(**fields: Any) -> SurveyDefinition:
    """Sex (Q1), services wanted (Q2: meals 0101, homework 0201), their order (Q3), a sensitive open question (Q4)."""
    sexes = [Option(name="M", label=Label(zh="男", en="Male")), Option(name="F", label=Label(zh="女", en="Female"))]
    services = [
        Option(name="meals", label=Label(zh="老年助餐", en="Meals"), votes_for="0101"),
        Option(name="homework", label=Label(zh="课后托管", en="Homework"), votes_for="0201"),
    ]
    return SurveyDefinition(
        title=Label(zh="居民服务需求调查", en="Residents' needs"),
        questions=[
            Question(
                type="single",
                name="Q1",
                label=Label(zh="您的性别？", en="Sex"),
                required=True,
                options=sexes,
                public=True,
            ),
            Question(
                type="multi",
                name="Q2",
                label=Label(zh="最需要哪些服务？", en="Services"),
                options=services,
                public=True,
            ),
            Question(
                type="ranking",
                name="Q3",
                label=Label(zh="请排序", en="Rank them"),
                derived_from="Q2",
                rank_count=2,
                public=True,
            ),
            Question(type="open", name="Q4", label=Label(zh="家里有什么难处？", en="Troubles"), sensitive="sensitive"),
        ],
        **fields,
    )


async def make_survey(
    session: AsyncSession,
    party: Party | None = None,
    *,
    definition: SurveyDefinition | None = None,
    figures: bool = True,
    **facts: Any,
) -> Survey:
    """A published survey of Dounan's committee, unless `facts` say otherwise."""
    at = await now(session)
    definition = definition or services_definition()
    codes = {option.votes_for for question in definition.questions for option in question.options if option.votes_for}
    await make_terms(session, sorted(codes), [])
    party = party or await make_party(session, PartyKind.committee)
    status = facts.setdefault("status", SurveyStatus.published)
    facts.setdefault("published_at", None if status is SurveyStatus.draft else at)
    facts.setdefault("closed_at", at if status is SurveyStatus.closed else None)
    survey = Survey(party_id=party.id, definition=definition.model_dump(mode="json"), created_at=at, **facts)
    session.add(survey)
    await session.flush()
    if status is SurveyStatus.closed and figures:
        session.add(SurveyFigures(survey_id=survey.id, frozen_at=at, answers=[], returns={}, tells_places=True))
        await session.flush()
    return survey


async def make_wave(
    session: AsyncSession, survey: Survey | None = None, *, communities: tuple[str, ...] = (DOUNAN,), **facts: Any
) -> Wave:
    """An open wave of paper questionnaires in Dounan, unless `facts` say otherwise."""
    at = await now(session)
    survey = survey or await make_survey(session)
    channel = facts.setdefault("channel", Channel.paper)
    status = facts.setdefault("status", WaveStatus.open)
    facts.setdefault("opened_at", at if status in {WaveStatus.open, WaveStatus.closed} else None)
    facts.setdefault("closed_at", at if status is WaveStatus.closed else None)
    facts.setdefault("open_token", new_token() if channel is Channel.open_link else None)
    wave = Wave(survey_id=survey.id, created_at=at, **facts)
    session.add(wave)
    await session.flush()
    for code in communities:
        await make_area(session, code)
        session.add(WaveCommunity(wave_id=wave.id, community_code=code))
    await session.flush()
    return wave


async def make_issue(session: AsyncSession, wave: Wave, count: int, community_code: str = DOUNAN) -> Issue:
    issue = Issue(wave_id=wave.id, community_code=community_code, count=count, at=await now(session))
    session.add(issue)
    await session.flush()
    return issue


async def make_token(session: AsyncSession, wave: Wave, community_code: str = DOUNAN) -> str:
    """A fresh one-time token of the wave, as it stands in a link."""
    token = new_token()
    session.add(Token(token_hash=secret_hash(token), wave_id=wave.id, community_code=community_code))
    await session.flush()
    return token


async def make_response(
    session: AsyncSession, wave: Wave, answers: Mapping[str, Any] | None = None, **facts: Any
) -> Response:
    """A valid response from Dounan that wants meals, unless `facts` say otherwise."""
    given = dict(answers) if answers is not None else {"Q1": "F", "Q2": ["meals"], "Q3": ["meals"]}
    facts.setdefault("community_code", DOUNAN)
    facts.setdefault("status", ResponseStatus.valid)
    facts.setdefault("source", Source.keyboard)
    fingerprint = fingerprint_of(given) if facts["status"] is not ResponseStatus.withdrawn else ""
    await make_area(session, facts["community_code"])
    response = Response(
        wave_id=wave.id, answers=given, fingerprint=fingerprint, submitted_at=await now(session), **facts
    )
    session.add(response)
    await session.flush()
    return response


async def make_survey_result(
    session: AsyncSession, survey: Survey | None = None, *, category_code: str = "0101", **facts: Any
) -> SurveyResult:
    """51 of 123 in Dounan want the category: 41.46 %, between 33.14 % and 50.30 %."""
    survey = survey or await make_survey(session, status=SurveyStatus.closed)
    await make_terms(session, [category_code], [])
    facts.setdefault("community_code", DOUNAN)
    defaults: dict[str, Any] = {
        "n": 123,
        "votes": 51,
        "share": Decimal("0.4146"),
        "low": Decimal("0.3314"),
        "high": Decimal("0.5030"),
        "effective_n": Decimal(123),
        "intensity": Decimal("0.6000"),
        "demand_index": Decimal("0.2488"),
        "index_low": Decimal("0.1812"),
        "index_high": Decimal("0.3164"),
        "is_withheld": False,
    }
    result = SurveyResult(survey_id=survey.id, category_code=category_code, **{**defaults, **facts})
    session.add(result)
    await session.flush()
    return result
