"""Residents stay unknown: nothing kept tells who answered, and no code can be found by trying."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Role
from app.core.audit import AuditEvent
from app.core.clock import SimulatedClock
from app.core.receipts import RECEIPT_ALPHABET
from app.surveys.responses.models import Response
from app.surveys.waves.rules import Channel
from tests.conftest import TODAY, ClientOf
from tests.factories.parties import actor_of
from tests.factories.surveys import make_wave

pytestmark = pytest.mark.anyio
SENT = {"answers": {"Q1": "F", "Q2": ["meals"], "Q3": ["meals"]}, "seconds": 60}
KEY = {"Idempotency-Key": "0123456789abcdef"}


async def everything_kept(session: AsyncSession) -> str:
    """Every row of every table, as text."""
    readable = "relkind = 'r' AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')"
    tables = list(await session.scalars(sa.text(f"SELECT relname FROM pg_class WHERE {readable}")))  # noqa: S608
    rows: list[str] = []
    for table in tables:
        rows += await session.scalars(sa.text(f'SELECT t::text FROM "{table}" t'))  # noqa: S608
    return "\n".join(rows)


async def test_an_answer_given_while_signed_in_leaves_no_trace_of_the_account(
    session: AsyncSession, client_of: ClientOf
) -> None:
    wave = await make_wave(session, channel=Channel.open_link)
    clerk = await actor_of(session, Role.committee)
    async with client_of(clerk) as client:
        await client.post(f"/surveys/answering/{wave.open_token}", json=SENT, headers=KEY)
    written = sa.select(AuditEvent.account_id, AuditEvent.role).where(AuditEvent.event == "response.submitted")
    assert (await session.execute(written)).one() == (None, "resident")
    whose = await session.scalars(sa.text("SELECT who FROM idempotency"))
    assert list(whose) == ["None:resident:None"]


async def test_a_receipt_code_is_stored_nowhere_in_the_database(session: AsyncSession, client_of: ClientOf) -> None:
    wave = await make_wave(session, channel=Channel.open_link)
    async with client_of(RESIDENT) as client:
        sent = await client.post(f"/surveys/answering/{wave.open_token}", json=SENT, headers=KEY)
    assert sent.json()["receipt_code"] not in await everything_kept(session)


async def test_the_same_answer_sent_again_gets_the_same_receipt_and_other_answers_are_refused(
    session: AsyncSession, client_of: ClientOf
) -> None:
    wave = await make_wave(session, channel=Channel.open_link)
    other: dict[str, Any] = {**SENT, "answers": {"Q1": "M"}}
    async with client_of(RESIDENT) as client:
        first, again, changed = [
            await client.post(f"/surveys/answering/{wave.open_token}", json=body, headers=KEY)
            for body in (SENT, SENT, other)
        ]
        code = first.json()["receipt_code"]
        withdrawal = await client.post(f"/surveys/receipts/{code}/withdraw", headers=KEY)
    assert (first.status_code, again.json()) == (201, first.json())
    assert [each.json()["code"] for each in (changed, withdrawal)] == ["KeyReused", "KeyReused"]
    assert await session.scalar(sa.select(sa.func.count()).select_from(Response)) == 1


async def test_codes_cannot_be_tried_out_one_after_another(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    wave = await make_wave(session, channel=Channel.open_link)
    async with client_of(RESIDENT) as client:
        code = (await client.post(f"/surveys/answering/{wave.open_token}", json=SENT)).json()["receipt_code"]
        tries = [await client.get(f"/surveys/receipts/{sign * 8}") for sign in RECEIPT_ALPHABET[:21]]
        even_the_right_one = await client.get(f"/surveys/receipts/{code}")
        clock.at = TODAY + timedelta(seconds=30)
        later = await client.get(f"/surveys/receipts/{code}")
    assert [each.status_code for each in tries] == [404] * 20 + [429]
    assert (even_the_right_one.status_code, even_the_right_one.headers["retry-after"]) == (429, "30")
    assert later.status_code == 200
