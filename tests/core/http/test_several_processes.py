"""Several web processes over one database: what one of them was told, the others know."""

import asyncio
import os
import signal
import uuid
from collections.abc import AsyncIterator

import pytest

from app.accounts.memberships import new_membership
from app.accounts.passwords import hashed
from app.accounts.rules import DEMONSTRATION_PASSWORD
from app.accounts.service import draft_account
from app.core.actors import Role
from app.core.installation.postgres import embedded
from app.parties.rules import PartyKind
from app.working import open_units
from tests.attack.kills import kills
from tests.attack.known import API, sign_in, signed_in
from tests.attack.server import Server, command_of, family
from tests.attack.wire import Pool, Request, Wire, asking
from tests.factories.parties import make_party
from tests.factories.reference import DOUNAN

pytestmark = pytest.mark.anyio
WRONG = {"username": "somebody", "password": "not the right one"}


@pytest.fixture(scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Server]]:
    """Two commands at two addresses; the first answers with two processes. One committee may sign in."""
    folder = tmp_path_factory.mktemp("several")
    folder.chmod(0o755)  # the database server may run as another user
    first = Server(folder / "var", DEMONSTRATION="false", WEB_WORKERS="2")
    other = Server(folder / "var", DEMONSTRATION="false", WITH_WORKER="false")
    try:
        await first.start()
        async with open_units(embedded(first.data).url) as door, door() as session:
            party = await make_party(session, PartyKind.committee, area_code=DOUNAN)
            account = await draft_account(session, "committee", "committee")
            account.password_hash = await hashed(DEMONSTRATION_PASSWORD)
            session.add(await new_membership(session, account, Role.committee, party))
        await other.start()
        yield [first, other]
    finally:
        await other.stop()
        await first.stop()


async def test_who_signed_in_at_one_is_known_at_the_others_until_they_sign_out(servers: list[Server]) -> None:
    one, other = (Pool(each.port).send for each in servers)
    cookie = (("Cookie", await sign_in(one, "committee")),)
    desk = asking("GET", f"{API}/desk", headers=cookie)
    assert [(await send(desk)).status for send in (one, other)] == [200, 200]
    await other(asking("DELETE", f"{API}/session", headers=cookie))
    assert [(await send(desk)).status for send in (one, other)] == [401, 401]


async def test_a_request_sent_to_all_at_once_has_one_effect(servers: list[Server]) -> None:
    senders = [signed_in(Pool(each.port).send, "committee") for each in servers]
    key, title = uuid.uuid4().hex, f"一次 {uuid.uuid4().hex}"
    draft = asking("POST", f"{API}/needs", {"title": title}, headers=[("Idempotency-Key", key)])
    answers = await asyncio.gather(*(send(draft) for send in senders * 4))
    assert {(each.status, each.json()["id"]) for each in answers} == {(201, answers[0].json()["id"])}


async def test_tries_at_one_count_at_the_others(servers: list[Server]) -> None:
    one, other = (Pool(each.port).send for each in servers)
    guess = asking("POST", f"{API}/session", WRONG)
    async with asyncio.timeout(60):
        while (await one(guess)).status != 429:
            pass
    assert (await other(guess)).status == 429


async def test_a_change_at_one_is_told_by_the_others(servers: list[Server]) -> None:
    one, other = servers
    send = signed_in(Pool(one.port).send, "committee")
    cookie = await sign_in(Pool(other.port).send, "committee")
    reader, writer = await asyncio.open_connection("127.0.0.1", other.port)
    follow = asking("GET", f"{API}/changes?topic=jobs", headers=[("Cookie", cookie)])
    writer.write(follow.encoded())
    async with asyncio.timeout(30):
        await reader.readuntil(b"event: ready")
        assert (await send(_long_list())).status == 202
        await reader.readuntil(b"data: jobs")
    writer.close()


def _long_list() -> Request:
    """So many rows that they are left to a job, of which its owner hears."""
    header = "id,title,description,category_code,population_code,community_code,beneficiaries,budget_cny,period_months"
    rows = [f"{number},t,d,,,{DOUNAN},,,," for number in range(1_001)]
    content = "\r\n".join([f"{header},preferred_start,requirements", *(f"{row}," for row in rows)]).encode()
    boundary = "b" * 32
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="upload"; filename="n.csv"\r\n\r\n'.encode()
    body = part + content + f"\r\n--{boundary}--\r\n".encode()
    told = ((b"Content-Type", f"multipart/form-data; boundary={boundary}".encode()),)
    return Request("ordinary", "import_needs", "POST", f"{API}/needs/import".encode(), told, body)


def others_of(server: Server) -> list[int]:
    return [pid for pid in family(server.pid) if b"app.processes\0web\0" in command_of(pid)]


async def test_one_that_dies_is_started_again_and_the_rest_answers_meanwhile(servers: list[Server]) -> None:
    first, _ = servers
    async with asyncio.timeout(60):
        while not (before := others_of(first)):
            await asyncio.sleep(0.1)
    os.kill(before[0], signal.SIGKILL)
    wires = [Wire(first.port) for _ in range(24)]
    answers = await asyncio.gather(*(wire.send(asking("GET", f"{API}/health/live")) for wire in wires))
    assert {each.status for each in answers} == {200}
    async with asyncio.timeout(60):
        while others_of(first) in ([], before):
            await asyncio.sleep(0.1)


async def test_a_stop_loses_no_acknowledged_request(servers: list[Server]) -> None:
    killed = await kills(servers[0], "stop", 1)
    assert killed.acknowledged > 0
    assert (killed.lost, killed.doubled, killed.audit_faults, killed.idle_jobs) == (0, 0, 0, 0)
