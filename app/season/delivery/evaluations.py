"""What contractors of a season report of their work, and what is decided on it: evaluations and business checks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract, Milestone
from app.contracts.rules import EngagementKind, MilestoneStatus
from app.contracts.service import meet_milestone, miss_milestone, report_milestone, take_evaluation
from app.season.delivery.acting import Scene, check_firms, contracts_by_bid, daily, firm_of, of_season
from app.season.delivery.engagements import ENGAGEMENTS
from app.season.delivery.lists import Entry, Listing, choice, day, day_of, line, prose
from app.season.files import Faults, Season
from app.season.known import Known, take_faults
from app.season.room import Room, Sheet
from app.season.schedule import Schedule
from app.season.steps import Step
from app.tenders.profiles.rules import Gate

GATES = (Gate.business_check, Gate.midterm_evaluation, Gate.final_evaluation)
DECIDED = (MilestoneStatus.met, MilestoneStatus.not_met)
EVALUATIONS = Listing(
    "evaluations",
    ("contract", "gate"),
    {
        "contract": line,
        "gate": choice(*GATES),
        "report": prose,
        "reported": day,
        "outcome": choice(*DECIDED),
        "opinion": prose,
        "decided": day,
        "source": line,
    },
    optional=frozenset({"outcome", "opinion", "decided"}),
    order=("reported", "decided"),
    together=("outcome", "opinion", "decided"),
)


def _steps(season: Season, _when: Schedule) -> Iterator[Step]:
    yield from daily(season, EVALUATIONS, "reported", (9, 30), _report)
    yield from daily(season, EVALUATIONS, "decided", (15, 30), _decide)


async def _report(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for row in rows:
        await report_milestone(session, scene.contractor, scene.contract.id, Gate(row["gate"]), row["report"])


@dataclass
class OnPaper:
    """An evaluation report that was signed on paper, as contracts hear of it: who marked what in it is not known."""

    contract_id: int
    gate: Gate | None
    is_passed: bool
    opinion: str


async def _decide(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for row in rows:
        gate, is_passed = Gate(row["gate"]), row["outcome"] == DECIDED[0]
        if gate is Gate.business_check:
            decide = meet_milestone if is_passed else miss_milestone
            await decide(session, scene.bureau, scene.contract.id, gate, row["opinion"])
        else:
            firm = await firm_of(session, scene.contract, EngagementKind.evaluation)
            await take_evaluation(session, firm, OnPaper(scene.contract.id, gate, is_passed, row["opinion"]))


def _check(season: Season, _known: Known, faults: Faults) -> None:
    entries = EVALUATIONS.check(season)
    by_firms = [entry for entry in entries if entry["decided"] and entry["gate"] != Gate.business_check]
    check_firms(by_firms, ENGAGEMENTS.read(season.tables), EngagementKind.evaluation)
    take_faults(EVALUATIONS.file, entries, faults)


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    rows = []
    for bid, contract in (await contracts_by_bid(session, name)).items():
        own = Milestone.contract_id == contract.id, Milestone.gate.in_(GATES), Milestone.reported_at.is_not(None)
        for found in await session.scalars(sa.select(Milestone).where(*own).order_by(Milestone.id)):
            said = {"contract": bid, "gate": found.gate, "report": found.report, "opinion": found.opinion}
            outcome = found.status if found.status in DECIDED else None
            days = {"reported": day_of(found.reported_at), "decided": day_of(found.decided_at) if outcome else None}
            rows.append({**said, **days, "outcome": outcome})
    return await EVALUATIONS.sheet(session, name, rows)


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    query = sa.select(Milestone.gate, Milestone.status, sa.func.count()).join(Contract)
    query = query.where(of_season(season.name), Milestone.gate.in_(GATES), Milestone.status.in_(DECIDED))
    found = await session.execute(query.group_by(Milestone.gate, Milestone.status))
    return {"evaluations": dict(sorted(Counter({f"{g.value} {s.value}": n for g, s, n in found}).items()))}


ROOM = Room(steps=_steps, check_lists=EVALUATIONS.note, check=_check, sheets=_sheets, summary=_summary)
