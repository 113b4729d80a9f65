"""Rankings on the wire, with a reason for each criterion."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.fields import Id
from app.core.http.unit import example
from app.core.money import Amount, Money
from app.matching.ranking.fit import Fit
from app.matching.ranking.rank import Absence, Explanation, Ranked, Ranking, Relaxed
from app.matching.ranking.records import DEFAULT_WEIGHTS, NeedRecord, OfferRecord, Weights
from app.parties.queries import PartyName
from app.rankings.entries import NeedEntry, OfferEntry
from app.rankings.rules import WhatIf

Share = Annotated[Decimal, Field(max_digits=12, decimal_places=10)]
# A fact of a reason as it is read: an amount, a grade or a share, a day, a word, or several codes.
Fact = int | float | Decimal | date | str | list[str] | list[int] | None
Things = Mapping[int, NeedEntry] | Mapping[int, OfferEntry]


class WeightsRead(BaseModel):
    """The share of each criterion; together they make one."""

    model_config = ConfigDict(extra="forbid")

    text: Share
    category: Share
    population: Share
    coverage: Share
    budget: Share
    time: Share
    capacity: Share
    rating: Share

    @classmethod
    def of(cls, weights: Weights) -> "WeightsRead":
        return cls.model_validate(dict(weights.shares()))


Filter = Literal["coverage", "population", "budget", "dates", "qualifications", "rectification", "inactive"]


class RankingAsk(BaseModel):
    """Nothing given: the published ranking. `weights`, `budget` (of the need) and `without` (filters left out) try
    something out and change nothing; `about` asks why this offer or need is not among the rows."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(budget="12000.00", without=["dates"], about=7))

    weights: WeightsRead | None = None
    budget: Amount | None = None
    without: Annotated[list[Filter], Field(max_length=20)] = []
    about: Id | None = None

    def what_if(self) -> WhatIf:
        weights = Weights(**self.weights.model_dump()) if self.weights else DEFAULT_WEIGHTS
        about = None if self.about is None else str(self.about)
        return WhatIf(weights, self.budget, frozenset(self.without), about)


class ExplanationRead(BaseModel):
    """One criterion: `value` null means not comparable; `code` and `facts` phrase the reason. Of `words` one like
    `x=y` says that the offer says y for what the need calls x."""

    criterion: str
    value: Decimal | None
    weight: Decimal
    contribution: Decimal
    code: str
    facts: dict[str, Fact]

    @classmethod
    def of(cls, row: Explanation) -> "ExplanationRead":
        return cls(
            criterion=row.criterion,
            value=row.value,
            weight=row.weight,
            contribution=row.contribution,
            code=row.code,
            facts=dict(row.facts),
        )


class Named(BaseModel):
    """An offer or a need in a ranking."""

    id: int
    title: str
    party_id: int
    party_zh: str
    party_en: str


class RobustnessRead(BaseModel):
    """In what share of 200 draws of the weights it is first, and among the first five: how firm the order is, and
    nothing of whether it fits, which `fit` tells."""

    first: Decimal
    top_five: Decimal


class OfferTerms(BaseModel):
    """What an offer costs, how many it serves and when."""

    side: Literal["offer"] = "offer"
    price: Decimal | None
    price_unit: str
    capacity: str
    schedule: str
    available_from: date | None
    available_until: date | None

    @classmethod
    def of(cls, offer: OfferRecord) -> "OfferTerms":
        return cls.model_validate(offer, from_attributes=True)


class NeedTerms(BaseModel):
    """What a need may cost in all, whom it serves and when."""

    side: Literal["need"] = "need"
    budget: Money | None
    beneficiaries: int | None
    schedule: str
    starts_on: date | None
    ends_on: date | None

    @classmethod
    def of(cls, need: NeedRecord) -> "NeedTerms":
        plain = {name: getattr(need, name) for name in ("beneficiaries", "schedule", "starts_on", "ends_on")}
        return cls(**plain, budget=Money.of(need.budget))


class RankedRead(Named):
    place: int
    score: Decimal
    terms: Annotated[OfferTerms | NeedTerms, Field(discriminator="side")]
    explanation: list[ExplanationRead]
    robustness: RobustnessRead


class ExcludedRead(Named):
    """Shut out by the first filter that failed."""

    filter: Filter
    facts: dict[str, Fact]


class BestRead(Named):
    place: int
    score: Decimal


