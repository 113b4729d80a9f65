"""Who takes part: neighbourhood committees, street offices, bureaus, organisations and firms, and who may act for them.

Organisations come in three standings: registered legal persons, groups filed with the street office (备案), and those
who may apply without registration (residents' groups, student teams) or as a company, as the call for a project
competition allows.
"""

from enum import StrEnum

from app.areas.rules import AreaLevel
from app.core.actors import Role


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


def responsibility(kind: PartyKind, prefix: str) -> str:
    """The area prefix that people of a party answer for: an office its own division, anybody else none ("")."""
    return prefix if kind in LEVELS else ""
