"""Elections in the .pb format (D. Stolicki, S. Szufa, N. Talmon, *Pabulib: A Participatory Budgeting Library*, 2020),
and seeded elections of our own for a run without public files."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import lcm
from pathlib import Path
from random import Random

from app.core.errors import DomainError
from app.matching.winners.equal_shares import Bought, approval_shares

SECTIONS = ("META", "PROJECTS", "VOTES")
OWN_SIZES = [(10, 300), (15, 800), (25, 1_500), (30, 2_000), (40, 3_000)]  # projects and votes
OWN_ELECTIONS = Path(__file__).parent / "elections"


class ElectionUnreadable(DomainError):
    """Not a .pb file, or a part of it is missing or no number."""

    status = 422


@dataclass(frozen=True)
class Election:
    """`costs` by project in the order of the file and the `budget`, in the same whole unit; equal ballots are counted
    together, with the number of their `voters`."""

    kind: str
    budget: int
    costs: Mapping[str, int]
    ballots: Sequence[tuple[str, ...]]
    voters: Sequence[int]


def read_election(path: Path) -> Election:
    """Refused with ElectionUnreadable where a section, a column or a number is missing."""
    parts: dict[str, list[list[str]]] = {}
    section: list[list[str]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            if len(row) == 1 and row[0].strip().upper() in SECTIONS:
                section = parts.setdefault(row[0].strip().upper(), [])
            elif row:
                section.append(row)
    try:
        meta = {row[0].strip(): row[1].strip() for row in parts["META"] if len(row) > 1}
        sums = [_amount(text) for text in (meta["budget"], *_column(parts["PROJECTS"], "cost"))]
        unit = lcm(*(each.denominator for each in sums))
        budget, *costs = [int(each * unit) for each in sums]
        keys = _column(parts["PROJECTS"], "project_id")
        ballots = Counter(_approved(vote) for vote in _column(parts["VOTES"], "vote"))
        by_key = dict(zip(keys, costs, strict=True))
        return Election(meta["vote_type"], budget, by_key, list(ballots), list(ballots.values()))
    except (KeyError, ValueError, IndexError) as fault:
        raise ElectionUnreadable(file=path.name, fault=str(fault)) from None


def _amount(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))


def _approved(vote: str) -> tuple[str, ...]:
    return tuple(sorted({key.strip() for key in vote.split(",") if key.strip()}))


def _column(rows: Sequence[Sequence[str]], name: str) -> list[str]:
    at = [title.strip() for title in rows[0]].index(name)
    return [row[at].strip() for row in rows[1:]]


def award_by_shares(election: Election) -> tuple[Bought, ...]:
    """Equal shares with cost utilities; equal prices go by project number."""
    costs = dict(sorted(election.costs.items()))
    return approval_shares(election.ballots, costs, election.budget, voters=election.voters)


def own_election(seed: int, projects: int, votes: int) -> str:
    """A synthetic approval election as .pb text: few popular projects, each 1 to 20 % of the budget."""
    random = Random(seed)
    keys = [f"{n:02}" for n in range(1, projects + 1)]
    appeal = [1 / rank for rank in range(1, projects + 1)]
    ballots = [_approvals(random, keys, appeal) for _ in range(votes)]
    meta = {
        "description": "synthetic, from a seeded generator",
        "instance": f"seed {seed}",
        "num_projects": projects,
        "num_votes": votes,
        "budget": 1_000_000,
        "vote_type": "approval",
    }
    costs = [f"{key};{random.randrange(10, 200) * 1000}" for key in keys]
    lines = ["META", "key;value", *(f"{key};{value}" for key, value in meta.items())]
    lines += ["PROJECTS", "project_id;cost", *costs, "VOTES", "voter_id;vote"]
    lines += [f"{n};{','.join(ballot)}" for n, ballot in zip(count(1), ballots, strict=False)]
    return "\n".join(lines) + "\n"


def _approvals(random: Random, keys: Sequence[str], appeal: Sequence[float]) -> list[str]:
    return sorted(set(random.choices(keys, appeal, k=random.randint(1, 6))))


def own_elections() -> Iterator[tuple[str, str]]:
    """The name and the text of every file in app/bench/elections."""
    for seed, (projects, votes) in enumerate(OWN_SIZES, start=1):
        yield f"synthetic_{seed}.pb", own_election(seed, projects, votes)
