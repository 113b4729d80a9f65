"""Pages that are read: how long each takes in a city, and how many a second beside a bare route with the same bytes."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from app.core.installation.postgres import embedded
from bench.city.bare import bare
from bench.city.loaded import City
from bench.city.rankings import in_ms
from bench.measures import Measure, at_least
from tests.attack.known import API, people
from tests.attack.server import Server
from tests.attack.waits import Waits
from tests.attack.wire import Pool, Request, Send, asking

ROUNDS, SECONDS, CLIENTS, TIMES = 3, 3.0, 8, 20
SHARE, LIST_MS, DESK_MS = 0.3, 60.0, 100.0
# C4: one page of each way to ask for it, by somebody signed in: for strangers a page is made once for all.
LISTS = {
    "needs": "/needs",
    "needs.area": "/needs?area=530114",
    "needs.category": "/needs?category=01",
    "needs.budget": "/needs?sort=-budget&status=published",
    "needs.title": "/needs?sort=title",
    "needs.words": f"/needs?q={quote('助餐')}",
    "needs.two_words": f"/needs?q={quote('轮椅 出行')}",
    "needs.place": f"/needs?q={quote('官渡')}",
    "offers": "/offers",
    "offers.price": "/offers?sort=price",
    "offers.words": f"/offers?q={quote('助餐')}",
    "parties": "/parties",
    "parties.words": f"/parties?q={quote('官渡')}",
    "search": f"/search?q={quote('助餐')}",
}
# C6: whose desks are the fullest.
DESKS = {
    "committee": ("/desk",),
    "street": ("/desk", "/overviews/communities"),
    "purchaser": ("/desk", "/overviews/communities", "/overviews/season"),
    "organization": ("/desk",),
}


async def measure_pages(server: Server, city: City) -> AsyncIterator[Measure]:
    """C9 beside the bare peer, then C4 and C6 by themselves: medians of several rounds."""
    sends = people(Pool(server.port).send)
    reader = sends["resident"]
    pages = ["/needs?limit=20", "/offers?limit=20", "/parties?limit=20", f"/needs/{city.needs[0]}"]
    bodies = {path: await reader(asking("GET", API + path)) for path in pages}
    served = [path for path, answer in bodies.items() if answer.status == 200]
    with tempfile.TemporaryDirectory(prefix="sx-bare-") as name:
        for number, path in enumerate(served):
            (Path(name) / f"{number}.json").write_bytes(bodies[path].body)
        async with bare(embedded(server.data).url, Path(name)) as port:
            for number, path in enumerate(served):
                yield await _beside_bare(path, server.port, port, number)
    for id, path in LISTS.items():
        yield await _soon(f"C4.{id}", path, sends["committee"], LIST_MS)
    for role, paths in DESKS.items():
        for path in paths:
            yield await _soon(f"C6.{role}", path, sends[role], DESK_MS)


async def _beside_bare(path: str, ours: int, bare: int, number: int) -> Measure:
    own, plain = asking("GET", API + path), asking("GET", f"/pages/{number}")
    rounds = [(await _a_second(ours, own), await _a_second(bare, plain)) for _ in range(ROUNDS)]
    ratios = [one / other for one, other in rounds]
    held = f"a bare route with the same bytes: {statistics.median(other for _, other in rounds):.0f} a second"
    value = statistics.median(one for one, _ in rounds)
    what = f"pages a second, {path} (ratio {min(ratios):.2f} to {max(ratios):.2f})"
    return at_least("C9", what, value, "/s", against=held, ratio=statistics.median(ratios), target=SHARE)


async def _a_second(port: int, request: Request) -> float:
    send, waits = Pool(port).send, Waits()
    begun = time.perf_counter()

    async def client() -> None:
        while time.perf_counter() < begun + SECONDS:
            await waits.timed(send, request)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return waits.statuses[200] / (time.perf_counter() - begun)


async def _soon(id: str, path: str, send: Send, within: float) -> Measure:
    """The 95th percentile of a round, one request after the other; the first one is not counted."""
    await send(asking("GET", API + path))
    rounds = []
    for _ in range(ROUNDS):
        waits = Waits()
        for _ in range(TIMES):
            await waits.timed(send, asking("GET", API + path))
        rounds.append(waits.p(0.95))
    return in_ms(id, f"p95 of {path}", rounds, within)
