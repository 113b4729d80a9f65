"""The instalments of a season's contracts after the first, and how the contracts ended."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.instalments import SETTLEMENT
from app.contracts.models import Contract, ContractInstalment, Payment
from app.contracts.payments import record_payment, record_refund
from app.contracts.queries import instalments_of
from app.contracts.rules import ContractStatus
from app.contracts.service import complete_contract, terminate_contract
from app.core.errors import DomainError
from app.core.reading.cells import FieldBlank
from app.season.delivery.acting import Scene, contracts_by_bid, daily, of_season
from app.season.delivery.lists import Entry, Listing, amount, choice, day, day_of, line, positive, prose
from app.season.files import Faults, Season, Tables
from app.season.known import Known, take_faults
from app.season.room import Room, Sheet, count_rows
from app.season.schedule import Schedule
from app.season.steps import Step
from app.season.terms import terms_of
from app.tenders.profiles.rules import Gate

ENDED = (ContractStatus.completed, ContractStatus.terminated)
REFUND = "refund"


def _part(entry: Entry, column: str) -> int | str | None:
    """Which instalment, from 1, or the word for what settles a contract that ended early."""
    word = entry.code(column)
    return word if word in {SETTLEMENT, REFUND} else positive(entry, column)


PAYMENTS = Listing(
    "payments",
    ("contract", "voucher"),
    {
        "contract": line,
        "instalment": _part,
        "amount_cny": amount,
        "voucher": line,
        "paid": day,
        "source": line,
    },
    order=("paid",),
)
ENDINGS = Listing(
    "endings",
    ("contract",),
    {"contract": line, "outcome": choice(*ENDED), "reason": prose, "ended": day, "source": line},
    optional=frozenset({"reason"}),
    order=("ended",),
)


class InstalmentUnknown(DomainError):
    """The contract has fewer instalments."""

    status = 422


def _steps(season: Season, _when: Schedule) -> Iterator[Step]:
    yield from daily(season, PAYMENTS, "paid", (16, 30), _pay)
    yield from daily(season, ENDINGS, "ended", (17, 0), _end)


async def _pay(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    parts = {part.position: part.name for part in await instalments_of(session, scene.contract.id)}
    for row in rows:
        part, said = row["instalment"], (row["amount_cny"], row["voucher"])
        if part == REFUND:
            await record_refund(session, scene.bureau, scene.contract.id, *said)
        else:
            await record_payment(session, scene.bureau, scene.contract.id, parts.get(part, SETTLEMENT), *said)


async def _end(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for row in rows:
        if row["outcome"] == ContractStatus.completed:
            await complete_contract(session, scene.bureau, scene.contract.id)
        else:
            await terminate_contract(session, scene.bureau, scene.contract.id, row["reason"])


def _note(tables: Tables, known: Known, faults: Faults) -> None:
    PAYMENTS.note(tables, known, faults)
    ENDINGS.note(tables, known, faults)


def _check(season: Season, _known: Known, faults: Faults) -> None:
    payments, endings = PAYMENTS.check(season), ENDINGS.check(season)
    with suppress(DomainError):  # terms that cannot be read are noted with the competition
        known = len(terms_of(season.competition).instalments)
        for entry in payments:
            if isinstance(entry["instalment"], int) and entry["instalment"] > known:
                entry.refuse("instalment", InstalmentUnknown(instalment=entry["instalment"], known=known))
    for entry in endings:
        if entry["outcome"] == ContractStatus.terminated and not entry["reason"]:
            entry.refuse("reason", FieldBlank(field="reason"))
    take_faults(PAYMENTS.file, payments, faults)
    take_faults(ENDINGS.file, endings, faults)


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    """Without what the replay itself pays when the contracts are signed."""
    paid, ended = [], []
    for bid, contract in (await contracts_by_bid(session, name)).items():
        query = sa.select(Payment, ContractInstalment).outerjoin(ContractInstalment)
        for payment, part in await session.execute(
            query.where(Payment.contract_id == contract.id).order_by(Payment.id)
        ):
            if part is None or part.gates != [Gate.signing.value]:
                named = part.position if part else SETTLEMENT if payment.amount > 0 else REFUND
                said = {"contract": bid, "instalment": named, "amount_cny": abs(payment.amount)}
                paid.append({**said, "voucher": payment.voucher, "paid": day_of(payment.paid_at)})
        if contract.status in ENDED:
            days = {"ended": day_of(contract.completed_at or contract.terminated_at)}
            how = {"outcome": contract.status, "reason": contract.terminated_reason}
            ended.append({"contract": bid, **how, **days})
    return await PAYMENTS.sheet(session, name, paid) | await ENDINGS.sheet(session, name, ended)


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    own = sa.select(Contract.id).where(of_season(season.name))
    number = await count_rows(session, Payment, Payment.contract_id.in_(own))
    total = await session.scalar(sa.select(sa.func.sum(Payment.amount)).where(Payment.contract_id.in_(own)))
    states = sa.select(Contract.status, sa.func.count()).where(of_season(season.name)).group_by(Contract.status)
    ended = {status.value: count for status, count in await session.execute(states)}
    return {"payments": {"number": number, "amount": f"{total or 0:.2f}"}, "ended": dict(sorted(ended.items()))}


ROOM = Room(steps=_steps, check_lists=_note, check=_check, sheets=_sheets, summary=_summary)
