"""Everybody who signs in reads of the long work that they, or their bureau, asked for: each room says which."""

from app.core.actors import STAFF, Actor
from app.core.waiting import jobs_of

WHO = {"list": STAFF}


def told_as(actor: Actor) -> str:
    """Under which key changes in what is under way are told."""
    return jobs_of(actor.role, actor.party_id)
