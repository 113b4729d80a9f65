"""State tables: `MOVES[(state, verb)] = next state`. What the table does not say cannot happen."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.core.errors import MoveRefused

S = TypeVar("S", bound=StrEnum)


def move(moves: Mapping[tuple[S, str], S], state: S, verb: str) -> S:
    """The state after `verb`; refused with MoveRefused when the table has no such move."""
    try:
        return moves[state, verb]
    except KeyError:
        raise MoveRefused(state=state.value, verb=verb) from None


def check_move(moves: Mapping[tuple[S, str], S], state: S, verb: str) -> None:
    """Refuse with MoveRefused what the table does not allow from `state`; nothing moves."""
    move(moves, state, verb)


def verbs_from(moves: Mapping[tuple[S, str], S], state: S) -> list[str]:
    """The verbs the table allows from `state`, in the table's order."""
    return [verb for at, verb in moves if at is state]
