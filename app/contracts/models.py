"""Tables of contracts: signatures, instalments with their gates, milestones, payments, residents' acceptance.

Payments are added to their instalment by a trigger, no instalment is ever paid beyond its amount, and no contract
beyond what its audit allows. What settles a contract that ended before its time is spread over its instalments, and
what is paid back is taken off them, the last ones first.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.contracts.rules import ContractStatus, EngagementKind, MilestoneStatus, Part
from app.core.days.calendar import shanghai_date
from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned
from app.tenders.profiles.rules import Gate


class Side(StrEnum):
    purchaser = "purchaser"
    contractor = "contractor"


class AcceptanceChannel(StrEnum):
    """How residents were asked whether they accept the work."""

    page = "page"
    paper = "paper"
    phone = "phone"
    meeting = "meeting"


class Contract(Base, Identified, Versioned):
    """Comes from an award, or from a confirmed pair of a selection round (a direct micro-grant).

    `targets`: [{"what", "quantity"}]. `kind_zh`, `basis_zh`, `lot_zh` and `places_zh` are what the paper says.
    `sides`: what stood in the parties' records at the first signature, by side: a contract does not change with them.
    `area_code` is where it is delivered: its committee accepts. `contract_by`: last day to sign, by `contract_rule`;
    `due_by_law`: nobody moves that day, and what is signed later counts and is marked (`is_late`). `announce_by`: last
    day to make the signed contract public, where the profile asks for it.
    The acceptance numbers are those of the profile under which the contract came about; `acceptance_wave_id`: the
    wave that says what residents answer on its page. `asks_willingness`: its service starts only once residents want
    it, and `willing_at` is when they last said so. `holds` counts the findings that hold its payments; `allowed`:
    what may be paid in all by the signed final audit, None before there is one.
    """

    __tablename__ = "contracts"

    number: Mapped[str] = mapped_column(unique=True)
    award_id: Mapped[int | None] = mapped_column(sa.ForeignKey("awards.id"), unique=True)
    pair_id: Mapped[int | None] = mapped_column(sa.ForeignKey("pairs.id"), unique=True)
    tender_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tenders.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("needs.id"), index=True)
    purchaser_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    contractor_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    title: Mapped[str]
    kind_zh: Mapped[str]
    basis_zh: Mapped[str]
    lot_zh: Mapped[str] = mapped_column(default="", server_default="")
    places_zh: Mapped[str] = mapped_column(default="", server_default="")
    amount: Mapped[Decimal]
    awarded: Mapped[Decimal]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    targets: Mapped[list[Any]]
    sides: Mapped[dict[str, Any] | None]
    contract_by: Mapped[date | None]
    contract_rule: Mapped[str] = mapped_column(default="", server_default="")
    due_by_law: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    announce_by: Mapped[date | None]
    acceptance_answers: Mapped[int] = mapped_column(sa.Integer)
    acceptance_share: Mapped[Decimal] = mapped_column(sa.Numeric(5, 4))
    acceptance_rule: Mapped[str] = mapped_column(default="", server_default="")
    acceptance_wave_id: Mapped[int | None] = mapped_column(sa.ForeignKey("waves.id"))
    asks_willingness: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    willing_at: Mapped[datetime | None]
    status: Mapped[ContractStatus] = mapped_column(default=ContractStatus.draft)
    holds: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    allowed: Mapped[Decimal | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    drafted_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    terminated_at: Mapped[datetime | None]
    terminated_reason: Mapped[str | None]

    __table_args__ = (
        within_years("starts_on", "ends_on", "contract_by"),
        sa.CheckConstraint("num_nonnulls(award_id, pair_id) = 1", name="comes_from_an_award_or_a_pair"),
        sa.CheckConstraint("(award_id IS NULL) = (tender_id IS NULL)", name="award_has_its_tender"),
        sa.CheckConstraint("purchaser_id <> contractor_id", name="has_two_sides"),
        sa.CheckConstraint("amount > 0 AND amount = awarded", name="amount_is_what_was_awarded"),
        sa.CheckConstraint("starts_on <= ends_on", name="ends_after_its_start"),
        sa.CheckConstraint("holds >= 0", name="held_by_findings"),
        sa.CheckConstraint(
            "NOT asks_willingness OR willing_at IS NOT NULL OR status NOT IN ('performing', 'completed')",
            name="wanted_before_it_starts",
        ),
        sa.CheckConstraint("allowed >= 0 AND allowed <= amount", name="allowed_within_amount"),
        sa.CheckConstraint("title <> '' AND number <> ''", name="has_a_title"),
        sa.CheckConstraint(
            "CASE WHEN status IN ('draft', 'half_signed') THEN signed_at IS NULL"
            " WHEN status = 'terminated' THEN true ELSE signed_at IS NOT NULL END",
            name="signed_has_date",
        ),
        sa.CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed_has_date"),
        sa.CheckConstraint(
            "(status = 'terminated') = (terminated_at IS NOT NULL AND coalesce(terminated_reason, '') <> '')",
            name="terminated_has_date_and_reason",
        ),
    )

    @property
    def is_late(self) -> bool:
        """Signed after the last day for it."""
        return bool(self.signed_at and self.contract_by and shanghai_date(self.signed_at) > self.contract_by)

    @property
    def need_ids(self) -> tuple[int, ...]:
        """The needs it concerns, as every room says it to the needs."""
        return (self.need_id,) if self.need_id else ()


class Signature(Base, Identified):
    """`name` is who signed, as it stands under the contract."""

    __tablename__ = "signatures"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"))
    side: Mapped[Side]
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("contract_id", "side"),
        sa.CheckConstraint("name <> ''", name="has_a_name"),
    )


class ContractInstalment(Base, Identified):
    """`gates`: what must have happened before it is paid. `paid` is kept by the database."""

    __tablename__ = "instalments"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    name: Mapped[str]
    label_zh: Mapped[str]
    label_en: Mapped[str] = mapped_column(default="", server_default="")
    share: Mapped[Decimal] = mapped_column(sa.Numeric(5, 4))
    amount: Mapped[Decimal]
    gates: Mapped[list[Any]]
    paid: Mapped[Decimal] = mapped_column(default=Decimal(0), server_default="0")

    __table_args__ = (
        sa.UniqueConstraint("contract_id", "name"),
        sa.UniqueConstraint("contract_id", "position"),
        sa.CheckConstraint("amount > 0 AND share > 0 AND share <= 1", name="is_a_part"),
        sa.CheckConstraint("paid >= 0 AND paid <= amount", name="paid_within_amount"),
    )


class Milestone(Base, Identified, Versioned):
    """What opens a gate. `report` is the contractor's, `opinion` that of whoever decides; `_by` names the accounts."""

    __tablename__ = "milestones"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"))
    gate: Mapped[Gate]
    due_on: Mapped[date | None]
    status: Mapped[MilestoneStatus] = mapped_column(default=MilestoneStatus.scheduled)
    report: Mapped[str] = mapped_column(default="", server_default="")
    reported_at: Mapped[datetime | None]
    reported_by: Mapped[int | None]
    opinion: Mapped[str] = mapped_column(default="", server_default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]

    __table_args__ = (
        within_years("due_on"),
        sa.UniqueConstraint("contract_id", "gate"),
        sa.CheckConstraint("status <> 'reported' OR reported_at IS NOT NULL", name="reported_has_date"),
        sa.CheckConstraint("status NOT IN ('met', 'not_met') OR decided_at IS NOT NULL", name="decided_has_date"),
        sa.CheckConstraint("reported_by <> decided_by", name="decided_by_somebody_else"),
    )


