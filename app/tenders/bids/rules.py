"""draft --submit--> submitted --qualify--> eligible;  submitted --disqualify--> ineligible;
submitted --unsettle--> unconfirmed --confirm--> submitted;  draft --record_late--> late --disqualify--> ineligible;
withdrawn --record_late--> late;  submitted, unconfirmed --leave_closed--> unopened;
eligible --leave_unevaluated--> unevaluated;  eligible --offer--> eligible;  eligible --disqualify--> ineligible

The reasons of pre-qualification are the same refusals that an online submission meets: one catalogue for both.
"""

import json
from base64 import b32encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from app.core.days.calendar import shanghai_date
from app.core.errors import DomainError
from app.tenders.notices.rules import BidTooLate, FinalOffersClosed, LotTerms, TenderStatus, has_passed, too_late
from app.tenders.profiles.rules import Profile

CENTS = -2


class BidStatus(StrEnum):
    draft = "draft"
    submitted = "submitted"
    unconfirmed = "unconfirmed"
    withdrawn = "withdrawn"
    late = "late"
    eligible = "eligible"
    ineligible = "ineligible"
    unopened = "unopened"
    unevaluated = "unevaluated"


S = BidStatus
# An amendment unsettles a bid; revising it confirms it too. Until the deadline a bid may be changed, withdrawn
# and handed in again (87号令 art. 34), with other files once it is withdrawn: the receipt of what was handed in vouches
# for those that hung on it. A bid that arrives late on paper is recorded, never scored.
MOVES = {
    (S.draft, "edit"): S.draft,
    (S.draft, "attach"): S.draft,
    (S.draft, "submit"): S.submitted,
    (S.draft, "record_late"): S.late,
    (S.submitted, "edit"): S.submitted,
    (S.submitted, "revise"): S.submitted,
    (S.submitted, "withdraw"): S.withdrawn,
    (S.submitted, "unsettle"): S.unconfirmed,
    (S.unconfirmed, "edit"): S.unconfirmed,
    (S.unconfirmed, "confirm"): S.submitted,
    (S.unconfirmed, "revise"): S.submitted,
    (S.unconfirmed, "withdraw"): S.withdrawn,
    (S.withdrawn, "edit"): S.withdrawn,
    (S.withdrawn, "attach"): S.withdrawn,
    (S.withdrawn, "submit"): S.submitted,
    (S.withdrawn, "record_late"): S.late,
    (S.submitted, "qualify"): S.eligible,
    (S.submitted, "disqualify"): S.ineligible,
    (S.unconfirmed, "disqualify"): S.ineligible,
    (S.late, "disqualify"): S.ineligible,
    (S.submitted, "leave_closed"): S.unopened,
    (S.unconfirmed, "leave_closed"): S.unopened,
    (S.eligible, "leave_unevaluated"): S.unevaluated,
    (S.eligible, "offer"): S.eligible,
    (S.eligible, "disqualify"): S.ineligible,
}


class AmountNotPositive(DomainError):
    status = 422


class AmountNotWholeCents(DomainError):
    status = 422


class AmountAboveCeiling(DomainError):
    status = 422


class LotUnknown(DomainError):
    status = 422


class ItemUnknown(DomainError):
    status = 422


class ItemMissing(DomainError):
    status = 422


class ApplicantNotAdmitted(DomainError): ...


class BidUnconfirmed(DomainError): ...


class BidExists(DomainError):
    """The organisation has a bid for this lot or item already; it can be revised."""


class NotReceiving(DomainError):
    """The tender does not take bids: not published, cancelled, failed or opened."""


class NotLateYet(DomainError):
    """Before the deadline a bid is handed in by its bidder, not recorded as late."""


class LateBeforeOpening(DomainError):
    """Between the deadline and the opening nobody but the bidders may learn who has handed in."""


class ArrivalInFuture(DomainError):
    """Nothing has arrived at an hour that has not come yet."""

    status = 422


class RectificationOpen(DomainError):
    """The applicant was put in rectification and has not passed the re-examination."""


class ApplicantDebarred(DomainError): ...


class FormAmended(DomainError):
    """The bid was handed in for another form than the notice has now: it is revised, not confirmed."""


class FinalOfferMissing(DomainError):
    """Whoever names no last price has left the consultation."""


