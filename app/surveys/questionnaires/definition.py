"""The canonical questionnaire: what residents are asked, in both languages. A subset of XLSForm.

A satisfaction scale (likert) is a `single` question with `scale=True`: its options are ordered from low to high.
A `rating_matrix` rates several rows on one such scale. A `ranking` orders either its own options or, with
`derived_from`, the options chosen in an earlier `multi` question. `number` with `whole` takes whole numbers only.

Answers, by type: single → option name; multi → option names in the order of the options; ranking → option names,
most important first; rating_matrix → {row name: option name}; number → number; date → "2018-10-15"; open → text.
Blank questions are absent. A note has no answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.fields import Prose

QuestionType = Literal["single", "multi", "ranking", "rating_matrix", "number", "date", "open", "note"]
Sensitivity = Literal["none", "personal", "sensitive"]
Answer = str | int | float | list[str] | dict[str, str]
Answers = Mapping[str, Any]
LABEL_LIMIT = 2000
SECONDS = {"single": 8, "multi": 15, "ranking": 20, "rating_matrix": 6, "number": 10, "date": 15, "open": 40, "note": 5}


class _Cell(Prose):
    """As a spreadsheet cell keeps it, so that a questionnaire survives Excel unchanged."""

    def clean(self, text: str) -> str:
        return super().clean(text.replace("\u00a0", " "))


Cell = Annotated[str, _Cell(LABEL_LIMIT)]
Filled = Annotated[str, _Cell(LABEL_LIMIT, least=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Label(_Strict):
    """Text in both languages; `en` may be empty where nobody has translated it yet."""

    zh: Filled
    en: Cell = ""

    def in_language(self, language: str) -> str:
        return self.en or self.zh if language == "en" else self.zh


class Option(_Strict):
    """One choice; `votes_for` is the taxonomy code that choosing it speaks for."""

    name: Filled
    label: Label
    votes_for: Filled | None = None


class Row(_Strict):
    name: Filled
    label: Label


class Question(_Strict):
    type: QuestionType
    name: Filled
    label: Label
    hint: Label | None = None
    required: bool = False
    shown_if: Filled | None = None
    constraint: Filled | None = None
    constraint_message: Label | None = None
    options: Annotated[list[Option], Field(max_length=1000)] = []
    rows: Annotated[list[Row], Field(max_length=1000)] = []
    max_select: Annotated[int, Field(ge=1, le=1000)] | None = None
    rank_count: Annotated[int, Field(ge=1, le=1000)] | None = None
    derived_from: Filled | None = None
    scale: bool = False
    whole: bool = False
    sensitive: Sensitivity = "none"
    public: bool = False

    def option(self, name: str) -> Option | None:
        return next((option for option in self.options if option.name == name), None)

    def columns(self) -> list[str]:
        """The names under which a table holds the answer: `Q1`, or `Q10a`, `Q10b` … for a matrix."""
        if self.type == "note":
            return []
        return [self.name + row.name for row in self.rows] if self.type == "rating_matrix" else [self.name]


class SurveyDefinition(_Strict):
    """A questionnaire. `definition_checks.check_definition` says whether it is sound beyond its shape."""

    title: Label
    intro: Label | None = None
    questions: Annotated[list[Question], Field(min_length=1, max_length=300)]

    def question(self, name: str) -> Question | None:
        return next((question for question in self.questions if question.name == name), None)

    def asked(self) -> Iterator[tuple[int, Question]]:
        """The questions with the number residents see, from 1; notes are not numbered."""
        return enumerate((q for q in self.questions if q.type != "note"), 1)

    def number(self, name: str) -> int | None:
        return next((number for number, question in self.asked() if question.name == name), None)

    def minutes(self) -> int:
        """About how long answering takes, as residents are told: `SECONDS` a question, in a matrix a row."""
        seconds = sum(SECONDS[question.type] * max(len(question.rows), 1) for question in self.questions)
        return max(round(seconds / 60), 1)

    def unsaid(self) -> list[str]:
        """What may stay blank though others look for it: "intro" (residents: who asks and why), "votes_for" (needs rest
        on options that speak for a category), "en"."""
        options = [option for question in self.questions for option in question.options]
        labels = [self.title, *(question.label for question in self.questions), *(option.label for option in options)]
        blank = {
            "intro": self.intro is None,
            "votes_for": not any(option.votes_for for option in options),
            "en": not all(label.en for label in labels),
        }
        return [field for field, is_blank in blank.items() if is_blank]

    def options_of(self, question: Question) -> Sequence[Option]:
        """What can be chosen; a derived ranking offers the options of its source."""
        source = self.question(question.derived_from) if question.derived_from else None
        return source.options if source else question.options


_SEASON_TYPES: dict[str, QuestionType] = {
    "single": "single",
    "likert": "single",
    "multi": "multi",
    "ranking": "ranking",
    "matrix": "rating_matrix",
    "number": "number",
    "date": "date",
    "open": "open",
    "note": "note",
}


def from_season(layout: Mapping[str, Any]) -> SurveyDefinition:
    """The questionnaire of a season's survey.json (docs/season-format.md).

    `maps_to: "taxonomy level 1"` makes every option vote for the category of its own code. Closed questions
    may be published as tables, open answers may not, unless the file says otherwise. Errors: KeyError or
    pydantic's ValidationError for a file of another layout.
    """
    return SurveyDefinition(
        title=_season_label(layout, "title"), questions=[_season_question(q) for q in layout["questions"]]
    )


def _season_question(layout: Mapping[str, Any]) -> Question:
    votes = "maps_to" in layout
    return Question(
        type=_SEASON_TYPES[layout["type"]],
        name=layout["id"],
        label=_season_label(layout, "text"),
        required=layout.get("required", False),
        shown_if=layout.get("shown_if") or _season_condition(layout.get("show_if", {})),
        constraint=layout.get("constraint"),
        options=[
            Option(name=o["code"], label=Label(zh=o["zh"], en=o["en"]), votes_for=o["code"] if votes else None)
            for o in layout.get("options", [])
        ],
        rows=[Row(name=name, label=Label(zh=zh, en=en)) for name, zh, en in layout.get("rows", [])],
        max_select=layout.get("max_select"),
        rank_count=layout.get("rank_count"),
        derived_from=layout.get("derived_from"),
        scale=layout["type"] == "likert",
        sensitive=layout.get("sensitive", "none"),
        public=layout.get("public", layout["type"] not in ("open", "note")),
    )


def _season_label(layout: Mapping[str, Any], field: str) -> Label:
    return Label(zh=layout[f"{field}_zh"], en=layout.get(f"{field}_en", ""))


def _season_condition(shown_if: Mapping[str, Sequence[str]]) -> str | None:
    """{"Q12": ["0", "1"]}: shown when one of these options was chosen; several questions must all agree."""
    parts = [
        " or ".join(f"selected(${{{name}}}, '{option}')" for option in options) for name, options in shown_if.items()
    ]
    return " and ".join(f"({part})" if len(parts) > 1 else part for part in parts) or None
