"""Ratings from the application to the record, and back: refused before a bar ends, without votes, and twice."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments import service as assessments
from app.assessments.models import Assessment
from app.assessments.rules import AssessmentStatus, NoticeRunning
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import now
from app.core.days.calendar import SHANGHAI, shanghai_date
from app.core.errors import Denied, MoveRefused, NotFound
from app.core.problems import sentences
from app.main import create_app
from app.parties.models import Party
from app.ratings import queries, service
from app.ratings.models import Rating, RatingBallot
from app.ratings.policy import page_actions
from app.ratings.rules import (
    AyesMissing,
    Ballot,
    BallotCast,
    GradeStands,
    MemberInvolved,
    NoVoteAsked,
    QuorumMissing,
    RatingOpen,
    RatingStatus,
)
from app.records.queries import registers, standing_records
from app.records.rules import RatingBarred, RecordKind
from tests.factories.notices import set_clock
from tests.factories.parties import make_party
from tests.factories.ratings import (
    LOCAL,
    NATIONAL,
    RULED,
    applicant,
    confirmed,
    make_admitted,
    make_announced,
    make_drafted,
    make_member,
    office_of,
)
from tests.factories.records import make_record

pytestmark = pytest.mark.anyio
assert create_app  # with it stands what follows from what


async def grades(session: AsyncSession, rating: Rating) -> tuple[str | None, str | None]:
    register = (await registers(session, [rating.party_id], shanghai_date(await now(session))))[rating.party_id]
    return register.rating_a, register.rating_four_level


async def test_a_confirmed_grade_becomes_a_record_that_matching_and_tenders_read(session: AsyncSession) -> None:
    rating = await make_announced(session, 87)
    with pytest.raises(NoticeRunning):
        await service.confirm_rating(session, office_of(rating), rating.id, "呈民发〔2026〕20号")
    await confirmed(session, rating)
    assert (rating.status, rating.grade, rating.valid_from) == (RatingStatus.confirmed, "good", date(2026, 11, 28))
    assert rating.valid_until == date(2029, 11, 27)
    assert await grades(session, rating) == (None, "good")
    assessment = await session.get_one(Assessment, rating.assessment_id)
    assert assessment.status is AssessmentStatus.confirmed


async def test_a_grade_ends_what_a_roster_said_without_a_source(session: AsyncSession) -> None:
    rating = await make_announced(session, 87)
    party = await session.get_one(Party, rating.party_id)
    await make_record(session, party, RecordKind.rating_four_level, value="qualified", valid_from=date(2015, 1, 1))
    await confirmed(session, rating)
    standing = {each.value: each.valid_until for each in await standing_records(session, party.id)}
    assert standing == {"qualified": date(2026, 11, 27), "good": date(2029, 11, 27)}


async def test_an_organisation_applies_once_and_not_before_its_bar_ends(session: AsyncSession) -> None:
    party = await make_party(session)
    who = applicant(party)
    bar = {"value": "lowered", "valid_from": date(2025, 6, 1), "valid_until": date(2027, 5, 31)}
    await make_record(session, party, RecordKind.rating_bar, **bar)
    with pytest.raises(RatingBarred) as refusal:
        await service.apply_for_rating(session, who, "local_four_level")
    assert "2027年5月31日" in sentences(refusal.value)["zh"] and "31 May 2027" in sentences(refusal.value)["en"]
    assert (await session.scalars(sa.select(Rating))).all() == []
    with pytest.raises(DBAPIError, match="bars the next one"):
        async with session.begin_nested():
            session.add(Rating(party_id=party.id, scheme=NATIONAL, years=5, applied_at=await now(session)))
    await set_clock(session, datetime(2027, 6, 1, 9, tzinfo=SHANGHAI))
    await service.apply_for_rating(session, who, "local_four_level")
    await session.flush()
    with pytest.raises(RatingOpen):
        await service.apply_for_rating(session, who, "local_four_level")


async def test_where_an_assessment_was_given_up_the_application_is_declined_and_one_applies_anew(
    session: AsyncSession,
) -> None:
    rating = await make_admitted(session)
    office, at = office_of(rating), await now(session)
    assessment = await session.get_one(Assessment, rating.assessment_id)
    with pytest.raises(MoveRefused):
        await service.decline_rating(session, office, rating.id, "无人评估")
    assert "decline" not in page_actions(office, rating, assessment, at)
    await assessments.cancel_assessment(session, office, assessment.id, "无人评估")
    assert page_actions(office, rating, assessment, at) == ["decline"]
    await service.decline_rating(session, office, rating.id, "无人评估")
    again = await service.apply_for_rating(session, applicant(await session.get_one(Party, rating.party_id)), LOCAL)
    await session.flush()
    assert (rating.status, again.status) == (RatingStatus.declined, RatingStatus.applied)


async def test_a_national_grade_takes_two_thirds_present_and_half_of_all_members(session: AsyncSession) -> None:
    rating, members = await make_drafted(session, 920, members=15)
    office = office_of(rating)
    for each in members[:9]:
        await service.vote_on_rating(session, office, rating.id, each.id, Ballot.aye)
    with pytest.raises(QuorumMissing):
        await service.announce_rating(session, office, rating.id)
    await service.vote_on_rating(session, office, rating.id, members[9].id, Ballot.nay)
    await service.announce_rating(session, office, rating.id)
    await confirmed(session, rating)
    assert (rating.grade, rating.valid_until) == ("4A", date(2031, 11, 27))
    assert await grades(session, rating) == ("4A", None)


async def test_a_member_votes_once_and_not_on_the_own_employer(session: AsyncSession) -> None:
    rating, (first, second, *_) = await make_drafted(session, 920, members=15)
    office = office_of(rating)
    await service.vote_on_rating(session, office, rating.id, first.id, Ballot.nay)
    with pytest.raises(BallotCast) as refusal:
        await service.vote_on_rating(session, office, rating.id, first.id, Ballot.aye)
    assert first.name in sentences(refusal.value)["zh"] and first.name in sentences(refusal.value)["en"]
    assert [each.ballot.choice for each in await queries.ballots_of(session, rating, 1)] == [Ballot.nay]
    involved = await make_member(session, office, "在职委员", rating.party_id)
    with pytest.raises(MemberInvolved):
        await service.vote_on_rating(session, office, rating.id, involved.id, Ballot.aye)
    twice = RatingBallot(
        rating_id=rating.id, number=1, member_id=first.id, choice=Ballot.aye, cast_at=await now(session)
    )
    with pytest.raises(IntegrityError, match="uq_rating_ballots"):
        async with session.begin_nested():
            session.add(twice)
    assert second.id


async def test_the_database_refuses_a_national_grade_without_its_votes(session: AsyncSession) -> None:
    rating, members = await make_drafted(session, 920, members=15)
    for each in members[:10]:
        ballot = RatingBallot(rating_id=rating.id, number=1, member_id=each.id, choice=Ballot.nay)
        ballot.cast_at = await now(session)
        session.add(ballot)
    await session.flush()
    with pytest.raises(AyesMissing):
        await service.announce_rating(session, office_of(rating), rating.id)
    with pytest.raises(DBAPIError, match="half of all members agree"):
        async with session.begin_nested():
            rating.status, rating.grade, rating.valid_from = RatingStatus.confirmed, "4A", date(2026, 11, 28)


async def test_a_local_grade_takes_no_vote(session: AsyncSession) -> None:
    rating, _ = await make_drafted(session, 87, scheme="local_four_level", members=1)
    (member,) = await queries.members_of(session, rating.office_id, date(2026, 11, 20))
    with pytest.raises(NoVoteAsked):
        await service.vote_on_rating(session, office_of(rating), rating.id, member.id, Ballot.aye)


async def test_a_lowered_grade_bars_and_its_plate_goes_back(session: AsyncSession) -> None:
    rating = await confirmed(session, await make_announced(session, 920, scheme=NATIONAL))
    await set_clock(session, datetime(2028, 6, 1, 9, tzinfo=SHANGHAI))
    await service.lower_rating(session, office_of(rating), rating.id, "呈民发〔2028〕3号", "年度检查不合格")
    await session.flush()
    assert (rating.status, rating.grade, rating.plate_due_on) == (RatingStatus.lowered, "3A", date(2028, 6, 16))
    assert await grades(session, rating) == ("3A", None)
    records = {each.kind: each for each in await standing_records(session, rating.party_id)}
    assert records[RecordKind.rating_bar].valid_until == date(2030, 5, 31)
    told = [
        (each.value, each.valid_from, each.valid_until) for each in await standing_records(session, rating.party_id)
    ]
    assert ("4A", date(2026, 11, 28), date(2028, 5, 31)) in told
    await service.return_plate(session, office_of(rating), rating.id)
    assert rating.plate_returned_on == date(2028, 6, 1)
    with pytest.raises(MoveRefused):
        await service.return_plate(session, office_of(rating), rating.id)


async def test_a_revoked_grade_ends_and_bars_for_three_years(session: AsyncSession) -> None:
    rating = await confirmed(session, await make_announced(session, 920, scheme=NATIONAL))
    await set_clock(session, datetime(2028, 6, 1, 9, tzinfo=SHANGHAI))
    await service.revoke_rating(session, office_of(rating), rating.id, "呈民发〔2028〕4号", "弄虚作假")
    await session.flush()
    assert await grades(session, rating) == (None, None)
    party = await session.get_one(Party, rating.party_id)
    with pytest.raises(RatingBarred) as refusal:
        await service.apply_for_rating(session, applicant(party), "local_four_level")
    assert refusal.value.facts["valid_until"] == date(2031, 5, 31)


async def test_who_is_unqualified_mends_within_a_year_or_is_suspended_and_disqualified(session: AsyncSession) -> None:
    rating = await confirmed(session, await make_announced(session, 50))
    office = office_of(rating)
    assert rating.grade == "unqualified"
    await service.rectify_rating(session, office, rating.id, *RULED)
    assert rating.due_on == date(2027, 11, 27)
    await service.fail_rating(session, office, rating.id, *RULED)
    await session.flush()
    register = (await registers(session, [rating.party_id], date(2026, 11, 28)))[rating.party_id]
    assert (rating.status, [bar.value for bar in register.bars]) == (
        RatingStatus.suspended,
        ["ordered", "stop_order"],
    )
    await service.fail_rating(session, office, rating.id, *RULED)
    assert rating.status is RatingStatus.disqualified


async def test_who_mends_is_qualified_from_then_on(session: AsyncSession) -> None:
    rating = await confirmed(session, await make_announced(session, 50))
    office = office_of(rating)
    await service.rectify_rating(session, office, rating.id, *RULED)
    await set_clock(session, datetime(2027, 5, 6, 9, tzinfo=SHANGHAI))
    await service.pass_rating(session, office, rating.id, *RULED)
    await session.flush()
    assert await grades(session, rating) == (None, "qualified")
    register = (await registers(session, [rating.party_id], date(2027, 5, 6)))[rating.party_id]
    assert (rating.status, register.bars) == (RatingStatus.passed, ())


async def test_a_good_grade_is_neither_put_right_nor_a_local_one_lowered(session: AsyncSession) -> None:
    rating = await confirmed(session, await make_announced(session, 87))
    for verb in (service.rectify_rating, service.lower_rating, service.revoke_rating):
        with pytest.raises(GradeStands):
            await verb(session, office_of(rating), rating.id, *RULED)
    assert (rating.status, rating.grade) == (RatingStatus.confirmed, "good")


async def test_nobody_decides_on_what_another_office_took_up(session: AsyncSession) -> None:
    rating = await make_admitted(session)
    other = Actor(None, Role.purchaser, 999_999, "530114")
    with pytest.raises(NotFound):
        await service.announce_rating(session, other, rating.id)
    rating = await confirmed(session, await make_announced(session, 87))
    with pytest.raises(Denied):
        await service.rectify_rating(session, other, rating.id, *RULED)


async def test_only_who_may_open_the_assessment_is_shown_the_way_to_it(session: AsyncSession) -> None:
    rating, _ = await make_drafted(session, 80, scheme=LOCAL)
    office, applicant_ = office_of(rating), applicant(await session.get_one(Party, rating.party_id))
    seen = [(await queries.rating_page(session, who, rating)).is_linked for who in (office, applicant_, RESIDENT)]
    assert seen == [True, False, False]
