"""Lists taken from rankings."""

from decimal import Decimal

from app.matching.allocation.market import lot
from app.matching.ranking.rank import Placing
from app.rankings.wishes import wishes_by


def test_of_those_tied_at_the_end_of_a_derived_list_the_published_lots_choose() -> None:
    partners = {id: f"O{id}" for id in range(30)}
    tied = tuple(Placing(str(id), 1, Decimal("0.5")) for id in partners)
    first, second = (wishes_by(tied, partners, seed) for seed in ("2018", "2019"))
    assert [len(first), len(first[0]), len(second[0])] == [1, 20, 20]
    assert first == wishes_by(tied, partners, "2018") != second
    assert first[0] == sorted(partners, key=lambda id: lot("2018", f"O{id}"))[:20]
