"""Tables of double-selection rounds: who takes part, what each side wishes, what is proposed, what is confirmed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, text_enum, within_years
from app.core.versions import Versioned
from app.selection.rules import Answer, Basis, ListSource, PairStatus, RoundStatus, Side


class Round(Base, Identified, Versioned):
    """`seed` decides the lots where wishes do not; it is published when the round opens. `digest` is that of the
    export, published when the pairs are proposed (None: they were before that). `needs_elsewhere` of the area sat in
    another round when this one opened."""

    __tablename__ = "rounds"

    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    title_zh: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="", server_default="")
    status: Mapped[RoundStatus] = mapped_column(default=RoundStatus.draft)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    micro_grant_limit: Mapped[Decimal] = mapped_column(default=Decimal(10000), server_default="10000")
    seed: Mapped[str]
    needs_elsewhere: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    digest: Mapped[str | None]
    certificate: Mapped[dict[str, Any] | None]
    unmatched: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    proposed_at: Mapped[datetime | None]

    __table_args__ = (
        within_years("opens_at", "closes_at"),
        sa.CheckConstraint("opens_at < closes_at", name="closes_after_it_opens"),
        sa.CheckConstraint("micro_grant_limit >= 0", name="limit_is_not_negative"),
        sa.CheckConstraint("title_zh <> '' AND seed <> ''", name="has_a_title_and_a_seed"),
        sa.CheckConstraint(
            "status NOT IN ('open', 'proposed', 'finished') OR opened_at IS NOT NULL", name="opened_has_date"
        ),
        sa.CheckConstraint(
            "status NOT IN ('proposed', 'finished') OR num_nulls(proposed_at, certificate, unmatched) = 0",
            name="proposed_has_its_certificate",
        ),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest_is_sha256"),
    )


class RoundNeed(Base):
    """A need as it stood when the round opened; `key` names it in lots and certificate. A need sits in one round at a
    time, until it is `released_at`: the round is over, or the need was gone when the lists closed."""

    __tablename__ = "round_needs"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"), primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("needs.id"), primary_key=True, index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    key: Mapped[str]
    need_version: Mapped[int] = mapped_column(sa.Integer)
    released_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("round_id", "key"),
        sa.Index(
            "uq_round_needs_held_need_id", "need_id", unique=True, postgresql_where=sa.text("released_at IS NULL")
        ),
    )


class RoundOffer(Base):
    """An offer as it stood when the round opened; `places` is how many needs it can serve."""

    __tablename__ = "round_offers"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"), primary_key=True)
    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offers.id"), primary_key=True, index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    key: Mapped[str]
    offer_version: Mapped[int] = mapped_column(sa.Integer)
    places: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")

    __table_args__ = (
        sa.UniqueConstraint("round_id", "key"),
        sa.CheckConstraint("places >= 1", name="has_a_place"),
    )


class PreferenceList(Base, Identified):
    """One side's wishes: `groups` holds tie groups of partner ids, best first. `submitted_by`: the account."""

    __tablename__ = "preference_lists"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"))
    side: Mapped[Side]
    subject_id: Mapped[int]
    groups: Mapped[list[Any]]
    source: Mapped[ListSource]
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[int | None]

    __table_args__ = (sa.UniqueConstraint("round_id", "side", "subject_id"),)


class Pair(Base, Identified):
    """A need and an offer that the allocation brings together, and what both sides answered: two people."""

    __tablename__ = "pairs"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"))
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("needs.id"))
    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("offers.id"), index=True)
    need_party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    offer_party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    status: Mapped[PairStatus] = mapped_column(default=PairStatus.proposed)
    need_answer: Mapped[Answer | None]
    offer_answer: Mapped[Answer | None] = mapped_column(text_enum(Answer, "offer_answer"))
    need_answered_by: Mapped[int | None]
    offer_answered_by: Mapped[int | None]
    basis: Mapped[Basis | None]
    proposed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_pairs_live_round_id_need_id",
            "round_id",
            "need_id",
            unique=True,
            postgresql_where=sa.text("status IN ('proposed', 'confirmed')"),
        ),
        sa.Index("uq_pairs_proposed_need_id", "need_id", unique=True, postgresql_where=sa.text("status = 'proposed'")),
        sa.CheckConstraint(
            "(status = 'confirmed') = (need_answer IS NOT DISTINCT FROM 'confirmed'"
            " AND offer_answer IS NOT DISTINCT FROM 'confirmed')",
            name="confirmed_by_both",
        ),
        sa.CheckConstraint("need_answered_by <> offer_answered_by", name="answered_by_two"),
        sa.CheckConstraint("(status = 'proposed') = (settled_at IS NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status = 'confirmed') = (basis IS NOT NULL)", name="confirmed_is_a_basis"),
    )

    @property
    def need_ids(self) -> tuple[int, ...]:
        """The needs it concerns, as every room says it to the needs."""
        return (self.need_id,)
