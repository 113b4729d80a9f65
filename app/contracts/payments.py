"""Money that passes between the sides of a contract: what is paid of it, and what is paid back."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.instalments import check_amount, unpayable, unreturnable
from app.contracts.models import Payment
from app.contracts.policy import access_contract
from app.contracts.queries import ContractParts, parts_of, stream_of
from app.contracts.rules import MOVES, ContractStatus, held
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import NotFound
from app.core.events import happened
from app.core.moves import check_move


async def record_payment(
    session: AsyncSession, actor: Actor, contract_id: int, instalment: str, amount: Decimal, voucher: str
) -> Payment:
    """Money that was transferred, of an instalment or, after an early end, of the settlement. Refusals:
    FindingsUnsettled, PaymentBeforeGate, PaymentAboveInstalment, PaymentAboveAllowed, PaymentNotPositive."""
    contract = await access_contract(session, actor, contract_id, "pay")
    at = await now(session)
    check_move(MOVES, contract.status, "pay")
    parts = await parts_of(session, contract)
    term = next((each for each in parts.payable if each.name == instalment), None)
    if term is None:
        raise NotFound(instalment=instalment)
    check_amount(amount)
    if refusal := held(contract.holds) or unpayable(amount, term, parts.met):
        raise refusal
    payment = Payment(contract_id=contract.id, amount=amount, voucher=voucher)
    if contract.status is not ContractStatus.terminated:
        payment.instalment_id = next(each.id for each in parts.instalments if each.name == instalment)
    await _transfer(session, actor, parts, payment, at)
    facts = {"instalment": instalment, "amount": amount, "paid": term.paid + amount}
    await happened(session, actor, "payment.recorded", payment, at, stream=stream_of(contract), **facts)
    return payment


async def record_refund(
    session: AsyncSession, actor: Actor, contract_id: int, amount: Decimal, voucher: str
) -> Payment:
    """What the contractor paid back of what was paid beyond what the final audit allows. Refusals: RefundAboveExcess,
    PaymentNotPositive."""
    contract = await access_contract(session, actor, contract_id, "refund")
    at = await now(session)
    check_move(MOVES, contract.status, "refund")
    parts = await parts_of(session, contract)
    check_amount(amount)
    if refusal := unreturnable(amount, parts.terms, contract.allowed):
        raise refusal
    payment = Payment(contract_id=contract.id, amount=-amount, voucher=voucher)
    await _transfer(session, actor, parts, payment, at)
    facts = {"amount": amount, "paid": parts.paid}
    await happened(session, actor, "refund.recorded", payment, at, stream=stream_of(contract), **facts)
    return payment


async def _transfer(session: AsyncSession, actor: Actor, parts: ContractParts, payment: Payment, at: datetime) -> None:
    """The database adds it to what is paid."""
    payment.paid_at, payment.recorded_by = at, actor.account_id
    session.add(payment)
    await session.flush()
    for each in parts.instalments:
        await session.refresh(each)
