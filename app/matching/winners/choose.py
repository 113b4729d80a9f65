"""Which bids to fund: the set of highest total score within a budget, a number of places and further limits.

A 0/1 programme (a knapsack with group limits, minimums and conflicts), solved exactly by `integer_programme`.
Scores and amounts enter as whole numbers, so every sum is an exact integer; scores may need any number of digits.
Beside it stands the order of scores that passes over what no longer fits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm
from types import MappingProxyType

from app.core.errors import DomainError
from app.matching.winners.integer_programme import LARGEST_SUM, Programme, Row, WinnersUnproven, first_best

NO_LIMITS: Mapping[str, int] = MappingProxyType({})
ONCE = 1  # how often a group without a limit of its own may win


class NoSetWithinLimits(DomainError):
    """The minimums asked for cannot all be met within the budget, the places and the limits."""


@dataclass(frozen=True)
class Contender:
    """`groups`: whatever is used up when it wins, such as "applicant 7", "item 2", "district 530114".
    `amount` in yuan."""

    key: str
    score: Fraction
    amount: Decimal
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Winners:
    """`keys` in the order of the contenders given; `score` and `amount` are exact sums.

    `bound`: no allowed set scores more; equal to `score` where the set is proven best, None where no bound
    was sought.
    """

    keys: tuple[str, ...]
    score: Fraction
    amount: Decimal
    bound: Fraction | None = None


@dataclass(frozen=True)
class Terms:
    """What a set must keep to: at most `places` and `budget` yuan, each group at most `limits` times (once
    without an entry) and at least `at_least` times, of each set of `conflicts` at most one key."""

    places: int
    budget: Decimal
    limits: Mapping[str, int]
    conflicts: Sequence[frozenset[str]]
    at_least: Mapping[str, int]


class Tally:
    """What the winners so far have used up."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.keys: set[str] = set()
        self.amount = Decimal(0)
        self.groups: Counter[str] = Counter()

    def admits(self, contender: Contender) -> bool:
        """Whether one more fits: place, money, groups and conflicts."""
        terms = self.terms
        return (
            len(self.keys) < terms.places
            and self.amount + contender.amount <= terms.budget
            and all(self.groups[group] < terms.limits.get(group, ONCE) for group in contender.groups)
            and not any(contender.key in rivals and rivals & self.keys for rivals in terms.conflicts)
        )

    def add(self, contender: Contender) -> None:
        self.keys.add(contender.key)
        self.amount += contender.amount
        self.groups.update(contender.groups)


def best_winners(
    contenders: Sequence[Contender],
    *,
    places: int,
    budget: Decimal,
    limits: Mapping[str, int] = NO_LIMITS,
    conflicts: Sequence[frozenset[str]] = (),
    at_least: Mapping[str, int] = NO_LIMITS,
) -> Winners:
    """The set of at most `places` contenders with the highest total score whose amounts fit the `budget`.

    Each group wins at most `limits` times (once where it has no limit) and at least `at_least` times; of each
    set of keys in `conflicts` at most one wins. A contender without score wins only for the sake of a minimum.
    Among sets of equal score the cheaper wins, and among these the one that holds the earliest contender in the
    given order, then the next earliest, and so on. Refused with NoSetWithinLimits when no set meets the
    minimums, and with WinnersUnproven when exact arithmetic does not confirm the solver's answer.
    """
    terms = Terms(places, budget, limits, conflicts, at_least)
    won = best_set(contenders, terms)
    if won is None:
        raise NoSetWithinLimits(minimums=len(at_least), budget=budget, places=places)
    return winners_of(won, sum((c.score for c in won), Fraction(0)))


def score_order(
    contenders: Sequence[Contender],
    *,
    places: int,
    budget: Decimal,
    limits: Mapping[str, int] = NO_LIMITS,
    conflicts: Sequence[frozenset[str]] = (),
) -> Winners:
    """By score, the earlier of equals first, passing over whatever no longer fits (the skip rule)."""
    tally = Tally(Terms(places, budget, limits, conflicts, NO_LIMITS))
    for contender in sorted(contenders, key=lambda c: -c.score):
        if tally.admits(contender):
            tally.add(contender)
    return winners_of([c for c in contenders if c.key in tally.keys])


def winners_of(won: Iterable[Contender], bound: Fraction | None = None) -> Winners:
    members = tuple(won)
    return Winners(
        keys=tuple(c.key for c in members),
        score=sum((c.score for c in members), Fraction(0)),
        amount=sum((c.amount for c in members), Decimal(0)),
        bound=bound,
    )


def best_set(contenders: Sequence[Contender], terms: Terms, forced: str | None = None) -> list[Contender] | None:
    """The best set in the contenders' order, holding `forced` where given; None when no set is allowed."""
    able = [c for c in contenders if c.key == forced or _can_win(c, terms)]
    if any(minimum > 0 for minimum in terms.at_least.values()) or (able and terms.places > 0):
        chosen = first_best(_programme(able, terms, forced)) if able else None
        return None if chosen is None else [able[i] for i in sorted(chosen)]
    return None if forced else []


def _can_win(contender: Contender, terms: Terms) -> bool:
    needed = any(terms.at_least.get(group, 0) > 0 for group in contender.groups)
    return contender.amount <= terms.budget and (contender.score > 0 or needed)


def _programme(able: Sequence[Contender], terms: Terms, forced: str | None) -> Programme:
    scores = _whole([c.score for c in able])
    *amounts, budget = _whole([*(Fraction(c.amount) for c in able), Fraction(terms.budget)])
    unit = gcd(*amounts) or 1
    costs = [amount // unit for amount in amounts]
    rows = [
        Row(dict.fromkeys(range(len(able)), 1), terms.places),
        Row(dict(enumerate(costs)), budget // unit),
        *_group_rows(able, terms),
        *_conflict_rows(able, terms.conflicts),
    ]
    if budget // unit > LARGEST_SUM:
        raise WinnersUnproven(contenders=len(able))
    sure = frozenset(i for i, c in enumerate(able) if c.key == forced)
    return Programme(tuple(scores), tuple(costs), tuple(rows), terms.places, sure)


def _group_rows(able: Sequence[Contender], terms: Terms) -> list[Row]:
    """Limits that can bind, and minimums, by group name."""
    members: dict[str, list[int]] = {group: [] for group in sorted(terms.at_least)}
    for i, contender in enumerate(able):
        for group in sorted(contender.groups):
            members.setdefault(group, []).append(i)
    rows = []
    for group, positions in members.items():
        limit, least = terms.limits.get(group, ONCE), terms.at_least.get(group, 0)
        if limit < len(positions):
            rows.append(Row(dict.fromkeys(positions, 1), limit))
        if least > 0:
            rows.append(Row(dict.fromkeys(positions, -1), -least))
    return rows


def _conflict_rows(able: Sequence[Contender], conflicts: Sequence[frozenset[str]]) -> list[Row]:
    rivals = [[i for i, c in enumerate(able) if c.key in keys] for keys in conflicts]
    return [Row(dict.fromkeys(positions, 1), ONCE) for positions in rivals if len(positions) > 1]


def _whole(values: Sequence[Fraction]) -> list[int]:
    """The values times the smallest number that makes all of them whole."""
    scale = lcm(*(value.denominator for value in values))
    return [int(value * scale) for value in values]
