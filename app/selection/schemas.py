"""Rounds, lists, pairs and rankings on the wire."""

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.actors import Actor
from app.core.fields import Code, Id, Instant, Line
from app.core.http.unit import example
from app.core.money import Amount, Money
from app.matching.ranking.rank import Absence, Explanation, Ranked, Ranking, Relaxed
from app.matching.ranking.records import DEFAULT_WEIGHTS, Weights
from app.needs.models import Need
from app.offers.models import Offer
from app.parties.queries import PartyName
from app.rankings.market import NeedEntry, OfferEntry
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.policy import actions, pair_actions, pair_standing
from app.selection.rules import Answer, Basis, ListSource, PairStatus, RoundStatus, Side, WhatIf

Ids = Annotated[list[Id], Field(max_length=200)]
IdGroups = Annotated[list[Ids], Field(max_length=200)]
Share = Annotated[Decimal, Field(max_digits=12, decimal_places=10)]
Things = dict[int, NeedEntry] | dict[int, OfferEntry]


class RoundCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            area_code="530114000000",
            title_zh="2026 年冬季双选",
            title_en="Winter 2026 double selection",
            opens_at="2026-11-20T09:00:00+08:00",
            closes_at="2026-11-27T17:00:00+08:00",
            micro_grant_limit="10000.00",
        ),
    )

    area_code: Code
    title_zh: Annotated[str, Line(200, least=1)]
    title_en: Annotated[str, Line(200)] = ""
    opens_at: Instant
    closes_at: Instant
    micro_grant_limit: Amount = Decimal(10000)


class RoundRead(BaseModel):
    """`unmatched` gives, once proposed, each key without a pair and why; `digest` is that of its export.
    `needs_elsewhere`: how many needs of the area sat in another round when this one opened."""

    id: int
    party_id: int
    area_code: str
    title_zh: str
    title_en: str
    status: RoundStatus
    opens_at: datetime
    closes_at: datetime
    micro_grant_limit: Money
    seed: str
    needs_elsewhere: int
    proposed_at: datetime | None
    digest: str | None
    unmatched: dict[str, Any] | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, round: Round, actor: Actor) -> "RoundRead":
        columns = {name: getattr(round, name) for name in cls.model_fields if hasattr(round, name)}
        columns |= {"micro_grant_limit": Money(amount=round.micro_grant_limit), "actions": actions(actor, round)}
        return cls(**columns)


class Seat(BaseModel):
    """A need or an offer that takes part, by its key in lots and certificate; `is_here`: it can still be had."""

    id: int
    key: str
    title: str
    party_id: int
    party_name_zh: str
    party_name_en: str
    places: int = 1
    is_here: bool


