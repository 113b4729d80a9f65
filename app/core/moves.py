"""State tables: `MOVES[(state, verb)] = next state`. What the table does not say cannot happen."""

from collections.abc import Mapping
from typing import TypeVar

from app.core.errors import MoveRefused

S = TypeVar("S", bound=str)
T = TypeVar("T", bound=str)


def move(moves: Mapping[tuple[S, str], T], state: S, verb: str) -> T:
    """The state after `verb`; refused with MoveRefused when the table has no such move."""
    try:
        return moves[state, verb]
    except KeyError:
        raise MoveRefused(state=str(state), verb=verb) from None


def check_move(moves: Mapping[tuple[S, str], T], state: S, verb: str) -> None:
    """Refuse with MoveRefused what the table does not allow from `state`; nothing moves."""
    move(moves, state, verb)


def verbs_from(moves: Mapping[tuple[S, str], T], state: S) -> list[str]:
    """The verbs the table allows from `state`, in the table's order."""
    return [verb for at, verb in moves if at == state]
