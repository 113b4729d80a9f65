"""Everybody who signs in reads of the long work that they, or their bureau, asked for: each room says which."""

from app.core.actors import STAFF, Actor, Role
from app.core.waiting import JOBS_OF_ADMINS, jobs_of_party, jobs_of_seat

WHO = {"list": STAFF}


def told_as(actor: Actor) -> tuple[str, ...]:
    """Under which keys changes in what is under way are told."""
    own = jobs_of_seat(actor.account_id, actor.role, actor.party_id)
    if actor.role is Role.admin:
        return own, JOBS_OF_ADMINS
    return (own,) if actor.party_id is None else (own, jobs_of_party(actor.party_id))
