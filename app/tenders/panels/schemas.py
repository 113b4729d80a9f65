"""Panels and score sheets on the wire."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.actors import Actor, Role
from app.core.fields import Id, Line
from app.core.http.unit import example
from app.core.money import Money
from app.core.reading.sheets import Sheet
from app.parties.models import Party
from app.tenders.forms.application import Application
from app.tenders.notices.models import Criterion, Tender
from app.tenders.notices.queries import profile_of
from app.tenders.panels.models import Panel, PanelMember, Recusal, ScoreSheet, SheetReopening
from app.tenders.panels.policy import Seat, actions, seat_actions, sheet_actions
from app.tenders.panels.queries import PanelPage, Reopened, ScoredSheet, ScoringBid
from app.tenders.panels.reopening_schemas import GroundRead
from app.tenders.panels.rules import SheetStatus, ground_named
from app.tenders.profiles.rules import Profile

Points = Annotated[Decimal, Field(max_digits=6, decimal_places=2)]
Text = Annotated[str, Line(200)]
Name = Annotated[str, Line(100, least=1)]
SCORED = {"bid": ("申报编号", "Bid"), "judge": ("评委", "Judge"), "status": ("状态", "Status")}
TOTALS = {"total": ("总分", "Total"), "written_total": ("纸面合计", "Total on paper")}
REOPENED = {
    "number": ("退回次序", "Reopening"),
    "ground": ("退回事由", "Ground"),
    "asked_role": ("申请方", "Asked by"),
    "asked_at": ("申请时间", "Asked"),
    "decided_role": ("核准方", "Approved by"),
    "decided_at": ("核准时间", "Approved"),
}


class MemberCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ref: Name
    name: Name
    role_zh: Name
    role_en: Text = ""
    is_expert: bool = False
    account_id: Id | None = None
    party_id: Id | None = None


class PanelCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tender_id: Id
    members: Annotated[list[MemberCreate], Field(max_length=99)]


class JudgeAccount(BaseModel):
    """Who may be given a seat on a panel."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra=example(id=31, display_name="李评委"))

    id: int
    display_name: str


class InterestCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    party_id: Id
    reason: Text = ""


class InterestsDeclare(BaseModel):
    """`judge`: the seat, when the purchaser's staff enter a declaration made on paper."""

    model_config = ConfigDict(extra="forbid")

    interests: Annotated[list[InterestCreate], Field(max_length=200)] = []
    judge: Text | None = None


class PitchOrder(BaseModel):
    """The numbers of all eligible bids of the lot, in order."""

    model_config = ConfigDict(extra="forbid")

    lot: Name
    bids: Annotated[list[Name], Field(max_length=500)]


class SheetSave(BaseModel):
    """Criterion code → mark."""

    model_config = ConfigDict(extra="forbid")

    marks: Annotated[dict[Name, Points], Field(max_length=50)]


class PaperSheetCreate(SheetSave):
    judge: Name
    bid_id: Id
    written_total: Annotated[Points, Field(ge=0)] | None = None

    def keyed(self) -> dict[str, Any]:
        return {"ref": self.judge, **self.model_dump(exclude={"judge"})}


class ApplicantRow(BaseModel):
    """All that a judge sees before declaring: who applied."""

    party_id: int
    name_zh: str
    name_en: str

    @classmethod
    def of(cls, party: Party) -> "ApplicantRow":
        return cls(party_id=party.id, name_zh=party.name_zh, name_en=party.english_name)


class MemberRead(BaseModel):
    """`recused_from`: applicants, shown to the purchaser, to auditors, and to the judge; None for others."""

    ref: str
    name: str
    role_zh: str
    role_en: str
    is_expert: bool
    has_account: bool
    is_me: bool
    declared_at: datetime | None
    recused_from: list[int] | None
    actions: list[str]

    @classmethod
    def of(cls, seat: Seat, recusals: Sequence[tuple[PanelMember, Recusal]], actor: Actor) -> "MemberRead":
        member = seat.member
        is_me = member.account_id is not None and member.account_id == actor.account_id
        own = [recusal.party_id for judge, recusal in recusals if judge.id == member.id]
        return cls(
            ref=member.ref,
            name=member.name,
            role_zh=member.role_zh,
            role_en=member.role_en or member.role_zh,
            is_expert=member.is_expert,
            has_account=member.account_id is not None,
            is_me=is_me,
            declared_at=member.declared_at,
            recused_from=own if is_me or actor.role is not Role.judge else None,
            actions=seat_actions(actor, seat),
        )


