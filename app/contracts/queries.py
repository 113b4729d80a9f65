"""Reading contracts with their parts, and what waits for whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import areas_with_parents
from app.contracts import rules
from app.contracts.instalments import (
    CENT,
    SETTLEMENT,
    SETTLEMENT_EN,
    SETTLEMENT_ZH,
    Instalment,
    cut_down,
    excess,
    incomplete,
    settlement,
    total_paid,
    unpayable,
)
from app.contracts.models import (
    Contract,
    ContractInstalment,
    Engagement,
    Milestone,
    Payment,
    ResidentAcceptance,
    Side,
    Signature,
)
from app.contracts.policy import side_of, visible
from app.contracts.rules import ContractStatus, EngagementKind, MilestoneStatus
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.waiting import Waiting
from app.parties.models import Party
from app.parties.queries import parties_by_id
from app.tenders.profiles.rules import Gate

# What a contract says of each side, by the columns of the party.
SAID = ("name_zh", "credit_code", "legal_representative", "address", "office_phone", "bank_name", "bank_account")


@dataclass(frozen=True)
class ContractParts:
    contract: Contract
    purchaser: Party
    contractor: Party
    signatures: list[Signature]
    instalments: list[ContractInstalment]
    milestones: list[Milestone]
    payments: list[Payment]
    acceptances: list[ResidentAcceptance]
    engagements: list[tuple[Engagement, Party]]
    sides: dict[str, dict[str, str]]
    provisional: list[str]

    @property
    def status(self) -> ContractStatus:
        return self.contract.status

    @property
    def signed(self) -> frozenset[Side]:
        return frozenset(signature.side for signature in self.signatures)

    @property
    def engaged(self) -> list[EngagementKind]:
        """What firms are engaged for now."""
        return [each.kind for each, _ in self.engagements if each.ended_at is None]

    @property
    def met(self) -> frozenset[Gate]:
        return frozenset(each.gate for each in self.milestones if each.status is MilestoneStatus.met)

    @property
    def holds(self) -> int:
        return self.contract.holds

    @property
    def is_wanted(self) -> bool:
        return is_wanted(self.contract)

    @property
    def allowed(self) -> Decimal | None:
        return self.contract.allowed

    @property
    def paid(self) -> Decimal:
        return total_paid(self.terms)

    @property
    def excess(self) -> Decimal:
        return excess(self.terms, self.allowed)

    @property
    def terms(self) -> Sequence[Instalment]:
        """The instalments as the rules see them."""
        return terms_of(self.contract, self.instalments)

    @property
    def payable(self) -> Sequence[Instalment]:
        """What a payment is made of: an instalment, or all that is left together once the contract has ended early."""
        return payable_of(self.contract, self.instalments)

    @property
    def labels(self) -> dict[str, tuple[str, str]]:
        """What each is called in Chinese and in English."""
        return {each.name: (each.label_zh, each.label_en) for each in self.instalments} | {
            SETTLEMENT: (SETTLEMENT_ZH, SETTLEMENT_EN)
        }


def is_wanted(contract: Contract) -> bool:
    """Whether residents want the service, or need not be asked before it starts."""
    return contract.willing_at is not None or not contract.asks_willingness


def terms_of(contract: Contract, instalments: Sequence[ContractInstalment]) -> Sequence[Instalment]:
    """All instalments of a contract, cut down to what its final audit allows."""
    parts = [Instalment(each.name, each.amount, tuple(map(Gate, each.gates)), each.paid) for each in instalments]
    return cut_down(parts, contract.allowed)


def payable_of(contract: Contract, instalments: Sequence[ContractInstalment]) -> Sequence[Instalment]:
    terms = terms_of(contract, instalments)
    return [settlement(terms, contract.allowed)] if contract.status is ContractStatus.terminated else terms


async def parts_of(session: AsyncSession, contract: Contract) -> ContractParts:
    engaged = await engagements_of(session, contract.id)
    parties = await parties_by_id(
        session, {contract.purchaser_id, contract.contractor_id, *(each.party_id for each in engaged)}
    )
    return ContractParts(
        contract=contract,
        purchaser=parties[contract.purchaser_id],
        contractor=parties[contract.contractor_id],
        signatures=await signatures_of(session, contract.id),
        instalments=await instalments_of(session, contract.id),
        milestones=await milestones_of(session, contract.id),
        payments=await payments_of(session, contract.id),
        acceptances=await acceptances_of(session, contract.id),
        engagements=[(each, parties[each.party_id]) for each in engaged],
        sides=contract.sides or _sides(parties[contract.purchaser_id], parties[contract.contractor_id]),
        provisional=(await work_calendar(session)).provisional(_counted(contract)),
    )


async def sides_of(session: AsyncSession, contract: Contract) -> dict[str, dict[str, str]]:
    """What both parties say of themselves today, by side, as a contract holds it."""
    parties = await parties_by_id(session, {contract.purchaser_id, contract.contractor_id})
    return _sides(parties[contract.purchaser_id], parties[contract.contractor_id])


def _counted(contract: Contract) -> dict[str, date | None]:
    """The days of a contract that were counted over the calendar of rest days and still lie ahead of somebody."""
    to_sign = contract.contract_by if contract.signed_at is None else None
    return {"contract_by": to_sign, "announce_by": contract.announce_by}


def _sides(purchaser: Party, contractor: Party) -> dict[str, dict[str, str]]:
    both = {Side.purchaser: purchaser, Side.contractor: contractor}
    return {side.value: {name: getattr(party, name) or "" for name in SAID} for side, party in both.items()}


def stream_of(contract: Contract) -> str:
    """The audit stream of a contract: that of its tender, where it comes from one."""
    return f"tenders:{contract.tender_id}" if contract.tender_id else f"contracts:{contract.id}"


async def signatures_of(session: AsyncSession, contract_id: int) -> list[Signature]:
    query = sa.select(Signature).where(Signature.contract_id == contract_id).order_by(Signature.id)
    return list(await session.scalars(query))


async def instalments_of(session: AsyncSession, contract_id: int) -> list[ContractInstalment]:
    query = sa.select(ContractInstalment).where(ContractInstalment.contract_id == contract_id)
    return list(await session.scalars(query.order_by(ContractInstalment.position)))


async def milestones_of(session: AsyncSession, contract_id: int) -> list[Milestone]:
    return (await milestones_by_contract(session, [contract_id]))[contract_id]


async def milestones_by_contract(session: AsyncSession, ids: Collection[int]) -> dict[int, list[Milestone]]:
    found: dict[int, list[Milestone]] = {id: [] for id in ids}
    query = sa.select(Milestone).where(Milestone.contract_id.in_(ids)).order_by(Milestone.id)
    for milestone in await session.scalars(query):
        found[milestone.contract_id].append(milestone)
    return found


async def payments_of(session: AsyncSession, contract_id: int) -> list[Payment]:
    query = sa.select(Payment).where(Payment.contract_id == contract_id).order_by(Payment.id)
    return list(await session.scalars(query))


async def acceptances_of(session: AsyncSession, contract_id: int) -> list[ResidentAcceptance]:
    query = sa.select(ResidentAcceptance).where(ResidentAcceptance.contract_id == contract_id)
    return list(await session.scalars(query.order_by(ResidentAcceptance.id)))


async def engagements_of(session: AsyncSession, contract_id: int) -> list[Engagement]:
    query = sa.select(Engagement).where(Engagement.contract_id == contract_id).order_by(Engagement.id)
    return list(await session.scalars(query))


async def place_name(session: AsyncSession, code: str) -> str:
    """The area with what it lies in, as papers name it."""
    path = (await areas_with_parents(session, [code])).get(code, [])
    return "".join(area.name for area in path)


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Sides: sign. Contractors: start, report. Committees: acceptance. Purchasers: pay, complete, decide on a business
    check, engage an evaluator for what was reported; after an early end an auditor, the last payment, or what is paid
    back. Each milestone and each instalment is a line of its own."""
    is_open = Contract.status.not_in(("completed", "terminated"))
    query = sa.select(Contract).where(visible(actor), sa.or_(is_open, is_unsettled()))
    found: list[Waiting] = []
    for contract in await session.scalars(query.order_by(Contract.id)):
        found += await _waiting_on(session, actor, contract)
    return found


