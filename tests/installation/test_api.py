"""What an administrator sees and does: failed jobs, checks of the audit log, the rest days of a coming year."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.rules import AreaLevel
from app.core.actors import Actor, Role
from app.core.audit import AuditHead
from app.core.clock import SimulatedClock
from app.core.days.calendar_table import work_calendar
from app.core.db import Units
from app.core.installation.jobs import jobs, open_door
from app.core.installation.queue import keep_fault
from app.core.settings import PROJECT
from app.installation.jobs import check_audit
from app.installation.rules import SILENCE
from tests.conftest import ClientOf
from tests.factories.parties import actor_of

pytestmark = pytest.mark.anyio
FOREIGN = ("tests.", "builtin:", "procrastinate.")
FEATURE = PROJECT / "frontend" / "src" / "features" / "installation"
ARRANGED = {
    "rest_days": [
        *("2027-01-01", "2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11", "2027-04-05"),
        *("2027-05-03", "2027-05-04", "2027-05-05", "2027-06-09", "2027-09-15"),
        *("2027-10-01", "2027-10-04", "2027-10-05", "2027-10-06", "2027-10-07"),
    ],
    "workdays": ["2027-02-14", "2027-05-08", "2027-09-26", "2027-10-09"],
    "source": "国办发明电〔2026〕7号",
}


async def failed_job(session: AsyncSession, task: str = "installation.check_audit", lock: str | None = None) -> int:
    put = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status)"
        " VALUES ('default', :t, :l, 'failed') RETURNING id"
    )
    number = int((await session.execute(sa.text(put), {"t": task, "l": lock})).scalar_one())
    await keep_fault(session, number, "OSError app/files/store.py:40")
    return number


async def status_of(session: AsyncSession, job: int) -> str | None:
    return await session.scalar(sa.text("SELECT status::text FROM procrastinate_jobs WHERE id = :id"), {"id": job})


async def checks(client: AsyncClient) -> list[dict[str, Any]]:
    return list((await client.get("/installation/audit_checks")).json())


async def test_health_says_what_runs_and_how_much_there_is(session: AsyncSession, client_of: ClientOf) -> None:
    admin = await actor_of(session, Role.admin)
    await session.commit()
    async with client_of(admin) as client:
        read = (await client.get("/installation")).json()
    assert (read["is_working"], read["worker_at"], read["has_mail_server"]) == (False, None, False)
    assert read["migration"] and read["database_bytes"] > 0 and 0 < read["disk_free"] <= read["disk_total"]


async def test_a_failed_job_is_shown_with_its_reason_and_carried_out_again(
    session: AsyncSession, client_of: ClientOf
) -> None:
    admin, job = await actor_of(session, Role.admin), await failed_job(session)
    await session.commit()
    async with client_of(admin) as client:
        (failed,) = (await client.get("/installation/jobs")).json()["failed"]
        assert (failed["id"], failed["kind"]) == (job, "installation.check_audit")
        assert failed["reason"] == "OSError app/files/store.py:40"
        assert (await client.post(f"/installation/jobs/{job}/retry")).status_code == 204
        assert (await client.get("/installation/jobs")).json()["failed"] == []
        assert (await client.post(f"/installation/jobs/{job}/retry")).status_code == 404
    assert await status_of(session, job) == "todo"


async def test_a_failed_job_is_taken_off_the_list(session: AsyncSession, client_of: ClientOf) -> None:
    admin, job = await actor_of(session, Role.admin), await failed_job(session)
    await session.commit()
    async with client_of(admin) as client:
        assert (await client.post(f"/installation/jobs/{job}/forget")).status_code == 204
        assert (await client.post(f"/installation/jobs/{job}/forget")).status_code == 404
    assert await status_of(session, job) is None


async def test_of_a_kind_that_waits_already_no_second_one_is_tried(session: AsyncSession, client_of: ClientOf) -> None:
    admin, job = await actor_of(session, Role.admin), await failed_job(session, lock="once")
    again = "UPDATE procrastinate_jobs SET status = 'todo' WHERE id = :id"
    await session.execute(sa.text(again), {"id": job})
    other = await failed_job(session, lock="once")
    await session.commit()
    async with client_of(admin) as client:
        refused = await client.post(f"/installation/jobs/{other}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "JobAlreadyWaits")


async def test_a_check_of_the_audit_log_is_asked_for_and_found_again_with_what_it_found(
    session: AsyncSession, client_of: ClientOf, units: Units
) -> None:
    admin, other = await actor_of(session, Role.admin), await actor_of(session, Role.admin)
    await session.commit()
    open_door(units)
    async with client_of(admin) as client:
        (asked,) = (await client.post("/installation/audit_checks")).json()
        assert (asked["status"], asked["total"], asked["is_nightly"]) == ("waiting", None, False)
        assert len((await client.post("/installation/audit_checks")).json()) == 1
        (job,) = (await client.get("/jobs")).json()
        assert (job["verb"], job["thing"], job["status"]) == ("ask_audit_check", "installation", "waiting")
        await check_audit(asked["id"])
        (ended,) = await checks(client)
        assert (ended["status"], ended["found"], ended["done"]) == ("done", 0, ended["total"])
        assert ended["total"] > 0
        (job,) = (await client.get("/jobs")).json()
        assert (job["status"], job["done"]) == ("done", ended["total"])
    async with client_of(other) as client:
        assert (await client.get("/jobs")).json() == []


async def test_a_broken_chain_is_named(session: AsyncSession, client_of: ClientOf, units: Units) -> None:
    admin = await actor_of(session, Role.admin)
    await session.execute(sa.text("SET LOCAL ROLE NONE"))  # the runtime role may not
    session.add(AuditHead(stream="needs:1", seq=1, hash=b"x"))
    await session.commit()
    open_door(units)
    async with client_of(admin) as client:
        (asked,) = (await client.post("/installation/audit_checks")).json()
        await check_audit(asked["id"])
        (ended,) = await checks(client)
    assert (ended["status"], ended["found"]) == ("done", 1)
    assert ended["faults"] == [{"stream": "needs:1", "seq": 1, "fault": "cut_off"}]


async def test_a_check_that_was_cut_off_is_asked_for_anew(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    admin = await actor_of(session, Role.admin)
    await session.commit()
    async with client_of(admin) as client:
        await client.post("/installation/audit_checks")
        clock.at += SILENCE * 2
        assert [each["status"] for each in await checks(client)] == ["failed"]
        await client.post("/installation/audit_checks")
        assert [each["status"] for each in await checks(client)] == ["waiting", "failed"]


async def test_the_arrangement_of_the_coming_year_is_published_once(session: AsyncSession, client_of: ClientOf) -> None:
    admin = await actor_of(session, Role.admin)
    await session.commit()
    async with client_of(admin) as client:
        before = (await client.get("/installation/calendar")).json()
        assert [each["year"] for each in before if each["actions"]] == [2027]
        lacking = {**ARRANGED, "rest_days": [day for day in ARRANGED["rest_days"] if day != "2027-06-09"]}
        refused = await client.post("/installation/calendar/2027/publish", json=lacking)
        assert (refused.status_code, refused.json()["code"]) == (422, "YearIncomplete")
        years = (await client.post("/installation/calendar/2027/publish", json=ARRANGED)).json()
        (year,) = [each for each in years if each["year"] == 2027]
        told = {name: year[name] for name in ("rest_days", "workdays")}
        assert (year["is_official"], year["sources"]) == (True, [ARRANGED["source"]])
        assert told == {name: ARRANGED[name] for name in told}
        again = await client.post("/installation/calendar/2027/publish", json=ARRANGED)
        assert (again.status_code, again.json()["code"]) == (409, "YearPublished")
    assert 2027 in (await work_calendar(session)).official_years


async def test_nobody_else_sees_the_installation(session: AsyncSession, client_of: ClientOf) -> None:
    bureau: Actor = await actor_of(session, Role.purchaser)
    await session.commit()
    async with client_of(bureau) as client:
        found = [(await client.get(f"/installation{at}")).status_code for at in ("", "/jobs", "/calendar")]
        assert (found, (await client.get("/jobs")).json()) == ([403] * 3, [])


def test_every_kind_of_job_and_every_level_of_area_has_its_words() -> None:
    for language in ("zh", "en"):
        words = json.loads((FEATURE / f"{language}.json").read_text(encoding="utf-8"))
        kinds = {f"{room}.{job}" for room, own in words["kind"].items() if room != "other" for job in own}
        assert {
            name for name in jobs.tasks if not name.startswith(("tests.", "builtin:", "procrastinate."))
        } - kinds == set()
        assert set(AreaLevel) - words["reference"]["level"].keys() == set()