class PanelRead(BaseModel):
    """`appointed_at` is None where nobody has been appointed. `missing`: [bid, judge] of every sheet nobody delivered;
    `corrections`: [bid, judge, written, computed]; `grounds`: on which a delivered sheet may be reopened."""

    model_config = ConfigDict(
        json_schema_extra=example(
            tender_id=1,
            appointed_at="2018-07-05T09:00:00+08:00",
            closed_at="2018-07-27T12:00:00+08:00",
            members=[],
            recusals=8,
            sheets_counted=383,
            missing=[["B15", "J6"]],
            corrections=[["B45", "J2", "84.5", "74.5"]],
            grounds=[],
            version=2,
            actions=[],
        )
    )

    tender_id: int
    appointed_at: datetime | None
    closed_at: datetime | None
    members: list[MemberRead]
    recusals: int
    sheets_counted: int | None
    missing: list[list[str]] | None
    corrections: list[list[str]] | None
    grounds: list[GroundRead]
    version: int
    actions: list[str]

    @classmethod
    def of(cls, page: PanelPage, actor: Actor) -> "PanelRead":
        tender, panel = page.tender, page.panel
        return cls(
            tender_id=tender.id,
            appointed_at=panel and panel.appointed_at,
            closed_at=panel and panel.closed_at,
            members=[MemberRead.of(Seat(tender, panel, each), page.recusals, actor) for each in page.members if panel],
            recusals=len(page.recusals),
            sheets_counted=panel and panel.sheets_counted,
            missing=panel and panel.missing,
            corrections=panel and panel.corrections,
            grounds=[GroundRead.of(ground) for ground in profile_of(tender).reopening],
            version=panel.version if panel else 0,
            actions=actions(actor, tender, panel, page.members, page.counted),
        )


class CriterionRead(BaseModel):
    code: str
    label_zh: str
    label_en: str
    maximum: Decimal

    @classmethod
    def of(cls, criterion: Criterion) -> "CriterionRead":
        label_en = criterion.label_en or criterion.label_zh
        return cls(code=criterion.code, label_zh=criterion.label_zh, label_en=label_en, maximum=criterion.maximum)


