"""The money of a contract in instalments: how it is split, what an audit cuts off, what is paid when.

Every instalment waits for its gates, and all of them for what is allowed. Of a contract that ended before its time the
rest is one payment, which waits for the final audit alone: no other gate can open any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from app.core.errors import DomainError
from app.tenders.profiles.rules import Gate, InstalmentTerm

CENT = Decimal("0.01")
# The last payment of a contract that ended before its time.
SETTLEMENT, SETTLEMENT_ZH, SETTLEMENT_EN = "settlement", "终止结算款", "Settlement after termination"


class SharesNotWhole(DomainError):
    status = 422


class ShareNotPositive(DomainError):
    status = 422


class AmountTooSmall(DomainError):
    status = 422


class PaymentNotPositive(DomainError):
    status = 422


class PaymentBeforeGate(DomainError): ...


class PaymentAboveInstalment(DomainError): ...


class PaymentAboveAllowed(DomainError):
    """In all no more is paid than the signed final audit allows."""


class RefundAboveExcess(DomainError):
    """No more is paid back than was paid beyond what the final audit allows."""


class CompletionNotReached(DomainError): ...


@dataclass(frozen=True)
class Instalment:
    """`amount` in yuan, paid once every gate is met; `paid` so far; `cut`: what the final audit takes off it."""

    name: str
    amount: Decimal
    gates: tuple[Gate, ...]
    paid: Decimal = Decimal(0)
    cut: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return self.amount - self.paid - self.cut


def check_shares(shares: Sequence[Decimal]) -> None:
    for share in shares:
        if share <= 0:
            raise ShareNotPositive(share=share)
    if sum(shares) != 1:
        raise SharesNotWhole(total=sum(shares, Decimal(0)))


def split_instalments(amount: Decimal, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """`amount` in yuan by `shares` of 1, rounded down to the cent; the last takes the remainder.

    The parts always sum to the amount. Refused with SharesNotWhole, ShareNotPositive, or AmountTooSmall when
    an instalment would be nothing.
    """
    check_shares(shares)
    parts = [(amount * share).quantize(CENT, rounding=ROUND_DOWN) for share in shares[:-1]]
    parts.append(amount - sum(parts, Decimal(0)))
    if min(parts) <= 0:
        raise AmountTooSmall(amount=amount, instalments=len(parts))
    return tuple(parts)


def instalments(amount: Decimal, terms: Sequence[InstalmentTerm]) -> tuple[Instalment, ...]:
    """The instalments of a contract over `amount`, none paid yet."""
    parts = split_instalments(amount, [term.share for term in terms])
    return tuple(Instalment(term.name, part, term.gates) for term, part in zip(terms, parts, strict=True))


def cut_down(parts: Sequence[Instalment], allowed: Decimal | None) -> tuple[Instalment, ...]:
    """The instalments with what an audit does not allow taken off the last ones first; what is paid stays paid.

    Of 80,000 in 40,000 / 24,000 / 16,000 with 64,000 paid and 77,000 allowed, 13,000 are left of the last.
    """
    excess = sum((part.amount for part in parts), Decimal(0)) - allowed if allowed is not None else Decimal(0)
    found: list[Instalment] = []
    for part in reversed(parts):
        cut = min(excess, part.left)
        excess -= cut
        found.insert(0, replace(part, cut=cut))
    return tuple(found)


def settlement(parts: Sequence[Instalment], allowed: Decimal | None) -> Instalment:
    """What a contract that ended before its time comes to: all instalments as one, cut down to what is allowed.

    Of 80,000 with 40,000 paid and 52,500 allowed, 12,500 are left; with 38,000 allowed, nothing is.
    """
    amount = sum((part.amount for part in parts), Decimal(0))
    return cut_down([Instalment(SETTLEMENT, amount, (Gate.final_audit,), total_paid(parts))], allowed)[0]


def total_paid(parts: Sequence[Instalment]) -> Decimal:
    return sum((part.paid for part in parts), Decimal(0))


def excess(parts: Sequence[Instalment], allowed: Decimal | None) -> Decimal:
    """What was paid beyond what the final audit allows, and is to be paid back; before there is one, nothing."""
    return Decimal(0) if allowed is None else max(total_paid(parts) - allowed, Decimal(0))


def missing_gates(instalment: Instalment, met: Collection[Gate]) -> list[Gate]:
    return [gate for gate in instalment.gates if gate not in met]


def check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or amount <= 0:
        raise PaymentNotPositive(amount=amount)


def unpayable(amount: Decimal, instalment: Instalment, met: Collection[Gate]) -> DomainError | None:
    """Why `amount` is not paid now: never before every gate of the instalment is met, never more than is left of it,
    and never more than the final audit allows."""
    if missing := missing_gates(instalment, met):
        return PaymentBeforeGate(instalment=instalment.name, missing=", ".join(missing))
    if amount > instalment.left + instalment.cut:
        return PaymentAboveInstalment(instalment=instalment.name, amount=amount, left=instalment.left)
    if amount > instalment.left:
        return PaymentAboveAllowed(instalment=instalment.name, amount=amount, left=instalment.left)
    return None


def unreturnable(amount: Decimal, parts: Sequence[Instalment], allowed: Decimal | None) -> RefundAboveExcess | None:
    """Why `amount` is not taken as paid back."""
    owed = excess(parts, allowed)
    return RefundAboveExcess(amount=amount, excess=owed) if amount > owed else None


def incomplete(parts: Sequence[Instalment], met: Collection[Gate]) -> CompletionNotReached | None:
    """A contract is completed when every gate is met and every instalment is paid in full, as far as it is allowed."""
    missing = sorted({gate for part in parts for gate in missing_gates(part, met)})
    left = sum((part.left for part in parts), Decimal(0))
    return CompletionNotReached(missing=", ".join(missing) or "–", left=left) if missing or left else None
