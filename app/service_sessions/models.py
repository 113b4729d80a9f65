"""Tables of service sessions: what was planned and held, who signed in, and of whom it was asked afterwards.

Triggers keep a session inside its contract and a settled one as it was, sign-ins inside their session, and outcomes
with those who were drawn.
"""

from collections import Counter
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.contracts.rules import Part
from app.core.db import Base, Identified, text_enum, within_years
from app.core.versions import Versioned
from app.service_sessions.rules import CallBackStatus, DrawStatus, Opinion, SessionKind, SessionStatus, SignInKind


class ServiceSession(Base, Identified, Versioned):
    """One session (场次) under a contract. `planned`: how many people are expected; `counts_for`: the contract's
    targets that it counts for, from 0. `door`: what the code at the door ends in."""

    __tablename__ = "service_sessions"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"), index=True)
    kind: Mapped[SessionKind]
    title: Mapped[str]
    place: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    planned: Mapped[int] = mapped_column(sa.Integer)
    counts_for: Mapped[list[Any]]
    status: Mapped[SessionStatus] = mapped_column(default=SessionStatus.planned)
    door: Mapped[str] = mapped_column(unique=True)
    planned_at: Mapped[datetime]
    planned_by: Mapped[int | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        within_years("starts_at", "ends_at"),
        sa.CheckConstraint("starts_at < ends_at", name="ends_after_its_start"),
        sa.CheckConstraint("planned > 0", name="expects_people"),
        sa.CheckConstraint("btrim(title) <> '' AND btrim(place) <> ''", name="says_what_and_where"),
        sa.CheckConstraint("(status = 'planned') = (settled_at IS NULL)", name="settled_has_its_date"),
        sa.CheckConstraint("(status = 'cancelled') = (reason <> '')", name="cancelled_with_a_reason"),
    )


class SignIn(Base, Identified):
    """One household that was there: `number` is its row on the list, `household_hash` tells within the session alone
    whether it signed in twice, and leads to nobody."""

    __tablename__ = "session_sign_ins"

    service_session_id: Mapped[int] = mapped_column(sa.ForeignKey("service_sessions.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    kind: Mapped[SignInKind]
    household_hash: Mapped[str]
    signed_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("service_session_id", "household_hash"),
        sa.UniqueConstraint("service_session_id", "number"),
        sa.CheckConstraint("number > 0", name="rows_count_from_one"),
        sa.CheckConstraint("household_hash ~ '^[0-9a-f]{64}$'", name="household_is_hashed"),
    )


class SessionSpeaker(Base):
    """A household that has said how a session was. What it said is counted (`SessionOpinion`) and leads to nobody."""

    __tablename__ = "session_speakers"

    service_session_id: Mapped[int] = mapped_column(primary_key=True)
    household_hash: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["service_session_id", "household_hash"],
            ["session_sign_ins.service_session_id", "session_sign_ins.household_hash"],
            name="fk_session_speakers_were_there",
        ),
    )


class SessionOpinion(Base):
    """How many households said the same of a session: whether it was as announced, whether they would come again."""

    __tablename__ = "session_opinions"

    service_session_id: Mapped[int] = mapped_column(sa.ForeignKey("service_sessions.id"), primary_key=True)
    as_announced: Mapped[Opinion] = mapped_column(primary_key=True)
    again: Mapped[Opinion] = mapped_column(text_enum(Opinion, "again_opinion"), primary_key=True)
    count: Mapped[int] = mapped_column(sa.Integer)

    __table_args__ = (sa.CheckConstraint("count > 0", name="counts_from_one"),)


class PaperFeedback(Base):
    """What the forms beside the paper list say, as it was counted by hand: once a session, never more forms than the
    list has rows. `entered_as`: the part of the contract for which it was entered."""

    __tablename__ = "paper_feedback"

    service_session_id: Mapped[int] = mapped_column(sa.ForeignKey("service_sessions.id"), primary_key=True)
    announced_yes: Mapped[int] = mapped_column(sa.Integer)
    announced_partly: Mapped[int] = mapped_column(sa.Integer)
    announced_no: Mapped[int] = mapped_column(sa.Integer)
    again_yes: Mapped[int] = mapped_column(sa.Integer)
    again_partly: Mapped[int] = mapped_column(sa.Integer)
    again_no: Mapped[int] = mapped_column(sa.Integer)
    entered_as: Mapped[Part]
    entered_at: Mapped[datetime]
    entered_by: Mapped[int | None]

    __table_args__ = (
        sa.CheckConstraint(
            "least(announced_yes, announced_partly, announced_no, again_yes, again_partly, again_no) >= 0"
            " AND again_yes + again_partly + again_no > 0",
            name="counts_forms",
        ),
        sa.CheckConstraint(
            "announced_yes + announced_partly + announced_no = again_yes + again_partly + again_no",
            name="forms_answer_both",
        ),
    )

    @property
    def as_announced(self) -> Counter[Opinion]:
        return _opinions(self.announced_yes, self.announced_partly, self.announced_no)

    @property
    def again(self) -> Counter[Opinion]:
        return _opinions(self.again_yes, self.again_partly, self.again_no)


def _opinions(*counts: int) -> Counter[Opinion]:
    return Counter(dict(zip(Opinion, counts, strict=True)))


class CallBackDraw(Base, Identified):
    """Of the `population` that signed in to these `sessions` (their numbers), `size` drawn by the lots of `seed`."""

    __tablename__ = "call_back_draws"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"))
    sessions: Mapped[list[Any]]
    seed: Mapped[str]
    population: Mapped[int] = mapped_column(sa.Integer)
    size: Mapped[int] = mapped_column(sa.Integer)
    status: Mapped[DrawStatus] = mapped_column(default=DrawStatus.open)
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[int | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(None, "contract_id"),
        sa.Index(
            "uq_call_back_draws_one_at_a_time",
            "contract_id",
            unique=True,
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.CheckConstraint("size > 0 AND size <= population", name="is_a_part"),
        sa.CheckConstraint("seed <> ''", name="has_a_seed"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_its_date"),
    )


class CallBack(Base, Identified):
    """A sign-in that was drawn, in the order of the lots (`position`), and what came of asking."""

    __tablename__ = "call_backs"

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("call_back_draws.id"))
    sign_in_id: Mapped[int] = mapped_column(sa.ForeignKey("session_sign_ins.id"), index=True)
    position: Mapped[int] = mapped_column(sa.Integer)
    status: Mapped[CallBackStatus] = mapped_column(default=CallBackStatus.drawn)
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[int | None]

    __table_args__ = (
        sa.UniqueConstraint("draw_id", "sign_in_id"),
        sa.UniqueConstraint("draw_id", "position"),
        sa.CheckConstraint("position > 0", name="positions_count_from_one"),
        sa.CheckConstraint("(status = 'drawn') = (recorded_at IS NULL)", name="recorded_has_its_date"),
    )
