"""Long work: what is under way for the reader, and what came of it."""

from app.core.clock import now
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.jobs import queries
from app.jobs.policy import WHO
from app.jobs.schemas import JobRead

router = web.router("/jobs", "jobs")


@router.get("", operation_id="list_jobs", dependencies=[allow(WHO["list"])])
async def list_jobs(session: UnitSession, actor: CurrentActor) -> list[JobRead]:
    """Of the last seven days, the latest first."""
    found = await queries.list_jobs(session, actor, await now(session))
    return [JobRead.model_validate(job) for job in found]
