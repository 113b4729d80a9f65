"""Results on the wire: every share with its n and its interval, weighted beside unweighted."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.core.http.unit import example
from app.surveys.questionnaires.definition import Label, SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.questionnaires.survey_read import QUESTIONNAIRE
from app.surveys.results.findings import Findings
from app.surveys.results.models import SurveyFigures
from app.surveys.results.statistics import DemandIndex, QuestionTable, figure
from app.surveys.results.weighting import Weights
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel, WaveStatus
from app.surveys.waves.tallies import RATE, TALLIES, TALLY, Tally, TallyRead, total_of

SHARE = {"share": "0.4146", "low": "0.3314", "high": "0.5030", "n": "123"}
TABLE = {
    "question": "Q1",
    "row": "",
    "n": 123,
    "lines": [{"option": "01", "count": 51, "unweighted": SHARE, "weighted": None}],
    "mean": None,
}
ANSWER = {
    "name": "Q1",
    "label": {"zh": "最需要哪些服务？", "en": "Services"},
    "options": {"01": {"zh": "养老服务", "en": "Older people"}},
    "rows": {},
    "tables": [TABLE],
    "strata": {},
}


class AnswerRead(BaseModel):
    """One question; `strata`: the same tables within each group. Counts are null where they are hidden. `options` and
    `rows`: what the names in the tables stand for."""

    name: str
    label: Label
    options: dict[str, Label]
    rows: dict[str, Label]
    tables: list[QuestionTable]
    strata: dict[str, list[QuestionTable]]

    @classmethod
    def of(cls, definition: SurveyDefinition, name: str, **tables: Any) -> "AnswerRead":
        question = definition.question(name)
        assert question is not None
        return cls(
            name=name,
            label=question.label,
            options={option.name: option.label for option in definition.options_of(question)},
            rows={row.name: row.label for row in question.rows},
            **tables,
        )


class GapRead(BaseModel):
    """The group of a margin that the weights leave farthest from its share: `wanted` in truth, `reached` with them."""

    margin: str
    group: str
    wanted: str
    reached: str


class WeightingRead(BaseModel):
    """`converged`: every margin is met within the limits on weights; `gaps` says per margin how far it is off.
    `uncovered`: groups in which nobody answered, which no weight makes up for."""

    effective_n: str
    capped: int
    converged: bool
    gaps: list[GapRead]
    uncovered: list[tuple[str, str]]

    @classmethod
    def of(cls, weights: Weights) -> "WeightingRead":
        return cls(
            effective_n=f"{weights.effective_n:.1f}",
            capped=weights.capped,
            converged=weights.converged,
            gaps=[
                GapRead(margin=gap.margin, group=gap.group, wanted=figure(gap.wanted), reached=figure(gap.reached))
                for gap in weights.gaps
            ],
            uncovered=weights.uncovered,
        )


class WaveTally(BaseModel):
    wave_id: int
    channel: Channel
    tally: TallyRead
    by_community: list[TallyRead]

    @classmethod
    def of(cls, wave: Wave, tallies: list[Tally]) -> "WaveTally":
        whole, *parts = [TallyRead.of(tally, wave.channel) for tally in tallies]
        return cls(wave_id=wave.id, channel=wave.channel, tally=whole, by_community=parts)


class ReturnsRead(BaseModel):
    """All waves together, and each with its communities."""

    total: TallyRead
    waves: list[WaveTally]

    @classmethod
    def of(cls, waves: list[Wave], tallies: dict[int, list[Tally]]) -> "ReturnsRead":
        kept = [wave for wave in waves if wave.status is not WaveStatus.discarded]
        is_open = any(wave.channel is Channel.open_link for wave in kept)
        total = total_of([tallies[wave.id][0] for wave in kept])
        return cls(
            total=TallyRead.counted(total, "open_link" if is_open else "not_recorded"),
            waves=[WaveTally.of(wave, tallies[wave.id]) for wave in kept],
        )


class FindingsRead(BaseModel):
    """What the valid answers say, for those who asked. `n`: valid answers."""

    model_config = ConfigDict(
        json_schema_extra=example(
            survey_id=3,
            returns={"total": TALLY, "waves": []},
            n=123,
            weighting=None,
            answers=[ANSWER],
            demand=[],
        )
    )

    survey_id: int
    returns: ReturnsRead
    n: int
    weighting: WeightingRead | None
    answers: list[AnswerRead]
    demand: list[DemandIndex]

    @classmethod
    def of(cls, survey: Survey, returns: ReturnsRead, found: Findings) -> "FindingsRead":
        definition = definition_of(survey)
        return cls(
            survey_id=survey.id,
            returns=returns,
            n=found.n,
            weighting=WeightingRead.of(found.weights) if found.weights else None,
            answers=[
                AnswerRead.of(definition, answer.question.name, tables=answer.tables, strata=answer.strata)
                for answer in found.answers
            ],
            demand=found.demand,
        )


class SummaryRead(BaseModel):
    """A closed survey as everybody may read it, as it stood at `frozen_at`: small counts hidden, and others that they
    would follow from; no weighted shares. `waves` are left out where few answered in one of their communities."""

    model_config = ConfigDict(
        json_schema_extra=example(
            survey_id=3,
            title=QUESTIONNAIRE["title"],
            demonstration=False,
            frozen_at="2026-12-01T18:00:00+08:00",
            returns={"total": {**TALLY, "recovery": RATE}, "waves": []},
            answers=[ANSWER],
        )
    )

    survey_id: int
    title: Label
    demonstration: bool
    frozen_at: datetime
    returns: ReturnsRead
    answers: list[AnswerRead]

    @classmethod
    def of(cls, survey: Survey, waves: list[Wave], figures: SurveyFigures) -> "SummaryRead":
        definition = definition_of(survey)
        returns = ReturnsRead.of(waves, TALLIES.validate_python(figures.returns))
        return cls(
            survey_id=survey.id,
            title=definition.title,
            demonstration=survey.is_demonstration,
            frozen_at=figures.frozen_at,
            returns=returns if figures.tells_places else returns.model_copy(update={"waves": []}),
            answers=[AnswerRead.of(definition, **answer) for answer in figures.answers],
        )


class SurveyResultRead(BaseModel):
    """How strongly a category is wanted, when the survey closed; `community_code` null: everywhere together. No need
    may cite one that `is_withheld`: its figures would reveal a count below five."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra=example(
            id=9,
            survey_id=3,
            community_code="530114003004",
            category_code="0101",
            n=123,
            votes=51,
            share="0.4146",
            low="0.3314",
            high="0.5030",
            weighted_share=None,
            weighted_low=None,
            weighted_high=None,
            effective_n="123.0000",
            intensity="0.6000",
            demand_index="0.2488",
            index_low="0.1812",
            index_high="0.3164",
            is_withheld=False,
        ),
    )

    id: int
    survey_id: int
    community_code: str | None
    category_code: str
    n: int
    votes: int
    share: Decimal
    low: Decimal
    high: Decimal
    weighted_share: Decimal | None
    weighted_low: Decimal | None
    weighted_high: Decimal | None
    effective_n: Decimal
    intensity: Decimal | None
    demand_index: Decimal
    index_low: Decimal
    index_high: Decimal
    is_withheld: bool
