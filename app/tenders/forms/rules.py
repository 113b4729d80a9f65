"""Refusals of application forms and of what is written in them."""

from decimal import Decimal

from app.core.errors import DomainError, RowsRefused

LARGEST_LINE = Decimal(1_000_000_000)  # yuan: beyond it somebody has mistyped, and 200 lines still fit an amount


class PartRepeated(DomainError):
    """A form asks for a part once."""

    status = 422


class BudgetLinesNeeded(DomainError):
    """A form that asks for a budget asks for at least one line: their sum is the amount of the bid."""

    status = 422


class BudgetLineTooLarge(DomainError):
    status = 422


class BidIncomplete(RowsRefused):
    """Everything that keeps a bid from being handed in; `column` is the path of the field, `row` its line, from 1."""


class GapFault(DomainError):
    status = 422


class NotFilledIn(GapFault): ...


class NumberNotPositive(GapFault): ...


class TooFewLines(GapFault): ...
