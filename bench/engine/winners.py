"""M8: award sets against CP-SAT. M9: the method of equal shares against pabutools on election files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from app.core.errors import DomainError
from app.matching.winners.choose import Contender, Winners, best_winners
from bench.engine.matching import Inputs
from bench.engine.pabulib import OWN_ELECTIONS, award_by_shares, read_election
from bench.measures import RUNS, Measure, at_least, median_pair, release, seconds

BIDS, PLACES, DISTRICTS, CATEGORIES = 2_000, 26, 16, 15
BUDGET = PLACES * 150_000
CENT = 100  # scores are drawn in hundredths of a point


class PeerDisagrees(DomainError):
    """The peer found something else on the same input: no figure is given until one of the two is corrected."""


class NoElections(DomainError):
    """The folder holds no approval election."""

    status = 422


@dataclass(frozen=True)
class Call:
    """A call for bids: who competes, and every limit."""

    contenders: Sequence[Contender]
    limits: Mapping[str, int]
    at_least: Mapping[str, int]


def measure(inputs: Inputs, ids: Sequence[str]) -> Iterator[Measure]:
    """Peers are imported only by the figure that needs them."""
    figures: dict[str, Callable[[Inputs], Measure]] = {"M8": _award_sets, "M9": _equal_shares}
    for id in ids:
        yield figures[id](inputs)


def call_for_bids(seed: int, bids: int = BIDS) -> Call:
    """Bids of 30,000 to 300,000 yuan scored from 60 to 100, from fewer applicants than bids; of every category one
    to four win, of every district at most three, of every applicant one."""
    random = Random(seed)
    contenders = [
        Contender(
            key=f"B{n:05}",
            score=Fraction(random.randint(60 * CENT, 100 * CENT), CENT),
            amount=Decimal(random.randint(30, 300) * 1000),
            groups=frozenset(
                {
                    f"applicant {random.randrange(max(1, bids * 2 // 5))}",
                    f"district {random.randrange(DISTRICTS)}",
                    f"category {random.randrange(CATEGORIES)}",
                }
            ),
        )
        for n in range(bids)
    ]
    limits = {f"district {n}": 3 for n in range(DISTRICTS)} | {f"category {n}": 4 for n in range(CATEGORIES)}
    return Call(contenders, limits, {f"category {n}": 1 for n in range(CATEGORIES)})


def award(call: Call) -> Winners:
    return best_winners(
        call.contenders, places=PLACES, budget=Decimal(BUDGET), limits=call.limits, at_least=call.at_least
    )


def _award_sets(inputs: Inputs) -> Measure:
    """Ours also settles ties (cheapest, then first in order) and counts that; the peer only proves the best score."""
    peer = import_module("ortools.sat.python.cp_model")
    timed = [_both_on(call_for_bids(seed), peer) for seed in range(1, RUNS + 1)]
    ours, theirs = median(own for own, _ in timed), median(other for _, other in timed)
    return at_least(
        "M8",
        f"award set, {BIDS:,} bids, proven best",
        ours * 1000,
        "ms",
        against=f"CP-SAT of {release('ortools')}, 2 workers, same optimum on {RUNS} calls, {theirs * 1000:.0f} ms",
        ratio=theirs / ours,
        target=2,
    )


def _both_on(call: Call, peer: Any) -> tuple[float, float]:
    found: list[Fraction] = []
    own = seconds(lambda: found.append(award(call).score))
    other = seconds(lambda: found.append(_best_by_cp_sat(call, peer)))
    if found[0] != found[1]:
        raise PeerDisagrees(on="M8", ours=str(found[0]), peer=str(found[1]))
    return own, other


def _best_by_cp_sat(call: Call, peer: Any) -> Fraction:
    model = peer.CpModel()
    wins = [model.new_bool_var(each.key) for each in call.contenders]
    model.add(sum(wins) <= PLACES)
    model.add(sum(int(each.amount) * win for each, win in zip(call.contenders, wins, strict=True)) <= BUDGET)
    members: dict[str, list[Any]] = {}
    for each, win in zip(call.contenders, wins, strict=True):
        for group in each.groups:
            members.setdefault(group, []).append(win)
    for group, those in sorted(members.items()):
        model.add(sum(those) <= call.limits.get(group, 1))
        model.add(sum(those) >= call.at_least.get(group, 0))
    model.maximize(sum(int(each.score * CENT) * win for each, win in zip(call.contenders, wins, strict=True)))
    solver = peer.CpSolver()
    solver.parameters.num_workers = 2
    if solver.solve(model) != peer.OPTIMAL:
        raise PeerDisagrees(on="M8", ours="optimal", peer=solver.status_name())
    return Fraction(round(solver.objective_value), CENT)


def _equal_shares(inputs: Inputs) -> Measure:
    """Both from ballots that were read before and of which equal ones were counted together."""
    folder = inputs.elections or OWN_ELECTIONS
    timed = [pair for path in sorted(folder.glob("*.pb")) if (pair := _both_elect(path)) is not None]
    if not timed:
        raise NoElections(folder=str(folder))
    files = f"{len(timed)} {'public' if inputs.elections else 'own synthetic'} approval elections"
    ours, theirs = median(own for own, _ in timed), median(other for _, other in timed)
    return at_least(
        "M9",
        "equal shares, same winners in the same order",
        ours * 1000,
        "ms",
        against=f"{release('pabutools')} on {files}, {theirs * 1000:.1f} ms, equal ballots counted together"
        " on both sides, files read before; median of the ratios",
        ratio=median(other / own for own, other in timed),
        target=15,
    )


def _both_elect(path: Path) -> tuple[float, float] | None:
    """Seconds of both on one file; None where it is no approval election."""
    election = read_election(path)
    if election.kind != "approval":
        return None
    elections, rules = import_module("pabutools.election"), import_module("pabutools.rules")
    in_order = import_module("pabutools.tiebreaking").lexico_tie_breaking
    instance, profile = read_by_peer(path)

    def by_peer() -> list[str]:
        won = rules.method_of_equal_shares(instance, profile, sat_class=elections.Cost_Sat, tie_breaking=in_order)
        return [project.name for project in won]

    ours, theirs = [each.key for each in award_by_shares(election)], by_peer()
    if ours != theirs:
        raise PeerDisagrees(on=path.name, ours=", ".join(ours), peer=", ".join(theirs))
    return median_pair(lambda: award_by_shares(election), by_peer)


def read_by_peer(path: Path) -> tuple[Any, Any]:
    """pabutools' projects and its profile in which equal ballots are counted together."""
    instance, ballots = import_module("pabutools.election").parse_pabulib(str(path))
    return instance, ballots.as_multiprofile()
