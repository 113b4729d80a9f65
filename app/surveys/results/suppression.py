"""Which figures of a survey stay hidden, so that whoever reads all the others finds out no count under five.

Everything published of a survey is one system: whole numbers from nought, and what is known of how they add up
(options to their n, communities to the whole, follow-up questions to the answers that lead to them). The rule: for
every count under five, published or not, some whole numbers that agree with everything shown make it five or more.
So no small count is pinned, and none is even known to be small (upper protection level: Hundepool et al.,
Statistical Disclosure Control, 2012, ch. 4; that intervals are those of the whole system, not of a table, ibid.).

Hidden first (primary) are the small figures. Then, one small count after the other, a cheap way is sought in which
it could be five: the shown figures that would have to be other ones are hidden too (secondary; the linear heuristic of
Fischetti & Salazar-González, Management Science 47(7), 2001). A way that was found stays one, since only shown figures
are held to their values and what is hidden only grows: it is the proof that the count is protected.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.core.installation.later import Later

cp_model = Later("ortools.sat.python.cp_model")
optimize, sparse = Later("scipy.optimize"), Later("scipy.sparse")
SMALL = 5
SCALE = 1000  # of costs, which the solver wants whole: a hidden figure weighs more than all that one way can protect
EFFORT = 2.0  # for one small count (the solver's own clock, so that a survey is always protected in the same way)
ENDLESS = 10**9
Way = dict[int, int]


@dataclass(frozen=True)
class Rule:
    """low ≤ Σ factor · count ≤ high, whatever the answers were."""

    terms: Mapping[int, int]
    low: int
    high: int


@dataclass
class Programme:
    """A linear programme: unknowns with their limits and costs, and sums of them."""

    limits: list[tuple[int, int]] = field(default_factory=list)
    costs: list[int] = field(default_factory=list)
    sums: list[Rule] = field(default_factory=list)

    def unknown(self, low: int, high: int, cost: int = 0) -> int:
        self.limits.append((low, high))
        self.costs.append(cost)
        return len(self.costs) - 1

    def sum(self, terms: Mapping[int, int], low: int, high: int) -> None:
        self.sums.append(Rule(terms, low, high))

    def solved(self) -> list[float] | None:
        """The unknowns at the least cost, in order; None if nothing keeps all sums."""
        entries = [(row, at, factor) for row, each in enumerate(self.sums) for at, factor in each.terms.items()]
        rows, columns, factors = zip(*entries, strict=True)
        matrix = sparse.csr_array(
            (np.array(factors, dtype=float), (rows, columns)), shape=(len(self.sums), len(self.costs))
        )
        low, high = (np.array([getattr(each, end) for each in self.sums]) for end in ("low", "high"))
        same, above, below = low == high, (low > -ENDLESS) & (low < high), (high < ENDLESS) & (low < high)
        found = optimize.linprog(
            self.costs,
            A_ub=sparse.vstack([matrix[below], -matrix[above]]),
            b_ub=np.concatenate([high[below], -low[above]]),
            A_eq=matrix[same],
            b_eq=low[same],
            bounds=self.limits,
            method="highs-ds",
        )
        return None if found.x is None else list(found.x)


@dataclass
class System:
    """Counts by number, as they are in truth. `costs`: what hiding one loses, of those that are meant to be published;
    `known` ones can be read elsewhere and are never hidden."""

    values: list[int] = field(default_factory=list)
    costs: dict[int, float] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)

    def count(self, value: int) -> int:
        """The number of a new count, which is not published unless `publish` says so."""
        self.values.append(value)
        return len(self.values) - 1

    def publish(self, at: int, weight: float = 1.0) -> None:
        """Smaller counts are hidden rather than larger ones, and few rather than many."""
        self.costs[at] = self.costs.get(at, 0.0) + weight * (1.0 + math.log1p(self.values[at]))

    def adds_up(self, parts: Iterable[int], whole: int) -> None:
        self.relate({**dict.fromkeys(parts, 1), whole: -1}, 0, 0)

    def at_most(self, part: int, whole: int) -> None:
        self.relate({part: 1, whole: -1}, -ENDLESS, 0)

    def relate(self, terms: Mapping[int, int], low: int, high: int) -> None:
        self.rules.append(Rule(terms, low, high))


def hidden_counts(system: System) -> set[int]:
    """The published counts to hide, by number. What follows from the questionnaire alone (a question that nobody can
    be asked) cannot be protected and is left out of account."""
    return {at for numbers in _parts(system) for at in _Part(system, numbers).hide()}


def _parts(system: System) -> list[list[int]]:
    """Counts that depend on each other, together; what is known ties nothing. Only parts that publish anything."""
    parent = list(range(len(system.values)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for rule in system.rules:
        first, *others = [root(at) for at in rule.terms if at not in system.known] or [0]
        for other in others:
            parent[root(other)] = root(first)
    together: dict[int, list[int]] = defaultdict(list)
    for at in range(len(system.values)):
        if at not in system.known:
            together[root(at)].append(at)
    return [part for part in together.values() if not system.costs.keys().isdisjoint(part)]


class _Part:
    """Counts that depend on each other, and the ways found in which they could be others."""

    def __init__(self, system: System, part: list[int]) -> None:
        self.numbers = part
        self.truth = {at: system.values[at] for at in part}
        self.costs = {at: round(SCALE * cost) for at, cost in system.costs.items() if at in self.truth}
        self.small = [at for at in part if self.truth[at] < SMALL]
        self.hidden = {at for at in self.small if at in self.costs}
        self.top = max(SMALL, *system.values)
        own = (rule for rule in system.rules if not self.truth.keys().isdisjoint(rule.terms))
        self.rules = [_without_known(rule, system) for rule in own]

    def hide(self) -> set[int]:
        ways: list[Way] = []
        exposed = sorted(self.small, key=lambda at: (-self.truth[at], at))
        while exposed:
            way = self._way(exposed)
            if way is not None:
                ways.append(way)
                self.hidden |= {at for at in self.costs if way[at] != self.truth[at]}
            exposed = [at for at in exposed[1:] if way is None or way[at] < SMALL]
        return self._spared(ways)

    def _spared(self, ways: list[Way]) -> set[int]:
        """Without the secondary ones that the ways found later have made needless, dearest first."""
        hidden = set(self.hidden)
        needed = self._raised(ways)
        for at in sorted(hidden.difference(self.small), key=lambda at: -self.costs[at]):
            still = [way for way in ways if way[at] == self.truth[at]]
            if self._raised(still) == needed:
                hidden.discard(at)
                ways = still
        return hidden

    def _raised(self, ways: list[Way]) -> set[int]:
        return {at for way in ways for at in self.small if way[at] >= SMALL}

    def _way(self, exposed: list[int]) -> Way | None:
        """Counts that agree with what stays shown, the first `exposed` at least five, at little cost; None if there are
        none. The other exposed ones are raised too where that costs nothing more: one way then serves many."""
        found = self._programme(exposed).solved()
        if found is None:
            return None
        way = {at: round(found[place]) for place, at in enumerate(self.numbers)}
        return way if self._agrees(way) and way[exposed[0]] >= SMALL else self._whole_way(exposed)

    def _programme(self, exposed: list[int]) -> Programme:
        """Each shown count costs by how far it moves. The answer is mostly whole, as tables are networks."""
        programme = Programme()
        column = {at: programme.unknown(SMALL if at == exposed[0] else 0, self.top) for at in self.numbers}
        for rule in self.rules:
            programme.sum({column[at]: factor for at, factor in rule.terms.items()}, rule.low, rule.high)
        for at in self.costs.keys() - self.hidden:
            up, down = (programme.unknown(0, self.top, self.costs[at]) for _ in "+-")
            programme.sum({column[at]: 1, up: -1, down: 1}, self.truth[at], self.truth[at])
        for at in exposed:
            programme.sum({column[at]: 1, programme.unknown(0, SMALL, -1): -1}, 0, ENDLESS)
        return programme

    def _agrees(self, way: Way) -> bool:
        """Counted again in whole numbers."""
        sums = ((sum(factor * way[at] for at, factor in rule.terms.items()), rule) for rule in self.rules)
        return min(way.values()) >= 0 and all(rule.low <= total <= rule.high for total, rule in sums)

    def _whole_way(self, exposed: list[int]) -> Way | None:
        """The same in whole numbers, where each shown count costs once that moves at all."""
        model = cp_model.CpModel()
        counts = {at: model.new_int_var(0, self.top, "") for at in self.numbers}
        for rule in self.rules:
            whole = sum(factor * counts[at] for at, factor in rule.terms.items())
            model.add_linear_constraint(whole, rule.low, rule.high)
        loss = []
        for at in self.costs.keys() - self.hidden:
            moves = model.new_bool_var("")
            model.add(counts[at] == self.truth[at]).only_enforce_if(~moves)
            loss.append(self.costs[at] * moves)
        model.add(counts[exposed[0]] >= SMALL)
        for at in exposed[1:]:
            rises = model.new_bool_var("")
            model.add(counts[at] >= SMALL).only_enforce_if(rises)
            loss.append(-rises)
        model.minimize(sum(loss))
        for at in self.numbers:
            model.add_hint(counts[at], self.truth[at])
        return _solved(model, counts, EFFORT) or _solved(model, counts, None)


def _solved(model: Any, counts: Mapping[int, Any], effort: float | None) -> Way | None:
    """Without a limit of effort any way will do."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, 1
    if effort is None:
        model.clear_objective()
    else:
        solver.parameters.max_deterministic_time, solver.parameters.relative_gap_limit = effort, 0.01
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return {at: solver.value(count) for at, count in counts.items()}


def _without_known(rule: Rule, system: System) -> Rule:
    """The rule with what is known moved to the other side."""
    fixed = sum(factor * system.values[at] for at, factor in rule.terms.items() if at in system.known)
    unknown = {at: factor for at, factor in rule.terms.items() if at not in system.known}
    return Rule(unknown, rule.low - fixed, rule.high - fixed)
