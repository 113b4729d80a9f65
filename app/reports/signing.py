"""A report is submitted, and signed: each puts away an older one of its kind that stood where it stands now."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.moves import move
from app.reports.models import SignedReport
from app.reports.rules import MOVES, ReportStatus


async def submit(session: AsyncSession, actor: Actor, report: SignedReport, at: datetime) -> None:
    """A new report; it replaces one that is not signed yet."""
    await _replace_older(session, report, ReportStatus.submitted)
    report.submitted_at, report.submitted_by = at, actor.account_id
    session.add(report)


async def sign(session: AsyncSession, actor: Actor, report: SignedReport, name: str, at: datetime) -> None:
    """Under `name`; it stands for one that was signed before. Who may, `check_signer` has said."""
    await _replace_older(session, report, ReportStatus.signed)
    report.status, report.signer = move(MOVES, report.status, "sign"), name
    report.signed_at, report.signed_by = at, actor.account_id


async def _replace_older(session: AsyncSession, report: SignedReport, status: ReportStatus) -> None:
    kind = type(report)
    alike = [getattr(kind, name) == getattr(report, name) for name in kind.ALIKE]
    older = await session.scalar(sa.select(kind).where(*alike, kind.status == status).with_for_update())
    if older:
        older.status = move(MOVES, older.status, "replace")
        await session.flush()
