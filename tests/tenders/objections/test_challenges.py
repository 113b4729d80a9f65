"""Documents and process are challenged before the result, each from the day it could be known (条例 art. 53)."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app import flow
from app.core.actors import Actor, Role
from app.core.days.calendar import SHANGHAI, end_of_day
from app.core.errors import NotFound
from app.tenders.awards.models import Award
from app.tenders.awards.rules import AwardsHeld, AwardStatus
from app.tenders.awards.service import confirm_awards, propose_awards, publish_result
from app.tenders.bids.service import open_bids
from app.tenders.notices.models import Tender
from app.tenders.objections.queries import windows_of
from app.tenders.objections.rules import ObjectionTooLate, StepNotEnded
from app.tenders.objections.service import file_objection, reject_objection
from app.tenders.profiles.rules import Challenged
from tests.conftest import ClientOf
from tests.factories.awards import bidder_of, live_awards, make_scored
from tests.factories.bids import make_bid
from tests.factories.notices import OPENED, PUBLISHED, lots_of, make_tender, set_clock
from tests.factories.panels import purchaser_of
from tests.tenders.notices.facts import bidder

pytestmark = pytest.mark.anyio
SUBJECT = Challenged
GROUNDS = "资格条件要求本地注册，属于地域歧视。"


async def bought(session: AsyncSession) -> Tender:
    """Scored and closed on the day of its opening, with three bids."""
    tender = await make_tender(session, profile="procurement")
    return await make_scored(session, (90, 20_000), (80, 20_000), (70, 20_000), tender=tender)


async def test_the_documents_may_be_challenged_by_who_has_not_bid_until_seven_working_days_after_their_notice(
    session: AsyncSession,
) -> None:
    """Published on 26 October 2026: the notice ends on 2 November, the challenge on the 11th."""
    tender, anybody = await make_tender(session, profile="procurement"), await bidder(session)
    end = end_of_day(date(2026, 11, 11))
    span = (await windows_of(session, tender))[SUBJECT.documents]
    assert (span.begins, span.ends) == (PUBLISHED, end)
    await set_clock(session, end - timedelta(seconds=1))
    filed = await file_objection(session, anybody, tender.id, None, GROUNDS, SUBJECT.documents)
    assert (filed.subject, filed.complain_by) == (SUBJECT.documents, date(2026, 12, 11))
    await set_clock(session, end)
    with pytest.raises(ObjectionTooLate):
        await file_objection(session, await bidder(session), tender.id, None, GROUNDS, SUBJECT.documents)


async def test_a_step_is_challenged_by_who_took_part_once_it_has_ended(session: AsyncSession) -> None:
    tender = await make_tender(session, profile="procurement")
    (lot,) = await lots_of(session, tender)
    bids = [await make_bid(session, lot, ref=None) for _ in range(3)]
    await set_clock(session, OPENED)
    with pytest.raises(NotFound):
        await file_objection(session, bidder_of(bids[0]), tender.id, None, GROUNDS, SUBJECT.opening)
    await open_bids(session, purchaser_of(tender), tender.id)
    tender.opened_at = OPENED
    filed = await file_objection(session, bidder_of(bids[0]), tender.id, None, GROUNDS, SUBJECT.opening)
    assert filed.subject is SUBJECT.opening
    with pytest.raises(StepNotEnded):
        await file_objection(session, bidder_of(bids[0]), tender.id, None, GROUNDS, SUBJECT.scoring)
    with pytest.raises(NotFound):
        await file_objection(session, await bidder(session), tender.id, None, GROUNDS, SUBJECT.opening)


async def test_the_time_for_a_step_runs_from_its_own_end(session: AsyncSession) -> None:
    tender = await bought(session)
    spans = await windows_of(session, tender)
    assert list(spans) == [SUBJECT.documents, SUBJECT.opening, SUBJECT.prequalification, SUBJECT.scoring]
    last = end_of_day(date(2026, 12, 10))
    assert [spans[step].ends for step in (SUBJECT.opening, SUBJECT.scoring)] == [last, last]


async def test_a_challenge_filed_before_the_result_holds_what_is_awarded_until_it_is_answered(
    session: AsyncSession,
) -> None:
    assert flow
    tender = await bought(session)
    staff, (first, *_) = purchaser_of(tender), await propose(session, tender)
    filed = await file_objection(session, bidder_of(first), tender.id, None, GROUNDS, SUBJECT.scoring)
    result = await publish_result(session, staff, tender.id)
    awards = (await live_awards(session, tender)).values()
    assert {award.status for award in awards} == {AwardStatus.held}
    assert result.objections_end is not None
    await set_clock(session, result.objections_end)
    with pytest.raises(AwardsHeld):
        await confirm_awards(session, staff, tender.id)
    await reject_objection(session, staff, filed.id, "已核对评分标准，评分无误。")
    assert {award.status for award in await confirm_awards(session, staff, tender.id)} == {AwardStatus.confirmed}


async def propose(session: AsyncSession, tender: Tender) -> list[Award]:
    await propose_awards(session, purchaser_of(tender), tender.id)
    return list((await live_awards(session, tender)).values())


async def test_a_competition_takes_objections_to_its_result_only(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_tender(session)
    actor = await bidder(session)
    await session.commit()
    async with client_of(Actor(3, Role.organization, actor.party_id, "")) as client:
        assert (await client.get(f"/objections/windows/{tender.id}")).json() == []
        body = {"grounds": GROUNDS, "subject": "documents"}
        refused = await client.post(f"/objections/results/{tender.id}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "ChallengeNotForeseen")


async def test_everybody_reads_what_may_be_challenged_until_when(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_tender(session, profile="procurement")
    await session.commit()
    async with client_of(Actor(None, Role.resident, None, "")) as client:
        (row,) = (await client.get(f"/objections/windows/{tender.id}")).json()
    assert (row["subject"], datetime.fromisoformat(row["ends"])) == (
        "documents",
        datetime(2026, 11, 12, tzinfo=SHANGHAI),
    )
    assert "94号令第十条" in row["rule"]
