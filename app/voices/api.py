"""Endpoints of voices: everything hangs on the contract."""

from typing import Annotated

from fastapi import Query

from app.contracts.policy import read_contract, reader_of
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.voices import policy, queries, service
from app.voices.policy import WHO
from app.voices.schemas import (
    ContractVoices,
    SampleRead,
    SatisfactionAsk,
    Served,
    VoiceAsk,
    VoiceMeeting,
    VoiceRead,
)

router = web.router("/voices", "voices")


@router.get("/contracts/{contract_id}", operation_id="list_voices", dependencies=[allow(WHO["list"])])
async def list_voices(session: UnitSession, actor: CurrentActor, contract_id: Id) -> ContractVoices:
    contract = await read_contract(session, actor, contract_id)
    found = await queries.voices_of(session, contract.id)
    reader = await reader_of(session, actor, contract)
    actions = policy.actions(reader, contract, queries.being_asked(found))
    served = await queries.served_by(session, contract)
    return ContractVoices(items=[VoiceRead.of(each) for each in found], served=served, actions=actions)


@router.get("/sample", operation_id="read_sample", dependencies=[allow(WHO["read_sample"])])
async def read_sample(served: Annotated[Served, Query()]) -> SampleRead:
    return SampleRead.of(served)


@router.post(
    "/contracts/{contract_id}/ask", operation_id="ask_voice", status_code=201, dependencies=[allow(WHO["ask"])]
)
async def ask_voice(session: UnitSession, actor: CurrentActor, contract_id: Id, body: VoiceAsk) -> VoiceRead:
    voice = await service.ask_voice(session, actor, contract_id, **dict(body))
    await session.flush()
    return VoiceRead.of(voice)


@router.post(
    "/contracts/{contract_id}/ask_satisfaction",
    operation_id="ask_satisfaction",
    status_code=201,
    dependencies=[allow(WHO["ask_satisfaction"])],
)
async def ask_satisfaction(
    session: UnitSession, actor: CurrentActor, contract_id: Id, body: SatisfactionAsk
) -> VoiceRead:
    voice = await service.ask_satisfaction(session, actor, contract_id, **dict(body))
    await session.flush()
    return VoiceRead.of(voice)


@router.post(
    "/contracts/{contract_id}/hear", operation_id="hear_meeting", status_code=201, dependencies=[allow(WHO["hear"])]
)
async def hear_meeting(session: UnitSession, actor: CurrentActor, contract_id: Id, body: VoiceMeeting) -> VoiceRead:
    voice = await service.hear_meeting(session, actor, contract_id, **dict(body))
    await session.flush()
    return VoiceRead.of(voice)
