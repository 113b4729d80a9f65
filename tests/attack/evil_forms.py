"""XLSForm workbooks that are meant to harm whoever reads them."""

import io
from collections.abc import Sequence

import xlsxwriter

from tests.attack.evil_workbooks import (
    SMALL,
    altered,
    book,
    cell,
    evil,
    packed,
    parts_of,
    row,
    several,
    sheet_of,
    workbook_xml,
)

HEADER = ["type", "name", "label", "relevant", "constraint", "calculation", "choice_filter"]
CHOICES = ["list_name", "name", "label"]
Rows = Sequence[Sequence[object]]


def form(
    survey: Rows, choices: Rows = (), header: Sequence[str] = HEADER, settings: Rows = (["form_title"], ["甲"])
) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as workbook:
        for name, rows in (("survey", [header, *survey]), ("choices", [CHOICES, *choices]), ("settings", settings)):
            sheet = workbook.add_worksheet(name)
            for number, line in enumerate(rows):
                sheet.write_row(number, 0, line)
    return out.getvalue()


def question(
    name: str, relevant: str = "", constraint: str = "", calculation: str = "", kind: str = "text"
) -> list[str]:
    return [kind, name, "问", relevant, constraint, calculation]


SELF = [question("a", "${a} = '1'")]
CYCLE = [question("a", "${b} = '1'"), question("b", "${a} = '1'")]
several(
    "form",
    "RowsRefused",
    {
        "that_asks_itself": form(SELF),
        "that_goes_round": form(CYCLE),
        "with_deep_brackets": form([question("a", constraint="(" * 10_000 + ". > 1" + ")" * 10_000)]),
        "with_a_long_chain": form([question("a", constraint=" and ".join([". > 1"] * 3_000))]),
        "with_groups_in_groups": form([["begin group", f"g{n}", "组"] for n in range(900)]),
        "with_groups_closed_too_often": form([question("a"), *([["end group"]] * 1_000)]),
        "that_repeats": form([["begin repeat", "r", "复"], question("a"), ["end repeat"]]),
        "with_a_list_of_elsewhere": form([["select_one_from_file http://127.0.0.1:1/x.csv", "a", "问"]]),
        "with_data_of_elsewhere": form([question("a", calculation="pulldata('x','y','z','1')", kind="calculate")]),
        "with_names_of_objects": form(
            [question("__proto__"), question("constructor"), question("../a"), question("a b")]
        ),
        "with_one_name_often": form([question("a")] * 1_000),
        "of_one_thousand_faults": form([["image", f"n{n}", ""] for n in range(1_000)]),
        "without_sheets_of_that_name": altered(
            {"xl/workbook.xml": workbook_xml('<sheet name="survey" sheetId="1" r:id="rId1"/>')}
        ),
    },
    kind="xlsform",
)
several(
    "form",
    "XlsformPartly",
    {
        "with_a_hard_pattern": form([question("a", constraint="regex(., '^(a+)+$')")]),
        "with_columns_nobody_knows": form(
            [["text", "a", "问", *["x"] * 300]], header=[*HEADER[:3], *(f"x{n}" for n in range(300))]
        ),
        "in_a_hundred_languages": form(
            [["text", "a", *["问"] * 100]], header=["type", "name", *(f"label::l{n}" for n in range(100))]
        ),
        "with_many_settings": form([question("a")], settings=([f"s{n}" for n in range(400)], ["x"] * 400)),
        "with_markup": form([["text", "a", "<script>alert(1)</script> ${a} {{7*7}} &a;"], ["note", "b", "]]><x/>"]]),
    },
    kind="xlsform",
)
several(
    "no_form",
    "FileUnreadable",
    {
        "nothing": b"",
        "a_list_of_commas": b"type,name\ntext,a\n",
        "the_mark_of_xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000,
        "cut_in_the_middle": form([question("a")])[:3000],
    },
    kind="xlsform",
)


@evil("FileTooManyRows", kind="xlsform")
def a_form_of_ten_thousand_choices() -> bytes:
    return form([["select_one l", "a", "问"]], [["l", f"c{n}", "选"] for n in range(10_000)])


@evil("FileTooManyRows", kind="xlsform")
def a_form_of_six_thousand_questions() -> bytes:
    return form([question(f"q{n}", f"${{q{n - 1}}} = '1'" if n else "") for n in range(6_000)])


@evil("FileCellTooLong", kind="xlsform")
def a_form_with_a_label_longer_than_excel_allows() -> bytes:
    label = b'<c r="C2" t="inlineStr"><is><t>' + b"a" * 40_000 + b"</t></is></c>"
    titles = b"".join(f'<c t="inlineStr"><is><t>{title}</t></is></c>'.encode() for title in ("type", "name", "label"))
    return book(b'<row r="1">' + titles + b"</row>", b'<row r="2">' + label + b"</row>")


@evil("either", kind="xlsform")
def a_form_with_a_cell_in_the_last_corner() -> bytes:
    return book(SMALL, row(cell("XFD1048576"), number=1048576))


@evil("either", kind="xlsform")
def a_form_with_a_header_of_16384_columns() -> bytes:
    return book(b'<row r="1">' + b'<c t="inlineStr"><is><t>label</t></is></c>' * 16_384 + b"</row>")


@evil("either", kind="xlsform")
def a_form_of_laughs() -> bytes:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
    sheet = b"".join(sheet_of(SMALL)).replace(b"id", b"&l9;")
    return packed(parts_of(sheet.replace(b"?>", b'?><!DOCTYPE s [<!ENTITY l0 "lol">' + laughs + b"]>", 1)))


@evil("FileUnpacksTooLarge", kind="xlsform")
def a_form_that_unpacks_to_sixty_megabytes() -> bytes:
    return altered({"xl/media/a.bin": b"\0" * (60 * 1024 * 1024)})


@evil("either", kind="xlsform")
def a_form_of_many_questions_that_name_each_other() -> bytes:
    return form(
        [question(f"q{n}", " and ".join(f"${{q{m}}} = '1'" for m in range(max(0, n - 10), n))) for n in range(1_500)]
    )
