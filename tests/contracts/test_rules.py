from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.contracts.instalments import (
    AmountTooSmall,
    CompletionNotReached,
    Instalment,
    PaymentAboveInstalment,
    PaymentBeforeGate,
    PaymentNotPositive,
    ShareNotPositive,
    SharesNotWhole,
    check_amount,
    incomplete,
    instalments,
    split_instalments,
    unpayable,
)
from app.contracts.rules import (
    MILESTONE_MOVES,
    MOVES,
    Acceptance,
    AlreadySigned,
    AnswersImpossible,
    AwardNotMatched,
    ContractStatus,
    MilestoneStatus,
    PeriodBackwards,
    SignedTooLate,
    TargetsMissing,
    already_signed,
    check_content,
    resident_acceptance,
    targets_from,
    untimely,
)
from app.core.errors import DomainError
from app.core.moves import move, verbs_from
from app.tenders.profiles.rules import Gate, profile

VENTURE = profile("venture")
SHARES = [Decimal("0.50"), Decimal("0.30"), Decimal("0.20")]
START, END = date(2018, 8, 15), date(2019, 7, 31)


def test_a_contract_is_signed_by_two_before_it_starts() -> None:
    C = ContractStatus
    assert move(MOVES, move(MOVES, C.draft, "sign"), "sign") is C.signed
    assert {C.draft, *MOVES.values()} == set(C)
    assert verbs_from(MOVES, C.completed) == ["refund"]
    assert verbs_from(MOVES, C.terminated) == ["pay", "refund", "engage"]


def test_a_milestone_is_met_only_after_a_report_and_a_missed_one_can_be_remedied() -> None:
    M = MilestoneStatus
    assert [state for state, verb in MILESTONE_MOVES if verb == "meet"] == [M.reported]
    assert verbs_from(MILESTONE_MOVES, M.not_met) == ["remedy", "accept"]
    assert verbs_from(MILESTONE_MOVES, M.met) == []


def test_instalments_of_a_contract() -> None:
    first, interim, final = instalments(Decimal("79000.00"), VENTURE.instalments)
    assert (first.name, first.amount, first.gates) == ("first", Decimal("39500.00"), (Gate.signing,))
    assert (interim.amount, interim.gates) == (Decimal("23700.00"), (Gate.midterm_evaluation,))
    assert (final.amount, final.gates) == (
        Decimal("15800.00"),
        (Gate.final_evaluation, Gate.resident_acceptance),
    )


def test_the_last_instalment_takes_the_remainder() -> None:
    assert split_instalments(Decimal("0.05"), SHARES) == (Decimal("0.02"), Decimal("0.01"), Decimal("0.02"))


