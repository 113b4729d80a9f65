"""What an amendment changes, whether bids must be confirmed again, and how much time it leaves them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.core.days.calendar import WorkCalendar, last_day, shanghai_date
from app.core.errors import DomainError
from app.tenders.notices.rules import AmendmentTooLate, term_facts
from app.tenders.profiles.rules import Profile

# An amendment of one of these changes what was bid for, or what a bid must reckon with: every bid must be confirmed
# again. So does a deadline brought forward; later dates alone do not, neither does a corrected title.
MATERIAL = frozenset(
    {
        "criteria",
        "lots",
        "budget",
        "overspend_rule",
        "tie_criterion",
        "one_each",
        "requirements",
        "contract_start",
        "contract_end",
    }
)


# What an amendment says: field → what it read before and after, instants in ISO 8601.
Changes = Mapping[str, Sequence[Any]]


class AmendmentEmpty(DomainError):
    """The amendment would leave the notice as it is."""

    status = 422


class LotsFixed(DomainError):
    """An amendment changes what lots say, not which lots and items there are."""

    status = 422


def needs_confirmation(changes: Changes) -> bool:
    """Whether an amendment makes every bid be confirmed again: it may bear on how bids are drawn up."""
    return not MATERIAL.isdisjoint(changes) or is_brought_forward(changes)


def is_brought_forward(changes: Changes) -> bool:
    """Whether bids have to be in earlier than was announced."""
    before, after = changes.get("bids_end", (None, None))
    return bool(before and after) and datetime.fromisoformat(after) < datetime.fromisoformat(before)


def check_amendment(
    changes: Changes, bids_end: datetime, profile: Profile, calendar: WorkCalendar, now: datetime
) -> None:
    """A material amendment leaves bidders the profile's time before `bids_end`, the deadline after the
    amendment: otherwise the deadline must be moved in the same amendment (87号令 art. 27)."""
    if now >= bids_end:
        raise AmendmentTooLate(bids_end=bids_end, **term_facts(profile.amendment))
    left = calendar.has_run(shanghai_date(now), last_day(bids_end), profile.amendment)
    if needs_confirmation(changes) and not left:
        raise AmendmentTooLate(bids_end=bids_end, **term_facts(profile.amendment))
