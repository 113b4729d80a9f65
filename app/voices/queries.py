"""Reading what residents were asked and said, and counting a wave's answers."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import names_of_areas
from app.areas.rules import inside
from app.contracts.models import Contract, Milestone
from app.contracts.policy import visible
from app.contracts.rules import ContractStatus, MilestoneStatus
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.waiting import Waiting
from app.needs.models import Need
from app.surveys.responses.models import Response
from app.surveys.waves.queries import frames_of, issued_of
from app.surveys.waves.rules import ResponseStatus
from app.tenders.profiles.rules import Gate
from app.voices.models import Voice
from app.voices.rules import ASKED_BEFORE, VoicePurpose, VoiceStatus


class Counts(NamedTuple):
    asked: int
    answers: int
    ayes: int


async def voices_of(session: AsyncSession, contract_id: int) -> list[Voice]:
    query = sa.select(Voice).where(Voice.contract_id == contract_id).order_by(Voice.id)
    return list(await session.scalars(query))


async def last_voices(
    session: AsyncSession, contracts: sa.ColumnElement[bool], *purposes: VoicePurpose
) -> dict[tuple[int, VoicePurpose], Voice]:
    """(contract, purpose) → what residents were last asked, and said; how content they are is told from the last wave
    that was heard, as long as another one asks."""
    query = sa.select(Voice).join(Contract, Contract.id == Voice.contract_id)
    is_told = sa.and_(Voice.purpose == VoicePurpose.satisfaction, Voice.heard_at.is_not(None))
    found = await session.scalars(query.where(contracts, Voice.purpose.in_(purposes)).order_by(is_told, Voice.id))
    return {(voice.contract_id, voice.purpose): voice for voice in found}


def being_asked(voices: Iterable[Voice]) -> set[VoicePurpose]:
    return {each.purpose for each in voices if each.status is VoiceStatus.asked}


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Committees: ask residents whether they want a service that waits for it; and, some days before the gate is due,
    whether they accept it, where no wave asks yet."""
    if actor.role is not Role.committee:
        return []
    own = sa.select(Contract).where(visible(actor)).order_by(Contract.id)
    unwanted = own.where(
        ~_asks(VoicePurpose.willingness),
        Contract.status == ContractStatus.signed,
        Contract.asks_willingness,
        Contract.willing_at.is_(None),
    )
    gate = (Milestone.gate == Gate.resident_acceptance, Milestone.status != MilestoneStatus.met)
    soon = Milestone.due_on <= shanghai_date(at) + ASKED_BEFORE
    ending = own.join(Milestone, Milestone.contract_id == Contract.id).add_columns(Milestone.due_on)
    ending = ending.where(~_asks(VoicePurpose.acceptance), Contract.status == ContractStatus.performing, *gate, soon)
    to_start = [_waits("ask", each, each.starts_on) for each in await session.scalars(unwanted)]
    return to_start + [_waits("ask", each, due_on) for each, due_on in await session.execute(ending)]


def _asks(purpose: VoicePurpose) -> sa.ColumnElement[bool]:
    asked = Voice.purpose == purpose, Voice.status == VoiceStatus.asked
    return sa.exists().where(Voice.contract_id == Contract.id, *asked)


def _waits(verb: str, contract: Contract, due_on: date) -> Waiting:
    of = contract.id
    return Waiting("voices", verb, of, contract.title, end_of_day(due_on), None, "contract", of)


async def served_by(session: AsyncSession, contract: Contract) -> int | None:
    """How many people its need is for, where it answers one that says so: whom a sample is of."""
    return await session.scalar(sa.select(Need.beneficiaries).where(Need.id == contract.need_id))


async def awaited_of(session: AsyncSession, wave_id: int) -> Voice | None:
    """What this wave is still to say."""
    query = sa.select(Voice).where(Voice.wave_id == wave_id, Voice.status == VoiceStatus.asked)
    return await session.scalar(query.with_for_update())


async def outside_of(session: AsyncSession, wave_id: int, area_code: str) -> list[str]:
    """The names of the communities that the wave goes to and that do not lie in the area."""
    codes = (await frames_of(session, [wave_id]))[wave_id]
    outside = [code for code in codes if not code.startswith(inside(area_code))]
    names = await names_of_areas(session, outside)
    return [names[code][0] for code in outside]


async def answers_of(session: AsyncSession, wave_id: int) -> int:
    """How many have answered the wave so far, whatever became of their answers."""
    return await session.scalar(sa.select(sa.func.count()).where(Response.wave_id == wave_id)) or 0


async def doubtful_of(session: AsyncSession, wave_id: int) -> int:
    """How many responses of the wave nobody has reviewed though a rule found them doubtful."""
    doubted = sa.func.jsonb_array_length(Response.suggestions) > 0
    query = sa.select(sa.func.count()).where(
        Response.wave_id == wave_id, Response.status == ResponseStatus.submitted, doubted
    )
    return await session.scalar(query) or 0


async def counts_of(session: AsyncSession, voice: Voice) -> Counts:
    """Who was asked, answered the question, and said yes; what was handed out where that is known. A response counts
    unless somebody has set it aside."""
    assert voice.wave_id is not None  # it was asked by a wave
    answer = Response.answers[voice.question].astext
    counted = Response.status.in_((ResponseStatus.submitted, ResponseStatus.valid))
    query = sa.select(sa.func.count(), sa.func.count().filter(answer.in_(voice.options)))
    row = await session.execute(query.where(Response.wave_id == voice.wave_id, counted, answer.is_not(None)))
    answers, ayes = row.one()
    issued = sum((await issued_of(session, [voice.wave_id])).values())
    return Counts(max(issued, answers), answers, ayes)
