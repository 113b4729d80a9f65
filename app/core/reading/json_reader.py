"""Whether a document is sound JSON within the limits; part of the process of `reader.py`."""

import json
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from app.core.reading.measure import Refused

FIGURE = 60  # characters of a number


def read(content: bytes, limits: SimpleNamespace) -> Iterator[list[Any]]:
    """Nothing but the verdict: whoever asked has the text, and may read it now."""
    text = content.decode("utf-8-sig", errors="strict")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_int=_figure, parse_float=_figure, parse_constant=_none)
    except json.JSONDecodeError as error:
        raise Refused("FileUnreadable", line=error.lineno) from None
    except RecursionError:
        raise Refused("FileTooDeep", limit=limits.depth) from None
    level, depth, values = [found], 0, 0
    while level:
        depth, values = depth + 1, values + len(level)
        if depth > limits.depth:
            raise Refused("FileTooDeep", limit=limits.depth)
        if values > limits.cells:
            raise Refused("FileTooManyCells", limit=limits.cells)
        level = [part for whole in level if isinstance(whole, dict | list) for part in _parts(whole)]
    json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair cannot be written down
    yield from ()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that stands twice one reader takes the first and another the last."""
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise Refused("FileUnreadable")
    return entries


def _figure(text: str) -> float:
    if len(text) > FIGURE:
        raise Refused("FileUnreadable")
    return 0.0


def _none(_constant: str) -> None:
    """NaN and infinities are no JSON."""
    raise Refused("FileUnreadable")


def _parts(whole: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return whole.values() if isinstance(whole, dict) else whole
