from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.assessments.scoring import MarkMissing, MarkOffStep, MarkOutOfRange, MarkUnknown, sheet_total
from app.core.days.calendar import SHANGHAI
from app.core.errors import DomainError
from app.core.moves import verbs_from
from app.tenders.notices.rules import CriterionTerms, TenderStatus
from app.tenders.panels.rules import (
    MOVES,
    PANEL_MOVES,
    SEAT_MOVES,
    BidsNotOpened,
    Correction,
    PanelEven,
    PanelTooSmall,
    Recusal,
    ScoringClosed,
    Sheet,
    SheetStatus,
    TooFewExperts,
    TooFewSheets,
    check_marks,
    check_panel,
    corrections,
    counted_sheets,
    due_sheets,
    hindrance,
    missing_sheets,
    panel_status,
    seat_status,
    too_few_sheets,
)
from app.tenders.profiles.rules import profile
from tests.tenders.season import competition

CRITERIA = (
    CriterionTerms("C1", Decimal(60)),
    CriterionTerms("C2", Decimal(30)),
    CriterionTerms("price", Decimal(10), is_price=True),
)
HALF = Decimal("0.5")
VENTURE, PROCUREMENT = profile("venture"), profile("procurement")
RECUSALS = {Recusal("J1", "G1")}


def marks(**given: str) -> dict[str, Decimal]:
    return {criterion: Decimal(mark) for criterion, mark in given.items()}


def test_a_delivered_sheet_is_changed_only_after_it_was_reopened() -> None:
    assert verbs_from(MOVES, SheetStatus.delivered) == ["reopen"]


def test_a_panel_changes_from_the_opening_of_the_bids_until_scoring_is_closed() -> None:
    noon = datetime(2018, 7, 1, 12, tzinfo=SHANGHAI)
    assert hindrance(None, TenderStatus.opened, noon) is None
    assert isinstance(hindrance(None, TenderStatus.published, noon), BidsNotOpened)
    assert isinstance(hindrance(noon, TenderStatus.opened, noon), ScoringClosed)
    assert verbs_from(PANEL_MOVES, panel_status(None)) == ["declare", "order", "enter", "close"]
    assert verbs_from(PANEL_MOVES, panel_status(noon)) == []
    assert verbs_from(SEAT_MOVES, seat_status(None)) == ["declare"]
    assert verbs_from(SEAT_MOVES, seat_status(noon)) == ["declare", "open", "enter"]


def test_a_sheet_of_whole_steps_within_the_maxima_is_taken() -> None:
    check_marks(marks(C1="60", C2="0"), CRITERIA, HALF)
    check_marks(marks(C1="12.5", C2="30.0"), CRITERIA, HALF)


@pytest.mark.parametrize(
    ("sheet", "refusal", "criterion"),
    [
        (marks(C1="60.5", C2="30"), MarkOutOfRange, "C1"),
        (marks(C1="-0.5", C2="30"), MarkOutOfRange, "C1"),
        (marks(C1="NaN", C2="30"), MarkOutOfRange, "C1"),
        (marks(C1="60", C2="29.75"), MarkOffStep, "C2"),
        (marks(C1="60"), MarkMissing, "C2"),
        (marks(C1="60", C2="30", C9="1"), MarkUnknown, "C9"),
        (marks(C1="60", C2="30", price="10"), MarkUnknown, "price"),
    ],
)
def test_a_faulty_mark_is_refused(sheet: dict[str, Decimal], refusal: type[DomainError], criterion: str) -> None:
    with pytest.raises(refusal) as error:
        check_marks(sheet, CRITERIA, HALF)
    assert error.value.facts["criterion"] == criterion


def test_a_recused_judge_has_no_sheet_of_any_bid_of_the_applicant() -> None:
    bids = {"B1": "G1", "B2": "G1", "B3": "G2"}
    assert [pair for pair in due_sheets(bids, ["J1"], RECUSALS) if pair[0] != "B3"] == []
    assert ("B3", "J1") in due_sheets(bids, ["J1"], RECUSALS)


