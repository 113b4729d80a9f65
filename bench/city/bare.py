"""A bare peer: a FastAPI application that does the least there is to do, served by uvicorn as its own process.

It takes the same answers, checks their form and keeps them as one row each, and gives back bytes that it holds.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Response
from fastapi import Path as InPath
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, ConfigDict, Field

from app.core.settings import PROJECT
from tests.attack.server import GIVE_UP, NoAnswer, free_port
from tests.attack.wire import Wire, asking

AT_ONCE = 8  # connections
KEPT = "CREATE TABLE IF NOT EXISTS bare_answers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, answer jsonb)"
KEEP = "INSERT INTO bare_answers (answer) VALUES (%s) RETURNING id"
URL, FOLDER = "BARE_URL", "BARE_FOLDER"


class Answers(BaseModel):
    """What `AnswersSubmit` takes."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Any]
    seconds: Annotated[int, Field(ge=0, le=10_000_000)] | None = None


def create_bare() -> FastAPI:
    """The application; what it holds lies in a folder, one file for each page."""
    pool = AsyncConnectionPool(os.environ[URL], min_size=AT_ONCE, max_size=AT_ONCE, open=False)
    pages = [path.read_bytes() for path in sorted(Path(os.environ[FOLDER]).glob("*.json"))]

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with pool, pool.connection() as connection:
            await connection.execute(KEPT)
            await connection.commit()
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.post("/answers", status_code=201)
    async def keep(body: Answers) -> dict[str, int]:
        async with pool.connection() as connection:
            row = await (await connection.execute(KEEP, [Jsonb(body.model_dump())])).fetchone()
        assert row
        return {"id": row[0]}

    @app.get("/pages/{number}")
    async def page(number: Annotated[int, InPath(ge=0)]) -> Response:
        return Response(pages[number], media_type="application/json")

    return app


@contextlib.asynccontextmanager
async def bare(url: str, folder: Path) -> AsyncIterator[int]:
    """The port at which it answers, until the block ends."""
    port = free_port()
    told = (sys.executable, "-m", "uvicorn", "--factory", "bench.city.bare:create_bare", "--log-level", "error")
    environment = os.environ | {URL: url, FOLDER: str(folder)}
    process = subprocess.Popen((*told, "--port", str(port)), env=environment, cwd=PROJECT)
    try:
        await _until_ready(port)
        yield port
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


async def _until_ready(port: int) -> None:
    ends = time.monotonic() + GIVE_UP
    while time.monotonic() < ends:
        wire = Wire(port, patience=5)
        answer = await wire.send(asking("GET", "/none"))
        await wire.close()
        if answer.status == 404:
            return
        await asyncio.sleep(0.05)
    raise NoAnswer("the bare peer does not answer")
