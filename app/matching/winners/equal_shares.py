"""The method of equal shares: every voter holds the same share of the budget and pays only for what it supports.

After D. Peters, G. Pierczyński, P. Skowron, *Proportional Participatory Budgeting with Additive Utilities*
(NeurIPS 2021). A project is affordable at price `rho` per unit of utility when its supporters, each paying
`min(what it has left, rho · its utility)`, pay its cost. Again and again the project affordable at the lowest
price is bought, until none is. Money may be left over: the method spends only what voters have for their own.

Prices only rise as voters spend, so a price once worked out is a lower bound, and a project is looked at again
only when its bound is the lowest. Floating point finds the few that may be the cheapest; which of them is, who
pays in full and whether a cost is reached to the last unit is decided in exact fractions.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import chain
from math import inf, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.errors import DomainError

# Relative to a price, and far beyond the error of a few hundred sums in double precision: whatever lies closer
# together is told apart exactly.
SLACK = 1e-7
LARGEST_WHOLE_FLOAT = 2**53
Numbers = NDArray[np.float64]
Positions = NDArray[np.intp]
Flags = NDArray[np.bool_]
# Whole numbers and their sums, exact: doubles while every sum stays below 2 ** 53, Python integers beyond.
Whole = NDArray[Any]
Admits = Callable[[Sequence[str], str], bool]


class UnknownProject(DomainError):
    """A ballot names a project that has no cost."""


class CostBelowZero(DomainError): ...


class UtilityBelowZero(DomainError): ...


@dataclass(frozen=True)
class Bought:
    """`price` is what each supporter pays per unit of utility, as far as its share reaches (rho in the paper)."""

    key: str
    price: Fraction


def equal_shares(
    ballots: Sequence[Mapping[str, Fraction | int]],
    costs: Mapping[str, int],
    budget: int,
    *,
    voters: Sequence[int] | None = None,
    admits: Admits | None = None,
) -> tuple[Bought, ...]:
    """What is bought, in order of choice.

    Each ballot gives a utility of zero or more to projects (absent: zero), such as the scores of a judge;
    `voters` says how many cast it (1 each without). `costs` and `budget` in the same whole unit. Of equal prices
    the project first in `costs` wins. `admits(bought so far, key)` may bar a project from then on, such as a
    second one of the same applicant. Refused with UnknownProject, CostBelowZero or UtilityBelowZero.
    """
    given = [(key, utility) for ballot in ballots for key, utility in ballot.items()]
    for key, utility in given:
        if utility < 0:
            raise UtilityBelowZero(project=key, utility=utility)
    scale = lcm(*(Fraction(utility).denominator for _, utility in given))
    units = [int(utility * scale) for _, utility in given]
    election = _Election(ballots, costs, budget, voters, units)
    return tuple(Bought(each.key, each.price * scale) for each in election.bought(admits))


def approval_shares(
    ballots: Sequence[Collection[str]],
    costs: Mapping[str, int],
    budget: int,
    *,
    voters: Sequence[int] | None = None,
    admits: Admits | None = None,
) -> tuple[Bought, ...]:
    """As `equal_shares`, for ballots that approve: the utility of an approved project is its cost."""
    return tuple(_Election(ballots, costs, budget, voters, None).bought(admits))


class _Project:
    """`who` supports it and has money left, with `units` of utility and `weights` voters each; `mass` is the utility
    of all. `price` was worked out when `seen` projects had been bought, `who` kept when `emptied` of these had
    taken somebody's last money."""

    __slots__ = ("cost", "emptied", "key", "mass", "order", "price", "seen", "units", "weights", "who")

    def __init__(self, order: int, key: str, cost: int, who: Positions, units: Whole, weights: Whole) -> None:
        self.order, self.key, self.cost = order, key, cost
        self.who, self.units, self.weights = who, units, weights
        self.mass = int(units.dot(weights))
        self.price = cost / self.mass
        self.seen, self.emptied = -1, 0

    def keep(self, kept: Flags) -> None:
        """Drop the other supporters."""
        self.who, self.units, self.weights = self.who[kept], self.units[kept], self.weights[kept]
        self.mass = int(self.units.dot(self.weights))


