"""Mails: at once or once a day, to confirmed addresses alone, sent once and never lost while the server is away."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import SimulatedClock
from app.core.days.calendar import SHANGHAI
from app.core.db import Units
from app.core.installation.jobs import open_door
from app.core.settings import settings
from app.desk.rules import Thing
from app.notifications.drafts import Draft
from app.notifications.jobs import send_mails
from app.notifications.models import Mail
from app.notifications.service import write_notifications
from tests.conftest import ClientOf
from tests.factories.parties import actor_of
from tests.notifications.smtp import MailServer, mail_server

pytestmark = pytest.mark.anyio
AWAY = "smtp://127.0.0.1:1"
HOME = {"address": "lihua@example.org", "pace": "at_once", "language": "zh"}


@pytest.fixture(autouse=True)
def mailing(monkeypatch: pytest.MonkeyPatch, units: Units) -> Iterator[None]:
    """With a mail server that is away, until a test names another."""
    monkeypatch.setenv("PUBLIC_URL", "https://sx.example.org")
    monkeypatch.setenv("SMTP_URL", AWAY)
    settings.cache_clear()
    open_door(units)
    yield
    settings.cache_clear()


@pytest.fixture
async def post(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        monkeypatch.setenv("SMTP_URL", server.url)
        settings.cache_clear()
        yield server


async def happens(units: Units, reader: Actor, event: str = "account.reset_asked") -> None:
    number = reader.account_id or 0
    async with units() as session:
        await write_notifications(
            session, RESIDENT, Draft(event, Membership.account_id == number, Thing.account, number, "斗南公益创投")
        )


async def addressed(session: AsyncSession, client_of: ClientOf, post: MailServer, **wish: str) -> Actor:
    """Somebody who has confirmed an address by the code that was mailed to it."""
    reader = await actor_of(session, Role.organization)
    await session.commit()
    async with client_of(reader) as client:
        set_to = (await client.put("/notifications/mailbox", json=HOME | wish)).json()
        assert (set_to["is_offered"], set_to["is_confirmed"]) == (True, False)
        await send_mails(0)
        mail = post.taken.pop()
        code = re.search(r"\d{6}", mail.get_content())
        assert code and mail["To"] == HOME["address"]
        confirmed = await client.post("/notifications/mailbox/confirm", json={"code": code.group()})
        assert confirmed.json()["is_confirmed"]
    return reader


async def rows(session: AsyncSession) -> list[tuple[int, bool, bool, str | None]]:
    """(tries, sent, refused, fault) of what tells something."""
    query = sa.select(Mail.tries, Mail.sent_at.is_not(None), Mail.refused_at.is_not(None), Mail.fault)
    found = await session.execute(query.where(Mail.notification_id.is_not(None)).order_by(Mail.id))
    return [(tries, sent, refused, fault) for tries, sent, refused, fault in found]


async def test_what_is_told_is_mailed_at_once_in_the_persons_language_with_the_way_to_it(
    session: AsyncSession, client_of: ClientOf, units: Units, post: MailServer
) -> None:
    reader = await addressed(session, client_of, post, language="en")
    await happens(units, reader, "tender.amended")
    await send_mails(0)
    (mail,) = post.taken
    assert mail["Subject"] == ("Shuangxuan: The notice “斗南公益创投” has been amended. Please read what has changed.")
    assert (mail["From"], mail["To"]) == ("shuangxuan@sx.example.org", "lihua@example.org")
    assert "https://sx.example.org/inbox" in mail.get_content()
    await send_mails(0)
    assert (len(post.taken), await rows(session)) == (1, [(1, True, False, None)])


async def test_while_the_server_is_away_nothing_is_lost_and_then_it_is_sent_once(
    session: AsyncSession,
    client_of: ClientOf,
    units: Units,
    post: MailServer,
    clock: SimulatedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = await addressed(session, client_of, post)
    await happens(units, reader, "tender.amended")
    monkeypatch.setenv("SMTP_URL", AWAY)
    settings.cache_clear()
    await send_mails(0)
    await send_mails(0)
    ((tries, sent, refused, fault),) = await rows(session)
    assert (tries, sent, refused) == (1, False, False) and "ConnectionRefused" in str(fault)
    await happens(units, reader, "tender.failed")
    monkeypatch.setenv("SMTP_URL", post.url)
    settings.cache_clear()
    clock.at += timedelta(minutes=2)
    await send_mails(0)
    await send_mails(0)
    (mail,) = post.taken
    assert mail["Subject"] == "双选：您有 2 条新消息"
    assert ("已更正" in mail.get_content(), "流标" in mail.get_content()) == (True, True)
    assert [(sent, refused) for _, sent, refused, _ in await rows(session)] == [(True, False)] * 2


async def test_an_address_that_is_refused_for_good_is_not_asked_again_and_says_why(
    session: AsyncSession, client_of: ClientOf, units: Units, post: MailServer, clock: SimulatedClock
) -> None:
    reader = await addressed(session, client_of, post)
    post.answers["lihua"] = "550 no such user"
    await happens(units, reader)
    await send_mails(0)
    clock.at += timedelta(days=1)
    await send_mails(0)
    assert await rows(session) == [(1, False, True, "550 no such user")]


async def test_an_administrator_sees_what_was_refused_and_has_it_sent_again(
    session: AsyncSession, client_of: ClientOf, units: Units, post: MailServer
) -> None:
    reader, admin = await addressed(session, client_of, post), await actor_of(session, Role.admin)
    await session.commit()
    post.answers["lihua"] = "550 no such user"
    await happens(units, reader)
    await send_mails(0)
    async with client_of(admin) as client:
        box = (await client.get("/notifications/mails")).json()
        (mail,) = box["unsent"]
        told = (mail["address"], mail["fault"], mail["is_code"], mail["refused_at"] is not None)
        assert (box["is_offered"], box["waiting"]) == (True, 0)
        assert told == (HOME["address"], "550 no such user", False, True)
        assert "斗南公益创投" not in str(box)
        del post.answers["lihua"]
        assert (await client.post(f"/notifications/mails/{mail['id']}/send")).status_code == 204
        await send_mails(0)
        assert (len(post.taken), await rows(session)) == (1, [(1, True, False, None)])
        assert (await client.get("/notifications/mails")).json()["unsent"] == []
        assert (await client.post(f"/notifications/mails/{mail['id']}/send")).status_code == 404
    async with client_of(reader) as client:
        assert (await client.get("/notifications/mails")).status_code == 403


async def test_a_refused_code_is_shown_but_its_owner_asks_for_a_new_one(
    session: AsyncSession, client_of: ClientOf, post: MailServer
) -> None:
    reader, admin = await actor_of(session, Role.organization), await actor_of(session, Role.admin)
    await session.commit()
    post.answers["lihua"] = "550 no such user"
    async with client_of(reader) as client:
        await client.put("/notifications/mailbox", json=HOME)
    await send_mails(0)
    async with client_of(admin) as client:
        (mail,) = (await client.get("/notifications/mails")).json()["unsent"]
        assert (mail["is_code"], "code" in mail) == (True, False)
        assert (await client.post(f"/notifications/mails/{mail['id']}/send")).status_code == 404


async def test_an_address_that_is_busy_is_asked_again_later(
    session: AsyncSession, client_of: ClientOf, units: Units, post: MailServer, clock: SimulatedClock
) -> None:
    reader = await addressed(session, client_of, post)
    post.answers["lihua"] = "451 come back"
    await happens(units, reader)
    await send_mails(0)
    del post.answers["lihua"]
    clock.at += timedelta(minutes=1)
    await send_mails(0)
    assert (len(post.taken), await rows(session)) == (1, [(2, True, False, None)])


async def test_a_digest_comes_once_at_eight_with_all_of_the_day(
    session: AsyncSession, client_of: ClientOf, units: Units, post: MailServer, clock: SimulatedClock
) -> None:
    reader = await addressed(session, client_of, post, pace="daily")
    await happens(units, reader, "tender.amended")
    clock.at += timedelta(hours=3)
    await happens(units, reader, "tender.failed")
    await send_mails(0)
    assert post.taken == []
    clock.at = datetime(2026, 11, 21, 8, 0, tzinfo=SHANGHAI)
    await send_mails(0)
    await send_mails(0)
    assert [mail["Subject"] for mail in post.taken] == ["双选：您有 2 条新消息"]


async def test_nothing_is_mailed_to_an_address_that_is_not_confirmed_or_to_who_wants_none(
    session: AsyncSession, client_of: ClientOf, units: Units, post: MailServer
) -> None:
    reader = await addressed(session, client_of, post, pace="never")
    other = await actor_of(session, Role.organization)
    await session.commit()
    async with client_of(other) as client:
        await client.put("/notifications/mailbox", json=HOME)
        await send_mails(0)
        for code in ("", "000000x", "ABCDEF"):
            answer = await client.post("/notifications/mailbox/confirm", json={"code": code})
            assert answer.status_code == 422
        assert not (await client.get("/notifications/mailbox")).json()["is_confirmed"]
    post.taken.clear()
    for actor in (reader, other):
        await happens(units, actor)
    await send_mails(0)
    assert (post.taken, await rows(session)) == ([], [])


async def test_an_address_that_is_removed_takes_what_waits_with_it(
    session: AsyncSession, client_of: ClientOf, units: Units, post: MailServer
) -> None:
    reader = await addressed(session, client_of, post)
    await happens(units, reader)
    async with client_of(reader) as client:
        assert (await client.delete("/notifications/mailbox")).status_code == 204
        assert (await client.get("/notifications/mailbox")).json()["address"] is None
        assert (await client.get("/notifications/count")).json() == {"unopened": 1}
    await send_mails(0)
    assert post.taken == []


async def test_a_transaction_that_fails_mails_nothing(
    session: AsyncSession, client_of: ClientOf, units: Units, post: MailServer
) -> None:
    reader = await addressed(session, client_of, post)
    with pytest.raises(ZeroDivisionError):
        async with units() as failing:
            number = reader.account_id or 0
            to = Membership.account_id == number
            await write_notifications(failing, RESIDENT, Draft("tender.failed", to, Thing.account, number, "x"))
            raise ZeroDivisionError
    await send_mails(0)
    assert (post.taken, await rows(session)) == ([], [])


async def test_without_a_mail_server_people_are_told_in_their_inbox_alone(
    session: AsyncSession,
    client_of: ClientOf,
    units: Units,
    post: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = await addressed(session, client_of, post)
    monkeypatch.delenv("SMTP_URL")
    settings.cache_clear()
    await happens(units, reader)
    await send_mails(0)
    async with client_of(reader) as client:
        assert (await client.get("/notifications/count")).json() == {"unopened": 1}
        refused = (await client.put("/notifications/mailbox", json=HOME)).json()
    assert (refused["code"], await rows(session)) == ("MailNotOffered", [])
