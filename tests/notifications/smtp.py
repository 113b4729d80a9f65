"""A small mail server in the test process: it takes mails, or says what a test has it say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class MailServer:
    """`answers` are what it says to a recipient instead of taking the mail."""

    taken: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    url: str = ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            said = line.decode().strip()
            verb = said[:4].upper()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                self.taken.append(await self._read(reader))
            refusal = next((words for name, words in self.answers.items() if verb == "RCPT" and name in said), None)
            writer.write(f"{refusal or ('221 bye' if verb == 'QUIT' else '250 ok')}\r\n".encode())
            await writer.drain()
            if verb == "QUIT":
                break
        writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> EmailMessage:
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(mail, EmailMessage)
        return mail


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    server.url = f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield server
