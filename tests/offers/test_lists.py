"""Lists of offers in and out: whole or not at all, every fault with its row and column."""

from collections.abc import Collection
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.errors import Denied, RowsRefused
from app.core.reading.files import Table, WrongColumns, read_table, write_table
from app.core.reading.listing import Imported
from app.offers.lists import COLUMNS
from app.offers.models import Offer
from app.offers.rules import OfferStatus
from app.offers.service import import_offers
from app.parties.models import Party
from app.parties.rules import LegalKind, PartyKind
from tests.conftest import ClientOf
from tests.factories.needs import make_terms
from tests.factories.offers import CHENGGONG, make_offer
from tests.factories.parties import make_area, make_party
from tests.factories.reference import make_reference, season_table

pytestmark = pytest.mark.anyio
BUREAU = Actor(3, Role.purchaser, 998, "530114")
ROW = {
    "id": "1",
    "title": "长者厨房托管",
    "description": "由持证厨师驻场。",
    "category_codes": "0101;0101",
    "population_codes": "P04；P0401",
    "coverage_codes": "530114",
    "price": "72,000",
    "price_unit": "元/年",
    "capacity": "200份/日",
    "schedule": "工作日10:30-13:00",
}


def table_of(*rows: dict[str, str]) -> Table:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return Table(columns, [[row.get(column, "") for column in columns] for row in rows])


async def organization(session: AsyncSession, **facts: Any) -> Actor:
    party = await make_party(session, **facts)
    await make_terms(session, ["0101"], ["P04", "P0401"])
    await make_area(session, CHENGGONG)
    return Actor(4, Role.organization, party.id)


async def make_organizations(session: AsyncSession, table: Table, scheme: str) -> None:
    """Everybody whom the season's list names."""
    names = {row["org_id"]: row["org_name"] for _, row in table.records()}
    at, kind = await now(session), LegalKind.social_service_agency
    session.add_all(
        Party(kind=PartyKind.organization, legal_kind=kind, ref_scheme=scheme, ref=ref, name_zh=name, created_at=at)
        for ref, name in names.items()
    )
    await session.flush()


async def offers(session: AsyncSession) -> list[Offer]:
    return list(await session.scalars(sa.select(Offer).order_by(Offer.id)))


def faults(refused: RowsRefused) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.error.code) for fault in refused.rows]


async def test_the_seasons_offers_come_in_once(session: AsyncSession) -> None:
    await make_reference(session)
    table = season_table("offers.csv")
    await make_organizations(session, table, "kunming2018")
    assert await import_offers(session, BUREAU, table, ref_scheme="kunming2018") == Imported(200, 0, 0)
    found = await offers(session)
    assert (len(found), {offer.status for offer in found}) == (200, {OfferStatus.draft})
    again = await import_offers(session, BUREAU, table, ref_scheme="kunming2018", update=True)
    assert again == Imported(0, 0, 200)


async def test_what_is_exported_comes_in_again_unchanged(session: AsyncSession, client_of: ClientOf) -> None:
    await make_reference(session)
    season = season_table("offers.csv")
    day = [[*row, "2018-05-01"] for row in season.rows[:30]]
    table = Table([*season.header, "published"], day)
    await make_organizations(session, table, "kunming2018")
    await import_offers(session, BUREAU, table, ref_scheme="kunming2018")
    await session.commit()
    async with client_of(BUREAU) as client:
        for kind in ("xlsx", "csv"):
            for headings in ("zh", "columns"):
                file = await client.get(f"/offers/export?format={kind}&headings={headings}")
                back = read_table(f"offers.{kind}", file.content)
                assert await import_offers(session, BUREAU, back, update=True) == Imported(0, 0, 30)
    listed = {"category_codes", "population_codes", "coverage_codes"}

    def plain(row: dict[str, str]) -> list[Collection[str]]:
        return [set(row[c].split(";")) if c in listed else row[c] for c in COLUMNS.headings if c in table.header]

    assert [plain(row) for _, row in back.records()] == [plain(row) for _, row in table.records()]


