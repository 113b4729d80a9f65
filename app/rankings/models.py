"""What has changed for rankings: written by triggers, so that no path into the tables is forgotten."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base

EDITS = sa.Sequence("market_edits_edit_seq")


class MarketEdit(Base):
    """In transaction `xid` a need or an offer, what belongs to it, or an offer's provider was written. `edit` tells
    two edits of one transaction apart. Rows that every base has taken up are deleted."""

    __tablename__ = "market_edits"

    xid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    side: Mapped[str] = mapped_column(primary_key=True)
    thing_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edit: Mapped[int] = mapped_column(server_default=EDITS.next_value())

    __table_args__ = (sa.CheckConstraint("side IN ('need', 'offer')", name="of_a_side"),)


class Meaning(Base):
    """What a text means: the vectors that `model` made of the text with this SHA-256, of the whole and then of its
    sentences (see `matching/ranking/meaning.py`). A text that was edited back is not read again; rows stay."""

    __tablename__ = "meanings"

    model: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    vectors: Mapped[bytes]
