"""The command line: serve · worker · season · bench · verify · openapi."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from importlib import import_module
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from sqlalchemy.exc import OperationalError

from app.accounts.commands import administration
from app.accounts.policy import authenticate
from app.accounts.service import close_demonstration, reopen_demonstration
from app.core.audit import verify as verify_audit
from app.core.db import Units
from app.core.errors import DomainError
from app.core.http.health import DatabaseAway
from app.core.installation.beside import Beside
from app.core.installation.jobs import worker_is_alive
from app.core.installation.logs import set_up_logs
from app.core.installation.machine import usable
from app.core.installation.postgres import connections_allowed, database
from app.core.installation.sizing import Size, sized
from app.core.installation.upgrade import upgrade
from app.core.problems import RowProblem, problem_of
from app.core.reading.foreign import content_of
from app.core.settings import PROJECT, Settings, settings, settings_given
from app.files.queries import verify as verify_files
from app.main import create_app
from app.matching.allocation.exported import SelectionFileUnreadable, parse_selection
from app.matching.allocation.verifier import in_words, verify_selection
from app.matching.ranking.cities import Engine, digest_of, rank_locally, rank_on_ray, save_cities
from app.processes import REQUESTS_END_WITHIN
from app.rankings.market import prepared_sides
from app.season.demonstration import load_demonstration
from app.season.export import export_season
from app.season.importing import import_season, open_season
from app.season.replay import replay_season
from app.season.summary import Summary, readable
from app.serving import (
    address_of,
    drawn,
    farewell,
    listening,
    phone_link,
    size_line,
    tell,
    warn_of_another_place,
    watched,
    welcome,
)
from app.working import open_units, web_server, work_alone

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
verify = typer.Typer(no_args_is_help=True, help="Check what must never have been altered.")
season = typer.Typer(no_args_is_help=True, help="A season as files: take it in, replay it, write it out.")
for name, commands in (("season", season), ("verify", verify)):
    cli.add_typer(commands, name=name)
JsonOption = Annotated[str, typer.Option("--json", metavar="PATH", help="write JSON there; - is the standard output")]
SeasonArgument = Annotated[str, typer.Argument(metavar="NAME_OR_FOLDER", help="a shipped season, or a folder")]


VARIABLES = ", ".join(name.upper() for name in Settings.model_fields)


class BenchAbsent(DomainError):
    """This installation is not a checkout of the project, which the bench belongs to."""


def main() -> None:
    """Run a command; a refusal is a sentence in both languages and exit code 1."""
    try:
        set_up_logs(settings())
        cli()
    except DomainError as error:
        refuse(error)
    except OperationalError:
        refuse(DatabaseAway(seconds=2))


def say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"shuangxuan {version_of('shuangxuan')}")
        raise typer.Exit


@cli.callback()
def everything(
    _version: Annotated[bool, typer.Option("--version", callback=say_version, is_eager=True, help="say which")] = False,
) -> None:
    """双选 Shuangxuan: a district's season of community services, from a resident's answer to residents' acceptance.

    `serve` starts all of it.
    """


def refuse(error: DomainError) -> NoReturn:
    problem = problem_of(error)
    lines = [f"{_where(row)}: {row.messages['zh']} / {row.messages['en']}" for row in problem.rows]
    more = [f"另有 {problem.more} 类问题未列出 / {problem.more} more reasons"] if problem.more else []
    typer.echo("\n".join([problem.messages["zh"], problem.messages["en"], *lines, *more]), err=True)
    sys.exit(1)


def _where(problem: RowProblem) -> str:
    """第 3、7、9 行等 44 行 budget_cny"""
    if problem.row == 0:
        return problem.column
    more = f"等 {len(problem.rows) + problem.more} 行" if problem.more else ""
    return f"第 {'、'.join(map(str, problem.rows))} 行{more} {problem.column}"


def with_units(action: Callable[[Units], Coroutine[Any, Any, Any]]) -> Any:
    """Run `action` on the configured database, brought up to date first."""

    async def run(url: str) -> Any:
        async with open_units(url) as door:
            return await action(door)

    with upgraded(settings()) as url:
        return asyncio.run(run(url))


@contextlib.contextmanager
def upgraded(configured: Settings) -> Iterator[str]:
    """The address of the configured database, brought up to date; it is said where data lie that lie elsewhere."""
    warn_of_another_place(configured)
    with database(configured) as url:
        upgrade(url)
        yield url


cli.add_typer(administration(with_units, lambda: settings().address), name="admin")


@cli.command(epilog=f"Each of these variables is a setting, and the README says which: {VARIABLES}.")
def serve(
    port: Annotated[str | None, typer.Option(metavar="NUMBER", help="by default the variable PORT, or 8000")] = None,
    host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="by default the variable HOST, or 127.0.0.1; 0.0.0.0 for phones"),
    ] = None,
    data_dir: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="by default the variable DATA_DIR, or var in the project")
    ] = None,
) -> None:
    """Start the platform: database, demonstration on the first start, web application and worker."""
    configured = settings_given(port=port, host=host, data_dir=data_dir)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that everything below is closed in turn
    with contextlib.suppress(KeyboardInterrupt), listening(configured) as door, upgraded(configured) as url:
        machine, allowed = usable(), connections_allowed(url)
        size = sized(machine, allowed, configured.web_workers, configured.web_connections)
        asyncio.run(make_ready(url, configured))
        with beside(url, configured, door, size) as (worker, others):
            chosen = size_line(machine, allowed, size)
            started = partial(announce, url, configured, address_of(door), chosen)
            web_server(configured, url, worker, size, started, partial(leave, others)).run([door])
    tell(*farewell(configured))


@contextlib.contextmanager
def beside(
    url: str, configured: Settings, door: socket.socket, size: Size
) -> Iterator[tuple[Beside | None, list[Beside]]]:
    """The process that carries out jobs, where there is to be one, and those that answer requests besides this one, for
    as long as the block lasts."""
    worker = Beside("worker", {"url": url}) if configured.with_worker else None
    told, number = {"url": url, "door": door.fileno(), "size": asdict(size)}, door.fileno()
    others = [Beside("web", told, [number]) for _ in range(size.web_workers - 1)]
    every = [*others, worker] if worker else others
    for each in every:
        each.start()
    try:
        yield worker, others
    finally:
        leave(every)
        for each in every:
            each.end(REQUESTS_END_WITHIN)


def leave(processes: Sequence[Beside]) -> None:
    for each in processes:
        each.leave()


async def make_ready(url: str, configured: Settings) -> None:
    """The demonstration made and open, or else shut."""
    async with open_units(url) as door:
        if configured.demonstration:
            await load_demonstration(door, watched("演示数据 demonstration"))
        async with door() as session:
            await (reopen_demonstration if configured.demonstration else close_demonstration)(session)


async def announce(url: str, configured: Settings, address: str, chosen: str) -> None:
    """Without a database, which may be starting again just now, the start goes on and tells nothing."""
    with contextlib.suppress(OperationalError):
        async with open_units(url) as door, door() as session:
            phone = await phone_link(session, address, configured)
            typer.echo("\n".join(await welcome(session, address, phone, configured, chosen)))
        if phone and sys.stdout.isatty():
            typer.echo(drawn(phone))


@season.command("import")
def import_a_season(given: SeasonArgument) -> None:
    """Check every file and take in areas, terms, parties, needs and offers, all or nothing."""
    opened = open_season(given)

    async def run(door: Units) -> int:
        return await import_season(door, opened, watched(opened.name))

    steps = with_units(run)
    typer.echo(f"{opened.name}: {steps} steps" if steps else f"{opened.name}: nothing to do", err=True)


@season.command("replay")
def replay_a_season(given: SeasonArgument, target: JsonOption = "") -> None:
    """Carry the whole season out by the platform's own use cases, at its own dates; cut short, it goes on."""
    opened = open_season(given)

    async def run(door: Units) -> Summary:
        return await replay_season(door, opened, watched(opened.name))

    summary = with_units(run)
    write_json(summary, target) if target else typer.echo("\n".join(readable(summary)))


