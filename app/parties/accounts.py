"""Accounts and their sessions: signing in and out, acting in another membership, shutting out, demonstration."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.core.actors import Actor, Role
from app.core.audit import record
from app.core.clock import now
from app.core.errors import DomainError
from app.core.moves import move
from app.parties.models import Account, AccountSession, Membership, Party, SignInTry
from app.parties.passwords import hashed, is_password
from app.parties.policy import access_account, access_membership, state_of
from app.parties.queries import find_account, open_session, require_party
from app.parties.rules import (
    LIFETIME,
    MOVES,
    TRIES_FORGOTTEN,
    CredentialsWrong,
    OwnAccount,
    TooManyTries,
    check_credentials,
    check_role,
    check_tries,
    folded_username,
    responsibility,
    token_hash,
)

# Known to everybody who reads the manual; such accounts open only where demonstration is switched on.
DEMONSTRATION_PASSWORD = "shuangxuan2018"  # noqa: S105
DEMONSTRATION_NAMES = {
    Role.committee: "社区居委会 Committee",
    Role.street: "街道办事处 Street office",
    Role.organization: "社会组织 Organisation",
    Role.purchaser: "民政局 Purchaser",
    Role.judge: "评审专家 Judge",
    Role.evaluator: "第三方评估 Evaluator",
    Role.auditor: "会计师事务所 Auditor",
    Role.admin: "系统管理员 Administrator",
}
# One try at a time under one name: guesses sent side by side would all be weighed against the same count.
ONE_TRY = sa.text("SELECT pg_try_advisory_xact_lock(hashtextextended('sign_in:' || :username, 0))")


class UsernameTaken(DomainError):
    """Names are compared without regard to case and width."""


class DemonstrationSeat(NamedTuple):
    """An account of the demonstration: seats with the same username are memberships of one account."""

    username: str
    display_name: str
    role: Role
    party: Party | None


class SignedIn(NamedTuple):
    """The token is told once, to the browser; the database keeps its hash."""

    token: str
    actor: Actor


async def sign_in(
    session: AsyncSession, username: str, password: str, *, old_token: str = "", demonstration: bool = False
) -> SignedIn | CredentialsWrong:
    """Open a session in the account's first membership; the session of `old_token` ends.

    A wrong pair is returned, not raised: the failed try must be counted, so the transaction has to commit.
    Refusals: TooManyTries.
    """
    name = folded_username(username)
    if not (await session.execute(ONE_TRY, {"username": name})).scalar_one():
        raise TooManyTries(seconds=1)
    at = await now(session)
    await _check_tries(session, name, at)
    account = await _account_to_open(session, name, demonstration)
    membership = await _first_membership(session, account)
    fits = await is_password(password, account.password_hash if account else None)
    if account is None or membership is None or not fits:
        await _count_failure(session, name, at)
        return CredentialsWrong()
    await session.execute(sa.delete(SignInTry).where(SignInTry.username == name))
    await _end_sessions(session, AccountSession.token_hash == token_hash(old_token))
    await _end_sessions(session, AccountSession.account_id == account.id, AccountSession.expires_at <= at)
    opened = await _open(session, membership, at, at + LIFETIME)
    await record(session, opened.actor, "account.signed_in", account, at, membership=membership.id)
    return opened


async def sign_out(session: AsyncSession, actor: Actor, token: str) -> None:
    """End this session; without one there is nothing to end."""
    opened = await open_session(session, token)
    at = await now(session)
    await _end_sessions(session, AccountSession.token_hash == token_hash(token))
    if opened:
        await record(session, actor, "account.signed_out", opened.account, at)


async def switch_membership(session: AsyncSession, actor: Actor, token: str, membership_id: int) -> SignedIn:
    """Act in another of one's own memberships, under a new token; the session ends when it would have."""
    membership = await access_membership(session, actor, membership_id)
    at = await now(session)
    query = sa.delete(AccountSession).where(AccountSession.token_hash == token_hash(token))
    ends_at = await session.scalar(query.returning(AccountSession.expires_at))
    opened = await _open(session, membership, at, ends_at or at + LIFETIME)
    account = await session.get_one(Account, membership.account_id)
    await record(session, opened.actor, "account.switched", account, at, membership=membership.id)
    return opened


