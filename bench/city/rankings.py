"""C1 to C3, C10: rankings as people wait for them, over HTTP, and the memory that the web process holds meanwhile."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterable, Sequence

from bench.city.loaded import City
from bench.measures import Measure, at_most
from tests.attack.known import API, people
from tests.attack.server import Server
from tests.attack.wire import Pool, Request, Send, asking

ROUNDS, ASKED = 3, 60
READY_WITHIN = 900.0
BUSY = 503


async def rankings(server: Server, city: City) -> AsyncIterator[Measure]:
    """The figures, on a server that has just been started again after its base was made."""
    roles = people(Pool(server.port).send)
    yield await _first(server, roles["purchaser"], city)
    for side, role, paths in (
        ("offers for a need", "purchaser", [f"/selection/needs/{id}/ranking" for id in city.needs]),
        ("needs for an offer", "organization", [f"/selection/offers/{id}/ranking" for id in city.offers]),
    ):
        waits = [await _waits(roles[role], _spread(paths, ASKED)) for _ in range(ROUNDS)]
        yield in_ms("C1", f"a ranking of {side}, half of them", [_share(each, 0.5) for each in waits], 40)
        yield in_ms("C1", f"a ranking of {side}, 95 of 100", [_share(each, 0.95) for each in waits], 120)
    edits = [await _edited(roles["organization"], roles["purchaser"], city, number) for number in range(ROUNDS)]
    yield in_ms("C3", "an edit until every ranking shows it", [shown for shown, _ in edits], 1_000)
    yield in_ms("C3", "the longest ranking meanwhile", [longest for _, longest in edits], 300)
    own, _ = server.resident_mb()
    yield at_most("C10", "memory of the web process", own, "MB", against="600 MB", ratio=own / 600, target=1)


def in_ms(id: str, what: str, rounds: Sequence[float], target: float) -> Measure:
    """The median of several rounds, its range told."""
    middle = statistics.median(rounds)
    what = f"{what} ({min(rounds):.0f} to {max(rounds):.0f})"
    return at_most(id, what, middle, "ms", against=f"{target:g} ms", ratio=middle / target, target=1)


async def make_base(server: Server, city: City) -> None:
    """Wait until the job has made the base of the market."""
    send = people(Pool(server.port).send)["purchaser"]
    until = time.monotonic() + READY_WITHIN
    while (await send(_ranking(city.needs[0]))).status == BUSY and time.monotonic() < until:
        await asyncio.sleep(1)


def _ranking(need_id: int) -> Request:
    return asking("POST", f"{API}/selection/needs/{need_id}/ranking")


async def _first(server: Server, send: Send, city: City) -> Measure:
    """After starts of the process, as soon as it listens."""
    waits = []
    for _ in range(ROUNDS):
        await server.stop()
        await server.start()
        waits.append((await _waits(send, [f"/selection/needs/{city.needs[0]}/ranking"]))[0])
    return in_ms("C2", "the first ranking after a start", waits, 3_000)


async def _waits(send: Send, paths: Iterable[str]) -> list[float]:
    """In ms, of those that were answered with a ranking."""
    waits = []
    for path in paths:
        begun = time.perf_counter()
        answer = await send(asking("POST", API + path))
        waits.append((time.perf_counter() - begun) * 1000 if answer.status == 200 else float("inf"))
    return waits


def _spread(paths: Sequence[str], count: int) -> list[str]:
    return [paths[number * 37 % len(paths)] for number in range(count)]


def _share(waits: Sequence[float], share: float) -> float:
    return sorted(waits)[min(int(len(waits) * share), len(waits) - 1)]


async def _edited(owner: Send, reader: Send, city: City, number: int) -> tuple[float, float]:
    """An organisation renames its offer; milliseconds until a ranking about it says so, and the longest ranking."""
    offer_id, title, longest = city.offers[0], f"改名 {number} {time.time_ns()}", 0.0
    offer = await owner(asking("GET", f"{API}/offers/{offer_id}"))
    given = [("If-Match", offer.headers["etag"])]
    edit = asking("PUT", f"{API}/offers/{offer_id}", _body(offer.json(), title), headers=given)
    changed = await owner(edit)
    assert changed.status == 200, changed.body
    begun = time.perf_counter()
    while True:
        asked = time.perf_counter()
        answer = await reader(asking("POST", f"{API}/selection/needs/{city.needs[0]}/ranking", {"about": offer_id}))
        longest = max(longest, (time.perf_counter() - asked) * 1000)
        if answer.status == 200 and answer.json()["absence"]["title"] == title:
            return (time.perf_counter() - begun) * 1000, longest
        if time.perf_counter() > begun + 60:
            return float("inf"), longest


SENT = (
    "title",
    "description",
    "category_codes",
    "population_codes",
    "coverage_codes",
    "price",
    "price_unit",
    "capacity",
    "schedule",
    "qualifications",
    "available_from",
    "available_until",
)


def _body(offer: dict[str, object], title: str) -> dict[str, object]:
    return {name: offer[name] for name in SENT if name in offer} | {"title": title}
