"""Passwords replaced by whoever they belong to."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.credentials import check_password
from app.accounts.models import AccountSession
from app.accounts.passwords import hashed, is_password
from app.accounts.policy import access_account
from app.accounts.rules import CredentialsWrong, token_hash
from app.accounts.sessions import end_sessions
from app.accounts.sign_in import give_all_back, take_all
from app.core.actors import Actor
from app.core.clock import now
from app.core.db import Units
from app.core.events import happened
from app.core.http.limits import Limit

# Whoever sits at somebody's open session guesses no faster than a stranger.
OF_AN_ACCOUNT = Limit("change_password", 5, timedelta(minutes=1))


async def change_password(
    session: AsyncSession, units: Units, actor: Actor, token: str, current: str, new: str
) -> None:
    """Replace one's own password and end one's other sessions. The try is counted through `units`, as in signing in.

    Refusals: PasswordWeak, TooManyTries, CredentialsWrong (of `current`).
    """
    taken = [(OF_AN_ACCOUNT, str(actor.account_id))]
    async with units() as apart:
        seen = await access_account(apart, actor, actor.account_id or 0, "change_password")
        check_password(seen.username, new)
        await take_all(apart, taken)
    if not await is_password(current, seen.password_hash):
        raise CredentialsWrong()
    password_hash = await hashed(new)
    account = await access_account(session, actor, seen.id, "change_password")
    if account.password_hash != seen.password_hash:
        raise CredentialsWrong()
    account.password_hash = password_hash
    await give_all_back(session, taken)
    others = AccountSession.token_hash != token_hash(token)
    await end_sessions(session, AccountSession.account_id == account.id, others)
    await happened(session, actor, "account.password_changed", account, await now(session))
