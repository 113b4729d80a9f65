"""The table of voices: what residents were asked of a contract, by which wave or meeting, and what they said."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified
from app.voices.rules import VoiceMethod, VoicePurpose, VoiceStatus, WillingnessRule


class Voice(Base, Identified):
    """By a survey: who answers `question` of the wave with one of `options` says yes. By a meeting: `asked` were
    entitled to come, `answers` came, `ayes` were for it. `rule` is pinned when people are asked, and of satisfaction
    how many the service had `served` and how many of them are to answer (`needed`). A trigger keeps what was asked, and
    what was said once it was heard."""

    __tablename__ = "voices"

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"), index=True)
    purpose: Mapped[VoicePurpose]
    method: Mapped[VoiceMethod]
    wave_id: Mapped[int | None] = mapped_column(sa.ForeignKey("waves.id"), unique=True)
    question: Mapped[str] = mapped_column(default="", server_default="")
    options: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    rule: Mapped[WillingnessRule | None]
    served: Mapped[int | None] = mapped_column(sa.Integer)
    needed: Mapped[int | None] = mapped_column(sa.Integer)
    status: Mapped[VoiceStatus] = mapped_column(default=VoiceStatus.asked)
    asked: Mapped[int | None] = mapped_column(sa.Integer)
    answers: Mapped[int | None] = mapped_column(sa.Integer)
    ayes: Mapped[int | None] = mapped_column(sa.Integer)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None]
    heard_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_voices_one_at_a_time",
            "contract_id",
            "purpose",
            unique=True,
            postgresql_where=sa.text("status = 'asked'"),
        ),
        sa.CheckConstraint("(method = 'survey') = (wave_id IS NOT NULL)", name="survey_has_its_wave"),
        sa.CheckConstraint("(method = 'survey') = (question <> '')", name="survey_has_its_question"),
        sa.CheckConstraint("method = 'survey' OR purpose = 'willingness'", name="meetings_decide_on_willingness"),
        sa.CheckConstraint(
            "(rule IS NOT NULL) = (method = 'survey' AND purpose = 'willingness')", name="willingness_has_its_rule"
        ),
        sa.CheckConstraint(
            "num_nonnulls(served, needed) = CASE purpose WHEN 'satisfaction' THEN 2 ELSE 0 END",
            name="satisfaction_has_its_sample",
        ),
        sa.CheckConstraint("0 < needed AND needed <= served", name="sample_is_a_part"),
        sa.CheckConstraint("(status = 'asked') = (heard_at IS NULL)", name="heard_has_its_date"),
        sa.CheckConstraint(
            "status IN ('asked', 'lapsed') OR num_nonnulls(asked, answers, ayes) = 3", name="heard_has_counts"
        ),
        sa.CheckConstraint("0 <= ayes AND ayes <= answers AND answers <= asked", name="counts_nest"),
    )
