"""Records over the wire: who sees what, and what is refused in both languages."""

from datetime import date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import now
from app.parties.rules import LegalKind, PartyKind
from app.records.rules import RecordKind, Visibility
from app.records.schemas import SAID
from tests.conftest import ClientOf
from tests.factories.parties import actor_of, make_party
from tests.factories.records import make_record

pytestmark = pytest.mark.anyio
K = RecordKind


async def test_the_public_reads_what_is_public_until_it_disappears_and_an_organisation_all_of_its_own(
    session: AsyncSession, client_of: ClientOf
) -> None:
    party, other = await make_party(session), await make_party(session)
    today = (await now(session)).date()
    for title, shown_until in (("1号", today), ("2号", today - timedelta(days=1))):
        way_back = {"requirement": "退还押金", "due_on": date(2018, 1, 1), "shown_until": shown_until}
        await make_record(session, party, K.penalty, title=title, **way_back)
    within = await make_record(session, party, K.award, title="内部表扬", visibility=Visibility.within)
    await make_record(session, other, K.award, title="先进")
    await session.commit()
    seen, single = {}, {}
    for actor in (
        RESIDENT,
        Actor(1, Role.organization, other.id),
        Actor(2, Role.organization, party.id),
        Actor(3, Role.purchaser, 99, "530111"),
    ):
        async with client_of(actor) as client:
            items = (await client.get(f"/parties/{party.id}/records?sort=id")).json()["items"]
            seen[actor.account_id] = [item["title"] for item in items]
            single[actor.account_id] = (await client.get(f"/records/{within.id}")).status_code
    assert seen == {
        None: ["1号"],
        1: ["1号"],
        2: ["1号", "2号", "内部表扬"],
        3: ["1号", "2号", "内部表扬"],
    }
    assert single == {None: 404, 1: 404, 2: 200, 3: 200}


async def test_records_of_an_applicant_that_is_not_public_are_not_either(
    session: AsyncSession, client_of: ClientOf
) -> None:
    team = await make_party(session, legal_kind=LegalKind.student_team)
    record = await make_record(session, team, K.award, title="先进")
    await session.commit()
    async with client_of(RESIDENT) as client:
        found = [await client.get(path) for path in (f"/parties/{team.id}/records", f"/records/{record.id}")]
    assert [(each.status_code, each.json()["code"]) for each in found] == [(404, "NotFound")] * 2
    assert [each.json()["facts"] for each in found] == [{"party": team.id}, {"record": record.id}]


async def test_a_bureau_enters_and_supersedes_and_is_told_in_both_languages_what_is_refused(
    session: AsyncSession, client_of: ClientOf
) -> None:
    bureau = await actor_of(session, Role.purchaser, await make_party(session, PartyKind.bureau))
    party = await make_party(session, area_code="530114000000")
    await session.commit()
    body = {**SAID, "kind": "inspection"}
    passed = {"requirement": "", "due_on": None, "shown_until": None, "heard_on": None, "value": "qualified"}
    async with client_of(bureau) as client:
        path = f"/parties/{party.id}/records"
        actions = (await client.get(path)).json()["actions"]
        entered = await client.post(path, json=body)
        again = await client.post(path, json=body)
        unfit = await client.post(path, json={**body, "value": "5A"})
        bare = await client.post(path, json={**body, "issuer": "", "valid_from": None})
        superseded = await client.post(f"/records/{entered.json()['id']}/supersede", json={**SAID, **passed})
        twice = await client.post(f"/records/{entered.json()['id']}/supersede", json={**SAID, **passed})
        page = (await client.get(f"/parties/{party.id}")).json()
    assert (actions, entered.status_code, entered.json()["actions"]) == (["enter"], 201, ["supersede"])
    assert entered.json()["is_adverse"] is True
    assert [(each.status_code, each.json()["code"]) for each in (again, unfit, bare, twice)] == [
        (409, "RecordOverlaps"),
        (422, "RecordValueUnfit"),
        (422, "InputInvalid"),
        (409, "MoveRefused"),
    ]
    assert "年度检查" in again.json()["messages"]["zh"]
    assert "annual inspection" in again.json()["messages"]["en"]
    assert "5A" in unfit.json()["messages"]["zh"] and "基本合格" in unfit.json()["messages"]["zh"]
    assert (superseded.json()["supersedes_id"], superseded.json()["requirement"]) == (entered.json()["id"], "")
    assert (page["annual_inspection"], page["annual_inspection_year"], page["bars"]) == ("qualified", 2017, [])


async def test_a_buyer_reads_in_one_line_why_an_organisation_may_not_bid(
    session: AsyncSession, client_of: ClientOf
) -> None:
    party = await make_party(session)
    shown = {"requirement": "补报", "due_on": date(2100, 1, 1), "shown_until": date(2100, 1, 1)}
    await make_record(session, party, K.serious, value="fraud", valid_until=date(2099, 12, 31), **shown)
    await session.commit()
    async with client_of(RESIDENT) as client:
        page = (await client.get(f"/parties/{party.id}")).json()
    assert page["bars"] == [{"kind": "serious", "value": "fraud", "until": "2100-01-01", "is_given": False}]


async def test_the_numbers_are_shown_with_their_sources(client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        terms = (await client.get("/records/terms")).json()
    assert terms["version"] == "2018.1"
    assert terms["items"][0] == {
        "name": "rating_a",
        "length": 5,
        "unit": "years",
        "source": "社会组织评估管理办法（民政部令第39号）第二十八条：评估等级有效期为5年",
        "is_given": True,
    }
    penalty = next(each for each in terms["kinds"] if each["kind"] == "penalty")
    assert (penalty["is_titled"], penalty["may_be_within"]) == (True, False)
    assert penalty["adverse"] == penalty["values"] == ["warning", "fine", "stop_order"]
