"""Setting a paper as a Word file, in the type that Chinese office software has: headings 黑体, text 仿宋."""

import io
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from app.core.days.calendar import SHANGHAI
from app.papers.blocks import DEMONSTRATION, Block, Fields, Grid, Heading, Paper, Paragraph, Signatures

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT_TYPE, HEADING_TYPE = "FangSong", "SimHei"
PROPERTY = 255  # characters that a property of a Word file may have
LINE_MM = 156  # width of the text area, GB/T 9704-2012
RED = RGBColor(0xB4, 0x23, 0x18)


def word(paper: Paper) -> bytes:
    """The paper as .docx; the same paper gives the same contents."""
    document = docx.Document()
    _page(document, paper)
    _line(document, f"编号：{paper.number}", align=WD_ALIGN_PARAGRAPH.RIGHT)
    title = _line(document, "", align=WD_ALIGN_PARAGRAPH.CENTER)
    title.style = document.styles["Title"]
    for number, text in enumerate(paper.title):
        run = title.add_run(text)
        if number < len(paper.title) - 1:
            run.add_break()
    for block in paper.blocks:
        SETTERS[type(block)](document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any, paper: Paper) -> None:
    made_at = datetime.combine(paper.made_on, time.min, SHANGHAI)
    facts = document.core_properties
    facts.title, facts.author, facts.language = "".join(paper.title)[:PROPERTY], "", "zh-CN"
    facts.created = facts.modified = made_at
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(30), Mm(27), Mm(28), Mm(26)
    _type(document.styles["Normal"], TEXT_TYPE, 12)
    document.styles["Normal"].paragraph_format.line_spacing = 1.4
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    _type(document.styles["Title"], HEADING_TYPE, 22)
    _type(document.styles["Heading 1"], HEADING_TYPE, 13)
    _plain_title(document.styles["Title"])
    _numbered(page.footer.paragraphs[0])
    if paper.demonstration:
        mark = page.header.paragraphs[0]
        mark.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        mark.add_run(DEMONSTRATION).font.color.rgb = RED


def _type(style: Any, family: str, size: float) -> None:
    """Latin and Chinese letters of a style have separate type in Word."""
    style.font.name, style.font.size, style.font.color.rgb = family, Pt(size), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    fonts.set(qn("w:eastAsia"), family)


def _plain_title(style: Any) -> None:
    """Word underlines titles by default; an official paper does not."""
    paragraph = style.element.get_or_add_pPr()
    for border in paragraph.findall(qn("w:pBdr")):
        paragraph.remove(border)
    style.font.bold = True
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(18)


def _numbered(footer: Any) -> None:
    """— 1 —, the page number's form in official documents."""
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run("— ")
    for kind in ("begin", None, "end"):
        run = footer.add_run()
        if kind is None:
            run._r.append(_element("w:instrText", text="PAGE"))
        else:
            run._r.append(_element("w:fldChar", fldCharType=kind))
    footer.add_run(" —")


def _element(name: str, text: str | None = None, **attributes: str) -> Any:
    element = OxmlElement(name)
    element.text = text
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _line(place: Any, text: str, *, align: Any = None, bold: bool = False, size: float | None = None) -> Any:
    line = place.add_paragraph()
    line.alignment = align
    run = line.add_run(text)
    run.bold = bold or None
    if size:
        run.font.size = Pt(size)
    return line


def _paragraph(document: Any, block: Paragraph) -> None:
    line = _line(document, block.text, align=WD_ALIGN_PARAGRAPH.JUSTIFY)
    line.paragraph_format.first_line_indent = Pt(24)


def _heading(document: Any, block: Heading) -> None:
    line = document.add_heading(block.text, level=1)
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(12), Pt(4)


def _fields(document: Any, block: Fields) -> None:
    for label, value in block.rows:
        line = _line(document, f"{label}：\t{value}")
        line.paragraph_format.tab_stops.add_tab_stop(Mm(42))
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Mm(42), Mm(-42)


def _grid(document: Any, block: Grid) -> None:
    table = document.add_table(rows=0, cols=len(block.header), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for number, row in enumerate((block.header, *block.rows)):
        cells = table.add_row().cells
        for column, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.width = Mm(LINE_MM * block.widths[column] / sum(block.widths))
            _cell(cell, text, is_number=column in block.numbers, is_header=number == 0)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    _line(document, "", size=4)


def _cell(cell: Any, text: str, *, is_number: bool, is_header: bool) -> None:
    line = cell.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT if is_number else WD_ALIGN_PARAGRAPH.LEFT
    line.paragraph_format.line_spacing = 1.15
    run = line.add_run(text)
    run.bold, run.font.size = is_header or None, Pt(10.5)


def _signatures(document: Any, block: Signatures) -> None:
    _line(document, "")
    is_alone = len(block.blocks) == 1
    table = document.add_table(rows=1, cols=2)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    for cell, side in zip(table.rows[0].cells[1:] if is_alone else table.rows[0].cells, block.blocks, strict=True):
        cell.paragraphs[0].add_run(f"{side.side}：").bold = True
        _line(cell, side.name)
        if is_alone:
            _line(cell, "\n" + side.signed)
            continue
        _line(cell, "\n授权代表（签字）：")
        _line(cell, "日　　期：　　　年　　月　　日")
        _line(cell, side.signed, size=9)


SETTERS: dict[type[Block], Callable[[Any, Any], None]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    Fields: _fields,
    Grid: _grid,
    Signatures: _signatures,
}
