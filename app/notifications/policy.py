"""Everybody reads what was told to themselves, in seats they still hold; nobody is told of what they may not see."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.accounts.policy import is_held
from app.assessments import policy as assessments
from app.assessments.models import Assessment
from app.contracts import policy as contracts
from app.contracts.models import Contract
from app.core.actors import STAFF, Actor, Role
from app.core.errors import NotFound
from app.desk.rules import Thing
from app.inspections.models import InspectionDraw
from app.needs import policy as needs
from app.needs.models import Need
from app.notifications.models import Mail, Mailbox, Notification
from app.parties import policy as parties
from app.parties.models import Party
from app.registrations import policy as registrations
from app.registrations.models import Registration
from app.selection import policy as selection
from app.selection.models import Round
from app.surveys.results.models import SurveyFigures
from app.tenders.awards import policy as awards
from app.tenders.awards.models import Result
from app.tenders.bids import policy as bids
from app.tenders.bids.models import Bid
from app.tenders.notices import policy as notices
from app.tenders.notices.models import Tender
from app.tenders.panels import policy as panels

WHO = {
    "list": STAFF,
    "count": STAFF,
    "open": STAFF,
    "read_mailbox": STAFF,
    "set_mailbox": STAFF,
    "confirm_mailbox": STAFF,
    "remove_mailbox": STAFF,
    "list_mails": frozenset({Role.admin}),
    "send_mail": frozenset({Role.admin}),
}
# Whether an actor sees a thing, asked of the room that the thing belongs to.
SEES: dict[Thing, Callable[[Actor, int], sa.ColumnElement[bool]]] = {
    Thing.need: lambda actor, id: sa.exists().where(Need.id == id, needs.visible(actor)),
    Thing.figures: lambda _, id: sa.exists().where(SurveyFigures.survey_id == id),
    Thing.round: lambda actor, id: sa.exists().where(Round.id == id, selection.visible(actor)),
    Thing.tender: lambda actor, id: sa.exists().where(Tender.id == id, notices.visible(actor)),
    Thing.panel: lambda actor, id: sa.exists().where(Tender.id == id, panels.visible(actor)),
    Thing.bid: lambda actor, id: sa.exists().where(Bid.id == id, bids.visible(actor)),
    Thing.result: lambda actor, id: sa.exists().where(Result.tender_id == id, awards.result_visible(actor)),
    Thing.contract: lambda actor, id: sa.exists().where(Contract.id == id, contracts.visible(actor)),
    Thing.registration: lambda actor, id: sa.exists().where(Registration.id == id, registrations.visible(actor)),
    Thing.sheet: lambda actor, id: sa.exists().where(Assessment.id == id, assessments.visible(actor)),
    Thing.party: lambda actor, id: sa.exists().where(Party.id == id, parties.visible(actor)),
    Thing.inspection_draw: lambda _, id: sa.exists().where(InspectionDraw.id == id),
    Thing.account: lambda actor, id: sa.literal(actor.account_id == id),
}


def inbox_of(account_id: int | None) -> str:
    """Under which key changes in somebody's inbox are told."""
    return f"notifications:{account_id}"


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    held = sa.exists().where(Membership.id == Notification.membership_id, is_held())
    return sa.and_(Notification.account_id == actor.account_id, held)


async def access_notification(session: AsyncSession, actor: Actor, notification_id: int) -> Notification:
    """What the actor was told, locked; anybody else's is not found."""
    query = sa.select(Notification).where(Notification.id == notification_id, visible(actor))
    found = await session.scalar(query.with_for_update(of=Notification))
    if found is None:
        raise NotFound(notification=notification_id)
    return found


async def find_mailbox(session: AsyncSession, actor: Actor) -> Mailbox | None:
    """The actor's own, locked; None where no address was given yet."""
    query = sa.select(Mailbox).where(Mailbox.account_id == actor.account_id)
    return await session.scalar(query.with_for_update())


async def access_unsent_mail(session: AsyncSession, mail_id: int) -> Mail:
    """A mail that tells of something and has not been sent, locked. Codes are not found: people ask for new ones."""
    query = sa.select(Mail).where(Mail.id == mail_id, Mail.sent_at.is_(None), Mail.code.is_(None))
    mail = await session.scalar(query.with_for_update())
    if mail is None:
        raise NotFound(mail=mail_id)
    return mail
