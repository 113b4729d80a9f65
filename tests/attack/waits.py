"""How long ordinary people wait while something else goes on."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.attack.wire import Answer, Request, Send


@dataclass
class Waits:
    """Seconds of each answer, and how many there were of each status."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def p(self, share: float) -> float:
        """The time within which `share` of the answers came, in ms; infinite when there were none."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else float("inf")

    @property
    def longest(self) -> float:
        return max(self.seconds, default=float("inf")) * 1000

    @property
    def faults(self) -> int:
        """Answers that were none, or a fault."""
        return sum(count for status, count in self.statuses.items() if status == 0 or (status >= 500 and status != 503))

    async def timed(self, send: Send, request: Request) -> Answer:
        begun = time.perf_counter()
        answer = await send(request)
        self.statuses[answer.status] += 1
        if answer.status < 400:  # a refusal is quick, and not what was waited for
            self.seconds.append(time.perf_counter() - begun)
        return answer


@asynccontextmanager
async def meanwhile(sends: Sequence[Send], requests: Sequence[Request], *, pause: float = 0.05) -> AsyncIterator[Waits]:
    """While the block runs, every sender asks for one request after the other; they begin at different moments."""
    waits = Waits()

    async def reader(send: Send, first: int) -> None:
        at = first
        await asyncio.sleep(pause * first / len(sends))
        while True:
            await waits.timed(send, requests[at % len(requests)])
            at += 1
            await asyncio.sleep(pause)

    tasks = [asyncio.create_task(reader(send, number)) for number, send in enumerate(sends)]
    try:
        yield waits
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
