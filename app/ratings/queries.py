"""Who is rated how, who votes, and where a grade is in danger."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.models import Assessment
from app.assessments.queries import is_seen
from app.contracts.models import Contract
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.paging import Found, Paging, paginate
from app.core.waiting import Waiting
from app.findings.models import Finding
from app.findings.rules import FindingStatus
from app.parties.models import Party
from app.parties.queries import PartyName, party_names
from app.ratings.models import Rating, RatingBallot, RatingMember
from app.ratings.policy import of_office, visible
from app.ratings.rules import Past, RatingStatus
from app.ratings.terms import document
from app.records.queries import standing_records


class Cast(NamedTuple):
    member: RatingMember
    ballot: RatingBallot


class Danger(StrEnum):
    """Why a grade may not last: overdue answers to findings, a correction that runs out, the end of its time."""

    overdue_findings = "overdue_findings"
    open_correction = "open_correction"
    expiring = "expiring"


class Warned(NamedTuple):
    party_id: int
    danger: Danger
    things: int
    due_on: date | None


@dataclass(frozen=True)
class RatingPage:
    """A rating with its assessment (None: not admitted yet), the committee of its office when it was announced, and the
    votes on its last result; `is_linked`: the reader sees the assessment, too."""

    rating: Rating
    party: PartyName
    assessment: Assessment | None
    members: list[RatingMember]
    cast: list[Cast]
    is_linked: bool


async def past_of(session: AsyncSession, party_id: int) -> list[Past]:
    records = await standing_records(session, party_id)
    return [Past(each.kind, each.value, each.valid_from, each.valid_until) for each in records]


async def find_open(session: AsyncSession, party_id: int, scheme: str) -> Rating | None:
    query = sa.select(Rating).where(Rating.party_id == party_id, Rating.scheme == scheme)
    return await session.scalar(query.where(Rating.status.in_((RatingStatus.applied, RatingStatus.admitted))))


async def list_ratings(session: AsyncSession, actor: Actor, party_id: int | None, paging: Paging) -> Found[Rating]:
    """Of one organisation, or of all."""
    query = sa.select(Rating).where(visible(actor))
    if party_id is not None:
        query = query.where(Rating.party_id == party_id)
    return await paginate(session, query, paging, id=Rating.id, sorts={"applied_at": Rating.applied_at})


async def members_of(session: AsyncSession, office_id: int | None, today: date) -> list[RatingMember]:
    """The committee of an office today, by name."""
    member = RatingMember
    query = sa.select(member).where(member.party_id == office_id, member.from_on <= today, member.until_on >= today)
    return list(await session.scalars(query.order_by(member.name, member.id)))


async def list_members(session: AsyncSession, actor: Actor) -> list[RatingMember]:
    return list(await session.scalars(sa.select(RatingMember).where(of_office(actor)).order_by(RatingMember.id)))


async def ballots_of(session: AsyncSession, rating: Rating, number: int) -> list[Cast]:
    """The votes on one result, as they were cast."""
    query = sa.select(RatingMember, RatingBallot).join(RatingBallot, RatingBallot.member_id == RatingMember.id)
    here = RatingBallot.rating_id == rating.id, RatingBallot.number == number
    return [Cast(*row) for row in await session.execute(query.where(*here).order_by(RatingBallot.id))]


async def rating_page(session: AsyncSession, actor: Actor, rating: Rating) -> RatingPage:
    found = await session.get(Assessment, rating.assessment_id) if rating.assessment_id else None
    decided_at = found.announced_at if found and found.announced_at else await now(session)
    members = await members_of(session, rating.office_id, shanghai_date(decided_at))
    cast = await ballots_of(session, rating, found.number) if found else []
    names = await party_names(session, {rating.party_id})
    is_linked = found is not None and await is_seen(session, actor, found.id)
    return RatingPage(rating, names[rating.party_id], found, members, cast, is_linked)


async def warnings(session: AsyncSession, actor: Actor) -> list[Warned]:
    """Of the organisations of the office's area: what may cost them their grade, before it does."""
    today = shanghai_date(await now(session))
    late = sa.select(Contract.contractor_id, sa.func.count(), sa.func.min(Finding.due_on)).join(
        Finding, Finding.contract_id == Contract.id
    )
    late = late.where(Finding.status == FindingStatus.open, Finding.due_on < today).where(
        Contract.purchaser_id == actor.party_id
    )
    found = [
        Warned(party, Danger.overdue_findings, count, due)
        for party, count, due in await session.execute(late.group_by(Contract.contractor_id))
    ]
    soon = today + timedelta(days=document()["early_warning"]["expires_within_days"])
    held = sa.select(Rating).where(Rating.office_id == actor.party_id)
    ending = held.where(Rating.status == RatingStatus.confirmed, Rating.valid_until.between(today, soon))
    found += [Warned(r.party_id, Danger.expiring, 1, r.valid_until) for r in await session.scalars(ending)]
    running = held.where(Rating.status.in_((RatingStatus.rectifying, RatingStatus.suspended)))
    found += [Warned(r.party_id, Danger.open_correction, 1, r.due_on) for r in await session.scalars(running)]
    return sorted(found, key=lambda each: (each.due_on or date.max, each.party_id, each.danger))


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """The office: applications to admit, corrections whose time is up. The organisation: a plate to bring back."""
    if actor.role is not Role.purchaser:
        return []
    applied = sa.select(Rating).where(visible(actor), Rating.status == RatingStatus.applied).order_by(Rating.id)
    found = list(await session.scalars(applied))
    today = shanghai_date(at)
    running = Rating.status.in_((RatingStatus.rectifying, RatingStatus.suspended)), Rating.due_on < today
    over = list(await session.scalars(sa.select(Rating).where(Rating.office_id == actor.party_id, *running)))
    names = await party_names(session, {each.party_id for each in (*found, *over)})
    return [
        *(_waits("admit", each, names) for each in found),
        *(_waits("pass", each, names) for each in over),
    ]


def _waits(verb: str, rating: Rating, names: dict[int, PartyName]) -> Waiting:
    name, due_at = names[rating.party_id], end_of_day(rating.due_on) if rating.due_on else None
    return Waiting("ratings", verb, rating.id, name.zh, due_at, None, "rating", rating.id, title_en=name.en)


async def party_of(session: AsyncSession, party_id: int) -> Party:
    return await session.get_one(Party, party_id)
