"""A request that takes long is put off, carried out once as if it came then, found again by whoever asked, and gone
after a week."""

import csv
import io
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import AuditEvent
from app.core.clock import SimulatedClock, now
from app.core.db import Units
from app.core.http.changes import keys_of
from app.core.http.putting_off import Work
from app.core.installation.jobs import open_door
from app.core.installation.progress import Progress
from app.core.settings import Settings
from app.errands import jobs, service
from app.errands.models import Errand
from app.errands.rules import KEPT, MOST_LIVE, SILENCE
from app.files.jobs import sweep_files
from app.files.store import place_of
from app.main import create_app
from app.needs.models import Need
from app.parties.rules import PartyKind
from app.surveys.waves.rules import WaveStatus
from tests.conftest import ClientOf
from tests.factories.errands import EXPORT, make_errand
from tests.factories.needs import make_need, make_terms
from tests.factories.parties import actor_of, make_party
from tests.factories.reference import DOUNAN
from tests.factories.surveys import make_response, make_survey, make_wave

pytestmark = pytest.mark.anyio
ROW = {
    "id": "1",
    "title": "开办老年助餐点",
    "description": "午饭凑合的多。",
    "category_code": "0101",
    "population_code": "P04",
    "community_code": DOUNAN,
    "beneficiaries": "180",
    "budget_cny": "60000",
    "period_months": "12",
    "preferred_start": "2026-12-01",
    "requirements": "",
}


@pytest.fixture(autouse=True)
def everything_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    check = Work.check
    monkeypatch.setattr(Work, "check", lambda work, count, at_once: check(work, count, 0))
    monkeypatch.setattr(jobs, "TELL_EVERY", 3_600.0)  # tests have one connection


@pytest.fixture
def asking(units: Units) -> ClientOf:
    """`async with asking(actor) as client:` – the API, whose jobs ask the same application."""

    @asynccontextmanager
    async def asking_as(actor: Actor) -> AsyncIterator[AsyncClient]:
        async def authenticate(session: AsyncSession, token: str) -> Actor:
            return actor

        app = create_app(Settings(), units, authenticate)
        open_door(units, app)
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
            yield client

    return asking_as


async def committee(session: AsyncSession) -> Actor:
    await make_terms(session, ["0101"], ["P04"])
    return await actor_of(session, Role.committee, await make_party(session, PartyKind.committee, area_code=DOUNAN))


def listed(*rows: dict[str, str]) -> dict[str, tuple[str, bytes, str]]:
    out = io.StringIO()
    writer = csv.DictWriter(out, ROW)
    writer.writeheader()
    writer.writerows(rows)
    return {"upload": ("需求 一.csv", out.getvalue().encode(), "text/csv")}


async def job_of(client: AsyncClient, answer: Response) -> dict[str, object]:
    """The only job, which is the one of the answer."""
    (job,) = (await client.get("/jobs")).json()
    assert (answer.status_code, answer.json()) == (202, {"errand_id": job["subject_id"]})
    found: dict[str, object] = job
    return found


@pytest.mark.parametrize("short", [0, 1_000])
async def test_a_long_export_is_left_found_again_and_fetched(
    session: AsyncSession, asking: ClientOf, monkeypatch: pytest.MonkeyPatch, short: int
) -> None:
    monkeypatch.setattr("app.core.reading.files.SHORT", short)  # a file that was written, or one in memory
    actor = await committee(session)
    need = await make_need(session)
    await session.commit()
    async with asking(actor) as client:
        asked = await client.get("/needs/export", params={"format": "csv", "headings": "en"})
        waiting = await job_of(client, asked)
        assert (waiting["room"], waiting["verb"], waiting["thing"]) == ("errands", "export_needs", "needs")
        assert (waiting["status"], waiting["file"]) == ("waiting", None)
        again = await client.get("/needs/export", params={"format": "csv", "headings": "en"})
        assert again.json() == asked.json()
        await jobs.do_errand(waiting["subject_id"])
        done = await job_of(client, asked)
        assert (done["status"], done["file"], done["problem"]) == ("done", "needs.csv", None)
        file = await client.get(f"/errands/{done['subject_id']}/file")
    assert need.title in file.text
    assert file.headers["content-disposition"] == 'attachment; filename="needs.csv"'


