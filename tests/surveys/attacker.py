"""Somebody who has the questionnaire and reads what public addresses publish, and wants to know what few answered.

Shares no code with what protects the figures: `unknowns` writes down everything a reader can know, `Reader` asks the
linear and the integer programme how far each count can be narrowed down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ortools.sat.python.cp_model import FEASIBLE, OPTIMAL, CpModel, CpSolver
from scipy.optimize import linprog
from scipy.sparse import csr_array

from app.surveys.questionnaires.definition import Question, SurveyDefinition

ALL, FEW = "", 5
Key = tuple[str, ...]
Published = Mapping[str, Any]


@dataclass
class Reader:
    """`keys`: what is counted; `rows`: low ≤ Σ factor · count ≤ high."""

    keys: dict[Key, int] = field(default_factory=dict)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)
    most: int = 0

    def at(self, *key: str) -> int:
        return self.keys.setdefault(key, len(self.keys))

    def knows(self, terms: Iterable[tuple[Key, float]], low: float, high: float) -> None:
        row: dict[int, float] = {}
        for key, factor in terms:
            row[self.at(*key)] = row.get(self.at(*key), 0) + factor
        self.rows.append((row, low, high))

    def is_known(self, key: Key, value: int) -> None:
        self.knows([(key, 1)], value, value)

    def narrowed(self, truth: Mapping[Key, int]) -> list[Key]:
        """The first count under five that can be told to be under five, by either programme."""
        small = [key for key in self.keys if truth[key] < FEW]
        pinned, undecided = self._by_lines(small)
        return pinned or self._by_integers(undecided)

    def _by_lines(self, small: Sequence[Key]) -> tuple[list[Key], list[Key]]:
        """What the linear programme narrows down, and what it has not shown whole numbers of five and more for."""
        entries = [(r, at, f) for r, (row, _, _) in enumerate(self.rows) for at, f in row.items()]
        r, c, f = zip(*entries, strict=True)
        sums = csr_array((f, (r, c)), shape=(len(self.rows), len(self.keys))).toarray()
        low, high = np.array([row[1] for row in self.rows]), np.array([row[2] for row in self.rows])
        upper, lower = high < np.inf, low > -np.inf
        limits = {"A_ub": csr_array(np.vstack([sums[upper], -sums[lower]]))}
        limits["b_ub"] = np.concatenate([high[upper], -low[lower]])
        left, whole = list(small), set[Key]()
        while left:
            costs = np.zeros(len(self.keys))
            costs[[self.keys[key] for key in left]] = -1e-3
            costs[self.keys[left[0]]] = -1
            found = linprog(costs, bounds=(0, self.most), **limits)
            assert found.x is not None, found.message
            raised = {key for key in small if found.x[self.keys[key]] >= FEW - 1e-6}
            if left[0] not in raised:
                return [left[0]], []
            if np.abs(found.x - np.rint(found.x)).max() < 1e-6:
                whole |= raised
            left = [key for key in left if key not in raised]
        return [], [key for key in small if key not in whole]

    def _by_integers(self, small: Sequence[Key]) -> list[Key]:
        left = list(small)
        while left:
            model = CpModel()
            counts = [model.new_int_var(0, self.most, "") for _ in self.keys]
            for row, low, high in self.rows:  # rounded means are whole after scaling
                scale = 1 if all(f == int(f) for f in row.values()) else 10_000
                whole = sum(round(scale * f) * counts[at] for at, f in row.items())
                limits = [max(-(10**9), np.ceil(scale * low - 1e-6)), min(10**9, np.floor(scale * high + 1e-6))]
                model.add_linear_constraint(whole, int(limits[0]), int(limits[1]))
            model.add(counts[self.keys[left[0]]] >= FEW)
            raised = []
            for key in left[1:]:
                raised.append(model.new_bool_var(""))
                model.add(counts[self.keys[key]] >= FEW).only_enforce_if(raised[-1])
            model.maximize(sum(raised))
            solver = CpSolver()
            solver.parameters.num_workers, solver.parameters.max_deterministic_time = 1, 5.0
            solver.parameters.relative_gap_limit = 0.3
            if solver.solve(model) not in (OPTIMAL, FEASIBLE):
                return [left[0]]
            left = [key for key in left if solver.value(counts[self.keys[key]]) < FEW]
        return []


def read(definition: SurveyDefinition, summary: Published, needs: Sequence[Published]) -> Reader:
    """Everything that follows from a summary and the evidence of needs, to whoever has the questionnaire and takes it
    that everybody answered what had to be answered."""
    reader = Reader(most=summary["returns"]["total"]["valid"])
    places = sorted({place for answer in summary["answers"] for place in answer["strata"]})
    _valid(reader, summary["returns"], places)
    for question in definition.questions:
        for row in [row.name for row in question.rows] or [""]:
            for place in [ALL, *places]:
                _within(reader, definition, question, row, place)
            _over_places(reader, places, [_n(question, row), *_options(definition, question, row)])
    for answer in summary["answers"]:
        for place, tables in {ALL: answer["tables"], **answer["strata"]}.items():
            for table in tables:
                _table(reader, definition, table, place)
    for need in needs:
        _evidence(reader, definition, need, places)
    return reader


def _n(question: Question, row: str = "") -> Key:
    return ("n", question.name, row)


def _options(definition: SurveyDefinition, question: Question, row: str = "") -> list[Key]:
    return [("chose", question.name, row, option.name) for option in definition.options_of(question)]


def _over_places(reader: Reader, places: Sequence[str], keys: Iterable[Key]) -> None:
    for key in keys:
        if places:
            reader.knows([*[((*key, place), 1) for place in places], ((*key, ALL), -1)], 0, 0)


def _valid(reader: Reader, returns: Published, places: Sequence[str]) -> None:
    reader.is_known(("valid", ALL), returns["total"]["valid"])
    told: dict[str, int] = {}
    for wave in returns["waves"]:
        for part in wave["by_community"]:
            told[part["community_code"]] = told.get(part["community_code"], 0) + part["valid"]
    for place in places:
        if told:
            reader.is_known(("valid", place), told[place])
    _over_places(reader, places, [("valid",)])


def _within(reader: Reader, definition: SurveyDefinition, question: Question, row: str, place: str) -> None:
    n, own = (*_n(question, row), place), [(*key, place) for key in _options(definition, question, row)]
    gate = question.shown_if and question.shown_if.split("'")[1]
    valid = ("valid", place)
    if gate:
        asked = ("chose", question.shown_if.split("{")[1].split("}")[0], "", gate, place)  # type: ignore[union-attr]
        reader.knows([(n, 1), (asked, -1)], 0 if question.required else -np.inf, 0)
        reader.knows([(n, 1), (("not asked", question.name, row, place), 1), (valid, -1)], 0, 0)
    reader.knows(
        [(n, 1), (valid, -1)], 0 if question.required and not gate and not question.derived_from else -np.inf, 0
    )
    if question.type == "multi":
        most = question.max_select or len(own)
        for key in own:
            reader.knows([(key, 1), (n, -1)], -np.inf, 0)
        reader.knows([*[(key, 1) for key in own], (n, -1)], 0, np.inf)
        reader.knows([*[(key, 1) for key in own], (n, -most)], -np.inf, 0)
    elif own:
        reader.knows([*[(key, 1) for key in own], (n, -1)], 0, 0)
    if question.derived_from:
        for key in own:
            reader.knows([(key, 1), (("chose", question.derived_from, "", key[3], place), -1)], -np.inf, 0)
        source = ("n", question.derived_from, "", place)
        reader.knows([(n, 1), (source, -1)], 0 if question.required else -np.inf, 0)


def _table(reader: Reader, definition: SurveyDefinition, table: Published, place: str) -> None:
    name, row = table["question"], table["row"]
    if table["n"] is not None:
        reader.is_known(("n", name, row, place), table["n"])
    for line in table["lines"]:
        assert line["weighted"] is None
        if line["count"] is not None:
            reader.is_known(("chose", name, row, line["option"], place), line["count"])
        if line["unweighted"] is not None:
            reader.is_known(("n", name, row, place), int(line["unweighted"]["n"]))
            votes = round(float(line["unweighted"]["share"]) * int(line["unweighted"]["n"]))
            reader.is_known(("chose", name, row, line["option"], place), votes)
    question = definition.question(name)
    if table["mean"] is not None and question is not None and question.type != "number":
        n, mean = int(table["mean"]["n"]), float(table["mean"]["share"])
        reader.is_known(("n", name, row, place), n)
        keys = [(*key, place) for key in _options(definition, question, row)]
        slack = 0.00005 * n
        reader.knows([(key, k) for k, key in enumerate(keys, 1)], mean * n - slack, mean * n + slack)


def _evidence(reader: Reader, definition: SurveyDefinition, need: Published, places: Sequence[str]) -> None:
    """n and share of a category: in these surveys one question votes for it."""
    place, evidence = need["community_code"] or ALL, need["evidence"]
    code, n = need["category_code"], evidence["n"]
    question = next(q for q in definition.questions if any(option.votes_for == code for option in q.options))
    votes = ("votes", code)
    if (*votes, ALL) not in reader.keys:
        for each in [ALL, *places]:
            own = [("chose", question.name, "", o.name, each) for o in question.options if o.votes_for == code]
            for key in own:
                reader.knows([(key, 1), ((*votes, each), -1)], -np.inf, 0)
            is_sum = question.max_select == 1 or len(own) == 1
            reader.knows([((*votes, each), 1), *[(key, -1) for key in own]], 0 if is_sum else -np.inf, 0)
            reader.knows([((*votes, each), 1), (("n", question.name, "", each), -1)], -np.inf, 0)
        _over_places(reader, places, [votes])
    reader.is_known(("n", question.name, "", place), n)
    reader.is_known((*votes, place), round(float(evidence["share"]) * n))


def groups_by_mean(summary: Published, name: str) -> list[set[str]]:
    """The groups of communities whose sum of a number follows from the published means: each, and the rest."""
    answer = next(answer for answer in summary["answers"] if answer["name"] == name)
    told = {place for place, (table,) in answer["strata"].items() if table["mean"] is not None}
    groups = [{place} for place in told]
    if answer["tables"][0]["mean"] is not None:
        groups += [set(answer["strata"]), set(answer["strata"]) - told]
    return [group for group in groups if group]
