"""Assessments of tests: planned by the bureau of Chenggong, of an organisation, by a scheme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import service
from app.assessments.models import Assessment, AssessmentSeat, AssessmentSheet
from app.assessments.queries import find_open, held_of
from app.assessments.rules import Excluded, Given, SubjectKind
from app.assessments.schemes import scheme
from app.core.actors import Actor, Role
from app.parties.models import Party
from app.parties.rules import PartyKind
from tests.factories.parties import actor_of, make_party

LOCAL, NATIONAL = "local_four_level", "national_5a"


@dataclass(frozen=True)
class Wanted:
    """What another room asks to have assessed."""

    about_id: int
    scheme: str = LOCAL

    @property
    def subject(self) -> tuple[SubjectKind, int]:
        return SubjectKind.party, self.about_id


@dataclass(frozen=True)
class Kept:
    """What another room keeps of an assessment."""

    assessment_id: int | None


async def bureau_of(session: AsyncSession) -> Actor:
    return Actor(None, Role.purchaser, (await make_party(session, PartyKind.bureau)).id, "530114")


async def make_assessment(
    session: AsyncSession, party: Party | None = None, office: Actor | None = None, name: str = LOCAL
) -> Assessment:
    """Planned; without a party of a new organisation, by a new bureau."""
    subject = party or await make_party(session)
    await service.plan_assessment(session, office or await bureau_of(session), Wanted(subject.id, name))
    await session.flush()
    found = await find_open(session, SubjectKind.party, subject.id, name)
    assert found
    return found


def office_of(assessment: Assessment) -> Actor:
    return Actor(None, Role.purchaser, assessment.party_id, "530114")


def about(assessment: Assessment) -> Actor:
    return Actor(None, Role.organization, assessment.about_id)


async def seat(
    session: AsyncSession, assessment: Assessment, group: str, *, assessor: Actor | None = None, declared: bool = True
) -> Actor:
    """Somebody of the first role of a group, who has declared that there is no interest."""
    terms = assessment.terms.group(group)
    assert terms
    who = assessor or await actor_of(session, terms.roles[0])
    assert who.account_id
    await service.seat_assessor(session, office_of(assessment), assessment.id, group, who.account_id)
    await session.flush()
    if declared:
        await service.declare_interest(session, who, assessment.id, "")
    await session.flush()
    return who


async def make_collecting(
    session: AsyncSession, seats: Sequence[str] = ("purchaser", "served", "third_party"), **facts: object
) -> tuple[Assessment, list[Actor]]:
    """One whose assessors, one for each of `seats`, may mark now."""
    assessment = await make_assessment(session, **facts)  # type: ignore[arg-type]
    who = [await seat(session, assessment, group) for group in seats]
    await service.collect_assessment(session, office_of(assessment), assessment.id)
    await session.flush()
    return assessment, who


def marks_of(total: Decimal | int | str, name: str = LOCAL, group: str = "third_party") -> dict[str, Given]:
    """Marks that add up to `total`, filled indicator by indicator."""
    left, marks = Decimal(total), dict[str, Given]()
    for code, maximum in scheme(name).maxima(group).items():
        marks[code] = Given(min(left, maximum), "")
        left -= marks[code].value
    return marks


async def lock(
    session: AsyncSession, assessment: Assessment, who: Actor, total: Decimal | int | str
) -> AssessmentSheet:
    """Save and lock the own sheet."""
    marks = marks_of(total, assessment.scheme, assessment.terms.groups[-1].code)
    await service.save_assessment_sheet(session, who, assessment.id, marks, 0)
    await session.flush()
    sheet = await service.lock_assessment_sheet(session, who, assessment.id)
    await session.flush()
    return sheet


async def make_drafted(session: AsyncSession, totals: Mapping[str, int | str], **facts: object) -> Assessment:
    """Every group gives what `totals` says; computed."""
    assessment, who = await make_collecting(session, tuple(totals), **facts)
    for each, total in zip(who, totals.values(), strict=True):
        await lock(session, assessment, each, total)
    await service.compute_assessment(session, office_of(assessment), assessment.id, Excluded())
    await session.flush()
    return assessment


async def seats_of(session: AsyncSession, assessment: Assessment) -> list[AssessmentSeat]:
    return [each.seat for each in await held_of(session, assessment.id)]