def is_unsettled() -> sa.ColumnElement[bool]:
    """Whether a contract ended before its time and neither paid nor paid back is what the final audit allows, or
    whether anything at all is to be paid back."""
    sums = sa.select(sa.func.sum(ContractInstalment.paid)).where(ContractInstalment.contract_id == Contract.id)
    paid = sums.scalar_subquery()
    has_ended = sa.and_(Contract.status == ContractStatus.terminated, Contract.signed_at.is_not(None))
    return sa.or_(sa.and_(has_ended, Contract.allowed.is_distinct_from(paid)), Contract.allowed < paid)


async def _waiting_on(session: AsyncSession, actor: Actor, contract: Contract) -> list[Waiting]:
    if contract.status in {ContractStatus.draft, ContractStatus.half_signed}:
        signed = {signature.side for signature in await signatures_of(session, contract.id)}
        side = side_of(actor, contract)
        sign = _waits("sign", contract, contract.contract_by, contract.contract_rule, counted=True)
        return [sign] if side not in signed else []
    if actor.role is Role.purchaser:
        return await _waiting_on_purchaser(session, contract)
    if contract.status in {ContractStatus.completed, ContractStatus.terminated}:
        return []
    if contract.status is ContractStatus.signed:
        starts = actor.role is Role.organization and is_wanted(contract)
        return [_waits("start", contract, contract.starts_on, "")] if starts else []
    return [
        _waits(verb, contract, each.due_on, contract.acceptance_rule if verb == "accept" else "", each)
        for each in await milestones_of(session, contract.id)
        if (verb := _awaited(actor.role, each))
    ]


