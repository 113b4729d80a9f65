from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from app.core.days.calendar import SHANGHAI, end_of_day, from_holidays
from app.core.errors import DomainError
from app.core.moves import verbs_from
from app.tenders.notices.amending import check_amendment, needs_confirmation
from app.tenders.notices.publishing import (
    CeilingAboveBudget,
    ContractsTooLate,
    CriteriaNotHundred,
    CriterionNotPositive,
    CriterionRepeated,
    DateMissing,
    DatesOutOfOrder,
    LotAmountNotPositive,
    LotPlacesImpossible,
    LotRepeated,
    LotsAboveBudget,
    LotWithoutNeed,
    NoLots,
    OverspendRuleNotOffered,
    PeriodTooShort,
    PriceNotScored,
    PriceWeightTooLow,
    TieCriterionUnknown,
    check_dates,
    check_publishable,
)
from app.tenders.notices.rules import (
    ENDED,
    MOVES,
    TIMELINE,
    AmendmentTooLate,
    BidsStillRunning,
    CriterionTerms,
    EnquiriesClosed,
    FinalOffersClosed,
    FinalOffersNotAsked,
    FinalOffersOpened,
    FinalOffersRunning,
    ItemTerms,
    LotTerms,
    Notice,
    TenderStatus,
    TooFewBidders,
    check_bidders,
    closing,
    dated_rules,
    phase,
    untimely,
)
from app.tenders.profiles.rules import OverspendRule, profile
from tests.tenders.season import competition

CALENDAR = from_holidays(range(2018, 2028))
VENTURE, PROCUREMENT, CONSULTATION = (profile(name) for name in ("venture", "procurement", "consultation"))
PUBLISHED = datetime(2018, 5, 15, 9, tzinfo=SHANGHAI)
DATES: dict[str, datetime] = {
    "enquiries_end": end_of_day(date(2018, 6, 20)),
    "bids_end": end_of_day(date(2018, 6, 30)),
    "prequalification_end": end_of_day(date(2018, 7, 3)),
    "evaluation_end": datetime(2018, 7, 30, 9, tzinfo=SHANGHAI),
    "objections_end": end_of_day(date(2018, 8, 6)),
    "contracts_end": end_of_day(date(2018, 8, 15)),
}
LOT = LotTerms("L1", Decimal(400000), Decimal(120000), 1, (ItemTerms("L1-1", "N171"), ItemTerms("L1-2", "N172")))


def season_notice() -> Notice:
    season = competition()
    return Notice(
        budget=Decimal(700000),
        lots=tuple(season.lots.values()),
        criteria=season.criteria,
        overspend_rule=OverspendRule.trim,
        tie_criterion="C2",
        dates=DATES,
    )


def open_tender() -> Notice:
    """Fit to be published under `procurement`: the price weighs 10, the time for challenges is 7 working days."""
    return Notice(
        budget=Decimal(400000),
        lots=(LOT,),
        criteria=(CriterionTerms("quality", Decimal(90)), CriterionTerms("price", Decimal(10), is_price=True)),
        overspend_rule=OverspendRule.skip,
        tie_criterion=None,
        dates=DATES | {"objections_end": end_of_day(date(2018, 8, 9))},
    )


def refused(notice: Notice, name: str = "venture") -> DomainError:
    with pytest.raises(DomainError) as refusal:
        check_publishable(notice, profile(name), CALENDAR, PUBLISHED)
    return refusal.value


def with_dates(notice: Notice, **dates: datetime | None) -> Notice:
    return replace(notice, dates={**notice.dates, **dates})


def with_lots(*lots: LotTerms) -> Notice:
    return replace(season_notice(), lots=lots)


def test_every_status_is_reached_and_three_are_final() -> None:
    S = TenderStatus
    assert {S.draft, *MOVES.values()} == set(S)
    assert [s for s in S if not verbs_from(MOVES, s)] == [S.awarded, S.cancelled, S.unsuccessful]


def test_after_the_opening_nothing_can_be_amended() -> None:
    assert {"ask", "amend", "open"}.isdisjoint(verbs_from(MOVES, TenderStatus.opened))


# phases


