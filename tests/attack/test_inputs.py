"""Whatever is sent to whichever route by whomever, the answer is one that the API declares: never a fault."""

import random
import sys
from datetime import date
from pathlib import Path

import pytest

from app.accounts.policy import authenticate
from app.core.db import make_engine, units
from app.core.settings import Settings
from app.main import create_app, serve_front_end
from app.season import demonstration
from app.season.importing import open_season
from app.tenders.forms.application import Application
from app.tenders.forms.checklist import Said, gaps
from app.tenders.forms.defaults import default_form
from tests.attack.fuzz import fuzz, smallest
from tests.attack.inputs import Generator
from tests.attack.inside import sending
from tests.attack.known import API, learn, people, routes_of
from tests.attack.things import COMPLETE
from tests.factories.season import make_season

pytestmark = pytest.mark.anyio
NOWHERE = "postgresql://nowhere"  # describing the API opens no connection
SEED, INPUTS = 20261128, 1000  # so many with a seed of every run, so many with one of this run alone


async def test_no_generated_input_brings_out_a_fault(
    own_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = open_season(str(make_season(tmp_path / "gulou")))
    monkeypatch.setattr(demonstration, "open_season", lambda _name: small)
    engine = make_engine(own_database)
    await demonstration.load_demonstration(units(engine))
    settings = Settings(demonstration=True, web_dir=web_at(tmp_path))
    app = create_app(settings, units(engine), authenticate)
    serve_front_end(app, settings)
    sends = people(sending(app))
    known = await learn(sends, app.openapi())
    found = []
    for seed in (SEED, random.randrange(2**32)):
        tally = await fuzz(sends, Generator(app.openapi(), known, seed).requests(INPUTS))
        sys.stdout.write(f"seed {seed}: {dict(sorted(tally.classes.items()))}\n")
        answered = tally.classes["401"] < INPUTS / 5 and tally.classes["200"] > INPUTS / 20
        assert answered, "the attack did not get past the door, and proves nothing"
        found += [(role, await smallest(sends[role], request)) for role, request, _ in tally.firsts()]
    await engine.dispose()
    assert [f"{role}: {request}" for role, request in found] == []


def web_at(folder: Path) -> Path:
    (folder / "dist" / "assets").mkdir(parents=True)
    for page in ("index.html", "survey.html", "assets/a.js"):
        (folder / "dist" / page).write_text("<!doctype html>")
    return folder / "dist"


def test_routes_that_answer_files_say_so() -> None:
    """Nine of them once promised JSON, so that checks against the description found fault with every download."""
    files = {"export", "template", "paper", "export_responses", "print_poster", "print_sheets", "print_tokens"}
    promised = {
        route.path: set(route.facts["responses"]["200"].get("content", ()))
        for route in routes_of(create_app(Settings(), units(make_engine(NOWHERE)), authenticate).openapi())
        if route.path.rsplit("/", 1)[-1] in files
    }
    of_json = [path for path, kinds in promised.items() if "application/json" in kinds]
    assert (len(promised) > 9, of_json) == (True, [f"{API}/selection/rounds/{{round_id}}/export"])


def test_the_bid_of_a_flood_is_complete() -> None:
    """Or it is refused each time, and says nothing of how bids that are handed in fare."""
    said = Said("邻里客厅", None, "", Application.model_validate(COMPLETE))
    assert gaps(default_form("venture"), said, date(2026, 11, 30)) == []
