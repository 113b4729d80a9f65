"""Occasions of ratings and of the assessments that they come of: whoever is rated, and whoever is to mark."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.assessments.models import Assessment, AssessmentSeat
from app.assessments.queries import subjects_of
from app.desk.rules import Thing
from app.notifications.drafts import Draft, Occasion, parties
from app.parties.queries import party_names


class Rated(Protocol):
    @property
    def party_id(self) -> int: ...


async def to_rated(session: AsyncSession, event: str, rated: Rated) -> list[Draft]:
    name = (await party_names(session, {rated.party_id}))[rated.party_id]
    return [Draft(event, parties(rated.party_id), Thing.party, rated.party_id, name.zh, title_en=name.en)]


async def to_assessor(session: AsyncSession, event: str, seat: AssessmentSeat) -> list[Draft]:
    assessment = await session.get_one(Assessment, seat.assessment_id)
    name = (await subjects_of(session, [assessment]))[assessment.id]
    to = Membership.account_id == seat.account_id
    return [Draft(event, to, Thing.sheet, assessment.id, name.zh, title_en=name.en)]


OCCASIONS: Mapping[str, Occasion] = {
    "assessor.seated": to_assessor,
    "rating.declined": to_rated,
    "rating.announced": to_rated,
    "rating.confirmed": to_rated,
    "rating.lowered": to_rated,
    "rating.revoked": to_rated,
    "rating.rectified": to_rated,
    "rating.passed": to_rated,
    "rating.failed": to_rated,
}
