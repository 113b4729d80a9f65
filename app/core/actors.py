"""Who acts: one account in one membership. A person without an account is a resident. And what is handed to them."""

from collections.abc import Callable, Collection
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


class Mandate(StrEnum):
    """What one of several people of an organisation may do in its name: 负责人, 经办人, 查阅人."""

    head = "head"
    editor = "editor"
    reader = "reader"


ORDER = (Mandate.reader, Mandate.editor, Mandate.head)
# Verb → the least mandate it takes; what binds the organisation, and whatever is not named here, is for heads alone.
# `edit` stands for all that begin with it (`edit_bid`), unless they are named.
LEAST = {
    # Reading, and what somebody does with their own account.
    "read": Mandate.reader,
    "list": Mandate.reader,
    "export": Mandate.reader,
    "rank": Mandate.reader,
    "compare": Mandate.reader,
    "suggest": Mandate.reader,  # services and groups for a text; nothing comes of it
    "switch": Mandate.reader,
    "change_password": Mandate.reader,
    "end_session": Mandate.reader,
    "end_other_sessions": Mandate.reader,
    "end_membership": Mandate.reader,  # one's own; a colleague's is for heads
    "cancel_reset": Mandate.reader,
    "open_notification": Mandate.reader,
    "open_notifications": Mandate.reader,
    "set_mailbox": Mandate.reader,
    "confirm_mailbox": Mandate.reader,
    "remove_mailbox": Mandate.reader,
    "stop": Mandate.reader,  # long work of one's own
    # What prepares and does the work. An offer binds nobody until a pair is confirmed; withdrawn it is gone for good.
    "draft": Mandate.editor,
    "edit": Mandate.editor,
    "edit_party": Mandate.head,  # its bank account is where it is paid
    "import": Mandate.editor,
    "attach": Mandate.editor,
    "remove": Mandate.editor,
    "publish": Mandate.editor,
    "pause": Mandate.editor,
    "resume": Mandate.editor,
    "ask": Mandate.editor,
    "start": Mandate.editor,
    "report": Mandate.editor,
    "state": Mandate.editor,
    "restate": Mandate.editor,
    "plan": Mandate.editor,
    "sign_in": Mandate.editor,
    "enter_list": Mandate.editor,
    "enter_feedback": Mandate.editor,
    "conclude": Mandate.editor,
}


def least(verb: str) -> Mandate:
    """The least mandate that `verb`, or an operation that begins with it, takes."""
    words = verb.split("_")
    named = (LEAST.get("_".join(words[:count])) for count in range(len(words), 0, -1))
    return next(filter(None, named), Mandate.head)


def covers(mandate: Mandate, verb: str) -> bool:
    return ORDER.index(mandate) >= ORDER.index(least(verb))


@dataclass(frozen=True)
class Actor:
    """`party_id` is the party the account acts for; `area` the code prefix it is responsible for ("" = none);
    `mandate` what it may do in the party's name, `heads` the names of those who may do everything, where it may not."""

    account_id: int | None
    role: Role
    party_id: int | None = None
    area: str = ""
    mandate: Mandate = Mandate.head
    heads: tuple[str, ...] = ()

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None

    def may(self, verb: str, roles: Collection[Role]) -> bool:
        """Whether this actor is of one of the `roles` that may do `verb`, and their mandate extends to it."""
        return self.role in roles and covers(self.mandate, verb)

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
