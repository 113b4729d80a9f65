"""Who signs a report, and when nobody does any more."""

import pytest

from app.core.errors import MoveRefused
from app.core.moves import verbs_from
from app.reports.rules import MOVES, ReportStatus, SecondSignerNeeded, check_signer, same_signer

S = ReportStatus


def test_whoever_submitted_a_report_does_not_sign_it() -> None:
    with pytest.raises(SecondSignerNeeded):
        check_signer(S.submitted, 7, 7)
    check_signer(S.submitted, 7, 8)


def test_two_of_whom_no_accounts_are_known_are_two() -> None:
    """As in a replayed season, which acts for firms by nobody's account."""
    assert same_signer(None, None) is None
    assert same_signer(7, None) is None


@pytest.mark.parametrize("status", [S.signed, S.replaced])
def test_a_report_is_signed_once_and_not_when_a_newer_one_stands_for_it(status: ReportStatus) -> None:
    with pytest.raises(MoveRefused) as refused:
        check_signer(status, 7, 7)
    assert refused.value.facts == {"state": status.value, "verb": "sign"}


def test_what_was_replaced_stays_so() -> None:
    assert [verbs_from(MOVES, status) for status in S] == [["sign", "replace"], ["replace"], []]
