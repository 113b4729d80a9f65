"""Tables of waves: where they go, what was handed out there, and the links and sheets."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, text_enum, within_years
from app.core.versions import Versioned
from app.surveys.waves.rules import Channel, WaveStatus


class Wave(Base, Identified, Versioned):
    """One collection (批次) over one channel in some communities. `opens_at` and `closes_at` are what was announced;
    `open_token` is the one address of an open link."""

    __tablename__ = "waves"

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), index=True)
    title: Mapped[str] = mapped_column(default="", server_default="")
    channel: Mapped[Channel]
    status: Mapped[WaveStatus] = mapped_column("state", text_enum(WaveStatus, "wavestate"), default=WaveStatus.draft)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    open_token: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        within_years("opens_at", "closes_at"),
        sa.CheckConstraint("opens_at < closes_at", name="closes_after_it_opens"),
        sa.CheckConstraint("(channel = 'open_link') = (open_token IS NOT NULL)", name="only_open_links_have_one_token"),
        sa.CheckConstraint("(state IN ('open', 'closed')) = (opened_at IS NOT NULL)", name="opened_has_its_date"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_its_date"),
    )


class WaveCommunity(Base):
    """A community that a wave goes to. An answer from elsewhere is outside the frame."""

    __tablename__ = "wave_communities"

    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("waves.id"), primary_key=True)
    community_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), primary_key=True, index=True)

    __table_args__ = (sa.CheckConstraint("community_code NOT LIKE '%000'", name="is_a_community"),)


class Issue(Base, Identified):
    """The ledger of questionnaires handed out. An entry is never changed; a mistake is corrected by a further one."""

    __tablename__ = "issues"

    wave_id: Mapped[int]
    community_code: Mapped[str]
    count: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    account_id: Mapped[int | None]
    at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["wave_id", "community_code"], ["wave_communities.wave_id", "wave_communities.community_code"]
        ),
        sa.Index(None, "wave_id", "community_code"),
        sa.CheckConstraint("count > 0 OR (count < 0 AND reason <> '')", name="corrections_have_a_reason"),
    )


class Token(Base):
    """A one-time link, known by its SHA-256 only. Nothing here leads to the answer it was used for: no number, no
    time, only that it is spent."""

    __tablename__ = "tokens"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    wave_id: Mapped[int]
    community_code: Mapped[str]
    is_spent: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["wave_id", "community_code"], ["wave_communities.wave_id", "wave_communities.community_code"]
        ),
        sa.Index(None, "wave_id", "community_code"),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="token_is_hashed"),
    )


class Sheet(Base):
    """A numbered paper questionnaire of a wave, and the community it was handed out in."""

    __tablename__ = "sheets"

    wave_id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    community_code: Mapped[str]

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["wave_id", "community_code"], ["wave_communities.wave_id", "wave_communities.community_code"]
        ),
        sa.Index(None, "wave_id", "community_code"),
        sa.CheckConstraint("serial <> ''", name="serial_is_not_blank"),
    )
