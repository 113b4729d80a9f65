"""Money is a decimal number of yuan with two places; on the wire it says its currency."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.core.fields import Line

CENT = Decimal("0.01")
Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]


class Money(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"example": {"amount": "12000.00", "currency": "CNY"}}
    )

    amount: Amount
    currency: Annotated[str, Line(3, pattern="^CNY$")] = "CNY"

    @classmethod
    def of(cls, amount: Decimal | None) -> "Money | None":
        return None if amount is None else cls(amount=yuan(amount))


def yuan(amount: Decimal | int | str) -> Decimal:
    """Rounded half up to the cent, as invoices are."""
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)
