"""How many a yearly draw takes, when it takes none, and that anybody draws the same again."""

import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.draws.models import DrawnLot, YearlyDraw
from app.draws.rules import YearDrawn, draw_size, undrawable
from app.draws.shown import DrawTold, LotTold
from app.evaluations.models import SpotDraw, SpotLot
from app.inspections.models import InspectionDraw, InspectionLot
from app.inspections.rules import NobodyToInspect
from app.matching.allocation.market import in_lot_order

NUMBERS = st.sets(st.integers(1, 10**9).map(str), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("share", "population", "size"),
    [("0.3", 1, 1), ("0.3", 3, 1), ("0.3", 10, 3), ("0.3", 11, 4), ("0.3", 26, 8), ("0.05", 60, 3), ("0.05", 61, 4)],
)
def test_no_fewer_than_the_share_are_drawn(share: str, population: int, size: int) -> None:
    assert draw_size(Decimal(share), population) == size


def test_a_year_is_drawn_once_and_of_something() -> None:
    assert isinstance(undrawable(2018, 26, NobodyToInspect, is_drawn=True), YearDrawn)
    assert isinstance(undrawable(2018, 0, NobodyToInspect, is_drawn=False), NobodyToInspect)
    assert undrawable(2018, 1, NobodyToInspect, is_drawn=False) is None


@pytest.mark.parametrize(("draw", "lot"), [(SpotDraw, SpotLot), (InspectionDraw, InspectionLot)])
@given(
    seed=st.text("0123456789abcdef", min_size=1, max_size=64), numbers=NUMBERS, share=st.sampled_from(["0.05", "0.3"])
)
def test_whoever_reads_seed_and_numbers_draws_the_same(
    draw: type[YearlyDraw], lot: type[DrawnLot], seed: str, numbers: set[str], share: str
) -> None:
    """What is told of a draw is enough: the lots in any order, sorted again, are those that were drawn, and as many."""
    made = draw(seed=seed, share=Decimal(share), size=draw_size(Decimal(share), len(numbers)))
    lots = [lot(number=number, position=at) for at, number in enumerate(in_lot_order(seed, numbers), 1)]
    told = sorted((LotTold.told(each, made) for each in lots), key=lambda each: each.number)
    again = sorted(told, key=lambda each: hashlib.sha256(f"{seed}\n{each.number}".encode()).hexdigest())
    assert [each.number for each in again if each.is_drawn] == [each.number for each in again][: made.size]
    assert made.size >= Decimal(share) * len(numbers) > made.size - 1
    assert DrawTold.model_fields.keys() >= {"seed", "share", "source", "size"}
