"""Who may ask residents about a contract: the committee and offices of where it is delivered, and its purchaser."""

from collections.abc import Collection
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import policy as contracts
from app.contracts.models import Contract
from app.contracts.policy import ACCEPTS, Reader, is_on_another_side
from app.core.actors import Actor, granted
from app.core.errors import Denied
from app.core.moves import verbs_from
from app.surveys.questionnaires.models import Survey
from app.surveys.waves.models import Wave
from app.surveys.waves.policy import locked
from app.voices.rules import ASKED, VoicePurpose, WaveUnknown, hindrance

WHO = {
    "list": contracts.WHO["read"],
    "ask": ACCEPTS,
    "ask_satisfaction": ACCEPTS,
    "hear": ACCEPTS,
    "read_sample": ACCEPTS,
}


def denial(actor: Actor, verb: str, contract: Contract) -> str | None:
    """Why `actor` may not `verb` of this contract; None when they may: whoever may record what residents accept."""
    return "role" if not actor.may(verb, WHO[verb]) else contracts.denial(actor, "accept", contract)


def actions(reader: Reader, contract: Contract, being_asked: Collection[VoicePurpose]) -> list[str]:
    """What may be asked now: of each purpose by one wave at a time, or by a meeting."""
    verbs = [
        verb
        for purpose, table in ASKED.items()
        for verb in verbs_from(table, contract.status)
        if verb == "hear" or hindrance(purpose, being_asked) is None
    ]
    may = [verb for verb in verbs if denial(reader.actor, verb, contract) is None]
    return [] if reader.is_on_another_side else may


async def access_contract(session: AsyncSession, actor: Actor, contract_id: int, verb: str) -> Contract:
    """The contract, locked: absent when unseen (404), refused with a reason (403)."""
    query = sa.select(Contract).where(Contract.id == contract_id, contracts.visible(actor)).with_for_update()
    found = await session.scalar(query, execution_options={"populate_existing": True})
    contract = granted(found, verb, partial(denial, actor, verb), contract=contract_id)
    if await is_on_another_side(session, actor, contract):
        raise Denied(verb=verb, reason="both_sides")
    return contract


async def access_wave(session: AsyncSession, actor: Actor, wave_id: int) -> tuple[Survey, Wave]:
    """A wave of the actor's own survey, both locked in the order in which whoever closes a wave locks them; the
    contract follows. Refusal: WaveUnknown."""
    own = sa.select(Wave.survey_id).where(Wave.id == wave_id).scalar_subquery()
    mine = sa.select(Survey).where(Survey.id == own, Survey.party_id == actor.party_id)
    survey = await session.scalar(mine.with_for_update())
    if survey is None:
        raise WaveUnknown(wave=wave_id)
    return survey, await locked(session, sa.select(Wave).where(Wave.id == wave_id).with_for_update())


async def check_contract(session: AsyncSession, actor: Actor, contract_id: int, verb: str) -> None:
    """Before anything is locked: whether the actor sees the contract (404), and may (403)."""
    found = await session.scalar(sa.select(Contract).where(Contract.id == contract_id, contracts.visible(actor)))
    granted(found, verb, partial(denial, actor, verb), contract=contract_id)
