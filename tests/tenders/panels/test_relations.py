"""Judges are no people of an applicant, nor experts of the bureau that buys."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.accounts.rules import JudgeAccountUnknown
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.errors import Denied
from app.parties.rules import PartyUnknown
from app.tenders.bids.models import Bid
from app.tenders.notices.models import Tender
from app.tenders.panels import service
from app.tenders.panels.models import PanelMember, Recusal, ScoreSheet
from app.tenders.panels.policy import access_bid
from app.tenders.panels.rules import JudgeRecused, SheetStatus
from app.tenders.panels.service import NewMember
from tests.factories.bids import make_bid, make_opened
from tests.factories.notices import lots_of, make_tender
from tests.factories.panels import judge, make_panel, purchaser_of
from tests.factories.parties import actor_of, make_party

pytestmark = pytest.mark.anyio


async def opened(session: AsyncSession) -> tuple[Tender, list[Bid]]:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    return tender, await make_opened(session, tender)


async def seated(session: AsyncSession) -> tuple[Tender, PanelMember, Bid]:
    """An opened tender, its first judge, who also works for the applicant of the bid."""
    tender, bids = await opened(session)
    first, *_ = await make_panel(session, tender, accounts=True, declared=False)
    session.add(Membership(account_id=first.account_id, party_id=bids[0].party_id, role=Role.organization))
    await session.flush()
    return tender, first, bids[0]


async def test_a_judge_with_a_membership_in_an_applicant_is_recused_by_declaring(session: AsyncSession) -> None:
    tender, first, bid = await seated(session)
    await service.declare_interests(session, judge(first), tender.id, [])
    recused = await session.scalars(sa.select(Recusal.party_id).where(Recusal.member_id == first.id))
    assert list(recused) == [bid.party_id]
    with pytest.raises(JudgeRecused):
        await access_bid(session, first, bid.id)


async def test_a_membership_that_comes_after_the_declaration_shuts_the_bid_too(session: AsyncSession) -> None:
    tender, first, bid = await seated(session)
    first.declared_at = await now(session)
    await session.flush()
    with pytest.raises(JudgeRecused):
        await service.open_bid(session, judge(first), tender.id, bid.id)


async def test_the_database_itself_takes_no_sheet_of_the_own_applicant(session: AsyncSession) -> None:
    tender, first, bid = await seated(session)
    first.declared_at = await now(session)
    session.add(ScoreSheet(tender_id=tender.id, member_id=first.id, bid_id=bid.id, status=SheetStatus.draft, version=1))
    with pytest.raises(IntegrityError) as refused:
        await session.flush()
    assert "ck_score_sheets_judge_of_no_applicant" in str(refused.value.orig.diag.constraint_name)  # type: ignore[union-attr]


def panel_with(first: NewMember) -> list[NewMember]:
    return [first, *(NewMember(f"J{n}", f"评委{n}", "督导", "", True) for n in range(2, 6))]


async def test_only_judges_accounts_and_known_parties_are_seated(session: AsyncSession) -> None:
    tender = await make_tender(session)
    stranger = await actor_of(session, Role.committee)
    for account in (stranger.account_id, 999_999):
        seats = panel_with(NewMember("J1", "评委", "督导", "", True, account))
        with pytest.raises(JudgeAccountUnknown) as refusal:
            await service.appoint_panel(session, purchaser_of(tender), tender.id, seats)
        assert refusal.value.facts == {"account": account}
    with pytest.raises(PartyUnknown):
        seats = panel_with(NewMember("J1", "评委", "督导", "", True, None, 999_999))
        await service.appoint_panel(session, purchaser_of(tender), tender.id, seats)


@pytest.mark.parametrize("is_expert", [True, False])
async def test_who_works_for_the_purchaser_represents_it_but_is_no_expert(
    session: AsyncSession, is_expert: bool
) -> None:
    tender = await make_tender(session)
    own = await actor_of(session, Role.judge)
    session.add(Membership(account_id=own.account_id, party_id=tender.party_id, role=Role.purchaser))
    await session.flush()
    seats = panel_with(NewMember("J1", "采购人代表", "代表", "", is_expert, own.account_id))
    if is_expert:
        with pytest.raises(Denied) as refusal:
            await service.appoint_panel(session, purchaser_of(tender), tender.id, seats)
        assert refusal.value.facts["reason"] == "both_sides"
    else:
        await service.appoint_panel(session, purchaser_of(tender), tender.id, seats)
    themselves = Actor(own.account_id, Role.purchaser, tender.party_id, "530114")
    with pytest.raises(Denied):
        await service.appoint_panel(session, themselves, tender.id, seats)


async def test_a_judge_of_no_applicant_opens_every_bid(session: AsyncSession) -> None:
    tender, bids = await opened(session)
    first, *_ = await make_panel(session, tender, accounts=True)
    session.add(
        Membership(account_id=first.account_id, party_id=(await make_party(session)).id, role=Role.organization)
    )
    await session.flush()
    assert [await access_bid(session, first, bid.id) for bid in bids] == bids
