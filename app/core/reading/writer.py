"""What runs in the process that writes one large table: of the platform it imports only the writers beside it.
`large.py` starts it, and tells it the rows; what it writes goes to its standard output, a file.

In: one line of JSON {path, xlsx, header}, then one for every part of the rows: a list of lists of cells.
"""

import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import IO, Any, BinaryIO

NOT_NEEDED = ("numpy", "lxml")
NICE = 5


def main(source: IO[bytes], sink: BinaryIO) -> None:
    """Writes what `source` tells, when nobody else needs the processor: pages come first."""
    os.nice(NICE)
    asked = json.loads(source.readline())
    sys.path[:] = asked["path"]
    for module in NOT_NEEDED:
        sys.modules[module] = None  # type: ignore[assignment]
    tables: Any = import_module("app.core.reading.tables")
    tables.writing(xlsx=asked["xlsx"])(sink, asked["header"], rows_of(source))
    sink.flush()


def rows_of(source: IO[bytes]) -> Iterator[list[Any]]:
    for line in source:
        yield from json.loads(line)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
