"""Answers over HTTP, for those who asked: files, previews, decisions."""

import json
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.parties.rules import PartyKind
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel, ResponseStatus
from tests.conftest import ClientOf
from tests.factories.parties import actor_of, make_party
from tests.factories.reference import LONGJIE
from tests.factories.surveys import make_response, make_survey_result, make_token, make_wave

pytestmark = pytest.mark.anyio

ANSWERS = {"Q1": "F", "Q2": ["meals"], "Q3": ["meals"]}

SENT = {"answers": ANSWERS, "seconds": 60}

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def link_wave(session: AsyncSession, **facts: Any) -> Wave:
    return await make_wave(session, channel=Channel.link, **facts)


async def answered(session: AsyncSession, client: AsyncClient, **facts: Any) -> str:
    """The receipt code of an answer through a one-time link."""
    token = await make_token(session, await link_wave(session, **facts))
    sent = await client.post(f"/surveys/answering/{token}", json=SENT)
    assert sent.status_code == 201
    code: str = sent.json()["receipt_code"]
    return code


def codes(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_an_answer_file_is_uploaded_and_downloaded(session: AsyncSession, client_of: ClientOf) -> None:
    wave = await make_wave(session)
    lines = "serial,community_code,status,Q1,Q2,Q3,Q4\nS1,530114003004,submitted,F,meals,meals,\n"
    upload = {"upload": ("answers.csv", lines.encode(), "text/csv")}
    async with client_of(await actor_of(session, Role.committee)) as client:
        address = f"/surveys/waves/{wave.id}"
        done = (await client.post(f"{address}/import_responses", files=upload)).json()
        listed = (await client.get(f"{address}/responses", params={"status": "submitted", "flagged": False})).json()
        file = await client.get(f"{address}/export_responses", params={"format": "csv", "headings": "columns"})
        words = await client.get(f"{address}/export_responses", params={"format": "csv"})
        again = await client.post(f"{address}/import_responses", files={"upload": ("答卷.csv", words.content)})
        other = {"upload": ("answers.csv", "序号".encode("gbk"), "text/csv")}
        refused = await client.post(f"{address}/import_responses", files=other)
        assert (await client.get(f"{address}/responses", params={"flagged": True})).json()["items"] == []
    assert done == {"added": 1, "unchanged": 0, "not_returned": 0}
    assert "S1,530114003004,已提交,女,老年助餐,老年助餐," in words.text
    assert again.json() == {"added": 0, "unchanged": 1, "not_returned": 0}
    assert [(item["serial"], item["actions"]) for item in listed["items"]] == [
        ("S1", ["confirm", "invalidate", "mark_duplicate"])
    ]
    assert file.text.removeprefix("\ufeff").replace("\r", "") == lines
    assert codes(refused) == (422, "WrongColumns")


async def test_what_a_file_leaves_open_is_decided_in_a_preview_and_kept_with_the_import(
    session: AsyncSession, client_of: ClientOf
) -> None:
    wave = await make_wave(session, channel=Channel.open_link)
    header = "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,"
    header += "1、您是男是女,2、最需要哪些服务？,3、请排序,4、家里有什么难处？"
    line = "1,2026/11/20 09:30:00,123秒,微信,x,10.0.0.1,女士,老年助餐,(跳过),(空)"
    upload = {"upload": ("answers.csv", f"{header}\n{line}\n".encode(), "text/csv")}
    address = f"/surveys/waves/{wave.id}"
    async with client_of(await actor_of(session, Role.committee)) as client:
        refused = await client.post(f"{address}/import_responses", files=upload)
        preview = (await client.post(f"{address}/preview_responses", files=upload)).json()
        mapping = {"by": preview["by"], "columns": [decided(column) for column in preview["columns"]]}
        again = (
            await client.post(f"{address}/preview_responses", files=upload, data={"mapping": json.dumps(mapping)})
        ).json()
        done = await client.post(f"{address}/import_responses", files=upload, data={"mapping": json.dumps(mapping)})
        [kept] = (await client.get(f"{address}/imports")).json()
        [sent] = (await client.get(f"{address}/responses")).json()["items"]
        answers = (await client.get(f"/surveys/responses/{sent['id']}")).json()["answers"]
    assert codes(refused) == (422, "MappingUnclear")
    assert [(doubt["column"], doubt["code"]) for doubt in preview["doubts"]] == [
        ("1、您是男是女", "TitleFitsNone"),
        ("1、您的性别？", "QuestionUnanswered"),
    ]
    assert again["doubts"] == []
    assert done.json() == {"added": 1, "unchanged": 0, "not_returned": 0}
    assert answers == {"Q1": "F", "Q2": ["meals"]}
    assert (kept["is_decided"], kept["source"], kept["mapping"]) == (True, "wenjuanxing", mapping)


async def test_a_mapping_holds_what_can_be_kept_and_no_more(session: AsyncSession, client_of: ClientOf) -> None:
    wave = await make_wave(session, channel=Channel.open_link)
    column = {"column": 1, "title": "\u0000", "question": "", "options": {}}
    upload = {"upload": ("answers.csv", b"serial\n1\n", "text/csv")}
    async with client_of(await actor_of(session, Role.committee)) as client:
        for wrong in (column, column | {"title": "serial", "column": 0}, column | {"title": "x" * 40_001}):
            data = {"mapping": json.dumps({"by": "name", "columns": [wrong]})}
            answer = await client.post(f"/surveys/waves/{wave.id}/import_responses", files=upload, data=data)
            assert codes(answer) == (422, "InputInvalid")


def decided(column: dict[str, Any]) -> dict[str, Any]:
    """The mapping that the preview proposes, and that 您是男是女 is Q1."""
    options = {cell["text"]: cell["option"] for cell in column["cells"] if cell["option"] is not None}
    open_one = {"question": "Q1", "options": {"女士": "F"}} if not column["question"] else {}
    return {**{k: column[k] for k in ("column", "title", "question", "part")}, "options": options, **open_one}


async def test_each_decision_on_a_response_has_an_address_of_its_own(
    session: AsyncSession, client_of: ClientOf
) -> None:
    response = await make_response(session, await make_wave(session), status=ResponseStatus.submitted)
    address = f"/surveys/responses/{response.id}"
    async with client_of(await actor_of(session, Role.committee)) as client:
        for verb, body, status in (
            ("invalidate", {"reason": "too_fast", "note": "用时 3 秒"}, "invalid"),
            ("restore", {}, "submitted"),
            ("mark_duplicate", {}, "duplicate"),
            ("restore", {}, "submitted"),
            ("confirm", {}, "valid"),
        ):
            assert (await client.post(f"{address}/{verb}", json=body)).json()["status"] == status
        assert codes(await client.post(f"{address}/invalidate", json={})) == (422, "InputInvalid")
        assert len((await client.get(address)).json()["reviews"]) == 5


async def test_the_office_above_reads_without_what_is_sensitive(session: AsyncSession, client_of: ClientOf) -> None:
    wave = await make_wave(session)
    response = await make_response(session, wave, {**ANSWERS, "Q4": "老伴卧床多年"})
    async with client_of(await actor_of(session, Role.street)) as client:
        seen = (await client.get(f"/surveys/responses/{response.id}")).json()
        assert codes(await client.get(f"/surveys/waves/{wave.id}/export_responses")) == (403, "Denied")
    assert (seen["answers"], seen["actions"]) == (ANSWERS, [])


async def test_strangers_find_nothing(session: AsyncSession, client_of: ClientOf) -> None:
    result = await make_survey_result(session)
    party = await make_party(session, PartyKind.committee, area_code=LONGJIE)
    async with client_of(await actor_of(session, Role.committee, party)) as client:
        for path in ("", "/waves", "/findings", "/results", "/export"):
            assert codes(await client.get(f"/surveys/{result.survey_id}{path}")) == (404, "NotFound")
        assert (await client.get("/surveys")).json()["items"] == []
    async with client_of(Actor(5, Role.organization, 7)) as client:
        assert codes(await client.get("/surveys")) == (403, "Denied")
