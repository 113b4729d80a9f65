"""Results: decided from the sheets, one award per applicant, never over budget, held by objections."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import SimulatedClock, now
from app.core.days.calendar import SHANGHAI
from app.core.db import make_engine
from app.core.db import units as open_units
from app.core.errors import Denied, MoveRefused, NotFound
from app.tenders.awards import service
from app.tenders.awards.models import Award, PassedBid, Result
from app.tenders.awards.queries import own_lines, result_page, waiting
from app.tenders.awards.rules import (
    AwardsHeld,
    AwardStatus,
    CutAnswered,
    CutNotAccepted,
    NothingCut,
    PassedOver,
    ScoringOpen,
    StandstillRunning,
)
from app.tenders.bids.models import Bid
from app.tenders.notices.publishing import (
    PeriodTooShort,
)
from app.tenders.notices.rules import (
    TenderStatus,
)
from app.tenders.profiles.rules import OverspendRule, profile_document
from tests.conftest import TODAY
from tests.factories.awards import (
    bidder_of,
    live_awards,
    make_award,
    make_confirmed,
    make_published,
    make_scored,
    propose,
    score,
)
from tests.factories.bids import make_bid, make_opened
from tests.factories.notices import items_of, lots_of, make_lot, make_tender, set_clock
from tests.factories.panels import purchaser_of
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio


@dataclass
class Objection:
    """What awards need to know of one."""

    tender_id: int
    lot_id: int | None = None
    id: int = 1


def constraint(refused: pytest.ExceptionInfo[IntegrityError]) -> str:
    return str(refused.value.orig.diag.constraint_name)  # type: ignore[union-attr]


async def passed(session: AsyncSession) -> dict[str, tuple[int, Decimal, PassedOver, str | None]]:
    query = sa.select(Bid.ref, PassedBid).join(PassedBid, PassedBid.bid_id == Bid.id).order_by(PassedBid.place)
    return {ref or "": (p.place, p.score, p.reason, p.blocked_by) for ref, p in await session.execute(query)}


async def test_the_best_by_place_win_and_the_others_are_told_place_score_and_reason(session: AsyncSession) -> None:
    tender = await make_scored(session, (80, 20_000), (90, 30_000), (70, 10_000), (60, 10_000), places=2)
    await propose(session, tender)
    awards = await live_awards(session, tender)
    assert {ref: (a.place, a.score, a.amount, a.status) for ref, a in awards.items()} == {
        "B02": (1, Decimal("90.00"), Decimal(30_000), AwardStatus.proposed),
        "B01": (2, Decimal("80.00"), Decimal(20_000), AwardStatus.proposed),
    }
    assert await passed(session) == {
        "B03": (3, Decimal("70.00"), PassedOver.below_line, None),
        "B04": (4, Decimal("60.00"), PassedOver.below_line, None),
    }


async def test_no_result_before_scoring_is_closed(session: AsyncSession) -> None:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    await make_opened(session, tender)
    with pytest.raises(ScoringOpen):
        await propose(session, tender)


async def test_an_applicant_wins_once_across_lots_decided_in_their_order(session: AsyncSession) -> None:
    tender = await make_tender(session, lots=2)
    first, second = await lots_of(session, tender)
    party = await make_party(session)
    await make_bid(session, first, party)
    await make_bid(session, second, party)
    await make_bid(session, second)
    await score(session, tender, [70, 95, 60])
    await propose(session, tender)
    assert list(await live_awards(session, tender)) == ["B01", "B03"]
    assert (await passed(session))["B02"] == (1, Decimal("95.00"), PassedOver.applicant_awarded, "B01")


async def test_the_database_itself_refuses_a_second_award_to_one_applicant(session: AsyncSession) -> None:
    tender = await make_tender(session, lots=2)
    first, second = await lots_of(session, tender)
    party = await make_party(session)
    await make_bid(session, first, party)
    other = await make_bid(session, second, party)
    await score(session, tender, [70, 60])
    result = await propose(session, tender)
    with pytest.raises(IntegrityError) as refused:
        await make_award(session, result, second, other)
    assert constraint(refused) == "uq_awards_tender_id_party_id"


async def test_the_database_itself_refuses_to_award_an_item_twice(session: AsyncSession) -> None:
    tender = await make_tender(session, lots=0)
    lot = await make_lot(session, tender, items=2)
    item, _ = await items_of(session, lot)
    bids = [await make_bid(session, lot, item=item) for _ in range(2)]
    await score(session, tender, [80, 70])
    result = await propose(session, tender)
    assert (await passed(session))["B02"][2:] == (PassedOver.item_taken, "B01")
    with pytest.raises(IntegrityError) as refused:
        await make_award(session, result, lot, bids[1])
    assert constraint(refused) == "uq_awards_item_id"


@pytest.mark.parametrize(
    ("amount", "places", "name"),
    [(60_001, 5, "ck_awards_within_the_lots_budget"), (1, 1, "ck_awards_within_the_lots_places")],
)
async def test_the_database_itself_keeps_a_lot_within_its_budget_and_places(
    session: AsyncSession, amount: int, places: int, name: str
) -> None:
    tender = await make_scored(session, (90, 40_000), (80, 60_000), places=1, ceiling=60_000)
    result = await propose(session, tender)
    (lot,) = await lots_of(session, tender)
    lot.places = places
    (bid,) = await session.scalars(sa.select(Bid).where(Bid.ref == "B02", Bid.tender_id == tender.id))
    with pytest.raises(IntegrityError) as refused:
        await make_award(session, result, lot, bid, amount=amount)
    assert constraint(refused) == name


async def test_the_database_itself_refuses_an_award_to_an_ineligible_bid(session: AsyncSession) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    result = await propose(session, tender)
    (lot,) = await lots_of(session, tender)
    lot.places = 2
    (bid,) = await session.scalars(sa.select(Bid).where(Bid.ref == "B02", Bid.tender_id == tender.id))
    with pytest.raises(IntegrityError) as refused:
        await make_award(session, result, lot, bid, party=await make_party(session))
    assert constraint(refused) == "ck_awards_to_an_eligible_bid"


async def test_a_second_award_waits_for_the_first_and_does_not_overspend_the_lot(own_database: str) -> None:
    engine = make_engine(own_database)
    door = open_units(engine, clock=SimulatedClock(TODAY))
    async with door() as session:
        tender = await make_scored(session, (90, 60_000), (80, 60_000), ceiling=60_000)
        result = await propose(session, tender)
        await session.execute(sa.update(Award).values(status=AwardStatus.revoked))
        (lot,) = await lots_of(session, tender)
        bids = list(await session.scalars(sa.select(Bid).where(Bid.tender_id == tender.id)))

    async def award(bid: Bid) -> str:
        try:
            async with door() as session:
                await make_award(session, result, lot, bid, amount=60_000)
        except IntegrityError as refused:
            return str(refused.orig.diag.constraint_name)  # type: ignore[union-attr]
        return "awarded"

    async with door() as session:
        await make_award(session, result, lot, bids[0], amount=60_000)
        second = asyncio.create_task(award(bids[1]))
        done, _ = await asyncio.wait({second}, timeout=0.5)
    outcome = await second
    await engine.dispose()
    assert (done, outcome) == (set(), "ck_awards_within_the_lots_budget")


async def trimmed(session: AsyncSession):  # type: ignore[no-untyped-def]
    """A lot of 100,000 whose best four ask for 104,000 under the rule `trim`."""
    tender = await make_tender(session, overspend_rule=OverspendRule.trim)
    scored = [(90, 30_000), (85, 30_000), (80, 24_000), (75, 20_000), (60, 9_000)]
    await make_scored(session, *scored, tender=tender, places=4)
    await propose(session, tender)
    return tender, await live_awards(session, tender)


async def test_under_trim_amounts_are_cut_and_the_other_rules_stand_beside_it(session: AsyncSession) -> None:
    tender, awards = await trimmed(session)
    assert {ref: str(a.amount) for ref, a in awards.items()} == {
        "B01": "28800.00",
        "B02": "28800.00",
        "B03": "23000.00",
        "B04": "19200.00",
    }
    result = await service.queries.latest_result(session, tender.id)
    assert result is not None
    page = await result_page(session, tender, result)
    alternatives = page.lots[0].decided.alternatives
    assert {rule: (how["awards"], how["amount"]) for rule, how in alternatives.items()} == {
        "skip": (["B01", "B02", "B03", "B05"], "93000.00"),
        "trim": (["B01", "B02", "B03", "B04"], "99800.00"),
        "optimise": (["B01", "B02", "B03", "B05"], "93000.00"),
    }


async def test_a_cut_is_published_only_after_every_bidder_accepted(session: AsyncSession) -> None:
    tender, awards = await trimmed(session)
    for ref in ("B01", "B02", "B03"):
        await service.accept_cut(session, bidder_of(awards[ref]), awards[ref].id)
    with pytest.raises(CutNotAccepted):
        await service.publish_result(session, purchaser_of(tender), tender.id)
    await service.accept_cut(session, bidder_of(awards["B04"]), awards["B04"].id)
    await service.publish_result(session, purchaser_of(tender), tender.id)
    assert {a.status for a in (await live_awards(session, tender)).values()} == {AwardStatus.noticed}


async def test_who_declines_a_cut_is_out_and_the_lot_is_decided_again(session: AsyncSession) -> None:
    tender, awards = await trimmed(session)
    await service.decline_cut(session, bidder_of(awards["B01"]), awards["B01"].id)
    await propose(session, tender)
    again = await live_awards(session, tender)
    assert {ref: str(a.amount) for ref, a in again.items()} == {
        "B02": "30000.00",
        "B03": "24000.00",
        "B04": "20000.00",
        "B05": "9000.00",
    }
    result = (await session.scalars(sa.select(Result).where(Result.number == 2))).one()
    query = sa.select(PassedBid.reason).where(PassedBid.result_id == result.id)
    assert list(await session.scalars(query)) == [PassedOver.cut_declined]


async def test_an_accepted_cut_stays_accepted_when_the_same_is_proposed_again(session: AsyncSession) -> None:
    tender, awards = await trimmed(session)
    await service.accept_cut(session, bidder_of(awards["B01"]), awards["B01"].id)
    await propose(session, tender)
    again = await live_awards(session, tender)
    assert [ref for ref, award in again.items() if award.cut_accepted_at] == ["B01"]


async def test_only_the_bidder_answers_a_cut_and_only_where_there_is_one(session: AsyncSession) -> None:
    tender, awards = await trimmed(session)
    with pytest.raises(NotFound):
        await service.accept_cut(session, bidder_of(awards["B02"]), awards["B01"].id)
    with pytest.raises(Denied):
        await service.accept_cut(session, purchaser_of(tender), awards["B01"].id)


async def test_a_cut_that_was_accepted_is_not_declined_afterwards(session: AsyncSession) -> None:
    _, awards = await trimmed(session)
    award = awards["B01"]
    await service.accept_cut(session, bidder_of(award), award.id)
    with pytest.raises(CutAnswered):
        await service.decline_cut(session, bidder_of(award), award.id)
    assert award.status is AwardStatus.proposed


async def test_an_uncut_award_has_nothing_to_answer(session: AsyncSession) -> None:
    tender, _ = await make_published(session, (90, 20_000))
    award = (await live_awards(session, tender))["B01"]
    with pytest.raises(NothingCut):
        await service.decline_cut(session, bidder_of(award), award.id)


async def test_the_notice_ends_after_working_days_and_rolls_over_the_holiday(session: AsyncSession) -> None:
    """2026-09-24, one working day, then seven: the golden case of the calendar, through the use case."""
    ends = {
        "enquiries_end": datetime(2026, 9, 1, 17, tzinfo=SHANGHAI),
        "bids_end": datetime(2026, 9, 2, 17, tzinfo=SHANGHAI),
        "prequalification_end": datetime(2026, 9, 3, 17, tzinfo=SHANGHAI),
        "evaluation_end": datetime(2026, 9, 24, 17, tzinfo=SHANGHAI),
        "objections_end": datetime(2026, 9, 30, 0, tzinfo=SHANGHAI),
        "published_at": datetime(2026, 8, 1, 9, tzinfo=SHANGHAI),
    }
    await set_clock(session, datetime(2026, 8, 20, 9, tzinfo=SHANGHAI))
    tender = await make_tender(session, **ends)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    await score(session, tender, [80], datetime(2026, 9, 4, 9, tzinfo=SHANGHAI))
    await propose(session, tender)
    procurement = profile_document("procurement")
    short = {key: procurement[key] for key in ("public_notice", "objection")}
    tender.profile_document = {**(tender.profile_document or {}), **short}
    await set_clock(session, datetime(2026, 9, 24, 9, tzinfo=SHANGHAI))
    result = await service.publish_result(session, purchaser_of(tender), tender.id)
    assert (result.notice_ends_on, result.objections_end, result.is_provisional) == (
        date(2026, 9, 28),
        datetime(2026, 10, 14, 0, tzinfo=SHANGHAI),
        False,
    )


async def test_the_notice_may_be_longer_than_the_profile_asks_and_not_shorter(session: AsyncSession) -> None:
    tender = await make_scored(session, (90, 20_000))
    await propose(session, tender)
    with pytest.raises(PeriodTooShort):
        await service.publish_result(session, purchaser_of(tender), tender.id, date(2026, 12, 5))
    result = await service.publish_result(session, purchaser_of(tender), tender.id, date(2026, 12, 8))
    assert result.notice_ends_on == date(2026, 12, 8)


async def test_what_was_announced_as_the_end_of_objections_is_not_moved_forward(session: AsyncSession) -> None:
    tender, result = await make_published(session, (90, 20_000))
    assert result.objections_end == tender.objections_end


async def test_awards_are_confirmed_after_the_end_of_objections_and_not_before(session: AsyncSession) -> None:
    tender, result = await make_published(session, (90, 20_000), (80, 20_000))
    with pytest.raises(StandstillRunning):
        await service.confirm_awards(session, purchaser_of(tender), tender.id)
    assert result.objections_end is not None
    await set_clock(session, result.objections_end)
    awards = await service.confirm_awards(session, purchaser_of(tender), tender.id)
    assert [(a.status, a.confirmed_at) for a in awards] == [(AwardStatus.confirmed, result.objections_end)] * 2


async def test_a_result_that_was_not_published_is_not_confirmed(session: AsyncSession) -> None:
    tender = await make_scored(session, (90, 20_000))
    await propose(session, tender)
    with pytest.raises(MoveRefused):
        await service.confirm_awards(session, purchaser_of(tender), tender.id)


async def test_an_objection_holds_the_award_until_the_last_one_is_answered(session: AsyncSession) -> None:
    tender, result = await make_published(session, (90, 20_000))
    staff, objection, second = purchaser_of(tender), Objection(tender.id), Objection(tender.id, id=2)
    await service.hold_awards(session, staff, objection)
    await service.hold_awards(session, staff, second)
    assert result.objections_end is not None
    await set_clock(session, result.objections_end)
    with pytest.raises(AwardsHeld):
        await service.confirm_awards(session, staff, tender.id)
    await service.release_awards(session, staff, objection)
    with pytest.raises(AwardsHeld):
        await service.confirm_awards(session, staff, tender.id)
    await service.release_awards(session, staff, second)
    (award,) = await service.confirm_awards(session, staff, tender.id)
    assert award.status is AwardStatus.confirmed


async def test_an_objection_against_a_lot_holds_that_lot_only(session: AsyncSession) -> None:
    tender = await make_tender(session, lots=2)
    first, second = await lots_of(session, tender)
    for lot in (first, second):
        await make_bid(session, lot)
    await score(session, tender, [80, 70])
    await propose(session, tender)
    await service.publish_result(session, purchaser_of(tender), tender.id)
    await service.hold_awards(session, purchaser_of(tender), Objection(tender.id, second.id))
    awards = await live_awards(session, tender)
    assert {ref: award.status for ref, award in awards.items()} == {
        "B01": AwardStatus.noticed,
        "B02": AwardStatus.held,
    }


async def test_after_an_accepted_objection_the_result_is_decided_and_published_again(session: AsyncSession) -> None:
    tender, _ = await make_published(session, (90, 20_000), (80, 20_000))
    staff = purchaser_of(tender)
    with pytest.raises(MoveRefused):
        await propose(session, tender)
    await service.hold_awards(session, staff, Objection(tender.id))
    await service.revoke_awards(session, staff, Objection(tender.id))
    assert await live_awards(session, tender) == {}
    await propose(session, tender)
    result = await service.publish_result(session, staff, tender.id)
    assert (result.number, list(await live_awards(session, tender))) == (2, ["B01", "B02"])


async def test_a_confirmed_result_is_final(session: AsyncSession) -> None:
    tender, _ = await make_confirmed(session, (90, 20_000))
    assert tender.status is TenderStatus.awarded
    with pytest.raises(MoveRefused):
        await propose(session, tender)
    with pytest.raises(MoveRefused):
        await service.confirm_awards(session, purchaser_of(tender), tender.id)


async def test_a_bidder_learns_own_place_and_score_once_the_result_is_out(session: AsyncSession) -> None:
    tender = await make_scored(session, (90, 20_000), (80, 20_000), places=1)
    (loser,) = await session.scalars(sa.select(Bid).where(Bid.ref == "B02", Bid.tender_id == tender.id))
    await propose(session, tender)
    assert await own_lines(session, bidder_of(loser)) == []
    await service.publish_result(session, purchaser_of(tender), tender.id)
    ((_, line),) = await own_lines(session, bidder_of(loser))
    assert (line.bid.ref, line.place, line.score, line.award) == ("B02", 2, Decimal("80.00"), None)


async def test_what_waits_for_the_purchaser_and_for_a_bidder_whose_amount_was_cut(session: AsyncSession) -> None:
    tender, awards = await trimmed(session)
    staff, bidder, seen = purchaser_of(tender), bidder_of(awards["B01"]), []

    async def look(actor: Actor) -> None:
        seen.append([each.verb for each in await waiting(session, actor, await now(session))])

    await look(bidder)
    await look(staff)
    for award in awards.values():
        await service.accept_cut(session, bidder_of(award), award.id)
    await look(bidder)
    await look(staff)
    result = await service.publish_result(session, staff, tender.id)
    await look(staff)
    assert result.objections_end is not None
    await set_clock(session, result.objections_end)
    await look(staff)
    assert seen == [["accept_cut"], [], [], ["publish"], [], ["confirm"]]
