"""Files of tests: real bytes of every kind, and rows with their file in the store."""

import io
import zipfile
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.files import store
from app.files.models import Attachment, StoredFile
from app.files.rules import CONTENTS, MEDIA, OFFICE, FileKind, Holder
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"


def png() -> bytes:
    """One white dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (1).to_bytes(4, "big") * 2 + bytes((8, 0, 0, 0, 0))
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00\xff")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def office(kind: FileKind, *, parts: Mapping[str, bytes] | None = None, contents: str = "") -> bytes:
    """A Word or Excel file as far as anybody looks at it, with further parts."""
    said = contents or f'<Types><Override ContentType="{MEDIA[kind]}.main+xml"/></Types>'
    return archive({CONTENTS: said.encode(), OFFICE[kind]: b"<x/>", **(parts or {})})


def archive(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in parts.items():
            file.writestr(name, body)
    return out.getvalue()


async def make_attachment(
    session: AsyncSession,
    holder: Holder,
    holder_id: int,
    party_id: int | None,
    *,
    content: bytes = b"",
    **facts: Any,
) -> Attachment:
    """A PDF of its own unless its `content` is given, whatever the state of what it hangs on."""
    content = content or PDF + f"%{holder}:{holder_id}".encode()
    digest, at = sha256(content).hexdigest(), await now(session)
    store.keep(io.BytesIO(content), digest, len(content))
    row = insert(StoredFile).values(sha256=digest, kind=FileKind.pdf, size=len(content), held_at=at)
    await session.execute(row.on_conflict_do_nothing())
    file = await session.get_one(StoredFile, digest)
    attachment = Attachment(file=file, party_id=party_id, attached_at=at, **{"name": "附件.pdf", **facts})
    setattr(attachment, f"{holder}_id", holder_id)
    async with unfixed(session, holder, holder_id):
        session.add(attachment)
        await session.flush()
    return attachment


@asynccontextmanager
async def unfixed(session: AsyncSession, holder: Holder, holder_id: int) -> AsyncIterator[None]:
    """A bid that was handed in, for a moment withdrawn, since nothing can be attached to it any more."""
    was = await session.get(Bid, holder_id) if holder is Holder.bid else None
    if was is None or was.status is BidStatus.draft:
        yield
        return
    row = sa.update(Bid).where(Bid.id == holder_id).execution_options(synchronize_session=False)
    now_withdrawn = {"status": BidStatus.withdrawn, "withdrawn_at": await now(session), "decided_at": None}
    with session.no_autoflush:
        before = {name: getattr(was, name) for name in now_withdrawn}
        await session.execute(row.values(now_withdrawn))
        yield
        await session.execute(row.values(before))
