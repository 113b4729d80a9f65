"""Awards and results on the wire."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from app.core.actors import Actor
from app.core.fields import Day
from app.core.http.unit import example
from app.core.money import Money
from app.core.reading.sheets import Sheet
from app.tenders.awards.models import Award
from app.tenders.awards.policy import award_actions, result_actions
from app.tenders.awards.queries import LotPage, Outcome, ResultLine, ResultPage
from app.tenders.awards.rules import UNDONE, AwardStatus, PassedOver, ResultStatus
from app.tenders.notices.models import Criterion
from app.tenders.notices.queries import profile_of
from app.tenders.notices.rules import LotFailure
from app.tenders.panels.queries import Reopened
from app.tenders.panels.rules import ground_named
from app.tenders.profiles.rules import OverspendRule, Profile


class ResultPublish(BaseModel):
    """`notice_ends_on`: the last day of the public notice; without one the profile's shortest notice."""

    model_config = ConfigDict(extra="forbid")

    notice_ends_on: Day | None = None


SHEET = Sheet(
    ("评审结果", "result"),
    {
        "lot": ("标段", "Lot"),
        "place": ("名次", "Place"),
        "bid": ("编号", "Number"),
        "applicant": ("申报单位", "Applicant"),
        "title": ("项目名称", "Project"),
        "score": ("得分", "Score"),
        "asked": ("申报金额（元）", "Asked (CNY)"),
        "amount": ("资助金额（元）", "Granted (CNY)"),
        "status": ("状态", "Status"),
        "passed_over": ("未入选原因", "Why not chosen"),
    },
)


class AwardRow(BaseModel):
    id: int
    tender_id: int
    lot_id: int
    bid_id: int
    party_id: int
    place: int
    score: Decimal
    asked: Money
    amount: Money
    status: AwardStatus

    @classmethod
    def of(cls, award: Award) -> "AwardRow":
        return cls(
            id=award.id,
            tender_id=award.tender_id,
            lot_id=award.lot_id,
            bid_id=award.bid_id,
            party_id=award.party_id,
            place=award.place,
            score=award.score,
            asked=Money(amount=award.asked),
            amount=Money(amount=award.amount),
            status=award.status,
        )


