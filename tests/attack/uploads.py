"""Files that are meant to harm whoever opens them, sent to every door that takes files."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.attack.evil_files import EVIL, Evil
from tests.attack.known import API, people
from tests.attack.server import LIVE, Server
from tests.attack.things import open_wave
from tests.attack.waits import Waits, meanwhile
from tests.attack.wire import Pool, Request, Send, asking

BOUNDARY = "shuangxuan-upload"
LOOK_EVERY = 0.05
PAGES = [LIVE, asking("GET", f"{API}/needs?limit=20")]
QUESTIONNAIRES = ("committee", f"{API}/surveys/import")
DOORS = (
    ("committee", f"{API}/needs/import"),
    ("organization", f"{API}/offers/import"),
    ("purchaser", f"{API}/parties/import"),
    QUESTIONNAIRES,
)


@dataclass
class Uploads:
    """`grown`: MB that the server's memory rose above where it stood; `beside`: that of its reader processes; each at
    the most."""

    statuses: Counter[int] = field(default_factory=Counter)
    faulty: list[str] = field(default_factory=list)
    sent: int = 0
    grown: float = 0.0
    beside: float = 0.0
    waits: Waits = field(default_factory=Waits)


def upload(path: str, name: str, content: bytes) -> Request:
    told = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="{name}"\r\n\r\n'
    body = told.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = ((b"Content-Type", f"multipart/form-data; boundary={BOUNDARY}".encode()),)
    return Request("upload", path, "POST", path.encode(), headers, body)


async def upload_evil(server: Server, *, files: int | None = None, doors: int = 1) -> Uploads:
    """Every file (or the first so many) to `doors` of the doors, while others read; what that cost them all."""
    as_, found = people(Pool(server.port).send), Uploads()
    doors_there = [*DOORS, ("committee", await _responses_of(as_["committee"]))]
    for role, path in doors_there:  # what the first upload of all costs, the files are not to blame for
        await as_[role](upload(path, "a.csv", b"a,b\r\n1,2\r\n"))
        for page in PAGES * 5:
            await as_[role](page)
    async with meanwhile([Pool(server.port).send] * 2, PAGES, pause=LOOK_EVERY) as found.waits, _watched(server, found):
        for number, file in enumerate(EVIL[:files]):
            content, found.sent = await asyncio.to_thread(file.make), number + 1
            for role, path in _doors(file, doors_there, number, doors):
                answer = await as_[role](upload(path, file.name, content))
                found.statuses[answer.status] += 1
                if answer.is_fault or answer.status == 0:
                    found.faulty.append(f"{file.name} to {path}: {answer.status}")
    return found


def _doors(file: Evil, doors: Sequence[tuple[str, str]], number: int, count: int) -> list[tuple[str, str]]:
    """Those whose turn it is; what claims to be a questionnaire goes to where these are read first of all."""
    turns = [doors[(number + turn) % len(doors)] for turn in range(count)]
    return turns if file.kind == "table" else list(dict.fromkeys([QUESTIONNAIRES, *turns[1:]]))


async def _responses_of(send: Send) -> str:
    return f"{API}/surveys/waves/{(await open_wave(send))['id']}/import_responses"


@asynccontextmanager
async def _watched(server: Server, found: Uploads) -> AsyncIterator[None]:
    """Notes how far the memory of the server's processes rises."""
    before, _ = server.resident_mb()

    async def watch() -> None:
        while True:
            own, beside = server.resident_mb()
            found.grown, found.beside = max(found.grown, own - before), max(found.beside, beside)
            await asyncio.sleep(LOOK_EVERY)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
