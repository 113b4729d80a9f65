"""draft --publish--> published --pause--> paused --resume--> published
draft | published | paused | expired --withdraw--> withdrawn

A published offer is `expired` when the last day on which it is available has passed: that follows from the date and
is never stored.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.core.errors import DomainError
from app.core.moves import check_move
from app.core.reading.cells import FieldBlank, text_faults


class OfferStatus(StrEnum):
    draft = "draft"
    published = "published"
    paused = "paused"
    withdrawn = "withdrawn"
    expired = "expired"


S = OfferStatus
MOVES = {
    (S.draft, "publish"): S.published,
    (S.draft, "edit"): S.draft,
    (S.draft, "attach"): S.draft,
    (S.draft, "withdraw"): S.withdrawn,
    (S.published, "rank"): S.published,
    (S.published, "edit"): S.published,
    (S.published, "attach"): S.published,
    (S.published, "pause"): S.paused,
    (S.published, "withdraw"): S.withdrawn,
    (S.paused, "resume"): S.published,
    (S.paused, "edit"): S.paused,
    (S.paused, "attach"): S.paused,
    (S.paused, "withdraw"): S.withdrawn,
    (S.expired, "edit"): S.published,
    (S.expired, "withdraw"): S.withdrawn,
}
# A status that ends by itself, the date that is its last day, and what the offer reads from then on.
TIMELINE = ((S.published, "available_until", S.expired),)
LIMITS = {"title": 200, "description": 5000, "price_unit": 20, "capacity": 200, "schedule": 200}
# An offer appears on its organisation's desk two weeks before it ends: time enough to extend it.
EXPIRY_NOTICE = timedelta(days=14)
# What an offer may leave open, though communities find it, and compare it with others, by these.
ASKED_FOR = ("description", "category_codes", "population_codes", "price", "capacity", "schedule")
AREA_DIGITS = (4, 6, 9, 12)


class PriceNegative(DomainError):
    status = 422


class PriceUnitMissing(DomainError):
    """A price says nothing without what it is for: a meal, an hour, a year."""

    status = 422


class AvailabilityReversed(DomainError):
    status = 422


class AvailabilityPassed(DomainError):
    """Nobody could choose an offer that had ended before it was shown."""

    status = 422


class CoverageMissing(DomainError):
    """Communities choose among the offers that reach them."""

    status = 422


class OrganizationUnknown(DomainError):
    """A row names no organisation on the platform."""

    status = 422


class OrganizationDiffers(DomainError):
    """Number and name of a row's organisation disagree: one of them slipped."""

    status = 422


class OrganizationElsewhere(DomainError):
    """An organisation that the actor does not speak for."""

    status = 422


class Standing(Protocol):
    """What decides how an offer stands on a day."""

    status: OfferStatus
    available_until: date | None


class Stated(Standing, Protocol):
    """What an offer says that decides whether it may be shown."""

    published_at: datetime | None
    coverage_codes: Any
    available_from: date | None


def standing(offer: Standing, today: date) -> OfferStatus:
    """The status on a day, or what follows after its last day."""
    ended = (then for status, last, then in TIMELINE if offer.status is status and is_over(getattr(offer, last), today))
    return next(ended, offer.status)


def is_over(last: date | None, day: date) -> bool:
    return last is not None and last < day


def whole_code(code: str) -> str:
    """The 12-digit code of an area that may be given by its prefix (530114); other texts are left as they are."""
    return code.ljust(12, "0") if code.isdigit() and len(code) in AREA_DIGITS else code


def faults_of(values: Mapping[str, Any]) -> list[tuple[str, DomainError]]:
    """(field, fault) of what no offer may hold, draft or not; absent fields are not looked at."""
    faults = text_faults(values, LIMITS)
    if not values.get("title", "-").strip():
        faults.append(("title", FieldBlank(field="title")))
    price = values.get("price")
    if price is not None and price < 0:
        faults.append(("price", PriceNegative(price=str(price))))
    if price is not None and not values.get("price_unit", "-").strip():
        faults.append(("price_unit", PriceUnitMissing()))
    starts, ends = values.get("available_from"), values.get("available_until")
    if starts is not None and ends is not None and ends < starts:
        faults.append(("available_until", AvailabilityReversed(available_from=starts, available_until=ends)))
    return faults


def check_values(values: Mapping[str, Any]) -> None:
    """Refuse the first of `faults_of`."""
    for _, fault in faults_of(values):
        raise fault


def lacking(offer: Stated, today: date) -> list[tuple[str, DomainError]]:
    """(field, refusal) of everything that keeps communities from choosing this offer: CoverageMissing,
    AvailabilityPassed."""
    coverage = None if offer.coverage_codes else CoverageMissing()
    found = (("coverage_codes", coverage), ("available_until", late_end(offer.available_until, today)))
    return [(field, refusal) for field, refusal in found if refusal]


def unsaid(offer: object) -> list[str]:
    """The fields of ASKED_FOR that the offer leaves open; a price of nothing is a price."""
    return [field for field in ASKED_FOR if getattr(offer, field) in (None, "", [])]


def hindrance(verb: str, offer: Stated, today: date) -> DomainError | None:
    """Why this offer cannot `verb` on this day although its status would allow it."""
    if verb not in {"publish", "resume"}:
        return None
    return next((refusal for _, refusal in lacking(offer, today)), None)


def check_edit(offer: Stated, values: Mapping[str, Any], today: date) -> None:
    """Whether the offer may come to say `values`; once published it must stay publishable.

    Refusals: MoveRefused, AvailabilityReversed and those of publishing.
    """
    check_move(MOVES, standing(offer, today), "edit")
    said = {field: values.get(field, getattr(offer, field)) for field in ("available_from", "available_until")}
    check_values(said)
    if offer.published_at is None:
        return
    if not values.get("coverage_codes", offer.coverage_codes):
        raise CoverageMissing()
    check_open(said["available_until"], today)


def late_end(available_until: date | None, day: date) -> DomainError | None:
    over = is_over(available_until, day)
    return AvailabilityPassed(available_until=available_until, day=day) if over else None


def check_open(available_until: date | None, day: date) -> None:
    """An offer that is shown on `day` has its last day still before it."""
    if refusal := late_end(available_until, day):
        raise refusal
