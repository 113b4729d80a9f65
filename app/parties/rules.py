"""Who takes part: neighbourhood committees, street offices, bureaus, organisations and firms.

There are three kinds of organisations: registered legal persons, groups filed with the street office (备案), and those
who may apply without registration (residents' groups, student teams) or as a company, as the call for a project
competition allows.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.areas.rules import AreaLevel
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


LEGAL_PERSONS = frozenset(
    {LegalKind.social_service_agency, LegalKind.association, LegalKind.foundation, LegalKind.company}
)
REGISTERED = LEGAL_PERSONS - {LegalKind.company}  # with civil affairs, as social organisations
# Groups that street offices know: filed with them (备案), or of residents.
KNOWN_TO_STREETS = frozenset({LegalKind.community_group_filed, LegalKind.resident_group})
APPLICANTS = (LegalKind.resident_group, LegalKind.student_team, LegalKind.company)
LEVELS = {
    PartyKind.committee: {AreaLevel.community, AreaLevel.village},
    PartyKind.street_office: {AreaLevel.street},
    PartyKind.bureau: {AreaLevel.district, AreaLevel.city},
}


class PartyUnknown(DomainError):
    """No party has this number or short code."""

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


class PartyRefTaken(DomainError):
    """Another party of this scheme has the short code."""


class CreditCodeTaken(DomainError):
    """Another party is registered under this unified social credit code."""


class OrganizationExists(DomainError):
    """An organisation of this name takes part already."""


class OfficeExists(DomainError):
    """The area already has its committee or street office."""


@dataclass(frozen=True)
class Newcomer:
    """What an organisation says of itself that asks to take part."""

    name_zh: str
    name_en: str
    area_code: str
    legal_kind: LegalKind
    credit_code: str | None
    introduction: str
    domain_codes: list[str]


@dataclass
class Admission:
    """A newcomer that was let in, with the person who acts for it first. What follows from it fills in `party_id` and
    the `secret` of that person's one-time link."""

    newcomer: Newcomer
    username: str
    display_name: str
    party_id: int | None = None
    secret: str = ""


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