def test_due_missing_and_counted_sheets() -> None:
    due = due_sheets({"B2": "G2", "B1": "G1"}, ["J2", "J1"], RECUSALS)
    assert due == [("B1", "J2"), ("B2", "J1"), ("B2", "J2")]
    of_recused, of_ineligible = Sheet("B1", "J1", {}), Sheet("B9", "J1", {})
    delivered = [Sheet("B2", "J2", {}), of_recused, of_ineligible, Sheet("B1", "J2", {})]
    assert missing_sheets(due, delivered) == [("B2", "J1")]
    assert counted_sheets(due, delivered) == [delivered[3], delivered[0]]


def test_a_written_total_that_disagrees_is_corrected_and_the_sum_counts() -> None:
    wrong = Sheet("B1", "J1", marks(C1="50.5", C2="20"), Decimal("80.5"))
    right = Sheet("B1", "J2", marks(C1="50.5", C2="20"), Decimal("70.50"))
    silent = Sheet("B1", "J3", marks(C1="1", C2="1"))
    assert corrections([silent, right, wrong]) == [Correction("B1", "J1", Decimal("80.5"), Decimal("70.5"))]
    assert wrong.total == Decimal("70.5")


def test_too_few_sheets_are_no_result() -> None:
    assert too_few_sheets({"B1": 3}, Decimal(700_000), VENTURE) is None
    refusal = too_few_sheets({"B1": 3, "B2": 2}, Decimal(700_000), VENTURE)
    assert isinstance(refusal, TooFewSheets)
    assert [refusal.facts[fact] for fact in ("bid", "counted", "required")] == ["B2", 2, 3]


@pytest.mark.parametrize(("budget", "required"), [("9999999.99", 5), ("10000000", 7), ("12000000", 7)])
def test_from_ten_million_yuan_a_bid_needs_seven_sheets(budget: str, required: int) -> None:
    """87号令 art. 47, 49: a judge who stands aside is replaced, so two recused out of seven are not enough."""
    assert too_few_sheets({"B1": required}, Decimal(budget), PROCUREMENT) is None
    refusal = too_few_sheets({"B1": required - 1}, Decimal(budget), PROCUREMENT)
    assert refusal is not None
    assert refusal.facts["required"] == required


@pytest.mark.parametrize(
    ("judges", "experts", "budget", "name", "refusal"),
    [
        (7, 0, "700000", "venture", None),
        (4, 4, "700000", "venture", PanelTooSmall),
        (6, 6, "700000", "venture", PanelEven),
        (5, 4, "9999999.99", "procurement", None),
        (5, 3, "100000", "procurement", TooFewExperts),
        (5, 5, "10000000", "procurement", PanelTooSmall),
        (7, 5, "10000000", "procurement", None),
        (9, 6, "10000000", "procurement", None),
    ],
)
def test_the_panel_has_the_size_and_the_experts_its_profile_asks_for(
    judges: int, experts: int, budget: str, name: str, refusal: type[DomainError] | None
) -> None:
    if refusal is None:
        check_panel(judges, experts, Decimal(budget), profile(name))
        return
    with pytest.raises(refusal):
        check_panel(judges, experts, Decimal(budget), profile(name))


def test_the_season_s_sheets() -> None:
    season = competition()
    assert len(season.recusals) == 8
    assert missing_sheets(season.due, season.sheets) == [("B15", "J6")]
    assert len(counted_sheets(season.due, season.sheets)) == 383
    assert corrections(season.sheets) == [Correction("B45", "J2", Decimal("84.5"), Decimal("74.5"))]


def test_every_sheet_of_the_season_is_valid() -> None:
    season = competition()
    for sheet in season.sheets:
        check_marks(sheet.marks, season.criteria, VENTURE.scoring.mark_step)


@settings(deadline=None)
@given(st.lists(st.integers(0, 200).map(lambda n: Decimal(n) / 2), max_size=8))
def test_a_total_is_the_sum_of_the_marks(given_marks: list[Decimal]) -> None:
    sheet = {f"C{n}": mark for n, mark in enumerate(given_marks)}
    assert sheet_total(sheet) == sum(given_marks)
