"""The contracts of a season: signed by both sides, started, and the first instalment paid where signing opens it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.contracts.payments import record_payment
from app.contracts.queries import instalments_of
from app.contracts.service import sign_contract, start_contract
from app.parties.queries import parties_by_id
from app.season.cast import organization, purchaser_of
from app.season.files import Season
from app.season.room import Room
from app.season.rooms.notices import tender_of
from app.season.schedule import Schedule
from app.season.steps import Step
from app.tenders.profiles.rules import Gate


def _steps(_season: Season, when: Schedule) -> list[Step]:
    return [Step("contracts signed", when.signed, _sign), Step("first instalments paid", when.paid, _pay)]


async def contracts_of(session: AsyncSession, season: Season) -> list[Contract]:
    """The contracts from the competition's awards, by number."""
    tender = await tender_of(session, season)
    query = sa.select(Contract).where(Contract.tender_id == tender.id).order_by(Contract.number)
    return list(await session.scalars(query))


async def shown_contract(session: AsyncSession, season: Season) -> Contract:
    """The contract that stays under way in a demonstration: its accounts act for its sides and its community."""
    contracts = await contracts_of(session, season)
    return next((each for each in contracts if each.need_id), contracts[0])


async def _sign(session: AsyncSession, season: Season) -> None:
    """Each side signs under its own name, the contractor first."""
    buyer, contracts = await purchaser_of(session, season), await contracts_of(session, season)
    parties = await parties_by_id(session, {id for each in contracts for id in (each.contractor_id, each.purchaser_id)})
    for contract in contracts:
        contractor = parties[contract.contractor_id]
        await sign_contract(session, organization(contractor), contract.id, contractor.name_zh)
        await sign_contract(session, buyer, contract.id, parties[contract.purchaser_id].name_zh)
        await start_contract(session, buyer, contract.id)


async def _pay(session: AsyncSession, season: Season) -> None:
    buyer = await purchaser_of(session, season)
    for contract in await contracts_of(session, season):
        first = (await instalments_of(session, contract.id))[0]
        if first.gates == [Gate.signing.value]:
            await record_payment(session, buyer, contract.id, first.name, first.amount, f"{contract.number}-1")


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    return {"contracts": len(await contracts_of(session, season))}


ROOM = Room(steps=_steps, summary=_summary)