class PreferencesSubmit(BaseModel):
    """Tie groups of partner ids, best first. `places`: how many needs an offer can serve."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(groups=[[12], [7, 9]], places=1))

    groups: IdGroups
    places: Annotated[int, Field(ge=-1000, le=1000)] = 1  # less than one is refused by the rules


class PreferencesRead(BaseModel):
    side: Side
    subject_id: int
    groups: IdGroups
    places: int
    source: ListSource | None
    submitted_at: datetime | None
    actions: list[str]

    @classmethod
    def of(
        cls, side: Side, seat: RoundNeed | RoundOffer, handed_in: PreferenceList | None, *, may_submit: bool
    ) -> "PreferencesRead":
        return cls(
            side=side,
            subject_id=seat.need_id if isinstance(seat, RoundNeed) else seat.offer_id,
            groups=handed_in.groups if handed_in else [],
            places=seat.places if isinstance(seat, RoundOffer) else 1,
            source=handed_in.source if handed_in else None,
            submitted_at=handed_in.submitted_at if handed_in else None,
            actions=["submit"] if may_submit else [],
        )


class PairRead(BaseModel):
    """`status` as it stands today: a proposal whose need or offer is gone has `lapsed`."""

    id: int
    round_id: int
    need_id: int
    need_title: str
    offer_id: int
    offer_title: str
    need_party_id: int
    offer_party_id: int
    status: PairStatus
    need_answer: Answer | None
    offer_answer: Answer | None
    basis: Basis | None
    actions: list[str]

    @classmethod
    def of(cls, pair: Pair, need: Need, offer: Offer, actor: Actor, day: date) -> "PairRead":
        status = pair_standing(pair, need, offer, day)
        columns = {name: getattr(pair, name) for name in cls.model_fields if hasattr(pair, name)} | {"status": status}
        may = pair_actions(actor, pair, status)
        return cls(**columns, need_title=need.title, offer_title=offer.title, actions=may)


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
        return WhatIf(weights, self.budget, frozenset(self.without))


class ExplanationRead(BaseModel):
    """One criterion: `value` null means not comparable; `code` and `facts` phrase the reason."""

    criterion: str
    value: Decimal | None
    weight: Decimal
    contribution: Decimal
    code: str
    facts: dict[str, Any]

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
    party_name_zh: str
    party_name_en: str


class RobustnessRead(BaseModel):
    """In what share of 200 draws of the weights it is first, and among the first five."""

    first: Decimal
    top_five: Decimal


class RankedRead(Named):
    place: int
    score: Decimal
    explanation: list[ExplanationRead]
    robustness: RobustnessRead


class ExcludedRead(Named):
    """Shut out by the first filter that failed."""

    filter: Filter
    facts: dict[str, Any]


class BestRead(Named):
    place: int
    score: Decimal


class RelaxedRead(BaseModel):
    """What leaving this single filter out would bring: how many more, and the best of them."""

    filter: Filter
    admitted: int
    best: BestRead


class AbsenceRead(Named):
    """`reason`: the first failing filter, `below_top` (with place and score), `listed`, or `unknown`."""

    reason: Filter | Literal["below_top", "listed", "unknown"]
    facts: dict[str, Any]
    place: int | None
    score: Decimal | None


FEW = 5


class RankingRead(BaseModel):
    """`rows` are the top twenty with reasons, `below` how many more were `admitted`, `excluded` the nearest misses of
    `excluded_count`; `relax` is filled where fewer than five are admitted, `absence` where one was asked about."""

    subject_id: int
    weights: WeightsRead
    rows: list[RankedRead]
    admitted: int
    below: int
    excluded: list[ExcludedRead]
    excluded_count: int
    relax: list[RelaxedRead]
    absence: AbsenceRead | None

    @classmethod
    def of(cls, ranking: Ranking, weights: Weights, things: Things, names: dict[int, PartyName]) -> "RankingRead":
        called = partial(_named, things, names)
        admitted = len(ranking.rows) + len(ranking.below)
        return cls(
            subject_id=int(ranking.subject),
            weights=WeightsRead.of(weights),
            rows=[_ranked(row, called(row.id)) for row in ranking.rows],
            admitted=admitted,
            below=len(ranking.below),
            excluded=[ExcludedRead(**called(r.id), filter=r.filter, facts=dict(r.facts)) for r in ranking.excluded],
            excluded_count=ranking.excluded_count,
            relax=[_relaxed(each, called(each.best.id)) for each in ranking.relaxed] if admitted < FEW else [],
            absence=None if ranking.absence is None else _absent(ranking.absence, called(ranking.absence.id)),
        )


def _named(things: Things, names: dict[int, PartyName], id: str) -> dict[str, Any]:
    """Whatever is known of an id; one that is not in the market has no title."""
    thing = things.get(int(id))
    if thing is None:
        return {"id": int(id), "title": "", "party_id": 0, "party_name_zh": "", "party_name_en": ""}
    name = names[thing.party_id]
    return {
        "id": thing.id,
        "title": thing.title,
        "party_id": thing.party_id,
        "party_name_zh": name.zh,
        "party_name_en": name.en,
    }


def _ranked(row: Ranked, named: dict[str, Any]) -> RankedRead:
    return RankedRead(
        **named,
        place=row.place,
        score=row.score,
        explanation=[ExplanationRead.of(reason) for reason in row.explanation],
        robustness=RobustnessRead(**row.robustness._asdict()),
    )


def _relaxed(each: Relaxed, named: dict[str, Any]) -> RelaxedRead:
    best = BestRead(**named, place=each.best.place, score=each.best.score)
    return RelaxedRead(filter=each.filter, admitted=each.admitted, best=best)


def _absent(absence: Absence, named: dict[str, Any]) -> AbsenceRead:
    standing = absence.standing
    return AbsenceRead(
        **named,
        reason=absence.reason,
        facts=dict(absence.facts),
        place=standing.place if standing else None,
        score=standing.score if standing else None,
    )
