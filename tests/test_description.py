"""The description of the API: an answer says what it holds, so that nobody who reads it guesses or types it again."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.core.settings import settings
from app.main import create_app

Path = tuple[str, ...]
# What a refusal is about depends on its code; what is answered to a question, on the question.
FREE = {("Problem", "facts"), ("RowProblem", "facts"), ("Application", "answers")}
# Answered with null.
NOTHING = {("submit_need_preferences",), ("submit_offer_preferences",)}
SAYS_NOTHING = {"title", "description", "default", "examples"}


def described() -> dict[str, Any]:
    """The description of the whole API, made without a database."""

    @asynccontextmanager
    async def closed() -> AsyncIterator[Any]:
        raise AssertionError("describing the API opens no database")
        yield

    return create_app(settings(), closed, None).openapi()  # type: ignore[arg-type]


def parts_of(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The schemas inside a schema, with what they are the schema of."""
    for choice in ("anyOf", "oneOf", "allOf"):
        yield from (("", each) for each in schema.get(choice, []))
    if schema.get("type") == "array":
        yield from (("", each) for each in schema.get("prefixItems") or [schema.get("items", {})])
    yield from schema.get("properties", {}).items()
    rest = schema.get("additionalProperties", schema.get("type") == "object" and "properties" not in schema)
    if rest is not False:
        yield "", rest


def untyped(schema: Any, path: Path, schemas: dict[str, Any], seen: set[str]) -> Iterator[Path]:
    """Where in `schema` nothing is said of what stands there; a path begins with the named schema it lies in."""
    if schema is True or not schema.keys() - SAYS_NOTHING:
        yield path
    elif reference := schema.get("$ref"):
        name = str(reference).rsplit("/", 1)[1]
        if name not in seen:
            seen.add(name)
            yield from untyped(schemas[name], (name.removesuffix("-Output"),), schemas, seen)
    else:
        for name, part in parts_of(schema):
            yield from untyped(part, (*path, name) if name else path, schemas, seen)


def answers_of(description: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for operations in description["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                for kind, content in answer.get("content", {}).items():
                    if kind in {"application/json", "application/problem+json"}:
                        yield operation["operationId"], content.get("schema", {})


def test_every_answer_says_what_it_holds() -> None:
    description = described()
    schemas, seen = description["components"]["schemas"], set[str]()
    found = {path for name, schema in answers_of(description) for path in untyped(schema, (name,), schemas, seen)}
    assert found ^ FREE ^ NOTHING == set()


@pytest.mark.parametrize(
    "planted",
    [
        {},
        {"title": "Anything"},
        {"type": "object"},
        {"type": "array"},
        {"type": "object", "additionalProperties": True},
        {"anyOf": [{"type": "string"}, {}]},
    ],
)
def test_an_answer_that_does_not_say_what_it_holds_is_found(planted: dict[str, Any]) -> None:
    schemas = {"Read": {"type": "object", "properties": {"facts": planted}}}
    assert list(untyped({"$ref": "#/components/schemas/Read"}, ("read",), schemas, set())) == [("Read", "facts")]
