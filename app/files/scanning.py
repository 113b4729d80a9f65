"""The virus scanner that an installation may set (CLAMD): nothing is kept that it has not seen and found clean."""

import asyncio

import structlog
from starlette.datastructures import UploadFile

from app.files.rules import AttachmentInfected, ScannerAway

CHUNK = 256 * 1024
SCAN_SECONDS = 20  # a place in the lane is held meanwhile
LONGEST_ANSWER = 4096
log = structlog.get_logger()


async def scan(upload: UploadFile, address: str) -> None:
    """Have clamd look at it, as its INSTREAM command asks. Refusals: AttachmentInfected, ScannerAway."""
    try:
        async with asyncio.timeout(SCAN_SECONDS):
            said = await _ask(upload, address)
    except (OSError, TimeoutError) as error:
        log.warning("scanner_away", why=str(error) or type(error).__name__)
        raise ScannerAway(seconds=30) from None
    if said.endswith("FOUND"):
        raise AttachmentInfected(found=said.removeprefix("stream: ").removesuffix(" FOUND"))
    if said != "stream: OK":
        log.warning("scanner_away", why=said[:200])
        raise ScannerAway(seconds=30)


async def _ask(upload: UploadFile, address: str) -> str:
    """What clamd says of it: each piece is sent behind its length, none ends the file."""
    reader, writer = await _connected(address)
    try:
        writer.write(b"zINSTREAM\0")
        await upload.seek(0)
        while chunk := await upload.read(CHUNK):
            writer.write(len(chunk).to_bytes(4, "big") + chunk)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        return (await reader.read(LONGEST_ANSWER)).rstrip(b"\0\n").decode(errors="replace")
    finally:
        writer.close()


async def _connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.startswith("/"):
        return await asyncio.open_unix_connection(address)
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host.strip("[]"), int(port))
