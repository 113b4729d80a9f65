"""What makes a notice fit to be published: criteria that can be scored, lots that can be won, dates that leave time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from app.core.days.calendar import Term, WorkCalendar, last_day, shanghai_date
from app.core.errors import DomainError
from app.tenders.notices.rules import TIMELINE, CriterionTerms, LotTerms, Notice, term_facts
from app.tenders.profiles.rules import ContractStart, OverspendRule, Profile

FULL_MARKS = Decimal(100)


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
