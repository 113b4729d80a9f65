"""Files over the wire."""

from datetime import datetime

from pydantic import BaseModel

from app.core.actors import Actor
from app.core.settings import settings
from app.files.models import Attachment
from app.files.policy import actions
from app.files.rules import ACCEPTED, MOST_FILES, FileKind, Holder


class AttachmentRead(BaseModel):
    id: int
    name: str
    kind: FileKind
    size: int
    sha256: str
    party_id: int
    attached_at: datetime
    actions: list[str]

    @classmethod
    def of(cls, attachment: Attachment, actor: Actor, verbs: list[str]) -> "AttachmentRead":
        """`verbs`: what the actor may do to what it hangs on."""
        own = {name: getattr(attachment, name) for name in ("id", "name", "sha256", "party_id", "attached_at")}
        file = attachment.file
        return cls(**own, kind=file.kind, size=file.size, actions=actions(actor, attachment, verbs))


class AttachmentsRead(BaseModel):
    """What hangs on a thing; `actions` holds "attach" where more may: `most` files of `largest` bytes of these media
    types."""

    items: list[AttachmentRead]
    actions: list[str]
    most: int
    largest: int
    accepts: list[str]

    @classmethod
    def of(cls, holder: Holder, attachments: list[Attachment], actor: Actor, verbs: list[str]) -> "AttachmentsRead":
        return cls(
            items=[AttachmentRead.of(each, actor, verbs) for each in attachments],
            actions=[verb for verb in verbs if verb == "attach"],
            most=MOST_FILES[holder],
            largest=settings().upload_bytes,
            accepts=ACCEPTED,
        )
