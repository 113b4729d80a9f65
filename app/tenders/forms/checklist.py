"""What is missing from a bid before it can be handed in: one list for the screen and for the refusal."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from app.core.errors import DomainError, RowRefused
from app.core.money import Money
from app.core.words import LANGUAGES, place
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.responses.answers import Examined, examine
from app.tenders.forms.application import Application
from app.tenders.forms.definition import ApplicationForm, PartAsked, asks_budget
from app.tenders.forms.rules import BidIncomplete, NotFilledIn, NumberNotPositive, TooFewLines

Path = tuple[str | int, ...]
# What a line of each part must say; a certificate and the people at an activity may be left out.
NEEDED = {
    "targets": ("indicator", "unit", "number"),
    "activities": ("month", "activity", "place"),
    "people_served": ("group_code", "people"),
    "team": ("person", "duty"),
    "budget": ("heading", "detail", "unit_price", "quantity"),
    "cofunding": ("source", "amount"),
    "risks": ("risk", "response"),
}
POSITIVE = {"people_served": "people", "budget": "amount", "cofunding": "amount"}


@dataclass(frozen=True)
class Said:
    """A bid as it would be handed in now."""

    title: str
    amount: Decimal | None
    plan: str
    application: Application


@dataclass(frozen=True)
class HandedIn:
    """What is handed in: with a budget, its sum is the amount. `application` holds what the form asks for."""

    title: str
    amount: Decimal
    plan: str
    application: Application | None

    def sealed(self) -> dict[str, str]:
        """What the receipt's hash covers."""
        said = {"title": self.title, "amount": str(self.amount), "plan": self.plan}
        if self.application is None:
            return said
        return {**said, "application": json.dumps(self.application.document(), ensure_ascii=False, sort_keys=True)}


@dataclass(frozen=True)
class Gap:
    """What keeps a bid from being handed in: where it is, in words of both languages, and why."""

    path: Path
    labels: Mapping[str, str]
    error: DomainError

    @property
    def address(self) -> str:
        """application.budget.0.unit_price"""
        return ".".join(map(str, self.path))

    @property
    def row(self) -> int:
        return next((step + 1 for step in self.path if isinstance(step, int)), 0)


def gaps(form: ApplicationForm | None, said: Said, today: date) -> list[Gap]:
    """Everything that is missing or cannot be taken, in the order of the form."""
    return [*_gaps(form, said, today)]


def check_complete(form: ApplicationForm | None, said: Said, today: date) -> HandedIn:
    """The bid as it is handed in: of what was written, what the form asks for.

    Refusal: BidIncomplete with everything that is missing.
    """
    if found := gaps(form, said, today):
        raise BidIncomplete([RowRefused(gap.row, gap.address, gap.error) for gap in found])
    application = _as_asked(form, said.application, today) if form else None
    amount = application.total() if application and asks_budget(form) else said.amount
    assert amount is not None  # an amount that is missing is a gap
    return HandedIn(said.title, amount, said.plan, application)


def _as_asked(form: ApplicationForm, application: Application, today: date) -> Application:
    parts = {each.part: application.lines(each.part) for each in form.parts}
    return Application(answers=_examined(form, application, today).answers, **parts)


def _gaps(form: ApplicationForm | None, said: Said, today: date) -> Iterator[Gap]:
    if not said.title:
        yield _blank("title")
    if said.amount is None and not asks_budget(form):
        yield _blank("amount")
    if form is not None:
        yield from _answer_gaps(form, said.application, today)
        for asked in form.parts:
            yield from _part_gaps(asked, said.application)


def _examined(form: ApplicationForm, application: Application, today: date) -> Examined:
    return examine(form.questions, application.answers, today) if form.questions else Examined()


def _answer_gaps(form: ApplicationForm, application: Application, today: date) -> Iterator[Gap]:
    if form.questions is None:
        return
    examined = _examined(form, application, today)
    for _, question in form.questions.asked():
        labels = _labels(form.questions, question.name)
        if fault := examined.faults.get(question.name):
            yield Gap(("application", "answers", question.name), labels, fault)
        elif question.name in examined.missing:
            yield Gap(("application", "answers", question.name), labels, _not_filled_in(labels))


def _labels(questions: SurveyDefinition, name: str) -> dict[str, str]:
    question = questions.question(name)
    return {language: question.label.in_language(language) if question else name for language in LANGUAGES}


def _part_gaps(asked: PartAsked, application: Application) -> Iterator[Gap]:
    lines = application.lines(asked.part)
    if len(lines) < asked.least:
        labels = _words(("application", asked.part))
        facts = {"part_zh": labels["zh"], "part_en": labels["en"]}
        yield Gap(("application", asked.part), labels, TooFewLines(**facts, given=len(lines), least=asked.least))
    for number, line in enumerate(lines):
        yield from _line_gaps(asked.part, number, line)


def _line_gaps(part: str, number: int, line: BaseModel) -> Iterator[Gap]:
    for field in NEEDED[part]:
        if getattr(line, field) in (None, ""):
            yield _blank("application", part, number, field)
    field = POSITIVE.get(part, "")
    value = getattr(line, field, None)
    if value is not None and _number(value) <= 0:
        path = ("application", part, number, field)
        labels = _words(path)
        yield Gap(path, labels, NumberNotPositive(field_zh=labels["zh"], field_en=labels["en"]))


def _number(value: Any) -> Decimal:
    return value.amount if isinstance(value, Money) else Decimal(value)


def _blank(*path: str | int) -> Gap:
    labels = _words(path)
    return Gap(path, labels, _not_filled_in(labels))


def _not_filled_in(labels: Mapping[str, str]) -> NotFilledIn:
    return NotFilledIn(field_zh=labels["zh"], field_en=labels["en"])


def _words(path: Path) -> dict[str, str]:
    """预算 · 第 1 项 · 单价; the step `application` is not said."""
    return {language: place(path, language) for language in LANGUAGES}
