"""A row beside which others worked says so; the work of the measurement itself is no noise."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bench.city.noise import Spent, noted, told
from bench.measures import Measure, at_most

BEFORE = Spent(all=100.0, busy=40.0, own=10.0)


@pytest.mark.parametrize(
    ("busy", "own", "share"),
    [(10.0, 10.0, 0.0), (10.0, 4.0, 0.3), (0.0, 0.0, 0.0), (10.0, 12.0, 0.0)],
)
def test_what_others_took_is_what_the_measurement_did_not(busy: float, own: float, share: float) -> None:
    after = Spent(BEFORE.all + 20, BEFORE.busy + busy, BEFORE.own + own)
    assert after.others_since(BEFORE) == pytest.approx(share)


def test_without_any_time_between_nobody_took_any() -> None:
    assert replace(BEFORE).others_since(BEFORE) == 0.0


def test_a_noisy_row_says_so_and_a_quiet_one_nothing() -> None:
    assert told("a ranking", 0.25) == "a ranking, noisy: others took 25% of the machine"
    assert told("a ranking", 0.1) == "a ranking"


def test_the_work_of_this_process_is_its_own() -> None:
    before = after = Spent.now()
    while after.own == before.own or after.all == before.all:
        sum(range(10_000))
        after = Spent.now()
    assert after.own > before.own


async def measured_together(*spent: Spent) -> AsyncIterator[Measure]:
    for _ in spent:
        yield at_most("C", "a row", 1.0, "ms", against="1 ms", ratio=1.0, target=1)


@pytest.mark.anyio
async def test_of_rows_that_were_measured_together_all_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [BEFORE, Spent(120.0, 60.0, 10.0), Spent(120.0, 60.0, 10.0), Spent(120.01, 60.01, 10.0), BEFORE]
    monkeypatch.setattr(Spent, "now", lambda: clock.pop(0))
    rows = [each["what"] async for each in noted(measured_together(*clock[1:3]))]
    assert rows == ["a row, noisy: others took 100% of the machine"] * 2
