"""draft --publish--> published --close--> closed
draft, published --edit--> itself (until the first answer), --target--> itself, --create_wave--> itself
"""

from enum import StrEnum

from app.core.errors import DomainError


class SurveyStatus(StrEnum):
    draft = "draft"
    published = "published"
    closed = "closed"


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


class SurveyNotPublished(DomainError): ...


class SurveyClosed(DomainError):
    """The results have been drawn; a review would no longer change them."""


def untimely(verb: str, *, is_answered: bool) -> DomainError | None:
    """Why it is too late to `verb` a survey: the first answer freezes its questionnaire."""
    return SurveyFrozen() if verb == "edit" and is_answered else None
