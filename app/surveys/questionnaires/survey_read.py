"""A survey as those who run it read it. Both this room and `results`, which closes surveys, answer with it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.bounds import GREATEST
from app.core.fields import Line
from app.core.http.unit import example, tag_version
from app.surveys.questionnaires.definition import Label, SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.policy import actions
from app.surveys.questionnaires.queries import definition_of, is_answered
from app.surveys.questionnaires.rules import SurveyPurpose, SurveyStatus

Name = Annotated[str, Line(200)]
FORBID = ConfigDict(extra="forbid")
QUESTIONNAIRE = {
    "title": {"zh": "居民服务需求调查", "en": "Residents' needs"},
    "questions": [
        {
            "type": "multi",
            "name": "Q1",
            "label": {"zh": "最需要哪些服务？", "en": "Which services do you want most?"},
            "options": [{"name": "01", "label": {"zh": "养老服务", "en": "Older people"}, "votes_for": "01"}],
            "public": True,
        }
    ],
}


class Target(BaseModel):
    """How many people each group has in truth. `margin`: a single-choice question, or "community_code"."""

    model_config = FORBID

    margin: Name
    counts: Annotated[dict[Name, Annotated[int, Field(ge=-GREATEST, le=GREATEST)]], Field(max_length=1000)]


class SurveyRow(BaseModel):
    """A survey in a list."""

    id: int
    party_id: int
    title: Label
    purpose: SurveyPurpose
    status: SurveyStatus
    question_count: int
    is_demonstration: bool
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, survey: Survey) -> "SurveyRow":
        return cls(**_row(survey))


def _row(survey: Survey) -> dict[str, Any]:
    plain = SurveyRow.model_fields.keys() - {"title", "question_count"}
    definition = definition_of(survey)
    return {
        **{field: getattr(survey, field) for field in plain},
        "title": definition.title,
        "question_count": sum(1 for _ in definition.asked()),
    }


def _unsaid(survey: Survey, definition: SurveyDefinition) -> list[str]:
    """Only needs rest on options that speak for a category."""
    is_of_needs = survey.purpose is SurveyPurpose.need
    return [field for field in definition.unsaid() if is_of_needs or field != "votes_for"]


class SurveyRead(SurveyRow):
    """`is_answered`: the questionnaire is frozen. `unsaid`: what a draft may leave blank though others look for it.
    `minutes`: about how long answering takes."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=3,
            party_id=4,
            title=QUESTIONNAIRE["title"],
            purpose="need",
            status="published",
            question_count=1,
            is_demonstration=False,
            created_at="2026-11-18T09:00:00+08:00",
            published_at="2026-11-19T09:00:00+08:00",
            closed_at=None,
            definition=QUESTIONNAIRE,
            targets=[],
            is_answered=False,
            unsaid=[],
            minutes=1,
            version=1,
            actions=["edit", "close", "target", "create_wave"],
        )
    )

    definition: SurveyDefinition
    targets: list[Target]
    is_answered: bool
    unsaid: list[str]
    minutes: int
    version: int
    actions: list[str]

    @classmethod
    def seen(cls, survey: Survey, actor: Actor, *, is_answered: bool) -> "SurveyRead":
        definition = definition_of(survey)
        return cls(
            **_row(survey),
            definition=definition,
            minutes=definition.minutes(),
            unsaid=_unsaid(survey, definition) if survey.status is SurveyStatus.draft else [],
            targets=survey.targets,
            is_answered=is_answered,
            version=survey.version,
            actions=actions(actor, survey, is_answered=is_answered),
        )


async def survey_read(session: AsyncSession, survey: Survey, actor: Actor, response: Response) -> SurveyRead:
    tag_version(response, survey.version)
    return SurveyRead.seen(survey, actor, is_answered=await is_answered(session, survey.id))
