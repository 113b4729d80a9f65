"""Contracts on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.contracts.instalments import SETTLEMENT, Instalment, missing_gates
from app.contracts.lines import ContractLine
from app.contracts.models import AcceptanceChannel, Contract, Engagement, Milestone, Payment, Side
from app.contracts.policy import Reader, actions, engagement_actions, milestone_actions
from app.contracts.queries import ContractParts
from app.contracts.rules import ContractStatus, EngagementKind, MilestoneStatus
from app.core.fields import STORED, Day, Id, Line, Prose
from app.core.http.unit import example
from app.core.money import Money
from app.core.reading.sheets import Sheet
from app.parties.models import Party
from app.tenders.profiles.rules import Gate

Name = Annotated[str, Line(200, least=1)]
Text = Annotated[str, Prose(4000)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
SHEET = Sheet(
    ("合同", "contracts"),
    {
        "number": ("合同编号", "Number"),
        "title": ("项目", "Project"),
        "purchaser": ("甲方", "Purchaser"),
        "contractor": ("乙方", "Contractor"),
        "amount": ("合同金额（元）", "Amount (CNY)"),
        "paid": ("已支付（元）", "Paid (CNY)"),
        "starts_on": ("开始日期", "Start"),
        "ends_on": ("结束日期", "End"),
        "status": ("状态", "Status"),
    },
)


class Target(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: Annotated[str, Prose(500)]
    quantity: Annotated[str, Line(50)] = ""


class ContractUpdate(BaseModel):
    """What may be changed until the first signature."""

    model_config = ConfigDict(extra="forbid")

    title: Name
    starts_on: Day
    ends_on: Day
    targets: Annotated[list[Target], Field(max_length=50)]
    contract_by: Day | None = None
    asks_willingness: bool | None = None


class ContractSign(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name


class MilestoneReport(BaseModel):
    model_config = ConfigDict(extra="forbid")

    report: Text


class MilestoneDecision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    opinion: Text = ""


class RefundCreate(BaseModel):
    """What the contractor paid back."""

    model_config = ConfigDict(extra="forbid")

    amount: Money
    voucher: Name


class PaymentCreate(RefundCreate):
    """Of an instalment by its name, or `settlement`: the last payment of a contract that ended before its time."""

    instalment: Name


class DeliveryAcceptance(BaseModel):
    """How many residents were asked by this channel, how many answered, how many accept the work."""

    model_config = ConfigDict(extra="forbid")

    channel: AcceptanceChannel
    asked: Count
    answers: Count
    accepting: Count


class ContractTerminate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Name


class FirmEngage(BaseModel):
    """Which firm the purchaser has evaluate or audit the contract."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(kind="evaluation", party_id=31))

    kind: EngagementKind
    party_id: Id


class EngagementRead(BaseModel):
    """An independent firm and what it is engaged for; `ended_at` is empty while it is."""

    id: int
    kind: EngagementKind
    party_id: int
    party_zh: str
    party_en: str
    engaged_at: datetime
    ended_at: datetime | None
    actions: list[str]

    @classmethod
    def of(cls, engagement: Engagement, firm: Party, contract: Contract, reader: Reader) -> "EngagementRead":
        same = ("id", "kind", "party_id", "engaged_at", "ended_at")
        return cls(
            **{name: getattr(engagement, name) for name in same},
            party_zh=firm.name_zh,
            party_en=firm.english_name,
            actions=engagement_actions(reader, engagement, contract),
        )


class SignatureRead(BaseModel):
    side: Side
    name: str
    at: datetime


class InstalmentRead(BaseModel):
    """`missing`: the gates still closed; `left`: what is still to be paid, as far as the final audit allows it."""

    name: str
    label_zh: str
    label_en: str
    share: Decimal
    amount: Money
    paid: Money
    left: Money
    gates: list[Gate]
    missing: list[Gate]


class MilestoneRead(BaseModel):
    id: int
    gate: Gate
    due_on: date | None
    status: MilestoneStatus
    report: str
    reported_at: datetime | None
    opinion: str
    decided_at: datetime | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, milestone: Milestone, contract: Contract, reader: Reader) -> "MilestoneRead":
        facts = {name: getattr(milestone, name) for name in cls.model_fields if name != "actions"}
        return cls(**facts, actions=milestone_actions(reader, milestone, contract))


class PaymentRead(BaseModel):
    """`instalment`: the name of the one it was paid of, or `settlement`; `is_refund`: it was paid back."""

    id: int
    instalment: str
    amount: Money
    is_refund: bool
    voucher: str
    paid_at: datetime

    @classmethod
    def of(cls, payment: Payment, instalment: str) -> "PaymentRead":
        same = {name: getattr(payment, name) for name in ("id", "voucher", "paid_at")}
        amount = Money(amount=abs(payment.amount))
        return cls(**same, instalment=instalment, amount=amount, is_refund=payment.amount < 0)


class ChannelRead(BaseModel):
    """What was recorded last of the residents asked by one channel."""

    model_config = ConfigDict(from_attributes=True)

    channel: AcceptanceChannel
    asked: int
    answers: int
    accepting: int
    recorded_at: datetime


class AcceptanceRead(BaseModel):
    """All channels together, beside what the contract asks for; `channels` says it channel by channel."""

    asked: int
    answers: int
    accepting: int
    required_answers: int
    required_share: Decimal
    rule: str
    channels: list[ChannelRead]


