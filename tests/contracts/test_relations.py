"""Conflicts of interest are relations: four different parties, and one person for one part of a contract."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.accounts.rules import RoleDoesNotFit
from app.contracts import engagements, policy, service
from app.contracts.acceptance import accept_delivery
from app.contracts.models import (
    AcceptanceChannel,
    Contract,
    ContractPerson,
    Engagement,
    Milestone,
    Payment,
    ResidentAcceptance,
    Side,
    Signature,
)
from app.contracts.payments import record_payment
from app.contracts.queries import engagements_of, instalments_of
from app.contracts.rules import (
    AlreadyEngaged,
    ContractStatus,
    EngagementEnded,
    EngagementKind,
    MilestoneStatus,
    Part,
    WorkEnded,
)
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.errors import Denied, MoveRefused, NotFound
from app.evaluations.queries import waiting as evaluating
from app.parties.rules import PartyKind
from app.tenders.profiles.rules import Gate
from tests.conftest import TODAY, ClientOf
from tests.factories.contracts import contractor, engaged, evaluator, make_contract, make_performing, purchaser
from tests.factories.notices import set_clock
from tests.factories.parties import actor_of, make_party

pytestmark = pytest.mark.anyio
MIDTERM = Gate.midterm_evaluation
EVALUATION, AUDIT = EngagementKind
BOTH_ROLES = (Role.evaluator, Role.auditor)


async def hat(session: AsyncSession, account_id: int | None, role: Role, party_id: int, area: str = "") -> Actor:
    """A further membership of an account."""
    session.add(Membership(account_id=account_id, party_id=party_id, role=role, area=area))
    await session.flush()
    return Actor(account_id, role, party_id, area)


async def two_hats(session: AsyncSession, contract: Contract) -> tuple[Actor, Actor]:
    """One account that belongs to the purchaser and to the contractor."""
    one = await actor_of(session, Role.judge)
    buyer = await hat(session, one.account_id, Role.purchaser, contract.purchaser_id, "530114")
    return buyer, await hat(session, one.account_id, Role.organization, contract.contractor_id)


async def refused_for(session: AsyncSession, thing: object) -> str:
    """The constraint that keeps this row out, undone."""
    with pytest.raises(IntegrityError) as refused:
        async with session.begin_nested():
            session.add(thing)
            await session.flush()
    return str(refused.value.orig.diag.constraint_name)  # type: ignore[union-attr]


async def test_one_account_does_not_sign_for_both_sides(session: AsyncSession) -> None:
    contract = await make_contract(session)
    buyer, seller = await two_hats(session, contract)
    await service.sign_contract(session, buyer, contract.id, "王某")
    with pytest.raises(Denied) as refusal:
        await service.sign_contract(session, seller, contract.id, "王某")
    assert refusal.value.facts == {"verb": "sign", "reason": "both_sides"}
    signature = Signature(contract_id=contract.id, side=Side.contractor, account_id=seller.account_id, name="王某")
    signature.at = await now(session)
    assert await refused_for(session, signature) == "ck_contract_people_one_part"


async def test_whoever_reported_for_the_contractor_neither_accepts_nor_pays_nor_decides(session: AsyncSession) -> None:
    contract = await make_performing(session)
    buyer, seller = await two_hats(session, contract)
    firm = await evaluator(session, contract)
    judge_of_itself = await hat(session, seller.account_id, Role.evaluator, firm.party_id or 0)
    committee = await hat(session, seller.account_id, Role.committee, contract.purchaser_id, contract.area_code)
    await service.report_milestone(session, seller, contract.id, MIDTERM, "报告")
    counts = {"asked": 10, "answers": 10, "accepting": 10}
    page = AcceptanceChannel.page
    for attempt in (
        service.return_milestone(session, judge_of_itself, contract.id, MIDTERM, "请补充"),
        accept_delivery(session, buyer, contract.id, page, **counts),
        accept_delivery(session, committee, contract.id, page, **counts),
        record_payment(session, buyer, contract.id, "first", contract.amount / 2, "PZ-1"),
    ):
        with pytest.raises(Denied) as refusal:
            await attempt
        assert refusal.value.facts["reason"] == "both_sides"


async def test_the_database_itself_keeps_payments_and_acceptances_from_the_contractors_people(
    session: AsyncSession,
) -> None:
    contract = await make_performing(session)
    _, seller = await two_hats(session, contract)
    await service.report_milestone(session, seller, contract.id, MIDTERM, "报告")
    (first, *_), at = await instalments_of(session, contract.id), await now(session)
    payment = Payment(contract_id=contract.id, instalment_id=first.id, amount=1, voucher="X", paid_at=at)
    payment.recorded_by = seller.account_id
    counts = {"asked": 1, "answers": 1, "accepting": 1}
    said = ResidentAcceptance(contract_id=contract.id, channel=AcceptanceChannel.page, recorded_at=at, **counts)
    said.recorded_by = seller.account_id
    assert [await refused_for(session, row) for row in (payment, said)] == ["ck_contract_people_one_part"] * 2


async def test_a_firm_sees_and_decides_only_what_it_is_engaged_for(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await set_clock(session, TODAY)
    other = await make_contract(session)
    firm = await evaluator(session, contract)
    stranger = Actor(None, Role.evaluator, (await make_party(session, PartyKind.firm)).id)
    same_firm_as_auditor = Actor(None, Role.auditor, firm.party_id)
    assert (await policy.read_contract(session, firm, contract.id)).id == contract.id
    for actor, seen in ((firm, other), (stranger, contract), (same_firm_as_auditor, contract)):
        with pytest.raises(NotFound):
            await policy.read_contract(session, actor, seen.id)
    with pytest.raises(NotFound):
        await service.return_milestone(session, stranger, contract.id, MIDTERM, "")


async def test_after_its_engagement_has_ended_a_firm_sees_nothing_more(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm, buyer = await evaluator(session, contract), purchaser(contract)
    await service.report_milestone(session, contractor(contract), contract.id, MIDTERM, "报告")
    assert [each.verb for each in await evaluating(session, firm, await now(session))] == ["begin"]
    (engagement,) = await engagements_of(session, contract.id)
    await engagements.end_engagement(session, buyer, contract.id, engagement.id)
    with pytest.raises(EngagementEnded):
        await engagements.end_engagement(session, buyer, contract.id, engagement.id)
    assert await evaluating(session, firm, await now(session)) == []
    with pytest.raises(NotFound):
        await service.return_milestone(session, firm, contract.id, MIDTERM, "请补充")
    await engaged(session, contract, EVALUATION)
    assert len(await engagements_of(session, contract.id)) == 2


async def test_the_four_parties_of_a_contract_are_different(session: AsyncSession) -> None:
    contract = await make_performing(session)
    buyer, firm = purchaser(contract), await make_party(session, PartyKind.firm)
    with pytest.raises(Denied) as refusal:
        await engagements.engage_firm(session, buyer, contract.id, EVALUATION, contract.contractor_id)
    assert refusal.value.facts == {"verb": "engage", "reason": "own_party"}
    with pytest.raises(RoleDoesNotFit):
        await engagements.engage_firm(session, buyer, contract.id, AUDIT, contract.purchaser_id)
    await engagements.engage_firm(session, buyer, contract.id, EVALUATION, firm.id)
    with pytest.raises(Denied):
        await engagements.engage_firm(session, buyer, contract.id, AUDIT, firm.id)
    with pytest.raises(AlreadyEngaged):
        second = await make_party(session, PartyKind.firm, name_zh="另一家")
        await engagements.engage_firm(session, buyer, contract.id, EVALUATION, second.id)
    at = await now(session)
    for party, kind in ((contract.contractor_id, AUDIT), (contract.purchaser_id, AUDIT), (firm.id, AUDIT)):
        row = Engagement(contract_id=contract.id, party_id=party, kind=kind, engaged_at=at)
        assert await refused_for(session, row) == "ck_engagements_four_different_parties"


@pytest.mark.parametrize("role", BOTH_ROLES)
async def test_a_person_of_a_side_does_not_act_for_the_firm_that_is_engaged(session: AsyncSession, role: Role) -> None:
    contract = await make_performing(session)
    firm = await evaluator(session, contract)
    one = await actor_of(session, Role.evaluator, await session.get_one(type(await make_party(session)), firm.party_id))
    await service.report_milestone(session, contractor(contract), contract.id, MIDTERM, "报告")
    if role is Role.evaluator:
        await hat(session, one.account_id, Role.organization, contract.contractor_id)
    else:
        await hat(session, one.account_id, Role.committee, contract.purchaser_id, contract.area_code)
    with pytest.raises(Denied) as refusal:
        await service.return_milestone(session, one, contract.id, MIDTERM, "请补充")
    assert refusal.value.facts == {"verb": "return", "reason": "both_sides"}
    with pytest.raises(IntegrityError, match="another side"):
        async with session.begin_nested():
            changed = {"status": "met", "decided_at": await now(session), "decided_by": one.account_id}
            await session.execute(sa.update(Milestone).where(Milestone.gate == MIDTERM).values(**changed))


async def test_the_database_itself_wants_a_firm_engaged_before_an_evaluation(session: AsyncSession) -> None:
    contract = await make_performing(session)
    with pytest.raises(IntegrityError, match="nobody is engaged"):
        changed = {"status": MilestoneStatus.not_met, "decided_at": await now(session)}
        await session.execute(sa.update(Milestone).where(Milestone.contract_id == contract.id).values(**changed))


async def test_who_acted_for_which_part_is_written_down_once_and_for_good(session: AsyncSession) -> None:
    contract = await make_contract(session)
    one = await actor_of(session, Role.judge)
    buyer = await hat(session, one.account_id, Role.purchaser, contract.purchaser_id, "530114")
    await service.sign_contract(session, buyer, contract.id, "王某")
    (person,) = await session.scalars(sa.select(ContractPerson))
    assert (person.account_id, person.part) == (one.account_id, Part.client)
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        await session.execute(sa.delete(ContractPerson))


async def test_a_bureau_engages_a_firm_and_ends_it_over_http(session: AsyncSession, client_of: ClientOf) -> None:
    contract = await make_performing(session)
    firm = await make_party(session, PartyKind.firm)
    await session.commit()
    async with client_of(purchaser(contract)) as client:
        at = f"/contracts/{contract.id}"
        engaged = await client.post(f"{at}/engage", json={"kind": "evaluation", "party_id": firm.id})
        (row,) = engaged.json()["engagements"]
        absent = await client.post(f"{at}/engage", json={"kind": "audit", "party_id": 999_999})
        ended = (await client.post(f"{at}/engagements/{row['id']}/end")).json()["engagements"]
    assert (engaged.status_code, row["party_id"], row["actions"], row["ended_at"]) == (201, firm.id, ["end"], None)
    assert (absent.status_code, ended[0]["ended_at"] is not None, ended[0]["actions"]) == (404, True, [])
    async with client_of(Actor(5, Role.organization, contract.contractor_id)) as client:
        denied = await client.post(f"{at}/engage", json={"kind": "evaluation", "party_id": firm.id})
    assert denied.status_code == 403


async def test_no_evaluator_is_engaged_for_a_contract_that_was_ended(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await service.terminate_contract(session, purchaser(contract), contract.id, "停止")
    with pytest.raises(WorkEnded):
        await engaged(session, contract, EVALUATION)


async def test_nobody_is_engaged_for_a_contract_that_is_completed(session: AsyncSession) -> None:
    contract = await make_performing(session)
    contract.status, contract.completed_at = ContractStatus.completed, await now(session)
    await session.flush()
    with pytest.raises(MoveRefused):
        await engaged(session, contract, AUDIT)
