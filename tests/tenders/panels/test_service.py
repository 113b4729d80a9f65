"""Panels: nothing is opened before declaring, nobody scores whom they must not, totals are the sum of the marks."""

from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.scoring import MarkMissing, MarkOffStep, MarkOutOfRange, MarkUnknown
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import NotFound, StaleVersion
from app.tenders.notices.models import Criterion
from app.tenders.panels import service
from app.tenders.panels.models import Mark, ScoreSheet
from app.tenders.panels.queries import marks_of as written_marks
from app.tenders.panels.queries import recusals_of, scoring_bids, sheets_of, waiting
from app.tenders.panels.rules import (
    BidsNotOpened,
    DeclarationMissing,
    JudgeRecused,
    PanelEven,
    PanelTooSmall,
    ScoringClosed,
    SheetStatus,
    TooFewSheets,
)
from app.tenders.panels.service import Interest, NewMember, NotAnApplicant, PitchOrderWrong, SeatRepeated
from tests.factories.bids import make_bid, make_opened
from tests.factories.notices import PUBLISHED, lots_of, make_tender, set_clock
from tests.factories.panels import (
    clerks_of,
    close,
    deliver,
    judge,
    make_panel,
    make_recusal,
    marks_of,
    purchaser_of,
    score_all,
)

pytestmark = pytest.mark.anyio


async def opened(session: AsyncSession, bids: int = 1, *, accounts: bool = True):  # type: ignore[no-untyped-def]
    """A tender with `bids` eligible bids, five judges who have declared; with `accounts` they score on screen."""
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    for _ in range(bids):
        await make_bid(session, lot)
    found = await make_opened(session, tender)
    return tender, found, await make_panel(session, tender, accounts=accounts)


def constraint(refused: pytest.ExceptionInfo[IntegrityError]) -> str:
    return str(refused.value.orig.diag.constraint_name)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("seats", "refusal"),
    [
        (["J1", "J2", "J3"], PanelTooSmall),
        (["J1", "J2", "J3", "J4", "J5", "J6"], PanelEven),
        (["J1"] * 5, SeatRepeated),
    ],
)
async def test_a_panel_that_the_profile_does_not_allow_is_not_appointed(
    session: AsyncSession, seats: list[str], refusal: type[Exception]
) -> None:
    tender = await make_tender(session)
    members = [NewMember(ref, "评委", "督导") for ref in seats]
    with pytest.raises(refusal):
        await service.appoint_panel(session, purchaser_of(tender), tender.id, members)


async def test_a_judge_opens_no_bid_before_declaring(session: AsyncSession) -> None:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    (bid,) = await make_opened(session, tender)
    member, *_ = await make_panel(session, tender, accounts=True, declared=False)
    with pytest.raises(DeclarationMissing):
        await service.open_bid(session, judge(member), tender.id, bid.id)
    await service.declare_interests(session, judge(member), tender.id, [])
    _, found = await service.open_bid(session, judge(member), tender.id, bid.id)
    assert (found.id, member.declared_at) == (bid.id, await now(session))


async def test_no_bid_is_judged_before_the_opening(session: AsyncSession) -> None:
    tender = await make_tender(session)
    member, *_ = await make_panel(session, tender, accounts=True, declared=False)
    with pytest.raises(BidsNotOpened):
        await service.declare_interests(session, judge(member), tender.id, [])


async def test_a_recused_judge_neither_sees_nor_opens_nor_scores_the_bid(session: AsyncSession) -> None:
    tender, (own, other), (member, *_) = await opened(session, 2)
    await service.declare_interests(session, judge(member), tender.id, [Interest(own.party_id, "曾任理事")])
    assert [row.bid.id for row in await scoring_bids(session, member)] == [other.id]
    with pytest.raises(JudgeRecused):
        await service.open_bid(session, judge(member), tender.id, own.id)
    with pytest.raises(JudgeRecused):
        await service.save_sheet(session, judge(member), tender.id, own.id, marks_of(80), 0)
    assert await sheets_of(session, tender.id) == []


async def test_the_database_itself_refuses_a_sheet_of_a_recused_judge(session: AsyncSession) -> None:
    tender, (bid,), (member, *_) = await opened(session)
    await make_recusal(session, member, bid)
    session.add(ScoreSheet(tender_id=tender.id, member_id=member.id, bid_id=bid.id))
    with pytest.raises(IntegrityError) as refused:
        await session.flush()
    assert constraint(refused) == "ck_score_sheets_judge_is_not_recused"


