"""Applications by status, and what waits because of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.queries import areas_with_parents
from app.areas.rules import prefixes_above
from app.core.actors import Actor
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.parties.queries import offices_of
from app.parties.rules import PartyKind
from app.registrations.models import Registration
from app.registrations.policy import DECIDES, visible
from app.registrations.rules import OfficeMissing, RegistrationPending, RegistrationStatus


class RegistrationSeen(NamedTuple):
    """`path`: the district, street and community it comes from."""

    registration: Registration
    path: list[Area]


async def list_registrations(
    session: AsyncSession, actor: Actor, status: RegistrationStatus | None, paging: Paging
) -> Found[RegistrationSeen]:
    query = sa.select(Registration).where(visible(actor))
    if status:
        query = query.where(Registration.status == status)
    sorts = {"submitted_at": Registration.submitted_at, "name_zh": Registration.name_zh}
    found = await paginate(session, query, paging, id=Registration.id, sorts=sorts)
    return found.read_as(await seen(session, found.rows))


async def seen(session: AsyncSession, registrations: Sequence[Registration]) -> list[RegistrationSeen]:
    paths = await areas_with_parents(session, {each.area_code for each in registrations})
    return [RegistrationSeen(each, paths.get(each.area_code, [])) for each in registrations]


async def require_office(session: AsyncSession, area_code: str) -> None:
    """Refuse an area for which no bureau answers (OfficeMissing)."""
    above = [prefix.ljust(len(area_code), "0") for prefix in prefixes_above(area_code)]
    if not await offices_of(session, PartyKind.bureau, above):
        raise OfficeMissing()


async def check_none_open(session: AsyncSession, credit_code: str | None) -> None:
    """Refuse what the unique index would, by name (RegistrationPending)."""
    query = sa.select(Registration.id).where(
        Registration.credit_code == credit_code, Registration.status == RegistrationStatus.submitted
    )
    if credit_code and await session.scalar(query):
        raise RegistrationPending(credit_code=credit_code)


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Applications to decide, the oldest first."""
    if actor.role not in DECIDES:
        return []
    query = sa.select(Registration).where(visible(actor), Registration.status == RegistrationStatus.submitted)
    return [
        Waiting(
            "registrations", "admit", each.id, each.name_zh, None, None, "registration", each.id, title_en=each.name_en
        )
        for each in await session.scalars(query.order_by(Registration.id))
    ]
