"""Workbooks that are meant to harm whoever opens them, and the tools by which evil files are built and entered."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

MB = 1024 * 1024
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = b'<?xml version="1.0" encoding="UTF-8"?>'
SMALL = b'<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'


@dataclass(frozen=True)
class Evil:
    name: str
    kind: str
    expected: str
    make: Callable[[], bytes]


EVIL: list[Evil] = []
Part = bytes | Iterable[bytes]


def evil(
    expected: str, *, kind: str = "table", ending: str = "xlsx"
) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Enters the function that builds a file, under its own name."""

    def enter(make: Callable[[], bytes]) -> Callable[[], bytes]:
        EVIL.append(Evil(f"{make.__name__}.{ending}", kind, expected, make))
        return make

    return enter


def several(
    stem: str, expected: str, contents: Mapping[str, bytes], *, kind: str = "table", ending: str = "xlsx"
) -> None:
    """Enters small files that need no building."""
    for name, content in contents.items():
        EVIL.append(Evil(f"{stem}_{name}.{ending}", kind, expected, lambda content=content: content))  # type: ignore[misc]


# Workbooks, part by part


def packed(parts: Mapping[str, Part], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=1) as archive:
        for name, part in parts.items():
            with archive.open(name, "w") as entry:
                for chunk in [part] if isinstance(part, bytes) else part:
                    entry.write(chunk)
    return out.getvalue()


def parts_of(sheet: Part, more: Mapping[str, Part] | None = None) -> dict[str, Part]:
    """What a workbook of one sheet consists of."""
    return {
        "[Content_Types].xml": XML
        + f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/></Types>'.encode(),
        "_rels/.rels": XML
        + f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": XML
        + f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": XML
        + f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId3" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": sheet,
        **(more or {}),
    }


def sheet_of(*rows: Part, before: bytes = b"", after: bytes = b"") -> Iterable[bytes]:
    yield XML + f'<worksheet xmlns="{MAIN}">'.encode() + before + b"<sheetData>"
    for row in rows:
        if isinstance(row, bytes):
            yield row
        else:
            yield from row
    yield b"</sheetData>" + after + b"</worksheet>"


def book(*rows: Part, before: bytes = b"", after: bytes = b"", more: Mapping[str, Part] | None = None) -> bytes:
    return packed(parts_of(sheet_of(*rows, before=before, after=after), more))


def cell(at: str, value: bytes = b"1", kind: str = "n") -> bytes:
    return f'<c r="{at}" t="{kind}"><v>'.encode() + value + b"</v></c>"


def row(*cells: bytes, number: int = 2) -> bytes:
    return f'<row r="{number}">'.encode() + b"".join(cells) + b"</row>"


def shared(strings: Part, attributes: str = "") -> dict[str, Part]:
    head = XML + f'<sst xmlns="{MAIN}" {attributes}>'.encode()
    return {"xl/sharedStrings.xml": head + (strings if isinstance(strings, bytes) else b"".join(strings)) + b"</sst>"}


