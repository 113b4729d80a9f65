"""What was found wanting under a season's contracts, what was answered, and how it ended."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.rules import EngagementKind, Part
from app.core.actors import Actor, Role
from app.core.audit import AuditEvent
from app.core.errors import DomainError
from app.findings.models import Finding, FindingAnswer, Verdict
from app.findings.queries import answers_of, findings_of
from app.findings.rules import FINDS, FindingStatus, Severity
from app.findings.service import (
    accept_finding,
    answer_finding,
    extend_finding,
    raise_finding,
    reject_finding,
    waive_finding,
)
from app.season.delivery.acting import Scene, check_firms, contracts_by_bid, daily, firm_of, of_season
from app.season.delivery.engagements import ENGAGEMENTS
from app.season.delivery.lists import (
    Entry,
    Listing,
    by_contract,
    choice,
    day,
    day_of,
    line,
    member,
    positive,
    prose,
    yes_no,
)
from app.season.files import Faults, Season, Tables
from app.season.known import Known, take_faults
from app.season.room import Room, Sheet
from app.season.schedule import Schedule
from app.season.steps import Step

FIRMS = {Role.evaluator: EngagementKind.evaluation, Role.auditor: EngagementKind.audit}
FINDINGS = Listing(
    "findings",
    ("contract", "number"),
    {
        "contract": line,
        "number": positive,
        "by": choice(*FINDS),
        "requirement": prose,
        "basis": prose,
        "severity": member(Severity),
        "working_days": positive,
        "holds": yes_no,
        "raised": day,
        "extended": day,
        "due": day,
        "waived": day,
        "reason": prose,
        "source": line,
    },
    optional=frozenset({"basis", "extended", "due", "waived", "reason"}),
    order=("raised", "extended"),
    together=("extended", "due"),
)
ANSWERS = Listing(
    "finding_answers",
    ("contract", "number", "round"),
    {
        "contract": line,
        "number": positive,
        "round": positive,
        "answer": prose,
        "answered": day,
        "verdict": member(Verdict),
        "opinion": prose,
        "decided": day,
        "source": line,
    },
    optional=frozenset({"verdict", "opinion", "decided"}),
    order=("answered", "decided"),
    together=("verdict", "opinion", "decided"),
)


class FindingOutOfOrder(DomainError):
    """The findings of a contract are numbered 1, 2, 3 as they were raised."""

    status = 422


class FindingUnknown(DomainError):
    """The contract has no finding of this number."""

    status = 422


def _steps(season: Season, _when: Schedule) -> Iterator[Step]:
    yield from daily(season, FINDINGS, "raised", (10, 0), _raise)
    yield from daily(season, FINDINGS, "extended", (10, 5), _extend)
    yield from daily(season, ANSWERS, "answered", (10, 30), _answer)
    yield from daily(season, FINDINGS, "waived", (10, 40), _waive)
    yield from daily(season, ANSWERS, "decided", (14, 30), _decide)


async def _raise(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for row in rows:
        said = {name: row[name] for name in ("requirement", "basis", "severity", "working_days")}
        actor = await _actor(session, scene, Role(row["by"]))
        await raise_finding(session, actor, scene.contract.id, is_holding=row["holds"], **said)
        await session.flush()


async def _extend(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for finding, row, actor in await _judged(session, scene, rows):
        await extend_finding(session, actor, finding.id, row["due"], row["reason"])


async def _answer(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    found = await findings_of(session, scene.contract)
    for row in rows:
        await answer_finding(session, scene.contractor, found[row["number"] - 1].id, row["answer"])


async def _waive(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for finding, row, actor in await _judged(session, scene, rows):
        await waive_finding(session, actor, finding.id, row["reason"])


async def _decide(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for finding, row, actor in await _judged(session, scene, rows):
        decide = accept_finding if row["verdict"] is Verdict.accepted else reject_finding
        await decide(session, actor, finding.id, row["opinion"])


async def _judged(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> list[tuple[Finding, Entry, Actor]]:
    """Each row with its finding and whoever raised that."""
    found, roles = await findings_of(session, scene.contract), {part: role for role, part in FINDS.items()}
    own = [(found[row["number"] - 1], row) for row in rows]
    return [(finding, row, await _actor(session, scene, roles[finding.part])) for finding, row in own]


async def _actor(session: AsyncSession, scene: Scene, role: Role) -> Actor:
    return scene.bureau if role is Role.purchaser else await firm_of(session, scene.contract, FIRMS[role])


# -- Checks


def _note(tables: Tables, known: Known, faults: Faults) -> None:
    FINDINGS.note(tables, known, faults)
    ANSWERS.note(tables, known, faults)


def _check(season: Season, _known: Known, faults: Faults) -> None:
    findings, answers = FINDINGS.check(season), ANSWERS.check(season)
    for _, rows in by_contract(findings):
        for expected, row in enumerate(sorted(rows, key=lambda row: (row["raised"], row["number"])), 1):
            if row["number"] != expected:
                row.refuse("number", FindingOutOfOrder(number=row["number"], expected=expected))
    known = {(row["contract"], row["number"]) for row in findings}
    for row in answers:
        if (row["contract"], row["number"]) not in known:
            row.refuse("number", FindingUnknown(contract=row["contract"], number=row["number"]))
    for role, kind in FIRMS.items():
        check_firms([row for row in findings if row["by"] == role], ENGAGEMENTS.read(season.tables), kind)
    take_faults(FINDINGS.file, findings, faults)
    take_faults(ANSWERS.file, answers, faults)


# -- Written out


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    raised: list[Mapping[str, Any]] = []
    said: list[Mapping[str, Any]] = []
    for bid, contract in (await contracts_by_bid(session, name)).items():
        found = await findings_of(session, contract)
        answers = await answers_of(session, [each.id for each in found])
        for number, finding in enumerate(found, 1):
            own = {"contract": bid, "number": number}
            raised.append({**own, **await _finding(session, finding)})
            said += [{**own, **_answered(each)} for each in answers[finding.id]]
    return await FINDINGS.sheet(session, name, raised) | await ANSWERS.sheet(session, name, said)


async def _finding(session: AsyncSession, finding: Finding) -> dict[str, Any]:
    by = next(role for role, part in FINDS.items() if Part(part) is finding.part)
    said = {name: getattr(finding, name) for name in ("requirement", "basis", "severity", "working_days")}
    extended, why = await _extension(session, finding)
    waived = day_of(finding.settled_at) if finding.status is FindingStatus.waived else None
    days = {"raised": day_of(finding.raised_at), "extended": extended, "due": finding.due_on if extended else None}
    return {**said, **days, "by": by, "holds": finding.is_holding, "waived": waived, "reason": finding.reason or why}


async def _extension(session: AsyncSession, finding: Finding) -> tuple[date | None, str]:
    """When the day to answer was last moved, and why: of this the log alone tells."""
    own = AuditEvent.object == f"findings:{finding.id}", AuditEvent.event == "finding.extended"
    last = await session.scalar(sa.select(AuditEvent).where(*own).order_by(AuditEvent.at.desc()).limit(1))
    return (day_of(last.at), str(last.facts["reason"])) if last else (None, "")


def _answered(each: FindingAnswer) -> dict[str, Any]:
    said = {name: getattr(each, name) for name in ("round", "answer", "verdict", "opinion")}
    return {**said, "answered": day_of(each.answered_at), "decided": day_of(each.decided_at)}


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    own = Finding.contract_id.in_(sa.select(Contract.id).where(of_season(season.name)))
    query = sa.select(Finding.status, sa.func.count()).where(own).group_by(Finding.status)
    states = {status.value: number for status, number in await session.execute(query)}
    answers = sa.select(sa.func.count()).select_from(FindingAnswer).join(Finding).where(own)
    holding = sa.select(sa.func.count()).select_from(Finding).where(own, Finding.is_holding)
    counts = {"holding": await session.scalar(holding), "answers": await session.scalar(answers)}
    late = await session.scalar(answers.where(FindingAnswer.is_late))
    return {"findings": {**dict(sorted(states.items())), **counts, "late_answers": late}}


ROOM = Room(steps=_steps, check_lists=_note, check=_check, sheets=_sheets, summary=_summary)
