"""C5: every need of a city taken away as Excel and CSV, by the bureau and by a stranger, while others look at pages."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench.city.loaded import City
from bench.measures import Measure, at_most
from tests.attack.known import API, people
from tests.attack.server import Server
from tests.attack.waits import meanwhile
from tests.attack.wire import Answer, Pool, Send, asking

ROUNDS = 3
TOOK_S, GROWN_MB, WAITED_MS = 20.0, 50.0, 100.0
PATIENCE = 300.0  # seconds
LOOK_EVERY = 0.1
PAGES = [asking("GET", f"{API}/needs?limit=20"), asking("GET", f"{API}/health/live")]
ROLES = {"purchaser": "the bureau", "resident": "a stranger"}


async def exports(server: Server, _city: City) -> AsyncIterator[Measure]:
    """Seconds until the file is there, what it costs in memory, and how long others wait."""
    roles, others = people(Pool(server.port, patience=PATIENCE).send), people(Pool(server.port).send)
    for role, who in ROLES.items():
        await others[role](PAGES[0])
        for format in ("xlsx", "csv"):
            what = f"all needs as {format} by {who}"
            took, grown, waited = [], [], []
            for _ in range(ROUNDS):
                async with growth(server) as memory, meanwhile([others[role]] * 4, PAGES) as waits:
                    begun = time.perf_counter()
                    answer = await fetched(roles[role], f"{API}/needs/export?format={format}")
                    took.append(time.perf_counter() - begun if answer.status == 200 else float("inf"))
                grown.append(memory())
                waited.append(waits.longest)
            yield middle("C5", f"{what}, there", took, "s", TOOK_S)
            yield middle("C5", f"{what}, memory", grown, "MB", GROWN_MB)
            yield middle("C5", f"{what}, the longest wait of others", waited, "ms", WAITED_MS)


def middle(id: str, what: str, rounds: list[float], unit: str, target: float) -> Measure:
    """The median of several rounds, its range told."""
    found = sorted(rounds)[len(rounds) // 2]
    what = f"{what} ({min(rounds):.3g} to {max(rounds):.3g})"
    return at_most(id, what, found, unit, against=f"{target:g} {unit}", ratio=found / target, target=1)


async def fetched(send: Send, path: str) -> Answer:
    """The file, also where it is made by a job meanwhile."""
    answer = await send(asking("GET", path))
    if answer.status != 202:
        return answer
    errand = answer.json()["errand_id"]
    job = await ended(send, errand)
    return await send(asking("GET", f"{API}/errands/{errand}/file")) if job["status"] == "done" else answer


async def ended(send: Send, errand_id: int) -> dict[str, Any]:
    """How an errand ended."""
    while True:
        jobs = (await send(asking("GET", f"{API}/jobs"))).json()
        own: dict[str, Any] = next(job for job in jobs if job["subject_id"] == errand_id)
        if own["status"] in {"done", "failed"}:
            return own
        await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def growth(server: Server) -> AsyncIterator[Any]:
    """How much memory the application and what runs beside it came to hold more, at the most, in MB."""
    before = sum(server.resident_mb())
    most = before

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, sum(server.resident_mb()))
            await asyncio.sleep(LOOK_EVERY)

    looking = asyncio.create_task(look())
    try:
        yield lambda: most - before
    finally:
        looking.cancel()
        await asyncio.wait({looking})
