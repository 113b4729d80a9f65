"""The table of our own layout as people read it: columns by number and question, options and states in words of their
language. It comes back as it went out; programs have the names alone."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from app.core.reading.cells import Table, named
from app.core.reading.listing import Headings
from app.core.words import LANGUAGES, word
from app.surveys.questionnaires.definition import Answer, Label, Question, SurveyDefinition
from app.surveys.responses.tables.tabular import LAYOUT, STATUSES

FIRST = {
    "serial": ("问卷编号", "Serial"),
    "community_code": ("社区代码", "Community code"),
    "status": ("状态", "Status"),
}
MARKS = {"zh": ("、", "—"), "en": (". ", " – ")}


class Spoken:
    """How a questionnaire's answers are written in a language, or for programs (`columns`)."""

    def __init__(self, definition: SurveyDefinition, headings: Headings) -> None:
        self.definition, self.headings = definition, headings

    def header(self) -> list[str]:
        names = [*FIRST, *(column for question in self.definition.questions for column in question.columns())]
        return names if self.headings == "columns" else list(titles_of(self.definition, self.headings).values())

    def row(self, serial: str, community_code: str, status: str, answers: Mapping[str, Answer]) -> list[str]:
        said = status if self.headings == "columns" else word("state", status, self.headings)
        cells = (cell for _, q in self.definition.asked() for cell in self._cells(q, answers.get(q.name)))
        return [serial, community_code, said, *cells]

    def _cells(self, question: Question, answer: Answer | None) -> list[str]:
        call = self._caller(question)
        if question.type == "rating_matrix":
            rated = answer if isinstance(answer, dict) else {}
            return [call(rated.get(row.name, "")) for row in question.rows]
        if isinstance(answer, list):
            return [LAYOUT.separators[question.type].join(map(call, answer))]
        if isinstance(answer, float):
            return [format(Decimal(repr(answer)), "f")]  # spreadsheets and people do not write 1e-05
        return ["" if answer is None else call(str(answer))]

    def _caller(self, question: Question) -> Callable[[str], str]:
        """What an option is called; whatever is none stays as it is."""
        if self.headings == "columns":
            return str
        called = {o.name: said(o.label, self.headings) for o in self.definition.options_of(question)}
        return lambda text: called.get(text, text)


def said(label: Label, language: str) -> str:
    return getattr(label, language) or label.zh


def titles_of(definition: SurveyDefinition, language: str) -> dict[str, str]:
    """Column → its heading."""
    first = {column: both[LANGUAGES.index(language)] for column, both in FIRST.items()}
    return first | dict(_titles(definition, language))


def _titles(definition: SurveyDefinition, language: str) -> Iterator[tuple[str, str]]:
    after, before_row = MARKS[language]
    for number, question in definition.asked():
        title = f"{number}{after}{said(question.label, language)}"
        if question.type != "rating_matrix":
            yield question.name, title
        for name, row in zip(question.columns(), question.rows, strict=False):
            yield name, f"{title}{before_row}{said(row.label, language)}"


def in_names(definition: SurveyDefinition, table: Table) -> Table:
    """A table that was written for people, with the names for its headings and states."""
    found = named(table, *(titles_of(definition, language) for language in LANGUAGES))
    if "status" not in found.header:
        return found
    at = found.header.index("status")
    states = {word("state", status, language): status for status in STATUSES for language in LANGUAGES}
    rows = [[*row[:at], states.get(row[at].strip(), row[at]), *row[at + 1 :]] for row in found.rows]
    return Table(found.header, rows, found.titles)
