"""What may be attached: kinds told by their content, never by their name; names that cannot deceive; how many."""

import re
from collections.abc import Collection
from enum import StrEnum

from app.core import texts
from app.core.errors import DomainError

MOST_PARTS = 1_000  # of an Office file
HEAD = 16  # bytes that tell a kind
LONGEST_STEM = 120  # characters of a name before its ending
SHADY = re.compile(r'[\x00-\x1f<>:"|?*]')
ARCHIVE = b"PK\x03\x04"
CONTENTS = "[Content_Types].xml"
# What runs in an Office file: Visual Basic, its signatures, controls; and the kinds that say they have it.
MACRO_PARTS = re.compile(r"vba(project|data)|activex|macrosheets|\.exe$|\.js$|\.vbs$", re.IGNORECASE)
MACRO_KINDS = re.compile(rb"macroenabled|ms-office\.vba|activex|intlmacrosheet", re.IGNORECASE)


class Holder(StrEnum):
    """What a file can hang on."""

    need = "need"
    offer = "offer"
    bid = "bid"
    contract = "contract"
    milestone = "milestone"
    statement = "statement"
    service_session = "service_session"
    finding = "finding"


class FileKind(StrEnum):
    pdf = "pdf"
    docx = "docx"
    xlsx = "xlsx"
    png = "png"
    jpeg = "jpeg"
    webp = "webp"
    csv = "csv"


K = FileKind
MEDIA = {
    K.pdf: "application/pdf",
    K.docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    K.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    K.png: "image/png",
    K.jpeg: "image/jpeg",
    K.webp: "image/webp",
    K.csv: "text/csv; charset=utf-8",
}
# A list with commas looks like any text: the platform writes such files itself, and takes none.
ACCEPTED = [media for kind, media in MEDIA.items() if kind is not K.csv]
ENDINGS = {K.jpeg: ("jpg", "jpeg")}
# A browser shows these itself and runs nothing in them; the others are saved.
SHOWN = frozenset({K.pdf, K.png, K.jpeg, K.webp})
# The part that makes an Office file what it is.
OFFICE = {K.docx: "word/document.xml", K.xlsx: "xl/workbook.xml"}
MOST_FILES = {
    Holder.need: 10,
    Holder.offer: 10,
    Holder.bid: 30,
    Holder.contract: 30,
    Holder.milestone: 20,
    Holder.statement: 20,
    Holder.service_session: 20,
    Holder.finding: 20,
}


class AttachmentEmpty(DomainError):
    status = 422


class AttachmentKindUnknown(DomainError):
    """Its content is none of the kinds that are taken, whatever its name says."""

    status = 422


class AttachmentBroken(DomainError):
    """An Office file that does not open: damaged, locked, or packed to swell beyond every measure."""

    status = 422


class AttachmentHasMacros(DomainError):
    status = 422


class AttachmentInfected(DomainError):
    """`found`: what the scanner calls it."""

    status = 422


class ScannerAway(DomainError):
    """The scanner that is set does not answer; nothing is taken unseen."""

    status = 503


class TooManyAttachments(DomainError): ...


class AttachedAlready(DomainError):
    """The same content hangs there under some name."""


class FileLost(DomainError):
    """The row is there and its file is not: a backup was put back without the files."""

    status = 404


def kind_by_head(head: bytes) -> FileKind | None:
    """The kind by the first bytes; None also for archives, whose parts decide. The mark stands at the very beginning:
    what has something else before it is also something else."""
    if head.startswith(b"%PDF-"):
        return K.pdf
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return K.png
    if head.startswith(b"\xff\xd8\xff"):
        return K.jpeg
    return K.webp if head.startswith(b"RIFF") and head[8:12] == b"WEBP" else None


def office_kind(parts: Collection[str], contents: bytes) -> FileKind:
    """The kind of an archive by its parts and its table of contents. Refusals: AttachmentHasMacros,
    AttachmentKindUnknown."""
    if any(MACRO_PARTS.search(part) for part in parts) or MACRO_KINDS.search(contents):
        raise AttachmentHasMacros()
    for kind, part in OFFICE.items():
        if part in parts and MEDIA[kind].encode() in contents:
            return kind
    raise AttachmentKindUnknown()


def named(given: str, kind: FileKind) -> str:
    """The name that is shown and saved under: no folder, one line, and the ending that the content has.

    Refusals: CharacterRefused, LineBroken.
    """
    said = texts.line(re.split(r"[/\\]", given)[-1])
    endings = ENDINGS.get(kind, (kind.value,))
    stem, _, ending = said.rpartition(".") if "." in said else (said, "", "")
    kept = ending if ending.lower() in endings else endings[0]
    return f"{SHADY.sub('_', stem).strip(' .')[:LONGEST_STEM].strip(' .') or kind.value}.{kept}"


def check_attachable(holder: Holder, sha256: str, attached: Collection[str]) -> None:
    """`attached`: the digests of what hangs there. Refusals: AttachedAlready, TooManyAttachments."""
    if sha256 in attached:
        raise AttachedAlready()
    if len(attached) >= MOST_FILES[holder]:
        raise TooManyAttachments(most=MOST_FILES[holder])
