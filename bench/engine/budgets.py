"""Where a purchaser insists on budgets: as few blocking pairs as can be, and these shown.

A trial beside the product: its tables know no budget of an offer and none that the needs of a street share, and a
need's own budget only takes pairs away, which leaves a stable allocation to be found as ever.

In a round of quotas a stable allocation always exists. Here every pair has a price, a provider takes seekers only
while their prices fit its budget, and several seekers (those of a street, say) may be bound by one budget together.
Then there may be no allocation without a blocking pair, even among three seekers and two providers, and whether there
is one is hard to know (places of different size: McDermid and Manlove, "Keeping partners together", Journal of
Combinatorial Optimization 19, 2010, 279-303). So the allocation with the fewest blocking pairs is sought by HiGHS,
among these one with the most pairs, among these one with the lowest sum of the seekers' ranks.

**A blocking pair under budgets** is a pair who chose each other, are not together, and would both gain and can pay:

1. the seeker has nobody, or likes the provider strictly better than whom it has;
2. the provider sends away all, some or none of those whom it likes strictly less than this seeker, everybody else
   stays, and then its quota and its budget hold with the seeker;
3. then the budget of the seeker's group holds too: the seeker pays this price and no longer its present one, whoever
   was sent away pays nothing, all others pay what they pay.

Sending more away never costs more, so 2 and 3 hold for some of them when they hold for all of them. Without budgets
this is the blocking pair of weak stability. Amounts are counted in whole fen, and what the solver returns is counted
again in integers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import gcd

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, hstack, vstack

from app.core.errors import DomainError
from app.matching.allocation.market import Market, Numbers, Preferences, flatten

MOST_PAIRS = 2_000
NODES = 5_000
FEN = 100
Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]


class PriceMissing(DomainError):
    """A pair that chose each other has no price."""

    status = 422


class AmountBelowZero(DomainError):
    status = 422


class TooManyForBudgets(DomainError):
    """The search for the fewest blocking pairs is exact, and only made for markets of a street or a district."""

    status = 422


class BudgetsUnproven(DomainError):
    """What the solver returned does not hold when it is counted in whole fen."""

    status = 503


@dataclass(frozen=True)
class Money:
    """In yuan: `prices` by (seeker, provider); `budgets` by provider; `group_of` seekers, `group_budgets` by group.
    Whoever has no budget is not bound by one."""

    prices: Mapping[tuple[str, str], Decimal]
    budgets: Mapping[str, Decimal] = field(default_factory=dict)
    group_of: Mapping[str, str] = field(default_factory=dict)
    group_budgets: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Blocking:
    """A pair who would rather have each other: `own` is what the seeker has instead, `instead_of` whom the provider
    would send away, least wanted first and no more than needed. Ranks count from 1."""

    seeker: str
    provider: str
    seeker_rank: int
    provider_rank: int
    own: str | None
    instead_of: tuple[str, ...]


@dataclass(frozen=True)
class Budgeted:
    """`pairs` (seeker, provider) by seeker; `blocking` by seeker; no allocation has fewer than `at_least` of these."""

    pairs: tuple[tuple[str, str], ...]
    blocking: tuple[Blocking, ...]
    at_least: int


@dataclass(frozen=True)
class _Terms:
    """A market with its money in whole units: per edge the price and the group; -1 stands for no group."""

    market: Market
    price: Numbers
    budget: Numbers
    group: Numbers
    group_budget: Numbers
    # Per pair of edges (e, f): f of the same seeker and as good or better; f of the same provider and as wanted or
    # more; f in the group of e, paid by another, and still paid after all that e may send away have gone.
    as_well: Flags
    kept: Flags
    paid: Flags


def fewest_blocking(
    seekers: Preferences, providers: Preferences, quotas: Mapping[str, int], money: Money, seed: str
) -> Budgeted:
    """The allocation with the fewest blocking pairs under budgets, and these pairs.

    Lists as for `allocate`. The same market has the same answer: the solver's work is bounded by nodes, and whatever
    its rules leave open it meets in the order of the lots. Refuses what `allocate` refuses, PriceMissing,
    AmountBelowZero, TooManyForBudgets, BudgetsUnproven.
    """
    market = flatten(seekers, providers, quotas, seed)
    if len(market.provider) > MOST_PAIRS:
        raise TooManyForBudgets(pairs=len(market.provider), limit=MOST_PAIRS)
    terms = _terms(market, money)
    chosen, at_least = _solve(terms) if len(market.provider) else (np.zeros(0, bool), 0)
    pairs = [(market.seekers[s], market.providers[p]) for s, p in _ends(market, chosen)]
    return Budgeted(tuple(sorted(pairs)), _blocking(terms, chosen), at_least)


def blocking_pairs(
    seekers: Preferences,
    providers: Preferences,
    quotas: Mapping[str, int],
    money: Money,
    pairs: Iterable[tuple[str, str]],
) -> tuple[Blocking, ...]:
    """The blocking pairs of an allocation that keeps to quotas and budgets, by seeker. Refuses as `fewest_blocking`."""
    market = flatten(seekers, providers, quotas, "")
    given = set(pairs)
    together = [(market.seekers[s], market.providers[p]) in given for s, p in _ends(market, market.wish >= 0)]
    return _blocking(_terms(market, money), np.array(together, bool))


def _blocking(terms: _Terms, chosen: Flags) -> tuple[Blocking, ...]:
    found = [_explained(terms, chosen, int(edge)) for edge in np.flatnonzero(_blocks(terms, chosen))]
    return tuple(sorted(found, key=lambda each: (each.seeker, each.seeker_rank, each.provider)))


def _ends(market: Market, chosen: Flags) -> list[tuple[int, int]]:
    return list(zip(market.seeker[chosen].tolist(), market.provider[chosen].tolist(), strict=True))


def _terms(market: Market, money: Money) -> _Terms:
    prices = [_price(money, market.seekers[s], market.providers[p]) for s, p in _ends(market, market.wish >= 0)]
    unit = gcd(*prices) or 1
    enough = sum(prices) // unit

    def whole(amount: Decimal | None, of: str) -> int:
        return enough if amount is None else min(enough, _fen(amount, of) // unit)

    groups = sorted(money.group_budgets)
    number = {group: at for at, group in enumerate(groups)}
    of_seeker = np.array([number.get(money.group_of.get(id, ""), -1) for id in market.seekers], np.int64)
    seeker, provider, group = market.seeker, market.provider, of_seeker[market.seeker]
    kept = (provider[:, None] == provider) & (market.regard <= market.regard[:, None])
    others = (group[:, None] == group) & (group >= 0) & (seeker[:, None] != seeker)
    return _Terms(
        market=market,
        price=np.array(prices, np.int64) // unit,
        budget=np.array([whole(money.budgets.get(id), id) for id in market.providers], np.int64),
        group=group,
        group_budget=np.array([whole(money.group_budgets[id], id) for id in groups], np.int64),
        as_well=(seeker[:, None] == seeker) & (market.wish <= market.wish[:, None]),
        kept=kept,
        paid=others & ((provider[:, None] != provider) | kept),
    )


def _price(money: Money, seeker: str, provider: str) -> int:
    if (seeker, provider) not in money.prices:
        raise PriceMissing(seeker=seeker, provider=provider)
    return _fen(money.prices[seeker, provider], f"{seeker} {provider}")


def _fen(amount: Decimal, of: str) -> int:
    if amount < 0:
        raise AmountBelowZero(of=of, amount=str(amount))
    return int(amount * FEN)


def _blocks(terms: _Terms, chosen: Flags) -> Flags:
    """Which edges block an allocation, by the definition above, in integers."""
    market, taken = terms.market, chosen.astype(np.int64)
    spent = taken * terms.price
    open_place = terms.kept @ taken < market.quota[market.provider]
    affordable = terms.kept @ spent + terms.price <= terms.budget[market.provider]
    shared = terms.paid @ spent + terms.price <= _limits(terms)
    found: Flags = (terms.as_well @ taken == 0) & open_place & affordable & shared
    return found


def _limits(terms: _Terms) -> Numbers:
    """Per edge the budget of its seeker's group; without a group it is never short."""
    ample = np.append(terms.group_budget, terms.price.sum())
    return ample[terms.group]


