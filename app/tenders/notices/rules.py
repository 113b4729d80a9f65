"""draft --edit--> draft --publish--> published --ask, amend--> published --open--> opened;
opened --prequalify, invite, open_final--> opened --award--> awarded;
draft, published, opened --cancel--> cancelled;  published, opened --fail--> unsuccessful

What people decided is the status; the phase follows from the dates alone, by one TIMELINE.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from app.core.days.calendar import Term, WorkCalendar, end_of_day, last_day, shanghai_date
from app.core.errors import DomainError
from app.tenders.profiles.rules import Closing, ContractStart, OverspendRule, Profile

FULL_MARKS = Decimal(100)


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
    (S.published, "amend"): S.published,
    (S.published, "open"): S.opened,
    (S.published, "cancel"): S.cancelled,
    (S.published, "fail"): S.unsuccessful,
    (S.opened, "prequalify"): S.opened,
    (S.opened, "invite"): S.opened,
    (S.opened, "open_final"): S.opened,
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


class CriteriaNotHundred(DomainError): ...


class CriterionRepeated(DomainError): ...


class CriterionNotPositive(DomainError): ...


class TieCriterionUnknown(DomainError): ...


class PriceWeightTooLow(DomainError): ...


class PriceWeightTooHigh(DomainError): ...


class PriceNotScored(DomainError): ...


class DatesOutOfOrder(DomainError): ...


class DateMissing(DomainError): ...


class PeriodTooShort(DomainError): ...


class ContractsTooLate(DomainError): ...


class NoLots(DomainError): ...


class LotRepeated(DomainError): ...


class LotWithoutNeed(DomainError): ...


class LotPlacesImpossible(DomainError): ...


class LotAmountNotPositive(DomainError): ...


class CeilingAboveBudget(DomainError): ...


class LotsAboveBudget(DomainError): ...


class OverspendRuleNotOffered(DomainError): ...


class AmendmentTooLate(DomainError): ...


class EnquiriesClosed(DomainError): ...


class BidsStillRunning(DomainError): ...


class NeedNotOnOffer(DomainError):
    """A need that is not published, or that was already put to tender."""


class EnquiryAnswered(DomainError): ...


class FinalOffersNotAsked(DomainError):
    """The procedure knows no final offers, or they have been asked for already."""


class FinalOffersEndPassed(DomainError):
    status = 422


class FinalOffersClosed(DomainError):
    """Last prices are named from the invitation until its end."""


class FinalOffersRunning(DomainError): ...


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
    final_offers_end: datetime | None


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
        case "amend" if has_passed(tender.bids_end, at):
            return AmendmentTooLate(bids_end=tender.bids_end, **term_facts(profile.amendment))
        case "open" | "fail" if not has_passed(tender.bids_end, at):
            return BidsStillRunning(bids_end=tender.bids_end)
        case "invite" if tender.final_offers_end or not profile.final_offers.asked:
            return FinalOffersNotAsked(rule=profile.final_offers.source)
        case "open_final" if tender.final_offers_end is None:
            return FinalOffersClosed(until=None, received=at)
        case "open_final" if not has_passed(tender.final_offers_end, at):
            return FinalOffersRunning(until=tender.final_offers_end)
    return None


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


def check_publishable(notice: Notice, profile: Profile, calendar: WorkCalendar, now: datetime) -> None:
    """Refuses the first fault that would make the notice unfit to be published at `now`."""
    check_criteria(notice.criteria, notice.tie_criterion, profile)
    check_lots(notice.lots, notice.budget, profile)
    check_overspend_rule(notice.overspend_rule, profile)
    check_dates(notice.dates, profile, calendar, now)


def check_criteria(criteria: Sequence[CriterionTerms], tie_criterion: str | None, profile: Profile) -> None:
    """Maxima are positive and sum to 100; the price weighs what the profile asks (87号令 art. 55)."""
    codes = [criterion.code for criterion in criteria]
    for criterion in criteria:
        if codes.count(criterion.code) > 1:
            raise CriterionRepeated(criterion=criterion.code)
        if criterion.maximum <= 0:
            raise CriterionNotPositive(criterion=criterion.code, maximum=criterion.maximum)
    total = sum((criterion.maximum for criterion in criteria), Decimal(0))
    if total != FULL_MARKS:
        raise CriteriaNotHundred(total=total)
    if tie_criterion is not None and tie_criterion not in [c.code for c in criteria if not c.is_price]:
        raise TieCriterionUnknown(criterion=tie_criterion)
    _check_price_weight(criteria, profile)


def _check_price_weight(criteria: Sequence[CriterionTerms], profile: Profile) -> None:
    weight = sum((criterion.maximum for criterion in criteria if criterion.is_price), Decimal(0))
    minimum = profile.scoring.price_weight_minimum
    if weight < minimum:
        raise PriceWeightTooLow(weight=weight, minimum=minimum, rule=profile.scoring.source)
    if weight and not profile.scoring.price_scored:
        raise PriceNotScored(weight=weight, rule=profile.scoring.source)
    if weight > profile.scoring.price_weight_maximum:
        maximum = profile.scoring.price_weight_maximum
        raise PriceWeightTooHigh(weight=weight, maximum=maximum, rule=profile.scoring.source)


def check_lots(lots: Sequence[LotTerms], budget: Decimal, profile: Profile) -> None:
    """Every lot can be won as it stands, answers a need, and all together stay within the budget."""
    if not lots:
        raise NoLots()
    codes = [lot.code for lot in lots]
    for lot in lots:
        if codes.count(lot.code) > 1:
            raise LotRepeated(lot=lot.code)
        _check_lot(lot, profile)
    total = sum((lot.budget for lot in lots), Decimal(0))
    if total > budget:
        raise LotsAboveBudget(lots=total, budget=budget)


def _check_lot(lot: LotTerms, profile: Profile) -> None:
    if lot.budget <= 0 or lot.ceiling <= 0:
        raise LotAmountNotPositive(lot=lot.code, budget=lot.budget, ceiling=lot.ceiling)
    if lot.ceiling > lot.budget:
        raise CeilingAboveBudget(lot=lot.code, ceiling=lot.ceiling, budget=lot.budget)
    if lot.places < 1 or (lot.items and lot.places > len(lot.items)):
        raise LotPlacesImpossible(lot=lot.code, places=lot.places, items=len(lot.items))
    needs = [item.need for item in lot.items] or [lot.need]
    if None in needs and (lot.items or not profile.open_lots):
        raise LotWithoutNeed(lot=lot.code)


def check_overspend_rule(rule: OverspendRule, profile: Profile) -> None:
    if rule not in profile.overspend.rules:
        offered = ", ".join(profile.overspend.rules)
        raise OverspendRuleNotOffered(rule=rule, offered=offered, source=profile.overspend.source)


def check_dates(
    dates: Mapping[str, datetime | None], profile: Profile, calendar: WorkCalendar, published_at: datetime
) -> None:
    """Every date is there, none before the one in front of it, and the periods are as long as the profile asks.

    Enquiries may stay open until the bids close; all other steps take time of their own.
    """
    ends = _ordered_ends(dates, published_at)
    _check_period("call", profile.call, calendar, published_at, ends["bids_end"])
    if profile.tender_notice is not None:
        _check_period("tender_notice", profile.tender_notice, calendar, published_at, ends["bids_end"])
    _check_standstill(ends, profile, calendar)


def _ordered_ends(dates: Mapping[str, datetime | None], published_at: datetime) -> dict[str, datetime]:
    ends: dict[str, datetime] = {}
    before, earlier = "published_at", published_at
    for _, name in TIMELINE:
        end = dates.get(name)
        if end is None:
            raise DateMissing(date=name)
        if end < earlier or (end == earlier and name != "bids_end"):
            raise DatesOutOfOrder(date=name, at=end, before=before, before_at=earlier)
        ends[name] = end
        before, earlier = name, end
    return ends


def _check_standstill(ends: Mapping[str, datetime], profile: Profile, calendar: WorkCalendar) -> None:
    """The result is shown for the notice period, then the time for objections runs, then contracts are due: in a
    procurement counted from the notice itself, which is when the winner is told (法 art. 46)."""
    start, end = ends["evaluation_end"], ends["objections_end"]
    _check_period("public_notice", profile.public_notice, calendar, start, end)
    shown = calendar.after(shanghai_date(start), profile.public_notice).on
    if profile.objection.length and not calendar.has_run(shown, last_day(end), profile.objection):
        raise PeriodTooShort(period="objection", **term_facts(profile.objection), start=shown, end=last_day(end))
    noticed = shanghai_date(start) if profile.contract_start is ContractStart.result_notice else last_day(end)
    latest = calendar.after(noticed, profile.contract).on
    if last_day(ends["contracts_end"]) > latest:
        raise ContractsTooLate(contracts_end=ends["contracts_end"], latest=latest, **term_facts(profile.contract))


def _check_period(name: str, term: Term, calendar: WorkCalendar, start: datetime, end: datetime) -> None:
    first, last = shanghai_date(start), last_day(end)
    if not calendar.has_run(first, last, term):
        raise PeriodTooShort(period=name, **term_facts(term), start=first, end=last)


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
