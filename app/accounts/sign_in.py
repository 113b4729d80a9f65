"""Signing in: what may be tried, how often and from where; then the password; then the session.

A try is counted before its password is looked at, in a transaction of its own: of guesses sent side by side each
counts, and no connection waits while a password is hashed. A try that succeeds is given back.

Strangers share what may be tried under a name. A browser, or else an address, from which the account was signed in
to before has an allowance of its own, which strangers cannot use up.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.credentials import folded_username
from app.accounts.models import Account, AccountSession, KnownBrowser, Membership, PasswordReset
from app.accounts.passwords import is_password
from app.accounts.policy import is_held
from app.accounts.rules import CredentialsWrong, SeatUnconfirmed, TooManyTries, device_of, token_hash
from app.accounts.sessions import SignedIn, begin_session, end_sessions
from app.core.clock import now
from app.core.db import Units
from app.core.events import happened
from app.core.http.limits import Limit, give_back, take
from app.core.installation.secret import keyed

MINUTE = timedelta(minutes=1)
# Under one name 10 guesses in five minutes and 100 a day (NIST SP 800-63B §3.2.2), however many computers guess.
OF_A_NAME = Limit("sign_in.name", 5, MINUTE)
OF_A_NAME_A_DAY = Limit("sign_in.name_a_day", 50, timedelta(minutes=30))
OF_A_KNOWN_BROWSER = Limit("sign_in.known_browser", 5, MINUTE)
# A house shares one address, and a few of its people may have forgotten theirs; sixty names in a row are a spray.
OF_AN_ADDRESS = Limit("sign_in.address", 20, timedelta(seconds=30))
# A browser that was not used for so long is a stranger again, and nothing of it is kept.
KNOWN_FOR = timedelta(days=60)

Taken = Sequence[tuple[Limit, str]]


class Place(NamedTuple):
    """Where somebody signs in: the network address, the mark that this browser was given, and what it calls itself."""

    address: str
    browser: str
    user_agent: str = ""

    @property
    def marks(self) -> dict[str, str]:
        """What is kept of each part, if anything."""
        parts = {"browser": self.browser, "address": self.address}
        return {part: keyed(f"sign_in.{part}", words) for part, words in parts.items() if words}


class Admitted(NamedTuple):
    """A try that is heard: what it took, and the hash its password is compared with (None: no such account)."""

    taken: Taken
    password_hash: str | None


async def sign_in(
    session: AsyncSession,
    units: Units,
    username: str,
    password: str,
    place: Place,
    *,
    old_token: str = "",
    demonstration: bool = False,
) -> SignedIn:
    """Open a session in the account's first membership; the session of `old_token` ends.

    The try is counted through `units`, apart from `session`, which is not used before the password is found right.

    Refusals: TooManyTries, CredentialsWrong, SeatUnconfirmed.
    """
    name = folded_username(username)
    async with units() as apart:
        admitted = await _admit(apart, name, place, demonstration)
    if not await is_password(password, admitted.password_hash):
        raise CredentialsWrong()
    account = await session.scalar(_may_open(name, demonstration).with_for_update(read=True))
    membership = await _first_membership(session, account)
    if account is None or account.password_hash != admitted.password_hash:
        raise CredentialsWrong()
    await give_all_back(session, admitted.taken)
    if membership is None:
        raise await _without_seat(session, account)
    await stop_resets(session, account.id, await now(session))
    await _remember(session, account, place)
    return await _open_first(session, account, membership, device_of(place.user_agent), old_token)


async def take_all(session: AsyncSession, taken: Taken) -> None:
    """Refusal: TooManyTries, when one of the allowances is used up."""
    for limit, subject in taken:
        if seconds := await take(session, limit, subject):
            raise TooManyTries(seconds=seconds)


async def give_all_back(session: AsyncSession, taken: Taken) -> None:
    for limit, subject in taken:
        await give_back(session, limit, subject)


async def stop_resets(session: AsyncSession, account_id: int, at: datetime) -> None:
    """Whoever has the password, or a newer link, needs none of those."""
    open_ones = sa.and_(PasswordReset.used_at.is_(None), PasswordReset.cancelled_at.is_(None))
    stopped = sa.update(PasswordReset).where(PasswordReset.account_id == account_id, open_ones).values(cancelled_at=at)
    await session.execute(stopped.execution_options(synchronize_session=False))


async def _admit(session: AsyncSession, name: str, place: Place, demonstration: bool) -> Admitted:
    taken = await _allowances(session, name, place)
    await take_all(session, taken)
    hash_of = _may_open(name, demonstration).with_only_columns(Account.password_hash)
    return Admitted(taken, await session.scalar(hash_of))


async def _allowances(session: AsyncSession, name: str, place: Place) -> Taken:
    """What a try under this name from this place takes up; always in the same order, so that no two deadlock."""
    query = sa.select(KnownBrowser.mark).join(Account).where(Account.username == name)
    marks = place.marks
    known = set(await session.scalars(query.where(KnownBrowser.mark.in_(marks.values()))))
    if marks.get("browser") in known:
        return [(OF_A_KNOWN_BROWSER, f"{name}\n{marks['browser']}")]
    of_address = (OF_AN_ADDRESS, place.address)
    if marks.get("address") in known:
        return [of_address, (OF_A_KNOWN_BROWSER, f"{name}\n{marks['address']}")]
    return [of_address, (OF_A_NAME, name), (OF_A_NAME_A_DAY, name)]


async def _remember(session: AsyncSession, account: Account, place: Place) -> None:
    at = await now(session)
    await session.execute(sa.delete(KnownBrowser).where(KnownBrowser.seen_at <= at - KNOWN_FOR))
    for mark in place.marks.values():
        row = insert(KnownBrowser).values(account_id=account.id, mark=mark, seen_at=at)
        again = row.on_conflict_do_update(index_elements=["account_id", "mark"], set_={"seen_at": at})
        await session.execute(again)


def _may_open(name: str, demonstration: bool) -> sa.Select[Account]:
    """The account of that name, if it may be signed in to."""
    query = sa.select(Account).where(Account.username == name, Account.disabled_at.is_(None))
    return query if demonstration else query.where(Account.is_demonstration.is_(False))


async def _first_membership(session: AsyncSession, account: Account | None) -> Membership | None:
    if account is None:
        return None
    query = sa.select(Membership).where(Membership.account_id == account.id, is_held())
    return await session.scalar(query.order_by(Membership.id).limit(1))


async def _without_seat(session: AsyncSession, account: Account) -> SeatUnconfirmed | CredentialsWrong:
    query = sa.select(Membership.id).where(Membership.account_id == account.id, Membership.ended_at.is_(None))
    return SeatUnconfirmed() if await session.scalar(query.limit(1)) else CredentialsWrong()


async def _open_first(
    session: AsyncSession, account: Account, membership: Membership, device: str, old_token: str
) -> SignedIn:
    at = await now(session)
    is_over = sa.and_(AccountSession.account_id == account.id, AccountSession.expires_at <= at)
    await end_sessions(session, sa.or_(is_over, AccountSession.token_hash == token_hash(old_token)))
    opened = await begin_session(session, membership, at, device)
    await happened(session, opened.actor, "account.signed_in", account, at, membership=membership.id)
    return opened
