"""The scanner: what it finds is refused, what it cannot look at is not taken."""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from starlette.datastructures import UploadFile

from app.files.rules import AttachmentInfected, ScannerAway
from app.files.scanning import scan

pytestmark = pytest.mark.anyio
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
Scanner = Callable[..., AbstractAsyncContextManager[str]]


@asynccontextmanager
async def scanner(says: bytes | None = None) -> AsyncIterator[str]:
    """A clamd at a socket, which knows one virus; or which answers what it is told to."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        writer.write(found if says is None else says)
        writer.close()

    with tempfile.TemporaryDirectory(prefix="sx-clamd-") as folder:
        address = str(Path(folder, "clamd.sock"))
        async with await asyncio.start_unix_server(answer, address):
            yield address


def upload(content: bytes) -> UploadFile:
    return UploadFile(io.BytesIO(content), filename="file.pdf")


async def test_a_clean_file_passes_whole_and_can_be_read_again() -> None:
    file = upload(bytes(700_000))
    async with scanner() as address:
        await scan(file, address)
    await file.seek(0)
    assert len(await file.read()) == 700_000


async def test_an_infected_file_is_refused_by_the_name_of_what_it_has() -> None:
    async with scanner() as address:
        with pytest.raises(AttachmentInfected) as refused:
            await scan(upload(bytes(300_000) + EICAR), address)
    assert refused.value.facts == {"found": "Eicar-Signature"}


@pytest.mark.parametrize("says", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"UNKNOWN COMMAND\0"])
async def test_what_the_scanner_did_not_look_at_is_not_taken(says: bytes) -> None:
    async with scanner(says) as address:
        with pytest.raises(ScannerAway):
            await scan(upload(b"x"), address)


async def test_nothing_is_taken_while_the_scanner_is_away(tmp_path: Path) -> None:
    for address in (str(tmp_path / "nobody.sock"), "127.0.0.1:1"):
        with pytest.raises(ScannerAway) as refused:
            await scan(upload(b"x"), address)
        assert refused.value.status == 503
