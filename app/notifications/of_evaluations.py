"""Occasions of evaluations: the contractor when one begins, the firm when its report is to be signed, both sides of the
contract when it is."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.evaluations.models import Evaluation, EvaluationReport
from app.notifications.drafts import Draft, Occasion, of_contract, parties, sides


class OfContract(Protocol):
    @property
    def contract_id(self) -> int: ...


class Graded(OfContract, Protocol):
    @property
    def band(self) -> str: ...


async def to_sides(session: AsyncSession, event: str, told: OfContract) -> list[Draft]:
    contract = await session.get_one(Contract, told.contract_id)
    return [of_contract(event, contract, sides(contract))]


async def to_sign(session: AsyncSession, event: str, report: EvaluationReport) -> list[Draft]:
    """Who wrote it: a second person signs."""
    evaluation = await session.get_one(Evaluation, report.evaluation_id)
    contract = await session.get_one(Contract, evaluation.contract_id)
    return [of_contract(event, contract, parties(evaluation.party_id))]


async def signed(session: AsyncSession, event: str, told: Graded) -> list[Draft]:
    contract = await session.get_one(Contract, told.contract_id)
    return [of_contract(event, contract, sides(contract), band=told.band)]


OCCASIONS: Mapping[str, Occasion] = {
    "evaluation.begun": to_sides,
    "evaluation_report.submitted": to_sign,
    "evaluation_report.signed": signed,
    "evaluation.confirmed": to_sides,
}
