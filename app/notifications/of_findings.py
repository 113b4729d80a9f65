"""Occasions of findings: whom they concern, and until when."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.core.days.calendar import end_of_day
from app.findings.models import Finding
from app.notifications.drafts import Draft, Occasion, of_contract, parties, sides


async def to_put_right(session: AsyncSession, event: str, finding: Finding) -> list[Draft]:
    """Until when it is to be answered: the contractor, and the purchaser, whose payments it may hold."""
    contract = await session.get_one(Contract, finding.contract_id)
    return [of_contract(event, contract, sides(contract), until=end_of_day(finding.due_on))]


async def answered(session: AsyncSession, event: str, finding: Finding) -> list[Draft]:
    """Whoever raised it."""
    contract = await session.get_one(Contract, finding.contract_id)
    return [of_contract(event, contract, parties(finding.party_id))]


async def settled(session: AsyncSession, event: str, finding: Finding) -> list[Draft]:
    contract = await session.get_one(Contract, finding.contract_id)
    return [of_contract(event, contract, sides(contract))]


OCCASIONS: Mapping[str, Occasion] = {
    "finding.raised": to_put_right,
    "finding.answered": answered,
    "finding.accepted": settled,
    "finding.rejected": to_put_right,
    "finding.extended": to_put_right,
    "finding.waived": settled,
}
