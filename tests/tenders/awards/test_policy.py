"""Who sees an award when, and who may decide on a result."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.errors import Denied, NotFound
from app.parties.rules import PartyKind
from app.tenders.awards import policy, service
from app.tenders.awards.policy import AWARD_WHO, BIDS, WHO, award_actions, result_actions
from app.tenders.awards.queries import result_page
from app.tenders.awards.rules import AwardStatus
from app.tenders.notices.models import Tender
from app.tenders.profiles.rules import OverspendRule
from tests.factories.awards import bidder_of, live_awards, make_confirmed, make_published, make_scored, propose
from tests.factories.notices import make_tender, set_clock
from tests.factories.panels import purchaser_of
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio


async def offered(session: AsyncSession, actor: Actor, tender: Tender) -> list[str]:
    """The buttons of the tender's latest result."""
    _, result = await policy.read_result(session, actor, tender.id)
    page = await result_page(session, tender, result)
    return result_actions(actor, page.progress)


def test_results_are_the_purchasers_and_cuts_the_bidders_to_answer() -> None:
    by_role = {
        role: {verb for verb, roles in WHO.items() if roles == {role}} for role in (Role.purchaser, Role.organization)
    }
    assert by_role == {
        Role.purchaser: {"propose", "publish", "confirm"},
        Role.organization: {"list_own"},
    }
    assert dict.fromkeys(("accept_cut", "decline_cut"), BIDS) == AWARD_WHO


async def test_a_proposal_is_seen_by_its_purchaser_only_and_a_published_result_by_everybody(
    session: AsyncSession,
) -> None:
    tender = await make_scored(session, (90, 20_000))
    await propose(session, tender)
    award = (await live_awards(session, tender))["B01"]
    await policy.read_award(session, purchaser_of(tender), award.id)
    for actor in (RESIDENT, bidder_of(award), Actor(1, Role.auditor)):
        with pytest.raises(NotFound):
            await policy.read_award(session, actor, award.id)
        with pytest.raises(NotFound):
            await policy.read_result(session, actor, tender.id)
    await service.publish_result(session, purchaser_of(tender), tender.id)
    for actor in (RESIDENT, bidder_of(award)):
        assert (await policy.read_award(session, actor, award.id)).id == award.id
        assert (await policy.read_result(session, actor, tender.id))[0].id == tender.id


async def test_a_bidder_sees_its_own_cut_before_the_publication_and_no_other(session: AsyncSession) -> None:
    tender = await make_tender(session, overspend_rule=OverspendRule.trim)
    await make_scored(session, (90, 30_000), (85, 30_000), (80, 30_000), (75, 14_000), tender=tender, places=4)
    await propose(session, tender)
    awards = await live_awards(session, tender)
    own = await policy.read_award(session, bidder_of(awards["B01"]), awards["B01"].id)
    assert award_actions(bidder_of(own), own) == ["accept_cut", "decline_cut"]
    assert award_actions(purchaser_of(tender), own) == []
    with pytest.raises(NotFound):
        await policy.read_award(session, bidder_of(awards["B01"]), awards["B02"].id)


async def test_another_bureau_does_not_decide(session: AsyncSession) -> None:
    tender = await make_scored(session, (90, 20_000))
    other = await make_party(session, PartyKind.bureau, area_code="530111000000")
    with pytest.raises(Denied):
        await service.propose_awards(session, Actor(1, Role.purchaser, other.id), tender.id)


async def test_actions_on_a_result_follow_its_state(session: AsyncSession) -> None:
    tender = await make_scored(session, (90, 20_000))
    staff = purchaser_of(tender)
    await propose(session, tender)
    seen = [await offered(session, staff, tender)]
    result = await service.publish_result(session, staff, tender.id)
    seen.append(await offered(session, staff, tender))
    assert result.objections_end is not None
    await set_clock(session, result.objections_end)
    seen += [await offered(session, staff, tender), await offered(session, RESIDENT, tender)]
    assert seen == [["publish", "propose"], [], ["confirm"], []]


async def test_after_an_accepted_objection_the_purchaser_may_propose_again(session: AsyncSession) -> None:
    tender, _ = await make_published(session, (90, 20_000), (80, 20_000))
    for award in (await live_awards(session, tender)).values():
        award.status = AwardStatus.revoked
    assert await offered(session, purchaser_of(tender), tender) == ["propose"]


async def test_a_confirmed_result_leaves_nothing_to_do(session: AsyncSession) -> None:
    tender, _ = await make_confirmed(session, (90, 20_000))
    assert await offered(session, purchaser_of(tender), tender) == []
