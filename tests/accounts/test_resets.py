"""A new password goes to the person: asked for, approved by a colleague, set by the browser that asked; and the first
password of a new account, whose seat beside others counts when one of them confirms it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.credentials import PasswordWeak
from app.accounts.memberships import confirm_membership, end_membership
from app.accounts.models import Account, Membership
from app.accounts.passwords import HASHER
from app.accounts.policy import authenticate
from app.accounts.queries import waiting
from app.accounts.resets import (
    Asked,
    approve_reset,
    ask_reset,
    cancel_reset,
    open_link,
    set_password,
    state_of,
)
from app.accounts.rules import (
    LINK_FOR,
    OBJECTION,
    TOLD_FOR,
    CodeWrong,
    CredentialsWrong,
    LinkUnknown,
    PasswordSet,
    PasswordUnset,
    ResetNotReady,
    ResetState,
    SeatUnconfirmed,
    TooManyTries,
)
from app.accounts.service import Invited, create_account, disable_account, invite_account
from app.accounts.sign_in import Place
from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import AuditEvent
from app.core.clock import SimulatedClock, move_clock, now
from app.core.db import Units
from app.core.errors import NotFound
from app.core.settings import Settings
from app.main import create_app
from app.parties.models import Party
from app.parties.rules import PartyKind
from tests.factories.parties import ELSEWHERE, HERE, PASSWORD, actor_of, apart, enter, make_account, make_party

pytestmark = pytest.mark.anyio
NEW = "a quiet lake in June"


@pytest.fixture
async def firefly(session: AsyncSession) -> Party:
    return await make_party(session, PartyKind.organization)


async def person_of(session: AsyncSession, party: Party | None, name: str, role: Role = Role.organization) -> Actor:
    """Somebody of the party who can sign in with PASSWORD."""
    account, seat = await make_account(session, role, party, username=name, password_hash=HASHER.hash(PASSWORD))
    return Actor(account.id, role, seat.party_id, seat.area)


async def asked_by(session: AsyncSession, name: str, place: Place = ELSEWHERE) -> Asked:
    return await ask_reset(session, name, place)


async def approved(session: AsyncSession, actor: Actor, asked: Asked) -> None:
    assert asked.reset.account_id and asked.reset.code
    await approve_reset(session, apart(session), actor, asked.reset.account_id, asked.reset.code)


async def renewed(session: AsyncSession, asked: Asked, password: str = NEW) -> None:
    await set_password(session, apart(session), asked.secret, password)


async def verbs(session: AsyncSession, actor: Actor) -> list[tuple[str, str]]:
    return [(item.verb, item.title) for item in await waiting(session, actor, await now(session))]


async def test_a_colleague_approves_and_the_browser_that_asked_sets_the_password(
    session: AsyncSession, firefly: Party
) -> None:
    forgetful, colleague = await person_of(session, firefly, "li"), await person_of(session, firefly, "wang")
    signed_in = await enter(session, "li")
    asked = await asked_by(session, "Li")
    with pytest.raises(ResetNotReady):
        await renewed(session, asked)
    assert await verbs(session, colleague) == [("approve_reset", "li")]
    await approved(session, colleague, asked)
    with pytest.raises(PasswordWeak):
        await renewed(session, asked, "li li li li li")
    await renewed(session, asked)
    assert await authenticate(session, signed_in.token) == RESIDENT
    with pytest.raises(CredentialsWrong):
        await enter(session, "li")
    assert (await enter(session, "li", NEW)).actor == forgetful
    with pytest.raises(ResetNotReady):
        await renewed(session, asked, "another quiet lake in June")


async def test_the_other_people_of_the_party_are_told_for_two_weeks_and_the_audit_log_for_ever(
    session: AsyncSession, firefly: Party
) -> None:
    await person_of(session, firefly, "li")
    colleague, third = [await person_of(session, firefly, name) for name in ("wang", "zhao")]
    stranger = await actor_of(session, Role.purchaser)
    asked = await asked_by(session, "li")
    await approved(session, colleague, asked)
    await renewed(session, asked)
    assert await verbs(session, third) == [("read_reset", "li")]
    assert await verbs(session, stranger) == []
    await move_clock(session, await now(session) + TOLD_FOR)
    assert await verbs(session, third) == []
    await session.commit()
    events = set(await session.scalars(sa.select(AuditEvent.event)))
    assert events >= {"account.reset_asked", "account.reset_approved", "account.password_set"}


async def test_an_administrator_cannot_give_oneself_the_password_of_somebody_with_colleagues(
    session: AsyncSession, firefly: Party
) -> None:
    await person_of(session, firefly, "li")
    await person_of(session, firefly, "wang")
    admin = await actor_of(session)
    asked = await asked_by(session, "li")
    with pytest.raises(CodeWrong):
        await approved(session, admin, asked)
    assert await verbs(session, admin) == []


async def test_nobody_but_a_colleague_with_the_code_approves(session: AsyncSession, firefly: Party) -> None:
    oneself, colleague = await person_of(session, firefly, "li"), await person_of(session, firefly, "wang")
    stranger = await actor_of(session, Role.purchaser)
    asked = await asked_by(session, "li")
    right = asked.reset.code or ""
    wrong = "000000" if right != "000000" else "111111"
    for actor, code in ((oneself, right), (stranger, right), (colleague, wrong)):
        with pytest.raises(CodeWrong):
            await approve_reset(session, apart(session), actor, oneself.account_id or 0, code)


async def test_where_nobody_else_is_an_administrator_approves_and_it_takes_effect_after_a_day(
    session: AsyncSession, firefly: Party
) -> None:
    forgetful, admin = await person_of(session, firefly, "li"), await actor_of(session)
    asked = await asked_by(session, "li")
    assert await verbs(session, admin) == [("approve_reset", "li")]
    await approved(session, admin, asked)
    assert state_of(asked.reset, await now(session)) is ResetState.approved
    with pytest.raises(ResetNotReady):
        await renewed(session, asked)
    assert await verbs(session, forgetful) == [("cancel_reset", "li")]
    await move_clock(session, await now(session) + OBJECTION)
    await renewed(session, asked)
    await enter(session, "li", NEW)


@pytest.mark.parametrize("by", ["signing in", "hand"])
async def test_whoever_knows_the_old_password_stops_what_an_administrator_approved(
    session: AsyncSession, firefly: Party, by: str
) -> None:
    victim, admin = await person_of(session, firefly, "li"), await actor_of(session)
    asked = await asked_by(session, "li")
    await approved(session, admin, asked)
    if by == "hand":
        await cancel_reset(session, victim)
    else:
        await enter(session, "li")
    await move_clock(session, await now(session) + OBJECTION)
    with pytest.raises(ResetNotReady):
        await renewed(session, asked)


async def test_a_colleague_does_not_open_what_the_person_holds_elsewhere(session: AsyncSession, firefly: Party) -> None:
    other = await make_party(session, PartyKind.bureau)
    person, colleague = await person_of(session, firefly, "li"), await person_of(session, firefly, "wang")
    there = await person_of(session, other, "he", Role.purchaser)
    session.add(Membership(account_id=person.account_id, party_id=other.id, role=Role.purchaser))
    await session.execute(sa.update(Membership).values(confirmed_at=await now(session)))
    asked = await asked_by(session, "li")
    await approved(session, colleague, asked)
    await renewed(session, asked)
    assert (await enter(session, "li", NEW)).actor == person
    seats = await session.scalars(sa.select(Membership).where(Membership.account_id == person.account_id))
    assert {seat.party_id: seat.confirmed_at is not None for seat in seats} == {firefly.id: True, other.id: False}
    assert ("confirm_membership", "li") in await verbs(session, there)


async def test_the_answer_is_the_same_whether_a_name_has_an_account_and_asking_is_limited(
    session: AsyncSession, firefly: Party
) -> None:
    await person_of(session, firefly, "li")
    known, unknown = await asked_by(session, "li", HERE), await asked_by(session, "nobody", HERE)
    shown = [
        (len(a.reset.code or ""), a.reset.expires_at, state_of(a.reset, a.reset.asked_at)) for a in (known, unknown)
    ]
    assert shown[0] == shown[1]
    for _ in range(3):
        await asked_by(session, "nobody", HERE)
    with pytest.raises(TooManyTries):
        await asked_by(session, "nobody", HERE)


async def invited_to(session: AsyncSession, party: Party, name: str = "xin") -> Invited:
    seats = [(Role.organization, party.id)]
    return await create_account(session, await actor_of(session), username=name, display_name=name, seats=seats)


async def test_a_new_account_sets_its_password_by_a_link_once_within_a_week(
    session: AsyncSession, firefly: Party
) -> None:
    invited = await invited_to(session, firefly)
    with pytest.raises(CredentialsWrong):
        await enter(session, "xin", PASSWORD)
    again = await invite_account(session, await actor_of(session), invited.account.id)
    with pytest.raises(LinkUnknown):
        await open_link(session, invited.secret)
    await open_link(session, again.secret)
    await set_password(session, apart(session), again.secret, PASSWORD)
    await enter(session, "xin", PASSWORD)
    with pytest.raises(LinkUnknown):
        await open_link(session, again.secret)
    with pytest.raises(PasswordSet):
        await invite_account(session, await actor_of(session), invited.account.id)
    late = await invited_to(session, firefly, "late")
    await move_clock(session, await now(session) + LINK_FOR)
    with pytest.raises(LinkUnknown):
        await open_link(session, late.secret)


async def test_a_seat_beside_others_counts_when_one_of_them_confirms_it(session: AsyncSession, firefly: Party) -> None:
    colleague, admin = await person_of(session, firefly, "wang"), await actor_of(session)
    invited = await invited_to(session, firefly)
    seat = (await session.scalars(sa.select(Membership).where(Membership.account_id == invited.account.id))).one()
    assert await verbs(session, colleague) == []
    with pytest.raises(PasswordUnset):
        await confirm_membership(session, colleague, seat.id)
    await set_password(session, apart(session), invited.secret, PASSWORD)
    with pytest.raises(SeatUnconfirmed):
        await enter(session, "xin")
    for other in (admin, await actor_of(session, Role.organization)):
        with pytest.raises(NotFound):
            await confirm_membership(session, other, seat.id)
    assert await verbs(session, colleague) == [("confirm_membership", "xin")]
    await confirm_membership(session, colleague, seat.id)
    assert (await enter(session, "xin")).actor.party_id == firefly.id


async def test_a_colleague_turns_away_who_is_none(session: AsyncSession, firefly: Party) -> None:
    colleague = await person_of(session, firefly, "wang")
    invited = await invited_to(session, firefly)
    await set_password(session, apart(session), invited.secret, PASSWORD)
    seat = (await session.scalars(sa.select(Membership).where(Membership.account_id == invited.account.id))).one()
    await end_membership(session, colleague, seat.id)
    with pytest.raises(CredentialsWrong):
        await enter(session, "xin")


async def test_an_administrator_who_shuts_out_a_partys_people_gets_in_no_sooner_than_after_a_day(
    session: AsyncSession, firefly: Party
) -> None:
    colleague, admin = await person_of(session, firefly, "wang"), await actor_of(session)
    await disable_account(session, admin, colleague.account_id or 0)
    invited = await invited_to(session, firefly)
    await set_password(session, apart(session), invited.secret, PASSWORD)
    seat = (await session.scalars(sa.select(Membership).where(Membership.account_id == invited.account.id))).one()
    await confirm_membership(session, admin, seat.id)
    with pytest.raises(SeatUnconfirmed):
        await enter(session, "xin")
    await move_clock(session, await now(session) + OBJECTION)
    await enter(session, "xin")


@asynccontextmanager
async def browser(units: Units) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(create_app(Settings(), units, authenticate), client=("192.0.2.1", 50000))
    async with AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        yield client


async def test_the_whole_way_in_two_browsers(units: Units, clock: SimulatedClock) -> None:
    async with units() as session:
        party = await make_party(session, PartyKind.organization)
        li = await person_of(session, party, "li")
        await person_of(session, party, "wang")
    async with browser(units) as forgetful, browser(units) as colleague, browser(units) as foreign:
        asked = (await forgetful.post("/session/reset", json={"username": "li"})).json()
        await colleague.post("/session", json={"username": "wang", "password": PASSWORD})
        desk = [item["verb"] for item in (await colleague.get("/desk")).json()["items"]]
        listed = (await colleague.get("/accounts/colleagues")).json()
        spaced = f"{asked['code'][:3]} {asked['code'][3:]}"
        done = await colleague.post(f"/accounts/{li.account_id}/approve_reset", json={"code": spaced})
        ready = (await forgetful.get("/session/reset")).json()
        stolen = await foreign.post("/session/new_password", json={"password": NEW})
        changed = await forgetful.post("/session/new_password", json={"password": NEW})
        after = (await forgetful.get("/session/reset")).json()
        admitted = await forgetful.post("/session", json={"username": "li", "password": NEW})
        told = (await colleague.get("/accounts/colleagues")).json()["told"]
    assert (asked["state"], ready["state"], changed.json()["state"], after["state"]) == (
        "asked",
        "ready",
        "used",
        "none",
    )
    assert "approve_reset" in desk and listed["resets"][0]["account_id"] == li.account_id
    assert asked["code"] not in str(listed)
    assert (done.status_code, stolen.status_code, admitted.status_code) == (200, 409, 200)
    assert [(each["username"], each["approved_by"]) for each in told] == [("li", "wang")]


async def test_the_code_and_the_secret_do_not_help_without_each_other(session: AsyncSession, firefly: Party) -> None:
    await person_of(session, firefly, "li")
    colleague = await person_of(session, firefly, "wang")
    mine, attackers = await asked_by(session, "li", HERE), await asked_by(session, "li", ELSEWHERE)
    await approved(session, colleague, mine)
    if mine.reset.code != attackers.reset.code:
        with pytest.raises(ResetNotReady):
            await renewed(session, attackers)
    await renewed(session, mine)
    assert state_of(attackers.reset, await now(session) + timedelta(days=1)) is not ResetState.ready


async def test_no_account_of_the_demonstration_is_reset(session: AsyncSession, firefly: Party) -> None:
    await make_account(session, Role.organization, firefly, username="demo", is_demonstration=True)
    assert (await asked_by(session, "demo")).reset.account_id is None
    assert await session.scalar(sa.select(Account.id).where(Account.username == "demo"))
