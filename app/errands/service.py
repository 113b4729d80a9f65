"""Use cases of errands: a request put off, begun by a job, kept with what came of it, stopped by whoever asked,
forgotten after a week."""

import hashlib
import io
from collections.abc import Mapping
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.accounts.policy import act_again
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import Busy
from app.core.events import changed, happened
from app.core.http.putting_off import Kept
from app.core.installation.progress import Progress
from app.core.moves import move
from app.core.reading.foreign import off_loop
from app.core.waiting import JobStatus, jobs_of_seat
from app.errands import rules
from app.errands.models import Errand
from app.errands.policy import access_errand, is_own
from app.errands.rules import LIVE, MOVES
from app.files.keeping import keep_file
from app.files.rules import FileKind

NAME = 200  # characters of a file's name


async def put_off(session: AsyncSession, actor: Actor, kept: Kept) -> Errand:
    """Have it done by a job. Who asks for the same file again while it is being made is led to the first errand.

    Refusal: TooManyErrands.
    """
    own = sa.select(Errand).where(is_own(actor), Errand.status.in_(LIVE)).with_for_update()
    live = list(await session.scalars(own))
    asked = kept.method, kept.path, kept.query
    if same := next((e for e in live if not kept.body and (e.method, e.path, e.query) == asked), None):
        return same
    rules.check_live(len(live))
    at = await now(session)
    errand = Errand(account_id=actor.account_id, role=actor.role, party_id=actor.party_id, operation=kept.operation)
    errand.method, errand.path, errand.query = asked
    errand.media, errand.body, errand.brought = kept.media, kept.body, kept.file[-NAME:]
    errand.asked_at = errand.moved_at = at
    session.add(errand)
    _changed(session, errand)
    await happened(session, actor, "errand.asked", errand, at, operation=kept.operation)
    return errand


async def begin(session: AsyncSession, errand_id: int) -> tuple[Kept, Actor] | None:
    """What is to be done, and for whom; None where it is over. Refusal: SeatEnded."""
    query = sa.select(Errand).where(Errand.id == errand_id).options(undefer(Errand.body)).with_for_update()
    errand = await session.scalar(query)
    if errand is None or errand.status not in LIVE or errand.body is None:
        return None
    actor = await act_again(session, errand.account_id, errand.role, errand.party_id)
    if actor is None:
        raise rules.SeatEnded()
    errand.status, errand.moved_at = move(MOVES, errand.status, "open"), await now(session)
    errand.step, errand.done, errand.total = None, 0, None
    _changed(session, errand)
    path, query_, media = errand.path, errand.query, errand.media
    return Kept(errand.operation, errand.method, path, query_, media, errand.body, errand.brought), actor


async def hold(session: AsyncSession, errand_id: int) -> None:
    """For the transaction in which it is done: nobody else does it meanwhile, and it may take its time between two
    statements. Refusal: Busy, where a worker that was believed dead still does it, or has just done it."""
    key = sa.func.hashtextextended(f"errands:{errand_id}", 0)
    if not await session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(key))):
        raise Busy(seconds=5)
    if await session.scalar(sa.select(Errand.status).where(Errand.id == errand_id)) not in LIVE:
        raise Busy(seconds=5)
    await session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))


async def keep_counts(session: AsyncSession, errand_id: int, counts: Mapping[str, int]) -> None:
    """Of a list that was taken in: how many entries were added, changed …"""
    errand = await _ended(session, errand_id, "finish")
    errand.counts = dict(counts)


async def keep_result(session: AsyncSession, errand_id: int, name: str, kind: FileKind, file: BinaryIO) -> None:
    """The file that was made."""
    errand = await _ended(session, errand_id, "finish")
    sha256 = (await off_loop(hashlib.file_digest, file, "sha256")).hexdigest()
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    await keep_file(session, file, sha256, kind, size, errand.moved_at)
    errand.sha256, errand.file = sha256, name


async def fail(session: AsyncSession, errand_id: int, problem: Mapping[str, Any]) -> None:
    """What was asked for was refused; nothing of it was done. Whoever has stopped it needs no reason."""
    errand = await _locked(session, errand_id)
    if errand.status is not JobStatus.stopped:
        await _end(session, errand, "fail")
        errand.problem = dict(problem)


async def stop_errand(session: AsyncSession, actor: Actor, errand_id: int) -> Errand:
    """It is not done. What is being done of it stops between two parts and is undone with its transaction: what ends
    first decides, its end or this. Refusal: MoveRefused, where it is over."""
    errand = await access_errand(session, actor, errand_id)
    await _end(session, errand, "stop")
    await happened(session, actor, "errand.stopped", errand, errand.moved_at, operation=errand.operation)
    return errand


async def _ended(session: AsyncSession, errand_id: int, verb: str) -> Errand:
    errand = await _locked(session, errand_id)
    await _end(session, errand, verb)
    return errand


async def _locked(session: AsyncSession, errand_id: int) -> Errand:
    return (await session.scalars(sa.select(Errand).where(Errand.id == errand_id).with_for_update())).one()


async def _end(session: AsyncSession, errand: Errand, verb: str) -> None:
    errand.status, errand.moved_at = move(MOVES, errand.status, verb), await now(session)
    errand.step, errand.body = None, None
    _changed(session, errand)


def _changed(session: AsyncSession, errand: Errand) -> None:
    changed(session, jobs_of_seat(errand.account_id, errand.role, errand.party_id))


async def tell(session: AsyncSession, errand_id: int, progress: Progress) -> None:
    """How far it is; heard as a sign of life even where nothing has moved. Hears in turn that it is to stop."""
    query = sa.select(Errand).where(Errand.id == errand_id, Errand.status.in_(LIVE)).with_for_update()
    if errand := await session.scalar(query):
        errand.step, errand.done, errand.total = progress.step, progress.done, progress.total
        errand.moved_at = await now(session)
        _changed(session, errand)
    else:
        progress.is_stopped = True


async def forget_old(session: AsyncSession) -> None:
    """A week after it was over nothing is kept of an errand; what its file lies in is swept with the other files."""
    await session.execute(sa.delete(Errand).where(Errand.moved_at < await now(session) - rules.KEPT))
