"""Serving the platform: the door that is listened at, and what its start tells whoever started it."""

import contextlib
import errno
import io
import os
import shutil
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import segno
import typer
import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import demonstration_seats
from app.accounts.rules import DEMONSTRATION_PASSWORD
from app.core.errors import DomainError
from app.core.http.exposure import REMEDY, WARNING
from app.core.http.pages import answering, following
from app.core.installation.folders import data_folder, refusing, server_user
from app.core.installation.heap import out_of_sight
from app.core.installation.machine import Machine
from app.core.installation.sizing import Size, Why
from app.core.settings import Settings
from app.core.words import word
from app.season.demonstration import survey_token
from app.season.rooms.voices import RECEIPT, has_receipt
from app.season.steps import Progress

# Requests, then the worker (4 s), then the embedded database (5 s).
REQUESTS_END_WITHIN, ENDS_WITHIN, AT_ONCE = 4, 14, 2
WHY = {
    Why.setting: ("设置 WEB_WORKERS", "the setting WEB_WORKERS"),
    Why.cores: ("核数", "cores"),
    Why.memory: ("内存", "memory"),
    Why.connections: ("数据库连接数", "the database's connections"),
}
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
    out_of_sight()


class Server(uvicorn.Server):
    """Says that it is there once it is, and ends in time whatever clients do."""

    def __init__(
        self,
        config: uvicorn.Config,
        started: Callable[[], Awaitable[None]],
        stopping: Callable[[], None],
        *,
        is_first: bool = True,
    ) -> None:
        super().__init__(config)
        self.tell_started, self.tell_stopping, self.is_first = started, stopping, is_first

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            await self.tell_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """What has no end of its own is ended, then the rest is waited for."""
        self.tell_stopping()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A first signal ends everything in turn, a second one at once; what then still hangs, the system ends."""
        again = self.should_exit
        if not again and self.is_first:
            os.write(2, "\n  正在停止…… / stopping …\n".encode())
        super().handle_exit(sig, frame)
        self.force_exit = again
        signal.setitimer(signal.ITIMER_REAL, AT_ONCE if again else ENDS_WITHIN)


def tell(*lines: str) -> None:
    """What is said besides a command's answer goes to the error output, at once."""
    typer.echo("\n".join(lines), err=True)


def place_of(settings: Settings) -> str:
    """Where the data are. Refusals: those of `data_folder` and of what the system refuses."""
    with refusing(settings.data_dir):
        return "DATABASE_URL" if settings.database_url else str(data_folder(settings.data_dir))


def warn_of_another_place(settings: Settings) -> None:
    """Say before anything else when the data lie elsewhere than DATA_DIR says."""
    asked, place = settings.data_dir.resolve(), place_of(settings)
    user = server_user()
    if user is None or settings.database_url or Path(place).is_relative_to(asked):
        return
    told = (
        f"注意：数据库以用户 {user.pw_name} 运行，无法进入 {asked}，数据改存于 {place}。",
        f"Note: the database runs as the user {user.pw_name}, which cannot enter {asked}. The data are in {place}.",
    )
    tell(*(typer.style(line, fg="yellow", bold=True) for line in told))


def farewell(settings: Settings) -> list[str]:
    """The last lines: that it is over, and what stays."""
    place = place_of(settings)
    return [
        f"  已停止，再见。数据保存在 {place}，下次启动继续使用。",
        f"  Stopped. Your data stay in {place}. Goodbye.",
        "",
    ]


def command_name() -> str:
    """How the command is called from the folder in which it was started."""
    if shutil.which("shuangxuan"):
        return "shuangxuan"
    beside = Path(sys.executable).with_name("shuangxuan")
    return os.path.relpath(beside) if beside.exists() else f"{sys.executable} -m app"


