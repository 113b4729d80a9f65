"""Refusals: named after the fact, carrying facts; their zh and en sentences stand in `app/refusals.toml`."""

from dataclasses import dataclass
from typing import Any, ClassVar


class DomainError(Exception):
    """A request that was understood and refused.

    `code` is the class name and stays stable; `facts` fill the sentences of the catalogue.
    `status` is the HTTP status the web layer answers with; `is_guess`: somebody named a secret that is none.
    """

    status: ClassVar[int] = 409
    is_guess: ClassVar[bool] = False
    registry: ClassVar[dict[str, type["DomainError"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        DomainError.registry[cls.__name__] = cls

    def __init__(self, **facts: Any) -> None:
        super().__init__(f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in facts.items())})")
        self.facts = facts

    @property
    def code(self) -> str:
        return type(self).__name__


class NotFound(DomainError):
    """Absent, or not this actor's to see: strangers cannot tell the two apart."""

    status = 404


class NotSignedIn(DomainError):
    status = 401


class Denied(DomainError):
    """Seen but not allowed; `reason` says which part of the policy refused."""

    status = 403


class MoveRefused(DomainError):
    """The state table has no such move from this state."""


class StaleVersion(DomainError):
    """Somebody else changed the object since it was read."""

    status = 412


class VersionRequired(DomainError):
    """An edit must say which version it edits (If-Match)."""

    status = 428


class AlreadyExists(DomainError):
    """The database's unique constraint `constraint` refused the row."""


class Impossible(DomainError):
    """The database's check `constraint` refused the row: such a state must never be."""

    status = 422


LISTED = 100  # causes, and rows of each: more nobody mends in one go
QUOTED = 3


class RowRefused:
    """One fault of one row of a file: which row (1-based, header included), which column, and why."""

    def __init__(self, row: int, column: str, error: DomainError) -> None:
        self.row, self.column, self.error = row, column, error


@dataclass
class Cause:
    """What is wrong in one column for the same reason, and in which rows."""

    column: str
    rows: list[int]
    errors: list[DomainError]

    @property
    def error(self) -> DomainError:
        """The refusal; of a fact in which the rows differ, the first few."""
        first, facts = self.errors[0], dict(self.errors[0].facts)
        for name in facts if len(self.errors) > 1 else ():
            values = list(dict.fromkeys(str(error.facts.get(name, "")) for error in self.errors))
            if len(values) > 1:
                facts[name] = [*values[:QUOTED], *(["…"] if len(values) > QUOTED else [])]
        return type(first)(**facts)


class RowsRefused(DomainError):
    """A file is taken whole or not at all; every fault is listed."""

    status = 422

    def __init__(self, rows: list[RowRefused]) -> None:
        super().__init__(count=len(rows))
        self.rows = rows

    def causes(self) -> list[Cause]:
        """The faults by column and reason, in the order in which they were found."""
        found: dict[tuple[str, str, str], Cause] = {}
        for fault in self.rows:
            key = fault.column, fault.error.code, str(fault.error.facts.get("reason"))
            cause = found.setdefault(key, Cause(fault.column, [], []))
            cause.rows.append(fault.row)
            cause.errors.append(fault.error)
        return list(found.values())


class Busy(DomainError):
    """The platform could not serve the request now; nothing was changed. `seconds` until it may be sent again."""

    status = 503
