"""What a process beside the first one runs, by its kind: `python -m app.processes worker` (or `web`). Not for people:
the first process says with what, and each ends with it."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from app.core.installation.beside import FirstProcess
from app.core.installation.logs import set_up_logs
from app.core.installation.sizing import Size
from app.core.settings import settings

JOBS_END_WITHIN = 4.0  # seconds
REQUESTS_END_WITHIN = 6.0  # two more than they are given, for their process to end
NICE = 5


def run_worker(first: FirstProcess, url: str) -> None:
    """Carries out jobs, and gives way to whoever waits for a page."""
    os.nice(NICE)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    first.end_with_it(JOBS_END_WITHIN)
    with contextlib.suppress(KeyboardInterrupt):
        working = import_module("app.working")
        gc.freeze()
        asyncio.run(working.work_alone(url, first.say_works))


def run_web(first: FirstProcess, url: str, door: int, size: Mapping[str, Any]) -> None:
    """Answers requests, as one of several. What has begun is answered before it ends."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    first.end_with_it(REQUESTS_END_WITHIN)
    with contextlib.suppress(KeyboardInterrupt):
        import_module("app.working").answer_beside(url, door, Size(**size), first.say_works)


KINDS: dict[str, Callable[..., None]] = {"worker": run_worker, "web": run_web}


def main(kind: str) -> None:
    first = FirstProcess()
    told = first.hear()
    set_up_logs(settings())
    KINDS[kind](first, **told)


if __name__ == "__main__":
    main(sys.argv[1])
