"""draft --edit--> draft --publish--> published --ask, amend--> published --open--> opened;
opened --record_late, prequalify, invite, open_final--> opened --award--> awarded;
draft, published, opened --cancel--> cancelled;  published, opened --fail--> unsuccessful

What people decided is the status; the phase follows from the dates alone, by one TIMELINE.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from app.core.days.calendar import Term, end_of_day, last_day
from app.core.errors import DomainError
from app.tenders.profiles.rules import Closing, OverspendRule, Profile


class TenderStatus(StrEnum):
    draft = "draft"
    published = "published"
    opened = "opened"
    awarded = "awarded"
    cancelled = "cancelled"
    unsuccessful = "unsuccessful"


class LotFailure(StrEnum):
    """Why a lot of a tender that goes on is neither evaluated nor awarded.

    `bidders`: too few handed in, its bids stay closed (87号令 art. 41); `qualified`: too few were found eligible
    (87号令 art. 44).
    """

    bidders = "bidders"
    qualified = "qualified"


S = TenderStatus
MOVES = {
    (S.draft, "edit"): S.draft,
    (S.draft, "publish"): S.published,
    (S.draft, "cancel"): S.cancelled,
    (S.published, "ask"): S.published,
    (S.published, "draft"): S.published,
    (S.published, "amend"): S.published,
    (S.published, "open"): S.opened,
    (S.published, "cancel"): S.cancelled,
    (S.published, "fail"): S.unsuccessful,
    (S.opened, "prequalify"): S.opened,
    (S.opened, "invite"): S.opened,
    (S.opened, "open_final"): S.opened,
    (S.opened, "record_late"): S.opened,
    (S.opened, "award"): S.awarded,
    (S.opened, "cancel"): S.cancelled,
    (S.opened, "fail"): S.unsuccessful,
}

# Each phase of a published tender and the date that ends it, in order. The dates are named here once:
# models name their columns after them, and the SQL form of the phase is built from this same table.
TIMELINE = (
    ("enquiries", "enquiries_end"),
    ("tendering", "bids_end"),
    ("prequalification", "prequalification_end"),
    ("evaluation", "evaluation_end"),
    ("standstill", "objections_end"),
    ("contracting", "contracts_end"),
)
ENDED = "ended"


class AmendmentTooLate(DomainError): ...


class EnquiriesClosed(DomainError): ...


class BidTooLate(DomainError):
    """Facts: the deadline and when the bid was received."""


class BidsStillRunning(DomainError): ...


class NeedNotOnOffer(DomainError):
    """A need that is not published, or that was already put to tender."""


class EnquiryAnswered(DomainError): ...


class BidsDecided(DomainError):
    """Pre-qualification has decided on every bid."""


class FinalOffersNotAsked(DomainError):
    """The procedure knows no final offers, or they have been asked for already."""


class FinalOffersEndPassed(DomainError):
    status = 422


class FinalOffersClosed(DomainError):
    """Last prices are named from the invitation until its end."""


class FinalOffersRunning(DomainError): ...


class FinalOffersOpened(DomainError): ...


class TooFewBidders(DomainError): ...


@dataclass(frozen=True)
class CriterionTerms:
    """`maximum` in points of 100. A price criterion is computed from the amounts, never marked by a judge."""

    code: str
    maximum: Decimal
    is_price: bool = False


@dataclass(frozen=True)
class ItemTerms:
    code: str
    need: str | None


@dataclass(frozen=True)
class LotTerms:
    """`places`: the number of awards. `ceiling`: the most one bid may ask for. With items, each is won once.

    `need` links a lot without items; a lot with neither is an open call, where the profile knows such.
    """

    code: str
    budget: Decimal
    ceiling: Decimal
    places: int
    items: tuple[ItemTerms, ...] = ()
    need: str | None = None


@dataclass(frozen=True)
class Notice:
    """What a tender says when it is published. `dates` holds an instant for every end in TIMELINE."""

    budget: Decimal
    lots: tuple[LotTerms, ...]
    criteria: tuple[CriterionTerms, ...]
    overspend_rule: OverspendRule
    tie_criterion: str | None
    dates: Mapping[str, datetime | None]


class Asked(Protocol):
    """An enquiry."""

    id: int
    answered_at: datetime | None


class Hours(Protocol):
    """What of a tender opens and closes verbs; the first two are set once it is published."""

    enquiries_end: datetime | None
    bids_end: datetime | None
    prequalified_at: datetime | None
    final_offers_end: datetime | None
    final_offers_opened_at: datetime | None


@dataclass(frozen=True)
class DatedRule:
    """A deadline as it is shown: the last moment and the rule that asks for it."""

    name: str
    at: datetime
    rule: str


def phase(dates: Mapping[str, datetime], now: datetime) -> str:
    """The phase of a published tender at `now`; an end belongs to the next phase already."""
    return next((name for name, end in TIMELINE if now < dates[end]), ENDED)


def untimely(verb: str, tender: Hours, profile: Profile, at: datetime) -> DomainError | None:
    """Why the hour does not allow what the state does; None when it does.

    Bids stay sealed until the deadline has passed (87号令 art. 39); final offers are asked for once.
    """
    match verb:
        case "ask" if has_passed(tender.enquiries_end, at):
            return EnquiriesClosed(enquiries_end=tender.enquiries_end, received=at)
        case "draft":
            return too_late(at, tender.bids_end)
        case "amend" if has_passed(tender.bids_end, at):
            return AmendmentTooLate(bids_end=tender.bids_end, **term_facts(profile.amendment))
        case "open" | "fail" if not has_passed(tender.bids_end, at):
            return BidsStillRunning(bids_end=tender.bids_end)
        case "prequalify" if tender.prequalified_at:
            return BidsDecided(decided_at=tender.prequalified_at)
        case "invite" if tender.final_offers_end or not profile.final_offers.asked:
            return FinalOffersNotAsked(rule=profile.final_offers.source)
        case "open_final" if tender.final_offers_opened_at:
            return FinalOffersOpened(opened_at=tender.final_offers_opened_at)
        case "open_final" if tender.final_offers_end is None:
            return FinalOffersClosed(until=None, received=at)
        case "open_final" if not has_passed(tender.final_offers_end, at):
            return FinalOffersRunning(until=tender.final_offers_end)
    return None


def too_late(received_at: datetime, bids_end: datetime | None) -> BidTooLate | None:
    """A bid received at the deadline itself is late (87号令 art. 33)."""
    return BidTooLate(bids_end=bids_end, received=received_at) if has_passed(bids_end, received_at) else None


def has_passed(end: datetime | None, at: datetime) -> bool:
    """At an end itself, it has passed."""
    return end is not None and at >= end


def closing(deadline: datetime, profile: Profile) -> datetime:
    """The moment from which bids are refused: what a tender keeps as `bids_end`.

    In a competition the last day runs until midnight, whatever hour the call names for its counter
    (民法典 art. 203); in a procurement the hour in the documents closes it (87号令 art. 33).
    """
    if profile.receipt.closes is Closing.moment:
        return deadline
    return end_of_day(last_day(deadline))


def term_facts(term: Term) -> dict[str, object]:
    return {"length": term.length, "unit": term.unit.value, "rule": term.source}


def answered(enquiry: Asked) -> EnquiryAnswered | None:
    """Why an enquiry cannot be answered; None when it can."""
    return None if enquiry.answered_at is None else EnquiryAnswered(enquiry=enquiry.id)


def check_final_offers_end(ends_at: datetime, now: datetime) -> None:
    """Final offers are asked for until an hour that is still to come."""
    if ends_at <= now:
        raise FinalOffersEndPassed(ends_at=ends_at, now=now)


def check_bidders(bidders: int, profile: Profile) -> None:
    """`bidders` of the lot that has most. Where even that is short, nothing is opened: the tender has failed
    (87号令 art. 41, 43); a single lot that is short fails by itself."""
    if bidders < profile.bidders.value:
        raise TooFewBidders(bidders=bidders, required=profile.bidders.value, rule=profile.bidders.source)


def dated_rules(dates: Mapping[str, datetime], profile: Profile) -> list[DatedRule]:
    """Every deadline of a published tender in order, each with the rule it comes from.

    Steps for which the profile has no length of their own stand under the profile as a whole.
    """
    own = {
        "bids_end": profile.call.source,
        "objections_end": profile.objection.source,
        "contracts_end": profile.contract.source,
    }
    return [DatedRule(end, dates[end], own.get(end, profile.source)) for _, end in TIMELINE]
