"""A file that somebody brings, looked at before it is taken: read in pieces, believed in nothing that it says."""

import zipfile
import zlib
from dataclasses import asdict, dataclass
from hashlib import sha256
from types import SimpleNamespace
from typing import BinaryIO

from app.core.reading.foreign import Limits
from app.core.reading.measure import Refused
from app.core.reading.workbook import check_unpacked
from app.files.rules import (
    ARCHIVE,
    CONTENTS,
    HEAD,
    MOST_PARTS,
    AttachmentBroken,
    AttachmentEmpty,
    AttachmentKindUnknown,
    FileKind,
    kind_by_head,
    named,
    office_kind,
)

CHUNK = 256 * 1024
MB = 1024 * 1024
# Pictures are packed already, text shrinks twentyfold; a bomb swells a thousandfold.
UNPACKED = SimpleNamespace(**asdict(Limits(unpacked_mb=200, ratio=100, parts=MOST_PARTS)))
DIRECTORY_END, DIRECTORY_END_SIZE = b"PK\x05\x06", 22  # without a comment
PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, RuntimeError, NotImplementedError, Refused)


@dataclass(frozen=True)
class Received:
    """`file` lies on the disk or, while it is small, in memory; it is gone when its request ends."""

    file: BinaryIO
    name: str
    kind: FileKind
    size: int
    sha256: str


def examine(name: str, file: BinaryIO) -> Received:
    """What was brought under `name`. Blocks. Refusals: those of the rules for kinds and names."""
    kind = _kind(file)
    size, digest = _measured(file)
    return Received(file, named(name, kind), kind, size, digest)


def _kind(file: BinaryIO) -> FileKind:
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise AttachmentEmpty()
    kind = kind_by_head(head) or (_office(file) if head.startswith(ARCHIVE) else None)
    if kind is None:
        raise AttachmentKindUnknown()
    return kind


def _measured(file: BinaryIO) -> tuple[int, str]:
    """Size and SHA-256."""
    file.seek(0)
    size, digest = 0, sha256()
    while chunk := file.read(CHUNK):
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()


def _office(file: BinaryIO) -> FileKind:
    """Everything is unpacked once and nothing kept, since an archive's own list of sizes may lie."""
    try:
        packed = _check_directory(file)
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & 1 or entry.compress_type not in PACKINGS for entry in entries):
                raise AttachmentBroken()
            check_unpacked(archive, packed, UNPACKED)
            with archive.open(CONTENTS) as part:
                contents = part.read(MB)
            return office_kind(archive.namelist(), contents)
    except BROKEN:
        raise AttachmentBroken() from None


def _check_directory(file: BinaryIO) -> int:
    """The archive's size, if its directory is one that may be loaded: so many entries, and nothing behind it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - DIRECTORY_END_SIZE))
    end = file.read()
    entries, length, start = (int.from_bytes(end[a:b], "little") for a, b in ((10, 12), (12, 16), (16, 20)))
    if not end.startswith(DIRECTORY_END) or entries > MOST_PARTS or length > MB:
        raise AttachmentBroken()
    if start + length + DIRECTORY_END_SIZE != size:
        raise AttachmentBroken()
    return size
