"""Who may see which ranking."""

from app.core.actors import Actor, Role
from app.rankings.market import NeedEntry, OfferEntry

LOOKS_AFTER = frozenset({Role.street, Role.purchaser})
WHO = {
    "rank_offers": LOOKS_AFTER | {Role.committee},
    "rank_needs": frozenset({Role.organization}),
}


def may_rank_offers(actor: Actor, need: NeedEntry) -> bool:
    """A need's own committee, and the offices that look after its area."""
    looks_after = actor.role in LOOKS_AFTER and actor.covers(need.community_code)
    return actor.party_id == need.party_id or looks_after


def may_rank_needs(actor: Actor, offer: OfferEntry) -> bool:
    """An offer's own organisation."""
    return actor.party_id == offer.party_id
