"""Who may set the award sets of a result side by side, and who may have its losers priced."""

from app.core.actors import EVERYONE, Actor, Role
from app.tenders.comparisons.rules import RunStatus, is_asked
from app.tenders.notices.models import Tender

BUYS = frozenset({Role.purchaser})
WHO = {"compare": EVERYONE, "price_inclusion": BUYS}


def denial(actor: Actor, verb: str, tender: Tender) -> str | None:
    """Why `actor` may not `verb` a result of this tender; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return "party" if WHO[verb] is BUYS and actor.party_id != tender.party_id else None


def actions(actor: Actor, tender: Tender, run: RunStatus | None) -> list[str]:
    """Of a lot; `run`: where the pricing of its losers stands, None where it was not asked for."""
    return [] if is_asked(run) or denial(actor, "price_inclusion", tender) else ["price_inclusion"]
