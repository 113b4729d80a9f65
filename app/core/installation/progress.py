"""How far long work is: said by whoever does it, heard by the job that carries it out; within a request by nobody."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")
Step = Literal["reading", "checking", "storing", "recording", "gathering", "counting", "writing", "typesetting"]


@dataclass
class Progress:
    """`done` of `total` things in this step (None: they cannot be counted)."""

    step: Step | None = None
    done: int = 0
    total: int | None = None


_heard: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextmanager
def heard() -> Iterator[Progress]:
    """What is told within the block, as it stands at any moment."""
    token = _heard.set(progress := Progress())
    try:
        yield progress
    finally:
        _heard.reset(token)


def tell(step: Step, done: int = 0, total: int | None = None) -> None:
    if progress := _heard.get():
        progress.step, progress.done, progress.total = step, done, total


def counted(items: Sequence[T], step: Step) -> Iterator[T]:
    """Each of the items, told as done when the next one is asked for."""
    for number, item in enumerate(items):
        tell(step, number, len(items))
        yield item
