"""What a party answers for the records of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.parties.models import Party
from app.parties.policy import access_party, read_party
from app.parties.rules import KNOWN_TO_STREETS, PartyKind
from app.records.policy import Holder


async def read_holder(session: AsyncSession, actor: Actor, party_id: int) -> Holder:
    return _holder(await read_party(session, actor, party_id))


async def lock_holder(session: AsyncSession, actor: Actor, party_id: int) -> Holder:
    return _holder(await access_party(session, actor, party_id, "read"))


def _holder(party: Party) -> Holder:
    is_organization, is_known = party.kind is PartyKind.organization, party.legal_kind in KNOWN_TO_STREETS
    return Holder(party.id, party.area_code, is_organization, is_known)