async def test_the_database_itself_refuses_a_sheet_before_the_declaration(session: AsyncSession) -> None:
    tender, (bid,), (member, *_) = await opened(session)
    member.declared_at = None
    session.add(ScoreSheet(tender_id=tender.id, member_id=member.id, bid_id=bid.id))
    with pytest.raises(IntegrityError) as refused:
        await session.flush()
    assert constraint(refused) == "ck_score_sheets_judge_has_declared"


async def test_a_late_interest_makes_the_judges_draft_void(session: AsyncSession) -> None:
    tender, (bid, other), (member, *_) = await opened(session, 2)
    for each in (bid, other):
        await service.save_sheet(session, judge(member), tender.id, each.id, marks_of(80), 0)
    await service.declare_interests(session, judge(member), tender.id, [Interest(bid.party_id)])
    assert [(each.bid, each.judge) for each in await sheets_of(session, tender.id)] == [(other.ref, "J1")]


async def test_a_judge_is_recused_from_the_party_it_works_for_without_saying_so(session: AsyncSession) -> None:
    tender, (bid, _), (member, *_) = await opened(session, 2)
    member.party_id = bid.party_id
    await service.declare_interests(session, judge(member), tender.id, [])
    assert [recusal.party_id for _, recusal in await recusals_of(session, tender.id)] == [bid.party_id]


async def test_interests_are_declared_against_applicants_only(session: AsyncSession) -> None:
    tender, _, (member, *_) = await opened(session)
    with pytest.raises(NotAnApplicant):
        await service.declare_interests(session, judge(member), tender.id, [Interest(tender.party_id)])


async def test_the_total_is_what_the_marks_add_up_to_whatever_is_written_elsewhere(session: AsyncSession) -> None:
    tender, (bid,), _ = await opened(session, accounts=False)
    clerk, _ = await clerks_of(session, tender)
    sheet = await service.enter_paper_sheet(session, clerk, tender.id, "J2", bid.id, marks_of("74.5"), Decimal("84.5"))
    assert (sheet.total, sheet.written_total) == (Decimal("74.50"), Decimal("84.50"))
    await session.execute(sa.update(ScoreSheet).values(total=99))
    await session.refresh(sheet)
    assert sheet.total == Decimal("74.50")


async def test_a_draft_may_be_partial_and_is_delivered_only_complete(session: AsyncSession) -> None:
    tender, (bid,), (member, *_) = await opened(session)
    sheet = await service.save_sheet(session, judge(member), tender.id, bid.id, {"C1": Decimal(18)}, 0)
    assert (sheet.status, sheet.total, sheet.version) == (SheetStatus.draft, Decimal(18), 1)
    with pytest.raises(MarkMissing):
        await service.deliver_sheet(session, judge(member), tender.id, bid.id)


async def test_saving_again_replaces_the_marks_and_a_stale_version_is_refused(session: AsyncSession) -> None:
    tender, (bid,), (member, *_) = await opened(session)
    await service.save_sheet(session, judge(member), tender.id, bid.id, {"C1": Decimal(18), "C2": Decimal(5)}, 0)
    sheet = await service.save_sheet(session, judge(member), tender.id, bid.id, {"C1": Decimal("17.5")}, 1)
    assert (await written_marks(session, sheet.id), sheet.total) == ({"C1": Decimal("17.50")}, Decimal("17.50"))
    with pytest.raises(StaleVersion):
        await service.save_sheet(session, judge(member), tender.id, bid.id, {}, 1)


@pytest.mark.parametrize(
    ("marks", "refusal"),
    [
        ({"C1": Decimal("20.5")}, MarkOutOfRange),
        ({"C1": Decimal(-1)}, MarkOutOfRange),
        ({"C1": Decimal("18.25")}, MarkOffStep),
        ({"C9": Decimal(1)}, MarkUnknown),
    ],
)
async def test_a_mark_beyond_its_criterion_is_refused_and_nothing_is_saved(
    session: AsyncSession, marks: dict[str, Decimal], refusal: type[Exception]
) -> None:
    tender, (bid,), (member, *_) = await opened(session)
    with pytest.raises(refusal):
        await service.save_sheet(session, judge(member), tender.id, bid.id, marks, 0)
    assert await session.scalar(sa.select(sa.func.count()).select_from(Mark)) == 0