@pytest.mark.parametrize(
    ("amount", "shares", "refusal"),
    [
        ("100", ["0.5", "0.4"], SharesNotWhole),
        ("100", [], SharesNotWhole),
        ("100", ["1.2", "-0.2"], ShareNotPositive),
        ("0.01", ["0.5", "0.5"], AmountTooSmall),
        ("-10", ["0.5", "0.5"], AmountTooSmall),
    ],
)
def test_shares_that_do_not_make_instalments_are_refused(
    amount: str, shares: list[str], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        split_instalments(Decimal(amount), [Decimal(share) for share in shares])


@settings(deadline=None)
@given(st.decimals("0.01", "99999999", places=2), st.lists(st.integers(1, 1000), min_size=1, max_size=6))
def test_instalments_always_sum_to_the_amount(amount: Decimal, weights: list[int]) -> None:
    first = [Decimal(weight) / 10000 for weight in weights[1:]]
    shares = [*first, 1 - sum(first, Decimal(0))]
    assume(amount >= Decimal("0.01") * 10000)
    parts = split_instalments(amount, shares)
    assert sum(parts) == amount
    assert all(part > 0 and part == part.quantize(Decimal("0.01")) for part in parts)


@pytest.mark.parametrize(
    ("amount", "ends_on", "targets", "refusal"),
    [
        ("79000.01", END, ["24 次小组活动"], AwardNotMatched),
        ("79000", date(2018, 8, 14), ["24 次小组活动"], PeriodBackwards),
        ("79000", END, [" "], TargetsMissing),
    ],
)
def test_a_contract_that_departs_from_its_award_is_refused(
    amount: str, ends_on: date, targets: list[str], refusal: type[DomainError]
) -> None:
    check_content(Decimal("79000.00"), Decimal(79000), START, END, ["24 次小组活动"])
    with pytest.raises(refusal):
        check_content(Decimal(amount), Decimal(79000), START, ends_on, targets)


def test_each_party_signs_once_and_in_time() -> None:
    terms = SimpleNamespace(contract_by=START, contract_rule="rule", due_by_law=False)
    assert already_signed("bureau", ["organisation"]) is None
    assert isinstance(already_signed("bureau", ["bureau"]), AlreadySigned)
    assert [untimely("sign", terms, START), untimely("terminate", terms, END)] == [None, None]
    assert isinstance(untimely("sign", terms, END), SignedTooLate)


FINAL = Instalment("final", Decimal("15800.00"), (Gate.final_evaluation, Gate.resident_acceptance), paid=Decimal(800))


def test_no_payment_before_its_gates_or_above_its_instalment() -> None:
    assert unpayable(Decimal("15000.00"), FINAL, [Gate.resident_acceptance, Gate.final_evaluation]) is None
    assert isinstance(unpayable(Decimal("15000.01"), FINAL, list(Gate)), PaymentAboveInstalment)
    refusal = unpayable(Decimal(1), FINAL, [Gate.final_evaluation])
    assert isinstance(refusal, PaymentBeforeGate)
    assert refusal.facts == {"instalment": "final", "missing": "resident_acceptance"}


@pytest.mark.parametrize("amount", ["0", "-1", "NaN"])
def test_a_payment_is_of_some_amount(amount: str) -> None:
    with pytest.raises(PaymentNotPositive):
        check_amount(Decimal(amount))


@pytest.mark.parametrize(
    ("accepting", "answers", "outcome"),
    [
        (4, 4, Acceptance.undecided),
        (0, 0, Acceptance.undecided),
        (4, 5, Acceptance.accepted),
        (3, 5, Acceptance.refused),
        (79, 99, Acceptance.refused),
        (80, 99, Acceptance.accepted),
    ],
)
def test_residents_accept_when_enough_answer_and_four_fifths_agree(
    accepting: int, answers: int, outcome: Acceptance
) -> None:
    assert resident_acceptance(accepting, answers, VENTURE.acceptance) is outcome


def test_more_acceptances_than_answers_are_impossible() -> None:
    with pytest.raises(AnswersImpossible):
        resident_acceptance(6, 5, VENTURE.acceptance)


def test_a_contract_is_completed_when_all_gates_are_met_and_all_is_paid() -> None:
    paid = Instalment("first", Decimal(100), (Gate.signing,), paid=Decimal(100))
    assert incomplete([paid], [Gate.signing]) is None
    refusal = incomplete([paid, FINAL], [Gate.signing, Gate.final_evaluation])
    assert isinstance(refusal, CompletionNotReached)
    assert refusal.facts == {"missing": "resident_acceptance", "left": Decimal("15000.00")}


@pytest.mark.parametrize(
    ("plan", "people", "stated"),
    [
        ("", None, []),
        (
            "每周开站五天\n\n 每月议事会一次 ",
            60,
            [("服务对象人数", "不少于 60 人"), ("每周开站五天", ""), ("每月议事会一次", "")],
        ),
        ("长" * 201, None, []),
        ("\n".join(["一行"] * 41), None, []),
    ],
)
def test_a_contract_begins_with_the_targets_that_the_bid_states_line_by_line(
    plan: str, people: int | None, stated: list[tuple[str, str]]
) -> None:
    assert targets_from("银龄陪伴", "投标文件", people, plan) == [("按投标文件完成“银龄陪伴”", "1 项"), *stated]


def test_what_a_bid_promises_in_numbers_goes_before_the_lines_of_its_plan() -> None:
    promised = [("入户陪伴", "不少于 480 人次")]
    whole = ("按申报书完成“银龄陪伴”", "1 项")
    assert targets_from("银龄陪伴", "申报书", None, "每周开站五天", promised) == [whole, *promised]
