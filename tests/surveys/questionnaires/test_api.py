"""Questionnaires over HTTP: listed, and as XLSForms."""

import io
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Role
from app.surveys.questionnaires.rules import SurveyStatus
from app.surveys.questionnaires.xlsform.export import write_xlsform
from tests.conftest import ClientOf
from tests.factories.parties import actor_of
from tests.factories.surveys import make_survey, services_definition

pytestmark = pytest.mark.anyio

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def codes(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_a_questionnaire_travels_as_an_xlsform(session: AsyncSession, client_of: ClientOf) -> None:
    await make_survey(session)
    book = {"upload": ("needs.xlsx", write_xlsform(services_definition()), XLSX)}
    async with client_of(await actor_of(session, Role.committee)) as client:
        created = (await client.post("/surveys/import", files=book)).json()
        exported = await client.get(f"/surveys/{created['id']}/export")
        again = {"upload": ("needs.xlsx", exported.content, XLSX)}
        address = f"/surveys/{created['id']}/import"
        replaced = await client.put(address, files=again, headers={"If-Match": '"1"'})
        refused = await client.post("/surveys/import", files={"upload": ("needs.xlsx", b"no workbook", XLSX)})
    assert replaced.json()["definition"] == created["definition"] == services_definition().model_dump(mode="json")
    assert codes(refused) == (422, "FileUnreadable")


async def test_unsupported_parts_of_a_form_are_left_out_on_request(session: AsyncSession, client_of: ClientOf) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("survey")
        for number, row in enumerate([["type", "name", "label"], ["geopoint", "at", "位置"], ["text", "why", "原因"]]):
            sheet.write_row(number, 0, row)
    form = {"upload": ("needs.xlsx", out.getvalue(), XLSX)}
    async with client_of(await actor_of(session, Role.committee)) as client:
        refused = await client.post("/surveys/import", files=form)
        created = await client.post("/surveys/import", files=form, params={"leave_out": True})
        address = f"/surveys/{created.json()['id']}/import"
        replaced = await client.put(address, files=form, headers={"If-Match": '"1"'}, params={"leave_out": True})
    assert codes(refused) == (422, "XlsformPartly")
    assert [row["code"] for row in refused.json()["rows"]] == ["XlsformTypeUnknown", "XlsformTitleMissing"]
    assert [question["name"] for question in created.json()["definition"]["questions"]] == ["why"]
    assert (created.status_code, replaced.status_code, replaced.json()["definition"]["title"]["zh"]) == (
        201,
        200,
        "needs",
    )


async def test_surveys_are_listed_by_their_status(session: AsyncSession, client_of: ClientOf) -> None:
    draft, _ = await make_survey(session, status=SurveyStatus.draft), await make_survey(session)
    async with client_of(await actor_of(session, Role.committee)) as client:
        items = (await client.get("/surveys", params={"status": "draft"})).json()["items"]
    assert [(item["id"], item["title"]["en"], item["question_count"]) for item in items] == [
        (draft.id, "Residents' needs", 4)
    ]
