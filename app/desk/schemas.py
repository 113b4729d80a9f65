"""The desk on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.core.http.unit import example
from app.core.waiting import Waiting
from app.desk.rules import Thing


class WaitingRead(BaseModel):
    """One thing that waits: `action.<verb>` names it, `due_at` is the last moment, `rule` where that comes from.

    `thing` and `thing_id` say what is opened to do it. `is_provisional`: the rest days of that year are not published
    yet, so the moment may move.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            room="parties",
            verb="edit",
            subject_id=12,
            title="昆明市呈贡区萤火社会工作服务中心",
            due_at=None,
            is_provisional=False,
            rule=None,
            thing="party",
            thing_id=12,
        )
    )

    room: str
    verb: str
    subject_id: int
    title: str
    due_at: datetime | None
    is_provisional: bool
    rule: str | None
    thing: Thing
    thing_id: int

    @classmethod
    def of(cls, item: Waiting, *, is_provisional: bool) -> "WaitingRead":
        said = {name: value for name, value in vars(item).items() if name != "counted"}
        return cls(**said, is_provisional=item.counted and is_provisional)


class DeskRead(BaseModel):
    """`at` is the server's clock, against which the time left is counted."""

    model_config = ConfigDict(json_schema_extra=example(at="2026-11-20T10:00:00+08:00", items=[]))

    at: datetime
    items: list[WaitingRead]
