"""What waits for somebody, and the long work that they asked for: the records in which each room answers, so that no
room need know who lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.core.actors import Role


@dataclass(frozen=True)
class Waiting:
    """`verb` is the action that is awaited of the reader, `thing` what is to be opened for it, by `thing_id`.

    `context`: what it is part of, where that is not the thing itself (the round in which a need chooses). `title_en`
    and `context_en`: what they are called in English, where they are.
    `due_at` is the last moment for it (None: no deadline), `rule` the source of that deadline. `counted`: it was
    counted over the calendar of rest days, not named by somebody.
    """

    room: str
    verb: str
    subject_id: int
    title: str
    due_at: datetime | None
    rule: str | None
    thing: str
    thing_id: int
    counted: bool = False
    context: str = ""
    title_en: str = ""
    context_en: str = ""


class JobStatus(StrEnum):
    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"
    stopped = "stopped"


@dataclass(frozen=True)
class Job:
    """`verb` is what was asked for, of the subject called `title`; `thing` is what is opened to see it, by `thing_id`.

    `done` of `total` steps (None: not counted yet); `moved_at` is the last sign of life, or the end; `fault` the code
    of the refusal with which it failed, and `problem` the whole of it where it was one of a request.
    `step`: what is being done now. In the end a `file` of this name may be there to be fetched, or `counts` of what was
    taken in. `actions`: what the reader may do to it.
    """

    room: str
    verb: str
    subject_id: int
    title_zh: str
    title_en: str
    thing: str
    thing_id: int
    status: JobStatus
    done: int
    total: int | None
    asked_at: datetime
    moved_at: datetime
    fault: str | None
    step: str | None = None
    file: str | None = None
    counts: Mapping[str, int] | None = None
    problem: Mapping[str, Any] | None = None
    actions: Sequence[str] = ()


# Under which key pages are told of changes in long work: no wider than who sees it.
JOBS_OF_ADMINS = "jobs:admin"


def jobs_of_party(party_id: int) -> str:
    """What whoever acts for a party sees."""
    return f"jobs:party:{party_id}"


def jobs_of_seat(account_id: int | None, role: Role, party_id: int | None) -> str:
    """What one person sees, acting as they did when they asked for it."""
    return f"jobs:{account_id}:{role.value}:{party_id}"
