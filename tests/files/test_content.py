"""What a file is, its content says: every kind that is taken, and what poses as one."""

import io
import tracemalloc
import zipfile
from contextlib import suppress

import pytest

from app.core.errors import DomainError
from app.core.texts import CharacterRefused
from app.files.content import examine
from app.files.rules import (
    MEDIA,
    MOST_FILES,
    AttachedAlready,
    AttachmentBroken,
    AttachmentEmpty,
    AttachmentHasMacros,
    AttachmentKindUnknown,
    FileKind,
    Holder,
    TooManyAttachments,
    check_attachable,
    named,
)
from tests.attack.evil_files import EVIL, Evil
from tests.factories.files import JPEG, PDF, WEBP, archive, office, png

K = FileKind
SAMPLES = {
    K.pdf: PDF,
    K.docx: office(K.docx),
    K.xlsx: office(K.xlsx),
    K.png: png(),
    K.jpeg: JPEG,
    K.webp: WEBP,
}
HTML = b"<!doctype html><script>alert(1)</script>"
BOMB = office(K.docx, parts={"word/media/a.bin": bytes(40_000_000)})


def said(content: bytes, name: str = "file") -> tuple[FileKind, int]:
    found = examine(name, io.BytesIO(content))
    return found.kind, found.size


@pytest.mark.parametrize("kind", list(SAMPLES))
def test_a_kind_is_known_by_its_content_whatever_its_name_says(kind: FileKind) -> None:
    for name in ("a.pdf", "a.html", "a", ""):
        assert said(SAMPLES[kind], name) == (kind, len(SAMPLES[kind]))


@pytest.mark.parametrize(
    "content",
    [
        HTML,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),  # an old .doc, or one with a password
        b"MZ\x90\x00",
        b"\x00" + PDF,
        HTML + PDF,  # readers find a PDF in the first kilobyte of it
        HTML + SAMPLES[K.docx],
        archive({"word/document.xml": b"<x/>", "[Content_Types].xml": b"<Types/>"}),
        archive({"a.txt": b"", "[Content_Types].xml": MEDIA[K.docx].encode()}),
    ],
)
def test_what_is_none_of_the_kinds_is_refused_also_when_it_is_named_like_one(content: bytes) -> None:
    with pytest.raises(AttachmentKindUnknown):
        said(content, "report.pdf")


def test_a_pdf_that_is_an_archive_as_well_is_a_pdf_and_nothing_else() -> None:
    assert said(PDF + SAMPLES[K.docx], "both.docx")[0] is K.pdf
    assert examine("both.docx", io.BytesIO(PDF + SAMPLES[K.docx])).name == "both.pdf"


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(AttachmentEmpty):
        said(b"")


@pytest.mark.parametrize(
    "content",
    [
        office(K.docx, parts={"word/vbaProject.bin": b"x"}),
        office(K.docx, parts={"word/activeX/activeX1.xml": b"x"}),
        office(K.xlsx, parts={"xl/macrosheets/sheet1.xml": b"x"}),
        office(K.docx, parts={"word/embeddings/setup.EXE": b"x"}),
        office(
            K.docx, contents=f"<Types>{MEDIA[K.docx]} application/vnd.ms-word.document.macroEnabled.main+xml</Types>"
        ),
    ],
)
def test_what_would_run_in_word_or_excel_is_refused(content: bytes) -> None:
    with pytest.raises(AttachmentHasMacros):
        said(content)


def locked() -> bytes:
    """Every entry says that it is encrypted."""
    content = bytearray(SAMPLES[K.docx])
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + flags] |= 1
    return bytes(content)


def lying() -> bytes:
    """The directory says that the bomb unpacks to ten bytes."""
    content = bytearray(BOMB)
    for mark, size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.rfind(mark)
        content[at + size : at + size + 4] = (10).to_bytes(4, "little")
    return bytes(content)


def many() -> bytes:
    return office(K.docx, parts={f"word/{number}": b"" for number in range(1_001)})


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        lying(),
        locked(),
        many(),
        SAMPLES[K.docx][:-30],
        SAMPLES[K.docx][: len(SAMPLES[K.docx]) // 2],
        archive({"word/document.xml": b"<x/>"}),
        SAMPLES[K.docx] + b"behind",
        b"PK\x03\x04" + HTML,
    ],
    ids=["bomb", "lying bomb", "locked", "parts", "cut", "half", "no contents", "something behind it", "mark alone"],
)
def test_an_office_file_that_does_not_open_or_swells_is_refused(content: bytes) -> None:
    with pytest.raises(AttachmentBroken):
        said(content)


def test_one_body_under_many_names_is_refused() -> None:
    out = io.BytesIO(SAMPLES[K.docx])
    with zipfile.ZipFile(out, "a") as file:
        twin = file.infolist()[0]
        file.filelist.append(twin)
        file._didModify = True
    with pytest.raises(AttachmentBroken):
        said(out.getvalue())


@pytest.mark.parametrize(
    ("given", "kind", "name"),
    [
        ("报告.pdf", K.pdf, "报告.pdf"),
        ("报告.PDF", K.pdf, "报告.PDF"),
        ("photo.JPEG", K.jpeg, "photo.JPEG"),
        ("photo.png", K.jpeg, "photo.jpg"),
        ("setup.exe", K.pdf, "setup.pdf"),
        ("../../etc/passwd", K.pdf, "passwd.pdf"),
        ("C:\\Users\\王\\材料.docx", K.docx, "材料.docx"),
        ("a/", K.png, "png.png"),
        ("...", K.png, "png.png"),
        ("", K.webp, "webp.webp"),
        ('a"; filename="b.html', K.pdf, "a_; filename=_b.pdf"),
        ("空\u200b白.pdf", K.pdf, "空白.pdf"),
        ("长" * 300 + ".pdf", K.pdf, "长" * 120 + ".pdf"),
    ],
)
def test_a_name_has_no_path_and_the_ending_of_its_content(given: str, kind: FileKind, name: str) -> None:
    assert named(given, kind) == name


def test_a_name_that_reads_backwards_is_refused() -> None:
    with pytest.raises(CharacterRefused):
        named("invoice\u202efdp.exe", K.pdf)


def test_a_thing_carries_so_many_files_and_each_once() -> None:
    attached = [str(number) for number in range(MOST_FILES[Holder.need])]
    check_attachable(Holder.need, "new", attached[1:])
    with pytest.raises(TooManyAttachments):
        check_attachable(Holder.need, "new", attached)
    with pytest.raises(AttachedAlready):
        check_attachable(Holder.need, "0", attached)


@pytest.mark.parametrize("evil", EVIL, ids=lambda evil: evil.name)
def test_what_would_harm_a_reader_of_tables_is_refused_or_kept_unread(evil: Evil) -> None:
    content = evil.make()
    tracemalloc.start()
    with suppress(DomainError):
        said(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(content) + 8 * 2**20  # its own bytes lie in memory here