async def test_an_organisations_list_becomes_drafts(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await organization(session)
    await session.commit()
    upload = write_table(list(ROW), [list(ROW.values())], xlsx=True)
    async with client_of(actor) as client:
        imported = await client.post("/offers/import", files={"upload": ("offers.xlsx", upload)})
        listed = (await client.get("/offers")).json()["items"]
    assert imported.json() == {"added": 1, "changed": 0, "unchanged": 0}
    (offer,) = listed
    assert (offer["status"], offer["price"], offer["category_codes"], offer["coverage_codes"]) == (
        "draft",
        "72000.00",
        ["0101"],
        [CHENGGONG],
    )


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"title": ""}, "title", "FieldBlank"),
        ({"capacity": "多" * 201}, "capacity", "TextTooLong"),
        ({"category_codes": "0199"}, "category_codes", "CategoryUnknown"),
        ({"population_codes": "P99"}, "population_codes", "PopulationUnknown"),
        ({"coverage_codes": "530114;999999"}, "coverage_codes", "AreaUnknown"),
        ({"price": "-1"}, "price", "PriceNegative"),
        ({"price": "面议"}, "price", "AmountUnreadable"),
        ({"price_unit": ""}, "price_unit", "PriceUnitMissing"),
        (
            {"available_from": "2027年1月1日", "available_until": "2026-12-31"},
            "available_until",
            "AvailabilityReversed",
        ),
        ({"available_from": "32/1/2027"}, "available_from", "DayUnreadable"),
        ({"published": "2026-11-01"}, "published", "ColumnDenied"),
        ({"org_id": "G99"}, "org_id", "OrganizationUnknown"),
        ({"org_id": "G02"}, "org_id", "OrganizationElsewhere"),
        ({"org_id": "G01", "org_name": "别家"}, "org_name", "OrganizationDiffers"),
    ],
)
async def test_a_fault_is_reported_with_its_row_and_column_and_nothing_is_saved(
    session: AsyncSession, client_of: ClientOf, change: dict[str, str], column: str, code: str
) -> None:
    actor = await organization(session, ref="G01")
    await make_party(session, ref="G02")
    await session.commit()
    table = table_of(ROW, {**ROW, "id": "2", **change})
    upload = write_table(table.header, table.rows, xlsx=False)
    async with client_of(actor) as client:
        refused = await client.post("/offers/import", files={"upload": ("offers.csv", upload)})
    assert (refused.status_code, refused.json()["code"]) == (422, "RowsRefused")
    rows = refused.json()["rows"]
    assert [(row["row"], row["column"], row["code"]) for row in rows] == [(3, column, code)]
    assert await offers(session) == []


async def test_all_faults_of_all_rows_are_listed_at_once(session: AsyncSession) -> None:
    actor = await organization(session)
    unnumbered = {**ROW, "id": ""}
    table = table_of({**ROW, "title": "", "price": "-1"}, ROW, unnumbered, unnumbered)
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, actor, table)
    assert faults(refused.value) == [
        (2, "title", "FieldBlank"),
        (2, "price", "PriceNegative"),
        (3, "id", "RowDoubled"),
        (5, "title", "RowDoubled"),
    ]


@pytest.mark.parametrize("columns", [set(ROW) - {"price"}, set(ROW) | {"rating"}])
async def test_wrong_columns_are_refused(session: AsyncSession, columns: set[str]) -> None:
    with pytest.raises(WrongColumns):
        await import_offers(session, await organization(session), table_of(dict.fromkeys(sorted(columns), "x")))


async def test_those_who_keep_no_lists_of_offers_bring_none(session: AsyncSession) -> None:
    with pytest.raises(Denied):
        await import_offers(session, Actor(1, Role.street, 5, "530114003"), table_of(ROW))


async def test_a_number_known_already_is_refused_or_on_request_updated(session: AsyncSession) -> None:
    actor = await organization(session)
    await import_offers(session, actor, table_of(ROW))
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, actor, table_of(ROW))
    assert faults(refused.value) == [(2, "id", "RefKnown")]
    changed = await import_offers(session, actor, table_of({**ROW, "price": "70000"}), update=True)
    (offer,) = await offers(session)
    assert (changed, str(offer.price), offer.version) == (Imported(0, 1, 0), "70000", 2)


async def test_a_seasons_number_stands_for_one_offer(session: AsyncSession) -> None:
    await organization(session, ref="G01", ref_scheme="season")
    await make_party(session, ref="G02", ref_scheme="season")
    await import_offers(session, BUREAU, table_of({**ROW, "org_id": "G01"}), ref_scheme="season")
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, BUREAU, table_of({**ROW, "org_id": "G02"}), ref_scheme="season", update=True)
    assert faults(refused.value) == [(2, "id", "RefTaken")]


async def test_of_organisations_with_the_same_number_the_named_one_is_meant(session: AsyncSession) -> None:
    await organization(session, ref="G01", ref_scheme="a", name_zh="暖藤")
    await make_party(session, ref="G01", ref_scheme="b", name_zh="桥畔")
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, BUREAU, table_of({**ROW, "org_id": "G01"}))
    assert faults(refused.value) == [(2, "org_id", "OrganizationUnknown")]
    await import_offers(session, BUREAU, table_of({**ROW, "org_id": "G01", "org_name": "桥畔"}))
    (offer,) = await offers(session)
    assert (await session.get_one(Party, offer.party_id)).name_zh == "桥畔"


