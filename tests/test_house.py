"""The house itself: who may import whom, every route gated, every refusal translated, nothing grown out of shape."""

import ast
import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import grimp
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

import app
import bench
from app.core.errors import DomainError
from app.core.events import REACTIONS
from app.core.http.lanes import Lane
from app.core.http.unit import Allowed, Unit
from app.core.problems import catalogue
from app.main import ROUTERS
from bench import house
from bench.reach import Place, Sources

PROJECT = Path(__file__).parents[1]
APP = PROJECT / "app"
PYTHON = sorted(APP.rglob("*.py"))
OUTSIDERS = {"app.flow", "app.main", "app.cli", "app.models", "app.processes", "app.serving", "app.working"}
PUBLIC_PARTS = {"policy", "queries", "models", "rules"}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([linter, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_every_room_imports_only_towards_the_ground_floor() -> None:
    kept = lint_imports(PROJECT)
    assert kept.returncode == 0, kept.stdout


@pytest.mark.parametrize(
    ("where", "planted", "contract"),
    [
        ("core/clock.py", "import app.needs.rules", "rooms in order"),
        ("surveys/questionnaires/rules.py", "import app.needs.models", "rooms in order"),
        ("surveys/waves/queries.py", "import app.surveys.responses.models", "survey rooms in order"),
        ("parties/queries.py", "import app.accounts.models", "rooms in order"),
        ("tenders/notices/rules.py", "import app.tenders.bids.rules", "tender rooms in order"),
        ("needs/service.py", "import app.needs.api", "layers inside a room"),
        ("tenders/bids/service.py", "import app.tenders.bids.schemas", "layers inside a room"),
        ("surveys/responses/service.py", "import app.surveys.responses.schemas", "layers inside a room"),
        ("tenders/bids/rules.py", "import sqlalchemy", "rules are plain"),
        ("needs/rules.py", "import pydantic", "rules are plain"),
        ("matching/ranking/rank.py", "import app.core.db", "matching is pure"),
    ],
)
def test_a_planted_import_is_reported_by_its_contract(tmp_path: Path, where: str, planted: str, contract: str) -> None:
    for package in ("app", "bench"):
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "seasons"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    with (tmp_path / "app" / where).open("a") as file:
        file.write(f"\n{planted}\n")
    report = lint_imports(tmp_path)
    assert (report.returncode, f"{contract} BROKEN" in report.stdout) == (1, True), report.stdout


def room_of(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:3] if parts[1:2] in (["surveys"], ["tenders"]) else parts[:2])


def foreign_doors(graph: grimp.ImportGraph) -> set[tuple[str, str]]:
    """Imports of another room's inside: its api or schemas, or (unless composing rooms) its service."""
    found = set()
    for importer in graph.modules:
        composes = importer in OUTSIDERS or importer.startswith("app.season")
        for imported in graph.find_modules_directly_imported_by(importer):
            room, part = room_of(imported), imported.rsplit(".", 1)[-1]
            if room == room_of(importer) or room in {"app.core", "app.matching", "app.tenders.profiles"} or composes:
                continue
            if part in {"api", "schemas", "service", "jobs"}:
                found.add((importer, imported))
    return found


def test_a_room_uses_of_another_only_its_policy_queries_models_and_rules() -> None:
    assert foreign_doors(grimp.build_graph("app", cache_dir=None)) == set()


def test_a_planted_use_of_another_rooms_service_is_found() -> None:
    graph = grimp.build_graph("app", cache_dir=None)
    graph.add_import(importer="app.needs.service", imported="app.surveys.results.service")
    assert ("app.needs.service", "app.surveys.results.service") in foreign_doors(graph)


def routes() -> list[APIRoute]:
    return [route for router in ROUTERS for route in _within(router)]


def _within(router: APIRouter) -> Iterator[APIRoute]:
    """A router's own routes and those of the routers it includes."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _within(route.original_router)


def test_every_route_is_a_unit_with_a_gate_and_a_name_of_its_own() -> None:
    ungated = [
        route.path
        for route in routes()
        if not isinstance(route, Unit) or not any(isinstance(d.dependency, Allowed) for d in route.dependencies)
    ]
    assert ungated == []
    names = Counter(route.operation_id for route in routes())
    assert [name for name, count in names.items() if count > 1 or not name] == []


def test_files_bids_answers_and_sign_ins_have_lanes_of_their_own() -> None:
    lanes = {str(route.operation_id): route.lane for route in routes() if isinstance(route, Unit)}
    in_lane = {lane: {name for name, found in lanes.items() if found is lane} for lane in Lane}
    assert in_lane[Lane.files] >= {"import_needs", "export_needs", "import_responses", "read_contract_paper"}
    assert in_lane[Lane.reserved] >= {"submit_bid", "revise_bid", "read_live", "read_ready"}
    assert in_lane[Lane.answering] == {name for name in lanes if "receipt" in name} | {
        "read_questionnaire",
        "submit_response",
        "correct_response",
        "withdraw_response",
    }
    assert in_lane[Lane.signing_in] >= {"sign_in", "change_password"}
    assert (lanes["list_needs"], lanes["publish_need"]) == (Lane.reading, Lane.writing)


def test_a_route_is_named_after_its_function() -> None:
    assert [r.path for r in routes() if r.operation_id != r.endpoint.__name__] == []


def test_every_refusal_has_a_sentence_in_both_languages_and_no_sentence_is_left_over() -> None:
    for package in (app, bench):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    declared = {c for c, kind in DomainError.registry.items() if kind.__module__.startswith(("app.", "bench."))}
    assert declared ^ set(catalogue()) == set()
    assert [code for code, entry in catalogue().items() if not (entry.get("zh") and entry.get("en"))] == []


def test_both_sentences_of_a_refusal_state_the_same_facts() -> None:
    def facts(sentence: str) -> set[str]:
        return {name.removesuffix("_zh").removesuffix("_en") for _, name, _, _ in Formatter().parse(sentence) if name}

    assert [code for code, entry in catalogue().items() if facts(entry["zh"]) != facts(entry["en"])] == []


def test_every_reason_with_words_of_its_own_has_them_in_both_languages() -> None:
    worded = {code: {k: v for k, v in entry.items() if k not in {"zh", "en"}} for code, entry in catalogue().items()}
    assert [(code, why) for code, of in worded.items() for why in of if {"zh", "en"} ^ set(of[why])] == []


def told_events() -> Counter[str]:
    """The event names that `happened(session, actor, "noun.past", …)` is called with."""
    found: Counter[str] = Counter()
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "happened" and len(node.args) > 2:
                name = node.args[2]
                found[name.value if isinstance(name, ast.Constant) else f"{path}:{node.lineno}"] += 1
    return found


def test_every_event_is_noun_and_past_and_told_by_one_use_case() -> None:
    events = told_events()
    assert [name for name in events if not re.fullmatch(r"[a-z_]+\.[a-z_]+", name)] == []
    assert [name for name, count in events.items() if count > 1] == []


def test_what_follows_follows_from_events_that_happen() -> None:
    assert set(REACTIONS) - set(told_events()) == set()


def told_by(reaction: Callable[..., Any], sources: Sources) -> set[str]:
    """The events that a reaction tells, and whatever it calls or wraps."""
    start = Place(reaction.__module__, reaction.__qualname__.partition(".")[0])
    texts = [part for node in sources.places(start).values() for part in ast.walk(node)]
    told = {part.args[2] for part in texts if isinstance(part, ast.Call) and ast.unparse(part.func) == "happened"}
    wrapped = [each for each in inspect.getclosurevars(reaction).nonlocals.values() if callable(each)]
    own = {name.value for name in told if isinstance(name, ast.Constant) and isinstance(name.value, str)}
    return own.union(*(told_by(each, sources) for each in wrapped))


def test_no_reaction_sets_off_another() -> None:
    sources = Sources(PROJECT)
    for event, reactions in REACTIONS.items():
        chained = {told for reaction in reactions for told in told_by(reaction, sources) if REACTIONS.get(told)}
        assert (event, chained) == (event, set())


def test_no_file_no_function_and_no_folder_has_grown_out_of_shape() -> None:
    sizes, functions = house.files(), house.functions()
    assert {str(path): lines for path, lines in sizes.items() if lines > 400} == {}
    assert {name: lines for name, lines in functions.items() if lines > 47} == {}
    spread = house.Spread.of(functions.values())
    assert (spread.median <= 6, spread.p90 <= 16) == (True, True), spread
    assert {folder: count for folder, count in house.folders(sizes).items() if count > 20} == {}


def test_no_check_is_silenced_without_saying_which() -> None:
    silenced = re.compile(r"# type: ignore\s*$|# noqa\s*$", re.MULTILINE)
    assert [str(path) for path in PYTHON if silenced.search(path.read_text(encoding="utf-8"))] == []


def test_locks_hold_versions_and_hashes_but_no_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt"):
        text = (PROJECT / name).read_text()
        assert "://" not in text
        assert len(re.findall(r"^\S+==", text, re.MULTILINE)) <= text.count("--hash=sha256:")
    lock = (PROJECT / "frontend" / "package-lock.json").read_text()
    assert '"resolved"' not in lock


def test_every_pinned_direct_dependency_is_explained() -> None:
    explained = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    named = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", (PROJECT / "requirements.in").read_text(), re.MULTILINE)
    assert [name for name in named if f"| {name} |" not in explained] == []


def test_package_version_and_changelog_agree() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_decision_has_a_number_of_its_own_and_says_it() -> None:
    pages = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    assert all(page.read_text(encoding="utf-8").startswith(f"# {page.name[:4]} ") for page in pages)
