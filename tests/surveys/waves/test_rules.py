"""When a wave takes what, and the rates of what came back."""

from collections import Counter
from datetime import date

import pytest

from app.surveys.responses.tables.tabular import read_own_layout
from app.surveys.waves.rules import (
    MOVES,
    MoreReturnedThanIssued,
    RateWithN,
    ResponseStatus,
    WaveStatus,
    check_issued,
    new_token,
    rate_of,
    returns_of,
    secret_hash,
)
from tests.surveys.factories import season_definition, season_layout, season_rows

R = ResponseStatus


def test_a_wave_opens_and_closes_once() -> None:
    steps = {(before, verb): after for (before, verb), after in MOVES.items() if before is not after}
    assert steps == {
        (WaveStatus.draft, "open"): WaveStatus.open,
        (WaveStatus.draft, "discard"): WaveStatus.discarded,
        (WaveStatus.open, "close"): WaveStatus.closed,
    }


def test_the_season_has_the_rates_of_its_published_survey() -> None:
    header, rows = season_rows()
    read = read_own_layout(season_definition(), header, rows, date(2018, 10, 15))
    counts = Counter(R(row.status) for row in read if row.status != "not_returned")
    returns = returns_of(counts, season_layout()["issued"])
    assert (returns.issued, returns.returned, returns.valid) == (600, 494, 494)
    assert [returns.recovery.rate, returns.effective.rate, returns.validity.rate] == ["0.8233", "0.8233", "1.0000"]


def test_an_open_link_has_no_recovery_rate() -> None:
    returns = returns_of({R.valid: 40, R.invalid: 10}, None)
    assert (returns.recovery, returns.effective) == (RateWithN(50, None, None), RateWithN(40, None, None))
    assert returns.validity == RateWithN(40, 50, "0.8000")


def test_what_was_withdrawn_counts_as_neither_returned_nor_valid() -> None:
    returns = returns_of({R.valid: 3, R.duplicate: 1, R.submitted: 1, R.withdrawn: 5}, 10)
    assert (returns.returned, returns.recovery.rate, returns.effective.rate) == (5, "0.5000", "0.3000")


def test_a_rate_of_nothing_is_no_rate() -> None:
    assert [rate_of(0, 0).rate, rate_of(1, 3).rate, rate_of(2, 3).rate] == [None, "0.3333", "0.6667"]


def test_rates_round_half_up() -> None:
    assert rate_of(1, 20000).rate == "0.0001"


def test_more_cannot_return_than_went_out() -> None:
    check_issued(600, 600)
    check_issued(None, 900)
    with pytest.raises(MoreReturnedThanIssued):
        check_issued(600, 601)


def test_only_the_hash_of_a_token_is_kept() -> None:
    assert secret_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len({new_token() for _ in range(100)}) == 100
