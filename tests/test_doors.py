"""Every text, day and number that a request may carry has bounds: bodies, queries, paths, keys of maps."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
import pytest
from fastapi import UploadFile
from fastapi.dependencies.models import Dependant
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from app.core.fields import Day, Id, Instant, Line, Loose, Prose, Text
from tests.test_house import routes

YEARS = {get_args(Day)[1], get_args(Instant)[-1]}
FREE = get_args(Loose)[-1]
PLAIN = (bool, type(None), UploadFile)


def faults(kind: Any, marks: Iterable[Any], where: str, seen: frozenset[type] = frozenset()) -> Iterator[str]:
    """The places under `where` that have no bounds."""
    origin, parts, marks = get_origin(kind), get_args(kind), tuple(flat(marks))
    if origin is Annotated:
        yield from faults(parts[0], (*parts[1:], *marks), where, seen)
    elif origin in (Union, UnionType):
        yield from (fault for part in parts for fault in faults(part, marks, where, seen))
    elif origin in (list, dict):
        if not has(marks, annotated_types.MaxLen) and FREE not in marks:
            yield f"{where}: without an end"
        within = zip(parts, ("[]",) if origin is list else ("<key>", "[]"), strict=True) if FREE not in marks else ()
        yield from (fault for part, step in within for fault in faults(part, (), where + step, seen))
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items() if kind not in seen else ():
            yield from faults(field.annotation, field.metadata, f"{where}.{name}", seen | {kind})
    elif not is_bounded(kind, marks):
        yield f"{where}: {kind}"


def has(marks: tuple[Any, ...], *wanted: type) -> bool:
    return all(any(isinstance(mark, kind) for mark in marks) for kind in wanted)


def flat(marks: Iterable[Any]) -> Iterator[Any]:
    """The marks that stand in groups and fields, one by one."""
    for mark in marks:
        grouped = mark.metadata if isinstance(mark, FieldInfo) else mark
        yield from flat(grouped) if isinstance(grouped, Iterable) else [mark]


def is_bounded(kind: Any, marks: tuple[Any, ...]) -> bool:
    if get_origin(kind) is Literal or kind in PLAIN or (isinstance(kind, type) and issubclass(kind, Enum)):
        return True
    if kind is str:
        return has(marks, Text)
    if kind is int:
        return has(marks, annotated_types.Ge, annotated_types.Le)
    if kind is Decimal:
        return any(getattr(mark, "max_digits", None) for mark in marks)
    return kind in (date, datetime, AwareDatetime) and any(mark in YEARS for mark in marks)


def parameters(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for field in (*dependant.path_params, *dependant.query_params, *dependant.body_params):
        yield field.name, field.field_info
    for each in dependant.dependencies:
        yield from parameters(each)


def test_every_field_of_every_request_has_bounds() -> None:
    found = [
        fault
        for route in routes()
        for name, field in parameters(route.dependant)
        for fault in faults(field.annotation, field.metadata, f"{route.operation_id} {name}")
    ]
    assert found == []


@pytest.mark.parametrize(
    "kind",
    [
        str,
        int,
        date,
        datetime,
        Decimal,
        float,
        Any,
        str | None,
        list[Id],
        dict[Annotated[str, Line(9)], Id],
        Annotated[dict[str, Id], annotated_types.MaxLen(3)],
        Annotated[list[str], annotated_types.MaxLen(3)],
        Annotated[int, annotated_types.Ge(1)],
        Annotated[str, annotated_types.MaxLen(3)],
    ],
)
def test_a_field_without_bounds_is_found(kind: Any) -> None:
    assert len(list(faults(kind, (), "field"))) == 1


@pytest.mark.parametrize("kind", [Day, Instant | None, Id, Annotated[str, Prose(9)], Loose, bool, Literal["zh"]])
def test_a_field_with_bounds_is_let_through(kind: Any) -> None:
    assert list(faults(kind, (), "field")) == []