class AwardRead(AwardRow):
    """`is_cut`: less than was asked for, so its bidder has to accept before the result can be published."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=9,
            tender_id=1,
            lot_id=2,
            bid_id=4411,
            party_id=37,
            place=3,
            score="86.40",
            asked={"amount": "20500.00", "currency": "CNY"},
            amount={"amount": "19900.00", "currency": "CNY"},
            status="proposed",
            is_cut=True,
            cut_accepted_at=None,
            confirmed_at=None,
            version=1,
            actions=["accept_cut", "decline_cut"],
        )
    )

    is_cut: bool
    cut_accepted_at: datetime | None
    confirmed_at: datetime | None
    version: int
    actions: list[str]

    @classmethod
    def read(cls, award: Award, actor: Actor) -> "AwardRead":
        return cls(
            **AwardRow.of(award).model_dump(),
            is_cut=award.amount < award.asked,
            cut_accepted_at=award.cut_accepted_at,
            confirmed_at=award.confirmed_at,
            version=award.version,
            actions=award_actions(actor, award),
        )


class ResultRow(BaseModel):
    """A bid in the result: an award with its `amount` and `status`, or the `reason` why it wins nothing."""

    bid: str
    title: str
    applicant_zh: str
    applicant_en: str
    place: int
    score: Decimal
    sheets: int
    asked: Money
    award_id: int | None
    amount: Money | None
    status: AwardStatus | None
    cut_accepted_at: datetime | None
    reason: PassedOver | None
    blocked_by: str | None
    is_own: bool

    @classmethod
    def of(cls, line: ResultLine, actor: Actor) -> "ResultRow":
        award, passed = line.award, line.passed
        return cls(
            bid=line.bid.ref or "",
            title=line.title,
            applicant_zh=line.applicant.zh,
            applicant_en=line.applicant.en,
            place=line.place,
            score=line.score,
            sheets=line.sheets,
            asked=Money(amount=line.asked),
            award_id=award.id if award else None,
            amount=Money(amount=award.amount) if award else None,
            status=award.status if award else None,
            cut_accepted_at=award.cut_accepted_at if award else None,
            reason=passed.reason if passed else None,
            blocked_by=passed.blocked_by if passed else None,
            is_own=actor.party_id is not None and line.bid.party_id == actor.party_id,
        )

    @property
    def won(self) -> Decimal | None:
        """In yuan; None of an award that does not stand."""
        return self.amount.amount if self.amount and self.status not in UNDONE else None


class Alternative(BaseModel):
    """What a rule decides: `applied` is the rule that settled it in the end, numbers of the winners by place."""

    applied: OverspendRule
    awards: list[str]
    amount: Decimal
    score: Decimal


class LotResultRead(BaseModel):
    lot: str
    title_zh: str
    title_en: str
    budget: Money
    places: int
    amount: Money
    rule: OverspendRule
    applied: OverspendRule
    alternatives: dict[OverspendRule, Alternative]
    rows: list[ResultRow]

    @classmethod
    def of(cls, page: LotPage, actor: Actor) -> "LotResultRead":
        lot, rows = page.lot, [ResultRow.of(line, actor) for line in page.lines]
        return cls(
            lot=lot.code,
            title_zh=lot.title_zh,
            title_en=lot.title_en or lot.title_zh,
            budget=Money(amount=lot.budget),
            places=lot.places,
            amount=Money(amount=sum((row.won for row in rows if row.won is not None), Decimal(0))),
            rule=page.decided.rule,
            applied=page.decided.applied,
            alternatives={OverspendRule(rule): Alternative(**how) for rule, how in page.decided.alternatives.items()},
            rows=rows,
        )


class FailedLot(BaseModel):
    """A lot that is not awarded, and why."""

    lot: str
    title_zh: str
    title_en: str
    failure: LotFailure


class JudgeRead(BaseModel):
    """Named once the result is out (87号令 art. 69); before that only the purchaser sees them."""

    ref: str
    name: str
    role_zh: str
    role_en: str


class IneligibleRow(BaseModel):
    bid: str
    applicant_zh: str
    applicant_en: str


class SheetCorrection(BaseModel):
    """A sheet that was taken back after delivery: its totals `before` and `after` (None: not delivered again), on
    which ground of the profile, asked for and approved in which role."""

    bid: str
    judge: str
    before: Decimal
    after: Decimal | None
    ground_zh: str
    ground_en: str
    rule: str
    asked_role: str
    approved_role: str
    approved_at: datetime

    @classmethod
    def of(cls, each: Reopened, profile: Profile) -> "SheetCorrection":
        reopening, ground = each.reopening, ground_named(each.reopening.ground, profile)
        assert reopening.decided_role and reopening.decided_at  # ck_sheet_reopenings_decided_has_its_person
        return cls(
            bid=each.bid,
            judge=each.judge,
            before=each.before.total,
            after=each.after.total if each.after else None,
            ground_zh=ground.zh,
            ground_en=ground.en,
            rule=ground.source,
            asked_role=reopening.asked_role,
            approved_role=reopening.decided_role,
            approved_at=reopening.decided_at,
        )


class ResultRead(BaseModel):
    """`missing`: [bid, judge]; `corrections`: [bid, judge, written, computed]; `corrected_sheets`: what was delivered,
    taken back and delivered anew."""

    model_config = ConfigDict(
        json_schema_extra=example(
            tender_id=1,
            number=1,
            status="published",
            published_at="2018-07-30T09:00:00+08:00",
            notice_ends_on="2018-08-05",
            objections_end="2018-08-07T00:00:00+08:00",
            sheets_counted=383,
            recusals=8,
            missing=[["B15", "J6"]],
            corrections=[["B45", "J2", "84.5", "74.5"]],
            corrected_sheets=[],
            lots=[],
            actions=[],
        )
    )

    tender_id: int
    ref: str
    title_zh: str
    title_en: str
    purchaser_zh: str
    purchaser_en: str
    is_demonstration: bool
    number: int
    status: ResultStatus
    proposed_at: datetime
    published_at: datetime | None
    notice_ends_on: date | None
    notice_rule: str | None
    objections_end: datetime | None
    is_provisional: bool
    confirmed_at: datetime | None
    awards: int
    amount: Money
    lots: list[LotResultRead]
    failed_lots: list[FailedLot]
    ineligible: list[IneligibleRow]
    judges: list[JudgeRead]
    sheets_counted: int
    recusals: int
    missing: list[list[str]]
    corrections: list[list[str]]
    corrected_sheets: list[SheetCorrection]
    version: int
    actions: list[str]

    @classmethod
    def of(cls, page: ResultPage, actor: Actor) -> "ResultRead":
        tender, result = page.tender, page.result
        lots = [LotResultRead.of(lot, actor) for lot in page.lots]
        stamps = ("number", "proposed_at", "published_at", "notice_ends_on", "notice_rule", "objections_end")
        facts = {name: getattr(result, name) for name in (*stamps, "is_provisional", "confirmed_at", "version")}
        return cls(
            tender_id=tender.id,
            ref=tender.ref,
            title_zh=tender.title_zh,
            title_en=tender.title_en or tender.title_zh,
            purchaser_zh=page.purchaser.zh,
            purchaser_en=page.purchaser.en,
            is_demonstration=tender.is_demonstration,
            awards=sum(row.won is not None for lot in lots for row in lot.rows),
            amount=Money(amount=sum((lot.amount.amount for lot in lots), Decimal(0))),
            lots=lots,
            failed_lots=[
                FailedLot(lot=each.code, title_zh=each.title_zh, title_en=each.title_en, failure=each.failure)
                for each in page.failed
                if each.failure is not None
            ],
            ineligible=[
                IneligibleRow(bid=b.ref or "", applicant_zh=n.zh, applicant_en=n.en) for b, n in page.ineligible
            ],
            judges=[JudgeRead(ref=j.ref, name=j.name, role_zh=j.role_zh, role_en=j.role_en) for j in page.judges],
            sheets_counted=page.panel.sheets_counted or 0,
            recusals=page.recusals,
            missing=page.panel.missing or [],
            corrections=page.panel.corrections or [],
            corrected_sheets=[SheetCorrection.of(each, profile_of(tender)) for each in page.corrected],
            status=page.progress.status,
            actions=result_actions(actor, page.progress),
            **facts,
        )

    def rows(self) -> list[dict[str, object]]:
        """As `SHEET` has them."""
        return [{**dict(row), "lot": lot.lot, "passed_over": row.reason} for lot in self.lots for row in lot.rows]


class CriterionMark(BaseModel):
    """The mean of the sheets that count, without the judges' names; points of `maximum`."""

    code: str
    label_zh: str
    label_en: str
    maximum: Decimal
    mean: Decimal

    @classmethod
    def of(cls, criterion: Criterion, mean: Decimal) -> "CriterionMark":
        label_en = criterion.label_en or criterion.label_zh
        labels = {"label_zh": criterion.label_zh, "label_en": label_en}
        return cls(code=criterion.code, maximum=criterion.maximum, mean=mean, **labels)


class OwnOutcome(ResultRow):
    """What a bidder is told about a bid of its own. `marks` are empty where a single sheet counts."""

    marks: list[CriterionMark]
    tender_id: int
    tender_title_zh: str
    tender_title_en: str

    @classmethod
    def told(cls, outcome: Outcome, actor: Actor) -> "OwnOutcome":
        tender = outcome.tender
        return cls(
            **ResultRow.of(outcome.line, actor).model_dump(),
            marks=[CriterionMark.of(criterion, mean) for criterion, mean in outcome.marks],
            tender_id=tender.id,
            tender_title_zh=tender.title_zh,
            tender_title_en=tender.title_en or tender.title_zh,
        )
