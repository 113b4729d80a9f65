"""What hangs on a thing."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.reading.foreign import off_loop
from app.files import store
from app.files.models import Attachment, StoredFile
from app.files.rules import Holder


async def attachments_of(session: AsyncSession, holder: Holder, holder_id: int) -> list[Attachment]:
    """In the order in which they were attached, whoever asks."""
    column = getattr(Attachment, f"{holder}_id")
    query = sa.select(Attachment).where(column == holder_id).order_by(Attachment.attached_at, Attachment.id)
    return list(await session.scalars(query))


async def digests_of(session: AsyncSession, holder: Holder, holder_id: int) -> list[str]:
    """The SHA-256 of each file that hangs there, sorted: what a receipt vouches for."""
    return sorted(each.sha256 for each in await attachments_of(session, holder, holder_id))


async def verify(session: AsyncSession) -> tuple[int, list[str]]:
    """How many files the store should have, and the digests of those that are missing or altered, all read again."""
    digests = list(await session.scalars(sa.select(StoredFile.sha256).order_by(StoredFile.sha256)))
    return len(digests), [each for each in digests if not await off_loop(store.is_whole, each)]
