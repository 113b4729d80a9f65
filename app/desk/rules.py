"""The order of a desk: what is due first stands first; what has no deadline follows."""

from collections.abc import Iterable
from enum import StrEnum

from app.core.waiting import Waiting


class Thing(StrEnum):
    """What somebody opens to do what waits, or is told of; a room with something else to open adds its word."""

    need = "need"
    offer = "offer"
    survey = "survey"
    responses = "responses"
    figures = "figures"
    round = "round"
    tender = "tender"
    result = "result"
    bid = "bid"
    panel = "panel"
    contract = "contract"
    party = "party"
    colleague = "colleague"
    account = "account"
    registration = "registration"
    assessment = "assessment"
    sheet = "sheet"
    rating = "rating"
    spot_checks = "spot_checks"
    inspection_draws = "inspection_draws"
    inspection_draw = "inspection_draw"


def ordered(items: Iterable[Waiting]) -> list[Waiting]:
    """By due moment, then by room, verb and subject, so that the order never depends on who answered first."""
    return sorted(
        items,
        key=lambda item: (
            item.due_at is None,
            item.due_at.timestamp() if item.due_at else 0.0,
            item.room,
            item.verb,
            item.subject_id,
        ),
    )
