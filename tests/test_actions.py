"""Buttons tell the truth: what may be done has a way, words in both languages, and nothing else has them."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from fastapi.routing import APIRoute

import app
from app.core.actors import Role
from tests.test_house import PROJECT, routes

WORDS = PROJECT / "frontend" / "src" / "i18n"
FEATURES = PROJECT / "frontend" / "src" / "features"
THING = re.compile(r"\{(\w+)\}")
Moves = Mapping[tuple[StrEnum, str], StrEnum]


@cache
def tables() -> dict[str, Moves]:
    """room.NAME → every table of states, by the room whose rules it stands in. What several rooms share without a
    policy of its own (`reports`) stands in the rules of each."""
    names = {found.name for found in pkgutil.walk_packages(app.__path__, "app.")}
    rooms = {name.removesuffix(".policy") for name in names if name.endswith(".policy")}
    modules = {room: importlib.import_module(f"{room}.rules") for room in rooms if f"{room}.rules" in names}
    return {
        f"{room}.{name}": table
        for room, module in modules.items()
        for name, table in vars(module).items()
        if name.endswith("MOVES")
    }


@cache
def policies() -> list[Any]:
    names = [found.name for found in pkgutil.walk_packages(app.__path__, "app.") if found.name.endswith(".policy")]
    return [policy for policy in map(importlib.import_module, names) if hasattr(policy, "WHO")]


def verbs_of(name: str, table: Moves) -> set[str]:
    """The verbs of a table that people do."""
    policy = importlib.import_module(f"{name.rpartition('.')[0]}.policy")
    by_people = {verb for verb, roles in policy.WHO.items() if set(roles) - {Role.clock}}
    return {verb for _, verb in table} & by_people


def offered() -> set[tuple[str, str]]:
    return {(name.rpartition(".")[0], verb) for name, table in tables().items() for verb in verbs_of(name, table)}


def words(language: str) -> set[tuple[str, str]]:
    """("action", "confirm" or "status", word) of what is said of verbs and states, by all rooms, one room or one
    screen."""
    shared = (WORDS / f"{language}.json", *FEATURES.glob(f"*/{language}.json"))
    said = [json.loads(path.read_text(encoding="utf-8")) for path in shared]
    rooms = [json.loads(path.read_text(encoding="utf-8"))[language] for path in (WORDS / "rooms").glob("*.json")]
    return {pair for each in (*said, *rooms) for pair in called(each)}


def called(said: Mapping[str, Any], kind: str = "") -> Iterator[tuple[str, str]]:
    for key, value in said.items():
        if isinstance(value, dict):
            yield from called(value, key if key in {"action", "confirm", "status"} else kind)
        elif kind:
            yield kind, key


def ways_of(room: str) -> list[APIRoute]:
    """The routes of a room, and those of others whose address names its things, such as /tenders/{tender_id}/open, or
    anything that carries files."""
    own = [route for route in routes() if route.endpoint.__module__.startswith(f"{room}.")]
    things = {"holder_id"} | {thing for route in own for thing in THING.findall(route.path)}
    return [*own, *(route for route in routes() if things.intersection(THING.findall(route.path)))]


def leads(route: APIRoute, verb: str) -> bool:
    operation = route.operation_id or ""
    return operation == verb or operation.startswith(f"{verb}_") or route.path.rsplit("/", 1)[-1] == verb


def test_every_action_that_is_offered_has_a_way() -> None:
    without = [(room, verb) for room, verb in offered() if not any(leads(way, verb) for way in ways_of(room))]
    assert sorted(without) == []


def test_every_action_that_is_offered_has_its_word() -> None:
    for language in ("zh", "en"):
        assert sorted({("action", verb) for _, verb in offered()} - words(language)) == []


def test_every_word_for_an_action_belongs_to_a_verb() -> None:
    verbs = {verb for policy in policies() for verb in policy.WHO} | {route.operation_id for route in routes()}
    assert sorted({word for kind, word in words("zh") if kind in {"action", "confirm"} and word not in verbs}) == []


def test_every_state_has_its_word() -> None:
    states = {("status", state) for table in tables().values() for pair, to in table.items() for state in (pair[0], to)}
    for language in ("zh", "en"):
        assert sorted(states - words(language)) == []