@season.command("export")
def export_a_season(
    given: SeasonArgument, to: Annotated[Path | None, typer.Option(help="the folder; by default named like it")] = None
) -> None:
    """Write a season that was replayed here as a folder of the same layout."""
    name = Path(given).name

    async def run(door: Units) -> list[Path]:
        async with door() as session:
            return await export_season(session, name, to or Path(given))

    for path in with_units(run):
        typer.echo(str(path))


@cli.command()
def worker(check: Annotated[bool, typer.Option(help="only say whether a worker is alive")] = False) -> None:
    """Carry out jobs in a process of its own (set WITH_WORKER=false for the web process)."""

    async def run(door: Units) -> Any:
        async with door() as session:
            return await worker_is_alive(session)

    if check:
        raise typer.Exit(0 if with_units(run) else 1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with upgraded(settings()) as url, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(work_alone(url))


@cli.command("rank-all")
def rank_everybody(
    engine: Annotated[Engine, typer.Option(help="ray needs the extra `cluster`")] = Engine.local,
    workers: Annotated[int, typer.Option(min=1, help="processes on this machine")] = 2,
    address: Annotated[str | None, typer.Option(help="a running Ray cluster that sees the data folder")] = None,
    target: JsonOption = "",
) -> None:
    """Rank every open need and every offer, city by city; prints what each city gave and one digest of all."""
    folder = settings().data_dir / "matching"

    async def save_all(door: Units) -> list[Path]:
        async with door() as session:
            sides = await prepared_sides(session)
        return save_cities(*sides, folder)

    cities = with_units(save_all)
    ranked = rank_on_ray(cities, workers, address) if engine is Engine.ray else rank_locally(cities, workers)
    digest = digest_of(ranked)
    if target:
        write_json({"digest": digest, "cities": [each._asdict() for each in ranked]}, target)
    else:
        lines = [f"{c.city}: {c.needs} needs, {c.offers} offers, {c.digest}" for c in ranked]
        typer.echo("\n".join([*lines, digest]))


@cli.command()
def openapi(path: Annotated[Path, typer.Argument(help="the file to write")]) -> None:
    """Write the description of the API; needs no database."""

    @contextlib.asynccontextmanager
    async def closed() -> AsyncIterator[Any]:
        raise RuntimeError("describing the API opens no database")
        yield

    described = create_app(settings(), closed, authenticate).openapi()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(described, ensure_ascii=False, indent=1), encoding="utf-8")


