"""Long work on the event loop is done in parts, between which others have their turn."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from app.core.installation.progress import Step, tell

T = TypeVar("T")
R = TypeVar("R")
PART = 50  # rows; some milliseconds, whatever is done with them


async def in_parts(items: Sequence[T], step: Step) -> AsyncIterator[Sequence[T]]:
    for start in range(0, len(items), PART):
        tell(step, start, len(items))
        yield items[start : start + PART]
        await asyncio.sleep(0)


async def gathered(pieces: AsyncIterator[Sequence[T]], total: int, row_of: Callable[[T], R]) -> AsyncIterator[list[R]]:
    """What is made of each of `total` things that the database hands out in pieces; no piece is held longer than that
    takes."""
    done = 0
    async for piece in pieces:
        for start in range(0, len(piece), PART):
            tell("gathering", done + start, total)
            yield [row_of(each) for each in piece[start : start + PART]]
            await asyncio.sleep(0)
        done += len(piece)
