"""What the valid answers of a survey say: tables, weights and the demand for each category. Plain values in and out.

Weighting targets are [{"margin": …, "counts": {group: count}}], where the margin is a single-choice question or
`community_code`. An option without a count ("prefer not to say") is left as it is by that margin.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.questionnaires.targets import COMMUNITY, Targets, TargetUnfit
from app.surveys.results.disclosure import ALL, Figure, is_public, safe_means
from app.surveys.results.models import SurveyResult
from app.surveys.results.rules import wilson
from app.surveys.results.said import Column, Said, places_of
from app.surveys.results.statistics import (
    DemandIndex,
    Floats,
    Line,
    Mean,
    QuestionTable,
    Share,
    by_stratum,
    demand_index,
    figure,
    question_tables,
)
from app.surveys.results.weighting import Margin, Weights, rake


class Answer(NamedTuple):
    """One question and what was answered to it; `strata` holds its tables by stratum, if they were asked for."""

    question: Question
    tables: list[QuestionTable]
    strata: dict[str, list[QuestionTable]]


@dataclass(frozen=True)
class Findings:
    """All answers of a survey. `weights` are None where it has no targets."""

    n: int
    weights: Weights | None
    answers: list[Answer]
    demand: list[DemandIndex]


def weights_of(targets: Targets, said: Said) -> Weights | None:
    """Raked weights in the order of the answers; None without targets or answers."""
    if not targets or not len(said):
        return None
    return rake(len(said), [_margin(target, said) for target in targets])


def _margin(target: Mapping[str, Any], said: Said) -> Margin:
    name, counts = str(target["margin"]), target["counts"]
    groups = _groups(said, name).each(lambda group: group if group in counts else None, object)
    return Margin(name, groups.tolist(), counts)


def _groups(said: Said, name: str) -> Column:
    """Who belongs to which: by community, or by the answer to a single-choice question."""
    return said.communities if name == COMMUNITY else said.to(name)


def findings(definition: SurveyDefinition, targets: Targets, said: Said, stratum: str | None = None) -> Findings:
    """Every question's table, weighted beside unweighted, and by `stratum` (a single-choice question, or
    "community_code") besides. Refusal: TargetUnfit for a stratum that is neither."""
    weights = weights_of(targets, said)
    values = weights.values if weights else None
    strata = _strata(definition, stratum, said)
    answers = [_answer(definition, question, said, values, strata) for _, question in definition.asked()]
    return Findings(len(said), weights, answers, demand_index(definition, said, values))


def _answer(
    definition: SurveyDefinition, question: Question, said: Said, values: Floats | None, strata: dict[str, Said]
) -> Answer:
    tables = question_tables(definition, question, said, values)
    return Answer(question, tables, by_stratum(definition, question, strata))


def _strata(definition: SurveyDefinition, stratum: str | None, said: Said) -> dict[str, Said]:
    """Stratum → the answers from there, in order; none where none was asked for."""
    if stratum is None:
        return {}
    question = definition.question(stratum)
    if stratum != COMMUNITY and (question is None or question.type != "single"):
        raise TargetUnfit(margin=stratum, group="")
    return {group: said.at(places) for group, places in places_of(_groups(said, stratum)).items()}


def public_findings(definition: SurveyDefinition, said: Said, hidden: Collection[Figure]) -> list[Answer]:
    """What anybody may read: questions meant for it, without personal and sensitive ones, overall and by community,
    less the `hidden` figures. Plain shares only: weighted ones would be a second equation
    for the same answers."""
    strata = _strata(definition, COMMUNITY, said)
    shown = [question for _, question in definition.asked() if is_public(question)]
    found = [_answer(definition, question, said, None, strata) for question in shown]
    return [_published(answer, said, hidden) for answer in found]


def _published(answer: Answer, said: Said, hidden: Collection[Figure]) -> Answer:
    split = {ALL: answer.tables, **answer.strata}
    means = _means(answer.question, said, [s for s in split if Figure(s, answer.question.name) not in hidden])
    shown = {s: [_shown(s, answer.question, table, hidden, s in means) for table in own] for s, own in split.items()}
    return Answer(answer.question, shown.pop(ALL), shown)


def _means(question: Question, said: Said, shown: Collection[str]) -> set[str]:
    """Where the mean of a number may be published."""
    if question.type != "number":
        return set()
    strata = {code: said.at(places) for code, places in places_of(said.communities).items()}
    return safe_means({code: _numbers(own.to(question.name)) for code, own in {ALL: said, **strata}.items()}, shown)


def _numbers(column: Column) -> list[float]:
    numbers = column.each(lambda answer: float("nan") if answer is None else float(answer))
    given: list[float] = numbers[column.is_answered].tolist()
    return given


def _shown(
    stratum: str, question: Question, table: QuestionTable, hidden: Collection[Figure], has_mean: bool
) -> QuestionTable:
    """A hidden count takes its share with it, a hidden n all shares. The mean of a scale follows from the counts of its
    places, so it is shown where all of them are."""
    n = Figure(stratum, question.name, table.row)
    is_hidden = [n._replace(option=line.option) in hidden for line in table.lines]
    lines = [
        Line(line.option, None if out else line.count, None if out or n in hidden else line.unweighted, None)
        for line, out in zip(table.lines, is_hidden, strict=True)
    ]
    if n in hidden:
        return QuestionTable(table.question, table.row, None, lines)
    mean = table.mean
    if mean is not None and question.type == "number":
        mean = Mean(mean.share, None, None, mean.n) if has_mean else None
    return QuestionTable(table.question, table.row, table.n, lines, None if any(is_hidden) else mean)


def category_results(
    survey_id: int, definition: SurveyDefinition, targets: Targets, said: Said
) -> dict[Figure, SurveyResult]:
    """One result per category asked for, in all communities together and in each that answered, by its figure."""
    weights = weights_of(targets, said)
    values = weights.values if weights else None
    strata: dict[str | None, tuple[Said, Floats | None]] = {None: (said, values)}
    strata |= {
        code: (said.at(places), None if values is None else values[places])
        for code, places in places_of(said.communities).items()
    }
    return {
        Figure(code or ALL, wanted.demand.question, code=wanted.demand.category_code): _result(
            survey_id, code, wanted, weighted=weights is not None
        )
        for code, (own, weighing) in strata.items()
        for wanted in _demand_in(definition, own, weighing)
    }


class _Wanted(NamedTuple):
    """The demand as weighted, and the plain share beside it."""

    demand: DemandIndex
    share: Share


def _demand_in(definition: SurveyDefinition, said: Said, values: Floats | None) -> list[_Wanted]:
    strongest: dict[str, DemandIndex] = {}  # where two questions ask for one category
    for index in demand_index(definition, said, values):
        strongest.setdefault(index.category_code, index)
    return [_Wanted(index, _plain_share(index)) for index in strongest.values()]


def _plain_share(index: DemandIndex) -> Share:
    share = index.chosen / index.n
    low, high = wilson(share, index.n)
    return Share(figure(share), figure(low), figure(high), str(index.n))


def _result(survey_id: int, code: str | None, wanted: _Wanted, *, weighted: bool) -> SurveyResult:
    index, plain = wanted
    low, high = wilson(float(index.share), float(index.effective_n))
    spread = (index.share, figure(low), figure(high)) if weighted else (None, None, None)
    return SurveyResult(
        survey_id=survey_id,
        community_code=code,
        category_code=index.category_code,
        n=index.n,
        votes=index.chosen,
        share=Decimal(plain.share),
        low=Decimal(plain.low),
        high=Decimal(plain.high),
        weighted_share=_decimal(spread[0]),
        weighted_low=_decimal(spread[1]),
        weighted_high=_decimal(spread[2]),
        effective_n=Decimal(index.effective_n),
        intensity=_decimal(index.intensity),
        demand_index=Decimal(index.index),
        index_low=Decimal(index.low),
        index_high=Decimal(index.high),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
