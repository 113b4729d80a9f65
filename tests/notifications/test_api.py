"""The inbox: what somebody is told, with the event and only with it, to those whom it concerns and nobody else."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.accounts.resets import ask_reset
from app.contracts import service as contracts
from app.core.actors import Actor, Role
from app.core.clock import SimulatedClock, now
from app.notifications.models import Notification
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.surveys.results.service import close_survey
from app.surveys.waves.rules import WaveStatus
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Enquiry
from tests.conftest import ClientOf
from tests.factories.bids import make_bid
from tests.factories.contracts import make_contract
from tests.factories.notices import lots_of, make_tender
from tests.factories.notifications import make_notification
from tests.factories.parties import HERE, actor_of, make_party
from tests.factories.surveys import make_survey, make_wave
from tests.selection.test_api import CLOSES, make_fair
from tests.selection.test_gone import chosen, close, pause_offer, withdraw_need

pytestmark = pytest.mark.anyio


async def inbox(client: AsyncClient) -> list[dict[str, Any]]:
    return list((await client.get("/notifications")).json()["items"])


async def events_of(client_of: ClientOf, actor: Actor) -> list[tuple[str, str]]:
    async with client_of(actor) as client:
        return [(each["event"], each["thing"]) for each in await inbox(client)]


async def test_a_message_is_there_unread_until_its_reader_opens_it(session: AsyncSession, client_of: ClientOf) -> None:
    reader, colleague = await actor_of(session, Role.organization), await actor_of(session, Role.organization)
    told = await make_notification(session, reader, title="斗南公益创投", thing_id=7)
    await session.commit()
    async with client_of(colleague) as client:
        assert (await inbox(client), (await client.get("/notifications/count")).json()) == ([], {"unopened": 0})
        assert (await client.post(f"/notifications/{told.id}/open")).status_code == 404
        await client.post("/notifications/open")
    async with client_of(reader) as client:
        (read,) = await inbox(client)
        assert (read["text_zh"], read["opened_at"]) == ("公告“斗南公益创投”已更正，请查看更正内容。", None)
        assert read["text_en"] == "The notice “斗南公益创投” has been amended. Please read what has changed."
        assert (await client.get("/notifications/count")).json() == {"unopened": 1}
        assert (await client.post(f"/notifications/{told.id}/open")).status_code == 204
        (read,) = await inbox(client)
        count = (await client.get("/notifications/count")).json()
        assert (read["opened_at"] is not None, count) == (True, {"unopened": 0})


async def test_all_are_marked_as_read_at_once(session: AsyncSession, client_of: ClientOf) -> None:
    reader = await actor_of(session, Role.organization)
    for number in (1, 2, 3):
        await make_notification(session, reader, thing_id=number)
    await session.commit()
    async with client_of(reader) as client:
        assert (await client.post("/notifications/open")).status_code == 204
        assert (await client.get("/notifications/count")).json() == {"unopened": 0}


async def test_what_was_told_in_a_seat_goes_with_the_seat(session: AsyncSession, client_of: ClientOf) -> None:
    reader = await actor_of(session, Role.organization)
    told = await make_notification(session, reader)
    seat = await session.get_one(Membership, told.membership_id)
    seat.ended_at = await now(session)
    await session.commit()
    assert await events_of(client_of, reader) == []
    async with client_of(reader) as client:
        assert (await client.post(f"/notifications/{told.id}/open")).status_code == 404


async def test_an_answer_is_told_to_who_asked_and_to_all_bidders_but_to_nobody_else(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    asker, bidder, other = [await actor_of(session, Role.organization, await make_party(session)) for _ in range(3)]
    await make_bid(session, lot, await session.get_one(Party, bidder.party_id), status=BidStatus.draft, ref=None)
    enquiry = Enquiry(tender_id=tender.id, party_id=asker.party_id, question="场地？", asked_at=await now(session))
    session.add(enquiry)
    await session.flush()
    bureau = await actor_of(session, Role.purchaser, await session.get_one(Party, tender.party_id))
    await session.commit()
    async with client_of(bureau) as client:
        path = f"/tenders/{tender.id}/enquiries/{enquiry.id}/answer"
        assert (await client.post(path, json={"answer": ""})).status_code == 422
        assert [await events_of(client_of, each) for each in (asker, bidder)] == [[], []]
        assert (await client.post(path, json={"answer": "由社区提供。"})).status_code == 200
    told = [("enquiry.answered", "tender")]
    assert [await events_of(client_of, each) for each in (asker, bidder, other, bureau)] == [told, told, [], []]


async def test_a_side_hears_of_the_others_signature_and_a_committee_only_of_a_signed_contract(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_contract(session)
    buyer = await actor_of(session, Role.purchaser, await session.get_one(Party, contract.purchaser_id))
    seller = await actor_of(session, Role.organization, await session.get_one(Party, contract.contractor_id))
    await contracts.sign_contract(session, buyer, contract.id, "王科长")
    await session.commit()
    assert await events_of(client_of, seller) == [("signature.given", "contract")]
    assert await events_of(client_of, buyer) == []
    await contracts.sign_contract(session, seller, contract.id, "李花")
    await session.commit()
    assert await events_of(client_of, buyer) == [("contract.signed", "contract")]


async def test_who_wished_for_a_need_or_offer_hears_that_it_is_gone(session: AsyncSession, client_of: ClientOf) -> None:
    fair = await chosen(session, client_of)
    await withdraw_need(client_of, fair)
    await pause_offer(client_of, fair, 1)
    assert [await events_of(client_of, each) for each in fair.organizations] == [[("need.withdrawn", "round")]] * 2
    assert [await events_of(client_of, each) for each in fair.committees] == [[("offer.paused", "round")]] * 2


async def test_for_whom_a_list_was_filled_in_hears_that_their_own_still_counts(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    handed_in = fair.organizations[0]
    await fair.choose(client_of, "offers", 0, [[need.id] for need in fair.needs])
    clock.at = CLOSES - timedelta(hours=1)
    async with client_of(fair.bureau) as client:
        assert (await client.post(f"/selection/rounds/{fair.round_id}/derive")).status_code == 200
    told = [("round.derived", "round")]
    others = [*fair.committees, *fair.organizations[1:]]
    assert [await events_of(client_of, each) for each in others] == [told] * len(others)
    assert await events_of(client_of, handed_in) == []


async def test_both_sides_of_a_pair_are_told_of_it(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    await close(client_of, clock, fair)
    for actor in (*fair.organizations, *fair.committees):
        assert await events_of(client_of, actor) == [("pair.proposed", "round")]


async def test_the_first_side_to_agree_to_a_pair_is_told_to_the_other(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    await close(client_of, clock, fair)
    async with client_of(fair.committees[0]) as client:
        (pair,) = (await client.get(f"/selection/rounds/{fair.round_id}/pairs")).json()
        assert (await client.post(f"/selection/pairs/{pair['id']}/confirm")).status_code == 200
    told = [(await events_of(client_of, actor))[0][0] for actor in (fair.organizations[0], fair.committees[0])]
    assert told == ["pair.answered", "pair.proposed"]


async def test_the_communities_that_were_asked_hear_of_the_results(session: AsyncSession, client_of: ClientOf) -> None:
    survey = await make_survey(session, await make_party(session, PartyKind.street_office))
    await make_wave(session, survey, status=WaveStatus.closed)
    street = await actor_of(session, Role.street, await session.get_one(Party, survey.party_id))
    committee, other = await actor_of(session, Role.committee), await actor_of(session, Role.organization)
    await close_survey(session, street, survey.id)
    await session.commit()
    told = [await events_of(client_of, each) for each in (committee, other, street)]
    assert told == [[("survey.closed", "figures")], [], []]


async def test_a_subject_with_an_english_name_is_called_by_it(session: AsyncSession, client_of: ClientOf) -> None:
    reader = await actor_of(session, Role.organization)
    await make_notification(session, reader, title="公益创投", title_en="Small grants")
    await session.commit()
    async with client_of(reader) as client:
        (read,) = await inbox(client)
    assert read["text_zh"].startswith("公告“公益创投”") and read["text_en"].startswith("The notice “Small grants”")


async def test_a_reset_that_is_asked_again_and_again_is_told_once(session: AsyncSession, client_of: ClientOf) -> None:
    owner = await actor_of(session, Role.organization, username="huapu")
    await ask_reset(session, "huapu", HERE)
    await session.commit()
    await ask_reset(session, "huapu", HERE)
    await session.commit()
    assert await events_of(client_of, owner) == [("account.reset_asked", "account")]


async def test_pages_of_an_inbox_follow_each_other(session: AsyncSession, client_of: ClientOf) -> None:
    reader = await actor_of(session, Role.organization)
    numbers = [(await make_notification(session, reader, thing_id=number)).id for number in range(5)]
    await session.commit()
    async with client_of(reader) as client:
        first = (await client.get("/notifications?limit=3")).json()
        rest = (await client.get(f"/notifications?limit=3&cursor={first['next_cursor']}")).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == numbers[::-1]
    assert rest["next_cursor"] is None


async def test_nobody_is_told_twice_of_one_thing(session: AsyncSession) -> None:
    reader = await actor_of(session, Role.organization)
    await make_notification(session, reader)
    await session.commit()
    with pytest.raises(sa.exc.IntegrityError, match="uq_notifications_told_once"):
        await make_notification(session, reader)
    await session.rollback()
    assert await session.scalar(sa.select(sa.func.count()).select_from(Notification)) == 1
