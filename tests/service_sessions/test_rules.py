"""Sessions within their contract and sign-ins within their session; marks, samples, and claims with an interval."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from app.core.days.calendar import SHANGHAI
from app.matching.allocation.market import drawn
from app.service_sessions import rules
from app.service_sessions.rules import Plan, SessionKind, Unit

CONTRACT = SimpleNamespace(starts_on=date(2018, 8, 15), ends_on=date(2019, 7, 31))


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


def plan(starts: datetime, ends: datetime, *counts_for: int) -> Plan:
    return Plan(SessionKind.activity, "茶话会", "活动室", starts, ends, 40, counts_for)


SESSION = plan(at(2018, 10, 13, 9), at(2018, 10, 13, 11))


@pytest.mark.parametrize(
    ("planned", "refusal"),
    [
        (plan(at(2018, 8, 14, 22), at(2018, 8, 15, 1)), rules.SessionOutsideContract),
        (plan(at(2019, 7, 31, 22), at(2019, 8, 1, 0)), rules.SessionOutsideContract),
        (plan(at(2018, 9, 1, 9), at(2018, 9, 1, 9)), rules.SessionBackwards),
        (plan(at(2018, 9, 1, 9), at(2018, 9, 1, 11), 2), rules.TargetNotInContract),
    ],
)
def test_a_session_lies_within_its_contract(planned: Plan, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.check_plan(CONTRACT, 2, planned)


def test_the_first_and_the_last_day_of_the_contract_are_within_it() -> None:
    rules.check_plan(CONTRACT, 2, plan(at(2018, 8, 15, 0), at(2018, 8, 15, 1), 0, 1))
    rules.check_plan(CONTRACT, 2, plan(at(2019, 7, 31, 22), at(2019, 7, 31, 23, 59)))


@pytest.mark.parametrize(("hour", "minute", "passes"), [(8, 59, False), (9, 0, True), (10, 59, True), (11, 0, False)])
def test_people_sign_in_from_the_start_and_until_the_end(hour: int, minute: int, passes: bool) -> None:
    refusal = rules.untimely("sign_in", SESSION, at(2018, 10, 13, hour, minute))
    assert isinstance(refusal, rules.SignInOutsideSession) is not passes


def test_a_household_is_the_same_however_it_is_written() -> None:
    assert len({rules.household_mark(each) for each in ("3-2-501", "3 2 501", "3-2-501室", "3#2-501")}) == 1
    assert rules.household_mark("3-2-501") != rules.household_mark("3-2-502")


@pytest.mark.parametrize(
    ("quantity", "found"),
    [
        ("不少于 500 人", (Unit.people, 500)),
        ("1,200人次", (Unit.people, 1200)),
        ("24 场次，每场 30 人", (Unit.sessions, 24)),
        ("60 户", (Unit.people, 60)),
        ("at least 12 sessions", (Unit.sessions, 12)),
        ("每周 2 场，共 24 场", (Unit.sessions, 24)),
        ("2 场 60 人", None),
        ("20 至 30 人", None),
        ("1.5 场", None),
        ("1 项", None),
        ("0 场", None),
        ("", None),
    ],
)
def test_a_target_is_counted_where_it_says_a_number(quantity: str, found: tuple[Unit, int] | None) -> None:
    assert rules.counted(quantity) == found


@pytest.mark.parametrize(
    ("done", "mark"), [(500, 3), (620, 3), (499, 2), (430, 2), (400, 2), (399, 1), (300, 1), (299, 0), (0, 0)]
)
def test_the_share_done_of_500_is_marked_in_half_open_bands(done: int, mark: int) -> None:
    assert rules.mark(500, done) == mark


@pytest.mark.parametrize(("population", "size"), [(430, 79), (120, 54), (6_000, 95), (10, 10), (1, 1)])
def test_samples_for_ten_points_at_95_per_cent(population: int, size: int) -> None:
    assert rules.sample_size(population) == size


def test_of_430_claimed_399_are_supported_where_66_of_71_confirm() -> None:
    found = rules.supported(430, 66, 71)
    assert [round(100 * each, 1) for each in (found.share, found.low, found.high)] == [93.0, 84.6, 97.0]
    assert (found.count, found.least, found.most) == (399, 363, 416)
    assert (rules.mark(500, 430), rules.mark(500, found.count)) == (2, 1)


def test_where_nobody_answered_nothing_is_known() -> None:
    found = rules.supported(430, 0, 0)
    assert (found.count, found.least, found.most) == (0, 0, 430)


def test_whoever_knows_the_seed_draws_the_same_in_whatever_order_the_keys_come() -> None:
    keys = [rules.key_of(session, number) for session in (4, 9) for number in range(1, 60)]
    assert drawn("seed", keys, 20) == drawn("seed", keys[::-1], 20)
    assert drawn("seed", keys, 20) != drawn("another", keys, 20)
    assert drawn("seed", keys, 21)[:20] == drawn("seed", keys, 20)


@pytest.mark.parametrize(
    ("size", "answered", "denied", "shown"),
    [(79, 71, 5, True), (79, 5, 5, True), (79, 4, 1, False), (6, 6, 6, False), (6, 6, 5, True)],
)
def test_outcomes_are_shown_where_they_do_not_tell_who_denied(
    size: int, answered: int, denied: int, shown: bool
) -> None:
    assert rules.may_be_shown(size, answered, denied) is shown
