"""The taxonomy: three levels of categories, two of populations, codes nest."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Mandate, Role
from app.core.errors import RowsRefused
from app.core.http.idempotency import Idempotency
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


WRITERS = [Actor(1, Role.committee, 1), Actor(2, Role.organization, 2, mandate=Mandate.reader)]


@pytest.mark.parametrize("writer", WRITERS)
async def test_whoever_writes_is_told_what_the_text_may_be_about(
    writer: Actor, session: AsyncSession, client_of: ClientOf
) -> None:
    await make_reference(session)
    await session.commit()
    async with client_of(writer) as client:
        told = await client.post("/taxonomy/suggest", json={"title": "给独居老人送饭", "description": "每天一餐"})
        nothing = await client.post("/taxonomy/suggest", json={"title": "  ", "description": ""})
    found = told.json()
    assert found["categories"][0] == {"code": "010102", "words": ["送饭", "老人"]}
    assert {each["code"]: each["words"] for each in found["populations"]} == {"P04": ["老人"], "P0402": ["独居"]}
    assert nothing.json() == {"categories": [], "populations": []}


async def test_a_text_is_refused_that_no_need_could_say(client_of: ClientOf) -> None:
    async with client_of(WRITERS[0]) as client:
        long = await client.post("/taxonomy/suggest", json={"title": "饭" * 2001})
        more = await client.post("/taxonomy/suggest", json={"text": "送饭"})
    assert [(each.status_code, each.json()["code"]) for each in (long, more)] == [(422, "InputInvalid")] * 2


async def test_of_a_text_in_the_writing_nothing_is_kept(session: AsyncSession, client_of: ClientOf) -> None:
    headers = {"Idempotency-Key": "a-key-of-sixteen-characters"}
    async with client_of(WRITERS[0]) as client:
        for title in ("送饭", "送药"):
            answer = await client.post("/taxonomy/suggest", json={"title": title}, headers=headers)
            assert answer.status_code == 200
    assert await session.scalar(sa.select(sa.func.count()).select_from(Idempotency)) == 0


async def test_unknown_codes_are_refused_by_name(session: AsyncSession) -> None:
    with pytest.raises(CategoryUnknown):
        await require_categories(session, ["9999"])
    with pytest.raises(PopulationUnknown):
        await require_populations(session, ["P99"])


def test_synonyms_are_split_at_either_semicolon() -> None:
    assert split_synonyms("送饭；配餐; ") == ["送饭", "配餐"]
