"""The job that carries errands out, and the nightly forgetting."""

import asyncio
import io
import json
from contextlib import suppress
from email.message import Message
from functools import partial

from fastapi import Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.errors import DomainError
from app.core.http.putting_off import Carried, carry_out
from app.core.installation.jobs import AGAIN, application, defer, jobs, unit
from app.core.installation.progress import Progress, heard
from app.core.problems import problem_of
from app.core.reading.files import FileMade
from app.errands import service
from app.errands.models import Errand
from app.files.rules import MEDIA

TELL_EVERY = 2.0  # seconds
AWAY = 503
KIND_OF = {media: kind for kind, media in MEDIA.items()}


class NotNow(Exception):
    """Something was missing that comes back: the errand is tried again."""


@jobs.task(name="errands.do_errand", retry=AGAIN)
async def do_errand(errand_id: int) -> None:
    """What was put off is done as if it were asked for now; it is kept in the same transaction, so that it is done
    once, whatever becomes of the worker."""
    try:
        async with unit() as session:
            begun = await service.begin(session, errand_id)
    except DomainError as refused:
        async with unit() as session:
            return await service.fail(session, errand_id, problem_of(refused).model_dump(mode="json"))
    if begun is None:
        return
    kept, actor = begun
    carried = Carried(actor, partial(service.hold, errand_id=errand_id), partial(_keep, errand_id=errand_id))
    with heard() as progress:
        telling = asyncio.create_task(_tell(errand_id, progress))
        try:
            answer = await carry_out(application(), kept, carried)
        finally:
            telling.cancel()
            await asyncio.wait({telling})
    if answer.status_code == AWAY:
        raise NotNow
    if answer.status_code >= 400:
        async with unit() as session:
            await service.fail(session, errand_id, json.loads(bytes(answer.body)))


async def _keep(session: AsyncSession, answer: Response, errand_id: int) -> None:
    if disposition := answer.headers.get("content-disposition"):
        kind = KIND_OF[answer.headers["content-type"]]
        file = answer.file if isinstance(answer, FileMade) else io.BytesIO(answer.body)
        await service.keep_result(session, errand_id, _name_in(disposition), kind, file)
    else:
        told = json.loads(bytes(answer.body))
        is_counts = all(isinstance(count, int) for count in told.values())  # what a list brought; else nothing to keep
        await service.keep_counts(session, errand_id, told if is_counts else {})


def _name_in(disposition: str) -> str:
    """What a file is called that is answered: the `filename` of a Content-Disposition (RFC 6266)."""
    message = Message()
    message["Content-Disposition"] = disposition
    return message.get_filename("")


async def _tell(errand_id: int, progress: Progress) -> None:
    while True:
        await asyncio.sleep(TELL_EVERY)
        with suppress(SQLAlchemyError):  # the next time, then
            async with unit() as session:
                await service.tell(session, errand_id, progress)


async def start_errand(session: AsyncSession, actor: Actor, errand: Errand) -> None:
    """Deferred with the request that was put off. Two are done at a time, so that other jobs keep a place."""
    await defer(session, do_errand, turn=f"errands {errand.id % 2}", errand_id=errand.id)


@jobs.periodic(cron="45 3 * * *")
@jobs.task(name="errands.forget_errands", queueing_lock="errands.forget_errands")
async def forget_errands(timestamp: int) -> None:
    """Before the files that nothing holds any more are swept."""
    async with unit() as session:
        await service.forget_old(session)
