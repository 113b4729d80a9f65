"""Why not me? What it would cost, in points of total score, to have a loser among the winners.

The programme that found the best set is solved again with the loser as a member: the score then missing is the
price of inclusion, and the two sets side by side say who would have had to leave and who would have come along.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.core.errors import NotFound
from app.matching.winners.choose import NO_LIMITS, ONCE, Contender, Terms, Winners, best_set


class Barred(StrEnum):
    """Why no allowed set holds a contender.

    `over_budget`: it alone asks for more than there is; `no_place`: nobody can win; `group_closed`: one of its
    groups may not win at all; `minimums`: with it the minimums of other groups cannot be met.
    """

    over_budget = "over_budget"
    no_place = "no_place"
    group_closed = "group_closed"
    minimums = "minimums"


@dataclass(frozen=True)
class Inclusion:
    """`price`: the score lost by having `key` in, 0 where it is tied; None with a `reason` where no set may hold it.

    `instead_of`: winners who would have to leave; `joined`: losers who would come along. Both in the order of the
    contenders given.
    """

    key: str
    price: Fraction | None
    instead_of: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    reason: Barred | None = None


def price_of_inclusion(
    contenders: Sequence[Contender],
    key: str,
    best: Winners,
    *,
    places: int,
    budget: Decimal,
    limits: Mapping[str, int] = NO_LIMITS,
    conflicts: Sequence[frozenset[str]] = (),
    at_least: Mapping[str, int] = NO_LIMITS,
) -> Inclusion:
    """What the `best` set of these contenders under these terms loses when it must hold `key`.

    Of equally good sets with `key` the one is shown that would have won by the rules of `best_winners`.
    Refused with NotFound when nobody has this key, and with WinnersUnproven as `best_winners`.
    """
    return _price(contenders, key, best, Terms(places, budget, limits, conflicts, at_least))


def prices_of_inclusion(
    contenders: Sequence[Contender],
    best: Winners,
    *,
    places: int,
    budget: Decimal,
    limits: Mapping[str, int] = NO_LIMITS,
    conflicts: Sequence[frozenset[str]] = (),
    at_least: Mapping[str, int] = NO_LIMITS,
) -> Iterator[Inclusion]:
    """The price of every loser, one by one in the order given, as each is solved."""
    terms = Terms(places, budget, limits, conflicts, at_least)
    losers = [c.key for c in contenders if c.key not in set(best.keys)]
    return (_price(contenders, key, best, terms) for key in losers)


def _price(contenders: Sequence[Contender], key: str, best: Winners, terms: Terms) -> Inclusion:
    if key in best.keys:
        return Inclusion(key, Fraction(0))
    wanted = next((c for c in contenders if c.key == key), None)
    if wanted is None:
        raise NotFound(contender=key)
    if (reason := _barred(wanted, terms)) is not None:
        return Inclusion(key, None, reason=reason)
    members = best_set(contenders, terms, forced=key)
    if members is None:
        return Inclusion(key, None, reason=Barred.minimums)
    score = sum((c.score for c in members), Fraction(0))
    keys = [c.key for c in members]
    return Inclusion(
        key=key,
        price=best.score - score,
        instead_of=tuple(winner for winner in best.keys if winner not in keys),
        joined=tuple(other for other in keys if other != key and other not in best.keys),
    )


def _barred(wanted: Contender, terms: Terms) -> Barred | None:
    if terms.places < 1:
        return Barred.no_place
    if wanted.amount > terms.budget:
        return Barred.over_budget
    is_closed = any(terms.limits.get(group, ONCE) < 1 for group in wanted.groups)
    return Barred.group_closed if is_closed else None
