"""Attaching and removing files."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.events import happened
from app.files.content import Received
from app.files.keeping import keep_file
from app.files.models import Attachment
from app.files.policy import HOLDINGS, access_attachment
from app.files.queries import attachments_of
from app.files.rules import Holder, check_attachable


async def attach_file(
    session: AsyncSession, actor: Actor, holder: Holder, holder_id: int, received: Received
) -> Attachment:
    """Hang a file on a thing. Refusals: those of the verb "attach" there, AttachedAlready, TooManyAttachments,
    DiskFull."""
    stream = await HOLDINGS[holder].access(session, actor, holder_id)
    at = await now(session)
    attached = await attachments_of(session, holder, holder_id)
    check_attachable(holder, received.sha256, [each.sha256 for each in attached])
    file = await keep_file(session, received.file, received.sha256, received.kind, received.size, at)
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
