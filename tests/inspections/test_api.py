"""Draws of organisations over the wire: drawn by the bureau, read and drawn again by anybody, and what was found."""

import hashlib

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import AuditEvent
from tests.conftest import ClientOf
from tests.factories.inspections import FOUND, make_bureau, make_drawn

pytestmark = pytest.mark.anyio
GUANDU = "530111000000"


async def test_a_bureau_draws_once_a_year_and_anybody_draws_again(session: AsyncSession, client_of: ClientOf) -> None:
    bureau = await make_bureau(session, 60)
    await session.commit()
    async with client_of(bureau) as client:
        offered = (await client.get("/inspections/draws")).json()
        assert (offered["candidates"], offered["actions"]) == (60, ["draw_inspections"])
        made = await client.post("/inspections/draws")
        assert (made.status_code, made.json()["size"]) == (201, 3)
        again = await client.post("/inspections/draws")
        assert (again.status_code, again.json()["code"]) == (409, "YearDrawn")
        assert (await client.get("/inspections/draws")).json()["actions"] == []
    async with client_of(RESIDENT) as anybody:
        (row,) = (await anybody.get("/inspections/draws")).json()["items"]
        told = (await anybody.get(f"/inspections/draws/{row['id']}")).json()
        absent = await anybody.get("/inspections/draws/999999")
        assert (absent.status_code, absent.json()["code"]) == (404, "NotFound")
    lots = {number: hashlib.sha256(f"{told['seed']}\n{number}".encode()).hexdigest() for number in numbers_of(told)}
    assert numbers_of(told) == sorted(lots, key=lots.__getitem__)
    assert [each["lot"] for each in told["lots"]] == list(lots.values())
    assert [each["is_drawn"] for each in told["lots"]] == [True] * 3 + [False] * 57
    assert [each["inspection"] and each["inspection"]["status"] for each in told["lots"]] == ["due"] * 3 + [None] * 57
    assert (told["share"], "45号" in told["source"]) == ("0.0500", True)
    assert all(each["inspection"]["actions"] == [] for each in told["lots"] if each["is_drawn"])


def numbers_of(told: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["number"] for each in told["lots"]]


async def test_what_was_found_is_public_on_the_draw_and_with_the_organisation(
    session: AsyncSession, client_of: ClientOf
) -> None:
    bureau, draw, (inspection, *_) = await make_drawn(session)
    elsewhere, at = await make_bureau(session, 0, GUANDU), f"/inspections/{inspection.id}/record"
    await session.commit()
    async with client_of(elsewhere) as client:
        denied = await client.post(at, json=FOUND)
        assert (denied.status_code, denied.json()["code"]) == (403, "Denied")
    async with client_of(bureau) as client:
        alone = await client.post(at, json=FOUND | {"inspectors": ["王建国"]})
        assert (alone.status_code, alone.json()["code"]) == (422, "InspectorsTooFew")
        blank = await client.post(at, json=FOUND | {"requirement": ""})
        assert (blank.status_code, blank.json()["code"]) == (422, "WayBackMissing")
        misplaced = await client.post(at, json=FOUND | {"value": "qualified"})
        assert (misplaced.status_code, misplaced.json()["code"]) == (422, "WayBackMisplaced")
        (due,) = [each["inspection"] for each in (await client.get(f"/inspections/draws/{draw.id}")).json()["lots"][:1]]
        assert due["actions"] == ["record"]
        recorded = await client.post(at, json=FOUND)
        assert (recorded.status_code, recorded.json()["lots"][0]["inspection"]["value"]) == (200, FOUND["value"])
        events = sa.select(AuditEvent.event, AuditEvent.facts).where(AuditEvent.event.like("inspection%"))
        noted = {event: facts for event, facts in await session.execute(events)}
        assert noted.keys() == {"inspections.drawn", "inspection.recorded"}
        assert (noted["inspections.drawn"]["seed"], noted["inspection.recorded"]["value"]) == ("2018", FOUND["value"])
        again = await client.post(at, json=FOUND)
        assert (again.status_code, again.json()["code"]) == (409, "MoveRefused")
        assert "已检查" in again.json()["messages"]["zh"]
    async with client_of(RESIDENT) as anybody:
        seen = (await anybody.get(f"/inspections/draws/{draw.id}")).json()["lots"][0]["inspection"]
        assert (seen["inspectors"], seen["opinion"], seen["actions"]) == (FOUND["inspectors"], FOUND["opinion"], [])
        (record,) = (await anybody.get(f"/parties/{inspection.party_id}/records")).json()["items"]
        assert (record["kind"], record["requirement"]) == ("spot_check", FOUND["requirement"])
    async with client_of(Actor(9, Role.organization, inspection.party_id)) as own:
        (record,) = (await own.get(f"/parties/{inspection.party_id}/records")).json()["items"]
        assert record["actions"] == ["answer"]
