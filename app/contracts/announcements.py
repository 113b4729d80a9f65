"""What everybody may read of a contract: who serves whom for how much and how long, and how it goes on.

A signed contract is made public (政府采购法实施条例 art. 50), and so is whether those served accept the work (art. 45).
Targets, reports, opinions, vouchers and signatures stay with those whom the contract concerns. The residents' figures
are shown once: when as many have answered as the contract asks for, and no further answer can be added to them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import rules
from app.contracts.models import Contract, ContractInstalment, Milestone, ResidentAcceptance
from app.contracts.policy import announced
from app.contracts.rules import Acceptance, ContractStatus, MilestoneStatus
from app.core.errors import NotFound
from app.surveys.results.rules import is_shown
from app.tenders.profiles.rules import AcceptanceRule, Gate

OVER = (ContractStatus.completed, ContractStatus.terminated)


class _OfContract(Protocol):
    contract_id: int


Row = TypeVar("Row", bound=_OfContract)


@dataclass(frozen=True)
class Announcement:
    """A contract with the parts that everybody may read."""

    contract: Contract
    milestones: list[Milestone]
    instalments: list[ContractInstalment]
    acceptances: list[ResidentAcceptance]

    @property
    def paid(self) -> Decimal:
        return sum((each.paid for each in self.instalments), Decimal(0))

    @property
    def answers(self) -> int:
        return sum(each.answers for each in self.acceptances)

    @property
    def accepting(self) -> int:
        return sum(each.accepting for each in self.acceptances)

    @property
    def acceptance(self) -> Acceptance:
        terms = AcceptanceRule(self.contract.acceptance_answers, self.contract.acceptance_share, "")
        return rules.resident_acceptance(self.accepting, self.answers, terms)

    @property
    def is_settled(self) -> bool:
        """Whether no more residents are asked: two figures, one before and one after an answer, would tell it."""
        accepted = (Gate.resident_acceptance, MilestoneStatus.met)
        met = any((each.gate, each.status) == accepted for each in self.milestones)
        return met or self.contract.status in OVER

    @property
    def counts(self) -> "Counts":
        """What of the residents' figures everybody may read."""
        if self.acceptance is Acceptance.undecided or not self.is_settled:
            return Counts(None, None)
        return Counts(self.answers, self.accepting if is_shown(self.accepting, self.answers) else None)


class Counts(NamedTuple):
    """How many residents answered, and how many of them accept; None: not told. Where those who accept, or those who do
    not, are fewer than five, the verdict alone is told beside how many answered."""

    answers: int | None
    accepting: int | None


async def announcements(session: AsyncSession, *where: sa.ColumnElement[bool]) -> list[Announcement]:
    """The public contracts that `where` asks for, by number: four queries, however many there are."""
    found = list(await session.scalars(sa.select(Contract).where(announced(), *where).order_by(Contract.number)))
    ids = [contract.id for contract in found]
    milestones = _by_contract(await session.scalars(_parts(Milestone, ids).order_by(Milestone.id)))
    instalments = _by_contract(
        await session.scalars(_parts(ContractInstalment, ids).order_by(ContractInstalment.position))
    )
    acceptances = _by_contract(await session.scalars(_parts(ResidentAcceptance, ids)))
    return [Announcement(each, milestones[each.id], instalments[each.id], acceptances[each.id]) for each in found]


async def read_announcement(session: AsyncSession, contract_id: int) -> Announcement:
    """Refusal: NotFound, also for a contract that is not public yet."""
    found = await announcements(session, Contract.id == contract_id)
    if not found:
        raise NotFound(contract=contract_id)
    return found[0]


def _parts(table: type[Row], ids: list[int]) -> sa.Select[Row]:
    return sa.select(table).where(table.contract_id.in_(ids))  # type: ignore[attr-defined]


def _by_contract(rows: Iterable[Row]) -> defaultdict[int, list[Row]]:
    parts = defaultdict[int, list[Row]](list)
    for row in rows:
        parts[row.contract_id].append(row)
    return parts