async def _waiting_on_purchaser(session: AsyncSession, contract: Contract) -> list[Waiting]:
    milestones = await milestones_of(session, contract.id)
    met = {each.gate for each in milestones if each.status is MilestoneStatus.met}
    parts = await instalments_of(session, contract.id)
    rows, terms = {each.name: each for each in parts}, terms_of(contract, parts)
    is_held = rules.held(contract.holds) is not None
    open = [each for each in payable_of(contract, parts) if unpayable(CENT, each, met) is None]
    found = [_waits("pay", contract, None, "", rows.get(each.name)) for each in open if not is_held]
    if excess(terms, contract.allowed):
        found.append(_waits("refund", contract, None, ""))
    is_done = not is_held and incomplete(terms, met) is None
    if is_done and contract.status is ContractStatus.performing:
        found.append(_waits("complete", contract, None, ""))
    at_work = {each.kind for each in await engagements_of(session, contract.id) if each.ended_at is None}
    for each in milestones:
        kind = rules.ENGAGED_FOR.get(each.gate)
        if each.gate is Gate.business_check and each.status is MilestoneStatus.reported:
            found.append(_waits("meet", contract, None, "", each))
        elif kind and kind not in at_work and _awaits_firm(contract, each):
            found.append(_waits("engage", contract, None, "", each))
    return found


def _awaits_firm(contract: Contract, milestone: Milestone) -> bool:
    """What was reported has to be evaluated; an audit begins with the work, and the final one settles an early end."""
    if contract.status is ContractStatus.terminated:
        return milestone.gate is Gate.final_audit and milestone.status is not MilestoneStatus.met
    if rules.ON_GATE[milestone.gate]:
        return milestone.status is MilestoneStatus.reported
    return contract.status is ContractStatus.performing and milestone.status is not MilestoneStatus.met


class Overdue(NamedTuple):
    """What of a contract is past its day, whoever it awaits."""

    contract: Contract
    waits: Waiting


