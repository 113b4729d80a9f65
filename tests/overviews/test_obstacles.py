"""What stands between an organisation and its money: what is missing, whose turn it is, until when."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.budgets.rules import BudgetStatus
from app.contracts.instalments import Instalment
from app.contracts.rules import ContractStatus, EngagementKind, MilestoneStatus, Part
from app.core.actors import Role
from app.findings.rules import FindingStatus
from app.overviews.rules import Case, FindingStand, MilestoneStand, Stand, Turn, what_stands_between
from app.tenders.profiles.rules import Gate

M, DUE = MilestoneStatus, date(2018, 11, 30)
BOTH = frozenset(EngagementKind)


def case(*gates: Gate, status: M = M.scheduled, **facts: Any) -> Case:
    """A contract under way with one instalment of 80,000 that waits for these gates."""
    whole = Instalment("only", Decimal(80_000), gates, **{"paid": facts.pop("paid", Decimal(0))})
    known = Case(ContractStatus.performing, [whole], [], {}, [], BOTH, BudgetStatus.approved, set(), {})
    return replace(known, milestones={gate: MilestoneStand(status, DUE, "规则") for gate in gates}, **facts)


def turns(of: Case) -> list[tuple[Role, str, str, date | None]]:
    (standing,) = what_stands_between(of)
    return [(*each.turn, each.until) for each in standing.obstacles]


@pytest.mark.parametrize(
    ("gate", "status", "turn"),
    [
        (Gate.midterm_evaluation, M.scheduled, (Role.organization, "contracts", "report", DUE)),
        (Gate.midterm_evaluation, M.reported, (Role.evaluator, "evaluations", "begin", DUE)),
        (Gate.final_evaluation, M.not_met, (Role.evaluator, "contracts", "remedy", DUE)),
        (Gate.business_check, M.scheduled, (Role.organization, "contracts", "report", DUE)),
        (Gate.business_check, M.reported, (Role.purchaser, "contracts", "meet", None)),
        (Gate.resident_acceptance, M.scheduled, (Role.committee, "contracts", "accept", DUE)),
        (Gate.midterm_audit, M.scheduled, (Role.auditor, "budgets", "submit", DUE)),
    ],
)
def test_a_closed_gate_is_somebodys_turn(gate: Gate, status: M, turn: tuple[Any, ...]) -> None:
    assert turns(case(gate, status=status)) == [turn]


@pytest.mark.parametrize(
    ("facts", "turn"),
    [
        ({"budget": None}, Turn(Role.organization, "budgets", "propose")),
        ({"budget": BudgetStatus.returned}, Turn(Role.organization, "budgets", "propose")),
        ({"budget": BudgetStatus.proposed}, Turn(Role.purchaser, "budgets", "approve")),
        ({"engaged": frozenset()}, Turn(Role.purchaser, "contracts", "engage")),
        ({"submitted": {Gate.final_audit}}, Turn(Role.auditor, "budgets", "sign")),
        ({"submitted": {Gate.midterm_audit}}, Turn(Role.auditor, "budgets", "submit")),
        ({"status": ContractStatus.signed}, Turn(Role.organization, "contracts", "start")),
    ],
)
def test_before_an_audit_is_signed_it_is_somebodys_turn(facts: dict[str, Any], turn: Turn) -> None:
    (standing,) = what_stands_between(replace(case(Gate.final_audit), **facts))
    assert [each.turn for each in standing.obstacles] == [turn]


@pytest.mark.parametrize("status", [M.scheduled, M.reported, M.not_met])
@pytest.mark.parametrize("turn", [("assessments", "compute"), ("evaluations", "submit"), ("evaluations", "sign")])
def test_an_open_evaluation_is_the_evaluators_turn_by_the_day_of_its_milestone(
    status: M, turn: tuple[str, str]
) -> None:
    of = replace(case(Gate.final_evaluation, status=status), evaluating={Gate.final_evaluation: turn})
    assert turns(of) == [(Role.evaluator, *turn, DUE)]


def test_what_was_reported_and_has_no_evaluator_is_the_purchasers_turn() -> None:
    of = case(Gate.final_evaluation, status=M.reported, engaged=frozenset({EngagementKind.audit}))
    assert turns(of) == [(Role.purchaser, "contracts", "engage", None)]


def test_every_side_that_has_not_signed_is_named() -> None:
    of = replace(case(Gate.signing), status=ContractStatus.draft, unsigned=[Role.purchaser, Role.organization])
    assert [turn[:3] for turn in turns(of)] == [
        (Role.purchaser, "contracts", "sign"),
        (Role.organization, "contracts", "sign"),
    ]


def test_a_finding_holds_every_instalment_and_is_answered_by_its_day() -> None:
    found = FindingStand(7, FindingStatus.open, Part.evaluator, date(2018, 10, 26), "工作日")
    of = case(Gate.signing, status=M.met, findings=[found])
    assert turns(of) == [(Role.organization, "findings", "answer", date(2018, 10, 26))]
    answered = replace(of, findings=[found._replace(status=FindingStatus.answered)])
    assert turns(answered) == [(Role.evaluator, "findings", "accept", None)]
    assert [each.stand for each in what_stands_between(answered)] == [Stand.waiting]


def test_the_gate_of_settled_findings_is_said_by_the_findings_themselves() -> None:
    found = FindingStand(7, FindingStatus.open, Part.client, DUE, "")
    (standing,) = what_stands_between(case(Gate.findings_closed, findings=[found]))
    assert [(each.gate, each.finding_id) for each in standing.obstacles] == [(None, 7)]


@pytest.mark.parametrize(
    ("facts", "stand"),
    [
        ({}, Stand.payable),
        ({"paid": Decimal(80_000)}, Stand.paid),
        ({"status": ContractStatus.terminated, "unsigned": [Role.organization]}, Stand.ended),
    ],
)
def test_where_nothing_stands_between_it_is_said_what_is(facts: dict[str, Any], stand: Stand) -> None:
    contract = facts.pop("status", ContractStatus.performing)
    (standing,) = what_stands_between(replace(case(Gate.signing, status=M.met, **facts), status=contract))
    assert (standing.stand, standing.obstacles) == (stand, ())
