"""The taxonomy: three levels of categories, two of populations, codes nest."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT
from app.core.errors import RowsRefused
from app.core.reading.files import Table
from app.taxonomy.queries import list_categories, list_populations, require_categories, require_populations
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown, split_synonyms
from app.taxonomy.service import CATEGORY_COLUMNS, POPULATION_COLUMNS, import_categories, import_populations
from tests.conftest import ClientOf
from tests.factories.reference import make_reference

pytestmark = pytest.mark.anyio


async def test_the_whole_taxonomy_comes_in(session: AsyncSession, client_of: ClientOf) -> None:
    await make_reference(session)
    await session.commit()
    assert (len(await list_categories(session)), len(await list_populations(session))) == (291, 39)
    async with client_of(RESIDENT) as client:
        first = (await client.get("/taxonomy/categories")).json()[0]
    assert (first["code"], first["label_zh"], first["synonyms"]) == (
        "01",
        "养老服务",
        ["老年服务", "为老服务", "敬老助老"],
    )
    assert first["spelled"].startswith("yanglaofuwu ylfw ")


async def test_a_term_outside_its_parent_is_refused_with_its_row(session: AsyncSession) -> None:
    rows = [["01", "", "1", "养老", "Elderly", ""], ["0201", "01", "2", "助餐", "Meals", ""]]
    with pytest.raises(RowsRefused) as refused:
        await import_categories(session, Table(list(CATEGORY_COLUMNS), rows))
    assert [(fault.row, fault.error.code) for fault in refused.value.rows] == [(3, "TermMalformed")]
    assert await list_categories(session) == []


async def test_an_age_that_is_no_number_is_refused_and_not_left_out(session: AsyncSession) -> None:
    rows = [["P04", "", "老年人", "Older people", "六十", "120.0", ""]]
    with pytest.raises(RowsRefused) as refused:
        await import_populations(session, Table(list(POPULATION_COLUMNS), rows))
    assert [(fault.row, fault.column) for fault in refused.value.rows] == [(2, "age_min")]


async def test_unknown_codes_are_refused_by_name(session: AsyncSession) -> None:
    with pytest.raises(CategoryUnknown):
        await require_categories(session, ["9999"])
    with pytest.raises(PopulationUnknown):
        await require_populations(session, ["P99"])


def test_synonyms_are_split_at_either_semicolon() -> None:
    assert split_synonyms("送饭；配餐; ") == ["送饭", "配餐"]
