"""Contracts of tests: drafted from a confirmed award of 20,000 yuan, signed, under way."""

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import engagements, service
from app.contracts.acceptance import accept_delivery
from app.contracts.instalments import SETTLEMENT
from app.contracts.models import AcceptanceChannel, Contract, ContractInstalment, Payment
from app.contracts.payments import record_payment
from app.contracts.queries import engagements_of
from app.contracts.rules import EngagementKind
from app.core.actors import Actor, Role
from app.parties.rules import PartyKind
from app.tenders.awards.service import confirm_awards, propose_awards, publish_result
from app.tenders.profiles.rules import Gate
from tests.factories.awards import make_confirmed, make_scored
from tests.factories.notices import make_tender, set_clock
from tests.factories.parties import make_party


@dataclass
class Reported:
    """What contracts hear of a signed evaluation report."""

    contract_id: int
    gate: Gate | None
    is_passed: bool = True
    opinion: str = "合格"


def purchaser(contract: Contract) -> Actor:
    return Actor(None, Role.purchaser, contract.purchaser_id, "530114")


def contractor(contract: Contract) -> Actor:
    return Actor(None, Role.organization, contract.contractor_id)


async def make_contract(session: AsyncSession, amount: int | str = 20_000, **lot_facts: object) -> Contract:
    """A draft: the contract of the only award of a tender."""
    _, (award,) = await make_confirmed(session, (90, amount), **lot_facts)
    drafted = await session.scalar(sa.select(Contract).where(Contract.award_id == award.id))
    return drafted or await service.draft_from_award(session, Actor(None, Role.clock), award)


async def make_bought(session: AsyncSession) -> Contract:
    """The draft of a procurement: its result was noticed on 1 December 2026."""
    tender = await make_tender(session, profile="procurement")
    await make_scored(session, (90, 20_000), (80, 20_000), (70, 20_000), tender=tender)
    staff = Actor(None, Role.purchaser, tender.party_id, "530114")
    await propose_awards(session, staff, tender.id)
    result = await publish_result(session, staff, tender.id)
    assert result.objections_end is not None
    await set_clock(session, result.objections_end)
    award = (await confirm_awards(session, staff, tender.id))[0]
    drafted = await session.scalar(sa.select(Contract).where(Contract.award_id == award.id))
    return drafted or await service.draft_from_award(session, Actor(None, Role.clock), award)


async def make_signed(
    session: AsyncSession, amount: int | str = 20_000, *, by_both: bool = True, **lot_facts: object
) -> Contract:
    contract = await make_contract(session, amount, **lot_facts)
    await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    if by_both:
        await service.sign_contract(session, contractor(contract), contract.id, "李主任")
    return contract


async def engaged(session: AsyncSession, contract: Contract, kind: EngagementKind) -> Actor:
    """Somebody of the firm that is engaged for this, now if nobody is yet."""
    found = [each for each in await engagements_of(session, contract.id) if each.kind is kind and not each.ended_at]
    if not found:
        firm = await make_party(session, PartyKind.firm, name_zh=f"示例{kind.value}事务所")
        found = [await engagements.engage_firm(session, purchaser(contract), contract.id, kind, firm.id)]
    return Actor(None, engagements.ROLES[kind], found[0].party_id)


async def evaluator(session: AsyncSession, contract: Contract) -> Actor:
    return await engaged(session, contract, EngagementKind.evaluation)


async def make_performing(session: AsyncSession, amount: int | str = 20_000, **lot_facts: object) -> Contract:
    contract = await make_signed(session, amount, **lot_facts)
    return await service.start_contract(session, contractor(contract), contract.id)


async def evaluate(session: AsyncSession, contract: Contract, *gates: Gate) -> None:
    """Reported by the contractor and passed: by the evaluator's signed report, as contracts hear of it."""
    for gate in gates:
        await service.report_milestone(session, contractor(contract), contract.id, gate, "完成情况报告")
        await service.take_evaluation(session, await evaluator(session, contract), Reported(contract.id, gate))


async def accept(session: AsyncSession, contract: Contract, accepting: int, answers: int = 10) -> None:
    counts = {"asked": max(answers, 10), "answers": answers, "accepting": accepting}
    await accept_delivery(session, purchaser(contract), contract.id, AcceptanceChannel.page, **counts)


async def pay(session: AsyncSession, contract: Contract, instalment: str, amount: int | str) -> Decimal:
    """The instalment's amount paid so far, of the settlement that of all; vouchers are numbered by themselves."""
    number = await session.scalar(sa.select(sa.func.count()).select_from(Payment)) or 0
    await record_payment(session, purchaser(contract), contract.id, instalment, Decimal(amount), f"PZ-{number + 1}")
    query = sa.select(sa.func.sum(ContractInstalment.paid)).where(ContractInstalment.contract_id == contract.id)
    of = sa.or_(ContractInstalment.name == instalment, sa.literal(instalment == SETTLEMENT))
    return (await session.scalars(query.where(of))).one()
