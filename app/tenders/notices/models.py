"""Tables of tenders: the notice with its lots, criteria, enquiries and amendments."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.bounds import LAST_DAY
from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned
from app.tenders.notices.rules import TIMELINE, LotFailure, TenderStatus
from app.tenders.profiles.rules import OverspendRule

ENDS = tuple(end for _, end in TIMELINE)


class Tender(Base, Identified, Versioned):
    """`party_id` is the purchaser. `profile_document` is pinned when the notice is published, so that later
    changes of a profile do not reach it; a draft keeps there the single settings that it states differently.
    `one_each`: whether an applicant wins once in the whole tender; None: as the profile says. `amendment_number`
    counts the amendments; `binding_amendment` is the last one that every bid must be confirmed against, and
    `form_amendment` the last that changed `application_form`, what bidders fill in (None: title, amount, plan).
    `prequalified_at`: when every bid was decided on; None again while a bid recorded late is not."""

    __tablename__ = "tenders"

    ref: Mapped[str]
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    title_zh: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="", server_default="")
    requirements: Mapped[str] = mapped_column(default="", server_default="")
    status: Mapped[TenderStatus] = mapped_column(default=TenderStatus.draft)
    profile: Mapped[str]
    profile_version: Mapped[str | None]
    profile_document: Mapped[dict[str, Any] | None]
    budget: Mapped[Decimal]
    overspend_rule: Mapped[OverspendRule]
    tie_criterion: Mapped[str | None]
    one_each: Mapped[bool | None]
    application_form: Mapped[dict[str, Any] | None]
    enquiries_end: Mapped[datetime | None]
    bids_end: Mapped[datetime | None] = mapped_column()
    prequalification_end: Mapped[datetime | None]
    evaluation_end: Mapped[datetime | None]
    objections_end: Mapped[datetime | None]
    contracts_end: Mapped[datetime | None]
    contract_start: Mapped[date | None]
    contract_end: Mapped[date | None]
    amendment_number: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    binding_amendment: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    form_amendment: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    is_demonstration: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column()
    published_at: Mapped[datetime | None] = mapped_column()
    opened_at: Mapped[datetime | None]
    prequalified_at: Mapped[datetime | None]
    final_offers_end: Mapped[datetime | None]
    final_offers_opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]

    # What lists are sorted by where a column may be blank: no deadline comes last, a draft by the hour it was begun.
    sorted_end: Mapped[datetime] = column_property(
        sa.func.coalesce(bids_end, LAST_DAY, type_=sa.TIMESTAMP(timezone=True))
    )
    sorted_at: Mapped[datetime] = column_property(
        sa.func.coalesce(published_at, created_at, type_=sa.TIMESTAMP(timezone=True))
    )

    __table_args__ = (
        within_years(*ENDS, "contract_start", "contract_end"),
        sa.CheckConstraint("final_offers_end IS NULL OR opened_at IS NOT NULL", name="final_offers_after_the_opening"),
        sa.CheckConstraint("prequalified_at IS NULL OR opened_at IS NOT NULL", name="prequalified_after_the_opening"),
        sa.CheckConstraint("final_offers_opened_at >= final_offers_end", name="final_offers_opened_after_their_end"),
        sa.UniqueConstraint("ref"),
        sa.CheckConstraint("title_zh <> ''", name="has_a_title"),
        sa.CheckConstraint("budget >= 0 AND (published_at IS NULL OR budget > 0)", name="budget_is_positive"),
        sa.CheckConstraint("status <> 'draft' OR published_at IS NULL", name="draft_is_unpublished"),
        sa.CheckConstraint("status IN ('draft', 'cancelled') OR published_at IS NOT NULL", name="published_has_date"),
        sa.CheckConstraint("status NOT IN ('opened', 'awarded') OR opened_at IS NOT NULL", name="opened_has_date"),
        sa.CheckConstraint("opened_at >= bids_end", name="opened_after_the_deadline"),
        sa.CheckConstraint("(status IN ('cancelled', 'unsuccessful')) = (ended_at IS NOT NULL)", name="ended_has_date"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_reason IS NULL) AND ended_reason <> ''", name="ended_has_reason"
        ),
        sa.CheckConstraint(
            f"published_at IS NULL OR num_nulls({', '.join(ENDS)}, profile_version, profile_document) = 0",
            name="published_is_complete",
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR (published_at < bids_end AND enquiries_end <= bids_end"
            " AND bids_end < prequalification_end AND prequalification_end < evaluation_end"
            " AND evaluation_end < objections_end AND objections_end < contracts_end)",
            name="dates_in_order",
        ),
        sa.CheckConstraint("contract_start <= contract_end", name="contract_ends_after_its_start"),
        sa.CheckConstraint("binding_amendment BETWEEN 0 AND amendment_number", name="binding_amendment_exists"),
        sa.CheckConstraint("form_amendment BETWEEN 0 AND binding_amendment", name="a_new_form_is_binding"),
    )

    @property
    def stream(self) -> str:
        """The log of the procedure: everything that happens in it is written there."""
        return tender_stream(self.id)


def tender_stream(tender_id: int) -> str:
    return f"tenders:{tender_id}"


@dataclass(frozen=True)
class TenderChange:
    """What other rooms hear of a tender: the needs that become spoken for or free, and the lots that fail."""

    tender: Tender
    need_ids: tuple[int, ...]
    failing: tuple[int, ...] = ()


class Lot(Base, Identified):
    """`places`: the number of awards. `ceiling`: the most one bid may ask for. Lots are decided by `position`.
    `failure`: why it fails while the others go on."""

    __tablename__ = "lots"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"))
    code: Mapped[str]
    position: Mapped[int] = mapped_column(sa.Integer)
    title_zh: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="", server_default="")
    kind: Mapped[str]
    places: Mapped[int] = mapped_column(sa.Integer)
    budget: Mapped[Decimal]
    ceiling: Mapped[Decimal]
    failed_at: Mapped[datetime | None]
    failure: Mapped[LotFailure | None]

    __table_args__ = (
        sa.UniqueConstraint("tender_id", "code"),
        sa.UniqueConstraint("tender_id", "position"),
        sa.CheckConstraint("(failed_at IS NULL) = (failure IS NULL)", name="failed_says_why"),
        sa.CheckConstraint("places >= 0", name="places_are_not_negative"),
        sa.CheckConstraint("budget >= 0 AND ceiling >= 0", name="amounts_are_not_negative"),
        sa.CheckConstraint("code <> '' AND title_zh <> ''", name="has_a_title"),
    )


class LotItem(Base, Identified):
    """A part of a lot that is bid for by itself and won once, such as the station of one community."""

    __tablename__ = "lot_items"

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lots.id", ondelete="CASCADE"))
    code: Mapped[str]
    position: Mapped[int] = mapped_column(sa.Integer)
    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("needs.id"), index=True)
    community_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)

    __table_args__ = (
        sa.UniqueConstraint("lot_id", "code"),
        sa.UniqueConstraint("lot_id", "position"),
    )


class LotNeed(Base):
    """A need that a lot without items answers."""

    __tablename__ = "lot_needs"

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("lots.id", ondelete="CASCADE"), primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("needs.id"), primary_key=True, index=True)


class Criterion(Base, Identified):
    """`maximum` in points of 100. A price criterion is computed, never marked by a judge."""

    __tablename__ = "criteria"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"))
    code: Mapped[str]
    position: Mapped[int] = mapped_column(sa.Integer)
    label_zh: Mapped[str]
    label_en: Mapped[str] = mapped_column(default="", server_default="")
    maximum: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2))
    is_price: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    __table_args__ = (
        sa.UniqueConstraint("tender_id", "code"),
        sa.CheckConstraint("maximum BETWEEN 0 AND 100", name="maximum_within_100"),
    )


class Enquiry(Base, Identified):
    """A question about the notice. Who asked stays with the purchaser: it would tell who means to bid."""

    __tablename__ = "enquiries"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    question: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("question <> ''", name="asks_something"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL) AND answer <> ''", name="answer_has_date"),
        sa.CheckConstraint("answered_at >= asked_at", name="answered_after_asked"),
    )


class Amendment(Base, Identified):
    """`changes`: field → [before, after]. A binding one makes every bid be confirmed again."""

    __tablename__ = "amendments"

    tender_id: Mapped[int] = mapped_column(sa.ForeignKey("tenders.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[str]
    changes: Mapped[dict[str, Any]]
    is_binding: Mapped[bool]
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("tender_id", "number"),
        sa.CheckConstraint("reason <> ''", name="gives_a_reason"),
        sa.CheckConstraint("number > 0", name="numbered_from_one"),
    )
