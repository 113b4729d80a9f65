"""What a foreign file may cost its reader, and how the reader refuses it; part of the process of `reader.py`."""

from types import SimpleNamespace
from typing import Any

TWICE = "\x1f"  # behind a heading that stood there before


class Refused(Exception):
    """Carries the name of a refusal of `foreign.py` and its facts."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


class Measure:
    """What has been read so far, refused where it grows beyond the limits."""

    def __init__(self, limits: SimpleNamespace) -> None:
        self.limits, self.rows, self.filled, self.text = limits, 0, 0, 0

    def add(self, row: list[str]) -> None:
        self.rows += 1
        self.filled += sum(map(bool, row))
        text, longest = sum(map(len, row)), max(map(len, row), default=0)
        self.text += text
        check_reach(self.limits, self.rows, len(row))
        if longest > self.limits.cell_text:
            raise Refused("FileCellTooLong", row=self.rows, found=longest, limit=self.limits.cell_text)
        if text > self.limits.row_text:
            raise Refused("FileRowTooLong", row=self.rows, found=text, limit=self.limits.row_text)
        if self.filled > self.limits.cells:
            raise Refused("FileTooManyCells", limit=self.limits.cells)
        if self.text > self.limits.text:
            raise Refused("FileTextTooLong", limit=self.limits.text)


def check_reach(limits: SimpleNamespace, rows: int, columns: int) -> None:
    """Refuse a table whose last row or column that holds something lies too far out."""
    if rows > limits.rows + 1:  # and the header
        raise Refused("FileTooManyRows", found=rows - 1, limit=limits.rows)
    if columns > limits.columns:
        raise Refused("FileTooManyColumns", found=columns, limit=limits.columns)
    if rows * columns > limits.area:
        raise Refused("FileTooManyCells", limit=limits.area)
