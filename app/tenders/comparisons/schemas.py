"""Award sets side by side, and the price of including each loser, on the wire."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from app.assessments.agreement import Mirror, Reliability, Surprise
from app.assessments.scoring import published
from app.core.actors import Actor
from app.core.fields import Line
from app.core.http.unit import example
from app.core.money import Money, yuan
from app.tenders.awards.models import Result
from app.tenders.awards.queries import ResultLine
from app.tenders.comparisons.left_out import Change, Kept
from app.tenders.comparisons.models import InclusionPrice
from app.tenders.comparisons.policy import actions
from app.tenders.comparisons.queries import ComparedSet, LotComparison, PricedLosers
from app.tenders.comparisons.rules import LIVE, Method, RunStatus, Unpriced
from app.tenders.notices.models import Tender
from app.tenders.profiles.rules import OverspendRule


class InclusionAsk(BaseModel):
    """`lot`: the code of the lot whose losers are to be priced."""

    model_config = ConfigDict(extra="forbid")

    lot: Annotated[str, Line(40, least=1)]


class BidLabel(BaseModel):
    """A bid by its number, with its project and its applicant."""

    bid_id: int
    bid: str
    title: str
    applicant_zh: str
    applicant_en: str

    @classmethod
    def of(cls, line: ResultLine) -> "BidLabel":
        return cls(**cls.facts(line))

    @staticmethod
    def facts(line: ResultLine) -> dict[str, object]:
        who = {"applicant_zh": line.applicant.zh, "applicant_en": line.applicant.en}
        return {"bid_id": line.bid.id, "bid": line.bid.ref or "", "title": line.title, **who}


class ComparedBid(BidLabel):
    """`score` in points (two decimals, half up), `asked` what the bid asks for, `amount` what this set gives it.
    `is_gained`: the decision does not award it."""

    place: int
    score: Decimal
    asked: Money
    amount: Money
    is_gained: bool
    is_own: bool


class AwardSet(BaseModel):
    """What one way of choosing awards: `bids` in the order of places, `score` their total in points.

    `applied` is the rule that settled it in the end (`trim` falls back to `skip`; null for equal shares). `bound`
    (`optimise` only): proven, no set within budget and places has a higher total for the amounts asked; `trim` can
    pass it, since it pays less than was asked. `equal_shares`: each judge holds an equal share of the budget and
    pays for bids by the totals of its own sheets; what the shares leave over is not spent. `gained` and `lost` are
    the differences from the decision: bids that only this set awards, and bids that only the decision does.
    """

    method: Method
    applied: OverspendRule | None
    is_decided: bool
    number: int
    amount: Money
    score: Decimal
    bound: Decimal | None
    bids: list[ComparedBid]
    gained: list[BidLabel]
    lost: list[BidLabel]

    @classmethod
    def of(cls, chosen: ComparedSet, lot: LotComparison, actor: Actor) -> "AwardSet":
        return cls(
            method=chosen.method,
            applied=chosen.applied,
            is_decided=chosen is lot.sets[0],
            number=len(chosen.amounts),
            amount=Money(amount=yuan(sum(chosen.amounts.values(), Decimal(0)))),
            score=chosen.score,
            bound=chosen.bound,
            bids=[
                ComparedBid(
                    **BidLabel.facts(lot.lines[bid]),
                    place=lot.lines[bid].place,
                    score=lot.lines[bid].score,
                    asked=Money(amount=lot.lines[bid].asked),
                    amount=Money(amount=amount),
                    is_gained=bid in chosen.gained,
                    is_own=_is_own(lot.lines[bid], actor),
                )
                for bid, amount in chosen.amounts.items()
            ],
            gained=_labels(chosen.gained, lot),
            lost=_labels(chosen.lost, lot),
        )


class InclusionRow(BidLabel):
    """A loser and what including it would cost: `price` is the drop of the total score, in points to four decimals
    (rounded up), from the best set to the best set that holds this bid; 0 means that it costs nothing.

    That set lacks the bids `instead_of` and has those that `joined`, beside this one. Without a price, `reason`
    says why there is none. Sets hold bids at the amounts asked, with one award per applicant and per item.
    """

    place: int
    score: Decimal
    asked: Money
    price: Decimal | None
    reason: Unpriced | None
    instead_of: list[BidLabel]
    joined: list[BidLabel]
    is_own: bool

    @classmethod
    def priced(cls, line: ResultLine, price: InclusionPrice, lot: LotComparison, actor: Actor) -> "InclusionRow":
        return cls(
            **BidLabel.facts(line),
            place=line.place,
            score=line.score,
            asked=Money(amount=line.asked),
            price=price.price,
            reason=price.reason,
            instead_of=_labels(price.instead_of, lot),
            joined=_labels(price.joined, lot),
            is_own=_is_own(line, actor),
        )


class BestSet(BaseModel):
    """The set of highest total score that prices are measured against. `bound`: no set has a higher total."""

    bids: list[BidLabel]
    amount: Money
    score: Decimal
    bound: Decimal | None


class InclusionRead(BaseModel):
    """`done` of the `total` losers are priced, their `rows` by place; complete and proven at `proven_at`.

    `is_outdated`: asked for an earlier ranking of the lot, so its figures no longer hold. `fault` is the code of
    the refusal that ended a failed run.
    """

    status: RunStatus
    done: int
    total: int
    asked_at: datetime
    proven_at: datetime | None
    is_outdated: bool
    fault: str | None
    best: BestSet | None
    rows: list[InclusionRow]

    @classmethod
    def of(cls, priced: PricedLosers, lot: LotComparison, actor: Actor) -> "InclusionRead":
        run = priced.run
        found = [(line, priced.rows[line.bid.id]) for line in lot.lines.values() if line.bid.id in priced.rows]
        return cls(
            status=run.status,
            done=run.done,
            total=run.total,
            asked_at=run.asked_at,
            proven_at=run.proven_at,
            is_outdated=priced.is_outdated,
            fault=run.fault,
            best=_best(priced, lot),
            rows=[InclusionRow.priced(line, price, lot, actor) for line, price in found],
        )


class LotComparisonRead(BaseModel):
    """`sets`: the decided one first, then the other rules of the profile, then equal shares of the judges.
    `inclusion` is null until it was asked for."""

    lot_id: int
    lot: str
    title_zh: str
    title_en: str
    budget: Money
    places: int
    sets: list[AwardSet]
    inclusion: InclusionRead | None
    actions: list[str]

    @classmethod
    def of(cls, compared: LotComparison, tender: Tender, actor: Actor) -> "LotComparisonRead":
        lot, priced = compared.lot, compared.inclusion
        run = priced.run.status if priced and not priced.is_outdated else None
        return cls(
            lot_id=lot.id,
            lot=lot.code,
            title_zh=lot.title_zh,
            title_en=lot.title_en or lot.title_zh,
            budget=Money(amount=lot.budget),
            places=lot.places,
            sets=[AwardSet.of(each, compared, actor) for each in compared.sets],
            inclusion=InclusionRead.of(priced, compared, actor) if priced else None,
            actions=actions(actor, tender, run),
        )


class AwardsComparison(BaseModel):
    """The result whose number is `number`, lot by lot. `is_running`: some losers are being priced; read again."""

    model_config = ConfigDict(
        json_schema_extra=example(
            tender_id=1,
            number=1,
            published_at="2018-07-30T09:00:00+08:00",
            is_running=False,
            lots=[],
        )
    )

    tender_id: int
    ref: str
    title_zh: str
    title_en: str
    number: int
    published_at: datetime | None
    is_running: bool
    lots: list[LotComparisonRead]

    @classmethod
    def of(cls, tender: Tender, result: Result, lots: Sequence[LotComparison], actor: Actor) -> "AwardsComparison":
        return cls(
            tender_id=tender.id,
            ref=tender.ref,
            title_zh=tender.title_zh,
            title_en=tender.title_en or tender.title_zh,
            number=result.number,
            published_at=result.published_at,
            is_running=any(lot.inclusion is not None and lot.inclusion.run.status in LIVE for lot in lots),
            lots=[LotComparisonRead.of(lot, tender, actor) for lot in lots],
        )


class Changed(BaseModel):
    """The bids that would win only without the judge, and those that win only with; both empty: the same winners."""

    gained: list[str]
    lost: list[str]

    @classmethod
    def of(cls, change: Change | None) -> "Changed | None":
        return None if change is None else cls(gained=list(change.gained), lost=list(change.lost))


class MirrorRead(BaseModel):
    """How a judge marked, in points: `severity` above the panel (below nought: stricter), `spread` 1 where the judge
    tells bids apart as far as the panel (null: too few sheets), `scatter` the standard deviation of what bid and judge
    do not explain. `surprises`: the own sheets that differ most. `without`: the change of winners without this judge,
    null where it cannot be told."""

    judge: str
    sheets: int
    severity: Decimal
    spread: Decimal | None
    scatter: Decimal
    surprises: list[Surprise]
    without: Changed | None

    @classmethod
    def of(cls, mirror: Mirror, kept: Kept) -> "MirrorRead":
        return cls(**vars(mirror), without=Changed.of(kept.without[mirror.judge]))


class AgreementRead(BaseModel):
    """How far the judges of a result agree, beside the result and never inside it. `is_kept`: false for a result
    proposed before such figures were kept. `reliability` is null where no two bids were scored by all judges.
    `without_strictest`: the change of winners without the strictest judge, null where it cannot be told; `deciding`:
    without how many judges, each by itself, some winner would be another. `mirrors`: of all judges for the purchaser
    and auditors, the own one for a judge."""

    model_config = ConfigDict(
        json_schema_extra=example(
            is_kept=True,
            judges=7,
            reliability={"bids": 48, "judges": 7, "single": "0.722", "consistent": "0.806", "mean": "0.948"},
            without_strictest={"gained": [], "lost": []},
            deciding=2,
            mirrors=[],
        )
    )

    is_kept: bool
    judges: int
    reliability: Reliability | None
    without_strictest: Changed | None
    deciding: int
    mirrors: list[MirrorRead]

    @classmethod
    def of(cls, kept: Kept | None, seen: Collection[str]) -> "AgreementRead":
        if kept is None:
            return cls(is_kept=False, judges=0, reliability=None, without_strictest=None, deciding=0, mirrors=[])
        return cls(
            is_kept=True,
            judges=len(kept.without),
            reliability=kept.agreement.reliability,
            without_strictest=Changed.of(kept.without_strictest),
            deciding=sum(bool(change and (change.gained or change.lost)) for change in kept.without.values()),
            mirrors=[MirrorRead.of(each, kept) for each in kept.agreement.mirrors if each.judge in seen],
        )


def _is_own(line: ResultLine, actor: Actor) -> bool:
    return actor.party_id is not None and line.bid.party_id == actor.party_id


def _labels(bids: Sequence[str], lot: LotComparison) -> list[BidLabel]:
    return [BidLabel.of(lot.lines[bid]) for bid in bids]


def _best(priced: PricedLosers, lot: LotComparison) -> BestSet | None:
    found = priced.run.best
    if found is None:
        return None
    bound = None if found["bound"] is None else published(Fraction(found["bound"]))
    figures = {"score": published(Fraction(found["score"])), "bound": bound}
    return BestSet(bids=_labels(found["awards"], lot), amount=Money(amount=Decimal(found["amount"])), **figures)
