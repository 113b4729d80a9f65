"""What follows for a need elsewhere, what is open to a ranking, and what waits on a committee's desk."""

from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app import flow
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.errors import MoveRefused, NotFound
from app.core.events import REACTIONS
from app.needs.models import Need
from app.needs.policy import standing_column
from app.needs.queries import waiting
from app.needs.rules import NeedStatus, standing
from app.needs.service import fulfil_needs, release_needs
from app.parties.rules import PartyKind
from tests.factories.needs import make_need
from tests.factories.parties import make_party
from tests.factories.reference import LONGJIE

pytestmark = pytest.mark.anyio
BUREAU = Actor(3, Role.purchaser, 998, "530114")
TODAY = date(2026, 11, 20)


assert flow
match, tender, contract = (REACTIONS[event][0] for event in ("pair.confirmed", "tender.published", "contract.signed"))


@dataclass
class Lot:
    need_ids: list[int]


async def test_a_need_goes_from_match_to_fulfilment(session: AsyncSession) -> None:
    need = await make_need(session)
    seen = []
    for follow in (match, contract, release_needs, tender, contract, fulfil_needs):
        (moved,) = await follow(session, BUREAU, need.id)
        seen.append(standing(moved, TODAY))
    assert seen == ["matched", "contracted", "published", "tendered", "contracted", "fulfilled"]
    assert need.fulfilled_at == await now(session)


async def test_all_needs_of_a_lot_move_together(session: AsyncSession) -> None:
    first, second = await make_need(session), await make_need(session)
    await tender(session, BUREAU, Lot([second.id, first.id, first.id]))
    assert [first.held_as, second.held_as] == ["tendered", "tendered"]


async def test_a_need_is_held_by_one_at_a_time(session: AsyncSession) -> None:
    need = await make_need(session, held_as="tendered")
    for follow, verb in ((match, "match"), (tender, "tender")):
        with pytest.raises(MoveRefused) as refused:
            await follow(session, BUREAU, need.id)
        assert (refused.value.facts, need.held_as) == ({"state": "tendered", "verb": verb}, "tendered")


async def test_what_nobody_holds_is_neither_released_nor_fulfilled(session: AsyncSession) -> None:
    need = await make_need(session)
    for follow in (release_needs, fulfil_needs, contract):
        with pytest.raises(MoveRefused):
            await follow(session, BUREAU, need.id)
    assert need.status is NeedStatus.published


async def test_an_expired_need_is_not_tendered(session: AsyncSession) -> None:
    month_ago = (await now(session)).replace(month=10)
    need = await make_need(session, published_at=month_ago, expires_on=date(2026, 11, 19))
    with pytest.raises(MoveRefused) as refused:
        await tender(session, BUREAU, need.id)
    assert (refused.value.facts, need.held_as) == ({"state": "expired", "verb": "tender"}, None)


async def test_a_need_that_is_not_there_is_not_found(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await match(session, BUREAU, 0)


async def test_lists_and_the_rules_agree_on_how_every_need_stands(session: AsyncSession) -> None:
    for status in set(NeedStatus) - {NeedStatus.expired}:
        for held_as in (None, "matched") if status is NeedStatus.published else (None,):
            for last_day in (None, TODAY, date(2026, 11, 21)):
                await make_need(session, status=status, held_as=held_as, expires_on=last_day)
    for day in (TODAY, date(2026, 11, 21), date(2026, 11, 22)):
        rows = await session.execute(sa.select(Need, standing_column(day)))
        assert {said for need, said in rows if said != standing(need, day)} == set()
    assert set(await session.scalars(sa.select(standing_column(date(2026, 11, 22))))) == {*NeedStatus, "matched"}


async def test_drafts_and_needs_about_to_expire_wait_for_their_committee(session: AsyncSession) -> None:
    draft = await make_need(session, status=NeedStatus.draft)
    ending = await make_need(session, expires_on=date(2026, 12, 4))
    await make_need(session, expires_on=date(2026, 12, 5))
    await make_need(session, community_code=LONGJIE, status=NeedStatus.draft)
    at = await now(session)
    committee = await make_party(session, PartyKind.committee)
    found = await waiting(session, Actor(1, Role.committee, committee.id), at)
    assert [(item.verb, item.subject_id, item.thing, item.thing_id) for item in found] == [
        ("publish", draft.id, "need", draft.id),
        ("edit", ending.id, "need", ending.id),
    ]
    assert [item.due_at.isoformat() if item.due_at else None for item in found] == [None, "2026-12-05T00:00:00+08:00"]
    assert await waiting(session, BUREAU, at) == []
