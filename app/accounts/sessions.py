"""Signed-in browsers: a session begins, moves to another membership, ends."""

import secrets
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, AccountSession, Membership
from app.accounts.policy import access_account, access_membership, actor_in
from app.accounts.queries import open_session
from app.accounts.rules import LIFETIME, token_hash
from app.core.actors import Actor
from app.core.clock import now
from app.core.errors import NotFound, NotSignedIn
from app.core.events import happened


class SignedIn(NamedTuple):
    """The token is told once, to the browser; the database keeps its hash."""

    token: str
    actor: Actor


async def begin_session(session: AsyncSession, membership: Membership, at: datetime, device: str) -> SignedIn:
    signed_in = _acting_in(membership)
    session.add(
        AccountSession(
            token_hash=token_hash(signed_in.token),
            account_id=membership.account_id,
            membership_id=membership.id,
            created_at=at,
            last_seen_at=at,
            expires_at=at + LIFETIME,
            device=device,
        )
    )
    await session.flush()
    return signed_in


async def sign_out(session: AsyncSession, actor: Actor, token: str) -> None:
    """End this session; without one there is nothing to end."""
    opened = await open_session(session, token)
    at = await now(session)
    await end_sessions(session, AccountSession.token_hash == token_hash(token))
    if opened:
        await happened(session, actor, "account.signed_out", opened.account, at)


async def switch_membership(session: AsyncSession, actor: Actor, token: str, membership_id: int) -> SignedIn:
    """Act in another of one's own memberships, under a new token; the session ends when it would have.

    A session that somebody ended meanwhile is not opened again (NotSignedIn).
    """
    membership = await access_membership(session, actor, membership_id)
    at = await now(session)
    signed_in = _acting_in(membership)
    moved = (
        sa.update(AccountSession)
        .where(AccountSession.token_hash == token_hash(token))
        .values(token_hash=token_hash(signed_in.token), membership_id=membership.id)
        .returning(AccountSession.id)
        .execution_options(synchronize_session=False)
    )
    if await session.scalar(moved) is None:
        raise NotSignedIn()
    account = await session.get_one(Account, membership.account_id)
    await happened(session, signed_in.actor, "account.switched", account, at, membership=membership.id)
    return signed_in


async def end_session(session: AsyncSession, actor: Actor, session_id: int) -> None:
    """End one of one's own sessions, in whichever browser; anybody else's is not found."""
    account = await access_account(session, actor, actor.account_id or 0, "end_session")
    query = sa.select(AccountSession).where(AccountSession.id == session_id, AccountSession.account_id == account.id)
    found = await session.scalar(query)
    if found is None:
        raise NotFound(session=session_id)
    await session.delete(found)
    await happened(session, actor, "account.session_ended", account, await now(session))


async def end_other_sessions(session: AsyncSession, actor: Actor, token: str) -> None:
    """End all of one's own sessions but this one."""
    account = await access_account(session, actor, actor.account_id or 0, "end_other_sessions")
    others = AccountSession.token_hash != token_hash(token)
    await end_sessions(session, AccountSession.account_id == account.id, others)
    await happened(session, actor, "account.other_sessions_ended", account, await now(session))


async def end_sessions(session: AsyncSession, *where: sa.ColumnElement[bool]) -> None:
    await session.execute(sa.delete(AccountSession).where(*where).execution_options(synchronize_session=False))


def _acting_in(membership: Membership) -> SignedIn:
    return SignedIn(secrets.token_urlsafe(32), actor_in(membership))
