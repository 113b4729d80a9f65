"""Lines, bands, what is allowed: the worked figures."""

from decimal import Decimal

import pytest

from app.budgets.rules import (
    BudgetNotWhole,
    Figures,
    LineCodeTwice,
    LineKindUnknown,
    allowed_of,
    check_lines,
    execution,
    judged,
)
from app.budgets.terms import bands, kinds, never, version
from app.contracts.instalments import Instalment, PaymentAboveAllowed, cut_down, incomplete, unpayable
from app.tenders.profiles.rules import Gate
from tests.factories.budgets import WORKED, lines_for

AMOUNT = Decimal(80_000)
KINDS = [each.code for each in kinds()]
GATES = (Gate.final_audit,)


def yuan(*amounts: int) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def test_the_lines_of_the_worked_budget_are_the_whole_contract() -> None:
    check_lines(lines_for(WORKED), AMOUNT, KINDS)
    with pytest.raises(BudgetNotWhole) as refusal:
        check_lines(lines_for(WORKED | {"tax": "1999.99"}), AMOUNT, KINDS)
    assert refusal.value.facts == {"total": Decimal("79999.99"), "amount": AMOUNT}


def test_a_line_is_of_a_known_kind_and_has_a_code_of_its_own() -> None:
    car = lines_for({"car": 80_000})[0]._replace(kind="fixed_assets")
    with pytest.raises(LineKindUnknown):
        check_lines([car], AMOUNT, KINDS)
    twice = [*lines_for({"tax": 40_000}), *lines_for({"tax": 40_000})]
    with pytest.raises(LineCodeTwice):
        check_lines(twice, AMOUNT, KINDS)


def test_the_settings_know_three_kinds_and_what_no_line_pays_and_say_where_from() -> None:
    assert (version(), KINDS) == ("2020.1", ["activity", "management", "tax"])
    assert [each.code for each in never()] == ["fixed_assets", "cash_or_gifts"]
    assert all("33号" in each.source and not each.is_given for each in (*kinds(), *never()))


@pytest.mark.parametrize(
    ("moved", "share", "band"),
    [
        ("0", "0", "high"),
        ("3000", "0.0375", "high"),
        ("4000", "0.05", "high"),
        ("4000.01", "0.050000125", "middle"),
        ("6000", "0.075", "middle"),
        ("8000", "0.1", "middle"),
        ("8000.01", "0.100000125", "low"),
        ("9000", "0.1125", "low"),
        ("90000", "1.125", "low"),
    ],
)
def test_what_is_moved_between_lines_has_its_band_up_to_and_including_its_end(
    moved: str, share: str, band: str
) -> None:
    found = judged(Decimal(moved), AMOUNT, bands(), is_unapproved=False, is_embezzled=False)
    assert (found.share, found.band, found.is_whole) == (Decimal(share), band, False)


def test_the_bands_leave_no_gap_between_one_and_nothing() -> None:
    limits = [(band.least, band.most) for band in bands()]
    assert limits == [(Decimal("0.8"), 1), (Decimal("0.6"), Decimal("0.8")), (0, Decimal("0.6"))]


def test_spending_without_approval_counts_nothing_whatever_was_moved() -> None:
    found = judged(Decimal(0), AMOUNT, bands(), is_unapproved=True, is_embezzled=False)
    assert (found.band, found.most, found.is_whole) == ("unapproved", 0, False)


@pytest.mark.parametrize("is_unapproved", [True, False])
def test_embezzlement_makes_the_whole_project_nothing_whatever_the_rest(is_unapproved: bool) -> None:
    found = judged(Decimal(0), AMOUNT, bands(), is_unapproved=is_unapproved, is_embezzled=True)
    assert (found.band, found.most, found.is_whole) == ("embezzled", 0, True)


def test_an_audit_allows_what_is_vouched_less_what_is_disallowed() -> None:
    rows = [Figures(*yuan(60_000, 60_000, 1_000)), Figures(*yuan(20_000, 18_400, 400))]
    found = allowed_of(rows, AMOUNT)
    assert found == tuple(yuan(78_400, 1_400, 77_000))
    assert execution(found.allowed, AMOUNT) == Decimal("0.9625")


def test_no_more_is_allowed_than_the_contract_gives() -> None:
    assert allowed_of([Figures(*yuan(80_000, 85_000, 0))], AMOUNT).allowed == AMOUNT


def parts(*paid: int) -> list[Instalment]:
    names = zip(("first", "interim", "final"), yuan(40_000, 24_000, 16_000), yuan(*paid), strict=True)
    return [Instalment(name, amount, GATES, paid=paid) for name, amount, paid in names]


def test_of_the_last_instalment_13000_are_paid_and_a_cent_more_is_refused() -> None:
    *_, final = cut_down(parts(40_000, 24_000, 0), Decimal(77_000))
    assert final.left == Decimal("13000.00")
    assert unpayable(Decimal("13000.00"), final, GATES) is None
    refusal = unpayable(Decimal("13000.01"), final, GATES)
    assert isinstance(refusal, PaymentAboveAllowed)
    assert refusal.facts == {"instalment": "final", "amount": Decimal("13000.01"), "left": Decimal(13_000)}


def test_what_is_not_allowed_is_taken_off_the_last_instalments_and_never_off_what_is_paid() -> None:
    cut = [part.cut for part in cut_down(parts(40_000, 0, 0), Decimal(50_000))]
    assert cut == yuan(0, 14_000, 16_000)
    overpaid = cut_down(parts(40_000, 24_000, 0), Decimal(60_000))
    assert [part.left for part in overpaid] == yuan(0, 0, 0)


def test_without_an_audit_nothing_is_cut() -> None:
    assert [part.left for part in cut_down(parts(0, 0, 0), None)] == yuan(40_000, 24_000, 16_000)


def test_a_contract_is_done_when_all_that_is_allowed_is_paid() -> None:
    assert incomplete(cut_down(parts(40_000, 24_000, 13_000), Decimal(77_000)), GATES) is None
    assert incomplete(cut_down(parts(40_000, 24_000, 12_999), Decimal(77_000)), GATES) is not None
