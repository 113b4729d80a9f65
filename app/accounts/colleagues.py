"""The people of one party answer for each other: who joins them, and who of them has a new password.

An administrator answers only where nobody of the party can. Selects here say at once who may and what there is.
"""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.accounts.models import Account, Membership, PasswordReset
from app.accounts.policy import is_held
from app.accounts.rules import TOLD_FOR
from app.core.actors import Actor, Mandate, Role

Number = sa.SQLColumnExpression[int] | sa.SQLColumnExpression[int | None]


class Colleagues(NamedTuple):
    """Who acts for the party beside oneself, seats and requests for a new password that wait for an actor's word, and
    passwords that were set anew."""

    people: list[Membership]
    seats: list[Membership]
    resets: list[PasswordReset]
    told: list[PasswordReset]


def has_others(party_id: Number, account_id: Number) -> sa.ColumnElement[bool]:
    """Whether somebody else can speak for the party: those who may do everything."""
    seat, person = aliased(Membership), aliased(Account)
    query = sa.select(seat.id).join(person, person.id == seat.account_id)
    able = sa.and_(
        person.disabled_at.is_(None),
        person.password_hash.is_not(None),
        is_held(seat),
        seat.mandate == Mandate.head,
    )
    return query.where(seat.party_id == party_id, seat.account_id != account_id, able).exists()


def has_people(party_id: int, account_id: int) -> sa.Select[bool]:
    """Whether somebody else can act for the party, or ever had a seat in it; of people of the demonstration, only
    those that are there count."""
    query = sa.select(Membership.id).join(Account).where(Account.is_demonstration.is_(False))
    had = query.where(Membership.party_id == party_id, Membership.account_id != account_id).exists()
    return sa.select(sa.or_(had, has_others(sa.literal(party_id), sa.literal(account_id))))


def unconfirmed(actor: Actor) -> sa.Select[Membership]:
    """Seats that wait for this actor's word, with their accounts."""
    seats = sa.select(Membership).join(Membership.account).options(contains_eager(Membership.account))
    waiting = sa.and_(Membership.ended_at.is_(None), Membership.confirmed_at.is_(None), Account.disabled_at.is_(None))
    beside = Membership.party_id == actor.party_id
    if actor.role is Role.admin:
        beside = sa.not_(has_others(Membership.party_id, Membership.account_id))
    return seats.where(waiting, beside, Membership.account_id != actor.account_id)


def asked(actor: Actor, at: datetime) -> sa.Select[PasswordReset]:
    """Requests for a new password that wait for this actor's word, with their accounts."""
    open_ones = sa.and_(
        PasswordReset.effective_at.is_(None),
        PasswordReset.cancelled_at.is_(None),
        PasswordReset.expires_at > at,
        PasswordReset.account_id != actor.account_id,
    )
    return _resets().where(open_ones, _vouched_by(actor))


def set_anew(actor: Actor, at: datetime) -> sa.Select[PasswordReset]:
    """Passwords of colleagues, and one's own, that were set anew within the last days, with whoever approved them
    (None: the server's operator)."""
    recent = PasswordReset.used_at > at - TOLD_FOR
    whose = sa.or_(_is_colleague(actor), PasswordReset.account_id == actor.account_id)
    query = _resets().options(joinedload(PasswordReset.approver)).order_by(PasswordReset.used_at.desc())
    return query.where(recent, PasswordReset.code.is_not(None), whose)


def _resets() -> sa.Select[PasswordReset]:
    """Those of an account, with it."""
    query = sa.select(PasswordReset).join(PasswordReset.account)
    return query.options(contains_eager(PasswordReset.account))


def _vouched_by(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.role is not Role.admin:
        return _is_colleague(actor)
    seat = aliased(Membership)
    seats = sa.select(seat.id).where(seat.account_id == PasswordReset.account_id, is_held(seat))
    return sa.not_(seats.where(has_others(seat.party_id, seat.account_id)).exists())


def _is_colleague(actor: Actor) -> sa.ColumnElement[bool]:
    seat = aliased(Membership)
    seats = sa.select(seat.id).where(seat.account_id == PasswordReset.account_id, is_held(seat))
    return seats.where(seat.party_id == actor.party_id).exists()


async def colleagues_of(session: AsyncSession, actor: Actor, at: datetime) -> Colleagues:
    """What waits for a word waits for that of a head."""
    speaks = actor.mandate is Mandate.head
    return Colleagues(
        list(await session.scalars(people(actor))),
        list(await session.scalars(unconfirmed(actor))) if speaks else [],
        list(await session.scalars(asked(actor, at))) if speaks else [],
        list(await session.scalars(set_anew(actor, at))),
    )


def people(actor: Actor) -> sa.Select[Membership]:
    """Who acts for the actor's party in the same role, the actor among them, with their accounts. Whoever acts for
    nobody has no colleagues."""
    seats = sa.select(Membership).join(Membership.account).options(contains_eager(Membership.account))
    same = Membership.party_id.is_not(None), Membership.party_id == actor.party_id, Membership.role == actor.role
    return seats.where(*same, is_held(), Account.disabled_at.is_(None)).order_by(Membership.id)


def coming(account_id: int | None, at: datetime) -> sa.Select[PasswordReset]:
    """Approved new passwords of an account that can still be stopped."""
    open_ones = sa.and_(PasswordReset.used_at.is_(None), PasswordReset.cancelled_at.is_(None))
    approved = sa.and_(PasswordReset.effective_at.is_not(None), PasswordReset.expires_at > at)
    return _resets().where(PasswordReset.account_id == account_id, open_ones, approved)
