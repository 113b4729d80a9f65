"""What makes a notice fit to be published: criteria that can be scored, lots that can be won, dates that leave time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from app.core.days.calendar import DAY, SHANGHAI, Term, Unit, WorkCalendar, end_of_day, last_day, shanghai_date
from app.core.errors import DomainError
from app.tenders.notices.rules import TIMELINE, CriterionTerms, LotTerms, Notice, term_facts
from app.tenders.profiles.rules import Closing, ContractStart, OverspendRule, Profile

FULL_MARKS = Decimal(100)
OFFICES_CLOSE = time(17, tzinfo=SHANGHAI)
Lacking = Sequence[tuple[str, DomainError]]


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


@dataclass(frozen=True)
class PlannedEnd:
    """When a step can end under a profile: not before `earliest`, not after `latest`; `at` keeps to both."""

    name: str
    at: datetime
    rule: str
    is_provisional: bool
    earliest: date
    latest: date | None = None


def check_publishable(notice: Notice, profile: Profile, calendar: WorkCalendar, now: datetime) -> None:
    """Refuses the first fault that would make the notice unfit to be published at `now`."""
    for _, refusal in lacking(notice, profile, calendar, now):
        raise refusal


def lacking(notice: Notice, profile: Profile, calendar: WorkCalendar, now: datetime) -> Lacking:
    """(part, its first fault) of every part of the notice that is unfit to be published at `now`."""
    checks: tuple[tuple[str, Callable[[], None]], ...] = (
        ("criteria", lambda: check_criteria(notice.criteria, notice.tie_criterion, profile)),
        ("lots", lambda: check_lots(notice.lots, notice.budget, profile)),
        ("overspend_rule", lambda: check_overspend_rule(notice.overspend_rule, profile)),
        ("dates", lambda: check_dates(notice.dates, profile, calendar, now)),
    )
    return [(part, refusal) for part, check in checks if (refusal := _refused(check))]


def _refused(check: Callable[[], None]) -> DomainError | None:
    try:
        check()
    except DomainError as refusal:
        return refusal
    return None


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


def plan_ends(
    given: Mapping[str, datetime | None], profile: Profile, calendar: WorkCalendar, published_at: datetime
) -> list[PlannedEnd]:
    """Every date of a notice published at `published_at`, each counted from those `given` before it, or else planned:
    the shortest timetable that `check_dates` lets pass, on working days, contracts as late as they may be."""
    planned: dict[str, PlannedEnd] = {}
    start = shanghai_date(published_at)

    def plan(name: str, earliest: date, rule: str = profile.source, latest: date | None = None) -> date:
        day = latest if latest and latest >= earliest else calendar.rolled_on(earliest)
        is_whole_day = name == "objections_end" or (name == "bids_end" and profile.receipt.closes is Closing.end_of_day)
        at = end_of_day(day) if is_whole_day else datetime.combine(day, OFFICES_CLOSE)
        planned[name] = PlannedEnd(name, at, rule, calendar.is_provisional(day), earliest, latest)
        return last_day(given.get(name) or at)

    call = max(_first_day(start, term, calendar) for term in (profile.call, profile.tender_notice) if term)
    bids = plan("bids_end", call, profile.call.source)
    plan("enquiries_end", *_time_to_answer(start, bids, profile, calendar))
    evaluated = plan("evaluation_end", plan("prequalification_end", bids + DAY) + DAY)
    shown = calendar.after(evaluated, profile.public_notice).on
    heard = max(_first_day(evaluated, profile.public_notice, calendar), _first_day(shown, profile.objection, calendar))
    objected = plan("objections_end", heard, profile.objection.source)
    noticed = evaluated if profile.contract_start is ContractStart.result_notice else objected
    latest = calendar.after(noticed, profile.contract).on
    plan("contracts_end", objected + DAY, profile.contract.source, latest)
    return [planned[name] for _, name in TIMELINE]


def _first_day(start: date, term: Term, calendar: WorkCalendar) -> date:
    """The first day on which a period of `term` from `start` has run."""
    return start + term.length * DAY if term.unit is Unit.days else calendar.add_working_days(start, term.length).on


def _time_to_answer(start: date, bids: date, profile: Profile, calendar: WorkCalendar) -> tuple[date, str, date]:
    """Questions may be asked as long as they can be answered before the bids close: first day, rule, last day."""
    day = bids
    while day > start + DAY and calendar.after(day, profile.enquiry_answer).on > bids:
        day -= DAY
    return start + DAY, profile.enquiry_answer.source, day
