"""The table of our own layout as people read it: columns by number and question, options and states in words of their
language. It comes back as it went out; programs have the names alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from app.core.reading.cells import Table, named
from app.core.reading.listing import Headings
from app.core.words import LANGUAGES, word
from app.surveys.questionnaires.definition import Answer, Label, Question, SurveyDefinition
from app.surveys.responses.tables.mapping import Readings
from app.surveys.responses.tables.tabular import LAYOUT, STATUSES

FIRST = {
    "serial": ("问卷编号", "Serial"),
    "community_code": ("社区代码", "Community code"),
    "status": ("状态", "Status"),
}
SIGNS = set("".join(LAYOUT.separators.values())) | {"；"}  # words that hold one may be cut there
MARKS = {"zh": ("、", "—"), "en": (". ", " – ")}


class Spoken:
    """How a questionnaire's answers are written in a language, or for programs (`columns`)."""

    def __init__(self, definition: SurveyDefinition, headings: Headings) -> None:
        self.definition, self.headings = definition, headings
        self._readings = Readings(LAYOUT, definition)
        asked = [question for _, question in definition.asked()] if headings != "columns" else []
        self._words = {question.name: self._words_of(question) for question in asked}
        self._knotty = {name for name, words in self._words.items() if SIGNS & set("".join(words.values()))}
        is_plain = any(len(self._words[q.name]) < len(definition.options_of(q)) for q in asked) or self._knotty
        if is_plain and any(self._readings.is_hinge(q) for q in asked):
            self._words = {}  # names beside words would be read as words

    def _words_of(self, question: Question) -> dict[str, str]:
        """Option → what it is called, of those that are not called like another."""
        words = {o.name: said(o.label, self.headings) for o in self.definition.options_of(question)}
        return {name: text for name, text in words.items() if self._readings.labels[question.name].best(text) == [name]}

    def header(self) -> list[str]:
        names = [*FIRST, *(column for question in self.definition.questions for column in question.columns())]
        return names if self.headings == "columns" else list(titles_of(self.definition, self.headings).values())

    def row(self, serial: str, community_code: str, status: str, answers: Mapping[str, Answer]) -> list[str]:
        said = status if self.headings == "columns" else word("state", status, self.headings)
        cells = (cell for _, q in self.definition.asked() for cell in self._cells(q, answers.get(q.name)))
        return [serial, community_code, said, *cells]

    def _cells(self, question: Question, answer: Answer | None) -> list[str]:
        if question.type == "rating_matrix":
            rated = answer if isinstance(answer, dict) else {}
            return [self._called(question, rated.get(row.name, "")) for row in question.rows]
        if isinstance(answer, list):
            return [self._joined(question, tuple(answer))]
        if isinstance(answer, float):
            return [format(Decimal(repr(answer)), "f")]  # spreadsheets and people do not write 1e-05
        return ["" if answer is None else self._called(question, str(answer))]

    def _called(self, question: Question, name: str) -> str:
        """What an option is called, if that says no other; whatever is none stays as it is."""
        return self._words.get(question.name, {}).get(name, name)

    def _joined(self, question: Question, names: tuple[str, ...]) -> str:
        """The words of several options, or their names where the words would be read as others."""
        separator = LAYOUT.separators[question.type]
        words = separator.join(self._called(question, name) for name in names)
        is_clear = question.name not in self._knotty or self._readings.says(question, words, names)
        return words if is_clear else separator.join(names)


def said(label: Label, language: str) -> str:
    return getattr(label, language) or label.zh


def titles_of(definition: SurveyDefinition, language: str) -> dict[str, str]:
    """Column → its heading; rows of a matrix that are called alike keep their names."""
    first = {column: both[LANGUAGES.index(language)] for column, both in FIRST.items()}
    titles = dict(_titles(definition, language))
    written = Counter(titles.values())
    return first | {column: title if written[title] == 1 else column for column, title in titles.items()}


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
