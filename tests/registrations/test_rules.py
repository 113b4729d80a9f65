"""What an application must say, and what becomes of one."""

import pytest

from app.core.moves import verbs_from
from app.parties.rules import LEGAL_PERSONS, LegalKind
from app.registrations.rules import (
    MOVES,
    CreditCodeMissing,
    RefusalUnexplained,
    RegistrationStatus,
    check_identity,
    check_reason,
)


def test_an_application_is_decided_or_withdrawn_once() -> None:
    offered = {status: verbs_from(MOVES, status) for status in RegistrationStatus}
    assert offered.pop(RegistrationStatus.submitted) == ["admit", "refuse", "withdraw"]
    assert set(map(tuple, offered.values())) == {()}


@pytest.mark.parametrize("kind", LegalKind)
def test_legal_persons_and_only_they_must_give_a_credit_code(kind: LegalKind) -> None:
    check_identity(kind, "52530114MJX000001B")
    if kind in LEGAL_PERSONS:
        with pytest.raises(CreditCodeMissing):
            check_identity(kind, None)
    else:
        check_identity(kind, None)


def test_whoever_is_refused_learns_why() -> None:
    check_reason("证书过期")
    with pytest.raises(RefusalUnexplained):
        check_reason(" ")
