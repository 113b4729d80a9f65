"""What nobody learns while lists come in, and that nobody chooses or confirms themselves."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import SimulatedClock
from app.selection.models import Pair
from tests.conftest import ClientOf
from tests.selection.test_api import CLOSES, Fair, make_fair

pytestmark = pytest.mark.anyio


async def one_for_both(session: AsyncSession, fair: Fair) -> Actor:
    """Somebody of the first committee, who now also belongs to the first organisation."""
    one, other = fair.committees[0], fair.organizations[0]
    session.add(Membership(account_id=one.account_id, party_id=other.party_id, role=Role.organization, area=""))
    await session.commit()
    return Actor(one.account_id, Role.organization, other.party_id)


async def test_places_of_an_offer_do_not_tell_that_its_list_was_handed_in(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    at = f"/selection/rounds/{fair.round_id}"
    async with client_of(fair.organizations[0]) as client, client_of(RESIDENT) as anybody:
        before = (await anybody.get(f"{at}/seats?side=offer")).text
        body = {"groups": [[fair.needs[0].id]], "places": 7}
        assert (await client.put(f"{at}/offers/{fair.offers[0].id}/preferences", json=body)).status_code == 200
        (own,) = (await client.get(f"{at}/preferences")).json()
        during = (await anybody.get(f"{at}/seats?side=offer")).text
        clock.at = CLOSES
        async with client_of(fair.bureau) as bureau:
            await bureau.post(f"{at}/close")
        after = (await anybody.get(f"{at}/seats?side=offer")).json()
    assert (own["places"], during == before, [seat["places"] for seat in after]) == (7, True, [7, 1])


async def test_one_person_hands_in_lists_for_one_side_of_a_round(session: AsyncSession, client_of: ClientOf) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    await fair.choose(client_of, "needs", 0, [[fair.offers[0].id]])
    fair.organizations[0] = await one_for_both(session, fair)
    assert await fair.choose(client_of, "offers", 0, [[fair.needs[0].id]]) == 403


async def test_one_person_does_not_confirm_a_pair_for_both_sides(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    await fair.choose(client_of, "needs", 0, [[fair.offers[0].id]])
    await fair.choose(client_of, "offers", 0, [[fair.needs[0].id]])
    clock.at = CLOSES
    async with client_of(fair.bureau) as client:
        await client.post(f"/selection/rounds/{fair.round_id}/close")
        (pair,) = (await client.get(f"/selection/rounds/{fair.round_id}/pairs")).json()
    async with client_of(fair.committees[0]) as client:
        await client.post(f"/selection/pairs/{pair['id']}/confirm")
    async with client_of(await one_for_both(session, fair)) as client:
        refused = await client.post(f"/selection/pairs/{pair['id']}/confirm")
    assert (refused.status_code, refused.json()["facts"]) == (403, {"verb": "confirm", "reason": "both_sides"})
    with pytest.raises(IntegrityError, match="answered_by_two"):
        await session.execute(sa.update(Pair).values(offer_answered_by=fair.committees[0].account_id))
