"""Which column of a file answers which question, and what its cells mean: proposed from the file, or told by a person.

A cell of a closed question says its option by `name`, by `label` or by `place` in the list. Which of them is told once
for the whole file, by the cells that can be read in one way only. Whatever fits two readings is a doubt; with a doubt
nothing is taken until a person has decided it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.fields import Verbatim
from app.surveys.questionnaires.definition import Option, Question, SurveyDefinition
from app.surveys.responses.tables.likeness import ADDITION, LABELS, Known

By = Literal["name", "label", "place"]
SEVERAL = ("multi", "ranking")
MOST_COLUMNS = 2_000
SHOWN = 40  # characters of a cell that a refusal repeats
Cell = Annotated[str, Verbatim(40_000)]


class MappingUnclear(RowsRefused):
    """What the file says fits in several ways, or in none. Row 1 is its header."""


class MappingDoubt(DomainError):
    status = 422


class TitleFitsNone(MappingDoubt): ...


class TitleFitsSeveral(MappingDoubt): ...


class QuestionTwice(MappingDoubt): ...


class QuestionUnanswered(MappingDoubt): ...


class PartsIncomplete(MappingDoubt): ...


class OptionFitsSeveral(MappingDoubt): ...


class KindUnclear(MappingDoubt): ...


class CellSplitsSeveralWays(MappingDoubt): ...


class MappingUnfit(DomainError):
    """The mapping belongs to another file or another questionnaire."""

    status = 422


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class MappedColumn(_Strict):
    """Column number `column` (from 1) answers `question`, or nothing ("" is left out). `part`: the row of a matrix, or
    the option that has the column to itself. `options`: what cells say → the option's name ("" is no answer)."""

    column: Annotated[int, Field(ge=1, le=MOST_COLUMNS)]
    title: Cell
    question: Cell
    part: Cell = ""
    options: Annotated[dict[Cell, Cell], Field(max_length=10_000)] = {}

    @property
    def held(self) -> tuple[str, str]:
        return self.question, self.part


class AnswerMapping(_Strict):
    by: By
    columns: Annotated[list[MappedColumn], Field(max_length=MOST_COLUMNS)]


@dataclass(frozen=True)
class Placed:
    """A column and what it was found to hold; no question: nobody knows, or nobody needs it."""

    position: int
    title: str
    question: Question | None = None
    part: str = ""

    @property
    def is_closed(self) -> bool:
        """Its cells say options."""
        rated = self.question is not None and self.question.type == "rating_matrix"
        chosen = self.question is not None and self.question.type in ("single", "multi", "ranking") and not self.part
        return rated or chosen


@dataclass(frozen=True)
class Layout:
    """`kinds`: in which ways a file of this layout may say options, the usual one first. `is_mixed`: a list that
    people keep may say some options in one way and some in the other."""

    kinds: tuple[By, ...]
    separators: Mapping[str, str]
    blanks: Mapping[By, frozenset[str]]
    is_mixed: bool = False


@dataclass
class Proposal:
    """`kinds`: in which ways its cells may say options. `cells`: position → how often each cell
    of that column occurs."""

    mapping: AnswerMapping
    kinds: tuple[By, ...]
    doubts: list[RowRefused]
    cells: dict[int, Counter[str]] = field(default_factory=dict)

    def settled(self) -> AnswerMapping:
        """Refusal: MappingUnclear."""
        if self.doubts:
            raise MappingUnclear(self.doubts)
        return self.mapping


def propose(
    layout: Layout,
    definition: SurveyDefinition,
    placed: Sequence[Placed],
    rows: Sequence[Sequence[str]],
    *,
    by: By | None = None,
    doubts: Sequence[RowRefused] = (),
    decided: AnswerMapping | None = None,
) -> Proposal:
    """What the columns that were `placed` say, where nobody has `decided` it. `by`: how the file is known to say it."""
    readings = Readings(layout, definition)
    cells = {column.position: readings.cells(column, rows) for column in placed}
    closed = [(column, text) for column in placed if column.is_closed for text in cells[column.position]]
    by, unclear = (by, []) if by else readings.kind_of(closed)
    told = {column.column - 1: column.options for column in decided.columns} if decided else {}
    mapped = [readings.mapped(c, cells[c.position], by, told.get(c.position, {}), unclear) for c in placed]
    return Proposal(AnswerMapping(by=by, columns=mapped), layout.kinds, [*doubts, *unclear], cells)


