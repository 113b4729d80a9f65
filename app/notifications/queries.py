"""Inboxes, and who is to be told of something."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, Membership
from app.accounts.policy import actor_in, is_held
from app.core.actors import Actor
from app.core.paging import Found, Paging, paginate
from app.desk.rules import Thing
from app.notifications.models import Mail, Mailbox, Notification
from app.notifications.policy import SEES, visible

MAILS_SHOWN = 50


class Unsent(NamedTuple):
    """A mail that the server has not taken, and whose it is."""

    mail: Mail
    mailbox: Mailbox
    account: Account


class Told(NamedTuple):
    """A notification, and in which seat it was told."""

    notification: Notification
    seat: Membership


async def list_notifications(session: AsyncSession, actor: Actor, paging: Paging) -> Found[Told]:
    """The newest first."""
    query = sa.select(Notification).where(visible(actor))
    found = await paginate(session, query, paging, id=Notification.id, sorts={})
    numbers = {each.membership_id for each in found.rows}
    seats = {seat.id: seat for seat in await session.scalars(sa.select(Membership).where(Membership.id.in_(numbers)))}
    return found.read_as([Told(each, seats[each.membership_id]) for each in found.rows])


async def count_unopened(session: AsyncSession, actor: Actor) -> int:
    query = sa.select(sa.func.count()).select_from(Notification)
    return await session.scalar(query.where(visible(actor), Notification.opened_at.is_(None))) or 0


async def seats_to_tell(
    session: AsyncSession, told_by: Actor, to: sa.ColumnElement[bool], thing: Thing, thing_id: int
) -> list[Membership]:
    """The seats of `to` that see the thing, one for each person, but not the person by whom it happened."""
    query = sa.select(Membership).join(Membership.account).where(to, is_held(), Account.disabled_at.is_(None))
    if told_by.account_id is not None:
        query = query.where(Membership.account_id != told_by.account_id)
    seats: dict[int, Membership] = {}
    for seat in await session.scalars(query.order_by(Membership.account_id, Membership.id)):
        actor = actor_in(seat)
        if seat.account_id not in seats and await session.scalar(sa.select(SEES[thing](actor, thing_id))):
            seats[seat.account_id] = seat
    return list(seats.values())


async def unsent_mails(session: AsyncSession) -> list[Unsent]:
    """What the server refused or could not be given, the latest first; not what merely waits for its hour."""
    query = sa.select(Mail, Mailbox, Account).join(Mailbox, Mailbox.account_id == Mail.account_id)
    query = query.join(Account, Account.id == Mail.account_id).where(Mail.sent_at.is_(None), Mail.fault.is_not(None))
    rows = await session.execute(query.order_by(Mail.refused_at.desc().nulls_last(), Mail.id.desc()).limit(MAILS_SHOWN))
    return [Unsent(*row) for row in rows]


async def count_waiting_mails(session: AsyncSession) -> int:
    query = sa.select(sa.func.count()).select_from(Mail)
    return await session.scalar(query.where(Mail.sent_at.is_(None), Mail.refused_at.is_(None))) or 0
