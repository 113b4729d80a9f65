"""Attaching and removing files.

A file lies in its place before the row that names it commits; a refused or broken-off request leaves at most a file
without a row, which the nightly sweep takes away.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.events import happened
from app.core.reading.foreign import off_loop
from app.files import store
from app.files.content import Received
from app.files.models import Attachment, StoredFile
from app.files.policy import HOLDINGS, access_attachment
from app.files.queries import attachments_of
from app.files.rules import Holder, check_attachable

# Held shared by whoever keeps a file until the row commits, alone by whoever takes files away.
STORE_LOCK = 2018_07_27


async def attach_file(
    session: AsyncSession, actor: Actor, holder: Holder, holder_id: int, received: Received
) -> Attachment:
    """Hang a file on a thing. Refusals: those of the verb "attach" there, AttachedAlready, TooManyAttachments,
    DiskFull."""
    stream = await HOLDINGS[holder].access(session, actor, holder_id)
    at = await now(session)
    attached = await attachments_of(session, holder, holder_id)
    check_attachable(holder, received.sha256, [each.sha256 for each in attached])
    file = await _keep(session, received, at)
    attachment = Attachment(file=file, name=received.name, account_id=actor.account_id, attached_at=at)
    attachment.party_id = actor.party_id or 0
    setattr(attachment, f"{holder}_id", holder_id)
    session.add(attachment)
    facts = {"sha256": received.sha256, "size": received.size, "on": f"{holder}:{holder_id}"}
    await happened(session, actor, "file.attached", attachment, at, stream=stream, **facts)
    return attachment


async def remove_file(session: AsyncSession, actor: Actor, attachment_id: int) -> None:
    """Take a file down again. Refusals: NotFound, Denied, those of the verb "attach" there."""
    attachment, stream = await access_attachment(session, actor, attachment_id)
    at = await now(session)
    attachment.file.held_at = at
    await session.delete(attachment)
    await happened(session, actor, "file.removed", attachment, at, stream=stream, sha256=attachment.sha256)


async def _keep(session: AsyncSession, received: Received, at: datetime) -> StoredFile:
    """The file in the store and its row; who keeps the same content at once waits here."""
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(STORE_LOCK)))
    row = insert(StoredFile).values(sha256=received.sha256, kind=received.kind, size=received.size, held_at=at)
    again = row.on_conflict_do_update(index_elements=["sha256"], set_={"held_at": at}).returning(StoredFile)
    file = (await session.scalars(again, execution_options={"populate_existing": True})).one()
    await off_loop(store.keep, received.file, received.sha256, received.size)
    return file
