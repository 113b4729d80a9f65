"""The types of everything that a request carries: texts with a length, days and instants of our years, whole numbers;
and of what answers share.

    Title = Annotated[str, Line(200, least=1)]

A refusal is named after the fact (`core.texts`, `core.bounds`) and reaches the caller in `fields` of the problem.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from app.core import bounds, texts
from app.core.errors import DomainError
from app.core.problems import sentences

T = TypeVar("T")
STORED = object()  # `model_validate(…, context=STORED)`: what was taken before these rules is read as it stands


def telling(check: Callable[[Any], T]) -> Callable[[Any], T]:
    """`check`, its refusals as pydantic knows them."""

    def run(value: Any) -> T:
        try:
            return check(value)
        except DomainError as error:
            raise PydanticCustomError(
                error.code, "{sentence}", {**error.facts, "sentence": sentences(error)["en"]}
            ) from None

    return run


@dataclass(frozen=True)
class Text:
    """A text of at most `limit` characters and, once trimmed, at `least` so many."""

    limit: int
    least: int = 0
    pattern: str | None = None

    def clean(self, text: str) -> str:
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        clean = telling(self.clean)

        def read(given: Any, info: core_schema.ValidationInfo) -> Any:
            return clean(given) if isinstance(given, str) and info.context is not STORED else given

        bounded = core_schema.str_schema(min_length=self.least, max_length=self.limit, pattern=self.pattern)
        return core_schema.with_info_before_validator_function(read, bounded)


class Line(Text):
    """One line."""

    def clean(self, text: str) -> str:
        return texts.line(text)


class Prose(Text):
    """Any number of lines."""

    def clean(self, text: str) -> str:
        return texts.prose(text)


class Exact(Text):
    """One line that nothing is taken from: a password, a token."""

    def clean(self, text: str) -> str:
        return texts.exact(text)


class Verbatim(Text):
    """Any number of lines that nothing is taken from: a cell of a file that was uploaded."""

    def clean(self, text: str) -> str:
        return texts.verbatim(text)


Day = Annotated[date, AfterValidator(telling(bounds.day))]
Instant = Annotated[AwareDatetime, AfterValidator(telling(bounds.instant))]
Id = Annotated[int, Field(ge=0, le=bounds.GREATEST)]  # nothing has the number 0, which is asked for in vain
Code = Annotated[str, Line(12, least=1)]
Name = Annotated[str, Line(200, least=1)]
Search = Annotated[str, Line(100)]
Plain = bool | int | str | None  # as JSON keeps what a column held; amounts, days and instants as text


class Change(BaseModel):
    """What an edit made of one field; codes and words are lists."""

    before: Plain | list[str]
    after: Plain | list[str]


class StructureRefused(DomainError):
    """`where`: the place that is nested too deep, has too many parts or too long a name, or no usable number."""

    status = 422


DEPTH, PARTS, NAME = 4, 1000, 200


def _loose(value: Any, where: str = "", depth: int = DEPTH) -> Any:
    if isinstance(value, dict | list):
        parts = value if isinstance(value, dict) else dict(enumerate(value))
        if depth == 0 or len(parts) > PARTS or any(len(str(name)) > NAME for name in parts):
            raise StructureRefused(where=where)
        for name, part in parts.items():
            _loose(part, f"{where}.{name}".lstrip("."), depth - 1)
    elif isinstance(value, int | float) and not abs(value) <= bounds.GREATEST:  # NaN is not at most anything
        raise StructureRefused(where=where)
    return value


# JSON whose form is looked at later. Its texts are left as they are: what looks at them says which one it refuses.
Loose = Annotated[dict[str, Any], AfterValidator(telling(_loose))]
