"""Ids in bodies are authorised like ids in addresses: every field that names another thing says what guards it.

A field without a row in `references.csv` is red: name the function of the owning room's policy that answers for it,
or say why it refers to nothing that could be foreign.
"""

import csv
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from tests.test_house import routes

TABLE = Path(__file__).with_name("references.csv")
NAMING = re.compile(r"(^|_)(ids?|refs?|codes?|serial)$")
# Fields that name a thing without looking like it.
UNLIKELY = {"groups", "about", "judge", "bids", "lot", "item", "communities"}


def declared() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["field"]: row for row in csv.DictReader(file)}


def names(field: str) -> bool:
    return bool(NAMING.search(field)) or field in UNLIKELY


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def fields_of(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    seen.add(model)
    for name, field in model.model_fields.items():
        if names(name):
            yield f"{model.__name__}.{name}"
        for inner in models_in(field.annotation):
            if inner not in seen:
                yield from fields_of(inner, seen)


def references_in(dependant: Dependant) -> Iterator[str]:
    yield from (f"?{param.name}" for param in dependant.query_params if names(param.name))
    for param in dependant.body_params:
        for model in models_in(param.field_info.annotation):
            yield from fields_of(model, set())
    for inner in dependant.dependencies:
        yield from references_in(inner)


def test_every_field_that_names_another_thing_says_what_guards_it() -> None:
    found = {reference for route in routes() for reference in references_in(route.dependant)}
    assert found ^ set(declared()) == set()


def test_a_guard_is_a_function_that_exists_and_without_one_there_is_a_reason() -> None:
    unguarded = []
    for field, row in declared().items():
        module, _, function = row["guarded_by"].rpartition(".")
        is_guarded = bool(module) and callable(getattr(importlib.import_module(module), function, None))
        if not is_guarded and (row["guarded_by"] or not row["why"]):
            unguarded.append(field)
    assert unguarded == []
