"""Occasions of residents' voices and of sessions: who hears that they are held, and that residents are asked."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.contracts.models import Contract
from app.contracts.policy import ACCEPTS
from app.core.actors import Role
from app.notifications.drafts import Draft, Occasion, To, askers, of_contract, parties, sides
from app.service_sessions.models import ServiceSession
from app.surveys.waves.models import Wave
from app.voices.models import Voice
from app.voices.rules import VoiceStatus


def _of_place(contract: Contract) -> To:
    """The committee of where the contract is delivered, and the street office above."""
    here = sa.literal(contract.area_code).startswith(Membership.area)
    return sa.and_(Membership.role.in_(ACCEPTS - {Role.purchaser}), Membership.area != "", here)


async def announced(session: AsyncSession, event: str, held: ServiceSession) -> list[Draft]:
    """Who buys it, and who looks after the people it is for: what, and when."""
    contract = await session.get_one(Contract, held.contract_id)
    to = sa.or_(parties(contract.purchaser_id), _of_place(contract))
    return [of_contract(event, contract, to, session=held.title, at=held.starts_at)]


async def signed(_session: AsyncSession, event: str, contract: Contract) -> list[Draft]:
    """Both sides, and the committee whose need it answers; where it waits for its residents, whoever is to ask them."""
    told = of_contract(event, contract, sa.or_(sides(contract), askers(contract.need_ids)))
    asking = of_contract("residents.awaited", contract, _of_place(contract))
    return [told, asking] if contract.asks_willingness else [told]


async def asked(session: AsyncSession, event: str, voice: Voice) -> list[Draft]:
    contract = await session.get_one(Contract, voice.contract_id)
    return [of_contract(event, contract, sides(contract))]


async def heard(session: AsyncSession, _event: str, wave: Wave) -> list[Draft]:
    """What a wave has said of a contract: its sides, and where it is delivered."""
    query = sa.select(Voice).where(Voice.wave_id == wave.id, Voice.status != VoiceStatus.lapsed)
    voice = await session.scalar(query)
    return await decided(session, "voice.heard", voice) if voice else []


async def decided(session: AsyncSession, _event: str, voice: Voice) -> list[Draft]:
    contract = await session.get_one(Contract, voice.contract_id)
    return [of_contract("voice.heard", contract, sa.or_(sides(contract), _of_place(contract)))]


OCCASIONS: Mapping[str, Occasion] = {
    "service_session.planned": announced,
    "service_session.edited": announced,
    "service_session.cancelled": announced,
    "contract.signed": signed,
    "voice.asked": asked,
    "wave.closed": heard,
    "meeting.heard": decided,
}
