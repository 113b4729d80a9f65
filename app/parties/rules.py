"""Who takes part: neighbourhood committees, street offices, bureaus, organisations and firms, and who may act for them.

Organisations come in three standings: registered legal persons, groups filed with the street office (备案), and those
who may apply without registration (residents' groups, student teams) or as a company, as the call for a project
competition allows.
"""

import hashlib
import re
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

from app.areas.rules import AreaLevel
from app.core.actors import Role
from app.core.bounds import FIRST_DAY, LAST_DAY
from app.core.errors import DomainError


class PartyKind(StrEnum):
    committee = "committee"
    street_office = "street_office"
    bureau = "bureau"
    organization = "organization"
    firm = "firm"


class LegalKind(StrEnum):
    social_service_agency = "social_service_agency"
    association = "association"
    foundation = "foundation"
    community_group_filed = "community_group_filed"
    resident_group = "resident_group"
    student_team = "student_team"
    company = "company"


class RatingA(StrEnum):
    """National grading of social organisations (社会组织评估管理办法, 民政部令39号), 5A best."""

    a1 = "1A"
    a2 = "2A"
    a3 = "3A"
    a4 = "4A"
    a5 = "5A"


class FourLevel(StrEnum):
    """Local grading in four levels: 优秀, 良好, 合格, 不合格."""

    excellent = "excellent"
    good = "good"
    qualified = "qualified"
    unqualified = "unqualified"


class Inspection(StrEnum):
    """Outcome of the annual inspection (年检): 合格, 基本合格, 不合格."""

    qualified = "qualified"
    basically_qualified = "basically_qualified"
    unqualified = "unqualified"


class PartyBuilding(StrEnum):
    """The organisation's Party work: own branch, joint branch, an instructor sent, or none yet."""

    own_branch = "own_branch"
    joint_branch = "joint_branch"
    instructor = "instructor"
    none = "none"


LEGAL_PERSONS = frozenset(
    {LegalKind.social_service_agency, LegalKind.association, LegalKind.foundation, LegalKind.company}
)
APPLICANTS = (LegalKind.resident_group, LegalKind.student_team, LegalKind.company)
LEVELS = {
    PartyKind.committee: {AreaLevel.community, AreaLevel.village},
    PartyKind.street_office: {AreaLevel.street},
    PartyKind.bureau: {AreaLevel.district, AreaLevel.city},
}
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


MOVES = {
    (AccountState.active, "disable"): AccountState.disabled,
    (AccountState.disabled, "enable"): AccountState.active,
}


class PartyUnknown(DomainError):
    """No party has this number or short code."""

    status = 422


class JudgeAccountUnknown(DomainError):
    """No account of a judge has this number."""

    status = 422


class LegalKindRequired(DomainError):
    """An organisation without a legal kind."""

    status = 422


class LegalKindMisplaced(DomainError):
    """A legal kind on a party that is no organisation."""

    status = 422


class ApplicantIsRegistered(DomainError):
    """Registered organisations come with their registration, not as unregistered applicants."""

    status = 422


class AreaDoesNotFit(DomainError):
    """A committee sits in a community or village, a street office in a street, a bureau in a district or city."""

    status = 422


class CreditCodeMalformed(DomainError):
    status = 422


class CreditCodeMisplaced(DomainError):
    """Groups without legal personality have no unified social credit code."""

    status = 422


class CreditCodeReal(DomainError):
    """A fictional party must not carry a code that could belong to somebody."""

    status = 422


class RoleDoesNotFit(DomainError):
    """A role is taken for a party of the right kind, or for none (judges, administrators)."""

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
    """A seat is confirmed when its person has set the password: before, the link may be in other hands."""


class CodeWrong(DomainError):
    """No open request of this account has this code, or it is not this actor's to approve."""

    status = 404


class ResetNotReady(DomainError):
    """This browser may not set the password: not approved, not in effect yet, used, stopped or expired."""


class LinkUnknown(DomainError):
    """No such link, or it was used, replaced or has expired."""

    status = 404


class OwnAccount(DomainError):
    """Nobody shuts out themselves: the last administrator could not come back."""


class OwnSeat(DomainError):
    """Nobody ends the membership in which they are acting, for the same reason."""


class SeatHeld(DomainError):
    """The account acts in this role for this party already."""


