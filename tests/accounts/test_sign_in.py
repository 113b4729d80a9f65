"""How often a password may be tried: under a name, from an address, by strangers and by whoever is known."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
import sqlalchemy as sa
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, KnownBrowser
from app.accounts.passwords import HASHER, is_password
from app.accounts.policy import authenticate
from app.accounts.rules import CredentialsWrong, TooManyTries
from app.accounts.sign_in import KNOWN_FOR, Place, sign_in
from app.core.clock import SimulatedClock, move_clock, now
from app.core.db import Units, make_engine
from app.core.db import units as units_of
from app.core.http.lanes import Lane
from app.core.http.limits import network_of
from app.core.http.unit import SESSION_COOKIE, Unit
from app.core.settings import Settings
from app.main import create_app
from tests.factories.parties import ELSEWHERE, HERE, PASSWORD, enter, make_dounan
from tests.test_house import routes

pytestmark = pytest.mark.anyio
RIGHT = {"username": "dounan", "password": PASSWORD}
WRONG = {"username": "dounan", "password": "guess"}


@asynccontextmanager
async def browser_at(units: Units, address: str) -> AsyncIterator[AsyncClient]:
    """A browser that keeps its cookies, at an address of the network."""
    transport = ASGITransport(create_app(Settings(), units, authenticate), client=(address, 50000))
    async with AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        yield client


async def is_heard(session: AsyncSession, username: str = "dounan", place: Place = HERE) -> int:
    """0 when a wrong password is heard; else the seconds to wait."""
    try:
        await enter(session, username, "guess", place)
    except TooManyTries as refused:
        return int(refused.facts["seconds"])
    except CredentialsWrong:
        return 0
    raise AssertionError("a wrong password was right")


async def test_strangers_are_heard_ten_times_in_five_minutes_however_many_they_are(session: AsyncSession) -> None:
    await make_dounan(session)
    start, heard = await now(session), 0
    for second in range(0, 300, 5):
        await move_clock(session, start + timedelta(seconds=second))
        heard += not await is_heard(session, place=Place(f"203.0.113.{second}", ""))
    assert heard <= 10


async def test_strangers_are_heard_a_hundred_times_in_a_day(session: AsyncSession) -> None:
    start, heard = await now(session), 0
    for minute in range(0, 24 * 60, 4):
        await move_clock(session, start + timedelta(minutes=minute))
        heard += not await is_heard(session, place=Place(f"203.0.{minute % 200}.1", ""))
    assert 90 <= heard <= 100


async def test_a_refused_try_says_when_to_come_again(units: Units, clock: SimulatedClock) -> None:
    async with units() as session:
        await make_dounan(session)
    async with browser_at(units, "192.0.2.1") as client:
        answers = [await client.post("/session", json=WRONG) for _ in range(5)]
        refused = await client.post("/session", json=RIGHT)
        clock.at += timedelta(seconds=60)
        admitted = await client.post("/session", json=RIGHT)
    assert [answer.status_code for answer in answers] == [401] * 5
    assert (refused.status_code, refused.json()["code"], refused.json()["facts"], refused.headers["retry-after"]) == (
        429,
        "TooManyTries",
        {"seconds": 60},
        "60",
    )
    assert admitted.status_code == 200


async def test_strangers_do_not_lock_out_whoever_was_signed_in_from_there_before(units: Units) -> None:
    async with units() as session:
        await make_dounan(session)
    async with browser_at(units, "192.0.2.1") as owner, browser_at(units, "198.51.100.7") as stranger:
        await owner.post("/session", json=RIGHT)
        await owner.delete("/session")
        guesses = [(await stranger.post("/session", json=WRONG)).status_code for _ in range(8)]
        async with browser_at(units, "192.0.2.1") as same_house, browser_at(units, "198.51.100.8") as unknown:
            answers = [await each.post("/session", json=RIGHT) for each in (owner, same_house, unknown)]
    assert guesses == [401] * 5 + [429] * 3
    assert [answer.status_code for answer in answers] == [200, 200, 429]


async def test_strangers_behind_the_same_address_do_not_lock_out_a_known_browser(units: Units) -> None:
    async with units() as session:
        await make_dounan(session)
    async with browser_at(units, "192.0.2.1") as owner, browser_at(units, "192.0.2.1") as stranger:
        await owner.post("/session", json=RIGHT)
        for number in range(40):
            await stranger.post("/session", json={**WRONG, "username": "dounan" if number % 2 else f"name{number}"})
        assert (await stranger.post("/session", json=RIGHT)).status_code == 429
        assert (await owner.post("/session", json=RIGHT)).status_code == 200


async def test_a_known_browser_guesses_no_faster_than_a_stranger(session: AsyncSession) -> None:
    await make_dounan(session)
    await enter(session)
    assert [await is_heard(session) for _ in range(7)] == [0, 0, 0, 0, 0, 60, 60]


async def test_sixty_names_tried_from_one_address_are_stopped_and_others_are_not(session: AsyncSession) -> None:
    sprayed = [await is_heard(session, f"name{n}", Place("198.51.100.7", "")) for n in range(60)]
    assert (sprayed[:20], all(sprayed[20:])) == ([0] * 20, True)
    assert await is_heard(session, "name1", HERE) == 0


async def test_a_right_password_uses_nothing_up(session: AsyncSession) -> None:
    await make_dounan(session)
    for place in [HERE] * 8 + [Place("198.51.100.7", f"browser {n}") for n in range(30)]:
        await enter(session, place=place)


async def test_guesses_sent_side_by_side_each_count(own_database: str) -> None:
    engine = make_engine(own_database)
    units = units_of(engine)

    async def guess(address: str) -> str:
        try:
            async with units() as session:
                await sign_in(session, units, "dounan", "guess", Place(address, ""))
        except (TooManyTries, CredentialsWrong) as refused:
            return refused.code
        return "signed in"

    answers = await asyncio.gather(*(guess(f"203.0.113.{n}") for n in range(12)))
    await engine.dispose()
    assert (answers.count("CredentialsWrong"), answers.count("TooManyTries")) == (5, 7)


async def test_no_connection_waits_while_a_password_is_hashed(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(own_database)
    held: list[int] = []

    async def looked_at(password: str, password_hash: str | None) -> bool:
        held.append(engine.pool.checkedout())  # type: ignore[attr-defined]
        return False

    monkeypatch.setattr("app.accounts.sign_in.is_password", looked_at)
    async with browser_at(units_of(engine), "192.0.2.1") as client:
        client.cookies.set(SESSION_COOKIE, "an old one")
        await client.post("/session", json=WRONG)
    await engine.dispose()
    assert held == [0]


def test_passwords_are_hashed_in_the_lane_of_signing_in() -> None:
    in_lane = {r.operation_id for r in routes() if isinstance(r, Unit) and r._lane(False) is Lane.signing_in}
    assert in_lane >= {"sign_in", "change_password", "set_password"}


async def test_the_time_of_the_answer_does_not_tell_whether_a_name_has_an_account(session: AsyncSession) -> None:
    await make_dounan(session)

    async def seconds(name: str, n: int) -> float:
        start = perf_counter()
        await is_heard(session, name, Place(f"203.0.113.{n}", ""))
        return perf_counter() - start

    known, unknown = [], []
    for n in range(5):
        known.append(await seconds("dounan", n))
        unknown.append(await seconds("nobody", 100 + n))
    assert 0.5 < median(known) / median(unknown) < 2


async def test_no_address_and_no_name_can_be_read_from_what_is_kept_and_it_is_forgotten(session: AsyncSession) -> None:
    await make_dounan(session)
    await enter(session, place=ELSEWHERE)
    await is_heard(session, "someone", ELSEWHERE)
    for table in ("known_browsers", "allowances"):
        kept = str((await session.execute(sa.text(f"SELECT * FROM {table}"))).all())  # noqa: S608
        assert [word for word in (*ELSEWHERE[:2], "someone", "dounan") if word in kept] == []
    await move_clock(session, await now(session) + KNOWN_FOR)
    await enter(session, place=HERE)
    assert set(await session.scalars(sa.select(KnownBrowser.mark))) == set(HERE.marks.values())


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_stands_for_one_customer_of_a_network(host: str, network: str) -> None:
    assert network_of(host) == network


async def test_a_password_is_the_same_however_it_is_composed_and_old_hashes_hold(session: AsyncSession) -> None:
    account = await make_dounan(session)
    await enter(session, password="ｐｅａｒ orchard in May")
    account.password_hash = HASHER.hash("café ①")
    await session.flush()
    assert await is_password("café ①", account.password_hash)
    assert not await is_password("cafe 1", account.password_hash)


async def test_an_account_shut_out_while_its_password_is_looked_at_stays_out(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await make_dounan(session)

    async def meanwhile(password: str, password_hash: str | None) -> bool:
        await session.execute(sa.update(Account).values(disabled_at=await now(session)))
        return True

    monkeypatch.setattr("app.accounts.sign_in.is_password", meanwhile)
    with pytest.raises(CredentialsWrong):
        await enter(session)
    assert account.id
