"""What is printed for a wave, as PDF: the poster of an open link, cards with links, numbered questionnaires."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import segno

from app.core.days.calendar import SHANGHAI
from app.papers.blocks import DEMONSTRATION
from app.papers.pdf import typeset
from app.surveys.questionnaires.definition import Label, Question, SurveyDefinition
from app.surveys.questionnaires.expressions import parse
from app.surveys.questionnaires.sentences import condition

TEMPLATE = Path(__file__).with_name("handouts.typ")
ASKED = {
    "multi": "可多选 / choose any",
    "ranking": "请在方框内填 1、2、3… / number the boxes",
    "number": "请填数字 / a number",
    "date": "年-月-日 / YYYY-MM-DD",
}


@dataclass(frozen=True)
class Asking:
    """What every handout says: what is asked, by whom, until when, and on which day it is printed."""

    definition: SurveyDefinition
    asked_by: Label
    closes_at: datetime | None
    demonstration: bool
    printed_on: date


def poster(asking: Asking, place: Sequence[str], address: str) -> bytes:
    """One A4 page to hang up: community, title, who asks and why, the QR code of the open link, until when."""
    return _typeset(asking, "poster", place=list(place), address=address, qr=qr_svg(address))


def link_cards(asking: Asking, place: Sequence[str], addresses: Sequence[str]) -> bytes:
    """Cards to cut out, eight to a page, one per address: each is good for one answer."""
    cards = [{"address": address, "qr": qr_svg(address)} for address in addresses]
    return _typeset(asking, "cards", place=list(place), cards=cards)


def paper_sheets(asking: Asking, sheets: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """One questionnaire per (serial, place); the QR code holds the serial, to be scanned when it is keyed in."""
    numbered = [{"serial": serial, "place": list(place), "qr": qr_svg(serial)} for serial, place in sheets]
    questions = list(_questions(asking.definition))
    return _typeset(asking, "sheets", questions=questions, sheets=numbered)


def _typeset(asking: Asking, kind: str, **contents: Any) -> bytes:
    definition = asking.definition
    told = {
        "kind": kind,
        "title": definition.title.model_dump(),
        "intro": definition.intro.model_dump() if definition.intro else None,
        "asked_by": asking.asked_by.model_dump(),
        "minutes": definition.minutes(),
        "closes": end_text(asking.closes_at) if asking.closes_at else "",
        "mark": DEMONSTRATION if asking.demonstration else "",
    }
    return typeset(TEMPLATE, told | contents, asking.printed_on)


def end_text(end: datetime) -> str:
    """The moment at which something ends; one that ends at midnight ends at 24:00 of the day before."""
    local = end.astimezone(SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        day = local - timedelta(days=1)
        return f"{day.year}年{day.month}月{day.day}日 24:00"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def qr_svg(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", scale=3, border=2, xmldecl=False, nl=False)
    return drawn.getvalue().decode()


def _questions(definition: SurveyDefinition) -> Iterator[dict[str, Any]]:
    for question in definition.questions:
        yield {
            "number": definition.number(question.name),
            "label": question.label.model_dump(),
            "required": question.required,
            "hint": "；".join(_hints(definition, question)),
            "kind": _kind(definition, question),
            "options": [option.label.model_dump() for option in definition.options_of(question)],
            "rows": [row.label.model_dump() for row in question.rows],
        }


def _hints(definition: SurveyDefinition, question: Question) -> Iterator[str]:
    if question.shown_if:
        yield f"{condition(parse(question.shown_if), definition, 'zh')}的，请答本题"
    if question.hint:
        yield question.hint.zh
    if "多选" in question.label.zh:
        return  # the question says it itself
    if question.max_select:
        yield f"最多选 {question.max_select} 项"
    elif question.type in ASKED:
        yield ASKED[question.type]


def _kind(definition: SurveyDefinition, question: Question) -> str:
    """How it is answered on paper: "matrix", "boxes", "lines" (words), "line" (a number or a day), "note"."""
    if question.type in ("note", "rating_matrix"):
        return "note" if question.type == "note" else "matrix"
    if definition.options_of(question):
        return "boxes"
    return "lines" if question.type == "open" else "line"
