"""The figures of a survey as one system: what is published of it, and what anybody can know of how it adds up.

Known to everybody: the questionnaire (whoever was asked has it), how many answers are valid in all, and in each
community but those of `too_few`, which are counted as one and of which nothing is published. Where a rule of the
questionnaire leaves room that the answers did not use (a required question that everybody answered, though on paper
it may be left blank), the reader is taken to guess so: that protects more, never less.
How many left a question blank that everybody is asked is no secret of anyone's; who was asked a follow-up question is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.questionnaires.evaluation import evaluate, is_true
from app.surveys.questionnaires.expressions import Binary, Node, parse, references
from app.surveys.results.said import Column, Said, places_of
from app.surveys.results.statistics import question_tables
from app.surveys.results.suppression import ENDLESS, SMALL, System, hidden_counts

ALL, REST = "", "rest"


class Figure(NamedTuple):
    """One count: the answers to a question (`option` and `code` blank), of them those for an option, or those for any
    option that votes for a category. `stratum` is a community, or ALL."""

    stratum: str
    question: str
    row: str = ""
    option: str = ""
    code: str = ""


class Part(NamedTuple):
    """A term of how many are asked something: `factor` times a figure, or (no question) the valid answers."""

    factor: int
    question: str = ""
    row: str = ""
    option: str = ""


def hidden_figures(definition: SurveyDefinition, said: Said, results: Collection[Figure], on: date) -> set[Figure]:
    """What stays hidden of the tables of public questions, overall and by community, and of `results`, which needs may
    cite whatever question they come from."""
    together = too_few(said)
    places = Column.of(said.communities.each(lambda code: REST if code in together else code, object))
    books = _Books(definition, {ALL: said} | {code: said.at(own) for code, own in places_of(places).items()}, on)
    for _, question in definition.asked():
        books.count_question(question)
    for _, question in definition.asked():
        books.tie(question)
    books.publish_results(figure for figure in results if figure.stratum not in together)
    hidden = hidden_counts(books.system)
    withheld = {figure._replace(stratum=code) for figure in books.at if figure.stratum == REST for code in together}
    withheld |= {figure for figure in results if figure.stratum in together}
    return withheld | {figure for figure, at in books.at.items() if at in hidden}


def too_few(said: Said) -> set[str]:
    """Communities of which nothing is published, not even how many answered: those with fewer than five answers, and
    so many more, smallest first, that what remains of the whole is of ten people and two communities at least."""
    sizes = {code: len(places) for code, places in places_of(said.communities).items()}
    order = sorted(sizes, key=lambda code: (sizes[code], code))
    together: set[str] = set()
    if sizes and sizes[order[0]] < SMALL:
        for code in order:
            if sizes[code] >= SMALL and len(together) > 1 and sum(sizes[each] for each in together) >= 2 * SMALL:
                break
            together.add(code)
    return together


def is_public(question: Question) -> bool:
    return question.public and question.sensitive == "none"


@dataclass
class _Books:
    """The system as it is being built; `at` finds the number of a count by what it counts."""

    definition: SurveyDefinition
    said: Mapping[str, Said]
    on: date
    system: System = field(default_factory=System)
    at: dict[Figure, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.valid = {stratum: self.system.count(len(said)) for stratum, said in self.said.items()}
        self.system.known |= set(self.valid.values())

    def count_question(self, question: Question) -> None:
        """The counts of the question's tables, and how they add up within and over the communities."""
        kinds: dict[tuple[str, str, str], dict[str, int]] = {}
        for stratum, said in self.said.items():
            for table in question_tables(self.definition, question, said):
                counts = {"": table.n or 0, **{line.option: line.count or 0 for line in table.lines}}
                for option, count in counts.items():
                    own = self.at[Figure(stratum, question.name, table.row, option)] = self.system.count(count)
                    kinds.setdefault((question.name, table.row, option), {})[stratum] = own
                    if is_public(question) and stratum != REST:
                        # Without its n a table has no shares; the whole survey's table is read by more than one's.
                        size = len(table.lines) + 1 if not option else 1
                        self.system.publish(own, size * (3.0 if stratum == ALL else 1.0))
        for strata in kinds.values():
            self._over_communities(strata)
        for n, options in self._tables(question):
            self._within(question, n, options)

    def _over_communities(self, strata: dict[str, int]) -> None:
        self.system.adds_up([at for stratum, at in strata.items() if stratum != ALL], strata[ALL])

    def _tables(self, question: Question) -> Iterator[tuple[Figure, list[Figure]]]:
        rows = [row.name for row in question.rows] or [""]
        for stratum in self.said:
            for row in rows:
                n = Figure(stratum, question.name, row)
                yield n, [n._replace(option=option.name) for option in self.definition.options_of(question)]

    def _within(self, question: Question, n: Figure, options: list[Figure]) -> None:
        own = [self.at[option] for option in options]
        if question.type == "multi":
            fewest, most = self._chosen(question)
            for at in own:
                self.system.at_most(at, self.at[n])
            self.system.relate({**dict.fromkeys(own, 1), self.at[n]: -fewest}, 0, ENDLESS)
            self.system.relate({**dict.fromkeys(own, 1), self.at[n]: -most}, -ENDLESS, 0)
            for one, other in self._exclusive(question):
                ends = [self.at[n._replace(option=name)] for name in (one, other)]
                self.system.relate({**dict.fromkeys(ends, 1), self.at[n]: -1}, -ENDLESS, 0)
        elif own:
            self.system.adds_up(own, self.at[n])

    def _chosen(self, question: Question) -> tuple[int, int]:
        """How few and how many options anybody chose: as narrow as any limit of the questionnaire."""
        sizes = [len(given) for given in self.said[ALL].to(question.name).given()] or [1]
        return min(sizes), max(sizes)

    def _exclusive(self, question: Question) -> list[tuple[str, str]]:
        """Pairs of options that nobody may choose together ("none of these")."""
        if question.constraint is None:
            return []
        tree, names = parse(question.constraint), [option.name for option in question.options]

        def allowed(chosen: list[str]) -> bool:
            return is_true(evaluate(tree, {question.name: chosen}, self.on, chosen))

        pairs = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]]
        together = {pair for pair in pairs if allowed(list(pair))}
        return [pair for pair in pairs if pair not in together] if together else []

    def tie(self, question: Question) -> None:
        """The question's n to those who were asked it; a ranking to the choice it is derived from."""
        condition = parse(question.shown_if) if question.shown_if else None
        for n, options in self._tables(question):
            valid = self.valid[n.stratum]
            self._at_most(n, {valid: 1}, all_answer=question.required and condition is None)
            if condition is not None and references(condition):
                others = self.system.count(self._value(valid) - self._value(self.at[n]))
                self.system.adds_up([self.at[n], others], valid)
                parts = list(_conjuncts(condition))
                for asked in (self._asked(part) for part in parts):
                    if asked is not None:
                        self._at_most(n, self._terms(n.stratum, asked), all_answer=len(parts) == 1)
            if question.derived_from:
                for ranked in (n, *options):
                    source = Figure(n.stratum, question.derived_from, "", ranked.option)
                    self._at_most(ranked, {self.at[source]: 1}, all_answer=ranked == n)

    def _at_most(self, part: Figure, whole: dict[int, int], *, all_answer: bool) -> None:
        """`part` is of `whole`; and all of it, where that is so and may be guessed."""
        value, most = self._value(self.at[part]), sum(factor * self._value(at) for at, factor in whole.items())
        if value > most:
            return  # answers taken under another day's condition
        terms = {at: -factor for at, factor in whole.items()}
        terms[self.at[part]] = terms.get(self.at[part], 0) + 1
        self.system.relate(terms, 0 if all_answer and value == most else -ENDLESS, 0)

    def _value(self, at: int) -> int:
        return self.system.values[at]

    def _terms(self, stratum: str, asked: list[Part]) -> dict[int, int]:
        terms: dict[int, int] = {}
        for factor, question, row, option in asked:
            at = self.at[Figure(stratum, question, row, option)] if question else self.valid[stratum]
            terms[at] = terms.get(at, 0) + factor
        return terms

    def _asked(self, condition: Node) -> list[Part] | None:
        """How many a condition on one closed question holds for, in counts of that question; None for any other."""
        about = {(reference.question, reference.row) for reference in references(condition)}
        if len(about) != 1:
            return None
        name, row = about.pop()
        gate = self.definition.question(name)
        if gate is None or gate.type not in ("single", "multi", "rating_matrix"):
            return None

        def holds(answer: Any) -> bool:
            given = {} if answer is None else {name: {row: answer} if row else answer}
            return is_true(evaluate(condition, given, self.on))

        blank = [Part(1), Part(-1, name, row or "")] if holds(None) else []
        names = [option.name for option in gate.options]
        if gate.type != "multi":
            return [*blank, *(Part(1, name, row or "", option) for option in names if holds(option))]
        for option in names:
            others = [other for other in names if other != option]
            if holds([option]) and holds(names) and not (others and holds(others)):
                return [*blank, Part(1, name, "", option)]
            if not holds([option]) and not holds(names) and others and holds(others):
                return [*blank, Part(1, name), Part(-1, name, "", option)]
        return None

    def publish_results(self, results: Iterable[Figure]) -> None:
        for votes in results:
            question = self.definition.question(votes.question)
            assert question is not None
            n = Figure(votes.stratum, votes.question)
            options = [n._replace(option=o.name) for o in question.options if o.votes_for == votes.code]
            for figure in (n, self._votes(votes, question, options)):
                self.system.publish(self.at[figure], 3.0 if votes.stratum == ALL else 1.0)

    def _votes(self, votes: Figure, question: Question, options: list[Figure]) -> Figure:
        """One option's own count, or a count of those who chose any of several."""
        if len(options) == 1:
            self.at[votes] = self.at[options[0]]
        elif votes not in self.at:
            strata = {each: votes._replace(stratum=each) for each in self.said}
            for stratum, own in strata.items():
                self._union(own, question, [option._replace(stratum=stratum) for option in options])
            self._over_communities({stratum: self.at[own] for stratum, own in strata.items()})
        return votes

    def _union(self, votes: Figure, question: Question, options: list[Figure]) -> None:
        names = {option.option for option in options}
        answers = self.said[votes.stratum].to(question.name)
        chosen = int(answers.each(lambda answer: not names.isdisjoint(answer or ())).sum())
        own = self.at[votes] = self.system.count(chosen)
        parts = [self.at[option] for option in options]
        for part in parts:
            self.system.at_most(part, own)
        is_sum = self._chosen(question)[1] == 1
        self.system.relate({own: 1, **dict.fromkeys(parts, -1)}, 0 if is_sum else -ENDLESS, 0)
        self.system.at_most(own, self.at[Figure(votes.stratum, votes.question)])


