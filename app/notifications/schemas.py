"""Notifications on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.core.http.unit import example
from app.desk.rules import Thing
from app.notifications.queries import Told
from app.notifications.rules import sentence


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
        text = {f"text_{each}": sentence(it.event, it.title, it.facts, each) for each in ("zh", "en")}
        kept = {name: getattr(it, name) for name in cls.model_fields.keys() - text.keys()}
        return cls(**kept, **text)


class NotificationCount(BaseModel):
    model_config = ConfigDict(json_schema_extra=example(unopened=2))

    unopened: int