async def test_a_long_import_is_one_transaction_done_once_and_says_what_it_brought(
    session: AsyncSession, asking: ClientOf
) -> None:
    actor = await committee(session)
    await session.commit()
    async with asking(actor) as client:
        job = await job_of(client, await client.post("/needs/import", files=listed(ROW)))
        assert (job["title_zh"], job["verb"]) == ("需求 一.csv", "import_needs")
        assert await session.scalar(sa.select(sa.func.count(Need.id))) == 0
        for _ in range(2):  # a job may run again where its worker died
            await jobs.do_errand(job["subject_id"])
        (done,) = (await client.get("/jobs")).json()
    assert (done["status"], done["counts"]) == ("done", {"added": 1, "changed": 0, "unchanged": 0})
    (need,) = await session.scalars(sa.select(Need))
    told = sa.select(AuditEvent.account_id).where(AuditEvent.event == "need.imported")
    assert (need.title, list(await session.scalars(told))) == (ROW["title"], [actor.account_id])
    assert await session.scalar(sa.select(Errand.body)) is None


async def test_a_long_import_is_refused_by_row_as_a_short_one_is(session: AsyncSession, asking: ClientOf) -> None:
    actor = await committee(session)
    await session.commit()
    async with asking(actor) as client:
        wrong = listed(ROW, {**ROW, "id": "2", "title": "", "budget_cny": "-1"})
        job = await job_of(client, await client.post("/needs/import", files=wrong))
        await jobs.do_errand(job["subject_id"])
        (failed,) = (await client.get("/jobs")).json()
    assert (failed["status"], failed["fault"], failed["counts"]) == ("failed", "RowsRefused", None)
    assert [(row["row"], row["code"]) for row in failed["problem"]["rows"]] == [
        (3, "FieldBlank"),
        (3, "BudgetNotPositive"),
    ]
    assert await session.scalar(sa.select(sa.func.count(Need.id))) == 0


async def test_what_cannot_be_read_is_refused_at_once(session: AsyncSession, asking: ClientOf) -> None:
    actor = await committee(session)
    await session.commit()
    async with asking(actor) as client:
        refused = await client.post("/needs/import", files={"upload": ("需求.xlsx", b"\xd0\xcf\x11\xe0", "")})
        assert refused.status_code == 422
        assert (await client.get("/jobs")).json() == []


async def test_nobody_else_sees_an_errand_or_fetches_its_file(session: AsyncSession, asking: ClientOf) -> None:
    actor = await committee(session)
    party = await make_party(session, PartyKind.committee, area_code=DOUNAN)
    colleague = await actor_of(session, Role.committee, party)
    elsewhere = Actor(actor.account_id, Role.street, actor.party_id, actor.area)
    errand = await make_errand(session, actor, b"list")
    await session.commit()
    for other in (colleague, elsewhere):
        async with asking(other) as client:
            assert (await client.get("/jobs")).json() == []
            assert (await client.get(f"/errands/{errand.id}/file")).status_code == 404
    async with asking(actor) as client:
        assert (await client.get(f"/errands/{errand.id}/file")).text == "list"


async def test_no_page_but_that_of_who_asked_is_told_how_it_moves(session: AsyncSession) -> None:
    """People without an organisation, and those of one, neither see each other's errands nor hear of them."""
    party = await make_party(session, PartyKind.committee, area_code=DOUNAN)
    committee = [await actor_of(session, Role.committee, party) for _ in range(2)]
    judges = [await actor_of(session, Role.judge) for _ in range(2)]
    admins = [await actor_of(session, Role.admin) for _ in range(2)]
    for asker, *others in (committee, judges, admins):
        session.info.pop("changed", None)
        await service.put_off(session, asker, EXPORT)
        told = session.info["changed"]
        assert told & (await keys_of(session, asker, ["jobs"])).keys() == told
        for other in others:
            assert told & (await keys_of(session, other, ["jobs"])).keys() == set()