def _explained(terms: _Terms, chosen: Flags, edge: int) -> Blocking:
    market, seeker = terms.market, terms.market.seeker
    own = np.flatnonzero(chosen & (seeker == seeker[edge]))
    there = np.flatnonzero(chosen & (market.provider == market.provider[edge]))
    staying = sorted(there.tolist(), key=lambda at: (market.regard[at], seeker[at]))
    gone: list[int] = []
    while not _fits(terms, chosen, edge, gone):
        gone.append(staying.pop())
    return Blocking(
        seeker=market.seekers[seeker[edge]],
        provider=market.providers[market.provider[edge]],
        seeker_rank=int(market.wish[edge]) + 1,
        provider_rank=int(market.regard[edge]) + 1,
        own=market.providers[market.provider[own[0]]] if len(own) else None,
        instead_of=tuple(market.seekers[seeker[at]] for at in gone),
    )


def _fits(terms: _Terms, chosen: Flags, edge: int, gone: Sequence[int]) -> bool:
    """Whether quota and budgets hold when the seeker of `edge` comes and the edges `gone` end."""
    market = terms.market
    after = chosen & (market.seeker != market.seeker[edge])
    after[list(gone)] = False
    after[edge] = True
    here, group = after & (market.provider == market.provider[edge]), terms.group == terms.group[edge]
    money = terms.price[here].sum() <= terms.budget[market.provider[edge]]
    shared = terms.group[edge] < 0 or terms.price[after & group].sum() <= _limits(terms)[edge]
    return bool(here.sum() <= market.quota[market.provider[edge]] and money and shared)