def network_address(settings: Settings, address: str) -> str | None:
    """Where other machines open the platform: PUBLIC_URL, or this machine's address in its network. None while it
    listens to itself alone, or has no network."""
    if settings.public_url or settings.host not in EVERYWHERE:
        return settings.public_url or (None if settings.is_local else address)
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))  # an address of no machine: nothing is sent, the way there is looked up
        return f"http://{asked.getsockname()[0]}:{urlsplit(address).port}"
    return None


async def phone_link(session: AsyncSession, address: str, settings: Settings) -> str | None:
    """What a phone opens: the demonstration's questionnaire while there is one, or the first page."""
    base = network_address(settings, address)
    token = await survey_token(session) if base and settings.demonstration else None
    return f"{base}{answering(token)}" if token else base


def drawn(link: str) -> str:
    """The link as a QR code of characters."""
    out = io.StringIO()
    segno.make(link, micro=False).terminal(out, compact=True)
    return out.getvalue()


def size_line(machine: Machine, allowed: int, size: Size) -> str:
    """How much of the machine is taken, and why so much."""
    memory = f"{machine.memory_mb / 1024:.0f} GB"
    zh = f"{size.web_workers} 个网页进程（取决于{WHY[size.why][0]}），各 {size.connections} 个数据库连接；"
    en = f"{size.web_workers} web process{'es' if size.web_workers > 1 else ''} (by {WHY[size.why][1]}),"
    en += f" {size.connections} database connections each; {machine.cores} cores, {memory}, database allows {allowed}"
    return f"  规模 / size   {zh}本机 {machine.cores} 核、{memory}，数据库可用连接 {allowed} 个 / {en}"


async def welcome(session: AsyncSession, address: str, phone: str | None, settings: Settings, chosen: str) -> list[str]:
    """The lines printed at the start: where to go, where the data are, how much of the machine is taken (`chosen`), and
    with which demonstration accounts."""
    lines = ["", f"  双选 Shuangxuan   {address}", f"  数据 / data   {place_of(settings)}", chosen]
    lines += [f"  其他命令 / other commands   {command_name()} --help", ""]
    if settings.demonstration:
        lines += await _demonstration_lines(session, address, settings)
    lines.append(f"  手机 / on a phone   {phone or 'HOST=0.0.0.0 make run'}")
    return [*lines, "", "  Ctrl-C 停止 / stops everything", ""]


async def _demonstration_lines(session: AsyncSession, address: str, settings: Settings) -> list[str]:
    lines = []
    if settings.is_exposed:
        told = [f"  {each[language]}" for language in WARNING for each in (WARNING, REMEDY)]
        lines += [*(typer.style(line, fg="red", bold=True) for line in told), ""]
    if seats := await demonstration_seats(session):
        lines += [
            "  演示数据 / demonstration data",
            f"  演示账号，密码均为 / demonstration accounts, each with the password  {DEMONSTRATION_PASSWORD}",
        ]
        lines += [
            f"    {seat.account.username:<14}{word('role', seat.role, 'zh')} / {word('role', seat.role, 'en')}"
            for seat in seats
        ]
    if token := await survey_token(session):
        lines.append(f"  居民问卷 / residents' questionnaire  {address}{answering(token)}")
    if await has_receipt(session):
        lines.append(f"  答卷回执 / receipt of an answer  {address}{following(RECEIPT)}")
    return lines


def watched(title: str) -> Progress:
    """Shows on the error output how far a season has come: one line that moves, or on no terminal every tenth."""

    def show(done: int, of: int, step: str) -> None:
        line = f"{title} {done * 100 // of}% {in_words(step)}".rstrip()
        if sys.stderr.isatty():
            typer.echo(f"\r\033[K{line}", err=True, nl=done == of)
        elif done and done * 10 // of > (done - 1) * 10 // of:
            typer.echo(line, err=True)

    return show


def in_words(step: str) -> str:
    """What a step of a season does, by the first word of its name: 汇总评分表 / score sheets."""
    kind = step.split(": ")[-1].split(" ")[0]
    return f"{word('step', kind, 'zh')} / {word('step', kind, 'en')}" if kind else ""