def test_each_phase_ends_at_its_date_and_that_moment_belongs_to_the_next() -> None:
    a_moment = timedelta(microseconds=1)
    seen = [(phase(DATES, DATES[end] - a_moment), phase(DATES, DATES[end])) for _, end in TIMELINE]
    names = [name for name, _ in TIMELINE]
    assert seen == list(zip(names, [*names[1:], ENDED], strict=True))


def test_a_competition_receives_until_the_day_ends_and_a_procurement_until_the_hour() -> None:
    five = datetime(2018, 6, 30, 17, tzinfo=SHANGHAI)
    midnight = end_of_day(date(2018, 6, 30))
    assert closing(five, VENTURE) == midnight
    assert closing(midnight, VENTURE) == midnight
    assert closing(five, PROCUREMENT) == five


# publishing


def test_the_season_s_notice_is_publishable() -> None:
    check_publishable(season_notice(), VENTURE, CALENDAR, PUBLISHED)


def test_an_open_tender_is_publishable() -> None:
    check_publishable(open_tender(), PROCUREMENT, CALENDAR, PUBLISHED)


C1, C2 = CriterionTerms("C1", Decimal(60)), CriterionTerms("C2", Decimal(40))


@pytest.mark.parametrize(
    ("criteria", "refusal", "facts"),
    [
        ((C1,), CriteriaNotHundred, {"total": Decimal(60)}),
        ((), CriteriaNotHundred, {"total": Decimal(0)}),
        ((C1, C1), CriterionRepeated, {"criterion": "C1"}),
        (
            (C1, C2, CriterionTerms("C3", Decimal(0))),
            CriterionNotPositive,
            {"criterion": "C3", "maximum": Decimal(0)},
        ),
        ((CriterionTerms("C1", Decimal(100)),), TieCriterionUnknown, {"criterion": "C2"}),
    ],
)
def test_criteria_that_cannot_be_scored_are_refused(
    criteria: tuple[CriterionTerms, ...], refusal: type[DomainError], facts: dict[str, object]
) -> None:
    error = refused(replace(season_notice(), criteria=criteria))
    assert (type(error), error.facts) == (refusal, facts)


def test_the_price_weighs_at_least_ten_in_a_procurement_and_nothing_in_a_competition() -> None:
    light = (CriterionTerms("quality", Decimal(91)), CriterionTerms("price", Decimal(9), is_price=True))
    error = refused(replace(open_tender(), criteria=light), "procurement")
    assert isinstance(error, PriceWeightTooLow)
    assert (error.facts["weight"], error.facts["minimum"]) == (Decimal(9), Decimal(10))
    priced = (C1, C2, CriterionTerms("price", Decimal(10), is_price=True))
    priced = (replace(C1, maximum=Decimal(50)), *priced[1:])
    assert isinstance(refused(replace(season_notice(), criteria=priced)), PriceNotScored)


@pytest.mark.parametrize(
    ("lots", "refusal"),
    [
        ((), NoLots),
        ((LOT, LOT), LotRepeated),
        ((replace(LOT, budget=Decimal(0)),), LotAmountNotPositive),
        ((replace(LOT, ceiling=Decimal(-1)),), LotAmountNotPositive),
        ((replace(LOT, ceiling=Decimal("400000.01")),), CeilingAboveBudget),
        ((replace(LOT, places=0),), LotPlacesImpossible),
        ((replace(LOT, places=3),), LotPlacesImpossible),
        ((replace(LOT, items=(ItemTerms("L1-1", None), ItemTerms("L1-2", "N172"))),), LotWithoutNeed),
        ((LOT, replace(LOT, code="L2")), LotsAboveBudget),
    ],
)
def test_lots_that_cannot_be_won_are_refused(lots: tuple[LotTerms, ...], refusal: type[DomainError]) -> None:
    assert type(refused(with_lots(*lots))) is refusal


def test_an_open_lot_is_for_a_competition_only() -> None:
    open_lot = replace(LOT, items=(), need=None)
    check_publishable(with_lots(open_lot), VENTURE, CALENDAR, PUBLISHED)
    error = refused(replace(open_tender(), lots=(open_lot,)), "procurement")
    assert (type(error), error.facts) == (LotWithoutNeed, {"lot": "L1"})
    answered = replace(open_tender(), lots=(replace(open_lot, need="N171"),))
    check_publishable(answered, PROCUREMENT, CALENDAR, PUBLISHED)