async def overdue(session: AsyncSession, which: sa.ColumnElement[bool], at: datetime) -> list[Overdue]:
    """Of these contracts: those not signed in time, and milestones past their day that somebody's desk awaits, a firm's
    among them; the oldest first."""
    today = shanghai_date(at)
    unsigned = Contract.status.in_((ContractStatus.draft, ContractStatus.half_signed))
    to_sign = sa.select(Contract).where(which, unsigned, Contract.contract_by < today)
    found = [
        Overdue(each, _waits("sign", each, each.contract_by, each.contract_rule, counted=True))
        for each in await session.scalars(to_sign)
    ]
    passed = sa.and_(Contract.status == ContractStatus.performing, Milestone.due_on < today)
    open = sa.select(Contract, Milestone).join(Milestone, Milestone.contract_id == Contract.id)
    for contract, milestone in await session.execute(open.where(which, passed)):
        own = [_awaited(role, milestone) for role in (Role.organization, Role.committee)]
        verbs = [*own, _of_firm(milestone)]
        found += [Overdue(contract, _waits(verb, contract, milestone.due_on, "", milestone)) for verb in verbs if verb]
    return sorted(found, key=lambda each: (each.waits.due_at, each.contract.id))


async def awaited(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """For a side that has signed: the other one's signature. For contractors: decisions on what they reported."""
    if actor.party_id is None or actor.role not in {Role.purchaser, Role.organization}:
        return []
    own = Contract.purchaser_id if actor.role is Role.purchaser else Contract.contractor_id
    mine = sa.select(Contract).where(own == actor.party_id)
    side = Side.purchaser if actor.role is Role.purchaser else Side.contractor
    signed = sa.exists().where(Signature.contract_id == Contract.id, Signature.side == side)
    half = mine.where(Contract.status == ContractStatus.half_signed, signed).order_by(Contract.id)
    found = [
        _waits("sign", each, each.contract_by, each.contract_rule, counted=True) for each in await session.scalars(half)
    ]
    if actor.role is Role.organization:
        reported = sa.select(Contract, Milestone).join(Milestone, Milestone.contract_id == Contract.id)
        reported = reported.where(own == actor.party_id, Milestone.status == MilestoneStatus.reported)
        reported = reported.where(Contract.status == ContractStatus.performing)
        for contract, milestone in await session.execute(reported.order_by(Milestone.id)):
            found.append(_waits("meet", contract, None, "", milestone))
    return found


def _awaited(role: Role, milestone: Milestone) -> str | None:
    """The verb that this milestone awaits of somebody in this role, if any."""
    if "report" in rules.ON_GATE[milestone.gate]:
        is_due = role is Role.organization and milestone.status is MilestoneStatus.scheduled
        return "report" if is_due else None
    is_open = milestone.gate is Gate.resident_acceptance and milestone.status is not MilestoneStatus.met
    return "accept" if is_open and role is Role.committee else None


def _of_firm(milestone: Milestone) -> str | None:
    """What a milestone awaits of the firm that its gate takes: the evaluation of what was reported, or the audit."""
    kind, status = rules.ENGAGED_FOR.get(milestone.gate), milestone.status
    if kind is EngagementKind.audit:
        return "submit" if status is not MilestoneStatus.met else None
    return "meet" if kind and status is MilestoneStatus.reported else None


def _waits(
    verb: str,
    contract: Contract,
    due_on: date | None,
    rule: str,
    part: Milestone | ContractInstalment | None = None,
    *,
    counted: bool = False,
) -> Waiting:
    """`part`: which of the contract's milestones or instalments it is about; its code is the context."""
    due_at = end_of_day(due_on) if due_on else None
    subject_id = part.id if part else contract.id
    context = "" if part is None else part.gate.value if isinstance(part, Milestone) else part.name
    return Waiting(
        "contracts", verb, subject_id, contract.title, due_at, rule or None, "contract", contract.id, counted, context
    )
