"""Lists of needs in and out: whole or not at all, every fault with its row and column."""

from collections.abc import Iterable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.core.actors import Actor, Role
from app.core.audit import AuditEvent
from app.core.clock import now
from app.core.errors import RowsRefused
from app.core.reading.files import Table, WrongColumns, read_table, write_table
from app.core.reading.listing import Imported
from app.needs.lists import COLUMNS
from app.needs.models import Need
from app.needs.rules import NeedStatus
from app.needs.service import import_needs
from app.parties.models import Party
from app.parties.rules import PartyKind
from tests.conftest import ClientOf
from tests.factories.needs import make_need, make_terms
from tests.factories.parties import make_party
from tests.factories.reference import DONGHUALU, DOUNAN, LONGJIE, make_reference, season_table

pytestmark = pytest.mark.anyio
BUREAU = Actor(3, Role.purchaser, 998, "530114")
ADMIN = Actor(9, Role.admin)
ROW = {
    "id": "1",
    "title": "开办老年助餐点",
    "description": "午饭凑合的多。",
    "category_code": "0101",
    "population_code": "P04;P0401",
    "community_code": DOUNAN,
    "beneficiaries": "180",
    "budget_cny": "60,000.00",
    "period_months": "12",
    "preferred_start": "2026年12月1日",
    "requirements": "",
}


def table_of(*rows: dict[str, str]) -> Table:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return Table(columns, [[row.get(column, "") for column in columns] for row in rows])


async def actor_of_committee(session: AsyncSession, area_code: str = DOUNAN) -> Actor:
    await make_terms(session, ["0101"], ["P04", "P0401"])
    party = await make_party(session, PartyKind.committee, area_code=area_code)
    return Actor(1, Role.committee, party.id, area_code)


async def needs(session: AsyncSession) -> list[Need]:
    return list(await session.scalars(sa.select(Need).order_by(Need.id)))


def faults(refused: RowsRefused) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.error.code) for fault in refused.rows]


async def make_committees(session: AsyncSession, codes: Iterable[str]) -> None:
    """The committees of communities whose areas are in the register."""
    names = {area.code: area.name for area in await session.scalars(sa.select(Area).where(Area.code.in_(codes)))}
    at = await now(session)
    session.add_all(
        Party(kind=PartyKind.committee, area_code=code, name_zh=name, created_at=at) for code, name in names.items()
    )
    await session.flush()


async def test_the_seasons_needs_come_in_once(session: AsyncSession) -> None:
    await make_reference(session)
    table = season_table("needs.csv")
    place = table.header.index("community_code")
    await make_committees(session, {row[place] for row in table.rows})
    assert await import_needs(session, ADMIN, table, ref_scheme="kunming2018") == Imported(200, 0, 0)
    await session.commit()
    found = await needs(session)
    assert (len(found), {need.status for need in found}, {need.is_taken_over for need in found}) == (
        200,
        {NeedStatus.published},
        {True},
    )
    assert sum(need.category_code is None for need in found) == 22
    again = await import_needs(session, ADMIN, table, ref_scheme="kunming2018", update=True)
    assert again == Imported(0, 0, 200)


async def test_what_is_exported_comes_in_again_unchanged(session: AsyncSession, client_of: ClientOf) -> None:
    await make_reference(session)
    season = season_table("needs.csv")
    table = Table(season.header, season.rows[:30])
    place = table.header.index("community_code")
    await make_committees(session, {row[place] for row in table.rows})
    await import_needs(session, ADMIN, table, ref_scheme="kunming2018")
    await session.commit()
    async with client_of(ADMIN) as client:
        for kind in ("xlsx", "csv"):
            for headings in ("zh", "columns"):
                file = await client.get(f"/needs/export?format={kind}&headings={headings}")
                back = read_table(f"needs.{kind}", file.content)
                assert await import_needs(session, ADMIN, back, update=True) == Imported(0, 0, 30)
    wanted = [column for column in COLUMNS.headings if column in season.header]
    assert [[row[column] for column in wanted] for _, row in back.records()] == [
        [row[column] for column in wanted] for _, row in table.records()
    ]


