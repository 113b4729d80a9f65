"""Who sees a panel, and what they may do with it."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.errors import Denied, NotFound
from app.parties.rules import PartyKind
from app.tenders.panels import policy
from app.tenders.panels.policy import WHO, actions
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


async def test_actions_follow_the_state_of_the_panel(session: AsyncSession) -> None:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    await make_panel(session, tender)
    panel, staff = await panel_of(session, tender), purchaser_of(tender)
    assert actions(staff, tender, panel) == []
    bids = await make_opened(session, tender)
    assert actions(staff, tender, panel) == ["declare", "order", "enter", "close"]
    assert actions(Actor(1, Role.judge), tender, panel) == ["declare"]
    await score_all(session, tender, bids, {})
    await close(session, tender)
    assert actions(staff, tender, panel) == []
