"""C8: what a survey of 200,000 answers found: read while it runs, and counted once for all when it closes."""

import time
from collections.abc import AsyncIterator

from bench.city.exports import PAGES, ROUNDS, ended, growth, middle
from bench.city.loaded import City
from bench.measures import Measure
from tests.attack.known import API, people
from tests.attack.server import Server
from tests.attack.waits import meanwhile
from tests.attack.wire import Pool, asking

TOOK_S, WAITED_MS, GROWN_MB = 5.0, 100.0, 600.0
PATIENCE = 300.0  # seconds


async def results(server: Server, city: City) -> AsyncIterator[Measure]:
    """The survey is closed by it, once: a city serves for one measurement."""
    send = people(Pool(server.port, patience=PATIENCE).send)["purchaser"]
    survey = f"{API}/surveys/{city.survey}"
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = await send(asking("GET", f"{survey}/findings"))
        took.append(time.perf_counter() - begun if answer.status == 200 else float("inf"))
    yield middle("C8", "what all answers say so far", took, "s", TOOK_S)
    for wave in (await send(asking("GET", f"{survey}/waves"))).json():
        for verb in ("close", "confirm_unflagged"):  # what came in by another measurement, too
            await send(asking("POST", f"{API}/surveys/waves/{wave['id']}/{verb}"))
    others = people(Pool(server.port).send)["purchaser"]
    await others(PAGES[0])
    async with growth(server) as memory, meanwhile([others] * 4, PAGES) as waits:
        begun = time.perf_counter()
        answer = await send(asking("POST", f"{survey}/close"))
        done = answer.status == 202 and (await ended(send, answer.json()["errand_id"]))["status"] == "done"
        closed = time.perf_counter() - begun if done or answer.status == 200 else float("inf")
    yield middle("C8", "the survey closed, its figures published", [closed], "s", TOOK_S)
    yield middle("C8", "memory of the worker meanwhile", [memory()], "MB", GROWN_MB)
    yield middle("C8", "the longest wait of others meanwhile", [waits.longest], "ms", WAITED_MS)
