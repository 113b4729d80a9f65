"""Answers to a survey: how many a second beside a bare route, in a new wave and a full one; and who waits meanwhile."""

import asyncio
import statistics
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from app.core.installation.postgres import embedded
from bench.city.bare import bare
from bench.city.loaded import City
from bench.measures import Measure, at_least, at_most
from tests.attack.known import API, people
from tests.attack.server import Server
from tests.attack.waits import Waits
from tests.attack.wire import Answer, Pool, Request, asking

ROUNDS, SECONDS, CLIENTS, MANY = 3, 5.0, 8, 32
SHARE, BID_MS = 0.4, 500.0


class Told(NamedTuple):
    """Answers taken a second, and how long each request took, by its status."""

    a_second: float
    waits: Waits
    unsaid: int  # refusals for want of a place that do not say when to come again


async def measure_answers(server: Server, city: City) -> AsyncIterator[Measure]:
    """Medians of several rounds in which everybody has their turn, so that other work on the machine falls on all."""
    with tempfile.TemporaryDirectory(prefix="sx-bare-") as folder:
        async with bare(embedded(server.data).url, Path(folder)) as port:
            rounds = [await _round(server.port, port, city) for _ in range(ROUNDS)]
    for name, what in (("empty", "in a new wave"), ("full", "in the wave that was answered"), ("many", "32 at once")):
        ours = [each[name] for each in rounds]
        yield _beside_bare(f"C7.{name}", f"answers a second, {what}", ours, _bare_of(name, rounds))
    many = [each["many"] for each in rounds]
    unsaid = sum(each.unsaid for each in many)
    yield at_most("C7.503", "put off without a time", unsaid, "", against="none", ratio=unsaid, target=0)
    bids = await _bids_meanwhile(server.port, city)
    held = f"{BID_MS:g} ms"
    yield at_most("C7.bid", "p99 of a bid's request meanwhile", bids, "ms", against=held, ratio=bids / BID_MS, target=1)


async def _round(ours: int, bare: int, city: City) -> dict[str, Told]:
    return {
        "bare": await _flood(bare, lambda: _plain(city), CLIENTS),
        "empty": await _flood(ours, lambda: _answer(city, city.empty), CLIENTS),
        "full": await _flood(ours, lambda: _answer(city, city.full), CLIENTS),
        "bare_many": await _flood(bare, lambda: _plain(city), MANY),
        "many": await _flood(ours, lambda: _answer(city, city.empty), MANY),
    }


def _bare_of(name: str, rounds: list[dict[str, Told]]) -> list[Told]:
    return [each["bare_many" if name == "many" else "bare"] for each in rounds]


def _beside_bare(id: str, what: str, ours: list[Told], bare: list[Told]) -> Measure:
    ratios = [one.a_second / other.a_second for one, other in zip(ours, bare, strict=True)]
    value = statistics.median(each.a_second for each in ours)
    held = f"a bare route: {statistics.median(each.a_second for each in bare):.0f} a second"
    what = f"{what} (ratio {min(ratios):.2f} to {max(ratios):.2f})"
    return at_least(id, what, value, "/s", against=held, ratio=statistics.median(ratios), target=SHARE)


def _body(city: City) -> dict[str, object]:
    """No two alike, as people's are."""
    return {"answers": city.answers | {"Q18": uuid.uuid4().hex}, "seconds": 300}


def _answer(city: City, link: str) -> Request:
    key = ("Idempotency-Key", uuid.uuid4().hex)
    return asking("POST", f"{API}/surveys/answering/{link}", _body(city), headers=[key])


def _plain(city: City) -> Request:
    return asking("POST", "/answers", _body(city))


async def _flood(port: int, drafted: Callable[[], Request], clients: int) -> Told:
    """Everybody sends the next one when the last is answered; who is put off comes again when told to."""
    send, waits, unsaid = Pool(port).send, Waits(), Counter[str]()
    begun = time.perf_counter()

    async def client() -> None:
        while time.perf_counter() < begun + SECONDS:
            answer = await waits.timed(send, drafted())
            if answer.status == 503:
                unsaid.update(["unsaid"] if "retry-after" not in answer.headers else [])
                await asyncio.sleep(float(answer.headers.get("retry-after", 1)))

    await asyncio.gather(*(client() for _ in range(clients)))
    return Told(waits.statuses[201] / (time.perf_counter() - begun), waits, unsaid["unsaid"])


async def _bids_meanwhile(port: int, city: City) -> float:
    """ms. The city has no notices: the bid is refused, after everything that stands before any bid."""
    bidder, took = people(Pool(port).send)["organization"], list[float]()
    await bidder(asking("GET", f"{API}/desk"))
    flood = asyncio.create_task(_flood(port, lambda: _answer(city, city.empty), MANY))
    while not flood.done():
        took.append(await _timed(bidder))
        await asyncio.sleep(0.05)
    await flood
    return sorted(took)[int(len(took) * 0.99)] * 1000


async def _timed(bidder: Callable[[Request], Awaitable[Answer]]) -> float:
    begun = time.perf_counter()
    await bidder(asking("POST", f"{API}/tenders/1/bids", {}))
    return time.perf_counter() - begun
