"""What a notice asks of its applicants: questions of its own, and parts that have columns of their own.

The questions are a questionnaire as residents get it (`surveys.questionnaires`): notes begin its sections, and what is
required, how long an answer may be and when a question is shown follow its rules. A notice without a form asks for a
title, an amount and a plan.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.fields import STORED
from app.core.http.unit import example
from app.surveys.questionnaires.definition import Label, SurveyDefinition
from app.surveys.questionnaires.definition_checks import check_definition
from app.tenders.forms.rules import BudgetLinesNeeded, PartRepeated

PartName = Literal["targets", "activities", "people_served", "team", "budget", "cofunding", "risks"]
BUDGET: PartName = "budget"


class PartAsked(BaseModel):
    """`least`: so many lines at least; 0: the part may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: PartName
    least: int = Field(default=1, ge=0, le=50)
    hint: Label | None = None


class ApplicationForm(BaseModel):
    """With a budget, the sum of its lines is the amount of the bid."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra=example(
            questions={
                "title": {"zh": "项目申报书", "en": "Project application"},
                "questions": [
                    {
                        "type": "open",
                        "name": "aim",
                        "label": {"zh": "项目目标", "en": "Aim of the project"},
                        "required": True,
                    }
                ],
            },
            parts=[{"part": "targets", "least": 1}, {"part": "budget", "least": 1}],
        ),
    )

    questions: SurveyDefinition | None = None
    parts: list[PartAsked] = Field(default=[], max_length=7)

    def asked(self, part: PartName) -> PartAsked | None:
        return next((each for each in self.parts if each.part == part), None)

    def document(self) -> dict[str, Any]:
        """As a notice keeps it."""
        return self.model_dump(mode="json")


def form_of(document: Mapping[str, Any] | None) -> ApplicationForm | None:
    """The form that a notice keeps; None where it asks for title, amount and plan."""
    return None if document is None else ApplicationForm.model_validate(document, context=STORED)


def asks_budget(form: ApplicationForm | None) -> bool:
    return form is not None and form.asked(BUDGET) is not None


def check_form(form: ApplicationForm) -> None:
    """Refuse a form that nobody could fill in. Refusals: PartRepeated, BudgetLinesNeeded, DefinitionRefused."""
    for part, count in Counter(each.part for each in form.parts).items():
        if count > 1:
            raise PartRepeated(part=part)
    budget = form.asked(BUDGET)
    if budget is not None and budget.least < 1:
        raise BudgetLinesNeeded()
    if form.questions is not None:
        check_definition(form.questions)
