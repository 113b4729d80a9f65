"""How far long work is: said by whoever does it, heard by the job that carries it out; within a request by nobody."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, TypeVar

from app.core.errors import DomainError

T = TypeVar("T")
Step = Literal["reading", "checking", "storing", "recording", "gathering", "counting", "writing", "typesetting"]


class WorkStopped(DomainError):
    """Whoever asked for it wants it no more; the transaction in which it is done is undone."""


@dataclass
class Progress:
    """`done` of `total` things in this step (None: they cannot be counted). `is_stopped`: it goes no further."""

    step: Step | None = None
    done: int = 0
    total: int | None = None
    is_stopped: bool = False


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
    """Say how far it is, between two parts. Refusal: WorkStopped."""
    if progress := _heard.get():
        if progress.is_stopped:
            raise WorkStopped
        progress.step, progress.done, progress.total = step, done, total


def counted(items: Sequence[T], step: Step) -> Iterator[T]:
    """Each of the items, told as done when the next one is asked for."""
    for number, item in enumerate(items):
        tell(step, number, len(items))
        yield item