class Payment(Base, Identified):
    """Money that was really transferred; never changed. `voucher` is the number of the bank's paper.

    Without an instalment it settles a contract that ended before its time; below nought it is what the contractor paid
    back of what was paid beyond what the final audit allows.
    """

    __tablename__ = "payments"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"), index=True)
    instalment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instalments.id"), index=True)
    amount: Mapped[Decimal]
    voucher: Mapped[str]
    paid_at: Mapped[datetime]
    recorded_by: Mapped[int | None]

    __table_args__ = (
        sa.UniqueConstraint("contract_id", "voucher"),
        sa.CheckConstraint("amount > 0 OR (amount < 0 AND instalment_id IS NULL)", name="is_paid_or_paid_back"),
        sa.CheckConstraint("voucher <> ''", name="has_a_voucher"),
    )


class ResidentAcceptance(Base, Identified):
    """How many of the residents served were asked by one channel, answered, and accept the work; counted from a wave
    of answers (`wave_id`), or entered."""

    __tablename__ = "resident_acceptances"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"))
    channel: Mapped[AcceptanceChannel]
    asked: Mapped[int] = mapped_column(sa.Integer)
    answers: Mapped[int] = mapped_column(sa.Integer)
    accepting: Mapped[int] = mapped_column(sa.Integer)
    wave_id: Mapped[int | None] = mapped_column(sa.ForeignKey("waves.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]

    __table_args__ = (
        sa.UniqueConstraint("contract_id", "channel"),
        sa.CheckConstraint("wave_id IS NULL OR channel = 'page'", name="waves_are_answered_on_their_page"),
        sa.CheckConstraint("0 <= accepting AND accepting <= answers AND answers <= asked", name="counts_nest"),
    )


class Engagement(Base, Identified):
    """An independent firm that the purchaser has evaluate or audit this contract. A trigger keeps the four parties of
    a contract four: purchaser, contractor, evaluator, auditor."""

    __tablename__ = "engagements"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"))
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    kind: Mapped[EngagementKind]
    engaged_at: Mapped[datetime]
    engaged_by: Mapped[int | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("engaged_at <= ended_at", name="ends_after_its_start"),
        sa.Index(
            "uq_engagements_one_at_a_time",
            "contract_id",
            "kind",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


class ContractPerson(Base):
    """Who has acted on a contract, and for which part: one account, one part. Triggers write down whoever signs,
    reports, decides, accepts, pays or engages; nothing is ever changed or taken out."""

    __tablename__ = "contract_people"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[Part]
