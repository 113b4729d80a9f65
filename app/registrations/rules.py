"""submitted --admit--> admitted;  submitted --refuse--> refused;  submitted --withdraw--> withdrawn

An organisation asks to take part (申请入驻); the bureau, or for groups without registration the street office, decides.
"""

from enum import StrEnum

from app.core.errors import DomainError
from app.parties.rules import LEGAL_PERSONS, LegalKind


class RegistrationStatus(StrEnum):
    submitted = "submitted"
    admitted = "admitted"
    refused = "refused"
    withdrawn = "withdrawn"


S = RegistrationStatus
MOVES = {
    (S.submitted, "admit"): S.admitted,
    (S.submitted, "refuse"): S.refused,
    (S.submitted, "withdraw"): S.withdrawn,
}
BY_RECEIPT = frozenset({"withdraw"})  # of whoever holds the receipt


class CreditCodeMissing(DomainError):
    """A legal person comes with its unified social credit code."""

    status = 422


class OfficeMissing(DomainError):
    """Nobody here answers for the area."""

    status = 422


class RegistrationPending(DomainError):
    """An application under this unified social credit code has not been decided yet."""


class RegistrationUnknown(DomainError):
    """No application has this receipt code."""

    status = 404
    is_guess = True


class RefusalUnexplained(DomainError):
    """Whoever is refused learns why."""

    status = 422


def check_identity(legal_kind: LegalKind, credit_code: str | None) -> None:
    """Refusal: CreditCodeMissing. What is given is checked as any party's is."""
    if legal_kind in LEGAL_PERSONS and credit_code is None:
        raise CreditCodeMissing()


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise RefusalUnexplained()
