"""Long work on the event loop is done in parts, between which others have their turn."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from app.core.installation.progress import Step, tell

T = TypeVar("T")
PART = 50  # rows; some milliseconds, whatever is done with them


async def in_parts(items: Sequence[T], step: Step) -> AsyncIterator[Sequence[T]]:
    for start in range(0, len(items), PART):
        tell(step, start, len(items))
        yield items[start : start + PART]
        await asyncio.sleep(0)
