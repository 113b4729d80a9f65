"""Waves over HTTP: prolonged, and printed."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Role
from app.core.clock import now
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel
from tests.conftest import ClientOf
from tests.factories.parties import actor_of
from tests.factories.reference import DOUNAN
from tests.factories.surveys import make_survey, make_wave

pytestmark = pytest.mark.anyio


async def link_wave(session: AsyncSession, **facts: Any) -> Wave:
    return await make_wave(session, channel=Channel.link, **facts)


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
    assert [link["qr_svg"].startswith("<svg") for link in made] == [True, True]
    assert (cards.text.count("<svg"), cards.text.count("http://127.0.0.1:8000/s/")) == (2, 2)
    assert [sheets.text.count(f"<b>{serial}</b>") for serial in serials] == [1, 1]
    assert "老年助餐" in sheets.text
    assert codes(too_many) == (422, "InputInvalid")
