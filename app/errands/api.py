"""What came of an errand, where that is a file, and having it stopped; how errands stand is told with all other long
work (`jobs`)."""

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from app.core.clock import now
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.lanes import Lane
from app.core.http.putting_off import PutOffRead, kept_of
from app.core.http.unit import CurrentActor, UnitSession, allow, in_lane
from app.core.reading.files import answers_file
from app.errands import policy, service
from app.errands.policy import WHO
from app.files.rules import MEDIA
from app.files.sending import sent

router = web.router("/errands", "errands")


@router.get(
    "/{errand_id}/file",
    operation_id="read_errand_file",
    dependencies=[allow(WHO["read"]), in_lane(Lane.reading)],
    **answers_file(*MEDIA.values()),
)
async def read_errand_file(errand_id: Id, session: UnitSession, actor: CurrentActor) -> Response:
    return sent(*await policy.read_made(session, actor, errand_id, await now(session)))


@router.post("/{errand_id}/stop", operation_id="stop_errand", status_code=204, dependencies=[allow(WHO["stop"])])
async def stop_errand(errand_id: Id, session: UnitSession, actor: CurrentActor) -> None:
    """Nothing of it is done; what was under way is undone."""
    await service.stop_errand(session, actor, errand_id)


async def put_off(request: Request) -> Response:
    """The answer to a request that takes long; what it asks for is done by a job."""
    errand = await service.put_off(request.state.session, request.state.actor, await kept_of(request))
    return JSONResponse(PutOffRead(errand_id=errand.id).model_dump(), 202)
