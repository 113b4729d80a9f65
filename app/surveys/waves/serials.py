"""Serial numbers of paper questionnaires: one line of text, each used once."""

from collections.abc import Iterator

from app.core import texts
from app.core.errors import DomainError, RowRefused
from app.core.reading.cells import TextTooLong

SERIAL = 40  # characters


class SerialUnknown(DomainError):
    """No sheet of this wave has this number in this community."""

    status = 422


class SerialMissing(DomainError):
    status = 422


class SerialTaken(DomainError):
    status = 422


def serial_faults(serial: str, number: int, serials: dict[str, int], column: str) -> Iterator[RowRefused]:
    """What is wrong with one serial. `serials` collects those seen, each with its first row."""
    try:
        _check_serial(serial)
    except DomainError as fault:
        yield RowRefused(number, column, fault)
    if not serial:
        yield RowRefused(number, column, SerialMissing())
    elif serials.setdefault(serial, number) != number:
        yield RowRefused(number, column, SerialTaken(serial=serial, first_row=serials[serial]))


def _check_serial(serial: str) -> None:
    """Refusals: CharacterRefused, LineBroken, TextTooLong."""
    texts.line(serial)
    if len(serial) > SERIAL:
        raise TextTooLong(field="serial", limit=SERIAL)
