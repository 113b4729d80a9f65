"""Accounts over the wire: who reaches them."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.core.actors import RESIDENT, Actor, Role
from app.parties.rules import PartyKind
from tests.conftest import ClientOf
from tests.factories.parties import actor_of, make_account, make_party

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.admin, Role.clock}])
async def test_only_administrators_reach_accounts(session: AsyncSession, client_of: ClientOf, role: Role) -> None:
    account, _ = await make_account(session)
    await session.commit()
    actor = RESIDENT if role is Role.resident else Actor(999, role, 1)
    async with client_of(actor) as client:
        answers = [
            await client.get("/accounts"),
            await client.post("/accounts", json={}),
            await client.post(f"/accounts/{account.id}/disable"),
            await client.post(f"/accounts/{account.id}/enable"),
            await client.post(f"/accounts/{account.id}/invite"),
        ]
    assert {r.status_code for r in answers} == {401 if role is Role.resident else 403}
    assert account.username not in "".join(r.text for r in answers)
    assert await session.scalar(sa.select(Account.disabled_at)) is None


async def test_an_administrator_makes_disables_and_enables_an_account(
    session: AsyncSession, client_of: ClientOf
) -> None:
    admin, bureau = await actor_of(session), await make_party(session, PartyKind.bureau)
    await session.commit()
    given = {
        "username": "Minzheng",
        "display_name": "民政局",
        "memberships": [{"role": "purchaser", "party_id": bureau.id}],
    }
    async with client_of(admin) as client:
        made = (await client.post("/accounts", json=given)).json()
        again = (await client.post(f"/accounts/{made['id']}/invite")).json()
        twice = await client.post("/accounts", json=given)
        disabled = (await client.post(f"/accounts/{made['id']}/disable")).json()
        enabled = (await client.post(f"/accounts/{made['id']}/enable")).json()
        own = await client.post(f"/accounts/{admin.account_id}/disable")
        listed = (await client.get("/accounts?q=minzheng")).json()["items"]
    assert (made["username"], made["memberships"][0]["area"]) == ("minzheng", "530114")
    assert (twice.status_code, twice.json()["code"]) == (409, "UsernameTaken")
    assert [(a["status"], a["actions"]) for a in (made, disabled, enabled)] == [
        ("active", ["disable", "invite_account"]),
        ("disabled", ["enable", "invite_account"]),
        ("active", ["disable", "invite_account"]),
    ]
    assert (own.status_code, own.json()["code"]) == (409, "OwnAccount")
    assert [account["id"] for account in listed] == [made["id"]]
    assert "argon2" not in str(listed)
    assert made["link"].startswith("/set-password#") and made["link"] != again["link"] and "link" not in listed[0]