class ContractRow(BaseModel):
    id: int
    number: str
    title: str
    tender_id: int | None
    purchaser_id: int
    contractor_id: int
    area_code: str
    amount: Money
    starts_on: date
    ends_on: date
    status: ContractStatus
    purchaser_zh: str
    purchaser_en: str
    contractor_zh: str
    contractor_en: str
    paid: Money

    @classmethod
    def of(cls, line: ContractLine | ContractParts) -> "ContractRow":
        contract, purchaser, contractor = line.contract, line.purchaser, line.contractor
        same = (
            "id",
            "number",
            "title",
            "tender_id",
            "purchaser_id",
            "contractor_id",
            "area_code",
            "starts_on",
            "ends_on",
        )
        return cls(
            **{name: getattr(contract, name) for name in (*same, "status")},
            amount=Money(amount=contract.amount),
            paid=Money(amount=line.paid),
            purchaser_zh=purchaser.name_zh,
            purchaser_en=purchaser.english_name,
            contractor_zh=contractor.name_zh,
            contractor_en=contractor.english_name,
        )


class ContractRead(ContractRow):
    """`allowed`: what may be paid in all by the signed final audit, once there is one; `excess`: what was paid beyond
    it, and is to be paid back. `settlement`: all that is left of a contract that ended before its time, as one."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=1,
            number="cg-2018-01-B05",
            title="青年与街坊·联大社工站",
            amount={"amount": "79000.00", "currency": "CNY"},
            paid={"amount": "39500.00", "currency": "CNY"},
            status="performing",
            version=4,
            actions=["pay"],
        )
    )

    place_zh: str
    allowed: Money | None
    excess: Money
    award_id: int | None
    pair_id: int | None
    need_id: int | None
    is_demonstration: bool
    targets: list[Target]
    contract_by: date | None
    contract_rule: str
    provisional: list[str]
    due_by_law: bool
    is_late: bool
    announce_by: date | None
    asks_willingness: bool
    willing_at: datetime | None
    drafted_at: datetime
    signed_at: datetime | None
    completed_at: datetime | None
    terminated_at: datetime | None
    terminated_reason: str | None
    signatures: list[SignatureRead]
    instalments: list[InstalmentRead]
    settlement: InstalmentRead | None
    milestones: list[MilestoneRead]
    payments: list[PaymentRead]
    acceptance: AcceptanceRead
    engagements: list[EngagementRead]
    version: int
    actions: list[str]

    @classmethod
    def read(cls, parts: ContractParts, reader: Reader) -> "ContractRead":
        contract = parts.contract
        same = ("award_id", "pair_id", "need_id", "is_demonstration", "contract_by", "contract_rule", "drafted_at")
        due = ("due_by_law", "is_late", "announce_by", "asks_willingness", "willing_at")
        stamps = ("signed_at", "completed_at", "terminated_at", "terminated_reason", "version")
        facts = {name: getattr(contract, name) for name in (*same, *due, *stamps)}
        names: dict[int | None, str] = {each.id: each.name for each in parts.instalments}
        return cls(
            **ContractRow.of(parts).model_dump(),
            **facts,
            place_zh=contract.places_zh,
            allowed=Money.of(contract.allowed),
            excess=Money(amount=parts.excess),
            provisional=parts.provisional,
            targets=[Target.model_validate(target, context=STORED) for target in contract.targets],
            signatures=[SignatureRead(side=s.side, name=s.name, at=s.at) for s in parts.signatures],
            instalments=[_instalment(parts, each) for each in parts.terms],
            settlement=_settlement(parts),
            milestones=[MilestoneRead.of(each, contract, reader) for each in parts.milestones],
            payments=[PaymentRead.of(each, names.get(each.instalment_id, SETTLEMENT)) for each in parts.payments],
            acceptance=_acceptance(parts),
            engagements=[EngagementRead.of(each, firm, contract, reader) for each, firm in parts.engagements],
            actions=actions(reader, contract, parts),
        )


def _instalment(parts: ContractParts, part: Instalment) -> InstalmentRead:
    label_zh, label_en = parts.labels[part.name]
    shares = {each.name: each.share for each in parts.instalments}
    return InstalmentRead(
        name=part.name,
        label_zh=label_zh,
        label_en=label_en,
        share=shares.get(part.name, Decimal(1)),
        **{name: Money(amount=getattr(part, name)) for name in ("amount", "paid", "left")},
        gates=list(part.gates),
        missing=missing_gates(part, parts.met),
    )


def _settlement(parts: ContractParts) -> InstalmentRead | None:
    has_ended = parts.status is ContractStatus.terminated and parts.contract.signed_at
    return _instalment(parts, parts.payable[0]) if has_ended else None


def _acceptance(parts: ContractParts) -> AcceptanceRead:
    return AcceptanceRead(
        asked=sum(each.asked for each in parts.acceptances),
        answers=sum(each.answers for each in parts.acceptances),
        accepting=sum(each.accepting for each in parts.acceptances),
        required_answers=parts.contract.acceptance_answers,
        required_share=parts.contract.acceptance_share,
        rule=parts.contract.acceptance_rule,
        channels=[ChannelRead.model_validate(each) for each in parts.acceptances],
    )
