"""Grades of a season's contractors by the local scheme: applied for, marked by three, announced, confirmed."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.memberships import new_membership
from app.accounts.queries import find_account
from app.accounts.service import disable_account, draft_account, enable_account
from app.assessments import service as assessments
from app.assessments.models import Assessment, AssessmentResult
from app.assessments.rules import Excluded
from app.contracts.models import Contract, Engagement
from app.contracts.rules import EngagementKind
from app.core.actors import Actor, Role
from app.core.errors import DomainError
from app.matching.ranking.records import area_prefix
from app.parties.models import Party
from app.parties.queries import require_party
from app.parties.rules import PartyKind
from app.ratings import service as ratings
from app.ratings.models import Rating
from app.season.cast import OPERATOR, district_of, organization, party_of, purchaser_of
from app.season.delivery.acting import FirmAbsent, dated, of_season
from app.season.delivery.lists import Entry, Listing, amount_or_nought, at, choice, day, day_of, line
from app.season.files import Faults, Season
from app.season.known import Known, take_faults
from app.season.room import Room, Sheet
from app.season.rooms.bids import ApplicantUnknown
from app.season.rooms.ratings import LOCAL
from app.season.rooms.sheets import lock_sheet
from app.season.schedule import Schedule
from app.season.steps import Step

GROUPS = {"purchaser": Role.purchaser, "served": Role.committee, "third_party": Role.evaluator}
NAMES = {"purchaser": "购买方评定人", "served": "服务对象评定人", "third_party": "第三方评定人"}
RATINGS = Listing(
    "ratings",
    ("organization", "scheme"),
    {
        "organization": line,
        "scheme": choice(LOCAL),
        "applied": day,
        **dict.fromkeys(GROUPS, amount_or_nought),
        "announced": day,
        "document": line,
        "confirmed": day,
        "source": line,
    },
    order=("applied", "announced", "confirmed"),
)


class RatedElsewhere(DomainError):
    """An organisation is graded by the bureau of its own district."""

    status = 422


def _steps(season: Season, _when: Schedule) -> Iterator[Step]:
    for column, hour, act in (("applied", 9, _apply), ("announced", 10, _announce), ("confirmed", 17, _confirm)):
        for on, rows in dated(RATINGS.read(season.tables), column):
            yield Step(f"ratings {column} {on}", at(on, hour), partial(act, rows=rows))


async def _apply(session: AsyncSession, season: Season, *, rows: Sequence[Entry]) -> None:
    office = await purchaser_of(session, season)
    for row in rows:
        applicant = organization(await party_of(session, season, row["organization"]))
        rating = await ratings.apply_for_rating(session, applicant, row["scheme"])
        await session.flush()
        await ratings.admit_rating(session, office, rating.id)


async def _announce(session: AsyncSession, season: Season, *, rows: Sequence[Entry]) -> None:
    """The three assessors are seated, mark and lock; what comes of it is announced. Their accounts are open so long."""
    office = await purchaser_of(session, season)
    assessors = {group: await _assessor(session, season, office, group) for group in GROUPS}
    for row in rows:
        rating = await _rating(session, season, row)
        assert rating.assessment_id is not None  # it was admitted when it was applied for
        for group, assessor in assessors.items():
            await assessments.seat_assessor(session, office, rating.assessment_id, group, assessor.account_id or 0)
            await session.flush()
            await assessments.declare_interest(session, assessor, rating.assessment_id, "")
        await assessments.collect_assessment(session, office, rating.assessment_id)
        for group, assessor in assessors.items():
            await lock_sheet(session, assessor, rating.assessment_id, str(row[group]))
        await assessments.compute_assessment(session, office, rating.assessment_id, Excluded())
        await ratings.announce_rating(session, office, rating.id)
    for assessor in assessors.values():
        await disable_account(session, OPERATOR, assessor.account_id or 0)


async def _confirm(session: AsyncSession, season: Season, *, rows: Sequence[Entry]) -> None:
    office = await purchaser_of(session, season)
    for row in rows:
        await ratings.confirm_rating(session, office, (await _rating(session, season, row)).id, row["document"])


async def _rating(session: AsyncSession, season: Season, row: Entry) -> Rating:
    party = await party_of(session, season, row["organization"])
    query = sa.select(Rating).where(Rating.party_id == party.id, Rating.scheme == row["scheme"])
    return (await session.scalars(query.order_by(Rating.id.desc()).limit(1))).one()


async def _assessor(session: AsyncSession, season: Season, office: Actor, group: str) -> Actor:
    """Somebody of the office, of a committee of its area, or of the firm, by an account without a password."""
    party = await _seat(session, season, office, group)
    username = f"rater-{party.id}"
    account = await find_account(session, username)
    if account is None:
        account = await draft_account(session, username, NAMES[group])
        session.add(await new_membership(session, account, GROUPS[group], party))
        await session.flush()
    else:
        await enable_account(session, OPERATOR, account.id)
    return Actor(account.id, GROUPS[group], party.id, office.area)


async def _seat(session: AsyncSession, season: Season, office: Actor, group: str) -> Party:
    """Refusal: FirmAbsent."""
    if group == "purchaser":
        return await require_party(session, office.party_id or 0)
    query = sa.select(Party).order_by(Party.id).limit(1)
    if group == "served":
        here = Party.kind == PartyKind.committee, Party.area_code.startswith(office.area, autoescape=True)
        return (await session.scalars(query.where(*here))).one()
    engaged = sa.select(Engagement.party_id).join(Contract).where(Engagement.kind == EngagementKind.evaluation)
    firm = await session.scalar(query.where(Party.id.in_(engaged.where(of_season(season.name)))))
    if firm is None:
        raise FirmAbsent(contract=season.name, kind=EngagementKind.evaluation.value)
    return firm


def _check(season: Season, _known: Known, faults: Faults) -> None:
    entries, area = RATINGS.check(season), area_prefix(district_of(season))
    places = {row["id"]: row["district_code"] for row in season.records("organizations")}
    for row in entries:
        place = places.get(row["organization"], area)
        if not place.startswith(area):
            row.refuse("organization", RatedElsewhere(organization=row["organization"], area=place))
        if row["organization"] not in season.competition.applicants:
            row.refuse("organization", ApplicantUnknown(applicant=row["organization"]))
    take_faults(RATINGS.file, entries, faults)


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    """Those of the season's contractors, each with the points of its last result."""
    rows = []
    for rating, party in await session.execute(_graded(name).order_by(Rating.id)):
        results = sa.select(AssessmentResult).where(AssessmentResult.assessment_id == rating.assessment_id)
        last = (await session.scalars(results.order_by(AssessmentResult.number.desc()).limit(1))).one()
        announced = await session.scalar(
            sa.select(Assessment.announced_at).where(Assessment.id == rating.assessment_id)
        )
        points = {group: f"{Decimal(last.groups[group][0]).normalize():f}" for group in GROUPS}
        days = {"applied": day_of(rating.applied_at), "announced": day_of(announced), "confirmed": rating.valid_from}
        said = {"organization": party.ref, "scheme": rating.scheme, "document": rating.source}
        rows.append({**said, **points, **days})
    return await RATINGS.sheet(session, name, rows)


def _graded(season: str) -> sa.Select[Rating, Party]:
    """Local grades that contractors of the season were given after they had signed."""
    query = sa.select(Rating, Party).join(Party, Party.id == Rating.party_id)
    signed = sa.select(sa.func.min(Contract.signed_at)).where(of_season(season)).scalar_subquery()
    own = Party.ref_scheme == season, Rating.scheme == LOCAL, Rating.grade != "", Rating.applied_at >= signed
    return query.where(*own, Rating.party_id.in_(sa.select(Contract.contractor_id).where(of_season(season))))


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    graded = _graded(season.name).with_only_columns(Rating.grade, sa.func.count()).group_by(Rating.grade)
    return {"ratings": dict(sorted((str(grade), count) for grade, count in await session.execute(graded)))}


ROOM = Room(steps=_steps, check_lists=RATINGS.note, check=_check, sheets=_sheets, summary=_summary)