async def test_a_committees_list_becomes_drafts(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await actor_of_committee(session)
    await session.commit()
    upload = write_table(list(ROW), [list(ROW.values())], xlsx=True)
    async with client_of(actor) as client:
        imported = await client.post("/needs/import", files={"upload": ("needs.xlsx", upload)})
        listed = (await client.get("/needs")).json()["items"]
    assert imported.json() == {"added": 1, "changed": 0, "unchanged": 0}
    (need,) = listed
    assert (need["ref"], need["status"], need["budget"]["amount"], need["starts_on"], need["population_codes"]) == (
        "1",
        "draft",
        "60000.00",
        "2026-12-01",
        ["P04", "P0401"],
    )
    noted = (await session.execute(sa.select(AuditEvent.event, AuditEvent.facts))).all()
    assert [tuple(row) for row in noted] == [("need.imported", {"ref": "1", "version": 1})]


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"title": " "}, "title", "FieldBlank"),
        ({"title": "餐" * 201}, "title", "TextTooLong"),
        ({"category_code": "0199"}, "category_code", "CategoryUnknown"),
        ({"population_code": "P04;P99"}, "population_code", "PopulationUnknown"),
        ({"community_code": " "}, "community_code", "FieldBlank"),
        ({"community_code": "530114003099"}, "community_code", "AreaUnknown"),
        ({"community_code": "530114003000"}, "community_code", "CommunityExpected"),
        ({"community_code": LONGJIE}, "community_code", "CommunityElsewhere"),
        ({"community_code": DONGHUALU}, "community_code", "CommitteeMissing"),
        ({"community_name": "龙街社区居民委员会"}, "community_name", "AreaNameDiffers"),
        ({"street_code": "530114001000"}, "street_code", "AreaNameDiffers"),
        ({"beneficiaries": "很多"}, "beneficiaries", "NumberUnreadable"),
        ({"beneficiaries": "12.5"}, "beneficiaries", "NumberUnreadable"),
        ({"beneficiaries": "-3"}, "beneficiaries", "BeneficiariesNotPositive"),
        ({"budget_cny": "-60000"}, "budget_cny", "BudgetNotPositive"),
        ({"budget_cny": "0"}, "budget_cny", "BudgetNotPositive"),
        ({"budget_cny": "6千"}, "budget_cny", "AmountUnreadable"),
        ({"budget_cny": "1.005"}, "budget_cny", "AmountUnreadable"),
        ({"period_months": "61"}, "period_months", "PeriodOutOfRange"),
        ({"preferred_start": "2026-02-30"}, "preferred_start", "DayUnreadable"),
        ({"preferred_start": "明年"}, "preferred_start", "DayUnreadable"),
        ({"published": "2026-11-01"}, "published", "ColumnDenied"),
    ],
)
async def test_a_fault_is_reported_with_its_row_and_column_and_nothing_is_saved(
    session: AsyncSession, client_of: ClientOf, change: dict[str, str], column: str, code: str
) -> None:
    actor = await actor_of_committee(session)
    await make_party(session, PartyKind.committee, area_code=LONGJIE)
    await make_need(session, community_code=LONGJIE)
    session.add(
        Area(
            code=DONGHUALU,
            scheme="CN-NBS-2023",
            name="东华路社区居民委员会",
            folded="东华路",
            level="community",
            prefix=DONGHUALU,
            parent_code=DOUNAN,
        )
    )
    await session.commit()
    table = table_of(ROW, {**ROW, "id": "2", **change})
    upload = write_table(table.header, table.rows, xlsx=False)
    async with client_of(actor) as client:
        refused = await client.post("/needs/import", files={"upload": ("needs.csv", upload)})
    assert (refused.status_code, refused.json()["code"]) == (422, "RowsRefused")
    rows = refused.json()["rows"]
    assert [(row["row"], row["column"], row["code"]) for row in rows] == [(3, column, code)]
    assert all(rows[0]["messages"].values())
    assert len(await needs(session)) == 1


async def test_all_faults_of_all_rows_are_listed_at_once(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    table = table_of({**ROW, "title": "", "budget_cny": "-1"}, ROW, {**ROW, "category_code": "77"})
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, actor, table)
    assert faults(refused.value) == [
        (2, "title", "FieldBlank"),
        (2, "budget_cny", "BudgetNotPositive"),
        (3, "id", "RowDoubled"),
        (4, "id", "RowDoubled"),
        (4, "category_code", "CategoryUnknown"),
    ]
    assert await needs(session) == []


async def test_without_a_number_the_same_title_in_the_same_community_is_a_double(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    unnumbered = {**ROW, "id": ""}
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, actor, table_of(unnumbered, unnumbered))
    assert faults(refused.value) == [(3, "title", "RowDoubled")]


@pytest.mark.parametrize("columns", [set(ROW) - {"title"}, set(ROW) | {"price"}])
async def test_wrong_columns_are_refused(session: AsyncSession, columns: set[str]) -> None:
    with pytest.raises(WrongColumns):
        await import_needs(session, await actor_of_committee(session), table_of(dict.fromkeys(sorted(columns), "x")))


