"""Objections by tender, and what waits because of them."""

from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import WorkCalendar, end_of_day, shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.waiting import Waiting
from app.tenders.awards.queries import latest_result
from app.tenders.bids.models import Bid
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import amendments_of, profile_of
from app.tenders.objections import rules
from app.tenders.objections.models import Objection
from app.tenders.objections.policy import BUYS, challenge_actions, may_challenge, visible
from app.tenders.objections.rules import ObjectionStatus, Window
from app.tenders.panels.queries import find_panel
from app.tenders.profiles.rules import Challenged, Profile


class Challenge(NamedTuple):
    """A subject, the time in which it may be challenged, and what the reader may do about it now."""

    subject: Challenged
    span: Window
    actions: list[str]


async def list_objections(session: AsyncSession, actor: Actor, tender_id: int | None) -> list[Objection]:
    """Those the actor may see, newest first; of one tender, or of all."""
    query = sa.select(Objection).where(visible(actor)).order_by(Objection.id.desc())
    if tender_id is not None:
        query = query.where(Objection.tender_id == tender_id)
    return list(await session.scalars(query))


async def windows_of(session: AsyncSession, tender: Tender) -> dict[Challenged, Window]:
    """Subject → the time in which it may be challenged; nothing for a step that has not ended."""
    profile, calendar = profile_of(tender), await work_calendar(session)
    found = {}
    for subject, (begins, known) in (await _ended_steps(session, tender, profile, calendar)).items():
        found[subject] = rules.window(begins, known, profile, calendar)
    result = await latest_result(session, tender.id)
    if result is not None and result.published_at and result.objections_end:
        rule = profile.objection.source
        shown = Window(result.published_at, result.objections_end, result.is_provisional, rule)
        found[Challenged.result] = shown
    return {subject: found[subject] for subject in profile.challenged if subject in found}


async def challenges(session: AsyncSession, actor: Actor, tender: Tender) -> list[Challenge]:
    """What of the tender may be challenged, and until when; nothing for a step that has not ended."""
    may, at = await may_challenge(session, actor, tender), await now(session)
    spans = await windows_of(session, tender)
    return [Challenge(each, span, challenge_actions(each in may, span, at)) for each, span in spans.items()]


async def _ended_steps(
    session: AsyncSession, tender: Tender, profile: Profile, calendar: WorkCalendar
) -> dict[Challenged, tuple[datetime, date]]:
    """Subject → from when it may be challenged, and the day from which that is counted."""
    found = {}
    if tender.published_at is not None:
        binding = [each.at for each in await amendments_of(session, tender.id) if each.is_binding]
        amended = shanghai_date(binding[-1]) if binding else None
        known = rules.documents_known_on(shanghai_date(tender.published_at), amended, profile, calendar)
        found[Challenged.documents] = (tender.published_at, known)
    decided = await session.scalar(sa.select(sa.func.max(Bid.decided_at)).where(Bid.tender_id == tender.id))
    panel = await find_panel(session, tender.id)
    ends = {
        Challenged.opening: tender.opened_at,
        Challenged.prequalification: decided,
        Challenged.scoring: panel.closed_at if panel else None,
    }
    return found | {subject: (end, shanghai_date(end)) for subject, end in ends.items() if end is not None}


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """Objections that the purchaser has to answer, until when, and by which rule."""
    return await _unanswered(session, actor) if actor.role in BUYS else []


async def awaited(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """An organization's own objections that have no answer yet."""
    return await _unanswered(session, actor) if actor.role is Role.organization else []


async def _unanswered(session: AsyncSession, actor: Actor) -> list[Waiting]:
    query = (
        sa.select(Objection, Tender)
        .join(Tender, Tender.id == Objection.tender_id)
        .where(visible(actor), Objection.status == ObjectionStatus.filed)
        .order_by(Objection.answer_due_on, Objection.id)
    )
    return [
        Waiting(
            "objections",
            "reject",
            objection.id,
            tender.title_zh,
            end_of_day(objection.answer_due_on),
            objection.answer_rule,
            "result" if objection.subject is Challenged.result else "tender",
            objection.tender_id,
            counted=True,
            title_en=tender.title_en,
        )
        for objection, tender in await session.execute(query)
    ]