@verify.command("audit")
def verify_the_audit_log() -> None:
    """Recompute every audit chain; exit code 1 names where one breaks."""

    async def run(door: Units) -> Any:
        async with door() as session:
            return await verify_audit(session)

    count, faults = with_units(run)
    for fault in faults:
        typer.echo(f"{fault.stream} #{fault.seq}: {fault.fault}")
    typer.echo(f"{count} events, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


@verify.command("files")
def verify_the_files() -> None:
    """Read every attached file again, as after a restore; exit code 1 names each that is missing or altered."""

    async def run(door: Units) -> Any:
        async with door() as session:
            return await verify_files(session)

    count, faults = with_units(run)
    for digest in faults:
        typer.echo(f"{digest}: missing or altered")
    typer.echo(f"{count} files, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


@verify.command("selection")
def verify_a_selection(
    file: Annotated[Path, typer.Argument(help="the export of a round")],
    digest: Annotated[str | None, typer.Option(help="the digest that the round's page publishes")] = None,
) -> None:
    """Recompute an exported round from its lists, without the platform; exit code 1 says every fault found. Only the
    published digest tells that the lists are those of the round."""
    try:
        content = content_of(file)
    except OSError:
        raise SelectionFileUnreadable() from None
    facts, faults = verify_selection(parse_selection(content), digest)
    for fault in faults:
        typer.echo("\n".join(in_words(fault)))
    typer.echo(json.dumps(facts | {"faults": len(faults)}, ensure_ascii=False))
    raise typer.Exit(1 if faults else 0)


@cli.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False},
)
def bench(context: typer.Context) -> None:
    """Measure what the project claims (needs a checkout of the project)."""
    if not (PROJECT / "bench" / "commands.py").is_file():
        raise BenchAbsent()
    sys.path.insert(0, str(PROJECT))
    import_module("bench.commands").bench(context.args, prog_name="shuangxuan bench")


def write_json(found: Any, target: str) -> None:
    text = json.dumps(found, ensure_ascii=False, indent=1)
    typer.echo(text) if target == "-" else Path(target).write_text(text + "\n", encoding="utf-8")