class _Election:
    """The state of the count. Whoever has money left holds exactly `share - sum of price · units` over what it
    helped to buy, kept as the prices and one column of units per project; `left` is the same in floats. Share and
    prices are whole numbers of 1 / `scale`, which grows with every price: sums of integers cost less than sums of
    fractions."""

    def __init__(
        self,
        ballots: Sequence[Collection[str]],
        costs: Mapping[str, int],
        budget: int,
        voters: Sequence[int] | None,
        units: Sequence[int] | None,
    ) -> None:
        """`units` for every entry of every ballot; without them the cost of the project."""
        counts = [1] * len(ballots) if voters is None else list(voters)
        if len(counts) != len(ballots):
            raise ValueError(f"{len(ballots)} ballots, but {len(counts)} numbers of voters")
        electorate = sum(counts)
        largest = max(costs.values() if units is None else units, default=0)
        self.whole: Any = np.float64 if largest * electorate < LARGEST_WHOLE_FLOAT else object
        self.weights: Whole = np.array(counts, dtype=self.whole)
        self.scale, self.share = electorate or 1, max(0, budget)
        self.left = np.full(len(counts), self.share / self.scale)
        self.margin = SLACK * self.share / self.scale
        self.has_money = np.ones(len(counts), dtype=np.bool_)
        self.emptied = 0
        self.prices: list[int] = []
        self.columns: list[Whole] = []
        self.heap = [(each.price, each.order, each) for each in self._projects(ballots, costs, units)]
        heapify(self.heap)

    def _projects(
        self, ballots: Sequence[Collection[str]], costs: Mapping[str, int], units: Sequence[int] | None
    ) -> Iterator[_Project]:
        """Those with supporters whom they are of use to, each with its supporters in the order of the ballots."""
        for key, cost in costs.items():
            if cost < 0:
                raise CostBelowZero(project=key, cost=cost)
        which = _places_of(ballots, costs)
        who = np.repeat(np.arange(len(ballots)), [len(ballot) for ballot in ballots])
        each: Whole = np.array(list(costs.values()) if units is None else units, dtype=self.whole)
        each = each[which] if units is None else each
        useful = np.flatnonzero(each > 0)
        order = useful[np.argsort(which[useful], kind="stable")]
        ends = np.cumsum(np.bincount(which[useful], minlength=len(costs))).tolist()
        for k, (key, cost) in enumerate(costs.items()):
            mine = order[ends[k - 1] if k else 0 : ends[k]]
            if len(mine):
                yield _Project(k, key, cost, who[mine], each[mine], self.weights[who[mine]])

    def bought(self, admits: Admits | None) -> Iterator[Bought]:
        chosen: list[str] = []
        while near := self._cheapest(chosen, admits):
            exact = [(*self._exact_price(each), each) for each in near]
            price, spent, winner = min(exact, key=lambda found: (found[0], found[2].order))
            for each in near:
                if each is not winner:
                    heappush(self.heap, (each.price, each.order, each))
            self._pay(winner, price, spent)
            chosen.append(winner.key)
            yield Bought(winner.key, price)

    def _cheapest(self, chosen: Sequence[str], admits: Admits | None) -> list[_Project]:
        """Takes from the heap the affordable projects that may have the lowest price; the others stay in it."""
        looked: list[_Project] = []
        lowest = inf
        while self.heap and self.heap[0][0] <= lowest * (1 + 2 * SLACK):
            project = heappop(self.heap)[-1]
            if admits is not None and not admits(chosen, project.key):
                continue
            if project.seen < len(chosen) and not self._is_affordable(project):
                continue
            project.seen = len(chosen)
            lowest = min(lowest, project.price)
            looked.append(project)
        near = [each for each in looked if each.price <= lowest * (1 + 2 * SLACK)]
        for each in looked:
            if each not in near:
                heappush(self.heap, (each.price, each.order, each))
        return near

    def _is_affordable(self, project: _Project) -> bool:
        """Whether its supporters can still pay its cost; if so its price is worked out in floats."""
        if project.emptied < self.emptied:
            project.keep(self.has_money[project.who])
            project.emptied = self.emptied
        money = self.left[project.who]
        funds = float(money.dot(project.weights))
        if funds < project.cost * (1 + SLACK) and not self._can_pay(project, funds):
            return False
        project.price = _price(project, money)
        return True

    def _can_pay(self, project: _Project, funds: float) -> bool:
        """Where floats say no or cannot tell."""
        if not project.mass or funds < project.cost * (1 - SLACK):
            return False
        return self._funds(project.who, project.weights) >= project.cost * self.scale

    def _exact_price(self, project: _Project) -> tuple[Fraction, Flags]:
        """The price, and which of the supporters have nothing left once they paid it."""
        money = self.left[project.who]
        pay = project.price * project.units
        spent = money < pay * (1 - SLACK) - self.margin
        unsure = np.flatnonzero(~spent & (money <= pay * (1 + SLACK) + self.margin))
        price, settled = self._settled(project, spent, unsure)
        if abs(float(price) - project.price) > SLACK * project.price:
            return self._settled(project, np.zeros_like(spent), np.arange(len(money)))
        return price, settled

    def _settled(self, project: _Project, spent: Flags, unsure: Positions) -> tuple[Fraction, Flags]:
        """Exactly, when those `spent` surely pay all they have and only the `unsure` may: of these, whoever has
        less than the price pays all, which raises the price for the rest, until nobody is left who has less."""
        levels = dict(zip(unsure.tolist(), self._levels(project, unsure), strict=True)) if len(unsure) else {}
        while True:
            owed, mass = project.cost * self.scale, project.mass
            if spent.any():
                owed -= self._funds(project.who[spent], project.weights[spent])
                mass -= int(project.units[spent].dot(project.weights[spent]))
            price = Fraction(owed, mass * self.scale)
            short = [i for i, level in levels.items() if level < price and not spent[i]]
            if not short:
                break
            spent[short] = True
        spent[[i for i, level in levels.items() if level == price]] = True
        return price, spent

    def _levels(self, project: _Project, some: Positions) -> list[Fraction]:
        """Exactly the price at which each of these supporters has nothing left. Those who bought the same at the
        same utility have the same."""
        units = project.units[some].tolist()
        columns = [column[project.who[some]].tolist() for column in self.columns]
        rows = list(zip(units, *columns, strict=True))
        known = {row: self._budget(row[1:]) / int(row[0]) for row in set(rows)}
        return [known[row] for row in rows]

    def _budget(self, units: Sequence[float]) -> Fraction:
        """Exactly what is left to whoever got so much use from each project bought."""
        paid = sum(price * int(own) for price, own in zip(self.prices, units, strict=True))
        return Fraction(self.share - paid, self.scale)

    def _funds(self, who: Positions, weights: Whole) -> int:
        """Exactly what these, who all have money, hold together, in 1 / scale."""
        paid = sum(
            price * int(column[who].dot(weights)) for price, column in zip(self.prices, self.columns, strict=True)
        )
        return self.share * int(weights.sum()) - paid

    def _pay(self, project: _Project, price: Fraction, spent: Flags) -> None:
        column: Whole = np.zeros(len(self.weights), dtype=self.whole)
        column[project.who] = project.units
        finer = lcm(self.scale, price.denominator) // self.scale
        self.scale, self.share = self.scale * finer, self.share * finer
        self.prices = [each * finer for each in self.prices]
        self.prices.append(price.numerator * (self.scale // price.denominator))
        self.columns.append(column)
        self.left[project.who] -= (float(price) * project.units).astype(float)
        if spent.any():
            self.has_money[project.who[spent]] = False
            self.emptied += 1


def _places_of(ballots: Sequence[Collection[str]], costs: Mapping[str, int]) -> NDArray[Any]:
    """The project of every entry of every ballot, by its place in `costs`."""
    place = {key: k for k, key in enumerate(costs)}
    narrow = np.uint16 if len(costs) <= np.iinfo(np.uint16).max else np.intp  # short keys are sorted much faster
    try:
        return np.fromiter(map(place.__getitem__, chain.from_iterable(ballots)), dtype=narrow)
    except KeyError as unknown:
        raise UnknownProject(project=unknown.args[0]) from None


def _price(project: _Project, money: Numbers) -> float:
    """The price in floats, where `money` suffices for the cost: those who have less than it asks of them pay all
    they have, which raises it for the rest, and so on."""
    price, count = project.cost / project.mass, 0
    while True:
        poor = money < price * project.units
        poorer = int(np.count_nonzero(poor))
        if poorer <= count:
            return price
        if poorer == len(money):
            return float((money / project.units).max())
        count = poorer
        owed = project.cost - float(money[poor].dot(project.weights[poor]))
        price = owed / float(project.units[~poor].dot(project.weights[~poor]))
