"""Files that are meant to harm whoever opens them, sent to every door that takes files."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.attack.evil_files import EVIL, Evil
from tests.attack.known import API, people
from tests.attack.server import LIVE, Server
from tests.attack.things import made, open_wave
from tests.attack.waits import Waits, meanwhile
from tests.attack.wire import SILENT, Answer, Pool, Request, Send, asking

BOUNDARY = "shuangxuan-upload"
LOOK_EVERY = 0.05
PAGE = asking("GET", f"{API}/needs?limit=20")
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
    pages: Waits = field(default_factory=Waits)

    def note(self, name: str, path: str, answer: Answer) -> None:
        self.statuses[answer.status] += 1
        if answer.is_fault or answer.status == SILENT:
            self.faulty.append(f"{name} to {path}: {answer.status}")


def upload(path: str, name: str, content: bytes) -> Request:
    told = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="{name}"\r\n\r\n'
    body = told.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = ((b"Content-Type", f"multipart/form-data; boundary={BOUNDARY}".encode()),)
    return Request("upload", path, "POST", path.encode(), headers, body)


async def upload_evil(server: Server, *, files: int | None = None, doors: int = 1) -> Uploads:
    """Every file (or the first so many) to `doors` of the doors, while others read; what that cost them all."""
    as_, found = people(Pool(server.port).send), Uploads()
    committee = as_["committee"]
    doors_there = [*DOORS, ("committee", await _responses_of(committee)), ("committee", await _files_of(committee))]
    for role, path in doors_there:  # what the first upload of all costs, the files are not to blame for
        await as_[role](upload(path, "a.csv", b"a,b\r\n1,2\r\n"))
        for page in (LIVE, PAGE) * 5:
            await as_[role](page)
    chosen = EVIL[:files]
    with TemporaryDirectory(prefix="sx-evil-") as folder:
        made = [await asyncio.to_thread(_kept, file, Path(folder)) for file in chosen]
        async with (
            meanwhile([Pool(server.port).send], [LIVE], pause=LOOK_EVERY) as found.waits,
            meanwhile([Pool(server.port).send], [PAGE], pause=LOOK_EVERY) as found.pages,
            _watched(server, found),
        ):
            for number, (file, path_of_file) in enumerate(zip(chosen, made, strict=True)):
                for role, path in _doors(file, doors_there, number, doors):
                    answer = await as_[role](upload(path, file.name, path_of_file.read_bytes()))
                    found.note(file.name, path, answer)
    found.sent = len(chosen)
    return found


def _doors(file: Evil, doors: Sequence[tuple[str, str]], number: int, count: int) -> list[tuple[str, str]]:
    """Those whose turn it is; what claims to be a questionnaire goes to where these are read first of all."""
    turns = [doors[(number + turn) % len(doors)] for turn in range(count)]
    return turns if file.kind == "table" else list(dict.fromkeys([QUESTIONNAIRES, *turns[1:]]))


def _kept(file: Evil, folder: Path) -> Path:
    """Built before the attack begins: building some of them takes the attacker's processor for seconds."""
    path = folder / f"{len(list(folder.iterdir()))}"
    path.write_bytes(file.make())
    return path


async def _files_of(send: Send) -> str:
    """A draft of the committee's own, to which files are attached."""
    return f"{API}/files/need/{(await made(send, 'POST', '/needs', {'title': '试'}))['id']}"


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
