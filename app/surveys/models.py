"""Tables of surveys: the questionnaire, its waves, what was issued, what came back, and what it says."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, text_enum, within_years
from app.core.versions import Versioned
from app.surveys.rules import Channel, Quality, ResponseState, Source, SurveyStatus, WaveState

Share = sa.Numeric(5, 4)


class Survey(Base, Identified, Versioned):
    """`definition` is a SurveyDefinition and frozen (by a trigger) once somebody has answered it. `targets` are the
    known counts that answers are weighted to: [{"margin": question or "community_code", "counts": {group: count}}].
    """

    __tablename__ = "surveys"

    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    definition: Mapped[dict[str, Any]]
    targets: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    status: Mapped[SurveyStatus] = mapped_column(default=SurveyStatus.draft)
    is_demonstration: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="published_has_its_date"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_its_date"),
    )


class Wave(Base, Identified, Versioned):
    """One collection (批次) over one channel in some communities. `opens_at` and `closes_at` are what was announced;
    `open_token` is the one address of an open link."""

    __tablename__ = "waves"

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), index=True)
    title: Mapped[str] = mapped_column(default="", server_default="")
    channel: Mapped[Channel]
    state: Mapped[WaveState] = mapped_column(default=WaveState.draft)
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


class Response(Base, Identified, Versioned):
    """One filled questionnaire. `suggestions` are what the rules found doubtful; `reason` is why a person did not
    count it. `fingerprint` is that of the answers as they are. A withdrawn response keeps neither."""

    __tablename__ = "responses"

    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("waves.id"))
    community_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    serial: Mapped[str | None]
    source: Mapped[Source]
    status: Mapped[ResponseState] = mapped_column(default=ResponseState.submitted)
    reason: Mapped[Quality | None]
    answers: Mapped[dict[str, Any]]
    seconds: Mapped[int | None] = mapped_column(sa.Integer)
    suggestions: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    fingerprint: Mapped[str]
    receipt_hash: Mapped[str | None] = mapped_column(unique=True)
    submitted_at: Mapped[datetime]

    __table_args__ = (
        within_years("submitted_at"),
        sa.UniqueConstraint("wave_id", "serial"),
        sa.Index(None, "wave_id", "community_code", "status"),
        sa.Index(None, "wave_id", "fingerprint"),
        sa.CheckConstraint("serial <> ''", name="serial_is_not_blank"),
        sa.CheckConstraint("seconds >= 0", name="seconds_are_not_negative"),
        sa.CheckConstraint("(status = 'invalid') = (reason IS NOT NULL)", name="invalid_has_its_reason"),
        sa.CheckConstraint(
            "status <> 'withdrawn' OR (answers = '{}'::jsonb AND fingerprint = '' AND suggestions = '[]'::jsonb)",
            name="withdrawn_keeps_no_answers",
        ),
        sa.CheckConstraint("receipt_hash ~ '^[0-9a-f]{64}$'", name="receipt_is_hashed"),
    )


class ResponseImport(Base, Identified):
    """A file of answers that was taken, and the AnswerMapping by which: found in the file, or decided by a person."""

    __tablename__ = "response_imports"

    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("waves.id"), index=True)
    source: Mapped[Source]
    mapping: Mapped[dict[str, Any]]
    is_decided: Mapped[bool]
    added: Mapped[int] = mapped_column(sa.Integer)
    unchanged: Mapped[int] = mapped_column(sa.Integer)
    account_id: Mapped[int | None]
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("added >= 0 AND unchanged >= 0", name="counts_are_not_negative"),)


class ResponseReview(Base, Identified):
    """Every move of a response: what it was, what it became, why, by whom (nobody signed in: the respondent)."""

    __tablename__ = "response_reviews"

    response_id: Mapped[int] = mapped_column(sa.ForeignKey("responses.id"), index=True)
    verb: Mapped[str]
    before: Mapped[ResponseState | None]
    after: Mapped[ResponseState] = mapped_column(text_enum(ResponseState, "after_state"))
    reason: Mapped[Quality | None]
    note: Mapped[str] = mapped_column(default="", server_default="")
    account_id: Mapped[int | None]
    at: Mapped[datetime]


class SurveyFigures(Base):
    """What anybody may read of a closed survey, frozen when it closed (a trigger keeps it): tables of its public
    questions less what is hidden, and what came back, by wave. `tells_places`: by wave and community too."""

    __tablename__ = "survey_figures"

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"), primary_key=True)
    frozen_at: Mapped[datetime]
    answers: Mapped[list[Any]]
    returns: Mapped[dict[str, Any]]
    tells_places: Mapped[bool]


class SurveyResult(Base, Identified):
    """How strongly a category is wanted, as the valid answers said when the survey closed: in one community, or in
    all (`community_code` NULL). `votes` of `n` chose it; the demand index is share × intensity, weighted like
    `weighted_share` where the survey has targets. `is_withheld`: published, its n and share would give a count of fewer
    than five away, its own or another."""

    __tablename__ = "survey_results"

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("surveys.id"))
    community_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    category_code: Mapped[str] = mapped_column(sa.ForeignKey("categories.code"), index=True)
    n: Mapped[int] = mapped_column(sa.Integer)
    votes: Mapped[int] = mapped_column(sa.Integer)
    share: Mapped[Decimal] = mapped_column(Share)
    low: Mapped[Decimal] = mapped_column(Share)
    high: Mapped[Decimal] = mapped_column(Share)
    weighted_share: Mapped[Decimal | None] = mapped_column(Share)
    weighted_low: Mapped[Decimal | None] = mapped_column(Share)
    weighted_high: Mapped[Decimal | None] = mapped_column(Share)
    effective_n: Mapped[Decimal] = mapped_column(sa.Numeric(12, 4))
    intensity: Mapped[Decimal | None] = mapped_column(Share)
    demand_index: Mapped[Decimal] = mapped_column(Share)
    index_low: Mapped[Decimal] = mapped_column(Share)
    index_high: Mapped[Decimal] = mapped_column(Share)
    is_withheld: Mapped[bool] = mapped_column(default=True, server_default=sa.true())

    __table_args__ = (
        sa.UniqueConstraint("survey_id", "community_code", "category_code", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("n > 0 AND votes BETWEEN 0 AND n", name="votes_are_of_n"),
        sa.CheckConstraint("0 <= low AND low <= share AND share <= high AND high <= 1", name="share_in_its_interval"),
        sa.CheckConstraint(
            "num_nulls(weighted_share, weighted_low, weighted_high) IN (0, 3)", name="weighted_is_whole"
        ),
        sa.CheckConstraint(
            "0 <= index_low AND index_low <= demand_index AND demand_index <= index_high AND index_high <= 1",
            name="index_in_its_interval",
        ),
    )