def repeated(chunk: bytes, size: int) -> Iterable[bytes]:
    """The chunk over and over, about `size` bytes."""
    block = chunk * (MB // len(chunk))
    for _ in range(size // len(block)):
        yield block


# Too far, too wide, too many


@evil("FileTooManyRows")
def the_last_cell_of_excel() -> bytes:
    return book(SMALL, row(cell("XFD1048576"), number=1048576))


@evil("FileTooManyRows")
def a_thousand_columns_down_to_row_60000() -> bytes:
    return book(SMALL, row(cell("ALL60000"), number=60000))


@evil("FileUnpacksTooLarge")
def one_cell_of_150_mb() -> bytes:
    return book(
        SMALL, b'<row r="2"><c r="A2" t="inlineStr"><is><t>', repeated(b"a" * 1024, 150 * MB), b"</t></is></c></row>"
    )


@evil("FileUnpacksTooLarge")
def twelve_million_cells() -> bytes:
    return book(SMALL, b"<row>", repeated(b"<c><v>1</v></c>", 12_000_000 * 15), b"</row>")


@evil("FileTooManyColumns")
def a_cell_in_the_last_column() -> bytes:
    return book(SMALL, row(cell("XFD2")))


@evil("FileTooManyRows")
def a_cell_in_the_last_row() -> bytes:
    return book(SMALL, row(cell("A1048576"), number=1048576))


@evil("FileTooManyCells")
def two_cells_with_twenty_million_between_them() -> bytes:
    return book(SMALL, row(cell("SF40000"), number=40000))


@evil("FileTooManyColumns")
def a_full_row_of_16384_columns() -> bytes:
    return book(b'<row r="1">' + b"<c><v>1</v></c>" * 16384 + b"</row>")


@evil("FileTooManyColumns")
def a_million_cells_without_reference_in_one_row() -> bytes:
    return book(b'<row r="1">' + b"<c><v>1</v></c>" * 650_000 + b"</row>")


@evil("FileTooManyCells")
def a_million_and_more_filled_cells() -> bytes:
    dice = random.Random(1)
    rows = (
        b"<row>" + b"".join(b"<c><v>%d</v></c>" % dice.getrandbits(20) for _ in range(30)) + b"</row>"
        for _ in range(36_000)
    )
    return book(rows)


@evil("read")
def a_million_empty_rows() -> bytes:
    return book(SMALL, b"<row/>" * 1_048_575)


@evil("read")
def borders_down_to_the_last_row_and_nothing_in_them() -> bytes:
    return book(SMALL, b"".join(b'<row r="%d"><c r="XFD%d" s="0"/></row>' % (n, n) for n in range(1000, 1048577, 1000)))


@evil("RowsRefused")
def everything_merged() -> bytes:
    return book(SMALL, after=b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')


@evil("RowsRefused")
def a_hundred_thousand_merged_ranges() -> bytes:
    return book(SMALL, after=b"<mergeCells>" + b'<mergeCell ref="A1:B2"/>' * 100_000 + b"</mergeCells>")


@evil("read")
def a_dimension_that_claims_everything() -> bytes:
    return book(SMALL, before=b'<dimension ref="A1:XFD1048576"/>')


@evil("either")
def a_row_number_beyond_all_numbers() -> bytes:
    return book(SMALL, b'<row r="99999999999999999999"><c r="A99999999999999999999"><v>1</v></c></row>')


@evil("either")
def cells_at_places_that_do_not_exist() -> bytes:
    return book(SMALL, row(cell("A0"), cell("ZZZZZZZ1"), cell("1A"), cell(""), cell("一1")))


@evil("FileCellTooLong")
def a_cell_longer_than_excel_allows() -> bytes:
    return book(SMALL, b'<row r="2"><c r="A2" t="inlineStr"><is><t>' + b"a" * 40_000 + b"</t></is></c></row>")


@evil("FileRowTooLong")
def a_row_of_long_cells() -> bytes:
    long = b'<c t="inlineStr"><is><t>' + b"a" * 30_000 + b"</t></is></c>"
    return book(b'<row r="1">' + long * 100 + b"</row>")


@evil("FileTooHeavy")
def one_long_shared_text_in_every_cell() -> bytes:
    rows = b"".join(b"<row>" + b'<c t="s"><v>0</v></c>' * 20 + b"</row>" for _ in range(5000))
    return book(rows, more=shared(b"<si><t>" + b"a" * 32_000 + b"</t></si>"))


@evil("FileTextTooLong")
def a_shared_text_in_a_thousand_rows() -> bytes:
    rows = b"".join(b'<row><c t="s"><v>0</v></c></row>' for _ in range(1000))
    return book(rows, more=shared(b"<si><t>" + b"a" * 32_000 + b"</t></si>"))


@evil("either")
def shared_texts_that_claim_to_be_four_milliards() -> bytes:
    return book(SMALL, more=shared(b"<si><t>a</t></si>", 'count="4294967295" uniqueCount="4294967295"'))


@evil("either")
def a_shared_text_that_is_not_there() -> bytes:
    return book(SMALL, row(cell("A2", b"4294967295", "s"), cell("B2", b"-1", "s"), cell("C2", b"x", "s")))


@evil("read")
def two_million_empty_shared_texts() -> bytes:
    return book(SMALL, more=shared(b"<si><t/></si>" * 700_000))


@evil("either")
def a_hundred_thousand_styles() -> bytes:
    styles = (
        XML
        + f'<styleSheet xmlns="{MAIN}"><cellXfs>'.encode()
        + b'<xf numFmtId="14"/>' * 400_000
        + b"</cellXfs></styleSheet>"
    )
    return book(SMALL, more={"xl/styles.xml": styles})


@evil("either")
def a_number_format_of_five_megabytes() -> bytes:
    code = b"[" * (5 * MB)
    styles = (
        XML
        + f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="200" formatCode="'.encode()
        + code
        + b'"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'
    )
    return book(SMALL, b'<row r="2"><c r="A2" s="0"><v>1</v></c></row>', more={"xl/styles.xml": styles})


@evil("either")
def days_outside_every_calendar() -> bytes:
    styles = XML + f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'.encode()
    days = (b"1e308", b"-1e308", b"-1", b"2958466", b"99999999999", b"1e-320", b"60")
    cells = b"".join(b'<c s="0"><v>' + day + b"</v></c>" for day in days)
    return book(SMALL, b'<row r="2">' + cells + b"</row>", more={"xl/styles.xml": styles})


@evil("either")
def numbers_that_are_none() -> bytes:
    values = (b"1e400", b"NaN", b"inf", b"0x10", b"1" * 5000, b"--1", b"")
    return book(SMALL, row(*(b"<c><v>" + value + b"</v></c>" for value in values)))


@evil("either")
def formulas_that_would_run_programs() -> bytes:
    return book(
        SMALL,
        b'<row r="2"><c r="A2"><f>cmd|\'/c calc\'!A1</f><v>1</v></c>'
        b'<c r="B2"><f>WEBSERVICE("http://evil.example")</f><v>2</v></c></row>',
    )


@evil("either")
def a_formula_of_a_megabyte() -> bytes:
    return book(SMALL, b'<row r="2"><c r="A2"><f>' + b"(" * MB + b"</f><v>1</v></c></row>")


@evil("either")
def shared_formulas_over_everything() -> bytes:
    return book(SMALL, b'<row r="2"><c r="A2"><f t="shared" ref="A2:XFD1048576" si="0">A1+1</f><v>1</v></c></row>')


@evil("RowsRefused")
def errors_and_truths_in_cells() -> bytes:
    return book(SMALL, row(cell("A2", b"#DIV/0!", "e"), cell("B2", b"1", "b"), cell("C2", b"#REF!", "e")))


# XML


def texts(inner: bytes, head: bytes = b"") -> bytes:
    """A workbook whose one shared text is `inner`."""
    sst = XML + head + f'<sst xmlns="{MAIN}"><si><t>'.encode() + inner + b"</t></si></sst>"
    return book(SMALL, row(cell("A2", b"0", "s")), more={"xl/sharedStrings.xml": sst})


@evil("either")
def billion_laughs_in_the_texts() -> bytes:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
    return texts(b"&l9;", b'<!DOCTYPE s [<!ENTITY l0 "lol">' + laughs + b"]>")


@evil("either")
def billion_laughs_in_the_sheet() -> bytes:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
    head = XML + b'<!DOCTYPE s [<!ENTITY l0 "lol">' + laughs + b"]>"
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'.encode()
    return packed(parts_of(head + sheet + b"&l9;</t></is></c></row></sheetData></worksheet>"))


@evil("either")
def one_long_entity_named_often() -> bytes:
    return texts(b"&a;" * 10_000, b'<!DOCTYPE s [<!ENTITY a "' + b"a" * 100_000 + b'">]>')


several(
    "entity",
    "either",
    {
        "of_a_file": texts(b"&f;", b'<!DOCTYPE s [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
        "of_a_network": texts(b"&f;", b'<!DOCTYPE s [<!ENTITY f SYSTEM "http://127.0.0.1:1/">]>'),
        "of_a_device": texts(b"&f;", b'<!DOCTYPE s [<!ENTITY f SYSTEM "file:///dev/zero">]>'),
        "of_a_parameter": texts(b"a", b'<!DOCTYPE s [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]>'),
        "of_itself": texts(b"&a;", b'<!DOCTYPE s [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'),
    },
)
several(
    "text",
    "either",
    {
        "with_nul": texts(b"a&#0;b"),
        "with_escaped_nul": texts(b"a_x0000_b"),
        "with_half_a_surrogate": texts(b"a&#xD800;b"),
        "with_escaped_surrogate": texts(b"a_xD800_b"),
        "with_a_number_beyond_unicode": texts(b"&#x110000;"),
        "with_control_characters": texts(b"a&#1;&#27;[2Jb"),
        "of_no_encoding": texts(b"\xff\xfe\xc3\x28"),
        "turned_round": texts("\u202eabc\u2066".encode()),
        "with_an_open_entity": texts(b"&" * 100_000),
    },
)


@evil("either")
def a_sheet_in_utf_16() -> bytes:
    sheet = b"".join(sheet_of(SMALL)).decode().replace("UTF-8", "UTF-16")
    return packed(parts_of(sheet.encode("utf-16")))


@evil("either")
def a_sheet_that_lies_about_its_encoding() -> bytes:
    head = f'<?xml version="1.0" encoding="utf-7"?><worksheet xmlns="{MAIN}"><sheetData>'.encode()
    return packed(parts_of(head + b"+ADw-script+AD4-" + SMALL + b"</sheetData></worksheet>"))


@evil("either")
def a_million_open_elements() -> bytes:
    return book(SMALL, b"<a>" * 1_000_000)


@evil("either")
def an_element_of_a_million_attributes() -> bytes:
    return book(SMALL, b"<c " + b" ".join(b'a%d="1"' % n for n in range(500_000)) + b"/>")


@evil("either")
def a_cell_that_repeats_its_reference() -> bytes:
    return book(SMALL, b"<row><c " + b'r="A1" ' * 30_000 + b"<")


@evil("either")
def an_attribute_of_ten_megabytes() -> bytes:
    return book(SMALL, b'<row r="' + b"1" * (9 * MB) + b'"/>')


@evil("either")
def a_comment_that_never_ends() -> bytes:
    return book(SMALL, b"<!--" + b"-" * (5 * MB))


@evil("FileUnpacksTooLarge")
def a_text_marked_as_unparsed_of_ninety_megabytes() -> bytes:
    return book(SMALL, b"<![CDATA[", repeated(b"]" * 1024, 90 * MB), b"]]>")


@evil("either")
def a_sheet_that_breaks_off() -> bytes:
    return packed(parts_of(b"".join(sheet_of(SMALL))[:-30]))


@evil("either")
def a_sheet_without_anything() -> bytes:
    return packed(parts_of(b""))


# The workbook around the sheet


def altered(changes: Mapping[str, Part | None]) -> bytes:
    """A sound workbook with parts exchanged, added or (None) left out."""
    parts: dict[str, Part | None] = {**parts_of(b"".join(sheet_of(SMALL))), **changes}
    return packed({name: part for name, part in parts.items() if part is not None})


def workbook_xml(sheets: str) -> bytes:
    return XML + f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'.encode()


def links_xml(links: str) -> bytes:
    return XML + f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'.encode()


def link(target: str, kind: str = "worksheet", more: str = "") -> str:
    return f'<Relationship Id="rId1" Type="{RELATIONS}/{kind}" Target="{target}" {more}/>'


LINKS = "xl/_rels/workbook.xml.rels"
several(
    "workbook",
    "either",
    {
        "without_sheets": altered({"xl/workbook.xml": workbook_xml("")}),
        "without_a_workbook": altered({"xl/workbook.xml": None}),
        "without_links": altered({LINKS: None}),
        "without_its_sheet": altered({"xl/worksheets/sheet1.xml": None}),
        "without_content_types": altered({"[Content_Types].xml": None}),
        "linked_to_itself": altered({LINKS: links_xml(link("workbook.xml"))}),
        "linked_outside": altered({LINKS: links_xml(link("http://127.0.0.1:1/x.xml", more='TargetMode="External"'))}),
        "linked_to_a_file": altered({LINKS: links_xml(link("/etc/passwd"))}),
        "linked_upwards": altered({LINKS: links_xml(link("../../../../etc/passwd"))}),
        "of_a_chart": altered({LINKS: links_xml(link("worksheets/sheet1.xml", "chartsheet"))}),
        "of_twenty_thousand_sheets": altered(
            {
                "xl/workbook.xml": workbook_xml(
                    "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId1"/>' for n in range(20_000))
                )
            }
        ),
        "of_a_long_name": altered(
            {"xl/workbook.xml": workbook_xml(f'<sheet name="{"a" * MB}" sheetId="1" r:id="rId1"/>')}
        ),
        "with_a_macro": altered({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5000}),
    },
)


# Archives


@evil("either")
def an_archive_with_names_that_climb() -> bytes:
    return altered({"../../../../tmp/evil": b"1", "/etc/evil": b"1", "..\\..\\evil": b"1", "C:\\evil": b"1"})


@evil("either")
def an_archive_in_an_archive_in_an_archive() -> bytes:
    inner = b"0" * (9 * MB)
    for depth in range(8):
        inner = packed({f"{depth}.zip": inner})
    return altered({"xl/embeddings/inner.zip": inner})


@evil("FileTooManyParts")
def an_archive_of_65000_files() -> bytes:
    out = io.BytesIO(packed(parts_of(b"".join(sheet_of(SMALL)))))
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(65_000):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    return out.getvalue()


@evil("FileUnreadable")
def an_archive_whose_files_overlap() -> bytes:
    """Many entries of the directory, one body (after D. Fifield, A better zip bomb, WOOT 2019)."""
    content = packed({"0": repeated(b"\0" * 1024, 9 * MB)})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (entry,) = archive.infolist()
    end = content.rfind(b"PK\x01\x02")
    body, record = content[:end], content[end : content.rfind(b"PK\x05\x06")]
    count = 200
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(record) * count, len(body), 0)
    assert entry.header_offset == 0
    return body + record * count + tail


@evil("FileUnreadable")
def an_archive_that_says_it_is_small() -> bytes:
    content = bytearray(altered({"xl/media/a.bin": repeated(b"\0" * 1024, 50 * MB)}))
    at = content.rfind(b"xl/media/a.bin") - 46
    content[at + 24 : at + 28] = struct.pack("<L", 10)
    return bytes(content)


@evil("either")
def an_archive_that_says_it_is_huge() -> bytes:
    content = bytearray(altered({"xl/media/a.bin": b"a"}))
    at = content.rfind(b"xl/media/a.bin") - 46
    content[at + 20 : at + 28] = struct.pack("<LL", 0xFFFFFFFE, 0xFFFFFFFE)
    return bytes(content)


@evil("FileUnreadable")
def an_archive_with_wrong_sums() -> bytes:
    content = bytearray(altered({"xl/media/a.bin": b"a" * 100}))
    at = content.rfind(b"xl/media/a.bin") - 46
    content[at + 16 : at + 20] = b"\0\0\0\0"
    return bytes(content)


@evil("FileUnreadable")
def an_encrypted_archive() -> bytes:
    content = bytearray(altered({}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


@evil("FileUnreadable")
def an_archive_packed_in_an_unknown_way() -> bytes:
    content = bytearray(altered({}))
    at = content.find(b"PK\x01\x02")
    content[at + 10 : at + 12] = struct.pack("<H", 99)
    return bytes(content)


@evil("FileUnpacksTooLarge")
def an_archive_packed_with_lzma() -> bytes:
    return packed(parts_of(sheet_of(SMALL, repeated(b" " * 1024, 40 * MB))), zipfile.ZIP_LZMA)


@evil("FileUnpacksTooLarge")
def an_archive_packed_with_bzip2() -> bytes:
    return packed(parts_of(sheet_of(SMALL, repeated(b" " * 1024, 20 * MB))), zipfile.ZIP_BZIP2)


@evil("either")
def an_archive_with_two_sheets_of_one_name() -> bytes:
    out = io.BytesIO(packed(parts_of(b"".join(sheet_of(SMALL)))))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        archive.NameToInfo.clear()
        archive.writestr(entry, b"".join(sheet_of(SMALL, row(cell("XFD1048576"), number=1048576))))
    return out.getvalue()


@evil("either")
def an_archive_behind_a_megabyte_of_something_else() -> bytes:
    return b"MZ" + b"\0" * MB + altered({})


@evil("either")
def an_archive_in_zip64_that_lies() -> bytes:
    content = altered({})
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0xFFFFFFFFFFFFFFF0, 1)
    end = bytearray(content[content.rfind(b"PK\x05\x06") :])
    end[8:20] = b"\xff" * 12
    return content[: content.rfind(b"PK\x05\x06")] + locator + bytes(end)


@evil("either")
def an_archive_with_a_long_remark() -> bytes:
    content = altered({})
    return content[:-2] + struct.pack("<H", 65535) + b"PK\x05\x06" * 16383 + b"PKP"


SOUND = altered({})
several(
    "cut",
    "FileUnreadable",
    {f"after_{share}_percent": SOUND[: len(SOUND) * share // 100] for share in (1, 10, 50, 90, 99)},
)
several(
    "no_workbook",
    "FileUnreadable",
    {
        "an_empty_archive": b"PK\x05\x06" + b"\0" * 18,
        "a_picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 5000,
        "packed_otherwise": zlib.compress(b"0" * MB),
        "noise": random.Random(2).randbytes(MB),
        "the_mark_of_xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "xls_with_noise": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(3).randbytes(100_000),
    },
)
several(
    "no_workbook",
    "FileEmpty",
    {
        "nothing": b"",
    },
)
several(
    "no_workbook",
    "read",
    {
        "one_byte": b"P",
        "two_letters": b"PK",
        "a_list_of_commas": b"id,title\n1,2\n",
    },
)
several(
    "no_workbook",
    "FileOfOtherKind",
    {
        "a_page": b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        "a_paper": b"%PDF-1.7\n" + b"0" * 5000,
    },
)
several(
    "no_workbook",
    "FileNotUtf8",
    {
        "a_program": b"\x7fELF" + b"\xff" * 5000,
    },
)


# The older .xls, and what else the reader knows by its look


def compound(stream: bytes) -> bytes:
    """A compound file (MS-CFB) that holds the stream `Workbook`."""
    stream = stream.ljust(-(-max(len(stream), 4096) // 512) * 512, b"\0")
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    fat = struct.pack("<128L", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    header = struct.pack(
        "<8s16x5H6x9L",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        0xFFFFFFFE,
        0,
        0xFFFFFFFE,
        0,
    )
    header += struct.pack("<109L", 0, *[0xFFFFFFFF] * 108)

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        return struct.pack("<64sHBBLLL36xLQ", text, len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, start, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    return header + fat + folder.ljust(512, b"\0") + stream


def biff(cells: Sequence[tuple[int, int]]) -> bytes:
    """A workbook of 1997 with a number in each of these cells (row, column)."""
    return biff_of([(0x203, struct.pack("<HHHd", r, c, 0, 1.0)) for r, c in cells])


def biff_of(cells: Sequence[tuple[int, bytes]]) -> bytes:
    """A workbook of 1997 with these records (kind, body) as its cells."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    start = record(0x809, struct.pack("<HHHHLL", 0x600, 5, 0, 0, 0, 0))
    name = struct.pack("<LBBBB", 0, 0, 0, 1, 0) + b"s"
    length = len(start) + len(record(0x85, name)) + 4
    name = struct.pack("<L", length) + name[4:]
    sheet = record(0x809, struct.pack("<HHHHLL", 0x600, 16, 0, 0, 0, 0))
    sheet += b"".join(record(kind, body) for kind, body in cells)
    return start + record(0x85, name) + record(0x0A, b"") + sheet + record(0x0A, b"")


@evil("read", ending="xls")
def an_old_workbook() -> bytes:
    return compound(biff([(0, 0), (1, 0)]))


@evil("FileTooHeavy", ending="xls")
def an_old_workbook_that_reaches_everywhere() -> bytes:
    return compound(biff([(0, 0), (65535, 65535)]))


@evil("FileTooManyRows", ending="xls")
def an_old_workbook_down_to_its_last_row() -> bytes:
    return compound(biff([(0, 0), (65535, 0)]))


def open_document(table: str) -> bytes:
    office, names = (
        "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    )
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{names}"><office:body><office:spreadsheet>'
        f'<table:table table:name="s">{table}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": XML + content.encode(), "META-INF/manifest.xml": XML + b"<m/>"})


@evil("either")
def an_open_document_that_repeats_its_cell() -> bytes:
    one = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
    return open_document(f'<table:table-row table:number-rows-repeated="1048576">{one}</table:table-row>')


@evil("either")
def an_open_document_that_repeats_without_end() -> bytes:
    one = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="4294967295"/>'
    return open_document(f'<table:table-row table:number-rows-repeated="4294967295">{one}</table:table-row>')
