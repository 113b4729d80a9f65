"""Tables of ratings. Triggers keep one from being applied for before a bar ends, and a national grade from being
confirmed without two thirds of the committee present and half of all its members agreeing."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, within_years
from app.core.versions import Versioned
from app.ratings.rules import Ballot, RatingStatus

GRADED = "('confirmed', 'lowered', 'revoked', 'rectifying', 'passed', 'suspended', 'disqualified')"


class Rating(Base, Identified, Versioned):
    """Of `party_id` by `scheme`, decided by `office_id` (None while only applied for). It holds `years`; the database
    works out the last day. `source`: the paper of the last decision; `due_on`: until when to mend."""

    __tablename__ = "ratings"
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    scheme: Mapped[str]
    assessment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("assessments.id"), unique=True)
    status: Mapped[RatingStatus] = mapped_column(default=RatingStatus.applied)
    grade: Mapped[str] = mapped_column(default="", server_default="")
    years: Mapped[int] = mapped_column(sa.Integer)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None] = mapped_column(
        sa.Computed("(valid_from + make_interval(years => years))::date - 1", persisted=True)
    )
    source: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str] = mapped_column(default="", server_default="")
    due_on: Mapped[date | None]
    plate_due_on: Mapped[date | None]
    plate_returned_on: Mapped[date | None]
    applied_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_ratings_one_open",
            "party_id",
            "scheme",
            unique=True,
            postgresql_where=sa.text("status IN ('applied', 'admitted')"),
        ),
        within_years("valid_from", "due_on", "plate_due_on", "plate_returned_on"),
        sa.CheckConstraint("years > 0", name="holds_for_years"),
        sa.CheckConstraint(
            f"(status IN {GRADED}) = (grade <> '') AND (grade <> '') = (valid_from IS NOT NULL)",
            name="graded_from_a_day",
        ),
        sa.CheckConstraint("status <> 'declined' OR reason <> ''", name="declined_for_a_reason"),
        sa.CheckConstraint("plate_returned_on IS NULL OR plate_due_on IS NOT NULL", name="returned_what_was_due"),
    )


class RatingMember(Base, Identified):
    """A member of an office's rating committee, by name, for a term. Does not vote on `works_for_id`, the employer."""

    __tablename__ = "rating_members"

    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    name: Mapped[str]
    works_for_id: Mapped[int | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]

    __table_args__ = (
        within_years("from_on", "until_on"),
        sa.UniqueConstraint("party_id", "name", "from_on"),
        sa.CheckConstraint("btrim(name) <> '' AND until_on >= from_on", name="named_for_a_term"),
    )


class RatingBallot(Base, Identified):
    """How a member voted on the `number`-th result of a rating: openly, once, and never changed."""

    __tablename__ = "rating_ballots"

    rating_id: Mapped[int] = mapped_column(sa.ForeignKey("ratings.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("rating_members.id"), index=True)
    choice: Mapped[Ballot]
    cast_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("rating_id", "number", "member_id"),)
