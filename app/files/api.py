"""Files on needs, offers, bids, contracts, milestones and sessions: attached, listed, read and taken down."""

from fastapi import Response

from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.lanes import Lane
from app.core.http.unit import CurrentActor, UnitSession, allow, in_lane
from app.core.reading.files import answers_file
from app.files import policy, queries, service
from app.files.policy import WHO, read_verbs
from app.files.rules import ACCEPTED, Holder
from app.files.schemas import AttachmentRead, AttachmentsRead
from app.files.sending import sent
from app.files.uploads import AttachedFile

router = web.router("/files", "files")


@router.post(
    "/{holder}/{holder_id}",
    operation_id="attach_file",
    status_code=201,
    dependencies=[allow(WHO["attach"]), in_lane(Lane.attaching)],
)
async def attach_file(
    holder: Holder, holder_id: Id, received: AttachedFile, session: UnitSession, actor: CurrentActor
) -> AttachmentRead:
    attachment = await service.attach_file(session, actor, holder, holder_id, received)
    return AttachmentRead.of(attachment, actor, ["attach"])


@router.get("/{holder}/{holder_id}", operation_id="list_files", dependencies=[allow(WHO["list"])])
async def list_files(holder: Holder, holder_id: Id, session: UnitSession, actor: CurrentActor) -> AttachmentsRead:
    verbs = await read_verbs(session, actor, holder, holder_id)
    attachments = await queries.attachments_of(session, holder, holder_id)
    return AttachmentsRead.of(holder, attachments, actor, verbs)


@router.get(
    "/{attachment_id}",
    operation_id="read_file",
    dependencies=[allow(WHO["read"]), in_lane(Lane.reading)],
    **answers_file(*ACCEPTED),
)
async def read_file(attachment_id: Id, session: UnitSession, actor: CurrentActor) -> Response:
    """In place where a browser can show it, else to be saved; sent from the disk piece by piece, or a part of it."""
    attachment = await policy.read_attachment(session, actor, attachment_id)
    return sent(attachment.file, attachment.name)


@router.delete("/{attachment_id}", operation_id="remove_file", status_code=204, dependencies=[allow(WHO["remove"])])
async def remove_file(attachment_id: Id, session: UnitSession, actor: CurrentActor) -> None:
    await service.remove_file(session, actor, attachment_id)
