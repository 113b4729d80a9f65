"""Rounds and pairs by the table: what may follow what, what a list may say."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from app.core.errors import DomainError
from app.core.moves import verbs_from
from app.selection import rules
from app.selection.models import Round
from app.selection.rules import MOVES, Answer, Basis, PairStatus, RoundStatus
from tests.conftest import TODAY

LATER = TODAY + timedelta(days=7)
MOMENT = timedelta(microseconds=1)


def test_every_status_is_reached_and_two_are_final() -> None:
    assert {*MOVES.values(), RoundStatus.draft} == set(RoundStatus)
    assert [s for s in RoundStatus if not verbs_from(MOVES, s)] == [RoundStatus.finished, RoundStatus.cancelled]


@pytest.mark.parametrize(
    ("need", "offer", "status"),
    [
        (None, None, PairStatus.proposed),
        (Answer.confirmed, None, PairStatus.proposed),
        (Answer.confirmed, Answer.confirmed, PairStatus.confirmed),
        (Answer.declined, None, PairStatus.declined),
        (Answer.confirmed, Answer.declined, PairStatus.declined),
    ],
)
def test_a_pair_needs_two_yeses_and_one_no_ends_it(
    need: Answer | None, offer: Answer | None, status: PairStatus
) -> None:
    assert rules.pair_status(need, offer) is status


@pytest.mark.parametrize(
    ("verb", "at", "refusal"),
    [
        ("submit", TODAY - MOMENT, rules.RoundNotOpenYet),
        ("submit", TODAY, None),
        ("submit", LATER - MOMENT, None),
        ("submit", LATER, rules.RoundClosed),
        ("close", LATER - MOMENT, rules.RoundStillOpen),
        ("close", LATER, None),
        ("cancel", LATER, None),
    ],
)
def test_lists_are_taken_until_just_before_the_closing_and_the_round_closes_from_then_on(
    verb: str, at: datetime, refusal: type[DomainError] | None
) -> None:
    found = rules.untimely(verb, Round(opens_at=TODAY, closes_at=LATER), at)
    assert (None if found is None else type(found)) is refusal


def test_a_list_may_tie_and_be_short_but_not_repeat_or_name_strangers() -> None:
    rules.check_list([[1, 2], [3]], {1, 2, 3})
    rules.check_list([], {1})
    with pytest.raises(rules.ListNamesTwice):
        rules.check_list([[1], [1]], {1})
    with pytest.raises(rules.ListNamesStranger):
        rules.check_list([[4]], {1})
    with pytest.raises(rules.ListTooLong):
        rules.check_list([list(range(21))], set(range(30)))


@pytest.mark.parametrize(
    ("budget", "basis"),
    [(None, Basis.tender_lot), ("10000.00", Basis.micro_grant), ("10000.01", Basis.tender_lot)],
)
def test_only_small_sums_go_straight_to_a_contract(budget: str | None, basis: Basis) -> None:
    assert rules.basis_of(Decimal(budget) if budget else None, Decimal(10000)) is basis
