"""waiting --open--> running --finish--> done;  waiting, running --fail--> failed --price_inclusion--> waiting

What the award sets of a lot are chosen from, kept as it was when the lot was decided: sets are compared, and losers
priced, on just that. Scores are exact fractions of points, amounts are yuan.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Any

from app.assessments.scoring import published
from app.matching.winners.choose import Contender, Winners
from app.matching.winners.equal_shares import equal_shares
from app.matching.winners.inclusion import price_of_inclusion
from app.matching.winners.integer_programme import WinnersUnproven
from app.tenders.awards.rules import contenders
from app.tenders.notices.rules import LotTerms
from app.tenders.panels.rules import Sheet
from app.tenders.standings.rules import Placed

FINEST = Decimal("0.0001")
FEN = 100


class RunStatus(StrEnum):
    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"


S = RunStatus
MOVES = {
    (S.waiting, "open"): S.running,
    (S.running, "open"): S.running,
    (S.running, "finish"): S.done,
    (S.waiting, "fail"): S.failed,
    (S.running, "fail"): S.failed,
    (S.failed, "price_inclusion"): S.waiting,
}
LIVE = frozenset({S.waiting, S.running})


def is_asked(run: RunStatus | None) -> bool:
    """Whether the losers are priced, or soon will be: once for each state of a contest, unless that run failed."""
    return run is not None and (run, "price_inclusion") not in MOVES


class Unpriced(StrEnum):
    """Why a bid has no price.

    `applicant_awarded`: its applicant won in an earlier lot; `over_budget`: it alone asks for more than the lot has;
    `no_place`: the lot makes no award; `unproven`: the solver's answer could not be confirmed in exact arithmetic.
    """

    applicant_awarded = "applicant_awarded"
    over_budget = "over_budget"
    no_place = "no_place"
    unproven = "unproven"


class Method(StrEnum):
    """The ways of choosing that are set side by side: the rules for overspending, and equal shares of the judges."""

    skip = "skip"
    trim = "trim"
    optimise = "optimise"
    equal_shares = "equal_shares"


@dataclass(frozen=True)
class Contest:
    """One lot as its award sets are chosen from it: `contenders` in the order of places, all but those whose
    applicant won in an earlier lot; `losers` is every eligible bid that the decision passed over, by place."""

    places: int
    budget: Decimal
    contenders: tuple[Contender, ...]
    losers: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """In JSON; scores as numerator and denominator, so that nothing is rounded."""
        rows = [[c.key, str(c.score), f"{c.amount:.2f}", sorted(c.groups)] for c in self.contenders]
        return {"places": self.places, "budget": f"{self.budget:.2f}", "contenders": rows, "losers": list(self.losers)}


@dataclass(frozen=True)
class Priced:
    """What including one loser would cost: `price` in points, or the `reason` why there is none. The best set with
    it lacks the bids `instead_of` and has those that `joined`, beside `bid` itself."""

    bid: str
    price: Fraction | None = None
    reason: Unpriced | None = None
    instead_of: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()


def contest_of(placed: Sequence[Placed], lot: LotTerms, taken: Mapping[str, str], won: Iterable[str]) -> Contest:
    """`taken`: applicant → bid won in an earlier lot; `won`: the bids that this lot's decision awards."""
    winners = set(won)
    losers = tuple(each.candidate.bid for each in placed if each.candidate.bid not in winners)
    return Contest(lot.places, lot.budget, tuple(contenders(placed, taken)), losers)


def read_contest(document: Mapping[str, Any]) -> Contest:
    """What `Contest.document` wrote."""
    rows = [
        Contender(key, Fraction(score), Decimal(amount), frozenset(groups))
        for key, score, amount, groups in document["contenders"]
    ]
    return Contest(document["places"], Decimal(document["budget"]), tuple(rows), tuple(document["losers"]))


def set_document(won: Winners) -> dict[str, Any]:
    """A set in JSON, exact; `bound` is the highest total that any set could have."""
    bound = None if won.bound is None else str(won.bound)
    return {"awards": list(won.keys), "amount": f"{won.amount:.2f}", "score": str(won.score), "bound": bound}


def read_set(document: Mapping[str, Any]) -> Winners:
    """What `set_document` wrote."""
    bound = None if document["bound"] is None else Fraction(document["bound"])
    keys, amount = tuple(document["awards"]), Decimal(document["amount"])
    return Winners(keys, Fraction(document["score"]), amount, bound)


def digest(document: Mapping[str, Any]) -> str:
    """One state of a contest has one digest: SHA-256 over its JSON, keys sorted."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def shared(contest: Contest, sheets: Mapping[str, Sequence[Sheet]]) -> dict[str, Any]:
    """What the method of equal shares awards, in JSON like the decision by a rule; numbers by place.

    The judges are the voters: each holds an equal share of the lot's budget and pays for bids by the totals it gave
    them (additive utilities), nothing for a bid whose judge it was not. Places, one award per applicant and one per
    item bind as ever. What the shares leave over is not spent.
    """
    ballots: dict[str, dict[str, Fraction]] = {}
    groups = {each.key: each.groups for each in contest.contenders}
    for bid in groups:
        for sheet in sheets[bid]:
            ballots.setdefault(sheet.judge, {})[bid] = Fraction(sheet.total)

    def admits(chosen: Sequence[str], bid: str) -> bool:
        return len(chosen) < contest.places and all(groups[bid].isdisjoint(groups[other]) for other in chosen)

    costs = {each.key: int(each.amount * FEN) for each in contest.contenders}
    bought = equal_shares(
        [ballots[judge] for judge in sorted(ballots)], costs, int(contest.budget * FEN), admits=admits
    )
    keys = {each.key for each in bought}
    won = [each for each in contest.contenders if each.key in keys]
    total = sum((each.score for each in won), Fraction(0))
    amount = sum((each.amount for each in won), Decimal(0))
    return {"awards": [each.key for each in won], "amount": f"{amount:.2f}", "score": str(published(total))}


def price(contest: Contest, best: Winners, bid: str) -> Priced:
    """What including the loser `bid` would cost, measured against the `best` set of the contest."""
    if all(each.key != bid for each in contest.contenders):
        return Priced(bid, reason=Unpriced.applicant_awarded)
    try:
        found = price_of_inclusion(contest.contenders, bid, best, places=contest.places, budget=contest.budget)
    except WinnersUnproven:
        return Priced(bid, reason=Unpriced.unproven)
    if found.reason is not None:
        return Priced(bid, reason=Unpriced(found.reason))
    return Priced(bid, found.price, None, found.instead_of, found.joined)


def price_shown(points: Fraction) -> Decimal:
    """Points to four decimals, rounded up: what costs anything at all never reads as costing nothing."""
    return Decimal(ceil(points / Fraction(FINEST))) * FINEST


def gained_and_lost(decided: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str]]:
    """The bids that only `other` holds, and those that only the decision does, each in its own order."""
    return [bid for bid in other if bid not in set(decided)], [bid for bid in decided if bid not in set(other)]