class SheetRead(BaseModel):
    """`total` is the sum of the marks, kept by the database; `written_total` what stood on paper."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=7,
            bid_id=4411,
            status="delivered",
            marks={"C1": "18.00", "C2": "22.50"},
            total="40.50",
            written_total=None,
            delivered_at="2018-07-26T10:20:00+08:00",
            version=2,
            actions=[],
        )
    )

    id: int
    bid_id: int
    status: SheetStatus
    marks: dict[str, Decimal]
    total: Decimal
    written_total: Decimal | None
    delivered_at: datetime | None
    version: int
    actions: list[str]

    @classmethod
    def of(
        cls, sheet: ScoreSheet, marks: dict[str, Decimal], seat: Seat, judges: Collection[int | None], actor: Actor
    ) -> "SheetRead":
        return cls(
            id=sheet.id,
            bid_id=sheet.bid_id,
            status=sheet.status,
            marks=marks,
            total=sheet.total,
            written_total=sheet.written_total,
            delivered_at=sheet.delivered_at,
            version=sheet.version,
            actions=sheet_actions(actor, seat, sheet, judges),
        )


class SheetRow(BaseModel):
    """While scoring is open the purchaser sees who has delivered, not how they scored: judges score alone."""

    bid: str
    judge: str
    status: SheetStatus
    total: Decimal | None
    written_total: Decimal | None
    marks: dict[str, Decimal]
    delivered_at: datetime | None
    actions: list[str]

    @classmethod
    def of(
        cls, scored: ScoredSheet, tender: Tender, panel: Panel, judges: Collection[int | None], actor: Actor
    ) -> "SheetRow":
        sheet, is_open = scored.sheet, panel.closed_at is None
        return cls(
            bid=scored.bid,
            judge=scored.judge,
            status=sheet.status,
            total=None if is_open else sheet.total,
            written_total=None if is_open else sheet.written_total,
            marks={} if is_open else scored.marks,
            delivered_at=sheet.delivered_at,
            actions=sheet_actions(actor, Seat(tender, panel, scored.member), sheet, judges),
        )


@dataclass(frozen=True)
class SheetLine:
    """A line of the exported sheets: one that counts, or (`reopened`) a version that was taken back."""

    bid: str
    judge: str
    status: str
    marks: Mapping[str, Any]
    total: Decimal | None
    written_total: Decimal | None
    reopened: SheetReopening | None = None

    @classmethod
    def of(cls, scored: ScoredSheet, panel: Panel) -> "SheetLine":
        sheet, is_open = scored.sheet, panel.closed_at is None
        totals = (None, None) if is_open else (sheet.total, sheet.written_total)
        return cls(scored.bid, scored.judge, sheet.status.value, {} if is_open else scored.marks, *totals)

    @classmethod
    def superseded(cls, each: Reopened) -> "SheetLine":
        before = each.before
        marks = {code: Decimal(mark) for code, mark in before.marks.items()}
        return cls(each.bid, each.judge, "superseded", marks, before.total, before.written_total, each.reopening)

    def said(self, profile: Profile) -> dict[str, Any]:
        """As a row of the sheet."""
        row = {
            **{_mark(code): mark for code, mark in self.marks.items()},
            **{name: getattr(self, name) for name in ("bid", "judge", "status", *TOTALS)},
        }
        if self.reopened is None:
            return row
        ground = ground_named(self.reopened.ground, profile)
        why = {name: getattr(self.reopened, name) for name in REOPENED}
        return {**row, **why, "ground_zh": ground.zh, "ground_en": ground.en}


def _mark(code: str) -> str:
    """The column of a criterion's marks; bureaus name criteria, and one of them may be called `total`."""
    return f"marks.{code}"


def sheet_of(criteria: Sequence[Criterion]) -> Sheet:
    """Of every score sheet: its marks by criterion, and for a version that was taken back why and by whom."""
    marks = {_mark(each.code): (each.label_zh, each.label_en or each.label_zh) for each in criteria}
    return Sheet(("评分表", "score-sheets"), {**SCORED, **marks, **TOTALS, **REOPENED})


class ScoringBidRow(BaseModel):
    """A bid to score: `position` in the pitch order of its lot, `status` and `total` of the judge's own sheet."""

    bid_id: int
    ref: str
    lot: str
    position: int | None
    title: str
    applicant: str
    amount: Money
    status: SheetStatus
    total: Decimal | None
    actions: list[str]

    @classmethod
    def of(cls, row: ScoringBid, seat: Seat, actor: Actor) -> "ScoringBidRow":
        return cls(
            bid_id=row.bid.id,
            ref=row.bid.ref or "",
            lot=row.lot.code,
            position=row.position,
            title=row.version.title,
            applicant=row.applicant.name_zh,
            amount=Money(amount=row.version.amount),
            status=row.sheet.status if row.sheet else SheetStatus.empty,
            total=row.sheet.total if row.sheet else None,
            actions=sheet_actions(actor, seat, row.sheet, ()),
        )


class ScoringBidRead(ScoringBidRow):
    """With what was handed in, the criteria to mark, and the judge's own sheet (None: to be saved as version 0)."""

    model_config = ConfigDict(
        json_schema_extra=example(bid_id=4411, ref="B05", lot="L1", title="联大社工站", criteria=[])
    )

    plan: str
    application: Application | None = None
    criteria: list[CriterionRead]
    sheet: SheetRead | None
