"""Tables of files: what is stored outside the database, by its content, and what it hangs on."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, sealed_number
from app.files.rules import FileKind, Holder


class StoredFile(Base):
    """A file in the store, once however often it was attached. `sha256` of its content, in hex, is its place there.

    `held_at`: when it was last attached or let go of; a day later the store forgets what nothing holds.
    """

    __tablename__ = "stored_files"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[FileKind]
    size: Mapped[int]
    held_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_one"),
        sa.CheckConstraint("size > 0", name="size_is_positive"),
    )


class Attachment(Base):
    """A file under a name, on one thing, which it goes with: `party_id` hung it there. Its number does not tell how
    many there are. A trigger keeps what hangs on a bid that was handed in as it is."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False, default=sealed_number)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_files.sha256"), index=True)
    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("needs.id", ondelete="CASCADE"))
    offer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offers.id", ondelete="CASCADE"))
    bid_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bids.id", ondelete="CASCADE"))
    contract_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contracts.id", ondelete="CASCADE"))
    milestone_id: Mapped[int | None] = mapped_column(sa.ForeignKey("milestones.id", ondelete="CASCADE"))
    statement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("statements.id", ondelete="CASCADE"))
    service_session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service_sessions.id", ondelete="CASCADE"))
    finding_id: Mapped[int | None] = mapped_column(sa.ForeignKey("findings.id", ondelete="CASCADE"))
    name: Mapped[str]
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    account_id: Mapped[int | None]
    attached_at: Mapped[datetime]
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        *(sa.UniqueConstraint(f"{holder}_id", "sha256") for holder in Holder),
        sa.CheckConstraint(
            f"num_nonnulls({', '.join(f'{holder}_id' for holder in Holder)}) = 1",
            name="hangs_on_one_thing",
        ),
        sa.CheckConstraint("name <> '' AND length(name) <= 200 AND name !~ '[/\\\\]'", name="name_is_no_path"),
    )

    @property
    def hangs_on(self) -> tuple[Holder, int]:
        """The kind and number of what holds it."""
        return next((holder, id) for holder in Holder if (id := getattr(self, f"{holder}_id")) is not None)