@dataclass(frozen=True)
class BidTerms:
    """`received_at` is the receipt of the version that counts; `confirmed`: confirmed since the last amendment."""

    lot: str
    item: str | None
    amount: Decimal
    received_at: datetime
    confirmed: bool = True


# What is bid for and won on its own, the 包 of 87号令 art. 41 and 44: a lot, or each item of a lot that has items.
Package = tuple[int, int | None]


@dataclass(frozen=True)
class Applicant:
    """`rectification_until`: how long faults were to be repaired, whatever its wording ("2018-06").
    `reexamined_on`: when the repair was examined and found good. `debarred_until`: last day of a ban."""

    registered: bool
    rectification_until: str | None = None
    reexamined_on: date | None = None
    debarred_until: date | None = None


class Receiving(Protocol):
    """What of a tender decides whether bidders may act."""

    status: TenderStatus
    bids_end: datetime | None
    final_offers_end: datetime | None
    form_amendment: int


@dataclass(frozen=True)
class Conditions:
    """What a bid is measured by: its lot (None when the tender has no such lot), the profile, the deadline."""

    lot: LotTerms | None
    profile: Profile
    bids_end: datetime


Check = Callable[[BidTerms, Applicant, Conditions], None]


def bidders_of(packages: Iterable[Package], bids: Iterable[tuple[Package, int]]) -> dict[Package, int]:
    """How many parties bid for each of the packages; `bids` are package and party."""
    parties = defaultdict[Package, set[int]](set)
    for package, party in bids:
        parties[package].add(party)
    return {package: len(parties[package]) for package in packages}


def short_packages(bidders: Mapping[Package, int], required: int) -> tuple[set[Package], set[int]]:
    """The packages with fewer bidders than `required`, and the lots of which nothing else is left."""
    short = {package for package, count in bidders.items() if count < required}
    return short, {lot for lot, _ in short} - {lot for lot, _ in bidders.keys() - short}


def untimely(verb: str, tender: Receiving, at: datetime) -> DomainError | None:
    """Why the tender does not take it from a bidder at this hour; None when it does."""
    if verb == "offer":
        return _offer_untimely(tender, at)
    if tender.status is not TenderStatus.published:
        return NotReceiving(status=tender.status.value)
    return too_late(at, tender.bids_end)


def _offer_untimely(tender: Receiving, at: datetime) -> DomainError | None:
    if tender.status is not TenderStatus.opened:
        return NotReceiving(status=tender.status.value)
    if tender.final_offers_end is None or at >= tender.final_offers_end:
        return FinalOffersClosed(until=tender.final_offers_end, received=at)
    return None


def hindrance(verb: str, confirmed: int, tender: Receiving) -> FormAmended | None:
    """What stands against confirming a bid: a new form after the amendment that it was last `confirmed` against."""
    return FormAmended() if verb == "confirm" and confirmed < tender.form_amendment else None


def check_late(arrived: datetime, tender: Receiving, at: datetime) -> None:
    """Whether what arrived on paper at `arrived` may be recorded as late at the hour `at`: the clock decides, not what
    is claimed, and before the opening the answer is the same for everybody (87号令 art. 28, 33)."""
    if tender.status not in {TenderStatus.published, TenderStatus.opened}:
        raise NotReceiving(status=tender.status.value)
    if not has_passed(tender.bids_end, at):
        raise NotLateYet(bids_end=tender.bids_end)
    if tender.status is TenderStatus.published:
        raise LateBeforeOpening(bids_end=tender.bids_end)
    if not has_passed(tender.bids_end, arrived):
        raise NotLateYet(bids_end=tender.bids_end)
    if arrived > at:
        raise ArrivalInFuture(arrived=arrived, now=at)


def check_amount(amount: Decimal) -> None:
    """More than nothing, and in whole cents."""
    if not amount.is_finite() or amount <= 0:
        raise AmountNotPositive(amount=amount)
    exponent = amount.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < CENTS:
        raise AmountNotWholeCents(amount=amount)


def check_ceiling(amount: Decimal, lot: LotTerms) -> None:
    if amount.is_finite() and amount > lot.ceiling:
        raise AmountAboveCeiling(amount=amount, ceiling=lot.ceiling, lot=lot.code)


