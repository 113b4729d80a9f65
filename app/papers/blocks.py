"""What a paper is made of: plain blocks that the PDF and the Word file both set."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.texts import printable

DEMONSTRATION = "演示数据 / demonstration data"


def _printed(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_printed, value))
    return printable(value) if isinstance(value, str) else value


class _Printed:
    """Its texts without what no paper can hold; such characters may have been stored before they were refused."""

    def __post_init__(self) -> None:
        for name, value in list(vars(self).items()):
            object.__setattr__(self, name, _printed(value))


@dataclass(frozen=True)
class Paragraph(_Printed):
    text: str


@dataclass(frozen=True)
class Heading(_Printed):
    text: str


@dataclass(frozen=True)
class Fields(_Printed):
    """Label and value, one pair a line."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid(_Printed):
    """A ruled table; `widths` are shares of the line, columns in `numbers` are set to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Signature(_Printed):
    """One side's block at the end; `signed` is what the platform recorded, blank while unsigned."""

    side: str
    name: str
    signed: str = ""


@dataclass(frozen=True)
class Signatures(_Printed):
    blocks: tuple[Signature, ...]


Block = Paragraph | Heading | Fields | Grid | Signatures


@dataclass(frozen=True)
class Paper(_Printed):
    """`title` by lines, so that it breaks where it reads well."""

    title: tuple[str, ...]
    number: str
    made_on: date
    blocks: tuple[Block, ...]
    demonstration: bool = False
