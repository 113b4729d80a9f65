"""The rows of an XLSForm as its readers see them: columns under one name each, types under one spelling each."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

AUTOMATIC = frozenset(
    {"start", "end", "today", "deviceid", "imei", "username", "phonenumber", "email", "audit", "simserial"}
    | {"subscriberid", "start-geopoint"}
)
TYPES = {"select_one": "single", "select_multiple": "multi", "rank": "ranking"}
PLAIN = {
    **dict.fromkeys(("integer", "int", "decimal"), "number"),
    **dict.fromkeys(("text", "string"), "open"),
    "date": "date",
    "note": "note",
}
TRANSLATED = ("label", "hint", "constraint_message")
YES_NO = {"": False, "yes": True, "true": True, "true()": True, "no": False, "false": False, "false()": False}
_ALIASES = {"relevance": "relevant", "value": "name", "list name": "list_name"}
_TITLE = re.compile(r"(label|hint|constraint[_ ]message)\s*(?:::?\s*(.+))?", re.IGNORECASE)
_SELECT = re.compile(
    r"(?:(?P<one>select[_ ]one(?: from)?|select1)|(?P<rank>rank)"
    r"|(?P<many>select[_ ]multiple(?: from)?|select all that apply(?: from)?))"
    r" (?P<list>.+?)(?P<other> or_other| or other| or specify other)?",
    re.IGNORECASE,
)
_AROUND = re.compile(r"(begin|end)[_ ](\w+)( .*)?", re.IGNORECASE)
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\xa0": " ", "\u3000": " "})
_REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")


class Kind(NamedTuple):
    """`type` in our spelling; of a choice its list, and whether one may write in something else."""

    type: str
    list: str = ""
    has_other: bool = False


class Line(NamedTuple):
    """One row of a sheet: column → text, with label and its like as field.zh, field.en and field.another language."""

    number: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def kind(self) -> Kind:
        text = " ".join(self.get("type").split())
        if found := _SELECT.fullmatch(text):
            type_ = "select_one" if found["one"] else "select_multiple" if found["many"] else "rank"
            return Kind(type_, found["list"], bool(found["other"]))
        if found := _AROUND.fullmatch(text):
            return Kind(f"{found[1]}_{found[2]}".lower())
        return Kind(text.lower().split(" ")[0])

    def other_languages(self, field: str) -> list[str]:
        """Its texts in languages that are neither Chinese nor English."""
        known = (f"{field}.zh", f"{field}.en")
        return [text for column, text in self.cells.items() if column.startswith(f"{field}.") and column not in known]


def lines_of(rows: Sequence[Mapping[str, str]] | None) -> list[Line]:
    return [
        Line(number, {column_of(title): text.strip() for title, text in row.items() if text})
        for number, row in enumerate(rows or [], 2)
        if row
    ]


def column_of(title: str) -> str:
    """`label::中文 (zh)` → label.zh; a label without a language is the Chinese one."""
    found = _TITLE.fullmatch(title.strip())
    if found is None:
        plain = title.strip().lower()
        return _ALIASES.get(plain, plain)
    name, language = found[1].lower().replace(" ", "_"), (found[2] or "zh").lower()
    if "zh" in language or "中文" in language or "chinese" in language:
        return f"{name}.zh"
    return f"{name}.en" if re.search(r"\ben\b|english", language) else f"{name}.{found[2]}"


def expression_of(text: str, names: Mapping[str, str]) -> str:
    """With straight quotes and plain spaces, and `names` of questions put in our way."""
    return _REFERENCE.sub(lambda found: f"${{{names.get(found[1], found[1])}}}", text.translate(_QUOTES))
