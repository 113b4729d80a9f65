"""Generated requests sent, and their answers counted by class."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.attack.inputs import Generator
from tests.attack.known import ANONYMOUS, API, learn, people
from tests.attack.wire import SILENT, Answer, Pool, Request, Send, asking


@dataclass
class Tally:
    """How inputs were answered, and which ones brought out a fault."""

    classes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, Request, Answer]] = field(default_factory=list)

    def count(self, role: str, request: Request, answer: Answer) -> None:
        self.classes[str(answer.status) if answer.status != SILENT else "silent"] += 1
        self.kinds[request.kind] += 1
        if answer.is_fault or answer.status == SILENT:
            self.faults.append((role, request, answer))

    @property
    def tried(self) -> int:
        return sum(self.classes.values())

    def firsts(self) -> list[tuple[str, Request, Answer]]:
        """The shortest faulty request of each operation and kind."""
        by_length = sorted(self.faults, key=lambda each: -len(each[1].encoded()))
        return list({(request.operation, request.kind): (role, request, a) for role, request, a in by_length}.values())


def is_faulty(answer: Answer) -> bool:
    return answer.is_fault or answer.status == SILENT


async def fuzz(sends: Mapping[str, Send], requests: Iterable[tuple[str, Request]], *, at_once: int = 1) -> Tally:
    """Send them all, `at_once` clients a role sharing the work."""
    tally, waiting = Tally(), iter(requests)

    async def work() -> None:
        for role, request in waiting:
            tally.count(role, request, await sends[role](request))

    await asyncio.gather(*(work() for _ in range(at_once)))
    return tally


async def smallest(send: Send, request: Request) -> Request:
    """The request with everything left out that its fault does not need."""
    for smaller in _smaller(request):
        if is_faulty(await send(smaller)):
            return await smallest(send, smaller)
    return request


def _smaller(request: Request) -> Iterator[Request]:
    for place in range(len(request.headers)):
        yield request._replace(headers=request.headers[:place] + request.headers[place + 1 :])
    path, _, query = request.target.partition(b"?")
    pairs = parse_qsl(query.decode(), keep_blank_values=True, errors="surrogateescape")
    for place in range(len(pairs)):
        rest = urlencode(pairs[:place] + pairs[place + 1 :], errors="surrogateescape").encode()
        yield request._replace(target=path + b"?" * bool(rest) + rest)
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        return
    if isinstance(body, dict):
        for name in body:
            left = {key: value for key, value in body.items() if key != name}
            yield request._replace(body=json.dumps(left).encode())


async def fuzz_server(port: int, count: int, seed: int, *, at_once: int = 4) -> Tally:
    """The whole attack on a running server with the demonstration."""
    sends = people(Pool(port).send)
    description = (await sends[ANONYMOUS](asking("GET", f"{API}/openapi.json"))).json()
    generator = Generator(description, await learn(sends, description), seed)
    return await fuzz(sends, generator.requests(count), at_once=at_once)
