"""What an award is, and how a lot is decided by every rule."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.days.calendar import SHANGHAI, from_holidays
from app.core.moves import verbs_from
from app.tenders.awards.rules import (
    MOVES,
    RESULT_MOVES,
    AwardsHeld,
    AwardStatus,
    CutAnswered,
    CutNotAccepted,
    FinalOffersMissing,
    Loser,
    LotDecision,
    LotOutcome,
    LotsFailed,
    NothingCut,
    PassedOver,
    R,
    Scored,
    ScoringOpen,
    StandstillRunning,
    decide_lot,
    decide_tender,
    hindrance,
    result_status,
    unanswerable,
    unproposable,
)
from app.tenders.awards.standstill import standstill
from app.tenders.notices.publishing import (
    PeriodTooShort,
)
from app.tenders.notices.rules import (
    LotTerms,
)
from app.tenders.profiles.rules import OverspendRule, profile
from app.tenders.standings.rules import Candidate, Placed, rank
from tests.tenders.season import VENTURE, competition

TERMS = VENTURE.overspend
TIES = VENTURE.scoring.ties
SKIP, TRIM, OPTIMISE = OverspendRule.skip, OverspendRule.trim, OverspendRule.optimise
CALENDAR, PROCUREMENT = from_holidays(range(2018, 2028)), profile("procurement")
NOON = datetime(2018, 6, 20, 12, tzinfo=SHANGHAI)


def candidate(bid: str, total: str, amount: str, applicant: str = "", item: str | None = None) -> Candidate:
    return Candidate(bid, applicant or f"G-{bid}", Decimal(amount), Fraction(total), Fraction(20), NOON, item)


def lot(budget: str, places: int) -> LotTerms:
    return LotTerms("L", Decimal(budget), Decimal(budget), places)


def decide(
    candidates: list[Candidate],
    budget: str,
    places: int,
    rule: OverspendRule,
    taken: dict[str, str] | None = None,
    declined: frozenset[str] = frozenset(),
) -> LotDecision:
    return decide_lot(rank(candidates, TIES), lot(budget, places), rule, TERMS, taken or {}, declined)


def awards(decision: LotDecision) -> dict[str, Decimal]:
    return {award.bid: award.amount for award in decision.awards}


def reasons(decision: LotDecision) -> dict[str, tuple[PassedOver, str | None]]:
    return {loser.bid: (loser.reason, loser.blocked_by) for loser in decision.losers}


def test_only_decided_awards_are_final() -> None:
    S = AwardStatus
    assert {S.proposed, *MOVES.values()} == set(S)
    assert [s for s in S if not verbs_from(MOVES, s)] == [S.declined, S.confirmed, S.revoked]


# scores


# places


# one lot

NINE_PERCENT = [candidate("B1", "90", "60000"), candidate("B2", "80", "49000"), candidate("B3", "70", "40000")]
FIVE_PERCENT = [candidate("B1", "90", "60000"), candidate("B2", "80", "45000"), candidate("B3", "70", "40000")]


def test_skip_passes_over_what_does_not_fit() -> None:
    decision = decide(NINE_PERCENT, "100000", 2, SKIP)
    assert awards(decision) == {"B1": Decimal(60000), "B3": Decimal(40000)}
    assert reasons(decision) == {"B2": (PassedOver.over_budget, None)}


def test_trim_cuts_an_excess_of_exactly_the_limit_and_rounds_down_to_hundreds() -> None:
    decision = decide(FIVE_PERCENT, "100000", 2, TRIM)
    assert awards(decision) == {"B1": Decimal(57100), "B2": Decimal(42800)}
    assert decision.applied is TRIM
    assert [award.asked for award in decision.awards] == [Decimal(60000), Decimal(45000)]
    assert reasons(decision) == {"B3": (PassedOver.below_line, None)}


def test_trim_leaves_amounts_that_fit_as_they_are() -> None:
    decision = decide(NINE_PERCENT, "109000", 2, TRIM)
    assert awards(decision) == {"B1": Decimal(60000), "B2": Decimal(49000)}


def test_trim_falls_back_to_skip_above_the_limit_and_says_so() -> None:
    decision = decide(NINE_PERCENT, "100000", 2, TRIM)
    assert (decision.rule, decision.applied) == (TRIM, SKIP)
    assert awards(decision) == {"B1": Decimal(60000), "B3": Decimal(40000)}


def test_trim_falls_back_to_skip_when_a_cut_would_leave_nothing() -> None:
    small = [candidate("B1", "90", "100000"), candidate("B2", "80", "90")]
    decision = decide(small, "100000", 2, TRIM)
    assert (decision.applied, awards(decision)) == (SKIP, {"B1": Decimal(100000)})


def test_who_declines_the_cut_makes_room_for_the_next() -> None:
    decision = decide(FIVE_PERCENT, "100000", 2, TRIM, declined=frozenset({"B2"}))
    assert awards(decision) == {"B1": Decimal(60000), "B3": Decimal(40000)}
    assert reasons(decision) == {"B2": (PassedOver.cut_declined, None)}


def test_declining_a_cut_does_not_win_the_full_amount_through_the_fallback() -> None:
    bids = [*FIVE_PERCENT[:2], candidate("B3", "70", "60000")]
    decision = decide(bids, "100000", 2, TRIM, declined=frozenset({"B2"}))
    assert (decision.applied, awards(decision)) == (SKIP, {"B1": Decimal(60000)})
    assert reasons(decision) == {
        "B2": (PassedOver.cut_declined, None),
        "B3": (PassedOver.over_budget, None),
    }


def test_optimise_prefers_the_set_with_the_higher_total_and_says_which_bid_gave_way() -> None:
    bids = [
        candidate("B1", "90", "100000"),
        candidate("B2", "80", "50000"),
        candidate("B3", "70", "50000"),
        candidate("B4", "60", "50000"),
    ]
    decision = decide(bids, "100000", 2, OPTIMISE)
    assert awards(decision) == {"B2": Decimal(50000), "B3": Decimal(50000)}
    assert reasons(decision) == {
        "B1": (PassedOver.combination, None),
        "B4": (PassedOver.below_line, None),
    }


@pytest.mark.parametrize("rule", list(OverspendRule))
def test_one_award_per_applicant_and_per_item_under_every_rule(rule: OverspendRule) -> None:
    bids = [
        candidate("B1", "90", "10", "G1", "I1"),
        candidate("B2", "80", "10", "G1", "I2"),
        candidate("B3", "70", "10", "G2", "I1"),
        candidate("B4", "60", "10", "G3", "I3"),
    ]
    decision = decide(bids, "1000", 3, rule, taken={"G3": "A7"})
    assert awards(decision) == ({"B1": Decimal(10)} if rule is not OPTIMISE else {"B2": Decimal(10), "B3": Decimal(10)})
    assert reasons(decision)["B4"] == (PassedOver.applicant_awarded, "A7")
    if rule is not OPTIMISE:
        assert reasons(decision)["B2"] == (PassedOver.applicant_awarded, "B1")
        assert reasons(decision)["B3"] == (PassedOver.item_taken, "B1")


def test_a_bid_too_dear_is_not_told_that_its_applicant_s_cheaper_one_stood_in_its_way() -> None:
    bids = [candidate("B1", "90", "200", "G1"), candidate("B2", "80", "100", "G1")]
    assert reasons(decide(bids, "100", 2, SKIP)) == {"B1": (PassedOver.over_budget, None)}


def test_a_tender_decides_its_lots_in_order_and_an_applicant_wins_once() -> None:
    first = rank([candidate("B1", "60", "10", "G1")], TIES)
    second = rank([candidate("B2", "90", "10", "G1"), candidate("B3", "80", "10", "G2")], TIES)
    lots = [(replace(lot("10", 1), code="L1"), first), (replace(lot("10", 1), code="L2"), second)]
    outcomes = decide_tender(lots, SKIP, TERMS)
    assert [awards(outcome.decision) for outcome in outcomes] == [{"B1": Decimal(10)}, {"B3": Decimal(10)}]
    assert list(outcomes[1].alternatives) == [SKIP, TRIM, OPTIMISE]
    assert all(reasons(other)["B2"][1] == "B1" for other in outcomes[1].alternatives.values())


# awards on their way


@dataclass
class Won:
    """An award as the rules see it."""

    status: AwardStatus = AwardStatus.proposed
    asked: Decimal = Decimal(20_000)
    amount: Decimal = Decimal(20_000)
    cut_accepted_at: datetime | None = None


@dataclass
class Decided:
    """A result as the rules see it."""

    published_at: datetime | None = None
    objections_end: datetime | None = None
    confirmed_at: datetime | None = None


def test_a_result_is_proposed_published_and_confirmed_or_undone_by_what_became_of_its_awards() -> None:
    shown = Decided(NOON, NOON)
    assert [
        result_status(None, []),
        result_status(Decided(), [Won()]),
        result_status(shown, [Won(AwardStatus.held)]),
        result_status(shown, [Won(AwardStatus.noticed), Won(AwardStatus.revoked)]),
        result_status(Decided(), [Won(AwardStatus.declined)]),
        result_status(Decided(NOON, NOON, NOON), [Won(AwardStatus.confirmed)]),
    ] == [R.undecided, R.proposed, R.published, R.undone, R.undone, R.confirmed]
    assert {status: verbs_from(RESULT_MOVES, status) for status in R} == {
        R.undecided: ["propose"],
        R.proposed: ["publish", "propose"],
        R.published: ["confirm"],
        R.undone: ["propose"],
        R.confirmed: [],
    }


def test_a_result_is_proposed_once_scoring_is_closed_a_lot_goes_on_and_every_last_price_is_named() -> None:
    ready = Scored(NOON, lots=1, offers_missing=0, rule="磋商办法")
    assert unproposable(ready) is None
    refusals = [
        unproposable(replace(ready, closed_at=None)),
        unproposable(replace(ready, lots=0)),
        unproposable(replace(ready, offers_missing=2)),
    ]
    assert [type(each) for each in refusals] == [ScoringOpen, LotsFailed, FinalOffersMissing]


def test_a_result_is_published_once_every_cut_is_accepted() -> None:
    whole, cut = Won(), Won(amount=Decimal(19_900))
    refusal = hindrance("publish", Decided(), {"B1": whole, "B2": cut}, NOON)
    assert isinstance(refusal, CutNotAccepted)
    assert refusal.facts == {"bid": "B2", "amount": Decimal(19_900), "asked": Decimal(20_000)}
    accepted = replace(cut, cut_accepted_at=NOON)
    assert hindrance("publish", Decided(), {"B1": whole, "B2": accepted}, NOON) is None
    assert hindrance("propose", Decided(), {"B2": cut}, NOON) is None


def test_a_result_is_confirmed_after_the_time_for_objections_and_while_none_is_unanswered() -> None:
    shown, noticed = Decided(NOON, NOON), {"B1": Won(AwardStatus.noticed)}
    assert isinstance(hindrance("confirm", shown, noticed, NOON - timedelta(seconds=1)), StandstillRunning)
    assert isinstance(hindrance("confirm", shown, {"B1": Won(AwardStatus.held)}, NOON), AwardsHeld)
    assert hindrance("confirm", shown, noticed, NOON) is None


def test_a_cut_is_answered_once() -> None:
    cut = Won(amount=Decimal(19_900))
    assert unanswerable(cut) is None
    assert isinstance(unanswerable(Won()), NothingCut)
    assert isinstance(unanswerable(replace(cut, cut_accepted_at=NOON)), CutAnswered)


@pytest.mark.parametrize(
    ("noticed_on", "notice_ends", "objections_end"),
    [
        (date(2018, 9, 27), date(2018, 9, 28), date(2018, 10, 12)),
        (date(2026, 9, 24), date(2026, 9, 28), date(2026, 10, 13)),
        (date(2026, 2, 11), date(2026, 2, 12), date(2026, 2, 28)),
    ],
)
def test_challenges_run_for_seven_working_days_after_a_notice_of_one(
    noticed_on: date, notice_ends: date, objections_end: date
) -> None:
    still = standstill(noticed_on, None, PROCUREMENT, CALENDAR)
    assert (still.notice.on, still.objections.on) == (notice_ends, objections_end)
    assert still.objections.rule == PROCUREMENT.objection.source


def test_a_competition_s_notice_that_ends_on_a_sunday_may_be_objected_to_on_monday() -> None:
    still = standstill(date(2018, 7, 30), date(2018, 8, 5), VENTURE, CALENDAR)
    assert (still.notice.on, still.objections.on) == (date(2018, 8, 5), date(2018, 8, 6))


def test_a_notice_announced_shorter_than_the_profile_s_is_refused() -> None:
    with pytest.raises(PeriodTooShort) as refusal:
        standstill(date(2018, 7, 30), date(2018, 8, 1), VENTURE, CALENDAR)
    facts = refusal.value.facts
    assert (facts["period"], facts["start"], facts["end"]) == ("public_notice", date(2018, 7, 30), date(2018, 8, 1))


# the demonstration season


def season_outcomes(rule: OverspendRule) -> list[LotOutcome]:
    season = competition()
    return decide_tender([(lot, season.placed(code)) for code, lot in season.lots.items()], rule, TERMS)


def test_the_season_under_trim() -> None:
    l1, l2, l3 = (outcome.decision for outcome in season_outcomes(TRIM))
    assert list(awards(l1)) == ["B05", "B14", "B01", "B07", "B11"]
    assert l1.amount == Decimal("400000.00")
    assert list(awards(l2)) == ["B26", "B33", "B19", "B31", "B32", "B28", "B16", "B37", "B34"]
    assert l2.applied is TRIM
    assert l2.amount == Decimal("179600.00") <= l2_budget()
    assert list(awards(l3))[-3:] == ["B44", "B51", "B57"]
    assert (len(l3.awards), l3.amount) == (12, Decimal("100900.00"))


def l2_budget() -> Decimal:
    return competition().lots["L2"].budget


def test_the_season_has_26_awards_to_26_applicants() -> None:
    won = [award for outcome in season_outcomes(TRIM) for award in outcome.decision.awards]
    assert (len(won), len({award.applicant for award in won})) == (26, 26)


def test_under_skip_the_second_lot_has_eight_awards_and_the_ninth_is_over_budget() -> None:
    skip = season_outcomes(TRIM)[1].alternatives[SKIP]
    assert list(awards(skip)) == ["B26", "B33", "B19", "B31", "B32", "B28", "B16", "B37"]
    assert skip.amount == Decimal("166000.00")
    assert reasons(skip)["B34"] == (PassedOver.over_budget, None)


def test_optimise_never_scores_less_than_skip_on_the_season_and_stays_within_the_budget() -> None:
    for code, outcome in zip(competition().lots, season_outcomes(TRIM), strict=True):
        optimise, skip = outcome.alternatives[OPTIMISE], outcome.alternatives[SKIP]
        assert optimise.total >= skip.total
        assert optimise.amount <= competition().lots[code].budget


def test_every_loser_of_the_first_lot_is_told_why() -> None:
    assert reasons(season_outcomes(TRIM)[0].decision) == {
        "B10": (PassedOver.applicant_awarded, "B05"),
        "B04": (PassedOver.item_taken, "B05"),
        "B12": (PassedOver.applicant_awarded, "B07"),
        "B09": (PassedOver.item_taken, "B07"),
        "B03": (PassedOver.item_taken, "B01"),
        "B13": (PassedOver.item_taken, "B14"),
        "B02": (PassedOver.item_taken, "B01"),
        "B08": (PassedOver.item_taken, "B07"),
        "B06": (PassedOver.item_taken, "B05"),
    }


def test_a_loser_is_told_place_and_score() -> None:
    lost = season_outcomes(TRIM)[2].decision.losers[0]
    assert lost == Loser("B41", "G48", 13, Fraction("69.8"), PassedOver.below_line)


# whatever the bids

totals = st.integers(0, 400).map(lambda n: Fraction(n, 4))
asked = st.integers(1, 60).map(lambda n: Decimal(n) * 500)
candidates_of_a_lot = st.lists(
    st.tuples(totals, asked, st.integers(1, 6), st.one_of(st.none(), st.integers(1, 4)), st.integers(0, 3)),
    max_size=9,
).map(
    lambda rows: [
        Candidate(f"B{n}", f"G{who}", amount, total, Fraction(tie), NOON, None if item is None else f"I{item}")
        for n, (total, amount, who, item, tie) in enumerate(rows)
    ]
)
budgets = st.integers(1, 160).map(lambda n: Decimal(n) * 500)


def assert_within_limits(decision: LotDecision, limits: LotTerms) -> None:
    applicants = [award.applicant for award in decision.awards]
    items = [award.item for award in decision.awards if award.item is not None]
    assert len(applicants) == len(set(applicants)) <= limits.places
    assert len(items) == len(set(items))
    assert decision.amount <= limits.budget
    assert all(0 < award.amount <= award.asked for award in decision.awards)


@settings(max_examples=40, deadline=None)
@given(candidates_of_a_lot, budgets, st.integers(1, 5))
def test_no_rule_leaves_the_limits_and_everybody_wins_or_is_told_why(
    candidates: list[Candidate], budget: Decimal, places: int
) -> None:
    limits = LotTerms("L", budget, budget, places)
    for rule in OverspendRule:
        decision = decide_lot(rank(candidates, TIES), limits, rule, TERMS, {})
        assert_within_limits(decision, limits)
        known = sorted([*awards(decision), *reasons(decision)])
        assert known == sorted(c.bid for c in candidates)


@settings(max_examples=40, deadline=None)
@given(candidates_of_a_lot, budgets, st.integers(1, 5))
def test_optimise_scores_at_least_as_much_as_skip(candidates: list[Candidate], budget: Decimal, places: int) -> None:
    limits = LotTerms("L", budget, budget, places)
    placed = rank(candidates, TIES)
    skip = decide_lot(placed, limits, SKIP, TERMS, {})
    assert decide_lot(placed, limits, OPTIMISE, TERMS, {}).total >= skip.total >= 0


@settings(max_examples=40, deadline=None)
@given(candidates_of_a_lot, budgets, st.integers(1, 5))
def test_optimise_finds_the_best_of_all_sets(candidates: list[Candidate], budget: Decimal, places: int) -> None:
    best = max(
        sum((c.total for c in chosen), Fraction(0))
        for size in range(min(places, len(candidates)) + 1)
        for chosen in combinations(candidates, size)
        if is_allowed(chosen, budget)
    )
    limits = LotTerms("L", budget, budget, places)
    assert decide_lot(rank(candidates, TIES), limits, OPTIMISE, TERMS, {}).total == best


def is_allowed(chosen: tuple[Candidate, ...], budget: Decimal) -> bool:
    applicants = [c.applicant for c in chosen]
    items = [c.item for c in chosen if c.item is not None]
    fits = sum((c.amount for c in chosen), Decimal(0)) <= budget
    return fits and len(applicants) == len(set(applicants)) and len(items) == len(set(items))


@settings(max_examples=20, deadline=None)
@given(st.lists(candidates_of_a_lot, min_size=1, max_size=3), budgets, st.integers(1, 3))
def test_nobody_wins_twice_across_lots(lots: list[list[Candidate]], budget: Decimal, places: int) -> None:
    placed: list[tuple[LotTerms, list[Placed]]] = [
        (
            LotTerms(f"L{n}", budget, budget, places),
            rank([replace(c, bid=f"L{n}-{c.bid}") for c in candidates], TIES),
        )
        for n, candidates in enumerate(lots)
    ]
    outcomes = decide_tender(placed, TRIM, TERMS)
    applicants = [award.applicant for outcome in outcomes for award in outcome.decision.awards]
    assert len(applicants) == len(set(applicants))