def check_item(item: str | None, lot: LotTerms) -> None:
    """A lot with items is bid for item by item; a lot without takes no item."""
    codes = [each.code for each in lot.items]
    if item is None and codes:
        raise ItemMissing(lot=lot.code, items=", ".join(codes))
    if item is not None and item not in codes:
        raise ItemUnknown(item=item, lot=lot.code)


def check_admitted(applicant: Applicant, profile: Profile) -> None:
    if not (applicant.registered or profile.applicants.unregistered):
        raise ApplicantNotAdmitted(rule=profile.applicants.source)


def check_rectified(applicant: Applicant) -> None:
    """A rectification ends by a passed re-examination, not by its last day."""
    if applicant.rectification_until is not None and applicant.reexamined_on is None:
        raise RectificationOpen(until=applicant.rectification_until)


def check_not_debarred(applicant: Applicant, on: date) -> None:
    if applicant.debarred_until is not None and applicant.debarred_until >= on:
        raise ApplicantDebarred(until=applicant.debarred_until)


def check_submission(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    """Refuses an online submission by its first fault.

    What time can mend is left to pre-qualification, and so is the ceiling: a bid above it is received and found
    ineligible with that reason (87号令 art. 63), and the bidder is warned (`warnings`) while it can be revised.
    """
    for check in (_in_time, _lot, _item, _amount, _admitted):
        check(bid, applicant, conditions)


def warnings(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> list[DomainError]:
    """What would make the bid ineligible as it stands now, while the bidder can still mend it."""
    return [reason for reason in prequalify(bid, applicant, conditions) if not isinstance(reason, BidTooLate)]


def prequalify(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> list[DomainError]:
    """Every reason that makes the bid ineligible, in a fixed order; empty when it is eligible."""
    return [reason for check in PREQUALIFICATION if (reason := _reason(check, bid, applicant, conditions))]


def _reason(check: Check, bid: BidTerms, applicant: Applicant, conditions: Conditions) -> DomainError | None:
    try:
        check(bid, applicant, conditions)
    except DomainError as reason:
        return reason
    return None


def _in_time(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    if late := too_late(bid.received_at, conditions.bids_end):
        raise late


def _lot(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    if conditions.lot is None or conditions.lot.code != bid.lot:
        raise LotUnknown(lot=bid.lot)


def _item(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    if conditions.lot is not None:
        check_item(bid.item, conditions.lot)


def _amount(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    check_amount(bid.amount)


def _ceiling(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    if conditions.lot is not None:
        check_ceiling(bid.amount, conditions.lot)


def _admitted(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    check_admitted(applicant, conditions.profile)


def _rectified(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    check_rectified(applicant)


def _not_debarred(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    check_not_debarred(applicant, shanghai_date(conditions.bids_end))


def _confirmed(bid: BidTerms, applicant: Applicant, conditions: Conditions) -> None:
    if not bid.confirmed:
        raise BidUnconfirmed(lot=bid.lot)


PREQUALIFICATION: tuple[Check, ...] = (
    _in_time,
    _lot,
    _item,
    _amount,
    _ceiling,
    _admitted,
    _rectified,
    _not_debarred,
    _confirmed,
)


@dataclass(frozen=True)
class Receipt:
    """`code` is the short form of `digest` that a bidder keeps and can read out."""

    code: str
    digest: bytes


def content_digest(content: Mapping[str, str], files: Sequence[str] = ()) -> bytes:
    """SHA-256 over what was handed in: its fields as JSON, sorted, in UTF-8; `files`: SHA-256 of each, sorted."""
    said = {**content, **({"files": sorted(files)} if files else {})}
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).digest()


def receipt_of(
    tender: str, lot: str, item: str | None, party: int, number: int, content: bytes, received_at: datetime
) -> Receipt:
    """What the bidder can prove later: who handed in which content for what, as which version, and when.

    SHA-256 over the named values, one per line, the instant in UTC; 87号令 art. 33 asks for a receipt with the time.
    """
    instant = received_at.astimezone(UTC).isoformat(timespec="microseconds")
    lines = [tender, lot, item or "", str(party), str(number), content.hex(), instant]
    digest = sha256("\n".join(lines).encode()).digest()
    text = b32encode(digest[:10]).decode()
    return Receipt("-".join(text[at : at + 4] for at in range(0, 16, 4)), digest)
