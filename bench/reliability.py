"""How the platform stands attacks: those of `tests/attack`, on a server of its own, measured through HTTP."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from importlib import import_module
from random import SystemRandom
from typing import Any

from bench.measures import Measure, at_least, at_most

ORDINARY_MS = 500  # 99 of 100 ordinary requests are answered within, whatever others do
BESIDE_FILES_MS = 100
MEMORY_MB = 100
BACK_S = 10
SHED = 0.05  # of the readers' requests may be told to come again


@dataclass(frozen=True)
class Size:
    """How much of each attack: files None means all of them, doors how many of the six places each is sent to."""

    inputs: int = 2_000
    kills: int = 2
    files: int | None = 20
    doors: int = 1
    races: int = 1
    flood_s: float = 15
    slow_s: float = 75
    clients: int = 200


SHORT = Size()
LONG = Size(inputs=20_000, kills=30, files=None, doors=2, races=5, flood_s=60, slow_s=150)
Tell = Callable[[str], None]
Figure = Callable[[Any, Size, Tell], Awaitable[list[Measure]]]


async def measure_reliability(size: Size, only: Collection[str], tell: Tell) -> AsyncIterator[Measure]:
    """The figures one after the other, each on a fresh copy of the same data."""
    async with attack("server").prepared() as data:
        for name, figure in FIGURES.items():
            if not only or name in only:
                for measured in await figure(data, size, tell):
                    yield measured


def attack(name: str) -> Any:
    """A module of the attacks, which are tests in their short form."""
    return import_module(f"tests.attack.{name}")


def none(id: str, what: str, value: float, against: str = "none") -> Measure:
    """What must not happen at all."""
    return at_most(id, what, value, "", against=against, ratio=value, target=0)


def within(id: str, what: str, value: float, unit: str, target: float) -> Measure:
    return at_most(id, what, value, unit, against=f"{target:g} {unit}".strip(), ratio=value / target, target=1)


def every(id: str, what: str, share: float) -> Measure:
    """What must always happen."""
    return at_least(id, what, share, "", against="all", ratio=share, target=1)


def in_words(counts: Counter[Any]) -> str:
    """ "200 ×17, 422 ×3" """
    return ", ".join(f"{name} ×{count}" for name, count in sorted(counts.items(), key=lambda each: str(each[0])))


async def inputs(data: Any, size: Size, tell: Tell) -> list[Measure]:
    """Generated requests of every role at every route; and what no HTTP client would send."""
    seed = SystemRandom().randrange(2**32)
    async with data.serving() as server:
        tally = await attack("fuzz").fuzz_server(server.port, size.inputs, seed)
        lies = await attack("lies").tell_lies(server.port)
        await server.until_ready(BACK_S)
    for role, request, answer in tally.firsts():
        tell(f"{answer.status} {role} {request}")
    what = f"faults among {tally.tried} generated inputs (seed {seed}), answered {in_words(tally.classes)}"
    broken = sum(count for status, count in lies.items() if status.startswith("5") and status != "503")
    return [
        none("inputs.faults", what, len(tally.faults)),
        none("inputs.malformed", f"faults among {lies.total()} malformed messages, answered {in_words(lies)}", broken),
    ]


async def files(data: Any, size: Size, tell: Tell) -> list[Measure]:
    """Files that are meant to harm whoever opens them."""
    async with data.serving() as server:
        found = await attack("uploads").upload_evil(server, files=size.files, doors=size.doors)
    for line in found.faulty:
        tell(line)
    what = f"faults among uploads of {found.sent} evil files, answered {in_words(found.statuses)}"
    return [
        none("files.faults", what, len(found.faulty)),
        within("files.memory", "growth of the server's memory meanwhile", found.grown, "MB", MEMORY_MB),
        within("files.readers", "memory of its reader processes at the most", found.beside, "MB", 1_200),
        within("files.wait", "longest wait for a sign of life meanwhile", found.waits.longest, "ms", BESIDE_FILES_MS),
        within("files.page", "longest wait for a list of needs meanwhile", found.pages.longest, "ms", BESIDE_FILES_MS),
    ]


async def slow(data: Any, size: Size, tell: Tell) -> list[Measure]:
    """Slow clients of five kinds, and as many readers."""
    attacks = attack("slow")
    async with data.serving() as server:
        found = await attacks.slow_clients(server, slow=size.clients, readers=size.clients, seconds=size.slow_s)
    waits, many, held = found.waits, size.clients, sum(found.held.values())
    shed = waits.statuses[503] / max(waits.statuses.total(), 1)
    pace = f"{many} readers, a page every {attacks.ASKED_EVERY:g} s each"
    answered = in_words(waits.statuses)
    return [
        none("slow.faults", f"faults of {pace}, beside {many} slow clients, answered {answered}", waits.faults),
        within("slow.p99", "99 of 100 of the readers' requests", waits.p(0.99), "ms", ORDINARY_MS),
        within("slow.shed", "readers told to come again", shed, "", SHED),
        none("slow.held", f"slow connections not closed after {size.slow_s:g} s: {found.held}", held),
    ]


async def flood(data: Any, size: Size, tell: Tell) -> list[Measure]:
    """Answers to a survey beside a bidder; guessed passwords beside readers."""
    attacks = attack("flood")
    async with data.serving() as server:
        bidder, residents = await attacks.bid_during_answers(server, clients=64, seconds=size.flood_s)
    async with data.serving() as server:
        readers, guessers = await attacks.reads_during_guesses(server, clients=64, seconds=size.flood_s)
    answers, guesses = in_words(residents.statuses), in_words(guessers.statuses)
    faults = sum(each.faults for each in (bidder, residents, readers, guessers))
    return [
        within("flood.bid", f"99 of 100 bids beside 64 residents ({answers})", bidder.p(0.99), "ms", ORDINARY_MS),
        within("flood.read", f"99 of 100 pages beside 64 guessers ({guesses})", readers.p(0.99), "ms", ORDINARY_MS),
        none("flood.faults", f"faults in both floods; bids {in_words(bidder.statuses)}", faults),
        every("flood.bids", "writes of a bid that were heard", _heard(bidder)),
    ]


def _heard(waits: Any) -> float:
    heard: int = sum(count for status, count in waits.statuses.items() if 200 <= status < 300)
    return heard / max(int(waits.statuses.total()), 1)


async def kills(data: Any, size: Size, tell: Tell) -> list[Measure]:
    """Application, worker, database server and single connections killed under load."""
    return [each for part in attack("kills").PARTS for each in await _killed(data, part, size.kills)]


async def _killed(data: Any, part: str, count: int) -> list[Measure]:
    async with data.serving() as server:
        found = await attack("kills").kills(server, part, count)
    of = f"{count} kills of the {part}, {found.acknowledged} acknowledged writes"
    wrong = found.lost + found.doubled + found.audit_faults + found.idle_jobs
    return [
        none(f"kills.{part}.lost", f"{of}: lost, doubled, audit faults, idle jobs", wrong),
        within(f"kills.{part}.back", "longest time until it served again", max(found.back), "s", BACK_S),
    ]


async def races(data: Any, size: Size, tell: Tell) -> list[Measure]:
    """One thing wanted by many at once."""
    async with data.serving() as server:
        run = await attack("races").races(server, size.races)
    for race in run:
        tell(f"{race.name}: {race.outcome} {race.broken}")
    names = ", ".join(dict.fromkeys(race.name for race in run))
    return [none("races.broken", f"of {len(run)} races ({names})", sum(bool(race.broken) for race in run))]


async def leaks(data: Any, size: Size, tell: Tell) -> list[Measure]:
    """Words of one party looked for in everything that the others can get."""
    async with data.serving() as server:
        found = await attack("leaks").crawl(server)
    for leak in found.leaks:
        tell(f"{leak.secret}: read by {leak.role} at {leak.address}")
    return [
        none("leaks.found", f"secrets among {found.answers} answers to those they are not for", len(found.leaks)),
        every("leaks.proof", "of the secrets found by their own readers", len(found.found) / found.secrets),
    ]


FIGURES: dict[str, Figure] = {
    "inputs": inputs,
    "files": files,
    "slow": slow,
    "flood": flood,
    "kills": kills,
    "races": races,
    "leaks": leaks,
}


def measured(size: Size, only: Collection[str], tell: Tell, show: Callable[[Measure], None]) -> list[Measure]:
    """All of it; each figure is shown when it is there."""

    async def run() -> list[Measure]:
        found = []
        async for each in measure_reliability(size, only, tell):
            show(each)
            found.append(each)
        return found

    return asyncio.run(run())
