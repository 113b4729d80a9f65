"""Grades in every phase, for the demonstration: one given, one voted on, and what waits for office and assessors; and
who was drawn to be inspected this year."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import service as assessments
from app.assessments.rules import Excluded, Given
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.inspections.service import draw_inspections
from app.parties.models import Party
from app.parties.rules import LegalKind
from app.ratings import service as ratings
from app.ratings.models import Rating
from app.ratings.rules import Ballot, last_inspected
from app.records.rules import Fact, RecordKind
from app.records.service import enter_record
from app.season.rooms.sheets import BASIS, lock_sheet

LOCAL, NATIONAL = "local_four_level", "national_5a"
MOST_RATED = 6  # one for each state
MEMBERS = ("王建国", "李秀英", "张伟", "刘芳", "陈静", "杨帆", "赵敏")
SOURCE = "等级评定决定书（演示）"


class Cast(NamedTuple):
    """The demonstration accounts that take part."""

    office: Actor
    committee: Actor
    evaluator: Actor
    judge: Actor

    def assessors(self, scheme: str) -> list[tuple[str, Actor]]:
        if scheme == NATIONAL:
            return [("experts", self.judge), ("experts", self.evaluator)]
        return [("purchaser", self.office), ("served", self.committee), ("third_party", self.evaluator)]


async def rated_organizations(session: AsyncSession, office: Actor, but: int | None) -> list[Party]:
    """Registered ones of the district, oldest number first; not the one that the demonstration account acts for."""
    query = sa.select(Party).where(Party.legal_kind == LegalKind.social_service_agency, Party.founded < "2018")
    query = query.where(Party.area_code.startswith(office.area), Party.id != but).order_by(Party.id)
    return list(await session.scalars(query.limit(MOST_RATED)))


async def give_grade(session: AsyncSession, cast: Cast, party: Party) -> None:
    """Announced; that it is confirmed comes when its notice has ended."""
    rating = await _marked(session, cast, party, LOCAL, ("84", "88", "86.5"))
    await ratings.announce_rating(session, cast.office, rating.id)


async def confirm_grade(session: AsyncSession, cast: Cast, party: Party) -> None:
    query = sa.select(Rating.id).where(Rating.party_id == party.id, Rating.scheme == LOCAL)
    await ratings.confirm_rating(session, cast.office, (await session.scalars(query)).one(), SOURCE)


async def rate_others(session: AsyncSession, cast: Cast, own: Party, parties: Sequence[Party]) -> None:
    """What is alive: a sheet begun, one to declare for, one to compute, a review, votes, an application. In a season of
    few organisations nothing is."""
    if len(parties) < MOST_RATED:
        return
    being_marked, to_compute, reviewed, voted, planned, applied = own, *parties[1:MOST_RATED]
    rating = await _collecting(session, cast, being_marked, LOCAL, declared=(cast.office, cast.evaluator))
    await lock_sheet(session, cast.office, _id(rating), "82")
    half = {"delivery.outputs": Given(Decimal(21), BASIS), "delivery.quality": Given(Decimal("20.5"), "")}
    await assessments.save_assessment_sheet(session, cast.evaluator, _id(rating), half, 0)
    await _marked(session, cast, to_compute, LOCAL, ("91", "90", "93.5"), is_computed=False)
    objected = await _marked(session, cast, reviewed, LOCAL, ("66", "58", "55.5"))
    await ratings.announce_rating(session, cast.office, objected.id)
    said = "满意度一项只计了第一轮问卷，请补计第二轮。"
    await assessments.object_to_assessment(session, _of(reviewed), _id(objected), said)
    await _vote(session, cast, voted)
    await ratings.admit_rating(session, cast.office, (await ratings.apply_for_rating(session, _of(planned), LOCAL)).id)
    await ratings.apply_for_rating(session, _of(applied), LOCAL)
    await draw_inspections(session, cast.office, seed="demonstration")


async def _vote(session: AsyncSession, cast: Cast, party: Party) -> None:
    """A national grade on which three of seven have voted."""
    year = last_inspected(shanghai_date(await now(session)))
    days = {"valid_from": date(year, 1, 1), "valid_until": date(year, 12, 31)}
    issued = {"issuer": "昆明市呈贡区民政局", "source": "年度检查结论通知书（演示）"}
    await enter_record(session, cast.office, party.id, Fact(RecordKind.inspection, "qualified", **issued, **days))  # type: ignore[arg-type]
    members = [await ratings.appoint_member(session, cast.office, name, None) for name in MEMBERS]
    rating = await _marked(session, cast, party, NATIONAL, ("918", "926"))
    for member, choice in zip(members, (Ballot.aye, Ballot.aye, Ballot.nay), strict=False):
        await ratings.vote_on_rating(session, cast.office, rating.id, member.id, choice)


async def _collecting(
    session: AsyncSession, cast: Cast, party: Party, scheme: str, declared: Sequence[Actor] = ()
) -> Rating:
    """Applied for, taken up, assessors seated; `declared`: who has said there is no interest (nobody: all have)."""
    rating = await ratings.apply_for_rating(session, _of(party), scheme)
    await session.flush()
    await ratings.admit_rating(session, cast.office, rating.id)
    for group, assessor in cast.assessors(scheme):
        await assessments.seat_assessor(session, cast.office, _id(rating), group, assessor.account_id or 0)
        if not declared or assessor in declared:
            await session.flush()
            await assessments.declare_interest(session, assessor, _id(rating), "")
    await assessments.collect_assessment(session, cast.office, _id(rating))
    return rating


async def _marked(
    session: AsyncSession, cast: Cast, party: Party, scheme: str, totals: Sequence[str], *, is_computed: bool = True
) -> Rating:
    rating = await _collecting(session, cast, party, scheme)
    for (_, assessor), total in zip(cast.assessors(scheme), totals, strict=True):
        await lock_sheet(session, assessor, _id(rating), total)
    if is_computed:
        await assessments.compute_assessment(session, cast.office, _id(rating), Excluded())
    return rating


def _of(party: Party) -> Actor:
    return Actor(None, Role.organization, party.id)


def _id(rating: Rating) -> int:
    assert rating.assessment_id is not None  # it was taken up
    return rating.assessment_id