async def test_whoever_is_not_signed_in_is_answered_at_once(session: AsyncSession, asking: ClientOf) -> None:
    await make_need(session)
    await session.commit()
    async with asking(RESIDENT) as client:
        assert (await client.get("/needs/export")).status_code == 200


async def test_a_week_later_the_file_is_not_given_out_and_then_removed(
    session: AsyncSession,
    units: Units,
    asking: ClientOf,
    clock: SimulatedClock,
) -> None:
    actor = await committee(session)
    errand = await make_errand(session, actor, b"a list of a week ago")
    place = place_of(errand.sha256 or "")
    await session.commit()
    long_ago = time.time() - 2 * 86_400
    os.utime(place, (long_ago, long_ago))
    async with asking(actor) as client:
        clock.at += KEPT - timedelta(minutes=1)
        await jobs.forget_errands(0)
        await sweep_files(0)
        assert (await client.get(f"/errands/{errand.id}/file")).status_code == 200
        clock.at += timedelta(minutes=2)
        assert (await client.get(f"/errands/{errand.id}/file")).status_code == 404
        assert (await client.get("/jobs")).json() == []
        await jobs.forget_errands(0)
        await sweep_files(0)
    assert not place.exists()


async def test_an_errand_that_is_not_heard_of_says_so_until_it_is_taken_up_again(
    session: AsyncSession,
    asking: ClientOf,
    clock: SimulatedClock,
) -> None:
    actor = await committee(session)
    await make_need(session)
    errand = await service.put_off(session, actor, EXPORT)
    await service.begin(session, errand.id)
    await service.tell(session, errand.id, Progress("gathering", 50, 5_000))
    await session.commit()
    async with asking(actor) as client:
        (running,) = (await client.get("/jobs")).json()
        assert [running[name] for name in ("status", "step", "done", "total")] == ["running", "gathering", 50, 5_000]
        clock.at += SILENCE + timedelta(seconds=1)
        (silent,) = (await client.get("/jobs")).json()
        assert silent["status"] == "failed"
        await jobs.do_errand(errand.id)
        (done,) = (await client.get("/jobs")).json()
        assert done["status"] == "done"


async def test_whoever_may_no_longer_act_so_has_nothing_carried_out(session: AsyncSession, asking: ClientOf) -> None:
    actor = await committee(session)
    errand = await service.put_off(session, actor, EXPORT)
    account = await session.get_one(Account, actor.account_id)
    account.disabled_at = await now(session)
    await session.commit()
    async with asking(actor) as client:
        await jobs.do_errand(errand.id)
        (failed,) = (await client.get("/jobs")).json()
    assert (failed["status"], failed["fault"]) == ("failed", "SeatEnded")


async def test_one_person_has_a_few_errands_under_way_at_once(session: AsyncSession, asking: ClientOf) -> None:
    actor = await committee(session)
    await make_need(session)
    await session.commit()
    async with asking(actor) as client:
        codes = [(await client.get("/needs/export", params={"q": f"餐{' ' * n}"})).status_code for n in range(6)]
        refused = await client.get("/needs/export", params={"category": "01"})
    assert codes == [202] * MOST_LIVE + [409]
    assert refused.json()["code"] == "TooManyErrands"


async def test_a_large_survey_is_closed_by_a_job_and_by_its_own_committee_alone(
    session: AsyncSession, asking: ClientOf
) -> None:
    actor, stranger = await committee(session), await actor_of(session, Role.street)
    survey = await make_survey(session)
    await make_response(session, await make_wave(session, survey, status=WaveStatus.closed))
    await session.commit()
    async with asking(stranger) as client:
        assert (await client.post(f"/surveys/{survey.id}/close")).status_code in {403, 404}
    async with asking(actor) as client:
        job = await job_of(client, await client.post(f"/surveys/{survey.id}/close"))
        await jobs.do_errand(job["subject_id"])
        (done,) = (await client.get("/jobs")).json()
        assert (done["status"], done["counts"], done["thing"]) == ("done", {}, "surveys")
        assert (await client.get(f"/surveys/{survey.id}")).json()["status"] == "closed"
