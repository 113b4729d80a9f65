"""Reading draws of spot checks: what is drawn of, what the lots fell on, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.models import Assessment
from app.assessments.rules import AssessmentStatus
from app.contracts.models import Contract
from app.contracts.rules import ContractStatus
from app.core.days.calendar import SHANGHAI
from app.evaluations.models import Evaluation, SpotDraw, SpotLot
from app.evaluations.rules import EvaluationKind, runs_long_enough
from app.evaluations.terms import spot_checks


class Lot(NamedTuple):
    """A contract that was drawn of, and how far its spot check of that year is (None: not begun)."""

    lot: SpotLot
    contract: Contract
    status: AssessmentStatus | None


@dataclass(frozen=True)
class DrawPage:
    """A draw with everything that it was drawn of, in the order of the lots."""

    draw: SpotDraw
    lots: Sequence[Lot]


async def candidates(session: AsyncSession, party_id: int | None) -> list[Contract]:
    """The contracts of a bureau that are carried out and run long enough to be checked, by number."""
    _, months = spot_checks()
    query = sa.select(Contract).where(Contract.purchaser_id == party_id, Contract.status == ContractStatus.performing)
    found = await session.scalars(query.order_by(Contract.number))
    return [each for each in found if runs_long_enough(each.starts_on, each.ends_on, months)]


async def draw_page(session: AsyncSession, draw: SpotDraw) -> DrawPage:
    query = sa.select(SpotLot, Contract).join(Contract, Contract.id == SpotLot.contract_id)
    rows = (await session.execute(query.where(SpotLot.draw_id == draw.id).order_by(SpotLot.position))).all()
    checked = await checked_in(session, draw.party_id, draw.year)
    return DrawPage(draw, [Lot(lot, contract, checked.get(contract.id)) for lot, contract in rows])


async def checked_in(session: AsyncSession, party_id: int, year: int) -> dict[int, AssessmentStatus]:
    """Contract → how far the newest spot check is that the bureau began in this year."""
    begins, ends = (datetime.combine(date(each, 1, 1), time.min, SHANGHAI) for each in (year, year + 1))
    query = sa.select(Evaluation.contract_id, Assessment.status)
    query = query.join(Assessment, Assessment.id == Evaluation.assessment_id)
    own = Evaluation.party_id == party_id, Evaluation.kind == EvaluationKind.spot_check
    in_year = Evaluation.begun_at >= begins, Evaluation.begun_at < ends
    alive = Assessment.status != AssessmentStatus.cancelled
    rows = await session.execute(query.where(*own, *in_year, alive).order_by(Evaluation.id))
    return {contract_id: status for contract_id, status in rows}


def to_check(page: DrawPage) -> list[Contract]:
    """What the lots fell on and is still to be checked, while it is carried out."""
    drawn = [each for each in page.lots if each.lot.position <= page.draw.size and each.status is None]
    return [each.contract for each in drawn if each.contract.status is ContractStatus.performing]
