"""Everybody who signs in reads of the long work that they, or their bureau, asked for: each room says which."""

from app.core.actors import STAFF, Actor, Role

WHO = {"list": STAFF}


def told_as(actor: Actor) -> str:
    """Under which key changes in what is under way are told: administrators share one, a bureau has its own."""
    return "jobs:admin" if actor.role is Role.admin else f"jobs:{actor.party_id}"
