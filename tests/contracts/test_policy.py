"""Who sees a contract, and which buttons they have."""

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import policy, service
from app.contracts.models import Contract, Milestone
from app.contracts.policy import Reader, actions, milestone_actions
from app.contracts.queries import instalments_of, milestones_of, parts_of
from app.contracts.rules import EngagementKind
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day
from app.core.errors import NotFound
from app.tenders.profiles.rules import Gate
from tests.factories.contracts import (
    Reported,
    accept,
    contractor,
    engaged,
    evaluate,
    evaluator,
    make_contract,
    make_performing,
    make_signed,
    pay,
    purchaser,
)
from tests.factories.notices import set_clock
from tests.factories.parties import make_account

pytestmark = pytest.mark.anyio
COMMITTEE = Actor(1, Role.committee, None, "530114")


async def sees(session: AsyncSession, actor: Actor, contract: Contract) -> bool:
    try:
        return (await policy.read_contract(session, actor, contract.id)).id == contract.id
    except NotFound:
        return False


async def test_a_draft_is_for_its_two_sides_and_a_signed_contract_for_those_who_supervise_it(
    session: AsyncSession,
) -> None:
    contract = await make_contract(session)
    elsewhere = Actor(1, Role.committee, None, "530111004002")
    firm, auditor = await evaluator(session, contract), await engaged(session, contract, EngagementKind.audit)
    others = (COMMITTEE, firm, auditor, elsewhere, Actor(1, Role.organization, 0))
    assert [await sees(session, actor, contract) for actor in (purchaser(contract), contractor(contract))] == [
        True,
        True,
    ]
    assert [await sees(session, actor, contract) for actor in others] == [False] * 5
    await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    await service.sign_contract(session, contractor(contract), contract.id, "李主任")
    assert [await sees(session, actor, contract) for actor in others] == [True, True, True, False, False]


async def offered(session: AsyncSession, actor: Actor, contract: Contract) -> list[str]:
    reader = await policy.reader_of(session, actor, contract)
    return actions(reader, contract, await parts_of(session, contract))


async def test_each_side_signs_once(session: AsyncSession) -> None:
    contract = await make_signed(session, by_both=False)
    assert await offered(session, purchaser(contract), contract) == ["attach", "engage", "terminate"]
    assert await offered(session, contractor(contract), contract) == ["sign", "attach"]


async def test_nobody_is_to_sign_after_the_day_that_was_agreed(session: AsyncSession) -> None:
    contract = await make_contract(session)
    assert contract.contract_by is not None
    await set_clock(session, end_of_day(contract.contract_by))
    assert await offered(session, purchaser(contract), contract) == ["edit", "attach", "engage", "terminate"]
    assert await offered(session, contractor(contract), contract) == ["attach"]


async def test_under_way_everybody_has_their_own_part(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm = await evaluator(session, contract)
    others = (contractor(contract), COMMITTEE, firm, Actor(1, Role.purchaser, 0))
    assert await offered(session, purchaser(contract), contract) == ["attach", "pay", "engage", "terminate"]
    assert [await offered(session, actor, contract) for actor in others] == [["attach"], [], ["attach"], []]


async def test_the_purchaser_is_offered_what_is_still_to_be_done(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await evaluator(session, contract)
    await engaged(session, contract, EngagementKind.audit)
    buyer = purchaser(contract)
    assert await offered(session, buyer, contract) == ["attach", "pay", "terminate"]
    await pay(session, contract, "first", 10_000)
    assert await offered(session, buyer, contract) == ["attach", "terminate"]
    await evaluate(session, contract, Gate.midterm_evaluation)
    assert await offered(session, buyer, contract) == ["attach", "pay", "terminate"]
    await evaluate(session, contract, Gate.final_evaluation)
    await accept(session, contract, 10)
    for each in await instalments_of(session, contract.id):
        await pay(session, contract, each.name, each.amount - each.paid) if each.paid < each.amount else None
    assert await offered(session, buyer, contract) == ["attach", "complete", "terminate"]


async def test_a_milestone_offers_each_part_what_its_gate_and_its_state_allow(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm = await evaluator(session, contract)
    signing, midterm, *_, residents = await milestones_of(session, contract.id)
    actors = {"contractor": contractor(contract), "evaluator": firm, "committee": COMMITTEE}

    def offered(milestone: Milestone) -> dict[str, list[str]]:
        return {
            who: milestone_actions(Reader(actor, contract.drafted_at), milestone, contract)
            for who, actor in actors.items()
        }

    assert offered(signing) == {"contractor": [], "evaluator": [], "committee": []}
    assert offered(midterm) == {"contractor": ["report"], "evaluator": [], "committee": []}
    assert offered(residents) == {"contractor": [], "evaluator": [], "committee": ["accept"]}
    await service.report_milestone(session, actors["contractor"], contract.id, midterm.gate, "已服务 120 人")
    assert offered(midterm) == {"contractor": [], "evaluator": ["return"], "committee": []}
    await service.take_evaluation(session, firm, Reported(contract.id, midterm.gate, is_passed=False))
    assert offered(midterm) == {"contractor": [], "evaluator": ["remedy"], "committee": []}


async def test_before_the_start_no_milestone_offers_anything(session: AsyncSession) -> None:
    contract = await make_signed(session)
    milestones = await milestones_of(session, contract.id)
    reader = Reader(contractor(contract), contract.drafted_at)
    assert {tuple(milestone_actions(reader, each, contract)) for each in milestones} == {()}


async def test_who_has_acted_for_another_part_is_offered_nothing(session: AsyncSession) -> None:
    contract = await make_signed(session, by_both=False)
    clerk = (await make_account(session))[0].id
    buyer = replace(purchaser(contract), account_id=clerk)
    assert await offered(session, buyer, contract) == ["attach", "engage", "terminate"]
    await service.sign_contract(session, replace(contractor(contract), account_id=clerk), contract.id, "李主任")
    assert await offered(session, buyer, contract) == []
