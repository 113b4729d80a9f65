"""Parties over the wire: who sees what, who may do what."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.reading.files import read_table, write_table
from app.parties.models import Party
from app.parties.rules import LegalKind, PartyKind
from app.records.rules import RecordKind
from tests.conftest import ClientOf
from tests.factories.parties import actor_of, make_party
from tests.factories.records import make_record
from tests.factories.reference import DOUNAN, make_reference, season_table

pytestmark = pytest.mark.anyio
TEAM = LegalKind.student_team


async def test_everybody_finds_parties_by_kind_area_and_name(session: AsyncSession, client_of: ClientOf) -> None:
    await make_party(session, PartyKind.committee, area_code=DOUNAN, name_zh="斗南社区居民委员会")
    named = {"name_zh": "萤火中心", "name_en": "Firefly", "domain_codes": ["0104"]}
    firefly = await make_party(session, ref="G01", area_code="530114000000", **named)
    await make_record(session, firefly, RecordKind.rating_a, value="4A", valid_from=date(2015, 1, 1))
    await make_party(session, ref="G02", area_code="530111000000", name_zh="桥畔中心", name_en="Bridgeside")
    await session.commit()
    wanted = {
        "kind=organization": ["桥畔中心", "萤火中心"],
        "area=530114&sort=id": ["斗南社区居民委员会", "萤火中心"],
        "q=fire": ["萤火中心"],
        "q=g02": ["桥畔中心"],
        "legal_kind=foundation": [],
        "rating_a=4A": ["萤火中心"],
        "category_code=0104": ["萤火中心"],
        "category_code=01": [],
        "kind=organization&q=%25": [],
    }
    async with client_of(RESIDENT) as client:
        found = {query: (await client.get(f"/parties?{query}")).json()["items"] for query in wanted}
    assert {query: [item["name_zh"] for item in items] for query, items in found.items()} == wanted
    assert found["q=fire"][0]["area_path"] == ["district 530114000000"]


async def test_unregistered_applicants_are_known_to_the_buyer_and_themselves_only(
    session: AsyncSession, client_of: ClientOf
) -> None:
    team = await make_party(session, legal_kind=TEAM, name_zh="拾光团队")
    other = await make_party(session, name_zh="萤火中心")
    await session.commit()
    answers = {}
    for actor in (
        RESIDENT,
        Actor(1, Role.organization, other.id),
        Actor(2, Role.organization, team.id),
        Actor(3, Role.purchaser, 99, "530114"),
    ):
        async with client_of(actor) as client:
            status = (await client.get(f"/parties/{team.id}")).status_code
            listed = [item["name_zh"] for item in (await client.get("/parties")).json()["items"]]
            answers[(actor.role, actor.party_id)] = (status, "拾光团队" in listed)
    assert list(answers.values()) == [(404, False), (404, False), (200, True), (200, True)]


async def test_a_party_edits_its_own_words_once_per_reading(session: AsyncSession, client_of: ClientOf) -> None:
    party = await make_party(session, name_zh="萤火中心")
    actor = await actor_of(session, Role.organization, party)
    await session.commit()
    async with client_of(actor) as client:
        read = await client.get(f"/parties/{party.id}")
        tag = {"If-Match": read.headers["etag"]}
        given = {"introduction": "为老服务", "office_phone": "0871-60000000"}
        edited = await client.patch(f"/parties/{party.id}", json=given, headers=tag)
        stale = await client.patch(f"/parties/{party.id}", json={"introduction": "别的"}, headers=tag)
        blind = await client.patch(f"/parties/{party.id}", json={"introduction": "别的"})
        after = (await client.get(f"/parties/{party.id}")).json()
    assert (read.json()["actions"], edited.json()["introduction"], edited.json()["version"]) == (
        ["edit"],
        "为老服务",
        2,
    )
    assert [(r.status_code, r.json()["code"]) for r in (stale, blind)] == [
        (412, "StaleVersion"),
        (428, "VersionRequired"),
    ]
    assert (after["introduction"], after["office_phone"], after["version"]) == ("为老服务", "0871-60000000", 2)


async def test_a_bank_account_is_read_by_its_party_alone(session: AsyncSession, client_of: ClientOf) -> None:
    party = await make_party(session, name_zh="萤火中心")
    actor = await actor_of(session, Role.organization, party)
    await session.commit()
    given = {"legal_representative": "李萤", "bank_name": "农业银行", "bank_account": "6222-0001"}
    async with client_of(actor) as client, client_of(RESIDENT) as resident:
        tag = {"If-Match": (await client.get(f"/parties/{party.id}")).headers["etag"]}
        edited = (await client.patch(f"/parties/{party.id}", json=given, headers=tag)).json()
        seen = (await resident.get(f"/parties/{party.id}")).json()
    assert {name: edited[name] for name in given} == given
    assert {name: seen[name] for name in given} == {**given, "bank_name": "", "bank_account": ""}


async def test_nobody_edits_another_party_and_a_stranger_does_not_learn_that_an_applicant_exists(
    session: AsyncSession, client_of: ClientOf
) -> None:
    own, other = await make_party(session, name_zh="甲"), await make_party(session, name_zh="乙")
    team = await make_party(session, legal_kind=TEAM, name_zh="丙")
    actor = await actor_of(session, Role.organization, own)
    await session.commit()
    async with client_of(actor) as client:
        answers = [
            await client.patch(f"/parties/{party.id}", json={"address": "x"}, headers={"If-Match": '"1"'})
            for party in (other, team)
        ]
        seen = (await client.get(f"/parties/{other.id}")).json()
    assert [(r.status_code, r.json()["code"]) for r in answers] == [(403, "Denied"), (404, "NotFound")]
    assert (answers[0].json()["facts"], seen["actions"]) == ({"verb": "edit", "reason": "party"}, [])
    assert set(await session.scalars(sa.select(Party.address))) == {""}


async def test_a_roster_is_uploaded_as_excel_or_refused_row_by_row(session: AsyncSession, client_of: ClientOf) -> None:
    await make_reference(session)
    actor = await actor_of(session, Role.purchaser)
    await session.commit()
    table = season_table("organizations.csv")
    content = write_table(table.header, table.rows, xlsx=True)
    async with client_of(actor) as client:
        answer = await client.post("/parties/import", files={"upload": ("organizations.xlsx", content)})
        again = await client.post("/parties/import", files={"upload": ("organizations.xlsx", content)})
        export = await client.get("/parties/export?format=csv&headings=columns")
        english = await client.get("/parties/export?format=csv&headings=en")
    assert (answer.status_code, answer.json()) == (200, {"count": 60})
    assert (again.status_code, again.json()["code"], again.json()["facts"]) == (422, "RowsRefused", {"count": 105})
    assert again.json()["rows"][0]["messages"].keys() == {"zh", "en"}
    exported = read_table("organizations.csv", export.content)
    assert (len(exported.rows), exported.rows[0][exported.header.index("ref")]) == (60, "G01")
    assert english.headers["content-disposition"] == 'attachment; filename="organizations.csv"'
    assert english.text.splitlines()[0].startswith("\ufeffNumber,Name,Legal form,")
    assert ",social service agency," in english.text.splitlines()[1]


async def test_the_template_has_the_columns_that_the_import_takes(session: AsyncSession, client_of: ClientOf) -> None:
    async with client_of(Actor(1, Role.admin)) as client:
        template = await client.get("/parties/template")
    known = {*read_table("t.xlsx", template.content).header, "annual_inspection_2017"}
    assert set(season_table("organizations.csv").header) <= known


async def test_parties_and_applicants_are_registered_by_the_buyer(session: AsyncSession, client_of: ClientOf) -> None:
    async with client_of(Actor(1, Role.purchaser)) as client:
        firm = await client.post("/parties", json={"kind": "firm", "name_zh": "公信会计师事务所"})
        team = await client.post("/parties/applicants", json={"legal_kind": "student_team", "name_zh": "拾光"})
        wrong = await client.post("/parties/applicants", json={"legal_kind": "foundation", "name_zh": "基金会"})
    assert [(r.status_code, r.json().get("kind")) for r in (firm, team)] == [(201, "firm"), (201, "organization")]
    assert (wrong.status_code, wrong.json()["code"]) == (422, "ApplicantIsRegistered")


async def test_coverage_by_party_organisations_and_by_work_is_told_by_area(
    session: AsyncSession, client_of: ClientOf
) -> None:
    """Of the 45 registered 11 have a branch and 11 a joint one: 22; with 13 instructors 35. Filed groups count not."""
    await make_reference(session)
    actor = await actor_of(session)
    table = season_table("organizations.csv")
    async with client_of(actor) as client:
        content = write_table(table.header, table.rows, xlsx=True)
        await client.post("/parties/import", files={"upload": ("organizations.xlsx", content)})
        city = (await client.get("/parties/coverage?area=5301")).json()
        elsewhere = (await client.get("/parties/coverage?area=5302")).json()
        districts = [(await client.get(f"/parties/coverage?area=5301{code:02}")).json() for code in range(100)]
    assert city == {"registered": 45, "organised": 22, "worked_with": 35}
    assert elsewhere == {"registered": 0, "organised": 0, "worked_with": 0}
    assert {name: sum(each[name] for each in districts) for name in city} == city
