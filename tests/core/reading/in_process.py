"""Reading without a process for each file, where a property is tried on many."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.reading import files
from app.core.reading.foreign import Limits
from app.core.reading.reader import reader_of
from app.surveys.questionnaires.xlsform import reading as xlsform


@contextmanager
def here() -> Iterator[None]:
    """As `@here()`: what the reader does, it does in the test's own process."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (files, xlsform):
            patch.setattr(module, "read_lines", lines_here)
        yield


def lines_here(kind: str, content: bytes, limits: Limits) -> Iterator[list[Any]]:
    for line in reader_of(kind)(content, SimpleNamespace(**asdict(limits))):
        yield json.loads(json.dumps(line))