class RelaxedRead(BaseModel):
    """What leaving this single filter out would bring: how many more, and the best of them, which probably does not fit
    either where that `is_doubtful`."""

    filter: Filter
    admitted: int
    best: BestRead
    is_doubtful: bool


class AbsenceRead(Named):
    """`reason`: the first failing filter, `below_top` (with place and score), `listed`, or `unknown`."""

    reason: Filter | Literal["below_top", "listed", "unknown"]
    facts: dict[str, Fact]
    place: int | None
    score: Decimal | None


class FitRead(BaseModel):
    """`is_doubtful`: the best place probably does not fit. `reasons` why, what it lacks most first, and what
    `helps`: another category or group for whoever is ranked for, or one filter less."""

    is_doubtful: bool
    reasons: list[Literal["nobody", "few_words", "category_unclear", "other_category", "other_people"]]
    helps: list[Literal["codes", "filters"]]

    @classmethod
    def of(cls, fit: Fit) -> "FitRead":
        return cls.model_validate({**fit._asdict(), "is_doubtful": bool(fit.reasons)})


FEW = 5


class RankingRead(BaseModel):
    """`fit` comes before any list: whether anything in it fits. `rows` are the top twenty with reasons, `below` how
    many more were `admitted`, `excluded` the nearest misses of `excluded_count`; `relax` is filled where fewer than
    five are admitted or it helps, `absence` where one was asked about."""

    subject_id: int
    weights: WeightsRead
    fit: FitRead
    rows: list[RankedRead]
    admitted: int
    below: int
    excluded: list[ExcludedRead]
    excluded_count: int
    relax: list[RelaxedRead]
    absence: AbsenceRead | None

    @classmethod
    def of(cls, ranking: Ranking, things: Things, names: Mapping[int, PartyName], weights: Weights) -> "RankingRead":
        called = partial(_named, things, names)
        return cls(
            subject_id=int(ranking.subject),
            weights=WeightsRead.of(weights),
            fit=FitRead.of(ranking.fit),
            rows=[_ranked(row, called(row.id), things[int(row.id)].record) for row in ranking.rows],
            admitted=ranking.admitted,
            below=ranking.admitted - len(ranking.rows),
            excluded=[ExcludedRead(**called(r.id), filter=r.filter, facts=dict(r.facts)) for r in ranking.excluded],
            excluded_count=ranking.excluded_count,
            relax=[_relaxed(each, called(each.best.id)) for each in ranking.relaxed] if _is_short(ranking) else [],
            absence=None if ranking.absence is None else _absent(ranking.absence, called(ranking.absence.id)),
        )


def _is_short(ranking: Ranking) -> bool:
    """Whether it is told what leaving out a filter would bring."""
    return ranking.admitted < FEW or "filters" in ranking.fit.helps


def _named(things: Things, names: Mapping[int, PartyName], id: str) -> dict[str, Any]:
    """Whatever is known of an id; one that is not in the market has no title."""
    thing = things.get(int(id))
    if thing is None:
        return {"id": int(id), "title": "", "party_id": 0, "party_zh": "", "party_en": ""}
    name = names[thing.party_id]
    return {
        "id": thing.id,
        "title": thing.title,
        "party_id": thing.party_id,
        "party_zh": name.zh,
        "party_en": name.en,
    }


def _ranked(row: Ranked, named: dict[str, Any], record: OfferRecord | NeedRecord) -> RankedRead:
    return RankedRead(
        **named,
        place=row.place,
        score=row.score,
        terms=OfferTerms.of(record) if isinstance(record, OfferRecord) else NeedTerms.of(record),
        explanation=[ExplanationRead.of(reason) for reason in row.explanation],
        robustness=RobustnessRead(**row.robustness._asdict()),
    )


def _relaxed(each: Relaxed, named: dict[str, Any]) -> RelaxedRead:
    best = BestRead(**named, place=each.best.place, score=each.best.score)
    return RelaxedRead(filter=each.filter, admitted=each.admitted, best=best, is_doubtful=each.is_doubtful)


def _absent(absence: Absence, named: dict[str, Any]) -> AbsenceRead:
    placing = absence.placing
    return AbsenceRead(
        **named,
        reason=absence.reason,
        facts=dict(absence.facts),
        place=placing.place if placing else None,
        score=placing.score if placing else None,
    )
