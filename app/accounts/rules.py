"""Who may act for whom: accounts and their seats, sessions, and how a forgotten password is replaced."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from app.core.actors import Mandate, Role
from app.core.errors import DomainError
from app.parties.rules import LEVELS, PartyKind

PARTIES_OF = {
    Role.committee: {PartyKind.committee},
    Role.street: {PartyKind.street_office},
    Role.organization: {PartyKind.organization},
    Role.purchaser: {PartyKind.bureau},
    Role.evaluator: {PartyKind.firm, PartyKind.organization},
    Role.auditor: {PartyKind.firm},
}


class AccountState(StrEnum):
    active = "active"
    disabled = "disabled"


class ResetState(StrEnum):
    """none: this browser asks for nothing; approved: but not in effect yet."""

    none = "none"
    asked = "asked"
    approved = "approved"
    ready = "ready"
    used = "used"
    cancelled = "cancelled"
    expired = "expired"


# Known to everybody who reads the manual; such accounts open only where demonstration is switched on.
DEMONSTRATION_PASSWORD = "shuangxuan2018"  # noqa: S105

MOVES = {
    (AccountState.active, "disable"): AccountState.disabled,
    (AccountState.disabled, "enable"): AccountState.active,
    (AccountState.active, "invite_account"): AccountState.active,
    (AccountState.disabled, "invite_account"): AccountState.disabled,
}


class JudgeAccountUnknown(DomainError):
    """No account of a judge has this number."""

    status = 422


class UsernameTaken(DomainError):
    """Names are compared without regard to case and width."""


class RoleDoesNotFit(DomainError):
    """A role belongs to a party of the right kind, or to none (judges, administrators)."""

    status = 422


class CredentialsWrong(DomainError):
    """The same answer whether the name, the password or the state of the account is at fault."""

    status = 401


class TooManyTries(DomainError):
    """Signing in under this name or from this address has failed too often; `seconds` says when to try again."""

    status = 429


class SeatUnconfirmed(DomainError):
    """The password is right, but no colleague has confirmed yet that this person is one."""

    status = 403


class PasswordUnset(DomainError):
    """A seat can be confirmed only once its person has set a password: until then the link may be in other hands."""


class CodeWrong(DomainError):
    """No open request of this account has this code, or it is not this actor's to approve."""

    status = 404


class ResetNotReady(DomainError):
    """This browser may not set the password: not approved, not in effect yet, used, stopped or expired."""


class LinkUnknown(DomainError):
    """No such link, or it was used, replaced or has expired."""

    status = 404


class OwnAccount(DomainError):
    """Administrators cannot shut themselves out: the last one could not come back."""


class PasswordSet(DomainError):
    """An invitation is for somebody who has no password yet."""


class MandateDoesNotFit(DomainError):
    """Only in organisations do some people do less than others."""

    status = 422


class LastHead(DomainError):
    """Somebody of the organisation must be able to do everything."""


class OwnSeat(DomainError):
    """Nobody can end the membership in which they are acting, for the same reason."""


class SeatHeld(DomainError):
    """The account acts in this role for this party already."""


def responsibility(kind: PartyKind, prefix: str) -> str:
    """The area prefix that people of a party answer for: an office its own division, anybody else none ("")."""
    return prefix if kind in LEVELS else ""


def check_role(role: Role, kind: PartyKind | None) -> None:
    """Refuse a membership in which `role` would act for a party of another kind (RoleDoesNotFit)."""
    fits = kind in PARTIES_OF[role] if role in PARTIES_OF else kind is None and role in {Role.judge, Role.admin}
    if not fits:
        raise RoleDoesNotFit(role=role.value, kind=kind.value if kind else "-")


def check_mandate(mandate: Mandate, role: Role) -> None:
    """Refusal: MandateDoesNotFit."""
    if mandate is not Mandate.head and role is not Role.organization:
        raise MandateDoesNotFit(mandate=mandate.value, role=role.value)


def mandate_in(role: Role, mandate: Mandate) -> Mandate | None:
    """What somebody may do in an organisation's name; nothing is told of it where everybody may do everything."""
    return mandate if role is Role.organization else None


def check_heads(left: Sequence[Mandate]) -> None:
    """Refuse to leave people of an organisation without anybody who may do everything (LastHead)."""
    if left and Mandate.head not in left:
        raise LastHead()


# Staff leave a counter or a shared office computer: half an hour idle. Twelve hours outlast any working day.
IDLE, LIFETIME = timedelta(minutes=30), timedelta(hours=12)
# How exactly idleness is measured: a write per request would cost more than it tells.
SEEN_STEP = timedelta(minutes=1)


def token_hash(token: str) -> bytes:
    """What the database keeps of a session's token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).digest()


# A code is told on the telephone today; a link is handed over within the week; what is approved is used soon.
ASKED_FOR, LINK_FOR, USABLE_FOR = timedelta(days=1), timedelta(days=7), timedelta(days=3)
# Time for whoever still knows the password to sign in and stop what an administrator approved alone.
OBJECTION = timedelta(hours=24)
# Colleagues are told that a password was set anew until the slowest of them has been at the desk.
TOLD_FOR = timedelta(days=14)
# What a browser calls itself, in the order in which they must be looked for: most pretend to be another one as well.
BROWSERS = {
    "MicroMessenger": "微信 WeChat",
    "QQBrowser": "QQ",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "OpenHarmony": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


def device_of(user_agent: str) -> str:
    """A coarse word by which people know their own browser ("Chrome · Windows"); nothing else of it is kept."""
    words = [next((word for sign, word in known.items() if sign in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, words))


def hindrance(verb: str, *, is_own: bool, has_password: bool) -> DomainError | None:
    """What stands against `verb` on an account, beyond its state; None when nothing does."""
    if verb == "disable" and is_own:
        return OwnAccount()
    return PasswordSet() if verb == "invite_account" and has_password else None
