"""What happens: written in the log, and told to the other rooms in the same transaction; once that has committed, to
open pages as well.

`when("need.published", reaction)` says what follows; `app/flow.py` is its only caller. A reaction may not set off a
further one.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.audit import note

Reaction = Callable[[AsyncSession, Actor, Any], Awaitable[Any]]
REACTIONS: defaultdict[str, list[Reaction]] = defaultdict(list)


def when(event: str, *reactions: Reaction) -> None:
    REACTIONS[event] = [*REACTIONS[event], *reactions]


async def happened(
    session: AsyncSession,
    actor: Actor,
    event: str,
    subject: Any,
    at: datetime,
    *,
    stream: str = "",
    tell: Any = None,
    **facts: Any,
) -> None:
    """Write in the log that `event` happened to `subject`, then let follow what `flow.py` says.

    Reactions hear `tell`, by default the subject itself. `stream` and `facts`: see `core.audit.note`.
    """
    await note(session, actor, event, subject, at, stream=stream, **facts)
    await _react(session, actor, event, subject if tell is None else tell)


async def _react(session: AsyncSession, actor: Actor, event: str, told: Any) -> None:
    if not REACTIONS.get(event):
        return
    if session.info.get("reacting"):
        raise RuntimeError(f"{event} follows from {session.info['reacting']} and would set off a second reaction")
    session.info["reacting"] = event
    try:
        for reaction in REACTIONS[event]:
            await reaction(session, actor, told)
    finally:
        del session.info["reacting"]


def changed(session: AsyncSession, *topics: str) -> None:
    """Pages that show what `topics` name ("wave:12") are to read it again. They are told when the transaction has
    committed, and nothing of what is rolled back."""
    session.info.setdefault("changed", set()).update(topics)


def changing(topic: str, number: str) -> Reaction:
    """The reaction that says so of `topic` and what the subject's attribute `number` holds."""

    async def change(session: AsyncSession, actor: Actor, told: Any) -> None:
        changed(session, f"{topic}:{getattr(told, number)}")

    return change
