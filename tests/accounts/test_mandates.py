"""Several people of one organisation: who invites whom, who says what each may do, and that a head stays."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.memberships import change_mandate, confirm_membership, end_membership
from app.accounts.models import Membership
from app.accounts.policy import actor_in, authenticate
from app.accounts.queries import list_accounts
from app.accounts.resets import set_password
from app.accounts.rules import LastHead, MandateDoesNotFit
from app.accounts.schemas import AccountRead
from app.accounts.service import invite_colleague
from app.core.actors import Actor, Mandate, Role
from app.core.errors import Denied, NotFound
from app.core.paging import Paging
from app.parties.models import Party
from tests.conftest import ClientOf
from tests.factories.parties import PASSWORD, actor_of, apart, enter, make_party

pytestmark = pytest.mark.anyio


async def head_of(session: AsyncSession, party: Party | None = None) -> Actor:
    return await actor_of(session, Role.organization, party or await make_party(session))


async def seat_of(session: AsyncSession, account_id: int | None) -> Membership:
    return (await session.scalars(sa.select(Membership).where(Membership.account_id == account_id))).one()


async def joined(session: AsyncSession, head: Actor, username: str, mandate: Mandate) -> Membership:
    """A colleague who has set the password and was confirmed."""
    invited = await invite_colleague(session, head, username, f"同事{username}", mandate)
    await set_password(session, apart(session), invited.secret, PASSWORD)
    return await confirm_membership(session, head, (await seat_of(session, invited.account.id)).id)


async def test_whoever_is_invited_as_a_reader_acts_as_one_and_knows_whom_to_ask(session: AsyncSession) -> None:
    head = await head_of(session)
    await joined(session, head, "chayue", Mandate.reader)
    actor = await authenticate(session, (await enter(session, "chayue")).token)
    assert (actor.role, actor.party_id, actor.mandate) == (Role.organization, head.party_id, Mandate.reader)
    assert actor.heads == ("organization1",)


async def test_a_mandate_that_changed_counts_at_once(session: AsyncSession) -> None:
    head = await head_of(session)
    seat = await joined(session, head, "chayue", Mandate.reader)
    token = (await enter(session, "chayue")).token
    await change_mandate(session, head, seat.id, Mandate.head)
    actor = await authenticate(session, token)
    assert (actor.mandate, actor.heads) == (Mandate.head, ())


async def test_a_head_stays_whoever_steps_back_or_leaves(session: AsyncSession) -> None:
    head, admin = await head_of(session), await actor_of(session)
    own = await seat_of(session, head.account_id)
    editor = await joined(session, head, "jingban", Mandate.editor)
    with pytest.raises(LastHead):
        await change_mandate(session, head, own.id, Mandate.editor)
    with pytest.raises(LastHead):
        await end_membership(session, admin, own.id)
    await change_mandate(session, head, editor.id, Mandate.head)
    await change_mandate(session, head, own.id, Mandate.reader)
    assert (own.mandate, editor.mandate) == (Mandate.reader, Mandate.head)


async def test_only_heads_end_a_colleagues_membership_and_nobody_that_of_strangers(session: AsyncSession) -> None:
    head, stranger = await head_of(session), await head_of(session)
    seat = await joined(session, head, "chayue", Mandate.reader)
    editor = await joined(session, head, "jingban", Mandate.editor)
    with pytest.raises(Denied):
        await end_membership(session, actor_in(editor), seat.id)
    for verb in (end_membership(session, stranger, seat.id), change_mandate(session, stranger, seat.id, Mandate.head)):
        with pytest.raises(NotFound):
            await verb
    await end_membership(session, head, seat.id)
    assert seat.ended_at is not None


async def test_a_head_of_one_organization_gives_themselves_no_more_in_another(session: AsyncSession) -> None:
    head, other = await head_of(session), await head_of(session)
    seat = await joined(session, head, "chayue", Mandate.reader)
    elsewhere = Actor(seat.account_id, Role.organization, other.party_id)
    with pytest.raises(Denied):
        await change_mandate(session, elsewhere, seat.id, Mandate.head)


async def offered(session: AsyncSession, admin: Actor, username: str) -> list[str]:
    """What the list of accounts offers to do to somebody's seat."""
    (found,) = (await list_accounts(session, username, Paging())).rows
    return AccountRead.of(found, admin).memberships[0].actions


async def test_an_administrator_names_a_head_only_where_none_is_left(session: AsyncSession) -> None:
    head, admin = await head_of(session), await actor_of(session)
    seat = await joined(session, head, "jingban", Mandate.editor)
    with pytest.raises(Denied):
        await change_mandate(session, admin, seat.id, Mandate.head)
    assert await offered(session, admin, "jingban") == []
    (await seat_of(session, head.account_id)).mandate = Mandate.reader
    assert await offered(session, admin, "jingban") == ["change_mandate"]
    await change_mandate(session, admin, seat.id, Mandate.head)
    assert seat.mandate is Mandate.head


async def test_judges_do_not_learn_of_each_other(session: AsyncSession, client_of: ClientOf) -> None:
    judge, _ = await actor_of(session, Role.judge), await actor_of(session, Role.judge)
    await session.commit()
    async with client_of(judge) as client:
        assert (await client.get("/accounts/colleagues")).json()["people"] == []


async def test_people_of_an_office_may_all_do_everything(session: AsyncSession) -> None:
    committee = await actor_of(session, Role.committee)
    with pytest.raises(MandateDoesNotFit):
        await invite_colleague(session, committee, "chayue", "查阅", Mandate.reader)


async def test_everybody_sees_who_there_is_and_heads_what_waits_for_them(
    session: AsyncSession, client_of: ClientOf
) -> None:
    head = await head_of(session)
    reader = await joined(session, head, "chayue", Mandate.reader)
    await invite_colleague(session, head, "jingban", "经办", Mandate.editor)
    await session.commit()
    seen = {}
    for actor in (head, actor_in(reader)):
        async with client_of(actor) as client:
            seen[actor.mandate] = (await client.get("/accounts/colleagues")).json()
    whole, less = seen[Mandate.head], seen[Mandate.reader]
    assert [(each["mandate"], each["actions"]) for each in whole["people"]] == [
        ("head", ["change_mandate"]),
        ("reader", ["change_mandate", "end_membership"]),
    ]
    assert [(each["mandate"], each["username"]) for each in whole["seats"]] == [("editor", "jingban")]
    assert (whole["actions"], less["actions"], less["seats"]) == (["invite_colleague"], [], [])
    assert [each["actions"] for each in less["people"]] == [[], []]


async def test_what_takes_a_greater_mandate_stands_apart_on_the_desk(
    session: AsyncSession, client_of: ClientOf
) -> None:
    head = await head_of(session)
    reader = await joined(session, head, "chayue", Mandate.reader)
    await session.commit()
    desks = {}
    for actor in (head, actor_in(reader)):
        async with client_of(actor) as client:
            desk = (await client.get("/desk")).json()
        desks[actor.mandate] = [[each["verb"] for each in desk[part]] for part in ("items", "of_heads")]
    assert desks == {Mandate.head: [["edit"], []], Mandate.reader: [[], ["edit"]]}
