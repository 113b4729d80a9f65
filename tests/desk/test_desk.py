"""What waits for me, until when."""

import ast
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.days.calendar import SHANGHAI
from app.core.waiting import Waiting
from app.desk.queries import provisional
from app.desk.rules import Thing, ordered
from tests.conftest import ClientOf
from tests.factories.contracts import make_bought, purchaser
from tests.factories.parties import actor_of, make_party

AT = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


def item(subject: int, days: int | None = None, room: str = "needs") -> Waiting:
    due_at = None if days is None else AT + timedelta(days=days)
    return Waiting(room, "publish", subject, "…", due_at, None, room.removesuffix("s"), subject)


def test_what_is_due_first_stands_first_and_what_has_no_deadline_last() -> None:
    items = [item(1), item(2, 3), item(3, -1), item(4, 3, "contracts")]
    assert [i.subject_id for i in ordered(items)] == [3, 4, 2, 1]


@given(st.permutations([item(1), item(2), item(1, 1), item(2, 1), item(1, 1, "offers"), item(3, 0)]))
def test_the_order_does_not_depend_on_who_answered_first(items: list[Waiting]) -> None:
    assert ordered(items) == ordered(list(reversed(items)))


def test_what_the_rooms_say_is_to_be_opened_is_known_to_the_desk() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in Path("app").rglob("*.py")]
    calls = [
        n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "Waiting"
    ]
    said = {n.value for call in calls for n in ast.walk(call.args[6]) if isinstance(n, ast.Constant)}
    assert said == set(Thing) - {Thing.figures}  # what people are only told of


@pytest.mark.anyio
async def test_an_organization_without_introduction_is_asked_for_one(
    session: AsyncSession, client_of: ClientOf
) -> None:
    party = await make_party(session, name_zh="萤火中心")
    actor = await actor_of(session, Role.organization, party)
    await session.commit()
    async with client_of(actor) as client:
        before = (await client.get("/desk")).json()
        await client.patch(f"/parties/{party.id}", json={"introduction": "为老服务"}, headers={"If-Match": '"1"'})
        after = (await client.get("/desk")).json()
    waits = [i for i in before["items"] if i["room"] == "parties"]
    assert (waits, before["at"]) == (
        [
            {
                "room": "parties",
                "verb": "edit",
                "subject_id": party.id,
                "title": "萤火中心",
                "due_at": None,
                "is_provisional": False,
                "rule": None,
                "thing": "party",
                "thing_id": party.id,
                "context": "",
                "title_en": "",
                "context_en": "",
            }
        ],
        "2026-11-20T10:00:00+08:00",
    )
    assert [i for i in after["items"] if i["room"] == "parties"] == []


@pytest.mark.anyio
async def test_a_desk_is_for_people_with_an_account(session: AsyncSession, client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        resident = await client.get("/desk")
    async with client_of(Actor(1, Role.judge)) as client:
        judge = await client.get("/desk")
    assert (resident.status_code, resident.json()["code"]) == (401, "NotSignedIn")
    assert (judge.status_code, [i for i in judge.json()["items"] if i["room"] == "parties"]) == (200, [])


@pytest.mark.anyio
async def test_a_counted_deadline_of_a_year_without_published_rest_days_says_so_wherever_it_is_read(
    session: AsyncSession, client_of: ClientOf
) -> None:
    contract = await make_bought(session)
    await session.commit()
    async with client_of(purchaser(contract)) as client:
        items = {(i["room"], i["subject_id"]): i for i in (await client.get("/desk")).json()["items"]}
        waits = items["contracts", contract.id]
        read = (await client.get(f"/contracts/{contract.id}")).json()
    assert (waits["due_at"][:10], waits["is_provisional"]) == ("2027-01-01", True)
    assert (read["contract_by"], read["provisional"]) == ("2026-12-31", ["contract_by"])


@pytest.mark.anyio
async def test_a_deadline_that_somebody_named_is_not_provisional(session: AsyncSession) -> None:
    named = Waiting("tenders", "open", 1, "…", datetime(2027, 6, 1, tzinfo=SHANGHAI), "rule", "tender", 1)
    assert await provisional(session, [named, item(2, 60)]) == frozenset()
    assert await provisional(session, [replace(named, counted=True)]) == {named.due_at}
