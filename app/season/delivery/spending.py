"""What a season's contracts are spent on: budgets line by line, changes, vouchers, what auditors find."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets import service as budgets
from app.budgets.models import AuditReport, Budget, SpendingLine
from app.budgets.queries import BudgetParts, parts_of, spent_under
from app.budgets.rules import AuditKind, BudgetStatus, ChangeStatus, DisallowedAboveSpent, Line, LineKindUnknown
from app.budgets.terms import kinds
from app.contracts.models import Contract
from app.contracts.rules import EngagementKind, PeriodBackwards
from app.core.errors import DomainError
from app.reports.rules import ReportStatus
from app.season.delivery.acting import Scene, check_firms, contracts_by_bid, daily, firm_of, of_season
from app.season.delivery.engagements import ENGAGEMENTS
from app.season.delivery.lists import (
    Entry,
    Listing,
    amount,
    amount_or_nought,
    by_contract,
    choice,
    day,
    day_of,
    line,
    member,
    prose,
)
from app.season.files import Faults, Season, Tables
from app.season.known import Known, take_faults
from app.season.room import Room, Sheet
from app.season.schedule import Schedule
from app.season.steps import Step

GRANTED, REFUSED = "granted", "refused"
BUDGETS = Listing(
    "budgets",
    ("contract", "line"),
    {
        "contract": line,
        "line": line,
        "kind": line,
        "name": line,
        "approved_cny": amount,
        "proposed": day,
        "approved": day,
        "flag": prose,
        "flagged": day,
        "source": line,
    },
    optional=frozenset({"flag", "flagged"}),
    order=("proposed", "approved", "flagged"),
    together=("flag", "flagged"),
)
CHANGES = Listing(
    "budget_changes",
    ("contract", "from_line", "to_line", "asked"),
    {
        "contract": line,
        "from_line": line,
        "to_line": line,
        "amount_cny": amount,
        "reason": prose,
        "asked": day,
        "outcome": choice(GRANTED, REFUSED),
        "opinion": prose,
        "decided": day,
        "source": line,
    },
    optional=frozenset({"outcome", "opinion", "decided"}),
    order=("asked", "decided"),
    together=("outcome", "opinion", "decided"),
)
STATEMENTS = Listing(
    "statements",
    ("contract", "line", "voucher"),
    {
        "contract": line,
        "line": line,
        "voucher": line,
        "starts_on": day,
        "ends_on": day,
        "spent_cny": amount_or_nought,
        "note": prose,
        "stated": day,
        "disallowed_cny": amount,
        "reason": prose,
        "disallowed": day,
        "source": line,
    },
    optional=frozenset({"note", "disallowed_cny", "reason", "disallowed"}),
    order=("starts_on", "stated", "disallowed"),
    together=("disallowed_cny", "reason", "disallowed"),
)
AUDITS = Listing(
    "audits",
    ("contract", "kind"),
    {
        "contract": line,
        "kind": member(AuditKind),
        "opinion": prose,
        "embezzlement": prose,
        "submitted": day,
        "signer": line,
        "signed": day,
        "source": line,
    },
    optional=frozenset({"embezzlement", "signer", "signed"}),
    order=("submitted", "signed"),
    together=("signer", "signed"),
)
LISTS = (BUDGETS, CHANGES, STATEMENTS, AUDITS)


class BudgetInPieces(DomainError):
    """All lines of a budget are proposed and approved on the same days."""

    status = 422


class LineUnknown(DomainError):
    """The budget of the contract has no such line."""

    status = 422


def _steps(season: Season, _when: Schedule) -> Iterator[Step]:
    yield from daily(season, BUDGETS, "proposed", (9, 10), _propose)
    yield from daily(season, BUDGETS, "approved", (9, 20), _approve)
    yield from daily(season, CHANGES, "asked", (10, 10), _ask)
    yield from daily(season, CHANGES, "decided", (10, 20), _decide)
    yield from daily(season, BUDGETS, "flagged", (10, 50), _flag)
    yield from daily(season, STATEMENTS, "stated", (11, 0), _state)
    yield from daily(season, STATEMENTS, "disallowed", (13, 0), _disallow)
    yield from daily(season, AUDITS, "submitted", (14, 0), _submit)
    yield from daily(season, AUDITS, "signed", (15, 0), _sign)


async def _propose(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    lines = [Line(row["line"], row["kind"], row["name"], row["approved_cny"]) for row in rows]
    await budgets.propose_budget(session, scene.contractor, scene.contract.id, lines)


async def _approve(session: AsyncSession, scene: Scene, _rows: Sequence[Entry]) -> None:
    await budgets.approve_budget(session, scene.bureau, (await _budget(session, scene)).id)


async def _ask(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    budget, lines = await _budget(session, scene), await _lines(session, scene)
    for row in rows:
        ends = lines[row["from_line"]].id, lines[row["to_line"]].id
        facts = {"amount": row["amount_cny"], "reason": row["reason"]}
        await budgets.ask_change(session, scene.contractor, budget.id, from_id=ends[0], to_id=ends[1], **facts)
        await session.flush()


async def _decide(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    parts = await parts_of(session, scene.contract)
    codes = {each.id: each.code for each in parts.lines}
    asked = {
        (codes[each.from_id], codes[each.to_id], day_of(each.asked_at)): each.id
        for each in parts.changes
        if each.status is ChangeStatus.asked
    }
    for row in rows:
        decide = budgets.grant_change if row["outcome"] == GRANTED else budgets.refuse_change
        await decide(session, scene.bureau, asked[row["from_line"], row["to_line"], row["asked"]], row["opinion"])


async def _flag(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    auditor, lines = await firm_of(session, scene.contract, EngagementKind.audit), await _lines(session, scene)
    for row in rows:
        await budgets.flag_line(session, auditor, lines[row["line"]].id, row["flag"])


async def _state(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    budget, lines = await _budget(session, scene), await _lines(session, scene)
    for row in rows:
        facts = {name: row[name] for name in ("starts_on", "ends_on", "voucher", "note")}
        own = lines[row["line"]].id
        await budgets.state_expense(session, scene.contractor, budget.id, line_id=own, spent=row["spent_cny"], **facts)


async def _disallow(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    auditor = await firm_of(session, scene.contract, EngagementKind.audit)
    parts = await parts_of(session, scene.contract)
    codes = {each.id: each.code for each in parts.lines}
    ids = {(codes[each.line_id], each.voucher): each.id for each in parts.statements}
    for row in rows:
        statement = ids[row["line"], row["voucher"]]
        await budgets.disallow_statement(session, auditor, statement, row["disallowed_cny"], row["reason"])


async def _submit(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    auditor = await firm_of(session, scene.contract, EngagementKind.audit)
    for row in rows:
        said = row["kind"], row["opinion"], row["embezzlement"]
        await budgets.submit_audit(session, auditor, (await _budget(session, scene)).id, *said)


async def _sign(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    auditor = await firm_of(session, scene.contract, EngagementKind.audit)
    for row in rows:
        own = AuditReport.contract_id == scene.contract.id, AuditReport.kind == row["kind"]
        query = sa.select(AuditReport.id).where(*own, AuditReport.status == ReportStatus.submitted)
        await budgets.sign_audit(session, auditor, (await session.scalars(query)).one(), row["signer"])


async def _budget(session: AsyncSession, scene: Scene) -> Budget:
    return (await session.scalars(sa.select(Budget).where(Budget.contract_id == scene.contract.id))).one()


async def _lines(session: AsyncSession, scene: Scene) -> dict[str, SpendingLine]:
    """Code → line."""
    query = sa.select(SpendingLine).join(Budget).where(Budget.contract_id == scene.contract.id)
    return {each.code: each for each in await session.scalars(query)}


# -- Checks


def _note(tables: Tables, known: Known, faults: Faults) -> None:
    for listing in LISTS:
        listing.note(tables, known, faults)


def _check(season: Season, _known: Known, faults: Faults) -> None:
    found = {listing.name: listing.check(season) for listing in LISTS}
    lines = {(row["contract"], row["line"]) for row in found["budgets"]}
    _check_budgets(found["budgets"])
    for name, column in (("budget_changes", "from_line"), ("budget_changes", "to_line"), ("statements", "line")):
        for row in found[name]:
            if (row["contract"], row[column]) not in lines:
                row.refuse(column, LineUnknown(contract=row["contract"], line=row[column]))
    for row in found["statements"]:
        _check_statement(row)
    judged = [row for row in found["statements"] if row["disallowed"]]
    flagged = [row for row in found["budgets"] if row["flagged"]]
    check_firms([*found["audits"], *judged, *flagged], ENGAGEMENTS.read(season.tables), EngagementKind.audit)
    for listing in LISTS:
        take_faults(listing.file, found[listing.name], faults)


def _check_budgets(entries: Sequence[Entry]) -> None:
    known = [each.code for each in kinds()]
    for _, rows in by_contract(entries):
        for row in rows:
            if row["kind"] not in known:
                row.refuse("kind", LineKindUnknown(kind=row["kind"], kinds=", ".join(known)))
            for column in ("proposed", "approved"):
                if row[column] != rows[0][column]:
                    row.refuse(column, BudgetInPieces(day=row[column], first=rows[0][column]))


def _check_statement(row: Entry) -> None:
    if row["ends_on"] < row["starts_on"]:
        row.refuse("ends_on", PeriodBackwards(starts_on=row["starts_on"], ends_on=row["ends_on"]))
    if (row["disallowed_cny"] or 0) > row["spent_cny"]:
        facts = {"disallowed": row["disallowed_cny"], "spent": row["spent_cny"]}
        row.refuse("disallowed_cny", DisallowedAboveSpent(**facts))


# -- Written out


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    rows: dict[str, list[Mapping[str, Any]]] = {listing.name: [] for listing in LISTS}
    for bid, contract in (await contracts_by_bid(session, name)).items():
        parts = await parts_of(session, contract)
        if parts.budget and parts.budget.status is BudgetStatus.approved:
            for listing, written in ((BUDGETS, _lines_of), (CHANGES, _changes_of), (STATEMENTS, _statements_of)):
                rows[listing.name] += [{"contract": bid, **row} for row in written(parts)]
            rows[AUDITS.name] += [{"contract": bid, **row} for row in _audits_of(parts)]
    sheets: dict[str, Sheet] = {}
    for listing in LISTS:
        sheets |= await listing.sheet(session, name, rows[listing.name])
    return sheets


def _lines_of(parts: BudgetParts) -> Iterator[dict[str, Any]]:
    assert parts.budget is not None  # only approved ones are written
    days = {"proposed": day_of(parts.budget.proposed_at), "approved": day_of(parts.budget.decided_at)}
    for each in parts.lines:
        said = {"line": each.code, "kind": each.kind, "name": each.name, "approved_cny": each.approved}
        yield {**said, **days, "flag": each.flag, "flagged": day_of(each.flagged_at)}


def _changes_of(parts: BudgetParts) -> Iterator[dict[str, Any]]:
    codes = {each.id: each.code for each in parts.lines}
    outcomes = {ChangeStatus.asked: None, ChangeStatus.approved: GRANTED, ChangeStatus.refused: REFUSED}
    for each in parts.changes:
        ends = {"from_line": codes[each.from_id], "to_line": codes[each.to_id], "amount_cny": each.amount}
        asked = {"reason": each.reason, "asked": day_of(each.asked_at), "outcome": outcomes[each.status]}
        yield {**ends, **asked, "opinion": each.opinion, "decided": day_of(each.decided_at)}


def _statements_of(parts: BudgetParts) -> Iterator[dict[str, Any]]:
    """Those that count, each with what was decided last on it."""
    codes = {each.id: each.code for each in parts.lines}
    for each in parts.statements:
        if each.id not in parts.superseded:
            judged = parts.disallowed.get(each.id)
            judged = judged if judged and judged.amount else None
            said = {name: getattr(each, name) for name in ("voucher", "starts_on", "ends_on", "note")}
            yield {
                "line": codes[each.line_id],
                **said,
                "spent_cny": each.spent,
                "stated": day_of(each.stated_at),
                "disallowed_cny": judged.amount if judged else None,
                "reason": judged.reason if judged else None,
                "disallowed": day_of(judged.decided_at) if judged else None,
            }


def _audits_of(parts: BudgetParts) -> Iterator[dict[str, Any]]:
    for each in parts.reports:
        if each.status is not ReportStatus.replaced:
            said = {name: getattr(each, name) for name in ("kind", "opinion", "embezzlement", "signer")}
            yield {**said, "submitted": day_of(each.submitted_at), "signed": day_of(each.signed_at)}


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    own, spent = of_season(season.name), (await spent_under(session, of_season(season.name))).values()
    budgets = sa.select(sa.func.count()).select_from(Budget).join(Contract)
    approved = await session.scalar(budgets.where(own, Budget.status == BudgetStatus.approved))
    audits = sa.select(sa.func.count()).select_from(AuditReport).join(Contract)
    signed = await session.scalar(audits.where(own, AuditReport.status == ReportStatus.signed))
    vouched, disallowed = (sum(column) for column in zip(*spent, strict=True)) if spent else (0, 0)
    figures = {"approved": approved, "spent": f"{vouched:.2f}", "disallowed": f"{disallowed:.2f}"}
    return {"budgets": {**figures, "audits": signed}}


ROOM = Room(steps=_steps, check_lists=_note, check=_check, sheets=_sheets, summary=_summary)
