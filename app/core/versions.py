"""Versions: how often a thing was changed, counted here and nowhere else, once for each event.

An edit names the version it was made on (If-Match); an edit of a stale reading is refused.
"""

from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column, object_session

from app.core.errors import StaleVersion


class Versioned:
    """A row whose changes are counted; a new one is version 1."""

    version: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")


def check_version(thing: Versioned, given: int) -> None:
    """Refusal: StaleVersion, where something was changed since `given` was read."""
    if thing.version != given:
        raise StaleVersion(given=given, current=thing.version)


def touch(thing: Versioned) -> None:
    """Count a change now: where only a part of the thing changes, or where its new version is said at once."""
    if (session := object_session(thing)) is None:
        return  # made just now, and counted when it is kept
    if thing not in (counted := _counted(session)):
        counted.add(thing)
        thing.version += 1


def end_count(session: Session) -> None:
    """What changes from now on belongs to another event, and counts again."""
    session.info.pop("counted", None)


def _counted(session: Session) -> WeakSet[Versioned]:
    counted: WeakSet[Versioned] = session.info.setdefault("counted", WeakSet())
    return counted


@event.listens_for(Session, "before_flush")
def _count_changes(session: Session, _context: object, _instances: object) -> None:
    counted = _counted(session)
    for thing in session.new:
        if isinstance(thing, Versioned):
            counted.add(thing)
            thing.version = 1
    for thing in session.dirty:
        if isinstance(thing, Versioned) and session.is_modified(thing):
            touch(thing)


@event.listens_for(Session, "after_commit")
def _kept(session: Session) -> None:
    end_count(session)


@event.listens_for(Session, "after_soft_rollback")
def _undone(session: Session, _rolled_back: SessionTransaction) -> None:
    end_count(session)
