"""The choices sheet of an XLSForm: options by list, each fault at its own row, once however many questions use it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.core.errors import DomainError
from app.core.reading.cells import TextTooLong
from app.surveys.questionnaires.definition import Label, Option
from app.surveys.questionnaires.definition_checks import NameTaken, piece_name_fault
from app.surveys.questionnaires.xlsform.export import CHOICES_COLUMNS
from app.surveys.questionnaires.xlsform.left_out import (
    LabelMissing,
    Left,
    XlsformTextQuotesAnswers,
    XlsformValueUnknown,
)
from app.surveys.questionnaires.xlsform.lines import Line

M = TypeVar("M", bound=BaseModel)
Refuse = Callable[[Line, str, DomainError], None]
COLUMNS = {  # our field → the XLSForm column where its fault is to be mended
    "shown_if": "relevant",
    "options": "type",
    "rows": "name",
    "derived_from": "choice_filter",
    "max_select": "sx_max_select",
    "rank_count": "sx_rank_count",
}
CHOICES = frozenset(column for column in CHOICES_COLUMNS if "::" not in column)
OTHER = Option(name="other", label=Label(zh="其他", en="Other"))  # what pyxform makes of or_other


class Choices:
    """The lists that questions use. `refuse(line, column, error)` takes what is wrong with an option."""

    def __init__(self, lines: Sequence[Line], left: Left, refuse: Refuse) -> None:
        self.left, self.refuse = left, refuse
        self.lines: defaultdict[str, list[Line]] = defaultdict(list)
        for line in lines:
            self.lines[line.get("list_name")].append(line)
        self._read: dict[str, list[Option]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.lines

    def options(self, name: str, *, has_other: bool = False) -> list[Option]:
        """The options of a list; a list is looked at when the first question asks for it."""
        if name not in self._read:
            self._read[name] = [o for line in self.lines[name] if (o := self._option(line, name)) is not None]
        found = self._read[name]
        return [*found, OTHER] if has_other and all(option.name != OTHER.name for option in found) else found

    def row_voting_for(self, name: str, category: str) -> int | None:
        return next((line.number for line in self.lines[name] if line.get("sx_votes_for") == category), None)

    def _option(self, line: Line, list_name: str) -> Option | None:
        for column in sorted(line.cells.keys() - CHOICES):
            self.left.add_column(line, "choices", column)
        name = line.get("name")
        earlier = [other for other in self.lines[list_name] if other.number < line.number]
        fault = piece_name_fault(name)
        if fault is None and any(other.get("name") == name for other in earlier):
            fault = NameTaken(name=name)
        if fault is not None:
            self.refuse(line, "choices.name", fault)
        label = label_of(line, "label", "choices", self.left, self.refuse)
        if label is not None and "${" in label.zh + label.en:
            self.left.add(line, "choices.label", XlsformTextQuotesAnswers)
        return built(
            self.refuse,
            line,
            "choices",
            Option,
            name=name or "—",
            label=label or Label(zh=name or "—"),
            votes_for=line.get("sx_votes_for") or None,
        )


def label_of(line: Line, field: str, sheet: str, left: Left, refuse: Refuse) -> Label | None:
    """Its text in both languages. Where there is none in Chinese, the text of another language stands in for it."""
    zh, en = line.get(f"{field}.zh"), line.get(f"{field}.en")
    if not zh:
        left.add(line, f"{sheet}.{field}", LabelMissing)
        zh = next((text for text in (en, *line.other_languages(field)) if text), "")
    return built(refuse, line, f"{sheet}.{field}", Label, zh=zh, en=en) if zh else None


def built(refuse: Refuse, line: Line, where: str, model: type[M], **fields: Any) -> M | None:
    """`where`: the column, or the sheet whose columns the fields are."""
    try:
        return model(**fields)
    except ValidationError as error:
        for fault in error.errors():
            column = where if "." in where else f"{where}.{COLUMNS.get(str(fault['loc'][0]), fault['loc'][0])}"
            value = XlsformValueUnknown(column=column.partition(".")[2], value=str(fault["input"])[:40])
            too_long = TextTooLong(field=column, limit=fault.get("ctx", {}).get("max_length"))
            refuse(line, column, too_long if fault["type"] == "string_too_long" else value)
    return None
