"""Rules of accounts and their seats, without a database."""

import pytest

from app.accounts.rules import MOVES, AccountState, RoleDoesNotFit, check_role, device_of, responsibility
from app.core.actors import STAFF, Role
from app.core.moves import verbs_from
from app.parties.rules import (
    PartyKind,
)


def test_every_state_of_an_account_is_reached_and_none_is_final() -> None:
    assert set(MOVES.values()) == set(AccountState)
    assert [state for state in AccountState if not verbs_from(MOVES, state)] == []


def test_every_staff_role_fits_one_kind_of_party_or_none() -> None:
    fitting = {
        role: {kind for kind in (*PartyKind, None) if _fits(role, kind)} for role in [*STAFF, Role.resident, Role.clock]
    }
    assert fitting == {
        Role.committee: {PartyKind.committee},
        Role.street: {PartyKind.street_office},
        Role.organization: {PartyKind.organization},
        Role.purchaser: {PartyKind.bureau},
        Role.judge: {None},
        Role.evaluator: {PartyKind.firm, PartyKind.organization},
        Role.auditor: {PartyKind.firm},
        Role.admin: {None},
        Role.resident: set(),
        Role.clock: set(),
    }


def _fits(role: Role, kind: PartyKind | None) -> bool:
    try:
        check_role(role, kind)
    except RoleDoesNotFit:
        return False
    return True


def test_offices_answer_for_their_area_and_nobody_else_does() -> None:
    assert [responsibility(kind, "530114") for kind in PartyKind] == ["530114", "530114", "530114", "", ""]


@pytest.mark.parametrize(
    ("user_agent", "word"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/116.0 Safari/537.36 MicroMessenger/8.0",
            "微信 WeChat · Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("curl/8.5", ""),
    ],
)
def test_a_browser_is_known_by_a_coarse_word(user_agent: str, word: str) -> None:
    assert device_of(user_agent) == word