def placed_by(definition: SurveyDefinition, mapping: AnswerMapping) -> list[Placed]:
    return [Placed(c.column - 1, c.title, definition.question(c.question), c.part) for c in mapping.columns]


class Readings:
    """What texts may mean."""

    def __init__(self, layout: Layout, definition: SurveyDefinition) -> None:
        self.layout, self.definition = layout, definition
        self.labels = {
            question.name: Known(LABELS, [(o.name, [o.label.zh, o.label.en]) for o in definition.options_of(question)])
            for _, question in definition.asked()
        }

    def cells(self, column: Placed, rows: Sequence[Sequence[str]]) -> Counter[str]:
        texts = Counter(row[column.position].strip() for row in rows)
        del texts[""]
        if not column.is_closed or column.question is None:
            return texts
        is_known = cache(lambda text: any(self.fits(column, text, by) for by in self.layout.kinds))
        pieces: Counter[str] = Counter()
        for text, count in texts.items():
            for way in cuts(self.layout, column.question, text, is_known):
                pieces.update(dict.fromkeys(way, count))
        return pieces

    def fits(self, column: Placed, text: str, by: By) -> list[str]:
        """The names of the options that `text` may mean."""
        options = self.definition.options_of(column.question) if column.question else []
        if text in self.layout.blanks.get(by, ()):
            return [""]
        match by:
            case "name":
                return [o.name for o in options if o.name == text] or _without_zeros(options, text)
            case "label":
                return self.labels[column.question.name].best(text) if column.question else []
        is_place = text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= len(options)
        return [options[int(text) - 1].name] if is_place else []

    def says(self, question: Question, text: str, names: Sequence[str]) -> bool:
        """Whether a cell says these options and nothing else, in a list that says options in words where it can."""

        def found(piece: str) -> list[str]:
            return self.fits(column, piece, "label") or self.fits(column, piece, "name")

        column = Placed(0, "", question)
        ways = cuts(self.layout, question, text, lambda piece: bool(found(piece)))
        return [[found(piece) for piece in way] for way in ways] == [[[name] for name in names]]

    def is_hinge(self, question: Question) -> bool:
        """Whether the name of an option is what another is called."""
        column = Placed(0, "", question)
        return any(
            {*self.fits(column, o.name, "label"), *self.fits(column, o.label.zh, "name")} - {o.name}
            or set(self.fits(column, o.label.en, "name")) - {o.name}
            for o in self.definition.options_of(question)
        )

    def kind_of(self, closed: Sequence[tuple[Placed, str]]) -> tuple[By, list[RowRefused]]:
        """How the file says options. In doubt where cells mean different things in each way, and none tells which."""
        told: Counter[By] = Counter()
        hinges: dict[int, RowRefused] = {}
        for column, text in closed:
            found = {by: self.fits(column, text, by) for by in self.layout.kinds}
            able = [by for by in self.layout.kinds if found[by]]
            if len(able) == 1:
                told[able[0]] += 1
            elif len({tuple(found[by]) for by in able}) > 1:
                hinges.setdefault(column.position, self._hinge(column, text, found))
        by = max(self.layout.kinds, key=lambda by: told[by])
        is_told = len(told) == 1 or (told and not self.layout.is_mixed)
        return by, [] if is_told else list(hinges.values())

    def _hinge(self, column: Placed, text: str, found: Mapping[By, list[str]]) -> RowRefused:
        first, second = (self._labels(column, found[by]) for by in self.layout.kinds)
        return RowRefused(1, column.title, KindUnclear(text=text[:SHOWN], first=first, second=second))

    def _labels(self, column: Placed, names: Sequence[str]) -> str:
        options = self.definition.options_of(column.question) if column.question else []
        return "、".join(o.label.zh for o in options if o.name in names) or "—"

    def mapped(
        self, column: Placed, cells: Mapping[str, int], by: By, told: Mapping[str, str], doubts: list[RowRefused]
    ) -> MappedColumn:
        said = {text: told[text] for text in cells if text in told} if column.is_closed else {}
        kinds = [by, *(self.layout.kinds if self.layout.is_mixed else ())]
        for text in cells.keys() - said.keys() if column.is_closed else ():
            names = next((found for kind in kinds if (found := self.fits(column, text, kind))), [])
            if len(names) == 1:
                said[text] = names[0]
            elif names:
                several = OptionFitsSeveral(option=text[:SHOWN], options=self._labels(column, names))
                doubts.append(RowRefused(1, column.title, several))
        question = column.question.name if column.question else ""
        return MappedColumn(
            column=column.position + 1, title=column.title, question=question, part=column.part, options=said
        )