def responsibility(kind: PartyKind, prefix: str) -> str:
    """The area prefix that people of a party answer for: an office its own division, anybody else none ("")."""
    return prefix if kind in LEVELS else ""


def check_party(
    kind: PartyKind,
    *,
    level: AreaLevel | None,
    legal_kind: LegalKind | None,
    credit_code: str | None,
    is_fictional: bool,
) -> None:
    """Refuse a party that cannot be; `level` is that of its area, None without one.

    Refusals: LegalKindRequired, LegalKindMisplaced, AreaDoesNotFit, CreditCodeMisplaced, CreditCodeMalformed,
    CreditCodeReal.
    """
    if kind is PartyKind.organization and legal_kind is None:
        raise LegalKindRequired(allowed="、".join(LegalKind))
    if kind is not PartyKind.organization and legal_kind is not None:
        raise LegalKindMisplaced(kind=kind.value)
    if kind in LEVELS and level not in LEVELS[kind]:
        raise AreaDoesNotFit(kind=kind.value, level=level.value if level else "-")
    if credit_code is not None:
        is_legal_person = legal_kind in LEGAL_PERSONS or kind in {PartyKind.bureau, PartyKind.firm}
        check_credit_code(credit_code, is_legal_person=is_legal_person, is_fictional=is_fictional)


CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check_credit_code(code: str, *, is_legal_person: bool, is_fictional: bool) -> None:
    """Refusals: CreditCodeMisplaced, CreditCodeMalformed, CreditCodeReal (fictional, but could be somebody's)."""
    if not is_legal_person:
        raise CreditCodeMisplaced(credit_code=code)
    if len(code) != 18 or not code.isascii() or not code.isalnum() or code != code.upper():
        raise CreditCodeMalformed(credit_code=code)
    if is_fictional and is_credit_code(code):
        raise CreditCodeReal(credit_code=code)
    if not is_fictional and not is_credit_code(code):
        raise CreditCodeMalformed(credit_code=code)


def is_credit_code(code: str) -> bool:
    """Whether `code` is a unified social credit code with its check character (GB 32100-2015, annex A)."""
    if len(code) != 18 or any(sign not in CREDIT_SIGNS for sign in code):
        return False
    total = sum(CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return CREDIT_SIGNS.index(code[17]) == -total % 31


PERIOD = re.compile(r"(\d{4})[-./年](\d{1,2})月?\s*(?:至|到|–|—|-|~|to)\s*(\d{4})[-./年](\d{1,2})(?!\d)")


def rectification_period(text: str) -> tuple[date | None, date | None]:
    """First and last day of a period given in months ("2017-07至2018-06整改期"); (None, None) when none is named."""
    found = PERIOD.search(text)
    if not found:
        return None, None
    from_year, from_month, to_year, to_month = map(int, found.groups())
    if not (1 <= from_month <= 12 and 1 <= to_month <= 12 and (from_year, from_month) <= (to_year, to_month)):
        return None, None
    if not FIRST_DAY.year <= from_year <= to_year <= LAST_DAY.year:
        return None, None
    return date(from_year, from_month, 1), date(to_year, to_month, monthrange(to_year, to_month)[1])


def is_in_rectification(note: str | None, start: date | None, until: date | None, on: date) -> bool:
    """Whether an organisation is in rectification (整改) on a day; a note without dates holds until it is lifted."""
    return note is not None and (start is None or start <= on) and (until is None or on <= until)


def check_role(role: Role, kind: PartyKind | None) -> None:
    """Refuse a membership in which `role` would act for a party of another kind (RoleDoesNotFit)."""
    fits = kind in PARTIES_OF[role] if role in PARTIES_OF else kind is None and role in {Role.judge, Role.admin}
    if not fits:
        raise RoleDoesNotFit(role=role.value, kind=kind.value if kind else "-")


# Staff leave a counter or a shared office computer: half an hour idle. Twelve hours outlast any working day.
IDLE, LIFETIME = timedelta(minutes=30), timedelta(hours=12)
# How exactly idleness is measured: a write per request would cost more than it tells.
SEEN_STEP = timedelta(minutes=1)


def token_hash(token: str) -> bytes:
    """What the database keeps of a session's token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).digest()


def link_of(secret: str) -> str:
    """Where a one-time link leads, without the name of a host; what follows # no server and no log gets to see."""
    return f"/set-password#{secret}"


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
