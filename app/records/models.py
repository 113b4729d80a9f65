"""The table of records."""

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Identified, within_years
from app.records.rules import (
    ADVERSE,
    KEPT_WITHIN,
    TITLED,
    VALUES,
    Fact,
    RecordKind,
    RecordStatus,
    Visibility,
    is_adverse,
)


def quoted(values: Iterable[str]) -> str:
    """The words of a list in SQL, in the order of the alphabet."""
    return "(" + ", ".join(f"'{value}'" for value in sorted(values)) + ")"


class Record(Base, Identified):
    """A dated fact about an organisation (`party_id`); what each field says: `rules.Fact`.

    `issuer_id`: the office that entered it, None for what was listed when the organisation joined, of which neither
    issuer nor source is known. Only `superseded_at` is ever written after: a trigger holds that, and another that an
    office puts nobody on a list unheard.
    """

    __tablename__ = "records"

    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    kind: Mapped[RecordKind]
    value: Mapped[str]
    title: Mapped[str] = mapped_column(default="", server_default="")
    words: Mapped[str] = mapped_column(default="", server_default="")
    issuer: Mapped[str] = mapped_column(default="", server_default="")
    issuer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    source: Mapped[str] = mapped_column(default="", server_default="")
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.public, server_default="public")
    requirement: Mapped[str] = mapped_column(default="", server_default="")
    due_on: Mapped[date | None]
    shown_until: Mapped[date | None]
    heard_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    supersedes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("records.id"), unique=True)
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]

    @property
    def status(self) -> RecordStatus:
        return RecordStatus.standing if self.superseded_at is None else RecordStatus.replaced

    @property
    def is_adverse(self) -> bool:
        return is_adverse(self.kind, self.value)

    __table_args__ = (
        ExcludeConstraint(
            (sa.text("int8range(party_id, party_id, '[]')"), "&&"),
            (sa.text("int8range(hashtext(kind || ' ' || title), hashtext(kind || ' ' || title), '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until, '[]')"), "&&"),
            where=sa.text("superseded_at IS NULL"),
            using="gist",
            name="one_of_a_kind_at_a_time",
        ),
        sa.Index(
            "ix_records_kind_value", "kind", "value", "party_id", postgresql_where=sa.text("superseded_at IS NULL")
        ),
        within_years("valid_from", "valid_until", "due_on", "shown_until", "heard_on", "decided_on"),
        sa.CheckConstraint(
            "CASE kind "
            + " ".join(f"WHEN '{kind}' THEN value IN {quoted(values)}" for kind, values in VALUES.items())
            + " END",
            name="value_is_of_its_kind",
        ),
        sa.CheckConstraint(f"(kind IN {quoted(TITLED)}) = (title <> '')", name="titled_where_there_may_be_several"),
        sa.CheckConstraint("valid_from <= valid_until", name="ends_after_its_start"),
        sa.CheckConstraint(
            f"visibility = 'public' OR kind IN {quoted(KEPT_WITHIN)}", name="what_is_public_by_law_is_public"
        ),
        sa.CheckConstraint("issuer_id IS NULL OR issuer <> '' AND source <> ''", name="entered_with_its_source"),
        sa.CheckConstraint(
            "(requirement <> '') = (due_on IS NOT NULL) AND (due_on IS NULL) = (shown_until IS NULL)"
            " AND shown_until >= due_on AND shown_until >= valid_until",
            name="way_back_is_whole",
        ),
        sa.CheckConstraint(
            "shown_until IS NULL OR CASE kind "
            + " ".join(f"WHEN '{kind}' THEN value IN {quoted(values)}" for kind, values in ADVERSE.items())
            + " ELSE false END",
            name="only_adverse_ones_have_a_way_back",
        ),
        sa.CheckConstraint("supersedes_id < id", name="supersedes_an_earlier_one"),
        sa.CheckConstraint(
            "(heard_on IS NULL OR decided_on IS NOT NULL AND heard_on <= decided_on AND shown_until IS NOT NULL)"
            " AND decided_on <= (recorded_at AT TIME ZONE 'Asia/Shanghai')::date",
            name="heard_then_decided_then_entered",
        ),
    )


def recorded(party_id: int, fact: Fact, at: datetime) -> dict[str, object]:
    """The columns of a fact as it is kept."""
    return {**vars(fact), "party_id": party_id, "recorded_at": at}


class RecordAnswer(Base, Identified):
    """What the organisation says to an adverse record of its own; never changed."""

    __tablename__ = "record_answers"

    record_id: Mapped[int] = mapped_column(sa.ForeignKey("records.id"), unique=True)
    answer: Mapped[str]
    answered_at: Mapped[datetime]
    answered_by: Mapped[int | None]

    __table_args__ = (sa.CheckConstraint("btrim(answer) <> ''", name="says_something"),)
