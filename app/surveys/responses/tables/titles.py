"""Which question a column of 问卷星 answers: by its title, by its number where titles leave a choice, never by chance.

A title differs from a question's at most in width, punctuation, (多选题) and words of courtesy. `第7题(选项)` has no
title: its options say which question it may be, and its number which of several, if the numbers of the titled columns
are those of the questionnaire.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.core.errors import DomainError, RowRefused
from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.responses.tables.likeness import LABELS, TITLES, Known, likeness
from app.surveys.responses.tables.mapping import (
    PartsIncomplete,
    Placed,
    QuestionTwice,
    QuestionUnanswered,
    TitleFitsNone,
    TitleFitsSeveral,
    parts_of,
)

IGNORED = frozenset({"总分"})  # added by 问卷星 to questionnaires with scale questions
NEAR = 0.5  # from here on a question is named as what a title might mean
_NUMBERED = re.compile(r"([0-9]{1,3})\s*[、.．：:]\s*(.*)", re.DOTALL)
_PART = re.compile(r"第([0-9]{1,3})题\s*[(（](.*)[)）]", re.DOTALL)


class Target(NamedTuple):
    """What a column may hold: a whole answer, or the `part` of one."""

    number: int
    question: str
    part: str


class Title(NamedTuple):
    position: int
    text: str
    number: int | None
    words: str
    is_part: bool

    @classmethod
    def of(cls, position: int, text: str) -> "Title":
        for pattern in (_PART, _NUMBERED):
            if found := pattern.fullmatch(text.strip()):
                return cls(position, text, int(found[1]), found[2], pattern is _PART)
        return cls(position, text, None, text, False)


def place_titles(
    definition: SurveyDefinition, header: Sequence[str], first: int
) -> tuple[list[Placed], list[RowRefused]]:
    """Every column from position `first` on, and what cannot be said of them."""
    return _Placing(definition, [Title.of(first + n, text) for n, text in enumerate(header[first:])]).done()


class _Placing:
    def __init__(self, definition: SurveyDefinition, titles: Sequence[Title]) -> None:
        self.definition, self.titles = definition, titles
        self.doubts: list[RowRefused] = []
        self.found: dict[int, Target] = {}  # by position
        self.known = Known(TITLES, ((target, wordings) for target, wordings in _targets(definition)))

    def done(self) -> tuple[list[Placed], list[RowRefused]]:
        titled = {t.position: self.known.best(t.words) for t in self.titles if self._is_titled(t)}
        is_numbered = self._agree(titled)
        for title in self.titles:
            if self._is_titled(title):
                self._settle([title], [{title.position: target} for target in titled[title.position]], is_numbered)
        for group in self._groups():
            self._settle(group, self._of_parts(group), is_numbered)
        self._look_over()
        return [self._placed(title) for title in self.titles], self.doubts

    def _is_titled(self, title: Title) -> bool:
        return not title.is_part and title.text.strip() not in IGNORED

    def _agree(self, titled: dict[int, list[Target]]) -> bool:
        """Whether the file numbers its questions as the questionnaire does, as far as titles tell."""
        sure = [(title, titled[title.position][0]) for title in self.titles if len(titled.get(title.position, [])) == 1]
        return bool(sure) and all(title.number == target.number for title, target in sure)

    def _groups(self) -> list[list[Title]]:
        groups: defaultdict[int | None, list[Title]] = defaultdict(list)
        for title in self.titles:
            if title.is_part:
                groups[title.number].append(title)
        return list(groups.values())

    def _of_parts(self, group: Sequence[Title]) -> list[dict[int, Target]]:
        """Every way to give the columns of a group to the parts of one question; those that leave none out first."""
        whole: list[dict[int, Target]] = []
        partly: list[dict[int, Target]] = []
        for number, question in self.definition.asked():
            parts = parts_of(self.definition, question)
            known = Known(LABELS, ((part.name, [part.label.zh, part.label.en]) for part in parts))
            names = [known.best(title.words) for title in group]
            held = {t.position: Target(number, question.name, n[0]) for t, n in zip(group, names, strict=True) if n}
            if all(len(n) == 1 for n in names) and len(set(held.values())) == len(group):
                (whole if len(held) == len(parts) else partly).append(held)
        return whole or partly

    def _settle(self, titles: Sequence[Title], ways: Sequence[dict[int, Target]], is_numbered: bool) -> None:
        if len(ways) > 1 and is_numbered:
            ways = [w for w in ways if all(t.number == w[t.position].number for t in titles)] or ways
        if len(ways) == 1:
            self.found |= ways[0]
            return
        for title in titles:
            self._doubt(title, TitleFitsSeveral(title=title.text, questions=self._named(ways, title)) if ways else None)

    def _doubt(self, title: Title, error: DomainError | None) -> None:
        near = max(
            (question for _, question in self.definition.asked()),
            key=lambda question: likeness(title.words, question.label.zh),
            default=None,
        )
        is_near = near is not None and likeness(title.words, near.label.zh) >= NEAR
        nearest = self._name(near.name) if near and is_near else "—"
        self.doubts.append(RowRefused(1, title.text, error or TitleFitsNone(title=title.text, nearest=nearest)))

    def _named(self, ways: Sequence[dict[int, Target]], title: Title) -> str:
        return "；".join(dict.fromkeys(self._name(way[title.position].question) for way in ways))

    def _name(self, name: str) -> str:
        question = self.definition.question(name)
        return f"{self.definition.number(name)}、{question.label.zh if question else name}"

    def _look_over(self) -> None:
        """Two columns for one answer take both away; questions and parts without a column are named."""
        texts = {title.position: title.text for title in self.titles}
        held: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for position, target in self.found.items():
            held[target.question, target.part].append(position)
        for (name, part), positions in held.items():
            if len(positions) > 1 or (part and (name, "") in held):
                for position in positions:
                    twice = QuestionTwice(title=texts[position], question=self._name(name))
                    self.doubts.append(RowRefused(1, texts[position], twice))
                    del self.found[position]
        for _, question in self.definition.asked():
            self._look_for(question, held)

    def _look_for(self, question: Question, held: defaultdict[tuple[str, str], list[int]]) -> None:
        parts = [part for (name, part) in held if name == question.name]
        lost = [part for part in parts_of(self.definition, question) if part.name not in parts]
        title = self._name(question.name)
        if not parts:
            self.doubts.append(RowRefused(1, title, QuestionUnanswered(question=title)))
        elif "" not in parts and lost:
            missing = "、".join(part.label.zh for part in lost)
            self.doubts.append(RowRefused(1, title, PartsIncomplete(question=title, missing=missing)))

    def _placed(self, title: Title) -> Placed:
        target = self.found.get(title.position)
        if target is None:
            return Placed(title.position, title.text)
        return Placed(title.position, title.text, self.definition.question(target.question), target.part)


def _targets(definition: SurveyDefinition) -> Iterator[tuple[Target, list[str]]]:
    """A matrix names its row behind the title: `10、请评价—活动内容` or `10、请评价(活动内容)`."""
    for number, question in definition.asked():
        if question.type != "rating_matrix":
            yield Target(number, question.name, ""), [question.label.zh, question.label.en]
        for part in parts_of(definition, question):
            joined = (f"{question.label.zh} {part.label.zh}", f"{question.label.en} {part.label.en}")
            yield Target(number, question.name, part.name), [joined[0], *joined[1 : bool(question.label.en) + 1]]