def test_a_procurement_offers_no_trimming() -> None:
    error = refused(replace(open_tender(), overspend_rule=OverspendRule.trim), "procurement")
    assert isinstance(error, OverspendRuleNotOffered)
    assert (error.facts["rule"], error.facts["offered"]) == ("trim", "skip")


def test_a_missing_date_is_named() -> None:
    error = refused(with_dates(season_notice(), evaluation_end=None))
    assert (type(error), error.facts) == (DateMissing, {"date": "evaluation_end"})


@pytest.mark.parametrize("end", [end for _, end in TIMELINE])
def test_no_date_lies_before_the_one_in_front_of_it(end: str) -> None:
    before = ["published_at", *(name for _, name in TIMELINE)][[name for _, name in TIMELINE].index(end)]
    earlier = {"published_at": PUBLISHED, **DATES}[before] - timedelta(minutes=1)
    error = refused(with_dates(season_notice(), **{end: earlier}))
    assert isinstance(error, DatesOutOfOrder)
    assert (error.facts["date"], error.facts["before"]) == (end, before)


def test_enquiries_may_stay_open_until_the_bids_close() -> None:
    notice = with_dates(season_notice(), enquiries_end=DATES["bids_end"])
    check_publishable(notice, VENTURE, CALENDAR, PUBLISHED)


@pytest.mark.parametrize(("published_on", "is_short"), [(date(2018, 6, 10), False), (date(2018, 6, 11), True)])
def test_an_open_tender_runs_for_twenty_days(published_on: date, is_short: bool) -> None:
    at = datetime.combine(published_on, PUBLISHED.timetz())
    if not is_short:
        check_publishable(open_tender(), PROCUREMENT, CALENDAR, at)
        return
    with pytest.raises(PeriodTooShort) as refusal:
        check_publishable(open_tender(), PROCUREMENT, CALENDAR, at)
    assert (refusal.value.facts["period"], refusal.value.facts["length"]) == ("call", 20)


def test_the_result_of_a_competition_is_shown_for_five_days() -> None:
    enough = with_dates(season_notice(), objections_end=end_of_day(date(2018, 8, 4)))
    check_publishable(enough, VENTURE, CALENDAR, PUBLISHED)
    error = refused(with_dates(season_notice(), objections_end=end_of_day(date(2018, 8, 3))))
    assert isinstance(error, PeriodTooShort)
    assert error.facts["period"] == "public_notice"
    assert (error.facts["start"], error.facts["end"]) == (date(2018, 7, 30), date(2018, 8, 3))


def test_a_procurement_leaves_seven_working_days_after_the_notice_for_challenges() -> None:
    error = refused(with_dates(open_tender(), objections_end=end_of_day(date(2018, 8, 8))), "procurement")
    assert isinstance(error, PeriodTooShort)
    assert (error.facts["period"], error.facts["start"]) == ("objection", date(2018, 7, 31))


def test_contracts_are_due_within_thirty_days_of_the_end_of_objections() -> None:
    late = with_dates(season_notice(), contracts_end=end_of_day(date(2018, 9, 6)))
    error = refused(late)
    assert isinstance(error, ContractsTooLate)
    assert error.facts["latest"] == date(2018, 9, 5)


def test_contracts_of_a_procurement_are_due_thirty_days_after_the_result_s_notice() -> None:
    dates = {"objections_end": end_of_day(date(2018, 8, 9)), "contracts_end": end_of_day(date(2018, 8, 29))}
    check_dates({**DATES, **dates}, PROCUREMENT, CALENDAR, PUBLISHED)
    late = {**DATES, **dates, "contracts_end": end_of_day(date(2018, 8, 30))}
    with pytest.raises(ContractsTooLate) as refusal:
        check_dates(late, PROCUREMENT, CALENDAR, PUBLISHED)
    assert refusal.value.facts["latest"] == date(2018, 8, 29)


# after publishing


def test_a_changed_criterion_unsettles_the_bids_and_a_later_date_does_not() -> None:
    later = [DATES["bids_end"].isoformat(), (DATES["bids_end"] + timedelta(days=1)).isoformat()]
    assert needs_confirmation({"criteria": [], "bids_end": later})
    assert not needs_confirmation({"bids_end": later, "title_zh": ["旧题", "新题"]})


