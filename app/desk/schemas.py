"""The desk on the wire."""

from collections.abc import Collection, Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.core.http.unit import example
from app.core.waiting import Waiting
from app.desk.queries import Done, Shared
from app.desk.rules import Thing
from app.overviews.rules import Overview


class WaitingRead(BaseModel):
    """One thing that waits: `action.<verb>` names it, `due_at` is the last moment, `rule` where that comes from.

    `thing` and `thing_id` say what is opened to do it, `context` what it is part of (the round, the notice);
    `title_en` and `context_en` are blank where there is no English name. `is_provisional`: the rest days of that year
    are not published yet, so the moment may move.
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
            context="",
            title_en="",
            context_en="",
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
    context: str
    title_en: str
    context_en: str

    @classmethod
    def of(cls, item: Waiting, moving: Collection[datetime]) -> "WaitingRead":
        said = {name: value for name, value in vars(item).items() if name != "counted"}
        return cls(**said, is_provisional=item.counted and item.due_at in moving)


class DoneRead(BaseModel):
    """What one did today: `event` ("need.published"), when, and the thing."""

    model_config = ConfigDict(from_attributes=True)

    event: str
    at: datetime
    thing: Thing
    thing_id: int
    title: str
    title_en: str


class DeskRead(BaseModel):
    """`at` is the server's clock, against which the time left is counted.

    `items` wait for the reader, `of_heads` for colleagues with a greater mandate; `awaited` is what the reader waits
    for others to do (`verb` is theirs); `done` today. `overviews` are shown below, each read for itself.
    """

    model_config = ConfigDict(
        json_schema_extra=example(
            at="2026-11-20T10:00:00+08:00", items=[], of_heads=[], awaited=[], done=[], overviews=["communities"]
        )
    )

    at: datetime
    items: list[WaitingRead]
    of_heads: list[WaitingRead]
    awaited: list[WaitingRead]
    done: list[DoneRead]
    overviews: list[Overview]

    @classmethod
    def of(
        cls,
        at: datetime,
        waiting: Shared,
        awaited: Iterable[Waiting],
        done: Iterable[Done],
        moving: Collection[datetime],
        overviews: list[Overview],
    ) -> "DeskRead":
        return cls(
            at=at,
            items=[WaitingRead.of(item, moving) for item in waiting.own],
            of_heads=[WaitingRead.of(item, moving) for item in waiting.of_heads],
            awaited=[WaitingRead.of(item, moving) for item in awaited],
            done=[DoneRead.model_validate(each) for each in done],
            overviews=overviews,
        )