def _without_zeros(options: Sequence[Option], text: str) -> list[str]:
    """Excel turns 01 into 1."""
    if not text.isascii() or not text.isdigit():
        return []
    return [o.name for o in options if o.name.isascii() and o.name.isdigit() and int(o.name) == int(text)]


def pieces_of(layout: Layout, question: Question, text: str, is_known: Callable[[str], bool]) -> list[str]:
    """The options that one cell names. Refusal: CellSplitsSeveralWays."""
    pieces, *others = cuts(layout, question, text, is_known)
    if others:
        raise CellSplitsSeveralWays(name=question.name, text=text[:SHOWN])
    return pieces


def cuts(layout: Layout, question: Question, text: str, is_known: Callable[[str], bool]) -> list[list[str]]:
    """What one cell says, without what somebody wrote in beside the options. A label may itself hold the separator:
    of all ways to cut the text those that give known pieces only, if there are any."""
    text = ADDITION.sub("", text)
    separator = layout.separators.get(question.type)
    if separator is None:
        return [[text.strip()]]
    parts = [part.strip() for part in text.replace("；", ";").split(separator)]
    ways = _ways(parts, separator, is_known) if len(parts) <= MOST else []
    return ways or [[part for part in parts if part]]


LONGEST = 8  # parts that one label is looked for in
MOST = 1_000  # parts, as many as a question may have options


def _ways(parts: Sequence[str], separator: str, is_known: Callable[[str], bool]) -> list[list[str]]:
    """At most two ways to join neighbouring parts into known pieces; blank parts may be passed over."""
    ends: list[list[tuple[int, str]]] = [[]]  # of each end: where its last piece begins, and that piece
    for end in range(1, len(parts) + 1):
        starts = [start for start in range(max(0, end - LONGEST), end) if start == 0 or ends[start]]
        found = [(start, separator.join(parts[start:end])) for start in starts]
        skipped = [(end - 1, "")] if not parts[end - 1] and end - 1 in starts else []
        ends.append([(start, piece) for start, piece in found if is_known(piece)] + skipped)
    ways: list[list[str]] = []
    open_ends: list[tuple[int, list[str]]] = [(len(parts), [])]
    while open_ends and len(ways) < 2:
        end, after = open_ends.pop()
        if end == 0:
            ways.append(after[::-1])
        for start, piece in ends[end]:
            open_ends.append((start, [*after, piece] if piece else after))
    return ways


def check_mapping(
    definition: SurveyDefinition, mapping: AnswerMapping, header: Sequence[str], positions: Iterable[int]
) -> None:
    """Refuse a mapping that does not name the column at each of `positions` once, as the file has it, and what the
    questionnaire asks (MappingUnfit)."""
    held = [column.held for column in mapping.columns if column.question]
    named = sorted(column.column - 1 for column in mapping.columns)
    if named != list(positions) or len(set(held)) < len(held):
        raise MappingUnfit(title="—")
    for column in mapping.columns:
        if header[column.column - 1] != column.title or not _is_sound(definition, column):
            raise MappingUnfit(title=column.title[:SHOWN])


def _is_sound(definition: SurveyDefinition, column: MappedColumn) -> bool:
    question = definition.question(column.question)
    if not column.question:
        return True
    if question is None or question.type == "note":
        return False
    parts = [part.name for part in parts_of(definition, question)]
    whole_fits = question.type != "rating_matrix"
    options = {"", *(option.name for option in definition.options_of(question))}
    return (column.part in parts if column.part else whole_fits) and set(column.options.values()) <= options


def parts_of(definition: SurveyDefinition, question: Question) -> Sequence[Any]:
    """What may have a column of its own: the rows of a matrix, the options of a choice of several."""
    if question.type == "rating_matrix":
        return question.rows
    return definition.options_of(question) if question.type in SEVERAL else []
