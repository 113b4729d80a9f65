"""The endpoints of surveys: what residents do on their page, and what staff do on theirs."""

import asyncio
import io
import json
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import SHANGHAI, SimulatedClock, now
from app.core.db import make_engine, units
from app.parties.rules import PartyKind
from app.surveys import rules
from app.surveys.models import Response, Token, Wave
from app.surveys.policy import receipt_mark
from app.surveys.questionnaires.xlsform.export import write_xlsform
from app.surveys.responses import answering
from app.surveys.rules import Channel, ResponseState, SurveyStatus, TokenSpent, WaveState
from tests.conftest import TODAY, ClientOf
from tests.factories.parties import actor_of, make_party
from tests.factories.reference import DOUNAN, LONGJIE
from tests.factories.surveys import (
    make_response,
    make_survey,
    make_survey_result,
    make_token,
    make_wave,
    services_definition,
)

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


async def test_a_link_shows_the_questionnaire_with_its_place(session: AsyncSession, client_of: ClientOf) -> None:
    token = await make_token(session, await link_wave(session))
    async with client_of(RESIDENT) as client:
        shown = (await client.get(f"/surveys/answering/{token}")).json()
    assert [question["name"] for question in shown["survey"]["questions"]] == ["Q1", "Q2", "Q3", "Q4"]
    path = ["district 530114000000", "street 530114003000", "community 530114003004"]
    assert shown["wave"] == {"community": {"name": path[-1], "path": path}, "closes_at": None, "open": True}
    assert shown["demonstration"] is False


async def test_a_token_takes_one_answer(session: AsyncSession, client_of: ClientOf) -> None:
    token = await make_token(session, await link_wave(session))
    async with client_of(RESIDENT) as client:
        first = await client.post(f"/surveys/answering/{token}", json=SENT)
        again = await client.post(f"/surveys/answering/{token}", json=SENT)
        shown = await client.get(f"/surveys/answering/{token}")
    assert (first.status_code, codes(again), codes(shown)) == (201, (409, "TokenSpent"), (409, "TokenSpent"))
    assert await session.scalar(sa.select(sa.func.count()).select_from(Response)) == 1


async def test_of_two_answers_at_once_through_one_link_one_is_taken(own_database: str) -> None:
    engine = make_engine(own_database)
    door = units(engine, clock=SimulatedClock(TODAY))
    async with door() as session:
        token = await make_token(session, await link_wave(session))

    async def send() -> str:
        async with door() as session:
            try:
                return await answering.submit_response(session, RESIDENT, token, ANSWERS, 60)
            except TokenSpent:
                return "spent"

    receipts = await asyncio.gather(send(), send(), send())
    assert sorted(len(receipt) for receipt in receipts) == [5, 5, 8]
    async with door() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(Response)) == 1
    await engine.dispose()


