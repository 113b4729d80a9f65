"""The budget of a contract: lines, changes between them, what was spent, and what an audit allows.

proposed --return--> returned --propose--> proposed --approve--> approved; then it takes changes, statements and audits.
A change: asked --grant--> approved, or --refuse--> refused; once decided it stays.
An audit report is signed by a second person, or replaced, as every report is (`reports`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from app.contracts.rules import ContractStatus
from app.core.errors import DomainError
from app.reports import rules as reports


class BudgetStatus(StrEnum):
    proposed = "proposed"
    returned = "returned"
    approved = "approved"


class ChangeStatus(StrEnum):
    asked = "asked"
    approved = "approved"
    refused = "refused"


class AuditKind(StrEnum):
    midterm = "midterm"
    final = "final"


B, C = BudgetStatus, ChangeStatus
MOVES = {
    (B.proposed, "propose"): B.proposed,
    (B.returned, "propose"): B.proposed,
    (B.proposed, "approve"): B.approved,
    (B.proposed, "return"): B.returned,
    (B.approved, "ask"): B.approved,
    (B.approved, "state"): B.approved,
    (B.approved, "submit"): B.approved,
}
CHANGE_MOVES = {(C.asked, "grant"): C.approved, (C.asked, "refuse"): C.refused}
AUDIT_MOVES = reports.MOVES
VERBS = (
    "propose",
    "approve",
    "return",
    "ask",
    "grant",
    "refuse",
    "state",
    "restate",
    "disallow",
    "flag",
    "submit",
    "sign",
)
# What settles the accounts of a contract that was ended before its time: what was spent is stated and audited, by a
# budget that is agreed on even then; money is moved in it no more.
SETTLING = tuple(verb for verb in VERBS if verb not in ("ask", "grant", "refuse"))
# The rest happens from the signatures until the contract ends.
UNDER_WAY = {
    **{(status, verb): status for status in (ContractStatus.signed, ContractStatus.performing) for verb in VERBS},
    **{(ContractStatus.terminated, verb): ContractStatus.terminated for verb in SETTLING},
}


class BudgetNotWhole(DomainError):
    """The lines of a budget are the contract's amount, to the cent."""

    status = 422


class LineKindUnknown(DomainError):
    status = 422


class LineCodeTwice(DomainError):
    status = 422


class ChangeWithinLine(DomainError):
    status = 422


class LineTooShort(DomainError):
    """No more is moved out of a line than is left in it."""


class SpentAboveLine(DomainError):
    """More than the line holds is taken only where the auditor has flagged the line."""


class VoucherStatedAlready(DomainError):
    """One voucher counts once in a line."""


class StatementSuperseded(DomainError):
    """Only the newest statement is judged or superseded."""


class DisallowedAboveSpent(DomainError):
    status = 422


class LineFlaggedAlready(DomainError): ...


class FiguresMoved(DomainError):
    """What was stated or disallowed since an audit report was submitted is not in it."""


@dataclass(frozen=True)
class Band:
    """Moved money as a share of the amount, up to and including `up_to`: the factor lies from `least` to `most`."""

    code: str
    up_to: Decimal
    least: Decimal
    most: Decimal


class Judgement(NamedTuple):
    """How a budget was kept counts in an evaluation: the share that was moved, its band, and the range of its factor;
    `is_whole`: the factor is that of the whole project, whatever else was found."""

    share: Decimal
    band: str
    least: Decimal
    most: Decimal
    is_whole: bool = False


class Line(NamedTuple):
    """A line of a budget as it is proposed."""

    code: str
    kind: str
    name: str
    approved: Decimal


class Figures(NamedTuple):
    """`planned`: what was approved, with the approved changes; `spent` and `disallowed` by statements that count."""

    planned: Decimal
    spent: Decimal
    disallowed: Decimal

    @property
    def left(self) -> Decimal:
        return self.planned - self.spent


class Allowed(NamedTuple):
    """What an audit finds: `vouched` by statements, `disallowed` of it, and `allowed` to be paid in all."""

    vouched: Decimal
    disallowed: Decimal
    allowed: Decimal


UNAPPROVED, EMBEZZLED, ZERO = "unapproved", "embezzled", Decimal(0)


def check_lines(lines: Sequence[Line], amount: Decimal, kinds: Collection[str]) -> None:
    """Refusals: LineKindUnknown, LineCodeTwice, BudgetNotWhole."""
    for line in lines:
        if line.kind not in kinds:
            raise LineKindUnknown(kind=line.kind, kinds=", ".join(kinds))
    codes = [line.code for line in lines]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise LineCodeTwice(code=twice[0])
    total = sum((line.approved for line in lines), ZERO)
    if total != amount:
        raise BudgetNotWhole(total=total, amount=amount)


def check_change(line: str, left: Decimal, amount: Decimal, *, is_within: bool) -> None:
    """`left`: what is left in the line that gives. Refusals: ChangeWithinLine, LineTooShort."""
    if is_within:
        raise ChangeWithinLine(line=line)
    if amount > left:
        raise LineTooShort(line=line, left=left, amount=amount)


def check_spent(line: str, figures: Figures, *, is_flagged: bool) -> None:
    """`figures` as they would be with what is stated now."""
    if figures.left < 0 and not is_flagged:
        raise SpentAboveLine(line=line, planned=figures.planned, spent=figures.spent)


def check_voucher(voucher: str, stated: Collection[str]) -> None:
    if voucher in stated:
        raise VoucherStatedAlready(voucher=voucher)


def superseded(by: int | None) -> StatementSuperseded | None:
    """Why nothing more is done to a statement that a newer one stands for."""
    return StatementSuperseded(by=by) if by else None


def check_disallowed(disallowed: Decimal, spent: Decimal) -> None:
    if disallowed > spent:
        raise DisallowedAboveSpent(disallowed=disallowed, spent=spent)


def already_flagged(flag: str, line: str) -> LineFlaggedAlready | None:
    return LineFlaggedAlready(line=line) if flag else None


def check_figures(submitted: Allowed, found: Allowed) -> None:
    if submitted != found:
        raise FiguresMoved(submitted=submitted.allowed, found=found.allowed)


def allowed_of(figures: Iterable[Figures], amount: Decimal) -> Allowed:
    """What is vouched less what is disallowed, at most the contract's amount."""
    rows = list(figures)
    vouched, disallowed = sum((row.spent for row in rows), ZERO), sum((row.disallowed for row in rows), ZERO)
    return Allowed(vouched, disallowed, min(amount, vouched - disallowed))


def execution(allowed: Decimal, amount: Decimal) -> Decimal:
    """Which share of the amount was spent as allowed: 77,000 of 80,000 are 0.9625."""
    return allowed / amount


def judged(
    moved: Decimal, amount: Decimal, bands: Sequence[Band], *, is_unapproved: bool, is_embezzled: bool
) -> Judgement:
    """How far money moved between lines lowers the factor. What was spent beside the budget without approval is 0, and
    where money was taken away the whole project is."""
    share = moved / amount
    if is_embezzled:
        return Judgement(share, EMBEZZLED, ZERO, ZERO, is_whole=True)
    if is_unapproved:
        return Judgement(share, UNAPPROVED, ZERO, ZERO)
    band = next(band for band in bands if share <= band.up_to)
    return Judgement(share, band.code, band.least, band.most)
