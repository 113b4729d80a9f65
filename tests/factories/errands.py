"""Errands of tests."""

import io

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.http.putting_off import Kept
from app.errands import service
from app.errands.models import Errand
from app.files.rules import FileKind

EXPORT = Kept("export_needs", "GET", "/api/v1/needs/export", "format=csv", "", b"", "")


async def make_errand(session: AsyncSession, actor: Actor, content: bytes) -> Errand:
    """One that has made a list of this content."""
    errand = await service.put_off(session, actor, EXPORT)
    await service.begin(session, errand.id)
    await service.keep_result(session, errand.id, "需求.csv", FileKind.csv, io.BytesIO(content))
    await session.flush()
    return errand