async def test_an_unknown_token_leads_nowhere(client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        assert codes(await client.get("/surveys/answering/abc")) == (404, "TokenUnknown")
        assert codes(await client.post("/surveys/answering/abc", json=SENT)) == (404, "TokenUnknown")


async def test_a_refused_answer_leaves_the_token_unspent(session: AsyncSession, client_of: ClientOf) -> None:
    token = await make_token(session, await link_wave(session))
    async with client_of(RESIDENT) as client:
        refused = await client.post(f"/surveys/answering/{token}", json={"answers": {"Q2": ["tea"]}})
        assert codes(refused) == (422, "AnswersRefused")
        named = [(row["row"], row["column"], row["code"]) for row in refused.json()["rows"]]
        assert named == [(1, "Q1", "AnswerMissing"), (2, "Q2", "OptionUnknown")]
        assert (await client.post(f"/surveys/answering/{token}", json=SENT)).status_code == 201


async def test_a_closed_wave_takes_no_answers_but_says_so(session: AsyncSession, client_of: ClientOf) -> None:
    token = await make_token(session, await link_wave(session, state=WaveState.closed))
    async with client_of(RESIDENT) as client:
        assert (await client.get(f"/surveys/answering/{token}")).json()["wave"]["open"] is False
        assert codes(await client.post(f"/surveys/answering/{token}", json=SENT)) == (409, "WaveClosed")
    assert await session.scalar(sa.select(Token.is_spent)) is False


async def test_answers_are_taken_within_the_announced_time(session: AsyncSession, client_of: ClientOf) -> None:
    at = await now(session)
    early = await make_token(session, await link_wave(session, opens_at=at.replace(hour=11)))
    late = await make_token(session, await link_wave(session, closes_at=at))
    draft = await make_token(session, await link_wave(session, state=WaveState.draft))
    async with client_of(RESIDENT) as client:
        refused = [codes(await client.post(f"/surveys/answering/{token}", json=SENT)) for token in (early, late, draft)]
    assert refused == [(409, "WaveNotOpenYet"), (409, "WaveClosed"), (409, "WaveNotOpenYet")]


async def test_a_wave_is_prolonged_until_it_is_closed(session: AsyncSession, client_of: ClientOf) -> None:
    wave = await make_wave(session, closes_at=await now(session))
    address, longer = f"/surveys/waves/{wave.id}", {"title": "延长", "closes_at": "2026-12-05T18:00:00+08:00"}
    async with client_of(await actor_of(session, Role.committee)) as client:
        edited = await client.put(address, json=longer, headers={"If-Match": '"1"'})
        assert (edited.json()["closes_at"], edited.headers["etag"]) == ("2026-12-05T18:00:00+08:00", '"2"')
        assert codes(await client.put(address, json=longer, headers={"If-Match": '"1"'})) == (412, "StaleVersion")
        backwards = {"opens_at": "2026-12-02T00:00:00+08:00", "closes_at": "2026-12-01T00:00:00+08:00"}
        refused = await client.put(address, json=backwards, headers={"If-Match": '"2"'})
        assert codes(refused) == (422, "WaveTimesWrong")
        await client.post(f"{address}/close")
        assert codes(await client.put(address, json=longer, headers={"If-Match": '"3"'})) == (409, "MoveRefused")


async def test_an_open_link_takes_many_answers(session: AsyncSession, client_of: ClientOf) -> None:
    wave = await make_wave(session, channel=Channel.open_link)
    async with client_of(RESIDENT) as client:
        for _ in range(2):
            assert (await client.post(f"/surveys/answering/{wave.open_token}", json=SENT)).status_code == 201
    async with client_of(await actor_of(session, Role.committee)) as client:
        tally = (await client.get(f"/surveys/waves/{wave.id}")).json()["tally"]
    assert (tally["issued"], tally["issued_unknown"], tally["returned"]) == (None, "open_link", 2)
    assert tally["recovery"] == {"numerator": 2, "denominator": None, "rate": None}


async def test_a_receipt_shows_corrects_and_withdraws(session: AsyncSession, client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        address = f"/surveys/receipts/{await answered(session, client)}"
        shown = (await client.get(address)).json()
        assert (shown["answers"], shown["status"]) == (ANSWERS, "submitted")
        assert shown["actions"] == ["correct", "withdraw"]
        corrected = (await client.put(address, json={"answers": {"Q1": "M"}})).json()
        assert (corrected["answers"], corrected["status"]) == ({"Q1": "M"}, "submitted")
        withdrawn = (await client.post(f"{address}/withdraw")).json()
        assert (withdrawn["answers"], withdrawn["status"], withdrawn["actions"]) == ({}, "withdrawn", [])
        assert codes(await client.post(f"{address}/withdraw")) == (409, "MoveRefused")
    response = (await session.scalars(sa.select(Response))).one()
    await session.refresh(response)
    assert (response.answers, response.fingerprint, response.suggestions) == ({}, "", [])


async def test_a_receipt_code_may_be_typed_as_it_comes(session: AsyncSession, client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        code = await answered(session, client)
        typed = f"{code[:4]}-{code[4:]}".lower()
        assert (await client.get(f"/surveys/receipts/{typed}")).status_code == 200
        assert codes(await client.get("/surveys/receipts/short")) == (422, "ReceiptMalformed")
        assert codes(await client.get("/surveys/receipts/22222222")) == (404, "ReceiptUnknown")


async def test_a_withdrawal_after_closing_erases_the_answers_and_changes_nothing_published(
    session: AsyncSession, client_of: ClientOf
) -> None:
    """Two summaries, one before and one after, would be the withdrawn answers by subtraction."""
    survey = await make_survey(session)
    wave = await make_wave(session, survey)
    for number in range(40):
        await make_response(session, wave, {"Q1": "FM"[number % 2], "Q2": ["meals"]}, serial=str(number))
    code = rules.new_receipt_code()
    await make_response(session, wave, ANSWERS, serial="own", receipt_hash=receipt_mark(code))
    asking = Actor(1, Role.committee, survey.party_id, DOUNAN)
    await session.commit()
    async with client_of(asking) as client:
        await client.post(f"/surveys/waves/{wave.id}/close")
        assert (await client.post(f"/surveys/{survey.id}/close")).status_code == 200
    async with client_of(RESIDENT) as client:
        before = (await client.get(f"/surveys/{survey.id}/summary")).json()
        assert (await client.post(f"/surveys/receipts/{code}/withdraw")).json()["answers"] == {}
        after = (await client.get(f"/surveys/{survey.id}/summary")).json()
    assert before["returns"]["total"]["valid"] == 41
    assert after == before


async def test_after_closing_answers_are_seen_and_withdrawn_but_not_corrected(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    closes_at = TODAY.replace(hour=12)
    async with client_of(RESIDENT) as client:
        address = f"/surveys/receipts/{await answered(session, client, closes_at=closes_at)}"
        clock.at = closes_at.astimezone(SHANGHAI)
        assert (await client.get(address)).json()["actions"] == ["withdraw"]
        assert codes(await client.put(address, json={"answers": ANSWERS})) == (409, "WaveClosed")
        assert (await client.post(f"{address}/withdraw")).json()["status"] == "withdrawn"


async def test_a_correction_of_a_confirmed_answer_is_reviewed_anew(session: AsyncSession, client_of: ClientOf) -> None:
    owner = await actor_of(session, Role.committee)
    async with client_of(RESIDENT) as client, client_of(owner) as staff:
        code = await answered(session, client)
        response = (await session.scalars(sa.select(Response))).one()
        await staff.post(f"/surveys/responses/{response.id}/confirm", json={})
        await client.put(f"/surveys/receipts/{code}", json={"answers": {"Q1": "M"}})
        seen = (await staff.get(f"/surveys/responses/{response.id}")).json()
    assert (seen["status"], seen["version"]) == ("submitted", 3)
    moves = [(review["verb"], review["before"], review["after"], review["account_id"]) for review in seen["reviews"]]
    assert moves == [("confirm", "submitted", "valid", owner.account_id), ("correct", "valid", "submitted", None)]


async def test_a_survey_from_questionnaire_to_results(session: AsyncSession, client_of: ClientOf) -> None:
    await make_survey(session)  # brings area and categories
    actor = await actor_of(session, Role.committee)
    definition = services_definition().model_dump(mode="json")
    async with client_of(actor) as client:
        created = await client.post("/surveys", json={"definition": definition})
        assert (created.status_code, created.headers["etag"]) == (201, '"1"')
        survey = f"/surveys/{created.json()['id']}"
        edited = await client.put(survey, json={"definition": definition}, headers={"If-Match": '"1"'})
        assert edited.json()["version"] == 2
        stale = await client.put(survey, json={"definition": definition}, headers={"If-Match": '"1"'})
        assert codes(stale) == (412, "StaleVersion")
        assert codes(await client.put(survey, json={"definition": definition})) == (428, "VersionRequired")
        targets = {"targets": [{"margin": "Q1", "counts": {"F": 50, "M": 50}}]}
        await client.put(f"{survey}/targets", json=targets, headers={"If-Match": '"2"'})
        assert (await client.post(f"{survey}/publish")).json()["status"] == "published"
        asked = {"channel": "paper", "communities": [DOUNAN]}
        wave = (await client.post(f"{survey}/waves", json=asked)).json()
        address = f"/surveys/waves/{wave['id']}"
        assert (await client.post(f"{address}/open")).json()["state"] == "open"
        await client.post(f"{address}/issue", json={"community_code": DOUNAN, "count": 4})
        for serial, sex in (("1", "F"), ("2", "F"), ("3", "M")):
            body = {"community_code": DOUNAN, "serial": serial, "answers": {**ANSWERS, "Q1": sex}}
            assert (await client.post(f"{address}/enter", json=body)).status_code == 201
        assert codes(await client.post(f"{address}/enter", json=body)) == (409, "SerialEntered")
        assert (await client.post(f"{address}/confirm_unflagged")).json() == {"count": 3}
        tally = (await client.post(f"{address}/close")).json()["tally"]
        assert tally["recovery"] == {"numerator": 3, "denominator": 4, "rate": "0.7500"}
        assert (await client.get(f"{survey}/summary")).status_code == 404
        assert (await client.post(f"{survey}/close")).json()["actions"] == []
        found = (await client.get(f"{survey}/findings", params={"stratum": "Q1"})).json()
        assert (found["n"], found["returns"]["total"]["effective"]["rate"]) == (3, "0.7500")
        assert found["answers"][0]["tables"][0]["lines"][0]["weighted"]["share"] == "0.5000"
        assert sorted(found["answers"][1]["strata"]) == ["F", "M"]
        results = (await client.get(f"{survey}/results")).json()
        assert [(result["category_code"], result["votes"], result["is_withheld"]) for result in results] == [
            ("0101", 3, True),
            ("0201", 0, True),
        ]
    async with client_of(RESIDENT) as client:
        summary = (await client.get(f"{survey}/summary")).json()
        assert codes(await client.get(survey)) == (401, "NotSignedIn")
    assert summary["returns"]["total"]["issued"] == 4
    assert {answer["tables"][0]["n"] for answer in summary["answers"]} == {None}


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


async def test_a_form_that_holds_more_is_taken_without_it_when_one_says_so(
    session: AsyncSession, client_of: ClientOf
) -> None:
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


async def test_an_answer_file_is_uploaded_and_downloaded(session: AsyncSession, client_of: ClientOf) -> None:
    wave = await make_wave(session)
    lines = "serial,community_code,status,Q1,Q2,Q3,Q4\nS1,530114003004,submitted,F,meals,meals,\n"
    upload = {"upload": ("answers.csv", lines.encode(), "text/csv")}
    async with client_of(await actor_of(session, Role.committee)) as client:
        address = f"/surveys/waves/{wave.id}"
        done = (await client.post(f"{address}/import_responses", files=upload)).json()
        listed = (await client.get(f"{address}/responses", params={"status": "submitted", "flagged": False})).json()
        file = await client.get(f"{address}/export_responses", params={"format": "csv"})
        other = {"upload": ("answers.csv", "序号".encode("gbk"), "text/csv")}
        refused = await client.post(f"{address}/import_responses", files=other)
        assert (await client.get(f"{address}/responses", params={"flagged": True})).json()["items"] == []
    assert done == {"added": 1, "unchanged": 0, "not_returned": 0}
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


async def test_links_and_sheets_are_made_to_be_printed(session: AsyncSession, client_of: ClientOf) -> None:
    survey = await make_survey(session)
    links, paper = await make_wave(session, survey, channel=Channel.link), await make_wave(session, survey)
    wanted = {"community_code": DOUNAN, "count": 2}
    async with client_of(await actor_of(session, Role.committee)) as client:
        made = (await client.post(f"/surveys/waves/{links.id}/make_tokens", json=wanted)).json()["links"]
        cards = await client.post(f"/surveys/waves/{links.id}/print_tokens", json=wanted)
        serials = (await client.post(f"/surveys/waves/{paper.id}/make_sheets", json=wanted)).json()["serials"]
        sheets = await client.get(f"/surveys/waves/{paper.id}/print_sheets")
        too_many = await client.post(f"/surveys/waves/{links.id}/make_tokens", json={**wanted, "count": 501})
    async with client_of(RESIDENT) as client:
        assert (await client.get(f"/surveys/answering/{made[0]['path'].removeprefix('/s/')}")).status_code == 200
    assert [link["qr_svg"].startswith("<svg") for link in made] == [True, True]
    assert (cards.text.count("<svg"), cards.text.count("http://127.0.0.1:8000/s/")) == (2, 2)
    assert [sheets.text.count(f"<b>{serial}</b>") for serial in serials] == [1, 1]
    assert "老年助餐" in sheets.text
    assert codes(too_many) == (422, "InputInvalid")


async def test_decisions_go_by_their_own_addresses(session: AsyncSession, client_of: ClientOf) -> None:
    response = await make_response(session, await make_wave(session), status=ResponseState.submitted)
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


async def test_surveys_are_listed_by_their_state(session: AsyncSession, client_of: ClientOf) -> None:
    draft, _ = await make_survey(session, status=SurveyStatus.draft), await make_survey(session)
    async with client_of(await actor_of(session, Role.committee)) as client:
        items = (await client.get("/surveys", params={"status": "draft"})).json()["items"]
    assert [(item["id"], item["title"]["en"], item["question_count"]) for item in items] == [
        (draft.id, "Residents' needs", 4)
    ]
