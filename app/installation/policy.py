"""Who looks after the installation: administrators. They see kinds and numbers, and nothing that somebody wrote."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.installation.models import AuditCheck
from app.installation.rules import hindrance

ADMIN = frozenset({Role.admin})
WHO = {
    "read": ADMIN,
    "retry_job": ADMIN,
    "forget_job": ADMIN,
    "ask_audit_check": ADMIN,
    "publish_year": ADMIN,
}


def year_actions(year: int, today: date, is_official: bool) -> list[str]:
    return [] if hindrance(year, today, is_official) else ["publish_year"]


async def access_check(session: AsyncSession, check_id: int) -> AuditCheck:
    """The check, locked, for the job that carries it out."""
    return (await session.scalars(sa.select(AuditCheck).where(AuditCheck.id == check_id).with_for_update())).one()


def is_own(actor: Actor) -> sa.ColumnElement[bool]:
    return AuditCheck.account_id == actor.account_id
