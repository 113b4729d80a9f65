"""`when("need.published", reaction)`: what follows in other rooms, awaited in the same transaction.

`app/flow.py` is the only caller of `when`. A reaction may not set off a further one.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor

Reaction = Callable[[AsyncSession, Actor, Any], Awaitable[Any]]
REACTIONS: defaultdict[str, list[Reaction]] = defaultdict(list)


def when(event: str, *reactions: Reaction) -> None:
    REACTIONS[event] = [*REACTIONS[event], *reactions]


async def react(session: AsyncSession, actor: Actor, event: str, subject: Any) -> None:
    """Run what `flow.py` says follows; the subject is the object the event happened to."""
    if not REACTIONS.get(event):
        return
    if session.info.get("reacting"):
        raise RuntimeError(f"{event} follows from {session.info['reacting']} and would set off a second reaction")
    session.info["reacting"] = event
    try:
        for reaction in REACTIONS[event]:
            await reaction(session, actor, subject)
    finally:
        del session.info["reacting"]
