"""Telling people, and what they do with what they were told."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.events import Reaction, changed, happened
from app.notifications.drafts import Draft, Occasion
from app.notifications.models import Notification
from app.notifications.outbox import put_in_outbox
from app.notifications.policy import access_notification, access_unsent_mail, inbox_of, visible
from app.notifications.queries import seats_to_tell


def telling(event: str, occasion: Occasion) -> Reaction:
    """The reaction that tells whom it concerns, in the transaction of what has happened."""

    async def tell(session: AsyncSession, actor: Actor, told: Any) -> None:
        for draft in await occasion(session, event, told):
            await write_notifications(session, actor, draft)

    return tell


async def write_notifications(session: AsyncSession, actor: Actor, draft: Draft) -> None:
    """One for each person; told once, whatever else happens in the same instant."""
    at = await now(session)
    facts = {name: _plain(value) for name, value in draft.facts.items()}
    about = {"event": draft.event, "thing": draft.thing.value, "thing_id": draft.thing_id}
    named = {"title": draft.title, "title_en": draft.title_en, "facts": facts}
    seats = await seats_to_tell(session, actor, draft.to, draft.thing, draft.thing_id)
    rows = [
        {"account_id": seat.account_id, "membership_id": seat.id, "created_at": at, **about, **named} for seat in seats
    ]
    if rows:
        told = insert(Notification).values(rows).on_conflict_do_nothing()
        await put_in_outbox(session, await session.scalars(told.returning(Notification.id)), at)
        changed(session, *(inbox_of(seat.account_id) for seat in seats))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def open_notification(session: AsyncSession, actor: Actor, notification_id: int) -> None:
    """It was read; when it was read first stays."""
    notification = await access_notification(session, actor, notification_id)
    notification.opened_at = notification.opened_at or await now(session)
    changed(session, inbox_of(actor.account_id))


async def open_notifications(session: AsyncSession, actor: Actor) -> None:
    """All of one's own were read."""
    unread = sa.update(Notification).where(visible(actor), Notification.opened_at.is_(None))
    await session.execute(unread.values(opened_at=await now(session)).execution_options(synchronize_session=False))
    changed(session, inbox_of(actor.account_id))


async def send_mail(session: AsyncSession, actor: Actor, mail_id: int) -> None:
    """Hand it to the server once more within the minute, whether that refused it or was not there."""
    mail = await access_unsent_mail(session, mail_id)
    at = await now(session)
    mail.refused_at, mail.due_at, mail.tries = None, at, 0
    await happened(session, actor, "mail.sent_again", mail, at)
