"""Who may set the award sets of a result side by side, who may have its losers priced, and who sees of its judges what:
everybody how far they agree, its purchaser and auditors how each marked, a judge the own mirror alone."""

from collections.abc import Iterable

from app.core.actors import EVERYONE, Actor, Role
from app.tenders.comparisons.rules import RunStatus, is_asked
from app.tenders.notices.models import Tender
from app.tenders.panels.models import PanelMember

BUYS = frozenset({Role.purchaser})
WHO = {"compare": EVERYONE, "read_agreement": EVERYONE, "price_inclusion": BUYS}


def denial(actor: Actor, verb: str, tender: Tender) -> str | None:
    """Why `actor` may not `verb` a result of this tender; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return "party" if WHO[verb] is BUYS and actor.party_id != tender.party_id else None


def visible_judges(actor: Actor, tender: Tender, members: Iterable[PanelMember]) -> set[str]:
    """The seats whose mirrors are shown to this actor."""
    if actor.role is Role.auditor or (actor.role is Role.purchaser and actor.party_id == tender.party_id):
        return {member.ref for member in members}
    own = actor.account_id if actor.role is Role.judge else None
    return {member.ref for member in members if own is not None and member.account_id == own}


def actions(actor: Actor, tender: Tender, run: RunStatus | None) -> list[str]:
    """Of a lot; `run`: where the pricing of its losers stands, None where it was not asked for."""
    return [] if is_asked(run) or denial(actor, "price_inclusion", tender) else ["price_inclusion"]
