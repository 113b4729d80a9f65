"""What a replayed season shows. Every figure is read from the database; docs/season-format.md names the keys."""

from typing import Any, TypedDict, cast

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.audit import verify
from app.season.files import Season
from app.season.order import ROOMS


class Summary(TypedDict):
    season: str
    survey: dict[str, Any]
    areas: int
    categories: int
    populations: int
    organizations: int
    applicants: int
    needs: int
    offers: int
    selection: dict[str, Any]
    tender: dict[str, Any]
    lots: dict[str, dict[str, Any]]
    awards: int
    different_applicants: int
    contracts: int
    evaluations: dict[str, int]
    budgets: dict[str, Any]
    sessions: dict[str, int]
    findings: dict[str, int]
    acceptance: dict[str, int]
    payments: dict[str, Any]
    ended: dict[str, int]
    spot_checks: dict[str, int]
    ratings: dict[str, int]
    audit: dict[str, Any]


async def summary_of(session: AsyncSession, season: Season) -> Summary:
    facts = {"season": season.name, "audit": await _audit(session)}
    for room in ROOMS:
        if room.summary:
            facts |= await room.summary(session, season)
    return cast(Summary, {name: facts[name] for name in (*Summary.__annotations__, *facts)})


async def _audit(session: AsyncSession) -> dict[str, Any]:
    events, faults = await verify(session)
    return {"events": events, "verified": not faults, "faults": [f"{f.stream} #{f.seq}: {f.fault}" for f in faults]}


def readable(summary: Summary) -> list[str]:
    """The summary as lines for a terminal."""
    survey, tender, audit = summary["survey"], summary["tender"], summary["audit"]
    counted = ("areas", "categories", "populations", "organizations", "needs", "offers")
    lines = [
        summary["season"],
        "  " + ", ".join(f"{name} {summary[name]}" for name in counted),  # type: ignore[literal-required]
        f"  survey: issued {survey['issued']}, returned {survey['returned']}, valid {survey['valid']},"
        f" recovery {survey['recovery_rate']}, effective {survey['effective_rate']}",
        f"  selection: {summary['selection']['pairs']} pairs, {summary['selection']['confirmed']} confirmed by both",
        f"  tender: {tender['bids']} bids, ineligible {', '.join(tender['ineligible']) or '–'},"
        f" {tender['sheets_counted']} sheets, rule {tender['rule']}",
    ]
    for code, lot in summary["lots"].items():
        lines.append(f"  {code}: {lot['amount']}  {' '.join(lot['awards'])}")
    budgets, payments = summary["budgets"], summary["payments"]
    ended = ", ".join(f"{state} {count}" for state, count in summary["ended"].items())
    lines.append(f"  delivery: {ended or '–'}; paid {payments['amount']}, disallowed {budgets['disallowed']}")
    verified = "verified" if audit["verified"] else "BROKEN"
    lines.append(
        f"  {summary['awards']} awards, {summary['contracts']} contracts; {audit['events']} events, {verified}"
    )
    return lines
