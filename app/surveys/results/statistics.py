"""What a survey found, each share with its n and its interval; weighted beside unweighted.

Shares are of those who answered the question (n); hidden and blank questions are not part of it. Intervals are
Wilson's score intervals at 95 % (Wilson 1927; Brown, Cai & DasGupta 2001 for its use with small n), for weighted
shares with the effective sample size in place of n (Kish 1965). Figures leave as text with four decimals.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.results.rules import Z, wilson
from app.surveys.results.said import Column, Response, Said, said_by
from app.surveys.results.weighting import effective_n

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval, four decimals each; `n` is what it rests on (effective, when weighted)."""

    share: str
    low: str
    high: str
    n: str


@dataclass(frozen=True)
class Mean:
    """A mean with its 95 % interval, four decimals each; public ones of numbers have none, since the squares it is
    made of would tell how the answers are spread."""

    share: str
    low: str | None
    high: str | None
    n: str


@dataclass(frozen=True)
class Line:
    """One option. `count` and the shares are None where a public table hides them."""

    option: str
    count: int | None
    unweighted: Share | None
    weighted: Share | None


@dataclass(frozen=True)
class QuestionTable:
    """`row` is the matrix row, or "". `n` answered; None where hidden. `means` of a number or a scale is with n too."""

    question: str
    row: str
    n: int | None
    lines: list[Line]
    mean: Mean | None = None


@dataclass(frozen=True)
class DemandIndex:
    """How strongly a category is wanted: share × intensity, between 0 and 1, with its 95 % interval.

    `chosen` of the `n` who answered `question` chose an option that votes for it; `intensity` is what those who chose
    it gave on average. Weighted with the weights handed in; `effective_n` is what the interval rests on.
    """

    category_code: str
    question: str
    n: int
    chosen: int
    share: str
    intensity: str | None
    index: str
    low: str
    high: str
    effective_n: str


def figure(value: float) -> str:
    """Four decimals, never "-0.0000"."""
    return f"{round(value, 4) + 0.0:.4f}"


def _share(share: float, n: float) -> Share:
    low, high = wilson(share, n)
    return Share(figure(share), figure(low), figure(high), figure(n).removesuffix(".0000"))


def question_tables(
    definition: SurveyDefinition,
    question: Question,
    responses: Said | Sequence[Response],
    weights: Floats | None = None,
) -> list[QuestionTable]:
    """single, multi: the share of each option. ranking: the share that ranked it first. matrix: one table per row.
    number: the mean. date, open: only n. A scale has its mean place (1 = lowest) besides."""
    offered = [option.name for option in definition.options_of(question)]
    column = said_by(responses).to(question.name)
    if question.type == "rating_matrix":
        return [_table(question, row.name, offered, column, weights) for row in question.rows]
    return [_table(question, "", offered, column, weights)]


def _table(question: Question, row: str, offered: list[str], column: Column, weights: Floats | None) -> QuestionTable:
    meant = Column(column.codes, [_meant(question, row, answer) for answer in column.values])
    answered = meant.each(lambda answer: answer is not None, bool)
    kept = meant.at(answered)
    own = weights[answered] if weights is not None else None
    lines = [_line(option, kept, own) for option in offered]
    places: Floats | None = None
    if question.scale or question.type == "rating_matrix":
        place = {option: float(at) for at, option in enumerate(offered, 1)}
        places = kept.each(lambda answer: place[answer] if answer is not None else 0.0)
    if question.type == "number":
        places = kept.each(lambda answer: float(answer) if answer is not None else 0.0)
    mean = None if places is None or not len(places) else _mean(places, own)
    return QuestionTable(question.name, row, len(kept.codes), lines, mean)


def _meant(question: Question, row: str, answer: Any) -> Any:
    """What of an answer is counted; None for nothing."""
    if question.type == "rating_matrix":
        return answer.get(row)
    if question.type == "ranking":
        return answer[0] if answer else None
    return answer


def _line(option: str, answers: Column, weights: Floats | None) -> Line:
    chosen = answers.each(lambda answer: option in answer if isinstance(answer, list) else answer == option)
    if not len(chosen):
        return Line(option, 0, None, None)
    weighted = None
    if weights is not None:
        weighted = _share(float(chosen @ weights / weights.sum()), effective_n(weights))
    return Line(option, int(chosen.sum()), _share(float(chosen.mean()), len(chosen)), weighted)


