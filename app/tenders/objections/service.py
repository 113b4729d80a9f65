"""Use cases of objections; what they hold, release or undo in the awards stands in `flow.py`."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.audit import record
from app.core.calendar_table import work_calendar
from app.core.clock import now
from app.core.errors import NotFound
from app.core.moves import move
from app.tenders.awards.queries import latest_result
from app.tenders.notices.models import Lot
from app.tenders.notices.queries import profile_of
from app.tenders.objections import rules
from app.tenders.objections.models import Objection
from app.tenders.objections.policy import access_objection, access_result_to_object
from app.tenders.objections.rules import MOVES


async def file_objection(
    session: AsyncSession, actor: Actor, tender_id: int, lot_id: int | None, grounds: str
) -> Objection:
    """An applicant's doubt about the published result; it holds the awards it speaks of until it is answered.

    Refusals: NotFound for who took no part, ObjectionTooEarly, ObjectionTooLate, ObjectionWithoutGrounds.
    """
    tender = await access_result_to_object(session, actor, tender_id)
    result = await latest_result(session, tender_id)
    at = await now(session)
    if result is None or result.published_at is None or result.objections_end is None:
        raise NotFound(result=tender_id)
    rules.check_window(result.published_at, result.objections_end, at)
    rules.check_grounds(grounds)
    if lot_id is not None and ((lot := await session.get(Lot, lot_id)) is None or lot.tender_id != tender_id):
        raise NotFound(lot=lot_id)
    due = rules.answer_deadline(at, profile_of(tender), await work_calendar(session))
    objection = Objection(
        tender_id=tender_id,
        lot_id=lot_id,
        party_id=actor.party_id,
        grounds=grounds.strip(),
        filed_at=at,
        answer_due_on=due.on,
        answer_rule=due.rule,
    )
    session.add(objection)
    await record(session, actor, "objection.filed", objection, at, stream=f"tenders:{tender_id}", lot=lot_id)
    return objection


async def accept_objection(session: AsyncSession, actor: Actor, objection_id: int, answer: str) -> Objection:
    """The purchaser agrees: the awards it speaks of are undone, and the result is to be proposed anew."""
    objection = await _settle(session, actor, objection_id, "accept", answer)
    stream = f"tenders:{objection.tender_id}"
    await record(session, actor, "objection.accepted", objection, await now(session), stream=stream)
    return objection


async def reject_objection(session: AsyncSession, actor: Actor, objection_id: int, answer: str) -> Objection:
    """The purchaser does not agree, and says why; the awards go on."""
    objection = await _settle(session, actor, objection_id, "reject", answer)
    stream = f"tenders:{objection.tender_id}"
    await record(session, actor, "objection.rejected", objection, await now(session), stream=stream)
    return objection


async def _settle(session: AsyncSession, actor: Actor, objection_id: int, verb: str, answer: str) -> Objection:
    objection = await access_objection(session, actor, objection_id, verb)
    at = await now(session)
    settled = move(MOVES, objection.status, verb)
    rules.check_answer(answer)
    objection.status, objection.answer, objection.settled_at = settled, answer.strip(), at
    return objection


async def withdraw_objection(session: AsyncSession, actor: Actor, objection_id: int) -> Objection:
    """The applicant lets it go before it is answered."""
    objection = await access_objection(session, actor, objection_id, "withdraw")
    at = await now(session)
    objection.status, objection.settled_at = move(MOVES, objection.status, "withdraw"), at
    await record(session, actor, "objection.withdrawn", objection, at, stream=f"tenders:{objection.tender_id}")
    return objection
