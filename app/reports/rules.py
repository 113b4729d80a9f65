"""A report for which two people of a firm answer: one submits it, another signs it under a name.

submitted --sign--> signed;  either is replaced by a newer one of its kind. What a report says its own room knows.
"""

from enum import StrEnum

from app.core.errors import DomainError
from app.core.moves import check_move


class ReportStatus(StrEnum):
    submitted = "submitted"
    signed = "signed"
    replaced = "replaced"


S = ReportStatus
MOVES = {
    (S.submitted, "sign"): S.signed,
    (S.submitted, "replace"): S.replaced,
    (S.signed, "replace"): S.replaced,
}


class SecondSignerNeeded(DomainError):
    """A report is signed by somebody else than whoever submitted it."""


def same_signer(submitted_by: int | None, account_id: int | None) -> SecondSignerNeeded | None:
    """Why somebody does not sign: two people of the firm answer for a report."""
    return SecondSignerNeeded() if submitted_by is not None and submitted_by == account_id else None


def check_signer(status: ReportStatus, submitted_by: int | None, account_id: int | None) -> None:
    """Refusals: MoveRefused, SecondSignerNeeded."""
    check_move(MOVES, status, "sign")
    if refusal := same_signer(submitted_by, account_id):
        raise refusal
