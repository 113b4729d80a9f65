"""What somebody's desk shows besides what waits: the state of all that they look after; and of a contract, what stands
between its contractor and the money."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.budgets.rules import BudgetStatus
from app.contracts.instalments import Instalment, missing_gates
from app.contracts.rules import DECIDES, ENGAGED_FOR, ContractStatus, EngagementKind, MilestoneStatus, Part
from app.core.actors import Role
from app.findings.rules import FindingStatus
from app.tenders.profiles.rules import Gate


class Overview(StrEnum):
    """`communities`: every community of the area; `contracts`: those that a firm is engaged for; `season`: what a
    bureau has under way, its money, and where too few offers stand against what is needed; `installation`: whether the
    platform itself runs as it should, which is read in its own room."""

    communities = "communities"
    contracts = "contracts"
    season = "season"
    installation = "installation"


# A community that nobody has asked for a year counts as not asked in this season.
SEASON = timedelta(days=365)
# With so few offers for what is needed, there is no choice, or nobody at all, when a notice asks for it.
FEW_OFFERS = 1


def is_thin(demand: int, supply: int) -> bool:
    """Whether what is needed here may find nobody to apply."""
    return demand > 0 and supply <= FEW_OFFERS


ROLES = {
    Part.client: Role.purchaser,
    Part.contractor: Role.organization,
    Part.evaluator: Role.evaluator,
    Part.auditor: Role.auditor,
}
EVALUATING = {"evaluations", "assessments"}
AUDITS = {gate for gate, kind in ENGAGED_FOR.items() if kind is EngagementKind.audit}


# Whose last day is that of the milestone; nothing says until when the rest is to be done.
DATED = {"report", "remedy", "accept", "submit"}


class Stand(StrEnum):
    """How an instalment stands, or the settlement of a contract that ended early: `ended`: both had never signed it."""

    paid = "paid"
    payable = "payable"
    waiting = "waiting"
    ended = "ended"


class Turn(NamedTuple):
    """Whose it is to do `verb`, which is a verb of `room`."""

    role: Role
    room: str
    verb: str


class Obstacle(NamedTuple):
    """What keeps an instalment from being paid, a closed gate or a finding, whose turn it is, and until when by which
    rule (None: nothing says until when)."""

    turn: Turn
    gate: Gate | None = None
    finding_id: int | None = None
    until: date | None = None
    rule: str = ""


class MilestoneStand(NamedTuple):
    status: MilestoneStatus
    due_on: date | None
    rule: str = ""


class FindingStand(NamedTuple):
    """A finding that holds the payments, raised by `part`."""

    id: int
    status: FindingStatus
    part: Part
    due_on: date
    rule: str


@dataclass(frozen=True)
class Case:
    """All that decides what stands between a contractor and the money; `unsigned`: who has not signed yet;
    `submitted`: gates of audits whose report waits for its second signature; `evaluating`: gates for which an
    evaluation is open, and the room and verb that it waits for."""

    status: ContractStatus
    parts: Sequence[Instalment]
    unsigned: Sequence[Role]
    milestones: Mapping[Gate, MilestoneStand]
    findings: Sequence[FindingStand]
    engaged: Collection[EngagementKind]
    budget: BudgetStatus | None
    submitted: Collection[Gate]
    evaluating: Mapping[Gate, tuple[str, str]]

    @property
    def met(self) -> set[Gate]:
        return {gate for gate, each in self.milestones.items() if each.status is MilestoneStatus.met}


class Standing(NamedTuple):
    part: Instalment
    stand: Stand
    obstacles: tuple[Obstacle, ...]


def what_stands_between(case: Case) -> list[Standing]:
    """Of each instalment, or of what settles a contract that ended early: whether it is paid or can be, or else
    everything that keeps it from being paid."""
    held = tuple(map(_of_finding, case.findings))
    return [_standing(case, part, held) for part in case.parts]


def _standing(case: Case, part: Instalment, held: tuple[Obstacle, ...]) -> Standing:
    if part.left == 0:
        return Standing(part, Stand.paid, ())
    if case.status is ContractStatus.terminated and case.unsigned:
        return Standing(part, Stand.ended, ())
    missing = missing_gates(part, case.met)
    closed = (each for gate in missing for each in _of_gate(case, gate))
    return Standing(part, Stand.waiting if missing or held else Stand.payable, (*closed, *held))


def _of_finding(finding: FindingStand) -> Obstacle:
    if finding.status is FindingStatus.open:
        turn = Turn(Role.organization, "findings", "answer")
        return Obstacle(turn, finding_id=finding.id, until=finding.due_on, rule=finding.rule)
    return Obstacle(Turn(ROLES[finding.part], "findings", "accept"), finding_id=finding.id)


def _of_gate(case: Case, gate: Gate) -> Iterator[Obstacle]:
    """A gate that opens by itself once findings are settled has nobody's turn of its own: the findings have."""
    milestone = case.milestones[gate]
    for turn in _turns(case, gate, milestone.status):
        is_dated = turn.verb in DATED or gate is Gate.signing or turn.room in EVALUATING
        until, rule = (milestone.due_on, milestone.rule) if is_dated else (None, "")
        yield Obstacle(turn, gate, until=until, rule=rule)


def _turns(case: Case, gate: Gate, status: MilestoneStatus) -> list[Turn]:
    if case.unsigned:
        return [Turn(role, "contracts", "sign") for role in case.unsigned]
    if gate is Gate.findings_closed:
        return []
    if case.status is ContractStatus.signed:
        return [Turn(Role.organization, "contracts", "start")]
    if gate is Gate.resident_acceptance:
        return [Turn(Role.committee, "contracts", "accept")]
    return [_audit_turn(case, gate) if gate in AUDITS else _report_turn(case, gate, status)]


def _report_turn(case: Case, gate: Gate, status: MilestoneStatus) -> Turn:
    """The contractor reports, and the part that the gate belongs to decides: an evaluator by a signed report."""
    if status is MilestoneStatus.scheduled and gate not in case.evaluating:
        return Turn(Role.organization, "contracts", "report")
    if _lacks_firm(case, gate):
        return Turn(Role.purchaser, "contracts", "engage")
    if status is MilestoneStatus.not_met and gate not in case.evaluating:
        return Turn(ROLES[DECIDES[gate]], "contracts", "remedy")
    if gate in ENGAGED_FOR:
        return Turn(Role.evaluator, *case.evaluating.get(gate, ("evaluations", "begin")))
    return Turn(ROLES[DECIDES[gate]], "contracts", "meet")


def _audit_turn(case: Case, gate: Gate) -> Turn:
    """No audit without a budget to go by; then a report, and its second signature."""
    if case.budget is None or case.budget is BudgetStatus.returned:
        return Turn(Role.organization, "budgets", "propose")
    if case.budget is BudgetStatus.proposed:
        return Turn(Role.purchaser, "budgets", "approve")
    if _lacks_firm(case, gate):
        return Turn(Role.purchaser, "contracts", "engage")
    return Turn(Role.auditor, "budgets", "sign" if gate in case.submitted else "submit")


def _lacks_firm(case: Case, gate: Gate) -> bool:
    kind = ENGAGED_FOR.get(gate)
    return kind is not None and kind not in case.engaged
