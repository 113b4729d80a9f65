"""`shuangxuan bench city`: a city loaded by the platform's own import, served as `serve` does, asked over HTTP."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from bench.city.answers import measure_answers
from bench.city.exports import exports
from bench.city.folder import CITY, Size
from bench.city.loaded import City, load_city
from bench.city.noise import noted
from bench.city.pages import measure_pages
from bench.city.rankings import make_base, rankings
from bench.city.results import results
from bench.measures import Measure
from tests.attack.server import Server

Figures = Callable[[Server, City], AsyncIterator[Measure]]
FIGURES: dict[str, Figures] = {
    "rankings": rankings,
    "pages": measure_pages,
    "exports": exports,
    "answers": measure_answers,
    "results": results,  # closes the survey: the last, and a loaded city serves for it once
}


async def measure_city(size: Size, data: Path, only: Collection[str]) -> AsyncIterator[Measure]:
    """The figures of one size, on one server."""
    city = await asyncio.to_thread(load_city, data, size)
    async with _serving(data) as server:
        await make_base(server, city)
        for name, figures in FIGURES.items():
            if not only or name in only:
                async for measure in noted(figures(server, city)):
                    yield measure


@asynccontextmanager
async def _serving(data: Path) -> AsyncIterator[Server]:
    server = Server(data, DEMONSTRATION="false")
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def measured(folder: Path | None, only: Collection[str], small: bool, show: Callable[[Measure], None]) -> list[Measure]:
    """A tenth and, unless it is to be `small`, the whole; what is loaded in `folder` is kept and used again."""

    async def run(root: Path) -> list[Measure]:
        found = []
        for name, size in ({"tenth": CITY.tenth()} if small else {"tenth": CITY.tenth(), "full": CITY}).items():
            data = root / name
            data.mkdir(parents=True, exist_ok=True, mode=0o755)
            async for each in measure_city(size, data, only):
                each["id"] = f"{each['id']}.{name}"
                show(each)
                found.append(each)
        return found

    if folder:
        return asyncio.run(run(folder))
    with tempfile.TemporaryDirectory(prefix="sx-city-") as made:
        Path(made).chmod(0o755)  # the database server may run as another user
        return asyncio.run(run(Path(made)))
