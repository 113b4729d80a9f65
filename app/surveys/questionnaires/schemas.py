"""Questionnaires on the wire for those who run them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.http.unit import example
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.questionnaires.rules import SurveyPurpose
from app.surveys.questionnaires.survey_read import QUESTIONNAIRE, Target


class SurveyCreate(BaseModel):
    """A questionnaire, and what for residents are asked. It may be reworded until somebody has answered it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(purpose="need", definition=QUESTIONNAIRE))

    purpose: SurveyPurpose = SurveyPurpose.need
    definition: SurveyDefinition


class SurveyUpdate(BaseModel):
    """The whole questionnaire as it is to read from now on; `purpose`: null leaves it as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(purpose="need", definition=QUESTIONNAIRE))

    purpose: SurveyPurpose | None = None
    definition: SurveyDefinition


class TargetsSet(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(targets=[{"margin": "Q1", "counts": {"M": 5120, "F": 5380}}])
    )

    targets: list[Target] = Field(max_length=10)

    def plain(self) -> list[dict[str, Any]]:
        return [target.model_dump() for target in self.targets]
