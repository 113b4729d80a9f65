"""What follows for a need elsewhere, what is open to a ranking, and what waits on a committee's desk."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.errors import MoveRefused, NotFound
from app.needs.queries import list_published_needs, needs_by_id, waiting
from app.needs.rules import NeedStatus
from app.needs.service import fulfil_needs, mark_contracted, mark_matched, mark_tendered, release_needs
from app.parties.rules import PartyKind
from tests.factories.needs import make_need
from tests.factories.parties import make_party
from tests.factories.reference import LONGJIE

pytestmark = pytest.mark.anyio
BUREAU = Actor(3, Role.purchaser, 998, "530114")
TODAY = date(2026, 11, 20)


@dataclass
class Lot:
    need_ids: list[int]


async def test_a_need_goes_from_match_to_fulfilment(session: AsyncSession) -> None:
    need = await make_need(session)
    seen = []
    for follow in (mark_matched, mark_contracted, release_needs, mark_tendered, mark_contracted, fulfil_needs):
        (moved,) = await follow(session, BUREAU, need.id)
        seen.append(moved.status.value)
    assert seen == ["matched", "contracted", "published", "tendered", "contracted", "fulfilled"]
    assert need.fulfilled_at == await now(session)


async def test_all_needs_of_a_lot_move_together(session: AsyncSession) -> None:
    first, second = await make_need(session), await make_need(session)
    await mark_tendered(session, BUREAU, Lot([second.id, first.id, first.id]))
    assert [first.status, second.status] == [NeedStatus.tendered, NeedStatus.tendered]


async def test_an_expired_need_is_not_tendered(session: AsyncSession) -> None:
    month_ago = (await now(session)).replace(month=10)
    need = await make_need(session, published_at=month_ago, expires_on=date(2026, 11, 19))
    with pytest.raises(MoveRefused) as refused:
        await mark_tendered(session, BUREAU, need.id)
    assert (refused.value.facts, need.status) == ({"state": "expired", "verb": "tender"}, NeedStatus.published)


async def test_a_need_that_is_not_there_is_not_found(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await mark_matched(session, BUREAU, 0)


async def test_only_needs_open_today_are_ranked(session: AsyncSession) -> None:
    await make_need(session, status=NeedStatus.draft)
    await make_need(session, status=NeedStatus.tendered)
    open_ones = [await make_need(session), await make_need(session, expires_on=TODAY)]
    assert [need.id for need in await list_published_needs(session, TODAY)] == [need.id for need in open_ones]
    assert [need.id for need in await list_published_needs(session, date(2026, 11, 21))] == [open_ones[0].id]
    found = await needs_by_id(session, [open_ones[1].id])
    assert {id: need.population_codes for id, need in found.items()} == {open_ones[1].id: ["P04"]}


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
