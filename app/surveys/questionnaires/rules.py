"""draft --publish--> published --close--> closed;  draft, published --edit--> itself (until the first answer)"""

from enum import StrEnum

from app.core.errors import DomainError


class SurveyStatus(StrEnum):
    draft = "draft"
    published = "published"
    closed = "closed"


MOVES = {
    (SurveyStatus.draft, "edit"): SurveyStatus.draft,
    (SurveyStatus.draft, "publish"): SurveyStatus.published,
    (SurveyStatus.published, "edit"): SurveyStatus.published,
    (SurveyStatus.published, "close"): SurveyStatus.closed,
}


class SurveyFrozen(DomainError):
    """Somebody has answered: another wording would make the answers mean something else."""


class SurveyNotPublished(DomainError): ...


class SurveyClosed(DomainError):
    """The results have been drawn; a review would no longer change them."""
