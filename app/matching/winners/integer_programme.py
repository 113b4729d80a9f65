"""0/1 programmes in whole numbers, solved exactly: the best set, the cheapest of the best, the first of these.

Large lots are cut down before they are solved. The prices of the limits (dual values of the linear relaxation)
give every contender an upper bound on any set that holds it, or lacks it; whoever cannot be in a set as good as
one already found is left out, whoever must be in it is fixed (reduced-cost fixing; Wolsey, *Integer Programming*,
2nd ed., §7.6). These bounds are worked out in whole numbers from rounded prices, so rounding never costs a set.
What remains is given to HiGHS with a gap of 0; its answer is added up again in Python integers against every row,
and its own bound must leave no room for one more unit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.errors import DomainError
from app.core.installation.later import Later

optimize, sparse = Later("scipy.optimize"), Later("scipy.sparse")
# Beyond this, one unit of a sum is finer than the solver's tolerance and a bound proves nothing.
LARGEST_SUM = 2**40
# Worth beyond this is decided by its leading digits first, and by the rest among sets that these leave near each other.
LARGEST_WORTH = 2**34
LARGEST_LEAD = 2**26
HALF_UNIT = 0.5
PRICE_SCALE = 2**30  # the prices of limits are rounded to whole multiples of 1 / PRICE_SCALE
CORE = 120  # the contenders looked at first, or six times the size of the set where that is more
CORE_PER_MEMBER = 6
# Positions settled by one programme: the solver takes 1e-6 for 0, which must stay under half a unit of the
# first position's weight, 2 ** (BLOCK - 1).
BLOCK = 18
SOLVED, INFEASIBLE = 0, 2
Numbers = NDArray[np.float64]


class WinnersUnproven(DomainError):
    """The solver's answer could not be verified exactly; nothing is decided on it."""

    status = 503


@dataclass(frozen=True)
class Row:
    """`sum of factors · members <= limit`."""

    factors: Mapping[int, int]
    limit: int

    def holds(self, chosen: Iterable[int]) -> bool:
        return sum(self.factors.get(i, 0) for i in chosen) <= self.limit


@dataclass(frozen=True)
class Programme:
    """`worth` and `costs` by position in whole units; every row must hold; the `sure` are always members and
    `places` is the size of the largest set."""

    worth: tuple[int, ...]
    costs: tuple[int, ...]
    rows: tuple[Row, ...]
    places: int
    sure: frozenset[int] = frozenset()

    @property
    def largest(self) -> int:
        """No set is worth more, or less, than this."""
        return sum(sorted(map(abs, self.worth), reverse=True)[: max(0, self.places)])

    def worth_of(self, chosen: Iterable[int]) -> int:
        return sum(self.worth[i] for i in chosen)


@dataclass(frozen=True)
class Prices:
    """`bound`: no set is worth more. `gains`: what each position adds to that bound when free to join (its worth
    less the price of the limits it uses up). All in units of 1 / PRICE_SCALE."""

    bound: int
    gains: Mapping[int, int]

    def can_join(self, i: int, least: int) -> bool:
        """Whether a set worth `least` might hold this one."""
        return self.bound + min(0, self.gains[i]) >= least * PRICE_SCALE

    def can_stay_out(self, i: int, least: int) -> bool:
        return self.bound - max(0, self.gains[i]) >= least * PRICE_SCALE


@dataclass(frozen=True)
class Solved:
    """`chosen` is one best set; every other holds only `open` positions, and the sure ones of `cut`."""

    chosen: frozenset[int]
    cut: Programme
    open: Sequence[int]


def first_best(programme: Programme) -> frozenset[int] | None:
    """The set of highest worth; of these the one of the lowest cost; of these the first in order of positions.

    None when no set satisfies every row. Refused with WinnersUnproven when exact arithmetic does not confirm
    the solver. Worth may be any whole number. Cost: for worth and for cost one linear programme and one or two 0/1
    programmes over what it cannot rule out; one more to see whether another set is tied, and only then one for every
    BLOCK positions on which tied sets may differ.
    """
    if programme.largest > LARGEST_WORTH:
        return _by_digits(programme)
    solved = _highest(programme, range(len(programme.worth)))
    if solved is None:
        return None
    least = _no_less(programme.worth, solved.chosen)
    saved = tuple(-cost for cost in programme.costs)
    cheapest = _highest(replace(solved.cut, worth=saved, rows=(*programme.rows, least)), solved.open)
    if cheapest is None:
        raise WinnersUnproven(contenders=len(programme.worth))
    tied = replace(cheapest.cut, rows=(*programme.rows, least, _no_less(saved, cheapest.chosen)))
    return _first_in_order(tied, cheapest)


