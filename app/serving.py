"""Serving the platform: the door that is listened at, and what its start tells whoever started it."""

import contextlib
import errno
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from types import FrameType

import typer
import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import demonstration_seats
from app.accounts.rules import DEMONSTRATION_PASSWORD
from app.core.errors import DomainError
from app.core.http.exposure import REMEDY, WARNING
from app.core.settings import Settings
from app.season.demonstration import survey_token
from app.season.steps import Progress

# Requests, then the worker (4 s), then the embedded database (5 s).
REQUESTS_END_WITHIN, ENDS_WITHIN, AT_ONCE = 4, 14, 2
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}


class PortTaken(DomainError):
    """Another program listens at the address."""


class AddressUnusable(DomainError):
    """The host is none of this machine's, or the port is not for this user."""


@contextlib.contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The socket, bound before anything else is started. Refusals: PortTaken, AddressUnusable."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:  # named, or asyncio leaves Nagle on
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((settings.host, settings.port))
            door.listen(128)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(host=settings.host, port=settings.port) from None
            raise AddressUnusable(host=settings.host, port=settings.port, why=error.strerror or "") from None
        yield door


def address_of(door: socket.socket) -> str:
    """What to type into a browser."""
    host, port = door.getsockname()[:2]
    shown = EVERYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def settle(application: FastAPI) -> None:
    """What the first request would wait for is done now, and what lives as long as the process is put out of the
    collector's sight: looking through it stopped every request for 0.1 s, now and then."""
    application.openapi()
    gc.collect()
    gc.freeze()


class Server(uvicorn.Server):
    """Says that it is there once it is, and ends in time whatever clients do."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self.tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            await self.tell_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A first signal ends everything in turn, a second one at once; what then still hangs, the system ends."""
        again = self.should_exit
        super().handle_exit(sig, frame)
        self.force_exit = again
        signal.setitimer(signal.ITIMER_REAL, AT_ONCE if again else ENDS_WITHIN)


async def welcome(session: AsyncSession, address: str, data: str, settings: Settings) -> list[str]:
    """The lines printed at the start: where to go, where the data are, and with which demonstration accounts."""
    lines = ["", f"  双选 Shuangxuan   {address}", f"  数据 / data   {data}", ""]
    if not settings.demonstration:
        return lines
    if settings.is_exposed:
        told = [f"  {each[language]}" for language in WARNING for each in (WARNING, REMEDY)]
        lines += [*(typer.style(line, fg="red", bold=True) for line in told), ""]
    if seats := await demonstration_seats(session):
        lines += [
            "  演示数据 / demonstration data",
            f"  演示账号，密码均为 / demonstration accounts, each with the password  {DEMONSTRATION_PASSWORD}",
        ]
        lines += [f"    {seat.account.username:<14}{seat.account.display_name}" for seat in seats]
    if token := await survey_token(session):
        lines.append(f"  居民问卷 / residents' questionnaire  {address}/s/{token}")
    return [*lines, "", "  Ctrl-C 停止 / stops everything", ""]


def watched(title: str) -> Progress:
    """Shows on the error output how far a season has come: one line that moves, or on no terminal every tenth."""

    def show(done: int, of: int, step: str) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r\033[K{title} {done}/{of} {step}"[:100], err=True, nl=done == of)
        elif done and done * 10 // of > (done - 1) * 10 // of:
            typer.echo(f"{title} {done}/{of} {step}".rstrip(), err=True)

    return show
