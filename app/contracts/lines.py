"""Contracts as lists show them: searched for, with both sides by name and what has been paid."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.rules import inside
from app.contracts.models import Contract, ContractInstalment
from app.contracts.policy import visible
from app.contracts.rules import ContractStatus
from app.core.actors import Actor
from app.core.paging import Columns, Found, Paging, paginate
from app.parties.models import Party
from app.parties.queries import parties_by_id

SORTS: Columns = {"number": Contract.number, "amount": Contract.amount, "ends_on": Contract.ends_on}
EXPORT_LIMIT = 10_000


class ContractLine(NamedTuple):
    """A contract as lists show it."""

    contract: Contract
    purchaser: Party
    contractor: Party
    paid: Decimal


def search_contracts(
    actor: Actor, *, status: ContractStatus | None = None, tender_id: int | None = None, q: str = "", area: str = ""
) -> sa.Select[Contract]:
    """The contracts `actor` may see, by status, by tender, by title or number, by where they are delivered."""
    query = sa.select(Contract).where(visible(actor))
    if status:
        query = query.where(Contract.status == status)
    if tender_id is not None:
        query = query.where(Contract.tender_id == tender_id)
    if area:
        query = query.where(Contract.area_code.startswith(inside(area), autoescape=True))
    if text := q.strip():
        query = query.where(sa.or_(*[c.icontains(text, autoescape=True) for c in (Contract.title, Contract.number)]))
    return query


async def list_contracts(session: AsyncSession, wanted: sa.Select[Contract], paging: Paging) -> Found[ContractLine]:
    found = await paginate(session, wanted, paging, id=Contract.id, sorts=SORTS)
    return found.read_as(await lines_of(session, found.rows))


async def lines_of(session: AsyncSession, contracts: Sequence[Contract]) -> list[ContractLine]:
    """The contracts in their order, with both sides by name and what has been paid."""
    parties = await parties_by_id(
        session, {party for each in contracts for party in (each.purchaser_id, each.contractor_id)}
    )
    sums = sa.select(ContractInstalment.contract_id, sa.func.sum(ContractInstalment.paid))
    of_these = ContractInstalment.contract_id.in_([each.id for each in contracts])
    found = await session.execute(sums.where(of_these).group_by(ContractInstalment.contract_id))
    paid = {contract_id: paid for contract_id, paid in found}
    return [
        ContractLine(each, parties[each.purchaser_id], parties[each.contractor_id], paid[each.id]) for each in contracts
    ]


async def export_contracts(session: AsyncSession, wanted: sa.Select[Contract]) -> list[ContractLine]:
    """What was searched for, by number."""
    found = await session.scalars(wanted.order_by(Contract.number).limit(EXPORT_LIMIT))
    return await lines_of(session, found.all())
