"""Accounts and their sessions, memberships, and what ends them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.credentials import PasswordWeak
from app.accounts.memberships import add_membership, end_membership
from app.accounts.models import Account, AccountSession, Membership
from app.accounts.new_passwords import change_password
from app.accounts.passwords import HASHER
from app.accounts.policy import authenticate, read_judges, state_of
from app.accounts.queries import find_account, open_session, seats_of
from app.accounts.rules import (
    DEMONSTRATION_PASSWORD,
    IDLE,
    LIFETIME,
    SEEN_STEP,
    AccountState,
    CredentialsWrong,
    OwnAccount,
    OwnSeat,
    RoleDoesNotFit,
    SeatHeld,
    TooManyTries,
    UsernameTaken,
    token_hash,
)
from app.accounts.service import (
    DemonstrationSeat,
    close_demonstration,
    create_account,
    disable_account,
    enable_account,
    make_demonstration_accounts,
    one_seat_per_role,
    reopen_demonstration,
)
from app.accounts.sessions import end_other_sessions, sign_out, switch_membership
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import move_clock, now
from app.core.db import Units
from app.core.errors import MoveRefused, NotFound, NotSignedIn
from app.core.http.idempotency import Idempotency
from app.core.http.unit import SESSION_COOKIE
from app.core.settings import Settings
from app.main import create_app
from app.models import TABLES
from app.parties.rules import PartyKind
from tests.factories.parties import PASSWORD, actor_of, apart, enter, make_account, make_dounan, make_party
from tests.factories.reference import DOUNAN, LONGJIE

pytestmark = pytest.mark.anyio
JUDGE = DemonstrationSeat("judge", "评审专家 Judge", Role.judge, None)
Browser = Callable[..., AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture
def browser(units: Units) -> Browser:
    """The API with the real way of telling who asks."""

    @asynccontextmanager
    async def browser(*, demonstration: bool = True) -> AsyncIterator[AsyncClient]:
        app = create_app(Settings(demonstration=demonstration), units, authenticate)
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
            yield client

    return browser


async def test_no_table_holds_a_password_or_a_token_in_clear(session: AsyncSession) -> None:
    account = await make_dounan(session)
    token = (await enter(session)).token
    assert account.password_hash and account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await session.commit()
    for table in TABLES.tables:
        stored = str((await session.execute(sa.text(f"SELECT * FROM {table}"))).all())  # noqa: S608
        assert (PASSWORD in stored, token in stored) == (False, False)


async def test_who_signs_in_acts_in_the_first_membership(session: AsyncSession) -> None:
    account = await make_dounan(session, DOUNAN, LONGJIE)
    signed_in = await enter(session, " DOUNAN ")
    membership = await session.scalar(sa.select(Membership).where(Membership.area == DOUNAN))
    assert membership is not None
    assert signed_in.actor == Actor(account.id, Role.committee, membership.party_id, DOUNAN)
    assert await authenticate(session, signed_in.token) == signed_in.actor


@pytest.mark.parametrize("token", ["", "unknown", "x" * 43])
async def test_an_absent_or_unknown_token_is_a_resident(session: AsyncSession, token: str) -> None:
    assert await authenticate(session, token) == RESIDENT


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(browser: Browser, units: Units) -> None:
    async with units() as session:
        await make_dounan(session)
    async with browser() as client:
        wrong = await client.post("/session", json={"username": "dounan", "password": "guess"})
        unknown = await client.post("/session", json={"username": "nobody", "password": "guess"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "CredentialsWrong")
    assert (unknown.status_code, unknown.json()) == (wrong.status_code, wrong.json())
    assert wrong.headers.get("set-cookie") is None


async def test_a_session_ends_after_half_an_hour_idle_but_not_while_it_is_used(session: AsyncSession) -> None:
    await make_dounan(session)
    token = (await enter(session)).token
    for _ in range(4):
        await move_clock(session, await now(session) + IDLE - SEEN_STEP)
        assert (await authenticate(session, token)).role is Role.committee
    await move_clock(session, await now(session) + IDLE)
    assert await authenticate(session, token) == RESIDENT


async def test_a_session_ends_after_twelve_hours_however_busy(session: AsyncSession) -> None:
    await make_dounan(session)
    token, end = (await enter(session)).token, await now(session) + LIFETIME
    while await now(session) < end - IDLE:
        await move_clock(session, await now(session) + IDLE - SEEN_STEP)
        assert (await authenticate(session, token)).role is Role.committee
    await move_clock(session, end)
    assert await authenticate(session, token) == RESIDENT


async def test_signing_in_again_ends_the_session_of_the_same_browser(session: AsyncSession) -> None:
    await make_dounan(session)
    old = (await enter(session)).token
    new = await enter(session, old_token=old)
    assert await authenticate(session, old) == RESIDENT
    assert (await authenticate(session, new.token)).role is Role.committee


async def test_signing_out_ends_this_session_only(session: AsyncSession) -> None:
    await make_dounan(session)
    here, there = await enter(session), await enter(session)
    await sign_out(session, here.actor, here.token)
    assert await authenticate(session, here.token) == RESIDENT
    assert (await authenticate(session, there.token)).role is Role.committee


async def test_a_disabled_account_loses_its_sessions_at_once_and_gets_none_back(session: AsyncSession) -> None:
    account, admin = await make_dounan(session), await actor_of(session)
    token = (await enter(session)).token
    await disable_account(session, admin, account.id)
    left = sa.select(sa.func.count()).select_from(AccountSession).where(AccountSession.account_id == account.id)
    assert await session.scalar(left) == 0
    with pytest.raises(CredentialsWrong):
        await enter(session)
    with pytest.raises(MoveRefused):
        await disable_account(session, admin, account.id)
    await enable_account(session, admin, account.id)
    assert await authenticate(session, token) == RESIDENT


async def test_a_session_that_outlived_its_account_stands_for_nobody(session: AsyncSession) -> None:
    account = await make_dounan(session)
    token = (await enter(session)).token
    account.disabled_at = await now(session)
    await session.flush()
    assert await authenticate(session, token) == RESIDENT


async def test_an_administrator_cannot_shut_out_oneself(session: AsyncSession) -> None:
    admin = await actor_of(session)
    assert admin.account_id is not None
    with pytest.raises(OwnAccount):
        await disable_account(session, admin, admin.account_id)


async def test_another_membership_is_taken_under_a_new_token_until_the_same_end(session: AsyncSession) -> None:
    account = await make_dounan(session, DOUNAN, LONGJIE)
    first = await enter(session)
    ends_at = await session.scalar(sa.select(AccountSession.expires_at))
    await move_clock(session, await now(session) + timedelta(minutes=10))
    other = await session.scalar(sa.select(Membership).where(Membership.area == LONGJIE))
    assert other is not None
    second = await switch_membership(session, first.actor, first.token, other.id)
    assert second.actor == Actor(account.id, Role.committee, other.party_id, LONGJIE)
    assert (await authenticate(session, first.token), await authenticate(session, second.token)) == (
        RESIDENT,
        second.actor,
    )
    assert await session.scalar(sa.select(AccountSession.expires_at)) == ends_at


async def test_somebody_elses_membership_is_not_found_and_nothing_changes(session: AsyncSession) -> None:
    await make_dounan(session)
    _, foreign = await make_account(session, Role.purchaser)
    mine = await enter(session)
    with pytest.raises(NotFound):
        await switch_membership(session, mine.actor, mine.token, foreign.id)
    assert await authenticate(session, mine.token) == mine.actor


async def test_a_session_that_was_ended_is_not_opened_again_by_switching(session: AsyncSession) -> None:
    await make_dounan(session, DOUNAN, LONGJIE)
    mine = await enter(session)
    other = await session.scalar(sa.select(Membership).where(Membership.area == LONGJIE))
    assert other is not None
    await sign_out(session, mine.actor, mine.token)
    with pytest.raises(NotSignedIn):
        await switch_membership(session, mine.actor, mine.token, other.id)


async def test_a_membership_ends_at_once_with_the_sessions_in_it_and_the_others_stay(session: AsyncSession) -> None:
    account, admin = await make_dounan(session, DOUNAN, LONGJIE), await actor_of(session)
    seats = {seat.area: seat for seat in (await seats_of(session, [account.id]))[account.id]}
    first, second = await enter(session), await enter(session)
    moved = await switch_membership(session, second.actor, second.token, seats[LONGJIE].id)
    await end_membership(session, admin, seats[DOUNAN].id)
    assert await authenticate(session, first.token) == RESIDENT
    assert (await authenticate(session, moved.token)).area == LONGJIE
    assert (await enter(session)).actor.area == LONGJIE
    with pytest.raises(NotFound):
        await switch_membership(session, moved.actor, moved.token, seats[DOUNAN].id)
    with pytest.raises(NotFound):
        await end_membership(session, admin, seats[DOUNAN].id)


async def test_a_session_that_outlived_its_membership_stands_for_nobody(session: AsyncSession) -> None:
    await make_dounan(session)
    token = (await enter(session)).token
    await session.execute(sa.update(Membership).where(Membership.area == DOUNAN).values(ended_at=await now(session)))
    assert await authenticate(session, token) == RESIDENT
    assert await open_session(session, token) is None
    with pytest.raises(CredentialsWrong):
        await enter(session)


async def test_a_membership_that_ended_is_given_again_but_never_twice(session: AsyncSession) -> None:
    account, admin = await make_dounan(session), await actor_of(session)
    (seat,) = (await seats_of(session, [account.id]))[account.id]
    with pytest.raises(SeatHeld):
        await add_membership(session, admin, account.id, Role.committee, seat.party_id)
    await end_membership(session, admin, seat.id)
    await add_membership(session, admin, account.id, Role.committee, seat.party_id)
    (again,) = (await seats_of(session, [account.id]))[account.id]
    assert (again.id != seat.id, again.area) == (True, DOUNAN)


async def test_whose_membership_it_is_may_end_it_but_not_while_acting_in_it(session: AsyncSession) -> None:
    account = await make_dounan(session, DOUNAN, LONGJIE)
    _, foreign = await make_account(session, Role.purchaser)
    mine = await enter(session)
    first, second = (await seats_of(session, [account.id]))[account.id]
    with pytest.raises(OwnSeat):
        await end_membership(session, mine.actor, first.id)
    with pytest.raises(NotFound):
        await end_membership(session, mine.actor, foreign.id)
    await end_membership(session, mine.actor, second.id)
    assert (await seats_of(session, [account.id]))[account.id] == [first]


async def test_ones_sessions_are_listed_with_their_browsers_and_ended_one_by_one(
    browser: Browser, units: Units
) -> None:
    async with units() as session:
        await make_dounan(session)
        foreign = await make_account(session, Role.committee, username="longjie", password_hash=HASHER.hash(PASSWORD))
    signing = {"username": "dounan", "password": PASSWORD}
    edge = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0"}
    async with browser() as desktop, browser() as phone, browser() as other:
        await desktop.post("/session", json=signing, headers=edge)
        await phone.post("/session", json=signing)
        await other.post("/session", json={**signing, "username": foreign[0].username})
        seen = (await phone.get("/session/list")).json()
        of_other = (await other.get("/session/list")).json()
        theirs = await phone.delete(f"/session/{of_other[0]['id']}")
        ended = await phone.delete(f"/session/{next(each['id'] for each in seen if not each['is_current'])}")
        roles = [(await each.get("/session")).json()["role"] for each in (desktop, phone, other)]
    assert sorted((each["device"], each["is_current"]) for each in seen) == [("", True), ("Edge · Windows", False)]
    assert (theirs.status_code, ended.status_code, roles) == (404, 204, ["resident", "committee", "committee"])


async def test_all_other_sessions_end_and_this_one_stays(session: AsyncSession) -> None:
    await make_dounan(session)
    here, there = await enter(session), await enter(session)
    await end_other_sessions(session, here.actor, here.token)
    assert (await authenticate(session, here.token), await authenticate(session, there.token)) == (
        here.actor,
        RESIDENT,
    )


async def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(session: AsyncSession) -> None:
    await make_dounan(session)
    here, there = await enter(session), await enter(session)
    change = partial(change_password, session, apart(session), here.actor, here.token)
    with pytest.raises(CredentialsWrong):
        await change("guess", "another long password")
    with pytest.raises(PasswordWeak):
        await change(PASSWORD, "short")
    await change(PASSWORD, "another long password")
    assert (await authenticate(session, here.token)).role is Role.committee
    assert await authenticate(session, there.token) == RESIDENT
    with pytest.raises(CredentialsWrong):
        await enter(session)
    await enter(session, password="another long password")


async def test_the_old_password_is_not_guessed_faster_at_an_open_session(session: AsyncSession) -> None:
    await make_dounan(session)
    here = await enter(session)
    change = partial(change_password, session, apart(session), here.actor, here.token)
    for _ in range(5):
        with pytest.raises(CredentialsWrong):
            await change("guess", "another long password")
    with pytest.raises(TooManyTries):
        await change(PASSWORD, "another long password")


async def test_an_account_is_refused_with_a_taken_name_or_a_role_for_the_wrong_party(session: AsyncSession) -> None:
    await make_dounan(session)
    admin, bureau = await actor_of(session), await make_party(session, PartyKind.bureau)
    count = await session.scalar(sa.select(sa.func.count()).select_from(Account))
    seats = [(Role.purchaser, bureau.id)]
    with pytest.raises(UsernameTaken):
        await create_account(session, admin, username="ＤOUNAN", display_name="x", seats=seats)
    assert await session.scalar(sa.select(sa.func.count()).select_from(Account)) == count
    with pytest.raises(RoleDoesNotFit):
        await create_account(
            session,
            admin,
            username="other",
            display_name="x",
            seats=[(Role.committee, bureau.id)],
        )


async def test_each_role_has_its_demonstration_account_made_only_once(session: AsyncSession) -> None:
    kinds = {
        Role.committee: PartyKind.committee,
        Role.street: PartyKind.street_office,
        Role.organization: PartyKind.organization,
        Role.purchaser: PartyKind.bureau,
        Role.evaluator: PartyKind.firm,
        Role.auditor: PartyKind.firm,
    }
    admin = await actor_of(session)
    seats = one_seat_per_role({role: await make_party(session, kind) for role, kind in kinds.items()})
    first = await make_demonstration_accounts(session, admin, seats)
    again = await make_demonstration_accounts(session, admin, seats)
    assert [account.id for account in first.values()] == [account.id for account in again.values()]
    roles = {(await enter(session, name, DEMONSTRATION_PASSWORD)).actor.role.value: name for name in first}
    expected = ["committee", "street", "organization", "purchaser", "judge", "evaluator", "auditor", "admin"]
    assert roles == {name: name for name in expected}
    assert await session.scalar(sa.select(sa.func.count()).select_from(Membership)) == len(expected) + 1


async def test_people_of_the_demonstration_could_act_in_the_past_that_it_shows(session: AsyncSession) -> None:
    await make_demonstration_accounts(session, await actor_of(session), [JUDGE])
    judge = await find_account(session, "judge")
    assert judge is not None
    await move_clock(session, await now(session) - timedelta(days=300))
    assert await read_judges(session, {judge.id}) == {judge.id: set()}


async def test_a_demonstration_account_never_takes_over_a_real_one(session: AsyncSession) -> None:
    admin = await actor_of(session, username="admin")
    with pytest.raises(UsernameTaken):
        await make_demonstration_accounts(session, admin, one_seat_per_role({})[-1:])


async def test_demonstration_accounts_are_shown_and_open_only_where_demonstration_is_on(
    browser: Browser, units: Units
) -> None:
    async with units() as session:
        await make_demonstration_accounts(session, await actor_of(session), one_seat_per_role({})[-1:])
    given = {"username": "admin", "password": DEMONSTRATION_PASSWORD}
    async with browser(demonstration=True) as client:
        shown, admitted = await client.get("/session"), await client.post("/session", json=given)
    async with browser(demonstration=False) as client:
        hidden, refused = await client.get("/session"), await client.post("/session", json=given)
    assert shown.json()["demonstration_accounts"] == [
        {**given, "display_name": "赵磊", "role": "admin", "party_zh": None, "party_en": None}
    ]
    assert (shown.json()["demonstration"], admitted.status_code) == (True, 200)
    assert (hidden.json()["demonstration"], hidden.json()["demonstration_accounts"]) == (False, [])
    assert (refused.status_code, refused.json()["code"]) == (401, "CredentialsWrong")


async def test_demonstration_switched_off_ends_its_sessions_and_shuts_its_accounts_until_it_is_on_again(
    session: AsyncSession,
) -> None:
    await make_demonstration_accounts(session, await actor_of(session), one_seat_per_role({})[-1:])
    await make_dounan(session)
    token, real = (await enter(session, "admin", DEMONSTRATION_PASSWORD)).token, (await enter(session)).token
    assert await authenticate(session, token, demonstration=False) == RESIDENT
    await close_demonstration(session)
    assert await authenticate(session, token) == RESIDENT
    assert (await authenticate(session, real, demonstration=False)).role is Role.committee
    with pytest.raises(CredentialsWrong):
        await enter(session, "admin", DEMONSTRATION_PASSWORD)
    await reopen_demonstration(session)
    assert await authenticate(session, token) == RESIDENT
    await enter(session, "admin", DEMONSTRATION_PASSWORD)


async def test_a_demonstration_account_that_an_administrator_shut_out_stays_out(session: AsyncSession) -> None:
    admin = await actor_of(session)
    accounts = await make_demonstration_accounts(session, admin, [*one_seat_per_role({})[-1:], JUDGE])
    await disable_account(session, admin, accounts["judge"].id)
    await reopen_demonstration(session)
    assert state_of(accounts["judge"]) is AccountState.disabled


async def test_a_browser_signs_in_is_known_and_signs_out(browser: Browser, units: Units) -> None:
    async with units() as session:
        await make_dounan(session, DOUNAN, LONGJIE)
    async with browser() as client:
        before = (await client.get("/session")).json()
        answer = await client.post("/session", json={"username": "dounan", "password": PASSWORD})
        known = (await client.get("/session")).json()
        other = known["memberships"][1]["id"]
        switched = (await client.post("/session/switch", json={"membership_id": other})).json()
        gone = await client.delete("/session")
        after = (await client.get("/session")).json()
    assert (before["role"], before["account_id"], before["actions"]) == ("resident", None, ["sign_in"])
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=") and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert (known["role"], known["current"]["area"], known["ends_at"]) == (
        "committee",
        DOUNAN,
        "2026-11-20T22:00:00+08:00",
    )
    assert (switched["current"]["id"], switched["current"]["area"]) == (other, LONGJIE)
    assert (gone.status_code, after["role"]) == (204, "resident")


async def test_a_secure_installation_sends_its_cookie_over_https_only(units: Units) -> None:
    async with units() as session:
        await make_dounan(session)
    app = create_app(Settings(secure_cookies=True), units, authenticate)
    async with AsyncClient(transport=ASGITransport(app), base_url="https://test/api/v1") as client:
        answer = await client.post("/session", json={"username": "dounan", "password": PASSWORD})
    assert "; Secure" in answer.headers["set-cookie"]


async def test_a_request_with_a_password_leaves_no_hash_behind(browser: Browser, units: Units) -> None:
    async with units() as session:
        await make_dounan(session)
    async with browser() as client:
        key = {"Idempotency-Key": "0123456789abcdef"}
        answer = await client.post("/session", json={"username": "dounan", "password": PASSWORD}, headers=key)
    assert answer.status_code == 200
    async with units() as session:
        assert (await session.scalars(sa.select(Idempotency))).all() == []


async def test_a_token_is_kept_as_its_hash(session: AsyncSession) -> None:
    await make_dounan(session)
    token = (await enter(session)).token
    assert await session.scalar(sa.select(AccountSession.token_hash)) == token_hash(token)
