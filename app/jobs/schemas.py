"""Long work on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.core.http.unit import example
from app.core.installation.progress import Step
from app.core.problems import Problem
from app.core.waiting import JobStatus


class JobRead(BaseModel):
    """`action.<verb>` of the room says what was asked for; `thing` and `thing_id` say what is opened to see it.

    `done` of `total` (of the present `step`, where it has several), null until they are counted; `moved_at` is the last
    sign of life, or the end; `fault` the code of the refusal with which it failed, `problem` the whole of it where it
    was one of a request. A `file` is fetched as that of an errand; `counts`: what a list brought. `actions`: what
    the reader may do to it, by the room.
    """

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra=example(
            room="awards",
            verb="price_inclusion",
            subject_id=4,
            title_zh="社区公益创投 L1",
            title_en="Community projects L1",
            thing="comparison",
            thing_id=3,
            status="running",
            done=12,
            total=40,
            asked_at="2026-11-20T10:00:00+08:00",
            moved_at="2026-11-20T10:00:02+08:00",
            fault=None,
            step=None,
            file=None,
            counts=None,
            problem=None,
            actions=[],
        ),
    )

    room: str
    verb: str
    subject_id: int
    title_zh: str
    title_en: str
    thing: Literal["comparison", "installation", "needs", "offers", "parties", "surveys"]
    thing_id: int
    status: JobStatus
    done: int
    total: int | None
    asked_at: datetime
    moved_at: datetime
    fault: str | None
    step: Step | None
    file: str | None
    counts: dict[str, int] | None
    problem: Problem | None
    actions: list[str]
