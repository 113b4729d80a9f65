"""Figures of a survey counted answer by answer, plainly: the columns of `said.py` are held against them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.results.rules import wilson
from app.surveys.results.statistics import (
    DemandIndex,
    Line,
    Mean,
    QuestionTable,
    Z,
    _counts_as,
    _share,
    _weighted_mean,
    effective_n,
    figure,
)

Floats = NDArray[np.float64]
Response = Mapping[str, Any]


def question_tables(
    definition: SurveyDefinition, question: Question, responses: Sequence[Response], weights: Floats | None = None
) -> list[QuestionTable]:
    """single, multi: the share of each option. ranking: the share that ranked it first. matrix: one table per row.
    number: the mean. date, open: only n. A scale has its mean place (1 = lowest) besides."""
    offered = [option.name for option in definition.options_of(question)]
    answers = [response.get(question.name) for response in responses]
    if question.type == "rating_matrix":
        rated = {row.name: [(a or {}).get(row.name) for a in answers] for row in question.rows}
        return [_table(question, row, offered, given, weights) for row, given in rated.items()]
    if question.type == "ranking":
        answers = [ranked[0] if ranked else None for ranked in answers]
    return [_table(question, "", offered, answers, weights)]


def _table(
    question: Question, row: str, offered: list[str], answers: Sequence[Any], weights: Floats | None
) -> QuestionTable:
    answered = np.array([answer is not None for answer in answers], dtype=bool)
    kept = [answer for answer in answers if answer is not None]
    own = weights[answered] if weights is not None else None
    lines = [_line(option, kept, own) for option in offered]
    places: list[float] = []
    if question.scale or question.type == "rating_matrix":
        places = [float(offered.index(answer) + 1) for answer in kept]
    if question.type == "number":
        places = [float(answer) for answer in kept]
    return QuestionTable(question.name, row, len(kept), lines, _mean(places, own) if places else None)


def _line(option: str, answers: Sequence[Any], weights: Floats | None) -> Line:
    several = bool(answers) and isinstance(answers[0], list)  # one question's answers are all of a kind
    chosen = np.array([option in a for a in answers] if several else [a == option for a in answers], dtype=float)
    if not len(chosen):
        return Line(option, 0, None, None)
    weighted = None
    if weights is not None:
        weighted = _share(float(chosen @ weights / weights.sum()), effective_n(weights))
    return Line(option, int(chosen.sum()), _share(float(chosen.mean()), len(chosen)), weighted)


def _mean(values: Sequence[float], weights: Floats | None) -> Mean:
    """The (weighted) mean with its 95 % interval by linearisation."""
    numbers = np.array(values)
    own = weights if weights is not None else np.ones(len(numbers))
    mean, deviation = _weighted_mean(numbers, own)
    n = effective_n(own)
    return Mean(
        figure(mean), figure(mean - Z * deviation), figure(mean + Z * deviation), figure(n).removesuffix(".0000")
    )


def demand_index(
    definition: SurveyDefinition, responses: Sequence[Response], weights: Floats | None = None
) -> list[DemandIndex]:
    """Per category code that options of a multi question vote for, strongest first (then by code).

    With k places to rank (3 here) a respondent gives y = points / k: 3/3 for the category ranked first, 2/3, 1/3,
    and 0 when it was chosen without a place, or not chosen. Then share × intensity = (chosen / n) × (Σy / chosen)
    is the mean of y over all who answered, and its interval Wilson's with the n that has its error. Without a
    ranking of the question every choice counts 1. Several options for one category count once, the best of them.
    """
    found = [
        index
        for _, question in definition.asked()
        if question.type == "multi"
        for index in _demand_of(definition, question, responses, weights)
    ]
    return sorted(found, key=lambda index: (-float(index.index), index.category_code))


def _demand_of(
    definition: SurveyDefinition, question: Question, responses: Sequence[Response], weights: Floats | None
) -> list[DemandIndex]:
    answered = np.array([question.name in response for response in responses], dtype=bool)
    kept = [response for response in responses if question.name in response]
    if not kept:
        return []
    own = weights[answered] if weights is not None else np.ones(len(kept))
    ranking = next((q for _, q in definition.asked() if q.derived_from == question.name), None)
    codes = sorted({option.votes_for for option in question.options if option.votes_for})
    return [_index(code, question, ranking, kept, own) for code in codes]


def _index(
    code: str, question: Question, ranking: Question | None, responses: Sequence[Response], weights: Floats
) -> DemandIndex:
    options = {option.name for option in question.options if option.votes_for == code}
    chosen = np.array([not options.isdisjoint(r[question.name]) for r in responses], dtype=float)
    points = np.array([_points(r, options, ranking) for r in responses]) if ranking else np.ones(len(responses))
    given = chosen * points
    mean = float(given @ weights / weights.sum())
    low, high = wilson(mean, _counts_as(given, weights))
    share = float(chosen @ weights / weights.sum())
    return DemandIndex(
        category_code=code,
        question=question.name,
        n=len(responses),
        chosen=int(chosen.sum()),
        share=figure(share),
        intensity=figure(mean / share) if share > 0 else None,
        index=figure(mean),
        low=figure(low),
        high=figure(high),
        effective_n=figure(effective_n(weights)).removesuffix(".0000"),
    )


def _points(response: Response, options: set[str], ranking: Question) -> float:
    ranked = response.get(ranking.name) or []
    places = ranking.rank_count or len(ranked)
    best = next((place for place, name in enumerate(ranked) if name in options), places)
    return max(0.0, (places - best) / places) if places else 0.0
