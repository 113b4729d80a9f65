"""Notifications on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from app.core.fields import Code, Line
from app.core.http.unit import example
from app.core.settings import settings
from app.desk.rules import Thing
from app.notifications.models import Mailbox
from app.notifications.queries import Told, Unsent
from app.notifications.rules import Pace


class NotificationRead(BaseModel):
    """What happened, said in both languages; `thing` and `thing_id` say what is opened for it, in which seat
    (`membership_id`) it can be seen. `opened_at` is null until it was read."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=7,
            event="enquiry.answered",
            text_zh="“社区公益创投”有一条提问已答复，请查看。",
            text_en="A question about “社区公益创投” has been answered.",
            thing="tender",
            thing_id=3,
            membership_id=9,
            created_at="2026-11-20T10:00:00+08:00",
            opened_at=None,
        )
    )

    id: int
    event: str
    text_zh: str
    text_en: str
    thing: Thing
    thing_id: int
    membership_id: int
    created_at: datetime
    opened_at: datetime | None

    @classmethod
    def of(cls, told: Told) -> "NotificationRead":
        it = told.notification
        text = {f"text_{each}": it.said(each) for each in ("zh", "en")}
        kept = {name: getattr(it, name) for name in cls.model_fields.keys() - text.keys()}
        return cls(**kept, **text)


class NotificationCount(BaseModel):
    model_config = ConfigDict(json_schema_extra=example(unopened=2))

    unopened: int


class MailboxSet(BaseModel):
    """Where and how soon one wants to be mailed, in which language."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(address="lihua@example.org", pace="at_once", language="zh")
    )

    address: Annotated[str, Line(200, pattern=r"^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$")]
    pace: Pace
    language: Literal["zh", "en"]


class MailboxConfirm(BaseModel):
    """The code that was mailed to the address."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(code="042117"))

    code: Code


class MailboxRead(BaseModel):
    """`is_offered`: this installation sends mails. An address that is not confirmed yet is mailed nothing but its
    code."""

    model_config = ConfigDict(
        json_schema_extra=example(is_offered=True, address="lihua@example.org", pace="at_once", is_confirmed=True)
    )

    is_offered: bool
    address: str | None
    pace: Pace
    is_confirmed: bool

    @classmethod
    def of(cls, mailbox: Mailbox | None) -> "MailboxRead":
        is_offered = settings().smtp_url is not None
        if mailbox is None:
            return cls(is_offered=is_offered, address=None, pace=Pace.at_once, is_confirmed=False)
        is_confirmed = mailbox.confirmed_at is not None
        return cls(is_offered=is_offered, address=mailbox.address, pace=mailbox.pace, is_confirmed=is_confirmed)


class MailRead(BaseModel):
    """A mail that was not sent: to whom, how often it was tried, what the server said (`fault`). `refused_at` is null
    while it is tried again by itself; `is_code`: it carries the code of a new address, asked for anew by its owner."""

    id: int
    account_id: int
    display_name: str
    address: str
    is_code: bool
    tries: int
    due_at: datetime
    refused_at: datetime | None
    fault: str | None

    @classmethod
    def of(cls, unsent: Unsent) -> "MailRead":
        mail, mailbox, account = unsent
        kept = {name: getattr(mail, name) for name in ("id", "account_id", "tries", "due_at", "refused_at", "fault")}
        named = {"display_name": account.display_name, "address": mailbox.address}
        return cls(**kept, **named, is_code=mail.code is not None)


class OutboxRead(BaseModel):
    """`waiting`: how many are still to be sent; `unsent`: those that the server did not take, at most 50."""

    is_offered: bool
    waiting: int
    unsent: list[MailRead]

    @classmethod
    def of(cls, waiting: int, unsent: Sequence[Unsent]) -> "OutboxRead":
        is_offered = settings().smtp_url is not None
        return cls(is_offered=is_offered, waiting=waiting, unsent=[MailRead.of(each) for each in unsent])