def _mean(numbers: Floats, weights: Floats | None) -> Mean:
    """The (weighted) mean with its 95 % interval by linearisation."""
    own = weights if weights is not None else np.ones(len(numbers))
    mean, deviation = _weighted_mean(numbers, own)
    n = effective_n(own)
    return Mean(
        figure(mean), figure(mean - Z * deviation), figure(mean + Z * deviation), figure(n).removesuffix(".0000")
    )


def _weighted_mean(values: Floats, weights: Floats) -> tuple[float, float]:
    """Mean Σwy/Σw and its standard error √(n/(n−1) · Σw²(y−ȳ)²) / Σw, the linearised variance of a ratio (delta
    method; Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, §5.5). One answer has no error to
    estimate: it stands with the widest, that of a share of one half."""
    total = float(weights.sum())
    mean = float(values @ weights) / total
    n = len(values)
    if n < 2:
        return mean, 0.5
    off = weights * (values - mean)
    spread = float(off @ off) * n / (n - 1)
    return mean, math.sqrt(spread) / total


def by_stratum(
    definition: SurveyDefinition, question: Question, strata: Mapping[str, Said | Sequence[Response]]
) -> dict[str, list[QuestionTable]]:
    """The question's tables within each stratum (a community, an age band), unweighted."""
    return {stratum: question_tables(definition, question, own) for stratum, own in strata.items()}


def demand_index(
    definition: SurveyDefinition, responses: Said | Sequence[Response], weights: Floats | None = None
) -> list[DemandIndex]:
    """Per category code that options of a multi question vote for, strongest first (then by code).

    With k places to rank (3 here) a respondent gives y = points / k: 3/3 for the category ranked first, 2/3, 1/3,
    and 0 when it was chosen without a place, or not chosen. Then share × intensity = (chosen / n) × (Σy / chosen)
    is the mean of y over all who answered, and its interval Wilson's with the n that has its error. Without a
    ranking of the question every choice counts 1. Several options for one category count once, the best of them.
    """
    said = said_by(responses)
    found = [
        index
        for _, question in definition.asked()
        if question.type == "multi"
        for index in _demand_of(definition, question, said, weights)
    ]
    return sorted(found, key=lambda index: (-float(index.index), index.category_code))


def _demand_of(
    definition: SurveyDefinition, question: Question, said: Said, weights: Floats | None
) -> list[DemandIndex]:
    column = said.to(question.name)
    answered = column.is_answered
    if not answered.any():
        return []
    kept, own = column.at(answered), weights[answered] if weights is not None else np.ones(int(answered.sum()))
    ranking = next((q for _, q in definition.asked() if q.derived_from == question.name), None)
    ranked = said.to(ranking.name).at(answered) if ranking else None
    places = ranking.rank_count if ranking else None
    codes = sorted({option.votes_for for option in question.options if option.votes_for})
    return [_index(code, question, kept, ranked, places, own) for code in codes]


def _index(
    code: str, question: Question, chose: Column, ranked: Column | None, places: int | None, weights: Floats
) -> DemandIndex:
    options = {option.name for option in question.options if option.votes_for == code}
    chosen = chose.each(lambda answer: not options.isdisjoint(answer or ()))
    points = ranked.each(lambda names: _points(names or [], options, places)) if ranked else np.ones(len(chosen))
    given = chosen * points
    mean = float(given @ weights / weights.sum())
    low, high = wilson(mean, _counts_as(given, weights))
    share = float(chosen @ weights / weights.sum())
    return DemandIndex(
        category_code=code,
        question=question.name,
        n=len(chosen),
        chosen=int(chosen.sum()),
        share=figure(share),
        intensity=figure(mean / share) if share > 0 else None,
        index=figure(mean),
        low=figure(low),
        high=figure(high),
        effective_n=figure(effective_n(weights)).removesuffix(".0000"),
    )


def _counts_as(values: Floats, weights: Floats) -> float:
    """How many answers of yes or no would say as much about the mean of `values`, each between 0 and 1: the n by which
    p(1 − p)/n is the variance of the weighted mean (Korn & Graubard 1998, for shares), n itself for plain ones. Where
    all say the same, no variance can be estimated: the effective sample size, so that Wilson's interval has a width.
    """
    mean, error = _weighted_mean(values, weights)
    kish = effective_n(weights)
    if error <= 0.0 or not 0.0 < mean < 1.0:
        return kish
    n = len(values)
    return mean * (1 - mean) / error**2 * n / (n - 1)


def _points(ranked: Sequence[str], options: set[str], places: int | None) -> float:
    places = places or len(ranked)
    best = next((place for place, name in enumerate(ranked) if name in options), places)
    return max(0.0, (places - best) / places) if places else 0.0
