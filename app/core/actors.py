"""Who acts: one account in one membership. A person without an account is a resident."""

from dataclasses import dataclass
from enum import StrEnum


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
