"""The command line: serve · worker · season · bench · verify · openapi."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from app.core.audit import verify as verify_audit
from app.core.db import Units, make_engine, units
from app.core.errors import DomainError
from app.core.jobs import work, worker_is_alive
from app.core.logs import set_up_logs
from app.core.postgres import NoServerPrograms, ServerDidNotStart, database
from app.core.problems import problem_of
from app.core.settings import settings
from app.core.upgrade import upgrade
from app.main import create_app, web_application
from app.parties.policy import authenticate

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
verify = typer.Typer(no_args_is_help=True, help="Check what must never have been altered.")
cli.add_typer(verify, name="verify")


def main() -> None:
    """Run a command; a refusal is a sentence in both languages and exit code 1."""
    set_up_logs(settings())
    try:
        cli()
    except DomainError as error:
        problem = problem_of(error)
        lines = [f"第 {row.row} 行 {row.column}: {row.messages['zh']} / {row.messages['en']}" for row in problem.rows]
        typer.echo("\n".join([problem.messages["zh"], problem.messages["en"], *lines]), err=True)
        sys.exit(1)
    except (NoServerPrograms, ServerDidNotStart) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


@contextlib.asynccontextmanager
async def open_units(url: str) -> AsyncIterator[Units]:
    """A door onto the database for as long as a command runs."""
    engine = make_engine(url)
    try:
        yield units(engine)
    finally:
        await engine.dispose()


def with_units(action: Callable[[Units], Coroutine[Any, Any, Any]]) -> Any:
    """Run `action` on the configured database, brought up to date first."""

    async def run(url: str) -> Any:
        async with open_units(url) as door:
            return await action(door)

    with database(settings()) as url:
        upgrade(url)
        return asyncio.run(run(url))


@cli.command()
def worker(check: Annotated[bool, typer.Option(help="only say whether a worker is alive")] = False) -> None:
    """Carry out jobs in a process of its own (set WORKER_IN_WEB=false for the web process)."""

    async def run(door: Units) -> Any:
        async with door() as session:
            return await worker_is_alive(session)

    if check:
        raise typer.Exit(0 if with_units(run) else 1)
    with database(settings()) as url, contextlib.suppress(KeyboardInterrupt):
        upgrade(url)
        asyncio.run(work_alone(url))


async def work_alone(url: str) -> None:
    async with open_units(url) as door:
        await work(url, door)


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