def _by_digits(programme: Programme) -> frozenset[int] | None:
    """`first_best` where sums of worth are too large for the solver.

    worth = lead · unit + rest with 0 <= rest < unit, so a set whose lead falls short of the highest by `places` or
    more cannot catch up. Mostly no other set comes so near, and the first one found is best. Otherwise each lead that
    some set has is settled by the rest, and the best of these answers is the best of all.
    """
    unit = -(-programme.largest // LARGEST_LEAD)
    lead = tuple(worth // unit for worth in programme.worth)
    led = replace(programme, worth=lead)
    everyone = range(len(lead))
    solved = _highest(led, everyone)
    if solved is None:
        return None
    # What follows looks at all positions: those ruled out for less than the highest lead may still be near it.
    reach = min(programme.places, len(lead))
    near = replace(led, rows=(*led.rows, _at_least(lead, led.worth_of(solved.chosen) - reach)))
    other = replace(near, rows=(*near.rows, _other_than(solved.chosen, everyone)))
    if _solve(other, (0,) * len(lead), everyone) is None:
        return solved.chosen
    rest = tuple(worth % unit for worth in programme.worth)
    answers = [first_best(_settled(programme, lead, rest, sum_)) for sum_ in _leads(near, everyone)]
    settled = [each for each in answers if each is not None]
    if not settled or len(settled) < len(answers):
        raise WinnersUnproven(contenders=len(lead))
    return min(settled, key=lambda each: _order(programme, each))


def _settled(programme: Programme, lead: Sequence[int], rest: tuple[int, ...], sum_: int) -> Programme:
    """The sets with this sum of leads, told apart by the rest."""
    return replace(programme, worth=rest, rows=(*programme.rows, _at_least(lead, sum_), _at_most(lead, sum_)))


def _leads(near: Programme, among: Sequence[int]) -> Iterator[int]:
    """Every sum of leads that a set has, the highest first."""
    found = _solve(near, near.worth, among)
    while found is not None:
        yield (sum_ := near.worth_of(found))
        below = replace(near, rows=(*near.rows, _at_most(near.worth, sum_ - 1)))
        found = _solve(below, near.worth, among)


def _order(programme: Programme, chosen: frozenset[int]) -> tuple[int, int, list[int]]:
    """Smaller is better: more worth, then a lower cost, then the first in order of positions."""
    cost = sum(programme.costs[i] for i in chosen)
    return -programme.worth_of(chosen), cost, [i not in chosen for i in range(len(programme.worth))]


def _at_least(values: Sequence[int], limit: int) -> Row:
    return Row({i: -value for i, value in enumerate(values)}, -limit)


def _at_most(values: Sequence[int], limit: int) -> Row:
    return Row(dict(enumerate(values)), limit)


def _no_less(values: Sequence[int], chosen: Iterable[int]) -> Row:
    """The sum of `values` does not fall below that of `chosen`."""
    return _at_least(values, sum(values[i] for i in chosen))


def _highest(programme: Programme, among: Sequence[int]) -> Solved | None:
    """A set of the highest worth among these positions, and what every other such set must look like."""
    prices = _prices(programme, among) if among else Prices(0, {})
    if prices is None:
        return None
    core = _core(programme, prices, among)
    found = _solve(programme, programme.worth, core)
    if found is None:
        found, core = _solve(programme, programme.worth, among), among
        if found is None:
            return None
    cut, open_ = _cut_down(programme, prices, among, programme.worth_of(found))
    if not set(open_) <= set(core):
        found = _solve_again(cut, cut.worth, open_)
    return Solved(found, cut, open_)


def _cut_down(
    programme: Programme, prices: Prices, among: Sequence[int], least: int
) -> tuple[Programme, Sequence[int]]:
    """The positions that may be in a set worth `least`, and the programme in which the indispensable are sure."""
    open_ = [i for i in among if i in programme.sure or prices.can_join(i, least)]
    sure = {i for i in open_ if not prices.can_stay_out(i, least)}
    return replace(programme, sure=programme.sure | sure), open_


def _core(programme: Programme, prices: Prices, among: Sequence[int]) -> Sequence[int]:
    """Whoever the prices favour, and those whom they disfavour least."""
    size = max(CORE, CORE_PER_MEMBER * programme.places)
    ordered = sorted(among, key=lambda i: (i not in programme.sure, -prices.gains[i], i))
    return sorted(ordered[:size])


def _prices(programme: Programme, among: Sequence[int]) -> Prices | None:
    """Any prices give a valid bound; the dual values of the relaxation give the best. None: even that has no set."""
    answer = optimize.linprog(
        -np.array([programme.worth[i] for i in among], dtype=float),
        A_ub=_matrix(programme.rows, among),
        b_ub=_limits(programme.rows),
        bounds=np.column_stack((_low(programme, among), np.ones(len(among)))),
        method="highs-ds",
    )
    if answer.status == INFEASIBLE:
        return None
    if answer.status != SOLVED:
        raise WinnersUnproven(contenders=len(among))
    return _priced(programme, among, [max(0, round(-price * PRICE_SCALE)) for price in answer.ineqlin.marginals])


def _priced(programme: Programme, among: Sequence[int], prices: Sequence[int]) -> Prices:
    gains = {i: programme.worth[i] * PRICE_SCALE for i in among}
    bound = 0
    for price, row in zip(prices, programme.rows, strict=True):
        bound += price * row.limit
        for i in gains.keys() & row.factors.keys() if price else ():
            gains[i] -= price * row.factors[i]
    bound += sum(gain if i in programme.sure else max(0, gain) for i, gain in gains.items())
    return Prices(bound, gains)


def _first_in_order(programme: Programme, tied: Solved) -> frozenset[int]:
    """Of the sets within the rows, all tied with `tied.chosen`, the first in order of positions."""
    nothing = (0,) * len(programme.worth)
    other = replace(programme, rows=(*programme.rows, _other_than(tied.chosen, tied.open)))
    if _solve(other, nothing, tied.open) is None:
        return tied.chosen
    open_ = tied.open
    first = tied.chosen
    undecided = [i for i in open_ if i not in programme.sure]
    for start in range(0, len(undecided), BLOCK):
        block = undecided[start : start + BLOCK]
        weights = {i: 1 << (len(block) - 1 - k) for k, i in enumerate(block)}
        first = _solve_again(programme, [weights.get(i, 0) for i in range(len(nothing))], open_)
        open_ = [i for i in open_ if i not in weights or i in first]
        programme = replace(programme, sure=programme.sure | (first & weights.keys()))
    return first


def _other_than(best: frozenset[int], open_: Iterable[int]) -> Row:
    """At least one position differs from `best`."""
    return Row({i: 1 if i in best else -1 for i in open_}, len(best) - 1)


def _matrix(rows: Sequence[Row], among: Sequence[int]) -> Any:
    column = {i: k for k, i in enumerate(among)}
    cells = [(r, column[i], factor) for r, row in enumerate(rows) for i, factor in row.factors.items() if i in column]
    at, of, factors = zip(*cells, strict=True) if cells else ((), (), ())
    return sparse.csr_array((np.array(factors, dtype=float), (at, of)), shape=(len(rows), len(among)))


def _limits(rows: Sequence[Row]) -> Numbers:
    return np.array([row.limit for row in rows], dtype=float)


def _low(programme: Programme, among: Sequence[int]) -> Numbers:
    """1 for whoever is sure, else 0."""
    return np.array([float(i in programme.sure) for i in among])


def _solve(programme: Programme, worth: Sequence[int], among: Sequence[int]) -> frozenset[int] | None:
    """The set of highest `worth` among these positions within every row; None when there is none."""
    if not among:
        return frozenset() if all(row.limit >= 0 for row in programme.rows) else None
    answer = optimize.milp(
        -np.array([worth[i] for i in among], dtype=float),
        integrality=np.ones(len(among)),
        bounds=optimize.Bounds(_low(programme, among), np.ones(len(among))),
        constraints=optimize.LinearConstraint(_matrix(programme.rows, among), ub=_limits(programme.rows)),
        options={"mip_rel_gap": 0},
    )
    if answer.status == INFEASIBLE:
        return None
    if answer.x is None:
        raise WinnersUnproven(contenders=len(worth))
    chosen = frozenset(among[k] for k in np.flatnonzero(answer.x > HALF_UNIT).tolist())
    _verify(programme, worth, chosen, answer.mip_dual_bound)
    return chosen


def _solve_again(programme: Programme, worth: Sequence[int], among: Sequence[int]) -> frozenset[int]:
    """Where a set within the rows is known: refused when the solver does not find any."""
    chosen = _solve(programme, worth, among)
    if chosen is None:
        raise WinnersUnproven(contenders=len(worth))
    return chosen


def _verify(programme: Programme, worth: Sequence[int], chosen: frozenset[int], bound: float) -> None:
    """Every row holds in whole numbers, and the bound leaves no room for a set worth one unit more."""
    fits = programme.sure <= chosen and all(row.holds(chosen) for row in programme.rows)
    room = -bound - sum(worth[i] for i in chosen)
    if not (fits and room < HALF_UNIT):
        raise WinnersUnproven(contenders=len(worth))