def _conjuncts(condition: Node) -> Iterator[Node]:
    if isinstance(condition, Binary) and condition.op == "and":
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    else:
        yield condition


def safe_means(values: Mapping[str, Sequence[float]], shown: Collection[str]) -> set[str]:
    """The strata whose mean of a number may be published, of those (`shown`) whose n is.

    A mean times its n is a sum. It may say nothing of a few: at least five lie above the least and five below the
    greatest, and all but the two largest make at least a tenth of the largest (the p % rule, p = 10: Hundepool et al.
    2012, §4.2.2). The same holds for what is left of the whole when the published communities are taken from it.
    """
    safe = {stratum for stratum in shown if _is_spread(values[stratum])}
    while ALL in safe:
        rest = [value for stratum, own in values.items() if stratum not in safe for value in own]
        parts = safe - {ALL}
        if not rest or not parts or _is_spread(rest):
            break
        safe.remove(min(parts, key=lambda stratum: (len(values[stratum]), stratum)))
    return safe


def _is_spread(values: Sequence[float]) -> bool:
    if not values:
        return False
    low, high = min(values), max(values)
    above, below = sum(value > low for value in values), sum(value < high for value in values)
    largest, _, *others = sorted((abs(value) for value in values), reverse=True) if len(values) > 1 else (1.0, 0.0)
    return above >= 5 and below >= 5 and sum(others) >= 0.1 * largest
