"""What the valid answers of a survey say: tables, weights and the demand for each category. Plain values in and out.

Weighting targets are [{"margin": …, "counts": {group: count}}], where the margin is a single-choice question or
`community_code`. An option without a count ("prefer not to say") is left as it is by that margin.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from app.surveys.definition import Question, SurveyDefinition
from app.surveys.models import SurveyResult
from app.surveys.queries import Answered
from app.surveys.rules import TargetUnfit
from app.surveys.statistics import (
    DemandIndex,
    Floats,
    QuestionTable,
    Share,
    by_stratum,
    demand_index,
    figure,
    public_strata,
    public_tables,
    question_tables,
    wilson,
)
from app.surveys.suppression import SMALL
from app.surveys.weighting import Margin, Weights, rake

COMMUNITY = "community_code"
Targets = Sequence[Mapping[str, Any]]


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


def check_targets(definition: SurveyDefinition, targets: Targets) -> None:
    """Refuse (TargetUnfit) a margin that is no single-choice question, a group it does not offer, a count below 1."""
    for target in targets:
        name, counts = str(target["margin"]), target["counts"]
        question = definition.question(name)
        if name != COMMUNITY and (question is None or question.type != "single"):
            raise TargetUnfit(margin=name, group="")
        offered = {option.name for option in question.options} if question else set(counts)
        unfit = sorted(group for group, count in counts.items() if group not in offered or count < 1)
        if unfit or not counts:
            raise TargetUnfit(margin=name, group=unfit[0] if unfit else "")


def weights_of(targets: Targets, answered: Sequence[Answered]) -> Weights | None:
    """Raked weights in the order of `answered`; None without targets or answers."""
    if not targets or not answered:
        return None
    return rake(len(answered), [_margin(target, answered) for target in targets])


def _margin(target: Mapping[str, Any], answered: Sequence[Answered]) -> Margin:
    name, counts = str(target["margin"]), target["counts"]
    groups = [each.community_code if name == COMMUNITY else each.answers.get(name) for each in answered]
    return Margin(name, [group if group in counts else None for group in groups], counts)


def findings(
    definition: SurveyDefinition, targets: Targets, answered: Sequence[Answered], stratum: str | None = None
) -> Findings:
    """Every question's table, weighted beside unweighted, and by `stratum` (a single-choice question, or
    "community_code") besides. Refusal: TargetUnfit for a stratum that is neither."""
    weights = weights_of(targets, answered)
    values = weights.values if weights else None
    strata = _strata(definition, stratum, answered)
    answers = [_answer(definition, question, answered, values, strata) for _, question in definition.asked()]
    return Findings(len(answered), weights, answers, demand_index(definition, _said(answered), values))


def _answer(
    definition: SurveyDefinition,
    question: Question,
    answered: Sequence[Answered],
    weights: Floats | None,
    strata: list[str | None] | None,
) -> Answer:
    own = question_tables(definition, question, _said(answered), weights)
    if strata is None:
        return Answer(question, own, {})
    known = [(each.answers, group) for each, group in zip(answered, strata, strict=True) if group is not None]
    split = by_stratum(definition, question, [said for said, _ in known], [group for _, group in known])
    return Answer(question, own, split)


def _strata(definition: SurveyDefinition, stratum: str | None, answered: Sequence[Answered]) -> list[str | None] | None:
    if stratum is None:
        return None
    question = definition.question(stratum)
    if stratum != COMMUNITY and (question is None or question.type != "single"):
        raise TargetUnfit(margin=stratum, group="")
    return [each.community_code if stratum == COMMUNITY else each.answers.get(stratum) for each in answered]


def _said(answered: Sequence[Answered]) -> list[dict[str, Any]]:
    return [each.answers for each in answered]


def public_findings(definition: SurveyDefinition, targets: Targets, answered: Sequence[Answered]) -> list[Answer]:
    """What anybody may read: questions meant for it, without personal and sensitive ones, small cells hidden, overall
    and by community."""
    found = findings(definition, targets, answered, COMMUNITY)
    return [_published(a) for a in found.answers if a.question.public and a.question.sensitive == "none"]


def _published(answer: Answer) -> Answer:
    """An option hidden overall is hidden in every community too, or the communities would add up to it."""
    own = public_tables(answer.question, answer.tables)
    hidden = {(t.row, line.option) for t in own for line in t.lines if line.count is None}
    masked = {stratum: [_masked(t, hidden) for t in tables] for stratum, tables in answer.strata.items()}
    return Answer(answer.question, own, public_strata(answer.question, masked))


def _masked(table: QuestionTable, hidden: Collection[tuple[str, str]]) -> QuestionTable:
    """The table with nought, which is hidden as small, in place of the counts hidden overall."""
    lines = [type(x)(x.option, 0, None, None) if (table.row, x.option) in hidden else x for x in table.lines]
    return QuestionTable(table.question, table.row, table.n, lines, table.mean)


def category_results(
    survey_id: int, definition: SurveyDefinition, targets: Targets, answered: Sequence[Answered]
) -> list[SurveyResult]:
    """One result per category asked for, in all communities together and in each that answered."""
    weights = weights_of(targets, answered)
    places = sorted({each.community_code for each in answered})
    return [
        _result(survey_id, code, index, weighted=weights is not None)
        for code in (None, *places)
        for index in _demand_in(code, definition, weights, answered)
    ]


class _Wanted(NamedTuple):
    """The demand as weighted, and the plain share beside it."""

    demand: DemandIndex
    share: Share


def _demand_in(
    code: str | None, definition: SurveyDefinition, weights: Weights | None, answered: Sequence[Answered]
) -> list[_Wanted]:
    positions = [at for at, each in enumerate(answered) if code in (None, each.community_code)]
    values = weights.values[positions] if weights else None
    said = [answered[at].answers for at in positions]
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
        is_small=index.chosen < SMALL,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
