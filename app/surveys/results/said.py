"""Answers as columns, one for each question: what an answer means is worked out once for all who gave it, and then
counted by numpy. A survey of 200,000 answers takes seconds, not minutes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Response = Mapping[str, Any]
Places = NDArray[np.intp]
BLANK = -1


class Answered(NamedTuple):
    """A valid answer, as far as results need it."""

    community_code: str
    answers: Response


class Column(NamedTuple):
    """What was answered to one question: `values[code]` for each of `codes`, BLANK where nothing was."""

    codes: Places
    values: Sequence[Any]

    @classmethod
    def of(cls, answers: Iterable[Any]) -> "Column":
        growing = _Growing(0)
        growing.add(list(answers))
        return growing.column()

    @property
    def is_answered(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.codes != BLANK
        return found

    def each(self, means: Callable[[Any], Any], kind: Any = np.float64) -> NDArray[Any]:
        """What each answer means; a blank one, what None does. Asked once for all equal answers."""
        return np.array([*map(means, self.values), means(None)], dtype=kind)[self.codes]

    def at(self, places: NDArray[Any]) -> "Column":
        """Of these people alone, and no more values than they gave."""
        codes = self.codes[places]
        if len(self.values) <= len(codes):
            return Column(codes, self.values)
        used, own = np.unique(codes, return_inverse=True)
        blanks = int(len(used) > 0 and used[0] == BLANK)
        return Column(own.astype(np.intp) - blanks, [self.values[code] for code in used[blanks:]])

    def given(self) -> list[Any]:
        """The values that were given, each once, in no order."""
        return [self.values[code] for code in np.unique(self.codes) if code != BLANK]


class _Growing:
    """A column as answers come in, after as many blanks as there were answers before."""

    def __init__(self, blanks: int) -> None:
        self._codes, self._values = [np.full(blanks, BLANK, np.intp)], list[Any]()
        self._known: dict[Any, int] = {None: BLANK}

    def add(self, answers: list[Any]) -> None:
        keys = _keys_of(answers)
        for key, answer in dict(zip(keys, answers, strict=True)).items():
            if key not in self._known:
                self._known[key] = len(self._values)
                self._values.append(answer)
        self._codes.append(np.fromiter(map(self._known.__getitem__, keys), np.intp, len(keys)))

    def column(self) -> Column:
        return Column(np.concatenate(self._codes), self._values)


def _keys_of(answers: list[Any]) -> list[Any]:
    """By which equal answers are told; those to one question are all of a kind."""
    some = next((answer for answer in answers if answer is not None), None)
    if isinstance(some, list):
        return [answer if answer is None else tuple(answer) for answer in answers]
    if isinstance(some, dict):
        return [answer if answer is None else tuple(sorted(answer.items())) for answer in answers]
    return answers


class Gathered:
    """Answers as they come in, piece by piece; equal ones to a question are kept once."""

    def __init__(self) -> None:
        self._communities, self._questions, self.count = _Growing(0), dict[str, _Growing](), 0

    def add(self, communities: Sequence[str], answers: Sequence[Response]) -> None:
        """As many of the one as of the other, in order."""
        for question in dict.fromkeys(question for each in answers for question in each):
            if question not in self._questions:
                self._questions[question] = _Growing(self.count)
        for question, growing in self._questions.items():
            growing.add([each.get(question) for each in answers])
        self._communities.add(list(communities))
        self.count += len(answers)

    def said(self) -> "Said":
        columns = {question: growing.column() for question, growing in self._questions.items()}
        return Said(self._communities.column(), columns)


class Said:
    """What people said, by question, and in which community each lives; `at` says what some of them did."""

    def __init__(self, communities: Column, columns: dict[str, Column]) -> None:
        self.communities, self._columns = communities, columns

    @classmethod
    def of(cls, answered: Iterable[Answered]) -> "Said":
        gathered, given = Gathered(), list(answered)
        gathered.add([each.community_code for each in given], [each.answers for each in given])
        return gathered.said()

    def __len__(self) -> int:
        return len(self.communities.codes)

    def to(self, question: str) -> Column:
        """A blank one where nobody answered the question."""
        if question not in self._columns:
            self._columns[question] = self._read(question)
        return self._columns[question]

    def _read(self, _: str) -> Column:
        return Column(np.full(len(self), BLANK, np.intp), [])

    def at(self, places: Places) -> "Said":
        return _Some(self, places)


class _Some(Said):
    def __init__(self, whole: Said, places: Places) -> None:
        super().__init__(whole.communities.at(places), {})
        self._whole, self._places = whole, places

    def _read(self, question: str) -> Column:
        return self._whole.to(question).at(self._places)


def said_by(responses: "Said | Sequence[Response]") -> Said:
    return responses if isinstance(responses, Said) else Said.of(Answered("", each) for each in responses)


def places_of(groups: Column) -> dict[str, Places]:
    """Group → where in the column it stands, in the order of their names; a blank is no group."""
    order = np.argsort(groups.codes, kind="stable")
    bounds = np.searchsorted(groups.codes[order], np.arange(len(groups.values) + 1))
    found = {group: order[bounds[code] : bounds[code + 1]] for code, group in enumerate(groups.values)}
    return dict(sorted((group, places) for group, places in found.items() if len(places)))