async def change_password(
    session: AsyncSession, actor: Actor, token: str, current: str, new: str
) -> CredentialsWrong | None:
    """Replace one's own password and end one's other sessions. A wrong current one counts like a failed sign-in."""
    account = await access_account(session, actor, actor.account_id or 0, "change_password")
    at = await now(session)
    await _check_tries(session, account.username, at)
    if not await is_password(current, account.password_hash):
        await _count_failure(session, account.username, at)
        return CredentialsWrong()
    check_credentials(account.username, new)
    account.password_hash = await hashed(new)
    mine = AccountSession.account_id == account.id
    await _end_sessions(session, mine, AccountSession.token_hash != token_hash(token))
    await record(session, actor, "account.password_changed", account, at)
    return None


async def create_account(
    session: AsyncSession,
    actor: Actor,
    *,
    username: str,
    display_name: str,
    password: str,
    seats: Sequence[tuple[Role, int | None]],
) -> Account:
    """An account that may act in each of `seats` (role, party). Refusals: UsernameMalformed, PasswordWeak,
    UsernameTaken, PartyUnknown, RoleDoesNotFit."""
    name = folded_username(username)
    check_credentials(name, password)
    if await find_account(session, name):
        raise UsernameTaken(username=name)
    at = await now(session)
    account = Account(username=name, display_name=display_name, password_hash=await hashed(password), created_at=at)
    session.add(account)
    await session.flush()
    for role, party_id in dict.fromkeys(seats):
        party = await require_party(session, party_id) if party_id is not None else None
        session.add(await _membership(session, account, role, party))
    roles = sorted({role.value for role, _ in seats})
    await record(session, actor, "account.created", account, at, roles=roles)
    return account


async def disable_account(session: AsyncSession, actor: Actor, account_id: int) -> Account:
    """Shut an account out; its sessions end in the same transaction."""
    account = await access_account(session, actor, account_id, "disable")
    if account.id == actor.account_id:
        raise OwnAccount()
    at = await now(session)
    move(MOVES, state_of(account), "disable")
    account.disabled_at = at
    await _end_sessions(session, AccountSession.account_id == account.id)
    await record(session, actor, "account.disabled", account, at)
    return account


async def enable_account(session: AsyncSession, actor: Actor, account_id: int) -> Account:
    account = await access_account(session, actor, account_id, "enable")
    at = await now(session)
    move(MOVES, state_of(account), "enable")
    account.disabled_at = None
    await record(session, actor, "account.enabled", account, at)
    return account


async def reset_password(session: AsyncSession, actor: Actor, account_id: int, password: str) -> Account:
    """An administrator gives somebody who forgot theirs a new password; open sessions and waits end."""
    account = await access_account(session, actor, account_id, "reset_password")
    at = await now(session)
    check_credentials(account.username, password)
    account.password_hash = await hashed(password)
    await _end_sessions(session, AccountSession.account_id == account.id)
    await session.execute(sa.delete(SignInTry).where(SignInTry.username == account.username))
    await record(session, actor, "account.password_reset", account, at)
    return account


def one_seat_per_role(parties: Mapping[Role, Party]) -> list[DemonstrationSeat]:
    """The eight demonstration accounts, named after their roles; `parties` says whom each acts for."""
    names = DEMONSTRATION_NAMES.items()
    return [DemonstrationSeat(role.value, name, role, parties.get(role)) for role, name in names]


