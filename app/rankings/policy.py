"""Who may see which ranking."""

from app.core.actors import Actor, Role
from app.needs import policy as needs
from app.rankings.entries import NeedEntry, OfferEntry

WHO = {
    "rank_offers": needs.WHO["rank"],
    "rank_needs": frozenset({Role.organization}),
}


def may_rank_offers(actor: Actor, need: NeedEntry) -> bool:
    """A need's own committee, and the offices that look after its area."""
    return needs.may_rank(actor, need.party_id, need.community_code)


def may_rank_needs(actor: Actor, offer: OfferEntry) -> bool:
    """An offer's own organisation."""
    return actor.party_id == offer.party_id