def _solve(terms: _Terms) -> tuple[Flags, int]:
    """Fewest blocking pairs, then most pairs, then best ranks; and how few blocking pairs there are at least.

    Unknowns per edge, each 0 or 1: together, blocking, and why else it does not block: no place, no money of the
    provider's, no money of the group's.
    """
    edges = len(terms.price)
    rules, others = _rules(terms), np.zeros(3 * edges)
    blocking = np.concatenate([np.zeros(edges), np.ones(edges), others])
    together = np.concatenate([np.ones(edges), np.zeros(edges), others])
    ranks = np.concatenate([terms.market.wish.astype(float), np.zeros(edges), others])
    found = _minimised(blocking, rules)
    chosen = _checked(terms, found)
    if chosen is None or _blocks(terms, chosen).sum() > round(found.fun):
        raise BudgetsUnproven(pairs=edges)
    at_least = max(0, int(np.ceil(found.mip_dual_bound - 1e-6)))
    few = LinearConstraint(blocking[None, :], 0, _blocks(terms, chosen).sum())
    chosen = _better(terms, chosen, _minimised(-together, [*rules, few]))
    many = LinearConstraint(together[None, :], chosen.sum(), edges)
    return _better(terms, chosen, _minimised(ranks, [*rules, few, many])), at_least


def _minimised(cost: Values, rules: Sequence[LinearConstraint]) -> OptimizeResult:
    options = {"mip_rel_gap": 0, "node_limit": NODES}
    return milp(cost, integrality=np.ones(len(cost)), bounds=Bounds(0, 1), constraints=rules, options=options)


def _better(terms: _Terms, chosen: Flags, found: OptimizeResult) -> Flags:
    """What the solver found, if it holds and has neither more blocking pairs nor fewer pairs than `chosen`."""
    other = _checked(terms, found)
    if other is None or other.sum() < chosen.sum() or _blocks(terms, other).sum() > _blocks(terms, chosen).sum():
        return chosen
    return other


def _checked(terms: _Terms, found: OptimizeResult) -> Flags | None:
    """The edges together in the solver's answer, if quotas and budgets hold in whole numbers."""
    if found.x is None:
        return None
    chosen: Flags = found.x[: len(terms.price)] > 0.5
    used, spent = (chosen.astype(np.int64), chosen * terms.price)
    market = terms.market
    fits = (
        np.bincount(market.seeker, used, len(market.seekers)).max() <= 1
        and np.all(np.bincount(market.provider, used, len(market.providers)) <= market.quota)
        and np.all(np.bincount(market.provider, spent, len(market.providers)) <= terms.budget)
        and np.all(_by_group(terms) @ spent <= terms.group_budget)
    )
    return chosen if fits else None


def _by_group(terms: _Terms) -> Numbers:
    """Per group, which edges it pays for."""
    pays: Numbers = (np.arange(len(terms.group_budget))[:, None] == terms.group).astype(np.int64)
    return pays


def _rules(terms: _Terms) -> list[LinearConstraint]:
    """Seats, quotas, budgets; and for each edge that it blocks unless something stands against it."""
    market, edges = terms.market, len(terms.price)
    none, one = csr_array((edges, edges)), csr_array(np.eye(edges))
    of_seeker = np.arange(len(market.seekers))[:, None] == market.seeker
    of_provider = np.arange(len(market.providers))[:, None] == market.provider
    capacities = [
        (of_seeker, np.ones(len(market.seekers))),
        (of_provider, market.quota),
        (of_provider * terms.price, terms.budget),
        (_by_group(terms) * terms.price, terms.group_budget),
    ]
    fit = vstack([csr_array(row.astype(float)) for row, _ in capacities])
    fit = hstack([fit, csr_array((fit.shape[0], 4 * edges))])
    against = [
        (terms.kept.astype(float), market.quota[market.provider]),
        (terms.kept * terms.price, (terms.budget[market.provider] - terms.price + 1)),
        (terms.paid * terms.price, _limits(terms) - terms.price + 1),
    ]
    rows = [hstack([csr_array(terms.as_well.astype(float)), one, one, one, one])]
    for at, (used, needed) in enumerate(against):
        reasons = [none, none, none]
        reasons[at] = csr_array(np.diag(-needed.astype(float)))
        rows.append(hstack([csr_array(used.astype(float)), none, *reasons]))
    least = np.concatenate([np.ones(edges), np.zeros(3 * edges)])
    return [
        LinearConstraint(fit.tocsr(), -np.inf, np.concatenate([limit for _, limit in capacities])),
        LinearConstraint(vstack(rows).tocsr(), least, np.inf),
    ]
