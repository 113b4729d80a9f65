"""Keeping a file, for whoever holds it.

A file lies in its place before the row that names it commits; a refused or broken-off request leaves at most a file
without a row, which the nightly sweep takes away.
"""

from datetime import datetime
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.core.reading.foreign import off_loop
from app.files import store
from app.files.models import Attachment, StoredFile
from app.files.rules import FileKind

# Held shared by whoever keeps a file until the row commits, alone by whoever takes files away.
STORE_LOCK = 2018_07_27
# The columns by which rows hold files: of attachments, and of whatever else `flow.py` names.
HOLDERS: list[InstrumentedAttribute[Any]] = [Attachment.sha256]


def held_by(column: InstrumentedAttribute[Any]) -> None:
    """The rows of another table hold files, too: those that this column names."""
    HOLDERS.append(column)


def is_held() -> sa.ColumnElement[bool]:
    """Files that some row holds."""
    return sa.or_(*(sa.exists().where(column == StoredFile.sha256) for column in HOLDERS))


async def keep_file(
    session: AsyncSession, file: BinaryIO, sha256: str, kind: FileKind, size: int, at: datetime
) -> StoredFile:
    """The file in the store and its row; who keeps the same content at once waits here. Refusals: DiskFull,
    DataFolderUnusable."""
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(STORE_LOCK)))
    row = insert(StoredFile).values(sha256=sha256, kind=kind, size=size, held_at=at)
    again = row.on_conflict_do_update(index_elements=["sha256"], set_={"held_at": at}).returning(StoredFile)
    kept = (await session.scalars(again, execution_options={"populate_existing": True})).one()
    await off_loop(store.keep, file, sha256, size)
    return kept
