"""Contracts of tests: drafted from a confirmed award of 20,000 yuan, signed, under way."""

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service
from app.contracts.models import AcceptanceChannel, Contract, ContractInstalment
from app.core.actors import Actor, Role
from app.tenders.profiles.rules import Gate
from tests.factories.awards import make_confirmed

EVALUATOR = Actor(1, Role.evaluator)


def purchaser(contract: Contract) -> Actor:
    return Actor(None, Role.purchaser, contract.purchaser_id, "530114")


def contractor(contract: Contract) -> Actor:
    return Actor(None, Role.organization, contract.contractor_id)


async def make_contract(session: AsyncSession, amount: int | str = 20_000, **lot_facts: object) -> Contract:
    """A draft: the contract of the only award of a tender."""
    _, (award,) = await make_confirmed(session, (90, amount), **lot_facts)
    drafted = await session.scalar(sa.select(Contract).where(Contract.award_id == award.id))
    return drafted or await service.draft_from_award(session, Actor(None, Role.clock), award)


async def make_signed(session: AsyncSession, amount: int | str = 20_000, *, by_both: bool = True) -> Contract:
    contract = await make_contract(session, amount)
    await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    if by_both:
        await service.sign_contract(session, contractor(contract), contract.id, "李主任")
    return contract


async def make_performing(session: AsyncSession, amount: int | str = 20_000) -> Contract:
    contract = await make_signed(session, amount)
    return await service.start_contract(session, contractor(contract), contract.id)


async def evaluate(session: AsyncSession, contract: Contract, *gates: Gate) -> None:
    """Reported by the contractor and passed by the evaluator."""
    for gate in gates:
        await service.report_milestone(session, contractor(contract), contract.id, gate, "完成情况报告")
        await service.meet_milestone(session, EVALUATOR, contract.id, gate, "合格")


async def accept(session: AsyncSession, contract: Contract, accepting: int, answers: int = 10) -> None:
    counts = {"asked": max(answers, 10), "answers": answers, "accepting": accepting}
    await service.accept_delivery(session, purchaser(contract), contract.id, AcceptanceChannel.page, **counts)


async def pay(session: AsyncSession, contract: Contract, instalment: str, amount: int | str) -> Decimal:
    """The instalment's amount paid so far; vouchers are numbered by themselves."""
    number = await session.scalar(sa.select(sa.func.count()).select_from(service.Payment)) or 0
    await service.record_payment(
        session, purchaser(contract), contract.id, instalment, Decimal(amount), f"PZ-{number + 1}"
    )
    query = sa.select(ContractInstalment.paid).where(ContractInstalment.contract_id == contract.id)
    return (await session.scalars(query.where(ContractInstalment.name == instalment))).one()
