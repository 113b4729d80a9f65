"""Many at once: residents who answer while one organisation bids, strangers who guess while others read."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.attack.known import API, people
from tests.attack.server import Server
from tests.attack.slow import PAGES, warm_up
from tests.attack.things import answer, answering, edit_bid, open_wave, own_bid
from tests.attack.waits import Waits, meanwhile
from tests.attack.wire import Pool, Request, asking

BIDS_EVERY = 0.2  # seconds between two rounds of the bidder
READERS = 8
BUSY_PAUSE = 0.2  # what a client waits after a 503; Retry-After may ask for more, a flood would not heed it


async def bid_during_answers(server: Server, *, clients: int = 64, seconds: float = 30) -> tuple[Waits, Waits]:
    """The bidder's waits (saving, handing in, again and again) and the residents'."""
    roles = people(Pool(server.port).send)
    organization, bidder = roles["organization"], Waits()
    await warm_up(server)
    path, bid = answering(await open_wave(roles["committee"])), await own_bid(organization)
    async with _crowd(server, clients, lambda: answer(path, uuid.uuid4().hex)) as residents:
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            await bidder.timed(organization, edit_bid(bid, f"计划 {uuid.uuid4().hex}"))
            verb = "submit" if bid["status"] == "draft" else "revise"
            await bidder.timed(organization, asking("POST", f"{API}/bids/{bid['id']}/{verb}"))
            bid = (await organization(asking("GET", f"{API}/bids/{bid['id']}"))).json()
            await asyncio.sleep(BIDS_EVERY)
    return bidder, residents


async def reads_during_guesses(server: Server, *, clients: int = 64, seconds: float = 30) -> tuple[Waits, Waits]:
    """The waits of readers while passwords are guessed for many names, and the guessers' own."""
    pools = [Pool(server.port).send for _ in range(READERS)]
    await warm_up(server)
    async with _crowd(server, clients, _guess) as guessers, meanwhile(pools, PAGES, pause=0.5) as readers:
        await asyncio.sleep(seconds)
    return readers, guessers


def _guess() -> Request:
    return asking("POST", f"{API}/session", {"username": f"u{uuid.uuid4().hex[:10]}", "password": "guessed-often-1"})


@asynccontextmanager
async def _crowd(server: Server, clients: int, request: Callable[[], Request]) -> AsyncIterator[Waits]:
    """So many clients, each with a connection of its own and the next request as soon as the last is answered."""
    waits = Waits()

    async def client() -> None:
        send = Pool(server.port).send
        while True:
            if (await waits.timed(send, request())).status in {429, 503}:
                await asyncio.sleep(BUSY_PAUSE)

    tasks = [asyncio.create_task(client()) for _ in range(clients)]
    try:
        yield waits
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
