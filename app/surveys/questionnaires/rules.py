"""draft --publish--> published --close--> closed
draft, published --edit--> itself (until the first answer), --target--> itself, --create_wave--> itself
"""

from enum import StrEnum

from app.core.errors import DomainError


class SurveyStatus(StrEnum):
    draft = "draft"
    published = "published"
    closed = "closed"


class SurveyPurpose(StrEnum):
    """What residents are asked: before a purchase what they need; before a service starts whether they want it, while
    it runs how it is, at its end whether they accept it and how content they are; afterwards whether they came. Of
    these `feedback` is two questions at the door of a session, and `call_back` a call to whom the lots fell on: surveys
    that were made for them before keep them."""

    need = "need"
    willingness = "willingness"
    feedback = "feedback"
    acceptance = "acceptance"
    satisfaction = "satisfaction"
    call_back = "call_back"


# What such a survey says is told once, with the contract that it speaks for. A second count of the same answers, taken
# when the survey closes, would differ from the first by what was set aside or withdrawn between: by single answers.
TOLD_ELSEWHERE = frozenset({SurveyPurpose.willingness, SurveyPurpose.acceptance, SurveyPurpose.satisfaction})

ASKED_BY_SURVEY = frozenset(SurveyPurpose) - {SurveyPurpose.feedback, SurveyPurpose.call_back}

S = SurveyStatus
MOVES = {
    (S.draft, "edit"): S.draft,
    (S.draft, "publish"): S.published,
    (S.draft, "target"): S.draft,
    (S.draft, "create_wave"): S.draft,
    (S.published, "edit"): S.published,
    (S.published, "close"): S.closed,
    (S.published, "target"): S.published,
    (S.published, "create_wave"): S.published,
}


class SurveyFrozen(DomainError):
    """Somebody has answered: a new wording would change what the answers mean."""


class PurposeBound(DomainError):
    """A wave of it has been asked to speak for a contract."""


class PurposeAskedElsewhere(DomainError):
    """No survey asks that: nothing would come of its answers."""

    status = 422


class SurveyNotPublished(DomainError): ...


class SurveyClosed(DomainError):
    """The results have been drawn; a review would no longer change them."""


def check_purpose(purpose: SurveyPurpose) -> None:
    if purpose not in ASKED_BY_SURVEY:
        raise PurposeAskedElsewhere(purpose=purpose.value)


def untimely(verb: str, *, is_answered: bool) -> DomainError | None:
    """Why it is too late to `verb` a survey: the first answer freezes its questionnaire."""
    return SurveyFrozen() if verb == "edit" and is_answered else None
