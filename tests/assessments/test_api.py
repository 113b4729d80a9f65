"""Assessments over HTTP: a sheet from the first mark to the lock, and who reads what of it."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from tests.conftest import ClientOf
from tests.factories.assessments import (
    about,
    make_assessment,
    make_collecting,
    make_drafted,
    marks_of,
    office_of,
)

pytestmark = pytest.mark.anyio
WHOLE = {code: {"value": str(mark.value), "reason": "现场查看"} for code, mark in marks_of(80).items()}


async def read(client: AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_assessor_marks_and_locks_the_own_sheet(session: AsyncSession, client_of: ClientOf) -> None:
    assessment, (*_, who) = await make_collecting(session)
    await session.commit()
    path = f"/assessments/{assessment.id}"
    async with client_of(who) as client:
        own = await read(client, f"{path}/sheet")
        (seat,) = own["assessment"]["seats"]
        assert (own["sheet"], seat["is_own"], seat["actions"]) == (None, True, ["declare", "save"])
        saved = await client.put(f"{path}/sheet", json={"marks": WHOLE}, headers={"If-Match": '"0"'})
        assert (saved.status_code, saved.json()["version"]) == (200, 1)
        locked = (await client.post(f"{path}/lock")).json()
        assert (locked["status"], locked["total"]) == ("locked", "80.00")
        again = await client.put(f"{path}/sheet", json={"marks": WHOLE}, headers={"If-Match": '"2"'})
        assert (again.status_code, again.json()["code"]) == (409, "MoveRefused")
        assert (await read(client, path))["results"] == []


async def test_the_office_sees_points_and_whom_it_is_about_the_announced_result(
    session: AsyncSession, client_of: ClientOf
) -> None:
    assessment = await make_drafted(session, {"purchaser": 80, "served": 85, "third_party": 90})
    await session.commit()
    path = f"/assessments/{assessment.id}"
    async with client_of(office_of(assessment)) as client:
        told = await read(client, path)
        assert [each["total"] for each in told["seats"]] == ["80.00", "85.00", "90.00"]
        assert (told["total"], told["band"], told["actions"]) == ("85.50", "good", ["cancel"])
        listed = await read(client, "/assessments")
        assert [each["subject_zh"] for each in listed["items"]] == [told["subject_zh"]]
        assert (await read(client, f"{path}/agreement"))["groups"][0]["reliability"] is None
    async with client_of(about(assessment)) as client:
        assert (await client.get(path)).status_code == 404


async def test_the_office_chooses_among_those_who_may_sit(session: AsyncSession, client_of: ClientOf) -> None:
    assessment = await make_assessment(session)
    await make_collecting(session, office=office_of(assessment))
    await session.commit()
    async with client_of(office_of(assessment)) as client:
        known = await read(client, f"/assessments/{assessment.id}/assessors")
        assert [each["group"] for each in known] == ["purchaser", "served", "third_party"]
        chosen = {"group": "third_party", "account_id": known[-1]["account_id"]}
        answer = await client.post(f"/assessments/{assessment.id}/seat", json=chosen)
        assert (answer.status_code, [s["group"] for s in answer.json()["seats"]]) == (201, ["third_party"])