async def test_a_number_known_already_is_refused_or_on_request_updated(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    await import_needs(session, actor, table_of(ROW))
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, actor, table_of(ROW))
    assert faults(refused.value) == [(2, "id", "RefKnown")]
    changed = await import_needs(session, actor, table_of({**ROW, "beneficiaries": "200"}), update=True)
    (need,) = await needs(session)
    assert (changed, need.beneficiaries, need.version) == (Imported(0, 1, 0), 200, 2)


async def test_each_committee_numbers_its_own_needs_but_a_season_numbers_all(session: AsyncSession) -> None:
    dounan, longjie = await actor_of_committee(session), await actor_of_committee(session, LONGJIE)
    elsewhere = {**ROW, "community_code": LONGJIE}
    await import_needs(session, dounan, table_of(ROW))
    await import_needs(session, longjie, table_of(elsewhere))
    await import_needs(session, BUREAU, table_of(ROW), ref_scheme="season")
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, BUREAU, table_of(elsewhere), ref_scheme="season", update=True)
    assert (faults(refused.value), len(await needs(session))) == ([(2, "id", "RefTaken")], 3)


async def test_a_need_promised_to_somebody_is_not_changed_by_a_list(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    await make_need(session, held_as="tendered", ref="1")
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, actor, table_of(ROW), update=True)
    assert faults(refused.value) == [(2, "id", "MoveRefused")]


async def test_the_bureau_takes_over_needs_published_before_but_none_published_later(session: AsyncSession) -> None:
    await actor_of_committee(session)
    before = {**ROW, "published": "2026-11-01", "expires_on": "2026-12-31"}
    assert await import_needs(session, BUREAU, table_of(before)) == Imported(1, 0, 0)
    (need,) = await needs(session)
    assert (need.status, need.is_taken_over) == (NeedStatus.published, True)
    later = {**before, "id": "2", "published": "2026-11-21"}
    over = {**before, "id": "3", "expires_on": "2026-10-31"}
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, BUREAU, table_of(later, over))
    assert faults(refused.value) == [(2, "published", "DayInFuture"), (3, "expires_on", "ExpiryPassed")]


