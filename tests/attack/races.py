"""One thing wanted by many at the same moment: exactly one gets it, and everybody is told the truth."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.days.calendar import SHANGHAI
from tests.attack.known import API, people, sign_in
from tests.attack.server import Server
from tests.attack.things import answer, answering, draft_need, made, open_wave, publishable_need
from tests.attack.wire import Answer, Pool, Request, Send, asking

CLIENTS = 32
SIGNING_IN, SHUT_OUT = 2.0, "judge"  # seconds; who
People = dict[str, Send]


class Race(NamedTuple):
    """`outcome` counts the answers' statuses; `broken` says what was not as it must be."""

    name: str
    outcome: dict[int, int]
    broken: str


async def at_once(send: Send, requests: Sequence[Request]) -> list[Answer]:
    return list(await asyncio.gather(*(send(request) for request in requests)))


def judged(name: str, answers: Sequence[Answer], broken: str = "", *, won: int | None = None) -> Race:
    """`won`: how many may succeed."""
    statuses = Counter(answer.status for answer in answers)
    winners = sum(count for status, count in statuses.items() if 200 <= status < 300)
    faults = sum(answer.is_fault or answer.status == 0 for answer in answers)
    if faults:
        broken = f"{faults} faults"
    elif not broken and won is not None and winners != won:
        broken = f"{winners} of {len(answers)} succeeded"
    return Race(name, dict(sorted(statuses.items())), broken)


async def one_key(server: Server, as_: People) -> Race:
    key, title = [("Idempotency-Key", uuid.uuid4().hex)], f"race {uuid.uuid4().hex}"
    request = asking("POST", f"{API}/needs", {"title": title}, headers=key)
    answers = await at_once(as_["committee"], [request] * CLIENTS)
    told = {answer.json()["id"] for answer in answers if answer.status == 201}
    return judged("one key, many senders", answers, "" if len(told) == 1 else f"{len(told)} needs")


async def one_version(server: Server, as_: People) -> Race:
    need = await draft_need(as_["committee"], f"race {uuid.uuid4().hex}")
    address, match = f"{API}/needs/{need['id']}", [("If-Match", '"1"')]
    edits = [asking("PUT", address, {"title": f"edit {n}"}, headers=match) for n in range(CLIENTS)]
    return judged("edits of one version", await at_once(as_["committee"], edits), won=1)


async def one_publishing(server: Server, as_: People) -> Race:
    need = await publishable_need(as_["committee"])
    request = asking("POST", f"{API}/needs/{need['id']}/publish")
    return judged("publishing once", await at_once(as_["committee"], [request] * CLIENTS), won=1)


async def one_link(server: Server, as_: People) -> Race:
    """A link for one answer."""
    wave = await open_wave(as_["committee"], channel="link")
    body = {"community_code": wave["communities"][0], "count": 1}
    links = await made(as_["committee"], "POST", f"/surveys/waves/{wave['id']}/make_tokens", body)
    path = answering({"open_path": links["links"][0]["path"]})
    answers = await at_once(as_["resident"], [answer(path) for _ in range(CLIENTS)])
    return judged("one link, many answers", answers, won=1)


async def closing(server: Server, as_: People) -> Race:
    """Answers around the last moment: none after it is taken, none acknowledged is missing."""
    ends = datetime.now(SHANGHAI) + timedelta(seconds=3)
    wave = await open_wave(as_["committee"], closes_at=ends.isoformat())
    path, answers = answering(wave), list[Answer]()

    async def resident() -> None:
        while datetime.now(SHANGHAI) < ends + timedelta(seconds=1):
            answers.append(await as_["resident"](answer(path)))

    await asyncio.gather(*(resident() for _ in range(CLIENTS)))
    late, stored = _stored(server, wave["id"], ends)
    acknowledged = sum(answer.status == 201 for answer in answers)
    wrong = f"{late} late, {stored} stored, {acknowledged} acknowledged"
    return judged("the last moment to answer", answers, "" if (late, stored) == (0, acknowledged) else wrong)


def _stored(server: Server, wave_id: int, ends: datetime) -> tuple[int, int]:
    query = "SELECT count(*) FILTER (WHERE submitted_at > %s), count(*) FROM responses WHERE wave_id = %s"
    with server.database() as database:
        row = database.execute(query, (ends, wave_id)).fetchone()
    assert row
    return int(str(row[0])), int(str(row[1]))


async def shutting_out(server: Server, as_: People) -> Race:
    """An account is disabled while it signs in: no session of it outlives that."""
    admin, found = as_["admin"], await made(as_["admin"], "GET", f"/accounts?q={SHUT_OUT}")
    account = f"/accounts/{found['items'][0]['id']}"

    async def shut() -> None:
        await asyncio.sleep(SIGNING_IN / 2)
        await made(admin, "POST", f"{account}/disable")

    *given, _ = await asyncio.gather(*(_sign_ins(Pool(server.port).send) for _ in range(4)), shut())
    cookies = [cookie for each in given for cookie in each or ()]
    asked = [asking("GET", f"{API}/desk", headers=[("Cookie", cookie)]) for cookie in cookies]
    answers = await at_once(Pool(server.port).send, asked)
    await made(admin, "POST", f"{account}/enable")
    return judged("disabled while signing in", answers, "" if cookies else "nobody had signed in", won=0)


async def _sign_ins(send: Send) -> list[str]:
    """The sessions of one who signs in again and again until refused; more refusals would use up what may be tried."""
    loop, cookies = asyncio.get_running_loop(), [""]
    end = loop.time() + SIGNING_IN
    while loop.time() < end and (cookie := await sign_in(send, SHUT_OUT, known=cookies[-1])):
        cookies.append(cookie)
    return cookies[1:]


RACES: tuple[Callable[[Server, People], Awaitable[Race]], ...] = (
    one_key,
    one_version,
    one_publishing,
    one_link,
    closing,
    shutting_out,
)


async def races(server: Server, rounds: int = 1) -> list[Race]:
    """Each race, `rounds` times."""
    as_ = people(Pool(server.port).send)
    return [await race(server, as_) for _ in range(rounds) for race in RACES]
