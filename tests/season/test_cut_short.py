"""A replay that is killed goes on where it was, and ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.db import Units, make_engine
from app.core.db import units as make_units
from app.season.importing import open_season
from app.season.replay import replay_season, replay_steps
from tests.factories.season import make_season

pytestmark = pytest.mark.anyio
# Kills itself a given time after a given step has begun: between two steps, or in the middle of one.
REPLAY = """
import asyncio, os, signal, sys, threading
import app.main
from app.core.db import make_engine, units
from app.season.importing import open_season
from app.season.replay import replay_season

def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)

def watch(done: int, of: int, step: str) -> None:
    if done == int(sys.argv[3]):
        threading.Timer(float(sys.argv[4]), kill).start() if float(sys.argv[4]) else kill()

asyncio.run(replay_season(units(make_engine(sys.argv[1])), open_season(sys.argv[2]), watch))
"""


def killed(url: str, folder: Path, step: int, after: float) -> int:
    """The exit status of a replay that was killed `after` seconds into a step."""
    call = [sys.executable, "-c", REPLAY, url, str(folder), str(step), str(after)]
    return subprocess.run(call, check=False, env={**os.environ}).returncode


async def test_killed_at_any_step_it_can_be_run_again_without_doubling_anything(
    own_database: str, units: Units, tmp_path: Path
) -> None:
    folder = make_season(tmp_path / "gulou")
    season = open_season(str(folder))
    count = len(replay_steps(season))
    for step, after in ((5, 0.0), (count - 9, 0.005)):
        assert killed(own_database, folder, step, after) == -signal.SIGKILL
    engine = make_engine(own_database)
    finished = await replay_season(make_units(engine), season)
    await engine.dispose()
    uncut = await replay_season(units, season)
    assert finished == uncut