async def make_demonstration_accounts(
    session: AsyncSession, actor: Actor, seats: Sequence[DemonstrationSeat]
) -> dict[str, Account]:
    """Username → account, each with the published password; made again, they stay as they are.

    Refusals: UsernameTaken (by an account that is none of the demonstration), RoleDoesNotFit.
    """
    at = await now(session)
    password_hash = await hashed(DEMONSTRATION_PASSWORD)
    accounts: dict[str, Account] = {}
    for seat in seats:
        account = accounts.get(seat.username) or await find_account(session, seat.username)
        if account is None:
            account = Account(username=folded_username(seat.username), display_name=seat.display_name)
            account.password_hash, account.created_at, account.is_demonstration = password_hash, at, True
            session.add(account)
            await record(session, actor, "account.demonstrated", account, at, roles=[seat.role.value])
        if not account.is_demonstration:
            raise UsernameTaken(username=account.username)
        accounts[seat.username] = account
        await _add_seat(session, account, seat)
    return accounts


async def _add_seat(session: AsyncSession, account: Account, seat: DemonstrationSeat) -> None:
    party_id = seat.party.id if seat.party else None
    held = sa.select(Membership.id).where(
        Membership.account_id == account.id,
        Membership.role == seat.role,
        Membership.party_id.is_not_distinct_from(party_id),
    )
    if await session.scalar(held) is None:
        session.add(await _membership(session, account, seat.role, seat.party))
        await session.flush()


async def _membership(session: AsyncSession, account: Account, role: Role, party: Party | None) -> Membership:
    check_role(role, party.kind if party else None)
    area = ""
    if party and party.area_code:
        prefix = await session.scalar(sa.select(Area.prefix).where(Area.code == party.area_code))
        area = responsibility(party.kind, prefix or "")
    return Membership(account_id=account.id, party_id=party.id if party else None, role=role, area=area)


async def _account_to_open(session: AsyncSession, name: str, demonstration: bool) -> Account | None:
    """The account of that name, if it may be signed in to; held so that it is not disabled meanwhile."""
    query = sa.select(Account).where(Account.username == name, Account.disabled_at.is_(None))
    if not demonstration:
        query = query.where(Account.is_demonstration.is_(False))
    return await session.scalar(query.with_for_update(read=True))


async def _first_membership(session: AsyncSession, account: Account | None) -> Membership | None:
    if account is None:
        return None
    query = sa.select(Membership).where(Membership.account_id == account.id).order_by(Membership.id).limit(1)
    return await session.scalar(query)


async def _open(session: AsyncSession, membership: Membership, at: datetime, ends_at: datetime) -> SignedIn:
    token = secrets.token_urlsafe(32)
    session.add(
        AccountSession(
            token_hash=token_hash(token),
            account_id=membership.account_id,
            membership_id=membership.id,
            created_at=at,
            last_seen_at=at,
            expires_at=ends_at,
        )
    )
    await session.flush()
    return SignedIn(token, Actor(membership.account_id, membership.role, membership.party_id, membership.area))


async def _end_sessions(session: AsyncSession, *where: sa.ColumnElement[bool]) -> None:
    await session.execute(sa.delete(AccountSession).where(*where).execution_options(synchronize_session=False))


async def _check_tries(session: AsyncSession, name: str, at: datetime) -> None:
    query = sa.select(SignInTry.failures, SignInTry.last_at).where(SignInTry.username == name)
    tries = (await session.execute(query)).one_or_none()
    if tries:
        check_tries(tries.failures, tries.last_at, at)


async def _count_failure(session: AsyncSession, name: str, at: datetime) -> None:
    """One more failed try under this name; those of days past are forgotten, so that the table stays small."""
    await session.execute(sa.delete(SignInTry).where(SignInTry.last_at <= at - TRIES_FORGOTTEN))
    count = insert(SignInTry).values(username=name, failures=1, last_at=at)
    again = {"failures": SignInTry.failures + 1, "last_at": at}
    await session.execute(count.on_conflict_do_update(index_elements=["username"], set_=again))