async def test_a_withdrawn_offer_is_not_changed_by_a_list(session: AsyncSession) -> None:
    actor = await organization(session)
    party = await session.get_one(Party, actor.party_id)
    await make_offer(session, party, ref="1", status=OfferStatus.withdrawn)
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, actor, table_of(ROW), update=True)
    assert faults(refused.value) == [(2, "id", "MoveRefused")]


async def test_the_bureau_takes_over_offers_published_before(session: AsyncSession) -> None:
    await organization(session, ref="G01")
    before = {**ROW, "org_id": "G01", "published": "2026-11-01", "available_until": ""}
    faulty = [{**before, "id": "2", "published": "2026-11-21"}, {**before, "id": "3", "coverage_codes": ""}]
    faulty += [{**before, "id": "4", "available_until": "2026-10-31"}]
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, BUREAU, table_of(before, *faulty))
    assert faults(refused.value) == [
        (3, "published", "DayInFuture"),
        (4, "coverage_codes", "CoverageMissing"),
        (5, "available_until", "AvailabilityPassed"),
    ]
    assert await import_offers(session, BUREAU, table_of(before)) == Imported(1, 0, 0)
    (offer,) = await offers(session)
    assert offer.status is OfferStatus.published


async def test_a_list_does_not_move_the_day_of_publication(session: AsyncSession) -> None:
    actor = await organization(session)
    offer = await make_offer(session, await session.get_one(Party, actor.party_id), ref="1")
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, actor, table_of({**ROW, "published": "2026-11-01"}), update=True)
    assert faults(refused.value) == [(2, "published", "ColumnDenied")]
    changed = await import_offers(session, actor, table_of({**ROW, "published": "2026-11-20"}), update=True)
    assert (changed, offer.published_at) == (Imported(0, 1, 0), await now(session))


async def test_text_that_looks_like_a_formula_stays_text(session: AsyncSession, client_of: ClientOf) -> None:
    actor = await organization(session)
    party = await session.get_one(Party, actor.party_id)
    await make_offer(session, party, ref="7", title="+86 服务热线", qualifications=["@许可", "=1+1"])
    await session.commit()
    async with client_of(actor) as client:
        for kind in ("csv", "xlsx"):
            content = (await client.get(f"/offers/export?format={kind}")).content
            back = await client.post("/offers/import?update=true", files={"upload": (f"offers.{kind}", content)})
            assert back.json() == {"added": 0, "changed": 0, "unchanged": 1}


async def test_the_template_has_the_headings_that_the_import_understands(client_of: ClientOf) -> None:
    async with client_of(BUREAU) as client:
        chinese = read_table("t.xlsx", (await client.get("/offers/template")).content)
        plain = read_table("t.csv", (await client.get("/offers/template?format=csv&headings=columns")).content)
    assert (chinese.header, plain.header) == (COLUMNS.header("zh"), COLUMNS.header("columns"))


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("headings", ["zh", "en", "columns"])
async def test_an_offer_without_a_number_is_recognised_when_its_export_is_edited(
    session: AsyncSession, client_of: ClientOf, kind: str, headings: str
) -> None:
    actor = await organization(session)
    offer = await make_offer(session, await session.get_one(Party, actor.party_id), title="助餐", price=None)
    await session.commit()
    async with client_of(actor) as client:
        file = await client.get(f"/offers/export?format={kind}&headings={headings}")
        table = read_table("x", file.content)
        place = COLUMNS.header("columns").index("title")
        rows = [[*row[:place], "助餐二期", *row[place + 1 :]] for row in table.rows]
        for content, told in (
            (file.content, {"added": 0, "changed": 0, "unchanged": 1}),
            (write_table(table.header, rows, xlsx=kind == "xlsx"), {"added": 0, "changed": 1, "unchanged": 0}),
        ):
            back = await client.post("/offers/import?update=true", files={"upload": (f"x.{kind}", content)})
            assert back.json() == told
    await session.refresh(offer)
    assert (offer.title, offer.ref) == ("助餐二期", None)


async def test_a_list_without_numbers_brings_each_offer_once(session: AsyncSession) -> None:
    actor = await organization(session)
    unnumbered = {**ROW, "id": ""}
    await import_offers(session, actor, table_of(unnumbered))
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, actor, table_of(unnumbered))
    assert faults(refused.value) == [(2, "title", "TitleKnown")]
    assert await import_offers(session, actor, table_of({**unnumbered, "price": "7万"}), update=True) == Imported(
        0, 1, 0
    )
    (offer,) = await offers(session)
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, actor, table_of({**ROW, "id": f"#{offer.id}"}, unnumbered), update=True)
    assert faults(refused.value) == [(3, "title", "RowDoubled")]
    with pytest.raises(RowsRefused) as refused:
        await import_offers(session, actor, table_of({**ROW, "id": f"#{offer.id + 1}"}), update=True)
    assert faults(refused.value) == [(2, "id", "RefAbsent")]
