"""Sheets to print from a browser: cards with one-time links, and paper questionnaires with their serial numbers.

HTML, so that every machine sets the Chinese type it has, and the printer dialogue makes the PDF.
"""

from collections.abc import Iterator, Sequence
from html import escape

import segno

from app.surveys.questionnaires.definition import Question, SurveyDefinition

PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 14mm }}
body {{ font: 11pt/1.5 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: #000 }}
.cards {{ display: grid; grid-template-columns: 1fr 1fr; gap: 6mm }}
.card {{ border: 1px dashed #666; padding: 4mm; break-inside: avoid; text-align: center; word-break: break-all }}
.sheet {{ break-after: page }} .head {{ display: flex; justify-content: space-between; gap: 8mm }}
.question {{ break-inside: avoid; margin: 3mm 0 }} .question p {{ margin: 0 }}
.box {{ margin-right: 6mm; white-space: nowrap; display: inline-block }}
.line {{ border-bottom: 1px solid #000; height: 8mm }}
table {{ border-collapse: collapse }} td, th {{ border: 1px solid #666; padding: 1mm 3mm; font-weight: normal }}
small {{ color: #444 }}
</style><body>{body}</body></html>"""
ONCE = "扫码填写，每码限填一次 / Scan to answer; each code is good for one answer"
ASKED = {
    "multi": "可多选 / choose any",
    "ranking": "请在方框内填 1、2、3… / number the boxes",
    "number": "请填数字 / a number",
    "date": "年-月-日 / YYYY-MM-DD",
}


def link_cards(definition: SurveyDefinition, place: Sequence[str], addresses: Sequence[str]) -> str:
    """Cards to cut out, one per address: QR code, title, community, and that each is good for one answer."""
    title = _both(definition.title.zh, definition.title.en)
    cards = "".join(
        f'<div class="card">{qr_svg(address)}<p><b>{title}</b><br>{escape(" · ".join(place))}</p>'
        f"<p><small>{ONCE}<br>{escape(address)}</small></p></div>"
        for address in addresses
    )
    return PAGE.format(title=escape(definition.title.zh), body=f'<div class="cards">{cards}</div>')


def paper_sheets(definition: SurveyDefinition, sheets: Sequence[tuple[str, Sequence[str]]]) -> str:
    """One questionnaire per (serial, place); the QR code holds the serial, to be scanned when it is keyed in."""
    title = _both(definition.title.zh, definition.title.en)
    questions = "".join(_questions(definition))
    body = "".join(
        f'<section class="sheet"><div class="head"><div><h2>{title}</h2><p>{escape(" · ".join(place))}</p></div>'
        f"<div>{qr_svg(serial)}<br><b>{escape(serial)}</b></div></div>{questions}</section>"
        for serial, place in sheets
    )
    return PAGE.format(title=escape(definition.title.zh), body=body)


def qr_svg(text: str) -> str:
    drawn: str = segno.make(text, error="m", micro=False).svg_inline(scale=3, border=2)
    return drawn


def _both(zh: str, en: str) -> str:
    return f"{escape(zh)} <small>{escape(en)}</small>" if en else escape(zh)


def _questions(definition: SurveyDefinition) -> Iterator[str]:
    for question in definition.questions:
        number = definition.number(question.name)
        mark = f"{number}. " if number else ""
        hint = f"（{ASKED[question.type]}）" if question.type in ASKED else ""
        words = f"{mark}{_both(question.label.zh, question.label.en)}{'*' if question.required else ''}{hint}"
        yield f'<div class="question"><p>{words}</p>{_field(definition, question)}</div>'


def _field(definition: SurveyDefinition, question: Question) -> str:
    options = definition.options_of(question)
    if question.type == "note":
        return ""
    if question.type == "rating_matrix":
        head = "".join(f"<th>{escape(option.label.zh)}</th>" for option in options)
        cells = "<td>□</td>" * len(options)
        rows = "".join(f"<tr><th>{_both(row.label.zh, row.label.en)}</th>{cells}</tr>" for row in question.rows)
        return f"<table><tr><th></th>{head}</tr>{rows}</table>"
    if options:
        return "".join(f'<span class="box">□ {_both(o.label.zh, o.label.en)}</span>' for o in options)
    return '<div class="line"></div>'
