"""Finding areas: by name with any official ending, by code, always with where they lie."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.queries import communities_in, count_areas, require_areas, search_areas
from app.areas.rules import AreaLevel, AreaUnknown, folded, in_english
from app.areas.service import import_areas
from app.core.actors import RESIDENT
from app.core.errors import RowsRefused
from app.core.reading.files import Table
from tests.conftest import ClientOf
from tests.factories.reference import DOUNAN, make_reference, season_table

pytestmark = pytest.mark.anyio
HEADER = ["code", "name", "parent_code", "level"]
CITY = ["530100000000", "昆明市", "530000000000", "city"]


@pytest.mark.parametrize("name", ["斗南社区居民委员会", "斗南社区居委会", "斗南社区", "斗南", " 斗南居委会 "])
def test_official_endings_are_folded(name: str) -> None:
    assert folded(name) == "斗南"


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("呈贡区", "Chenggong District"),
        ("斗南街道办事处", "Dounan Sub-district Office"),
        ("斗南社区居民委员会", "Dounan Community Residents' Committee"),
        ("西安市", "Xi'an City"),
    ],
)
def test_a_place_has_a_name_in_english(name: str, english: str) -> None:
    assert in_english(name) == english


async def test_the_whole_register_comes_in_and_again_without_doubling(session: AsyncSession) -> None:
    await make_reference(session)
    assert await count_areas(session) == 1903
    await import_areas(session, season_table("areas.csv"))
    assert await count_areas(session) == 1903


@pytest.mark.parametrize(("place", "digits"), [("昆明", "5301"), ("呈贡", "530114"), ("斗南街道", "530114003")])
async def test_all_that_lies_in_a_place_of_the_name_is_in_it(session: AsyncSession, place: str, digits: str) -> None:
    await make_reference(session)
    inside = sa.select(Area.code).where(Area.code.startswith(digits))
    assert set(await session.scalars(communities_in(place))) >= set(await session.scalars(inside))


async def test_a_name_that_two_districts_share_is_told_apart_by_its_path(session: AsyncSession) -> None:
    await make_reference(session)
    found = await search_areas(session, "彩云社区居委会", level=AreaLevel.community, under="", limit=10)
    assert [district.name for district, *_ in found][:2] == ["官渡区", "呈贡区"]


async def test_search_puts_the_whole_name_before_its_parts(session: AsyncSession) -> None:
    await make_reference(session)
    found = await search_areas(session, "斗南", level=None, under="530114", limit=5)
    assert [area.level for *_, area in found][:2] == [AreaLevel.street, AreaLevel.community]


@pytest.mark.parametrize(("text", "first"), [("dounan", "斗南街道"), ("dnjd", "斗南街道"), ("cheng gong", "呈贡区")])
async def test_a_place_is_found_as_it_is_pronounced_or_by_initials(
    session: AsyncSession, text: str, first: str
) -> None:
    await make_reference(session)
    found = await search_areas(session, text, level=None, under="", limit=10)
    assert first in [area.name for *_, area in found][:2]


async def test_rare_characters_and_wildcards_are_searched_as_they_are(session: AsyncSession) -> None:
    await make_reference(session)
    [(*_, area)] = await search_areas(session, "四〇三厂", level=None, under="", limit=5)
    assert area.code == "530111003006"
    assert await search_areas(session, "%", level=None, under="", limit=5) == []


async def test_an_area_is_read_with_its_district_and_street(session: AsyncSession, client_of: ClientOf) -> None:
    await make_reference(session)
    await session.commit()
    async with client_of(RESIDENT) as client:
        assert (await client.get(f"/areas/{DOUNAN}")).json()["path"] == ["呈贡区", "斗南街道", "斗南社区居民委员会"]
        assert (await client.get("/areas/999999999999")).status_code == 404
        assert [a["code"] for a in (await client.get("/areas?q=530114003004")).json()] == [DOUNAN]


async def test_faults_are_named_row_by_row_and_nothing_is_saved(session: AsyncSession) -> None:
    rows = [CITY, ["53011", "短", "530100000000", "district"], ["530114000000", "呈贡区", "530900000000", "district"]]
    rows.append(["530115000000", "晋宁区", "530100000000", "county"])
    with pytest.raises(RowsRefused) as refused:
        await import_areas(session, Table(HEADER, rows))
    assert [(fault.row, fault.column, fault.error.code) for fault in refused.value.rows] == [
        (3, "code", "AreaCodeMalformed"),
        (4, "parent_code", "AreaUnknown"),
        (5, "level", "AreaLevelUnknown"),
    ]
    assert await count_areas(session) == 0


async def test_an_unknown_code_is_refused_by_name(session: AsyncSession) -> None:
    with pytest.raises(AreaUnknown) as refused:
        await require_areas(session, ["123456789012"])
    assert refused.value.facts == {"code": "123456789012"}


async def test_a_coordinate_that_is_no_number_is_refused_with_its_row(session: AsyncSession) -> None:
    header = ["code", "name", "parent_code", "level", "lon_gcj02", "lat_gcj02"]
    rows = [["530100000000", "昆明市", "", "city", "102.7", "东经"], ["530100000001", "一", "", "city", "", ""]]
    with pytest.raises(RowsRefused) as refused:
        await import_areas(session, Table(header, rows))
    assert [(fault.row, fault.column) for fault in refused.value.rows] == [(2, "lat_gcj02")]
