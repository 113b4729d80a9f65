"""Sheets of assessments in the demonstration: points spread over what a group marks."""

from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import service as assessments
from app.assessments.models import Assessment
from app.assessments.rules import Given
from app.core.actors import Actor

BASIS = "查阅台账、现场走访"


async def lock_sheet(session: AsyncSession, assessor: Actor, assessment_id: int, total: str) -> None:
    """`total` spread over the indicators of the assessor's group as their maxima are, the rest on the first that has
    room; saved and locked."""
    terms = (await session.get_one(Assessment, assessment_id)).terms
    group = next(each.code for each in terms.groups if assessor.role in each.roles)
    maxima, left = terms.maxima(group), Decimal(total)
    share = left / terms.total
    marks = {code: (maximum * share) // terms.step * terms.step for code, maximum in maxima.items()}
    rest = left - sum(marks.values())
    for code, maximum in maxima.items():
        more = min(rest, maximum - marks[code])
        marks[code], rest = marks[code] + more, rest - more
    given = {code: Given(mark, BASIS) for code, mark in marks.items()}
    await assessments.save_assessment_sheet(session, assessor, assessment_id, given, 0)
    await session.flush()
    await assessments.lock_assessment_sheet(session, assessor, assessment_id)
