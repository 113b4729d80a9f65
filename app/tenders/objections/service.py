"""Use cases of objections; what they hold, release or undo in the awards stands in `flow.py`."""

from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar_table import work_calendar
from app.core.errors import NotFound
from app.core.events import Reaction, happened
from app.core.moves import move
from app.tenders.notices.models import Lot
from app.tenders.notices.queries import profile_of
from app.tenders.objections import rules
from app.tenders.objections.models import Objection
from app.tenders.objections.policy import access_objection, access_tender_to_object
from app.tenders.objections.queries import windows_of
from app.tenders.objections.rules import MOVES, ObjectionStatus
from app.tenders.profiles.rules import Challenged


class OfTender(Protocol):
    """Something of a tender, such as its result."""

    tender_id: int


async def file_objection(
    session: AsyncSession,
    actor: Actor,
    tender_id: int,
    lot_id: int | None,
    grounds: str,
    subject: Challenged = Challenged.result,
) -> Objection:
    """A doubt about the documents, an ended step or the published result; it holds the awards it speaks of, those
    that are published later too, until it is answered (条例 art. 54).

    Refusals: NotFound for who took no part, ChallengeNotForeseen, StepNotEnded, ObjectionTooEarly, ObjectionTooLate,
    ObjectionWithoutGrounds.
    """
    tender = await access_tender_to_object(session, actor, tender_id, subject)
    profile, calendar = profile_of(tender), await work_calendar(session)
    at = await now(session)
    span = rules.check_challenged(subject, await windows_of(session, tender), profile)
    if refusal := rules.untimely(span, at):
        raise refusal
    rules.check_grounds(grounds)
    if lot_id is not None and ((lot := await session.get(Lot, lot_id)) is None or lot.tender_id != tender_id):
        raise NotFound(lot=lot_id)
    due = rules.answer_deadline(at, profile, calendar)
    complaint = rules.complaint_deadline(due.on, profile, calendar)
    objection = Objection(
        tender_id=tender_id,
        lot_id=lot_id,
        party_id=actor.party_id,
        subject=subject,
        grounds=grounds.strip(),
        filed_at=at,
        answer_due_on=due.on,
        answer_rule=due.rule,
    )
    if complaint is not None:
        objection.complain_by, objection.complain_rule = complaint.on, complaint.rule
    session.add(objection)
    facts = {"lot": lot_id, "about": subject.value}
    await happened(session, actor, "objection.filed", objection, at, stream=tender.stream, **facts)
    return objection


def for_each_unanswered(reaction: Reaction) -> Reaction:
    """What follows from an objection, for those filed before there was a result that they could bear on."""

    async def run(session: AsyncSession, actor: Actor, result: OfTender) -> None:
        query = sa.select(Objection).where(
            Objection.tender_id == result.tender_id, Objection.status == ObjectionStatus.filed
        )
        for objection in await session.scalars(query.order_by(Objection.id)):
            await reaction(session, actor, objection)

    return run


async def accept_objection(session: AsyncSession, actor: Actor, objection_id: int, answer: str) -> Objection:
    """The purchaser agrees: the awards it speaks of are undone, and the result is to be proposed anew."""
    objection = await _settle(session, actor, objection_id, "accept", answer)
    await happened(session, actor, "objection.accepted", objection, await now(session), stream=objection.stream)
    return objection


async def reject_objection(session: AsyncSession, actor: Actor, objection_id: int, answer: str) -> Objection:
    """The purchaser does not agree, and says why; the awards go on."""
    objection = await _settle(session, actor, objection_id, "reject", answer)
    await happened(session, actor, "objection.rejected", objection, await now(session), stream=objection.stream)
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
    await happened(session, actor, "objection.withdrawn", objection, at, stream=objection.stream)
    return objection
