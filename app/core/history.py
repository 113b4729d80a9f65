"""What an edit changes, in a form that can be kept beside the thing that was edited."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.money import yuan


def differences(thing: object, values: Mapping[str, Any]) -> dict[str, Any]:
    """field → {"before", "after"} of every field in which `values` differ from `thing`, as JSON can hold it."""
    pairs = {field: (plain(getattr(thing, field)), plain(value)) for field, value in values.items()}
    return {field: {"before": before, "after": after} for field, (before, after) in pairs.items() if before != after}


def revise(thing: object, values: Mapping[str, Any]) -> dict[str, Any]:
    """Let `thing` hold `values`; returns the differences. Fields that stay as they are are not written."""
    changes = differences(thing, values)
    for field in changes:
        setattr(thing, field, values[field])
    return changes


def plain(value: Any) -> Any:
    """Amounts and days as text, collections as lists."""
    if isinstance(value, Decimal):
        return str(yuan(value))
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int) else list(value)
