"""Who sees a contract, and which buttons they have."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import policy, service
from app.contracts.models import Contract, Milestone, Side
from app.contracts.policy import actions, milestone_actions
from app.contracts.queries import milestones_of
from app.contracts.rules import EngagementKind, Part
from app.core.actors import Actor, Role
from app.core.errors import NotFound
from tests.factories.contracts import (
    contractor,
    engaged,
    evaluator,
    make_contract,
    make_performing,
    make_signed,
    purchaser,
)

pytestmark = pytest.mark.anyio
COMMITTEE = Actor(1, Role.committee, None, "530114")
BOTH = frozenset(Side)


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


async def test_each_side_signs_once(session: AsyncSession) -> None:
    contract = await make_signed(session, by_both=False)
    signed = frozenset({Side.purchaser})
    assert actions(purchaser(contract), contract, signed, {}) == ["engage", "terminate"]
    assert actions(contractor(contract), contract, signed, {}) == ["sign"]


async def test_under_way_everybody_has_their_own_part(session: AsyncSession) -> None:
    contract = await make_performing(session)
    assert {
        "purchaser": actions(purchaser(contract), contract, BOTH, {}),
        "contractor": actions(contractor(contract), contract, BOTH, {}),
        "committee": actions(COMMITTEE, contract, BOTH, {}),
        "evaluator": actions(await evaluator(session, contract), contract, BOTH, {}),
        "another bureau": actions(Actor(1, Role.purchaser, 0), contract, BOTH, {}),
    } == {
        "purchaser": ["pay", "engage", "complete", "terminate"],
        "contractor": [],
        "committee": [],
        "evaluator": [],
        "another bureau": [],
    }


async def test_a_milestone_offers_each_part_what_its_gate_and_its_state_allow(session: AsyncSession) -> None:
    contract = await make_performing(session)
    firm = await evaluator(session, contract)
    signing, midterm, *_, residents = await milestones_of(session, contract.id)
    actors = {"contractor": contractor(contract), "evaluator": firm, "committee": COMMITTEE}

    def offered(milestone: Milestone) -> dict[str, list[str]]:
        return {who: milestone_actions(actor, milestone, contract, {}) for who, actor in actors.items()}

    assert offered(signing) == {"contractor": [], "evaluator": [], "committee": []}
    assert offered(midterm) == {"contractor": ["report"], "evaluator": ["miss"], "committee": []}
    assert offered(residents) == {"contractor": [], "evaluator": [], "committee": ["accept"]}
    await service.report_milestone(session, actors["contractor"], contract.id, midterm.gate, "已服务 120 人")
    assert offered(midterm) == {"contractor": [], "evaluator": ["meet", "return", "miss"], "committee": []}
    await service.miss_milestone(session, firm, contract.id, midterm.gate, "记录不全")
    assert offered(midterm) == {"contractor": [], "evaluator": ["remedy"], "committee": []}


async def test_before_the_start_no_milestone_offers_anything(session: AsyncSession) -> None:
    contract = await make_signed(session)
    milestones = await milestones_of(session, contract.id)
    assert [milestone_actions(contractor(contract), each, contract, {}) for each in milestones] == [[]] * len(
        milestones
    )


async def test_who_has_acted_for_another_part_is_offered_nothing(session: AsyncSession) -> None:
    contract = await make_performing(session)
    buyer = purchaser(contract)
    people = {buyer.account_id or 0: Part.contractor}
    assert actions(buyer, contract, BOTH, people) == []
