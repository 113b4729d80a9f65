"""What waits for somebody: the record in which each room answers, so that no room need know the desk."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Waiting:
    """`verb` is the action that is awaited of the reader, `thing` what is to be opened for it, by `thing_id`.

    `context`: what it is part of, where that is not the thing itself (the round in which a need chooses).
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
