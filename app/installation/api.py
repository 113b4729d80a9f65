"""Endpoints of who looks after the installation."""

from typing import Annotated

from fastapi import Path, Request

from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.core.installation import queue
from app.core.settings import Settings
from app.installation import queries, service
from app.installation.policy import WHO
from app.installation.schemas import AuditCheckRead, CalendarYearRead, InstallationRead, QueueRead, YearPublish

router = web.router("/installation", "installation")
CalendarYearNumber = Annotated[int, Path(ge=1900, le=2200)]


@router.get("", operation_id="read_installation", dependencies=[allow(WHO["read"])])
async def read_installation(request: Request, session: UnitSession) -> InstallationRead:
    settings: Settings = request.app.state.settings
    return InstallationRead.of(await queries.health(session, settings), settings)


@router.get("/jobs", operation_id="read_queue", dependencies=[allow(WHO["read"])])
async def read_queue(session: UnitSession) -> QueueRead:
    return QueueRead.of(await queue.job_kinds(session), await queue.failed_jobs(session))


@router.post("/jobs/{job_id}/retry", status_code=204, operation_id="retry_job", dependencies=[allow(WHO["retry_job"])])
async def retry_job(session: UnitSession, actor: CurrentActor, job_id: Id) -> None:
    await service.retry_job(session, actor, job_id)


@router.post(
    "/jobs/{job_id}/forget", status_code=204, operation_id="forget_job", dependencies=[allow(WHO["forget_job"])]
)
async def forget_job(session: UnitSession, actor: CurrentActor, job_id: Id) -> None:
    await service.forget_job(session, actor, job_id)


@router.get("/audit_checks", operation_id="list_audit_checks", dependencies=[allow(WHO["read"])])
async def list_audit_checks(session: UnitSession) -> list[AuditCheckRead]:
    at = await now(session)
    return [AuditCheckRead.of(check, at) for check in await queries.latest_checks(session)]


@router.post(
    "/audit_checks", status_code=202, operation_id="ask_audit_check", dependencies=[allow(WHO["ask_audit_check"])]
)
async def ask_audit_check(session: UnitSession, actor: CurrentActor) -> list[AuditCheckRead]:
    await service.ask_audit_check(session, actor)
    return await list_audit_checks(session)


@router.get("/calendar", operation_id="list_years", dependencies=[allow(WHO["read"])])
async def list_years(session: UnitSession) -> list[CalendarYearRead]:
    today = shanghai_date(await now(session))
    return [CalendarYearRead.of(year, today) for year in await queries.calendar_years(session)]


@router.post("/calendar/{year}/publish", operation_id="publish_year", dependencies=[allow(WHO["publish_year"])])
async def publish_year(
    session: UnitSession, actor: CurrentActor, year: CalendarYearNumber, given: YearPublish
) -> list[CalendarYearRead]:
    await service.publish_year(session, actor, year, set(given.rest_days), set(given.workdays), given.source)
    return await list_years(session)
