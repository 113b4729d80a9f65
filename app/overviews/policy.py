"""Whose desk shows what. Every figure is counted over what the rooms themselves show to whoever reads it."""

from app.core.actors import Actor, Role
from app.overviews.rules import Overview

READERS = {
    Overview.season: frozenset({Role.purchaser}),
    Overview.communities: frozenset({Role.street, Role.purchaser}),
    Overview.contracts: frozenset({Role.evaluator, Role.auditor}),
    Overview.installation: frozenset({Role.admin}),
}


def overviews_of(actor: Actor) -> list[Overview]:
    """What the actor's desk shows, in this order."""
    return [overview for overview, readers in READERS.items() if actor.role in readers]
