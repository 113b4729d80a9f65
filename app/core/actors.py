"""Who acts: one account in one membership. A person without an account is a resident. And what is handed to them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from app.core.errors import Denied, NotFound

T = TypeVar("T")


class Role(StrEnum):
    resident = "resident"
    committee = "committee"
    street = "street"
    organization = "organization"
    purchaser = "purchaser"
    judge = "judge"
    evaluator = "evaluator"
    auditor = "auditor"
    admin = "admin"
    clock = "clock"


@dataclass(frozen=True)
class Actor:
    """`party_id` is the party the account acts for; `area` the code prefix it is responsible for ("" = none)."""

    account_id: int | None
    role: Role
    party_id: int | None = None
    area: str = ""

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None

    def covers(self, code: str) -> bool:
        """Whether an area code lies in what this actor is responsible for."""
        return self.area != "" and code.startswith(self.area)


RESIDENT = Actor(None, Role.resident)
CLOCK = Actor(None, Role.clock)
STAFF = frozenset(set(Role) - {Role.resident, Role.clock})
EVERYONE = frozenset(set(Role) - {Role.clock})
BUYS = frozenset({Role.purchaser})  # a bureau, for the area it is responsible for


def granted(thing: T | None, verb: str, denial: Callable[[T], str | None], **named: int | str) -> T:
    """The thing, handed out for `verb`: absent or unseen it is NotFound, with a reason against it Denied."""
    if thing is None:
        raise NotFound(**named)
    if reason := denial(thing):
        raise Denied(verb=verb, reason=reason)
    return thing
