"""Waves over HTTP: prolonged, and printed."""

import io
from datetime import datetime
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Role
from app.core.clock import now
from app.parties.models import Party
from app.surveys.questionnaires.definition import Label
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel
from tests.conftest import ClientOf
from tests.factories.parties import actor_of
from tests.factories.reference import DOUNAN
from tests.factories.surveys import make_survey, make_wave, services_definition

pytestmark = pytest.mark.anyio


async def link_wave(session: AsyncSession, **facts: Any) -> Wave:
    return await make_wave(session, channel=Channel.link, **facts)


def read(pdf: Any) -> list[str]:
    """The text of each page, without the breaks that setting it makes."""
    return [
        "".join(page.extract_text().split()).replace("\u200b", "") for page in PdfReader(io.BytesIO(pdf.content)).pages
    ]


def codes(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


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
    # Addresses alone: to draw 500 QR codes that nobody looks at kept everybody else waiting for two seconds.
    assert made == [{"path": link["path"], "address": f"http://127.0.0.1:8000{link['path']}"} for link in made]
    assert len(made) == 2
    [page] = read(cards)
    assert (page.count("http://127.0.0.1:8000/s/"), page.count("每码限填一次")) == (2, 2)
    assert [[serial in page for serial in serials] for page in read(sheets)] == [[True, False], [False, True]]
    assert all("老年助餐" in page for page in read(sheets))
    assert codes(too_many) == (422, "InputInvalid")


async def test_the_poster_of_an_open_link_says_who_asks_why_and_until_when(
    session: AsyncSession, client_of: ClientOf
) -> None:
    intro = Label(zh="了解邻里需要什么服务", en="")
    survey = await make_survey(session, definition=services_definition(intro=intro))
    ends = datetime.fromisoformat("2026-12-06T00:00:00+08:00")
    wave = await make_wave(session, survey, channel=Channel.open_link, closes_at=ends)
    async with client_of(await actor_of(session, Role.committee)) as client:
        link = (await client.get(f"/surveys/waves/{wave.id}/link")).json()
        poster = await client.get(f"/surveys/waves/{wave.id}/print_poster")
    [page] = read(poster)
    party = await session.get_one(Party, survey.party_id)
    assert link["address"] == f"http://127.0.0.1:8000/s/{wave.open_token}"
    for words in (
        "居民服务需求调查",
        party.name_zh.replace(" ", ""),
        intro.zh,
        "约1分钟",
        "填写截止：2026年12月5日24:00",
        link["address"],
    ):
        assert words in page


async def test_only_an_open_link_has_a_poster(session: AsyncSession, client_of: ClientOf) -> None:
    wave = await make_wave(session)
    async with client_of(await actor_of(session, Role.committee)) as client:
        for asked in ("link", "print_poster"):
            assert codes(await client.get(f"/surveys/waves/{wave.id}/{asked}")) == (409, "ChannelUnfit")


async def test_a_printed_questionnaire_says_whom_a_question_is_for(session: AsyncSession, client_of: ClientOf) -> None:
    asked = services_definition()
    troubles = asked.questions[-1].model_copy(update={"shown_if": "selected(${Q2}, 'meals')"})
    definition = asked.model_copy(update={"questions": [*asked.questions[:-1], troubles]})
    wave = await make_wave(session, await make_survey(session, definition=definition))
    async with client_of(await actor_of(session, Role.committee)) as client:
        await client.post(f"/surveys/waves/{wave.id}/make_sheets", json={"community_code": DOUNAN, "count": 1})
        [page] = read(await client.get(f"/surveys/waves/{wave.id}/print_sheets"))
    assert "第2题选择了“老年助餐”的，请答本题" in page
