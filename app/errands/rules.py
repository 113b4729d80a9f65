"""Errands: requests that take long, carried out by a job. How one stands, how long it is kept, how many at once."""

from datetime import datetime, timedelta

from app.core.errors import DomainError
from app.core.waiting import JobStatus

S = JobStatus
MOVES = {
    (S.waiting, "open"): S.running,
    (S.running, "open"): S.running,  # taken up again where its worker died: nothing of it was done
    (S.running, "finish"): S.done,
    (S.waiting, "fail"): S.failed,
    (S.running, "fail"): S.failed,
    (S.waiting, "stop"): S.stopped,
    (S.running, "stop"): S.stopped,
}
LIVE = frozenset({S.waiting, S.running})
KEPT = timedelta(days=7)
# A job tells every other second how far it is; a worker that died is replaced within two minutes.
SILENCE = timedelta(minutes=5)
MOST_LIVE = 5  # of one person


class TooManyErrands(DomainError):
    """So many of this person's are under way that no further one is taken."""


class SeatEnded(DomainError):
    """Whoever asked may no longer act as they did then."""

    status = 403


def status_of(status: JobStatus, moved_at: datetime, at: datetime) -> JobStatus:
    """`failed` also where nothing has been heard for long of what was under way."""
    return S.failed if status is S.running and at - moved_at > SILENCE else status


def check_live(count: int) -> None:
    """Refusal: TooManyErrands."""
    if count >= MOST_LIVE:
        raise TooManyErrands(most=MOST_LIVE)