@pytest.mark.parametrize(
    "changes",
    [
        {"bids_end": ["2026-12-30T17:00:00+08:00", "2026-12-30T16:59:59+08:00"]},
        {"contract_start": [None, "2027-03-01"]},
        {"contract_end": ["2027-12-31", "2029-12-31"]},
    ],
)
def test_an_earlier_deadline_and_another_service_period_unsettle_the_bids(changes: dict[str, list[str]]) -> None:
    assert needs_confirmation(changes)


def amend(changed: list[str], on: date, bids_end: datetime = DATES["bids_end"]) -> Callable[[], None]:
    now = datetime.combine(on, PUBLISHED.timetz())
    return lambda: check_amendment(dict.fromkeys(changed, ()), bids_end, VENTURE, CALENDAR, now)


def test_a_material_amendment_leaves_five_days_or_moves_the_deadline() -> None:
    amend(["criteria"], date(2018, 6, 25))()
    amend(["title"], date(2018, 6, 29))()
    amend(["criteria"], date(2018, 6, 29), end_of_day(date(2018, 7, 4)))()
    with pytest.raises(AmendmentTooLate) as refusal:
        amend(["criteria"], date(2018, 6, 26))()
    assert refusal.value.facts["length"] == 5


def test_nothing_is_amended_once_the_bids_are_closed() -> None:
    with pytest.raises(AmendmentTooLate):
        amend(["title"], date(2018, 7, 1))()


SECOND = timedelta(seconds=1)


@dataclass
class Dated:
    enquiries_end: datetime | None = DATES["enquiries_end"]
    bids_end: datetime | None = DATES["bids_end"]
    prequalified_at: datetime | None = None
    final_offers_end: datetime | None = None
    final_offers_opened_at: datetime | None = None


@pytest.mark.parametrize(
    ("verb", "end", "before", "after"),
    [
        ("ask", "enquiries_end", None, EnquiriesClosed),
        ("amend", "bids_end", None, AmendmentTooLate),
        ("open", "bids_end", BidsStillRunning, None),
        ("fail", "bids_end", BidsStillRunning, None),
        ("cancel", "bids_end", None, None),
    ],
)
def test_a_date_opens_or_closes_a_verb_at_its_very_moment(
    verb: str, end: str, before: type[DomainError] | None, after: type[DomainError] | None
) -> None:
    hours = [DATES[end] - SECOND, DATES[end]]
    assert [kind(untimely(verb, Dated(), VENTURE, at)) for at in hours] == [before, after]


def test_final_offers_are_invited_once_and_opened_when_they_have_ended() -> None:
    end = DATES["evaluation_end"]
    fresh, invited = Dated(), Dated(final_offers_end=end)
    assert kind(untimely("invite", fresh, VENTURE, end)) is FinalOffersNotAsked
    assert untimely("invite", fresh, CONSULTATION, end) is None
    assert kind(untimely("invite", invited, CONSULTATION, end)) is FinalOffersNotAsked
    assert kind(untimely("open_final", fresh, CONSULTATION, end)) is FinalOffersClosed
    opened = Dated(final_offers_end=end, final_offers_opened_at=end)
    assert kind(untimely("open_final", opened, CONSULTATION, end)) is FinalOffersOpened
    assert kind(untimely("open_final", invited, CONSULTATION, end - SECOND)) is FinalOffersRunning
    assert untimely("open_final", invited, CONSULTATION, end) is None


def kind(refusal: DomainError | None) -> type[DomainError] | None:
    return type(refusal) if refusal else None


def test_an_open_tender_with_two_bidders_is_not_opened() -> None:
    check_bidders(3, PROCUREMENT)
    check_bidders(1, VENTURE)
    with pytest.raises(TooFewBidders) as refusal:
        check_bidders(2, PROCUREMENT)
    assert (refusal.value.facts["bidders"], refusal.value.facts["required"]) == (2, 3)


def test_every_deadline_is_shown_with_its_rule() -> None:
    shown = dated_rules(DATES, PROCUREMENT)
    assert [each.name for each in shown] == [end for _, end in TIMELINE]
    assert shown[1].rule == PROCUREMENT.call.source
    assert all(each.rule for each in shown)