async def test_the_database_itself_refuses_a_mark_above_the_maximum(session: AsyncSession) -> None:
    tender, (bid,), (member, *_) = await opened(session)
    sheet = await service.save_sheet(session, judge(member), tender.id, bid.id, {}, 0)
    criterion = (await session.scalars(sa.select(Criterion).where(Criterion.code == "C1"))).one()
    session.add(Mark(sheet_id=sheet.id, criterion_id=criterion.id, value=Decimal("20.5")))
    with pytest.raises(IntegrityError) as refused:
        await session.flush()
    assert constraint(refused) == "ck_marks_value_within_maximum"


async def test_closing_lists_what_is_missing_and_what_was_corrected(session: AsyncSession) -> None:
    tender, bids, members = await opened(session, 2, accounts=False)
    await make_recusal(session, members[0], bids[0])
    for member in members[1:]:
        await deliver(session, tender, member, bids[0], "74.5", Decimal("84.5") if member.ref == "J2" else None)
        await deliver(session, tender, member, bids[1], 60)
    panel = await close(session, tender)
    assert (panel.sheets_counted, panel.missing, panel.corrections) == (
        8,
        [["B02", "J1"]],
        [["B01", "J2", "84.5", "74.5"]],
    )


async def test_scoring_is_not_closed_while_a_bid_has_too_few_sheets(session: AsyncSession) -> None:
    tender, (bid,), members = await opened(session)
    for member in members[:2]:
        await deliver(session, tender, member, bid, 80)
    with pytest.raises(TooFewSheets):
        await close(session, tender)


async def test_after_closing_no_sheet_is_written_by_any_way(session: AsyncSession) -> None:
    tender, bids, (member, *_) = await opened(session)
    await score_all(session, tender, bids, {})
    await close(session, tender)
    with pytest.raises(ScoringClosed):
        await service.save_sheet(session, judge(member), tender.id, bids[0].id, {}, 0)
    with pytest.raises(IntegrityError) as refused:
        await session.execute(sa.update(ScoreSheet).values(written_total=1))
    assert constraint(refused) == "ck_score_sheets_scoring_is_open"


async def test_the_pitch_order_names_every_eligible_bid_of_the_lot_once(session: AsyncSession) -> None:
    tender, bids, (member, *_) = await opened(session, 3)
    staff = purchaser_of(tender)
    await service.order_pitches(session, staff, tender.id, "L1", ["B03", "B01", "B02"])
    assert [row.bid.ref for row in await scoring_bids(session, member)] == ["B03", "B01", "B02"]
    for wrong in (["B03", "B01"], ["B03", "B01", "B01"], ["B03", "B01", "B09"]):
        with pytest.raises(PitchOrderWrong):
            await service.order_pitches(session, staff, tender.id, "L1", wrong)
    assert len(bids) == 3


async def test_a_bid_of_another_tender_is_not_found(session: AsyncSession) -> None:
    tender, _, (member, *_) = await opened(session)
    await set_clock(session, PUBLISHED)
    _, (elsewhere,), _ = await opened(session)
    with pytest.raises(NotFound):
        await service.open_bid(session, judge(member), tender.id, elsewhere.id)


async def test_what_waits_for_a_judge_and_the_purchaser_until_the_evaluation_ends(session: AsyncSession) -> None:
    tender, bids, (member, *_) = await opened(session)
    member.declared_at = None
    at = await now(session)

    async def verbs(actor: Actor) -> list[tuple[str, object]]:
        return [(each.verb, each.due_at) for each in await waiting(session, actor, at)]

    assert await verbs(judge(member)) == [("declare", tender.evaluation_end)]
    await service.declare_interests(session, judge(member), tender.id, [])
    assert await verbs(judge(member)) == [("deliver", tender.evaluation_end)]
    assert await verbs(purchaser_of(tender)) == []
    await score_all(session, tender, bids, {})
    assert await verbs(judge(member)) == []
    assert await verbs(purchaser_of(tender)) == [("close", tender.evaluation_end)]
    await close(session, tender)
    assert await verbs(purchaser_of(tender)) == []
