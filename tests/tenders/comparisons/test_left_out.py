"""Would the result be another one without a judge: by the rule of the notice, told beside the result."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from app.core.days.calendar import SHANGHAI
from app.tenders.awards.rules import decide_tender
from app.tenders.comparisons.left_out import Change, Lots, Terms, without_each
from app.tenders.notices.rules import LotTerms
from app.tenders.panels.rules import Sheet, counted_sheets
from app.tenders.profiles.rules import OverspendRule
from app.tenders.standings.rules import Candidate, Score, rank, score
from tests.tenders.season import VENTURE, competition

TRIM = Terms(VENTURE, "C2", OverspendRule.trim, frozenset())
NOON = datetime(2018, 6, 10, 12, tzinfo=SHANGHAI)
Totals = dict[str, dict[str, int]]


def contest(totals: Totals, places: int, prices: dict[str, int] | None = None) -> tuple[Lots, dict[str, list[Sheet]]]:
    """One lot; bid → judge → total, and points for the price beside."""
    sheets = {
        bid: [Sheet(bid, judge, {"C2": Decimal(n)}) for judge, n in own.items()] for bid, own in sorted(totals.items())
    }
    scores = {bid: score(own, VENTURE.scoring, "C2") for bid, own in sheets.items()}
    candidates = [
        Candidate(bid, f"G{bid}", Decimal(10_000), s.total + (prices or {}).get(bid, 0), s.tie, NOON)
        for bid, s in scores.items()
    ]
    lot = LotTerms("L1", Decimal(100_000), Decimal(100_000), places)
    return [(lot, rank(candidates, VENTURE.scoring.ties))], sheets


def changes(totals: Totals, places: int = 1, prices: dict[str, int] | None = None) -> dict[str, Change | None]:
    lots, sheets = contest(totals, places, prices)
    won = {each.candidate.bid for _, placed in lots for each in placed[:places]}
    return without_each(lots, sheets, scores_of(sheets), won, TRIM)


def scores_of(sheets: dict[str, list[Sheet]]) -> dict[str, Score]:
    return {bid: score(own, VENTURE.scoring, "C2") for bid, own in sheets.items()}


def test_a_judge_who_alone_carried_the_winner_is_seen_to_have_decided() -> None:
    found = changes({"A": {"J1": 100, "J2": 70, "J3": 70}, "B": {"J1": 60, "J2": 80, "J3": 80}})
    assert found == {"J1": Change(("B",), ("A",)), "J2": Change((), ()), "J3": Change((), ())}


def test_points_for_the_price_stay_when_a_judge_is_left_out() -> None:
    totals = {"A": {"J1": 80, "J2": 70}, "B": {"J1": 60, "J2": 72}}
    assert changes(totals)["J1"] == Change(("B",), ("A",))
    assert changes(totals, prices={"A": 10})["J1"] == Change((), ())


def test_where_a_bid_would_be_left_without_a_sheet_nothing_is_told() -> None:
    found = changes({"A": {"J1": 80, "J2": 70}, "B": {"J1": 60}})
    assert (found["J1"], found["J2"]) == (None, Change((), ()))


def test_the_season_s_awards_would_be_others_without_some_judges_but_not_without_the_strictest() -> None:
    season, by_bid = competition(), defaultdict[str, list[Sheet]](list)
    for sheet in counted_sheets(season.due, season.sheets):
        by_bid[sheet.bid].append(sheet)
    lots = [(lot, season.placed(code)) for code, lot in season.lots.items()]
    decided = decide_tender(lots, OverspendRule.trim, VENTURE.overspend)
    won = {award.bid for outcome in decided for award in outcome.decision.awards}
    found = without_each(lots, by_bid, scores_of(by_bid), won, TRIM)
    same = Change((), ())
    assert found == {judge: same for judge in season.judges} | {"J2": Change(("B41",), ("B57",))}
