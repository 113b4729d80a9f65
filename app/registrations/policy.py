"""Who may apply, follow and decide: anybody applies and follows by the receipt; the bureau of the area decides, and the
street office about the groups it knows."""

from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, Role, granted
from app.core.installation.secret import keyed
from app.core.moves import verbs_from
from app.core.receipts import read_receipt_code
from app.parties.rules import KNOWN_TO_STREETS
from app.registrations.models import Registration
from app.registrations.rules import BY_RECEIPT, MOVES, RegistrationStatus, RegistrationUnknown

DECIDES = frozenset({Role.purchaser, Role.street})
WHO = {
    "submit": EVERYONE,
    "follow": EVERYONE,
    "withdraw": EVERYONE,
    "read": DECIDES,
    "admit": DECIDES,
    "refuse": DECIDES,
}


def denial(actor: Actor, verb: str, registration: Registration) -> str | None:
    """Why `actor` may not `verb` this application, already seen, without its receipt; None when they may."""
    return None if actor.may(verb, WHO[verb]) and verb not in BY_RECEIPT else "role"


def actions(actor: Actor, registration: Registration) -> list[str]:
    verbs = verbs_from(MOVES, registration.status)
    return [verb for verb in verbs if denial(actor, verb, registration) is None]


def receipt_actions(status: RegistrationStatus) -> list[str]:
    """The buttons of whoever holds the receipt."""
    return [verb for verb in verbs_from(MOVES, status) if verb in BY_RECEIPT]


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.role not in DECIDES or not actor.area:
        return sa.false()
    here = Registration.area_code.startswith(actor.area, autoescape=True)
    return sa.and_(here, Registration.legal_kind.in_(KNOWN_TO_STREETS)) if actor.role is Role.street else here


async def read_registration(session: AsyncSession, actor: Actor, registration_id: int) -> Registration:
    query = sa.select(Registration).where(Registration.id == registration_id, visible(actor))
    return granted(await session.scalar(query), "read", partial(denial, actor, "read"), registration=registration_id)


async def access_registration(session: AsyncSession, actor: Actor, registration_id: int, verb: str) -> Registration:
    """The application, locked for `verb`. Refusals: NotFound, Denied."""
    query = sa.select(Registration).where(Registration.id == registration_id, visible(actor)).with_for_update()
    return granted(await session.scalar(query), verb, partial(denial, actor, verb), registration=registration_id)


async def access_receipt(session: AsyncSession, typed: str) -> Registration:
    """The application that a receipt code belongs to, locked. Refusals: ReceiptMalformed, RegistrationUnknown."""
    query = sa.select(Registration).where(Registration.receipt_hash == receipt_mark(read_receipt_code(typed)))
    registration = await session.scalar(query.with_for_update())
    if registration is None:
        raise RegistrationUnknown()
    return registration


def receipt_mark(code: str) -> str:
    """What is kept of a receipt code: keyed with the installation's secret, since 31^8 codes could be tried out."""
    return keyed("registration", code)
