"""Who sees a panel, and what they may do with it."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.errors import Denied, NotFound
from app.parties.rules import PartyKind
from app.tenders.notices.models import Tender
from app.tenders.panels import policy
from app.tenders.panels.models import ScoreSheet
from app.tenders.panels.policy import WHO, Seat, actions, seat_actions, sheet_actions
from app.tenders.panels.queries import panel_page
from app.tenders.panels.rules import SheetStatus
from tests.factories.bids import make_bid, make_opened
from tests.factories.notices import lots_of, make_tender
from tests.factories.panels import close, judge, make_panel, panel_of, purchaser_of, score_all
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio


def test_only_judges_score_and_only_the_purchaser_runs_the_panel() -> None:
    scoring = {verb for verb, roles in WHO.items() if roles == {Role.judge}}
    running = {verb for verb, roles in WHO.items() if roles == {Role.purchaser}}
    assert (scoring, running) == ({"open", "save", "deliver"}, {"appoint", "order", "enter", "close"})


async def test_a_panel_is_seen_by_its_purchaser_its_judges_and_auditors_only(session: AsyncSession) -> None:
    tender = await make_tender(session)
    member, *_ = await make_panel(session, tender, accounts=True)
    for actor in (purchaser_of(tender), judge(member), Actor(1, Role.auditor)):
        assert (await policy.read_panel(session, actor, tender.id))[0].id == tender.id
    other = await make_party(session, PartyKind.bureau, area_code="530111000000")
    for actor in (Actor(1, Role.judge), Actor(1, Role.purchaser, other.id), Actor(1, Role.organization, other.id)):
        with pytest.raises(NotFound):
            await policy.read_panel(session, actor, tender.id)


async def test_an_auditor_reads_but_does_not_appoint(session: AsyncSession) -> None:
    tender = await make_tender(session)
    with pytest.raises(Denied):
        await policy.access_tender(session, Actor(1, Role.auditor), tender.id, "appoint")


async def offered(session: AsyncSession, actor: Actor, tender: Tender) -> list[str]:
    page = await panel_page(session, tender, await panel_of(session, tender))
    return actions(actor, tender, page.panel, page.members, page.counted)


async def test_actions_follow_the_state_of_the_panel(session: AsyncSession) -> None:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    await make_panel(session, tender)
    staff = purchaser_of(tender)
    assert await offered(session, staff, tender) == []
    bids = await make_opened(session, tender)
    assert await offered(session, staff, tender) == ["declare", "order", "enter"]
    assert await offered(session, Actor(1, Role.judge), tender) == ["declare"]
    await score_all(session, tender, bids, {})
    assert await offered(session, staff, tender) == ["declare", "order", "enter", "close"]
    await close(session, tender)
    assert await offered(session, staff, tender) == []


async def test_nothing_is_done_on_paper_where_every_judge_has_an_account(session: AsyncSession) -> None:
    tender = await make_tender(session)
    await make_panel(session, tender, accounts=True)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    await make_opened(session, tender)
    assert await offered(session, purchaser_of(tender), tender) == ["order"]


async def test_a_seat_offers_what_its_judge_or_whoever_keys_its_paper_may_do(session: AsyncSession) -> None:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    own, other, *_ = await make_panel(session, tender, accounts=True)
    await make_opened(session, tender)
    panel, staff, declared = await panel_of(session, tender), purchaser_of(tender), own.declared_at
    seats = [Seat(tender, panel, own), Seat(tender, panel, other)]
    own.declared_at = None
    assert [seat_actions(judge(own), seat) for seat in seats] == [["declare"], []]
    own.declared_at = declared or tender.opened_at
    assert [seat_actions(judge(own), seat) for seat in seats] == [["declare", "open"], []]
    assert seat_actions(staff, seats[0]) == []
    own.account_id = None
    assert seat_actions(staff, seats[0]) == ["declare", "enter"]


async def test_a_paper_sheet_offers_its_second_keying_to_another_account_that_is_no_judge(
    session: AsyncSession,
) -> None:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    member, *_ = await make_panel(session, tender)
    await make_opened(session, tender)
    member.declared_at = tender.opened_at
    seat = Seat(tender, await panel_of(session, tender), member)
    sheet = ScoreSheet(status=SheetStatus.draft, entered_by=1)
    first, second = (Actor(n, Role.purchaser, tender.party_id) for n in (1, 2))
    offered = [sheet_actions(actor, seat, sheet, [7, None]) for actor in (first, second, Actor(3, Role.auditor))]
    assert offered == [["enter"], ["enter", "confirm"], ["confirm"]]
    assert sheet_actions(Actor(7, Role.auditor), seat, sheet, [7, None]) == []
    member.account_id = 7
    assert sheet_actions(second, seat, sheet, [7]) == []
