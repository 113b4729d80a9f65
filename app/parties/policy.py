"""Who may see, register and change parties."""

from collections.abc import Collection
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, STAFF, Actor, Role, granted
from app.core.errors import Denied
from app.parties.models import Party
from app.parties.rules import APPLICANTS, LEVELS, PartyKind, PartyUnknown

WHO = {
    "list": EVERYONE,
    "read": EVERYONE,
    "export": EVERYONE,
    "register": {Role.purchaser, Role.admin},
    "import": {Role.purchaser, Role.admin},
    "edit": STAFF - {Role.judge, Role.admin},
}
# Only the buyer knows who applies without registration: from a public list, bidders would learn of each other.
SEES_APPLICANTS = frozenset({Role.purchaser, Role.admin, Role.clock})


def check_registers(actor: Actor, kind: PartyKind, area_code: str | None) -> None:
    """A bureau registers committees and offices of its own area; organisations come from anywhere."""
    if actor.role is Role.purchaser and kind in LEVELS and not actor.covers(area_code or ""):
        raise Denied(verb="register", reason="area")


def denial(actor: Actor, verb: str, party: Party) -> str | None:
    """Why `actor` may not `verb` this party; None when they may."""
    if not actor.may(f"{verb}_party", WHO[verb]):
        return "role"
    return "party" if verb == "edit" and actor.party_id != party.id else None


def actions(actor: Actor, party: Party) -> list[str]:
    return [verb for verb in ("edit",) if denial(actor, verb, party) is None]


def list_actions(actor: Actor) -> list[str]:
    """What this actor may do to the list of parties as a whole."""
    return [verb for verb in ("import",) if actor.may(verb, WHO[verb])]


def sees_account(actor: Actor, party: Party) -> bool:
    """The bank account of a party is for those who act for it; its contracts carry it to the other side."""
    return actor.party_id == party.id


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Offices, firms and registered organisations are public; unregistered applicants are not."""
    if actor.role in SEES_APPLICANTS:
        return sa.true()
    is_public = sa.or_(Party.legal_kind.is_(None), Party.legal_kind.not_in(APPLICANTS))
    return is_public if actor.party_id is None else sa.or_(is_public, Party.id == actor.party_id)


async def read_party(session: AsyncSession, actor: Actor, party_id: int) -> Party:
    """The party as it is, for reading: absent when unseen (NotFound)."""
    query = sa.select(Party).where(Party.id == party_id, visible(actor))
    return granted(await session.scalar(query), "read", partial(denial, actor, "read"), party=party_id)


async def read_parties(session: AsyncSession, actor: Actor, ids: Collection[int]) -> None:
    """Refuse numbers of parties that are absent or unseen (PartyUnknown, naming the first)."""
    known = set(await session.scalars(sa.select(Party.id).where(Party.id.in_(ids), visible(actor))))
    if unknown := sorted(set(ids) - known):
        raise PartyUnknown(party=unknown[0])


async def access_party(session: AsyncSession, actor: Actor, party_id: int, verb: str) -> Party:
    """The party, locked for `verb`. Refusals: NotFound, Denied."""
    query = sa.select(Party).where(Party.id == party_id, visible(actor)).with_for_update()
    return granted(await session.scalar(query), verb, partial(denial, actor, verb), party=party_id)