async def test_a_list_does_not_move_the_day_of_publication(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    need = await make_need(session, ref="1")
    for given in ("2026-11-01", "2026-11-21"):
        with pytest.raises(RowsRefused) as refused:
            await import_needs(session, actor, table_of({**ROW, "published": given}), update=True)
        assert faults(refused.value) == [(2, "published", "ColumnDenied")]
    changed = await import_needs(session, actor, table_of({**ROW, "published": "2026-11-20"}), update=True)
    assert (changed, need.published_at) == (Imported(0, 1, 0), await now(session))


async def test_text_that_looks_like_a_formula_stays_text(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await actor_of_committee(session)
    await make_need(session, ref="7", title='=HYPERLINK("http://x.cn","助餐")', category_code="0101")
    await session.commit()
    async with client_of(actor) as client:
        files = {kind: (await client.get(f"/needs/export?format={kind}")).content for kind in ("csv", "xlsx")}
        for kind, content in files.items():
            back = await client.post("/needs/import?update=true", files={"upload": (f"needs.{kind}", content)})
            assert back.json() == {"added": 0, "changed": 0, "unchanged": 1}
    assert "'=HYPERLINK" in files["csv"].decode()
    assert read_table("needs.xlsx", files["xlsx"]).rows[0][1] == '=HYPERLINK("http://x.cn","助餐")'


async def test_the_template_has_the_headings_that_the_import_understands(client_of: ClientOf) -> None:
    async with client_of(BUREAU) as client:
        chinese = read_table("t.xlsx", (await client.get("/needs/template")).content)
        plain = read_table("t.csv", (await client.get("/needs/template?format=csv&headings=columns")).content)
    assert (chinese.header, plain.header) == (COLUMNS.header("zh"), COLUMNS.header("columns"))


async def test_a_file_that_is_no_table_is_refused(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await actor_of_committee(session)
    await session.commit()
    files: dict[str, Any] = {
        "FileNotUtf8": ("n.csv", "編號".encode("big5")),
        "FileUnreadable": ("n.xlsx", b"PK\x03\x04"),
    }
    async with client_of(actor) as client:
        codes = [(await client.post("/needs/import", files={"upload": file})).json()["code"] for file in files.values()]
    assert codes == list(files)


async def test_a_list_without_numbers_brings_each_need_once(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    unnumbered = {**ROW, "id": ""}
    await import_needs(session, actor, table_of(unnumbered))
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, actor, table_of(unnumbered))
    assert faults(refused.value) == [(2, "title", "TitleKnown")]
    changed = await import_needs(session, actor, table_of({**unnumbered, "beneficiaries": "200"}), update=True)
    assert (changed, [need.beneficiaries for need in await needs(session)]) == (Imported(0, 1, 0), [200])


async def test_a_need_that_is_over_gives_its_title_free(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    await make_need(session, status=NeedStatus.withdrawn)
    assert await import_needs(session, actor, table_of({**ROW, "id": ""})) == Imported(1, 0, 0)


async def test_a_row_without_a_number_that_may_mean_several_needs_is_refused(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    for _ in range(2):
        await make_need(session)
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, actor, table_of({**ROW, "id": ""}), update=True)
    assert faults(refused.value) == [(2, "title", "TitleAmbiguous")]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("headings", ["zh", "en", "columns"])
async def test_a_need_without_a_number_is_recognised_when_its_export_is_edited(
    session: AsyncSession, client_of: ClientOf, kind: str, headings: str
) -> None:
    actor = await actor_of_committee(session)
    need = await make_need(session, title="-助餐", description="=1+1", budget=12000, evidence_note="'=x")
    await session.commit()
    async with client_of(actor) as client:
        file = await client.get(f"/needs/export?format={kind}&headings={headings}")
        table = read_table("x", file.content)
        place = COLUMNS.header("columns").index("title")
        rows = [[*row[:place], "助餐二期", *row[place + 1 :]] for row in table.rows]
        for content, told in (
            (file.content, {"added": 0, "changed": 0, "unchanged": 1}),
            (write_table(table.header, rows, xlsx=kind == "xlsx"), {"added": 0, "changed": 1, "unchanged": 0}),
        ):
            back = await client.post("/needs/import?update=true", files={"upload": (f"x.{kind}", content)})
            assert back.json() == told
    await session.refresh(need)
    assert (need.title, need.description, need.evidence_note, need.ref) == ("助餐二期", "=1+1", "'=x", None)


async def test_two_rows_that_mean_one_need_are_refused(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    need = await make_need(session, title=ROW["title"])
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, actor, table_of({**ROW, "id": ""}, {**ROW, "id": f"#{need.id}"}), update=True)
    assert faults(refused.value) == [(3, "id", "RowDoubled")]


async def test_a_number_of_the_platform_that_stands_for_nothing_here_is_refused(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    await make_party(session, PartyKind.committee, area_code=LONGJIE)
    elsewhere = await make_need(session, community_code=LONGJIE)
    with pytest.raises(RowsRefused) as refused:
        await import_needs(session, actor, table_of({**ROW, "id": f"#{elsewhere.id}"}), update=True)
    assert faults(refused.value) == [(2, "id", "RefAbsent")]


async def test_faults_are_told_by_the_headings_of_the_file(session: AsyncSession) -> None:
    actor = await actor_of_committee(session)
    table = table_of({**ROW, "title": "", "budget_cny": "6千"})
    for headings in (COLUMNS.titles("zh"), COLUMNS.titles("en")):
        named = Table([headings[column] for column in table.header], table.rows)
        with pytest.raises(RowsRefused) as refused:
            await import_needs(session, actor, named)
        assert faults(refused.value) == [
            (2, headings["budget_cny"], "AmountUnreadable"),
            (2, headings["title"], "FieldBlank"),
        ]
        assert refused.value.rows[1].error.facts == {"field": headings["title"]}


@pytest.mark.parametrize(
    ("headings", "words"), [("zh", ("服务类别", "助餐服务")), ("en", ("Service", "Meals for older people"))]
)
async def test_an_export_says_in_words_what_its_codes_mean_and_comes_back_only_while_both_agree(
    session: AsyncSession, client_of: ClientOf, headings: str, words: tuple[str, str]
) -> None:
    await make_reference(session)
    actor = await actor_of_committee(session)
    await make_need(session, await session.get_one(Party, actor.party_id), category_code="0101")
    await session.commit()
    async with client_of(actor) as client:
        file = await client.get(f"/needs/export?headings={headings}")
        table = read_table("x", file.content)
        place = table.header.index(words[0])
        assert table.rows[0][place] == words[1]
        same = await client.post("/needs/import?update=true", files={"upload": ("needs.xlsx", file.content)})
        rows = [[*row[:place], "助浴", *row[place + 1 :]] for row in table.rows]
        changed = write_table(table.header, rows, xlsx=True)
        refused = await client.post("/needs/import?update=true", files={"upload": ("needs.xlsx", changed)})
    assert same.json() == {"added": 0, "changed": 0, "unchanged": 1}
    assert [(row["column"], row["code"]) for row in refused.json()["rows"]] == [(words[0], "WordsDiffer")]
