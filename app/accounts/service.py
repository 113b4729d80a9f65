"""Accounts: made, shut out and let in again; those of the demonstration."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.credentials import check_name, check_username, folded_username
from app.accounts.memberships import held_membership, new_membership
from app.accounts.models import Account, AccountSession
from app.accounts.passwords import hashed
from app.accounts.policy import access_account, check_account
from app.accounts.queries import find_account
from app.accounts.resets import draft_link
from app.accounts.rules import DEMONSTRATION_PASSWORD, UsernameTaken
from app.accounts.sessions import end_sessions
from app.core.actors import CLOCK, Actor, Mandate, Role
from app.core.clock import now
from app.core.events import happened
from app.parties.models import Party
from app.parties.queries import require_party
from app.parties.rules import Admission

DEMONSTRATION_NAMES = {
    Role.committee: "张桂芳",
    Role.street: "李建国",
    Role.organization: "王晓燕",
    Role.purchaser: "陈志强",
    Role.judge: "杨文华",
    Role.evaluator: "周敏",
    Role.auditor: "何静",
    Role.admin: "赵磊",
}


class Invited(NamedTuple):
    """The secret of the one-time link is told once."""

    account: Account
    secret: str


class DemonstrationSeat(NamedTuple):
    """An account of the demonstration: seats with the same username are memberships of one account."""

    username: str
    display_name: str
    role: Role
    party: Party | None


async def create_account(
    session: AsyncSession,
    actor: Actor,
    *,
    username: str,
    display_name: str,
    seats: Sequence[tuple[Role, int | None]],
    mandate: Mandate = Mandate.head,
) -> Invited:
    """An account that may act in each of `seats` (role, party), and the link by which its person sets a password.

    Refusals: UsernameMalformed, NameMisleading, UsernameTaken, PartyUnknown, RoleDoesNotFit, MandateDoesNotFit.
    """
    account = await draft_account(session, username, display_name)
    for role, party_id in dict.fromkeys(seats):
        party = await require_party(session, party_id) if party_id is not None else None
        session.add(await new_membership(session, account, role, party, mandate))
    roles = sorted({role.value for role, _ in seats})
    await happened(session, actor, "account.created", account, account.created_at, roles=roles)
    return Invited(account, (await draft_link(session, actor, account)).secret)


async def invite_colleague(
    session: AsyncSession, actor: Actor, username: str, display_name: str, mandate: Mandate
) -> Invited:
    """An account beside one's own, for the same party in the same role; it counts once its person has set a password
    and a colleague has confirmed who that is. Refusals: those of `create_account`."""
    seats = [(actor.role, actor.party_id)]
    return await create_account(
        session, actor, username=username, display_name=display_name, seats=seats, mandate=mandate
    )


async def invite_first(session: AsyncSession, actor: Actor, admission: Admission) -> None:
    """Follows from its admission: the first account of a newcomer, and the link for its person."""
    seats = [(Role.organization, admission.party_id)]
    invited = await create_account(
        session, actor, username=admission.username, display_name=admission.display_name, seats=seats
    )
    admission.secret = invited.secret


async def invite_account(session: AsyncSession, actor: Actor, account_id: int) -> Invited:
    """A new link for somebody who has not set a password yet; the one before opens nothing any more."""
    account = await access_account(session, actor, account_id, "invite_account")
    check_account(actor, "invite_account", account)
    return Invited(account, (await draft_link(session, actor, account)).secret)


async def draft_account(session: AsyncSession, username: str, display_name: str) -> Account:
    """An account without seats or password. Refusals: UsernameMalformed, NameMisleading, UsernameTaken."""
    name = folded_username(username)
    check_username(name)
    check_name(display_name)
    if await find_account(session, name):
        raise UsernameTaken(username=name)
    account = Account(username=name, display_name=display_name, created_at=await now(session))
    session.add(account)
    await session.flush()
    return account


async def disable_account(session: AsyncSession, actor: Actor, account_id: int) -> Account:
    """Shut an account out; its sessions end in the same transaction."""
    account = await access_account(session, actor, account_id, "disable")
    at = await now(session)
    check_account(actor, "disable", account)
    account.disabled_at = at
    await end_sessions(session, AccountSession.account_id == account.id)
    await happened(session, actor, "account.disabled", account, at)
    return account


async def enable_account(session: AsyncSession, actor: Actor, account_id: int) -> Account:
    account = await access_account(session, actor, account_id, "enable")
    at = await now(session)
    check_account(actor, "enable", account)
    account.disabled_at = None
    await happened(session, actor, "account.enabled", account, at)
    return account


def one_seat_per_role(parties: Mapping[Role, Party]) -> list[DemonstrationSeat]:
    """The eight demonstration accounts, named after their roles; `parties` says whom each acts for."""
    names = DEMONSTRATION_NAMES.items()
    return [DemonstrationSeat(role.value, name, role, parties.get(role)) for role, name in names]


async def make_demonstration_accounts(
    session: AsyncSession, actor: Actor, seats: Sequence[DemonstrationSeat]
) -> dict[str, Account]:
    """Username → account, each with the published password; those that exist stay as they are.

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
            await happened(session, actor, "account.demonstrated", account, at, roles=[seat.role.value])
        if not account.is_demonstration:
            raise UsernameTaken(username=account.username)
        accounts[seat.username] = account
        await _add_seat(session, account, seat)
    return accounts


async def _add_seat(session: AsyncSession, account: Account, seat: DemonstrationSeat) -> None:
    party_id = seat.party.id if seat.party else None
    if await held_membership(session, account.id, seat.role, party_id) is None:
        session.add(await new_membership(session, account, seat.role, seat.party))
        await session.flush()


async def close_demonstration(session: AsyncSession) -> None:
    """Shut out the accounts of the demonstration, now that it is switched off, and end their sessions."""
    at = await now(session)
    open_ones = sa.select(Account).where(Account.is_demonstration, Account.disabled_at.is_(None)).order_by(Account.id)
    for account in await session.scalars(open_ones.with_for_update()):
        account.disabled_at = at
        await end_sessions(session, AccountSession.account_id == account.id)
        await happened(session, CLOCK, "account.demonstration_ended", account, at)


async def reopen_demonstration(session: AsyncSession) -> None:
    """Let them in again, now that it is switched on again, unless an administrator has shut out only some of them."""
    of_demonstration = sa.select(Account).where(Account.is_demonstration).order_by(Account.id)
    accounts = list(await session.scalars(of_demonstration.with_for_update()))
    if not all(account.disabled_at for account in accounts):
        return
    at = await now(session)
    for account in accounts:
        account.disabled_at = None
        await happened(session, CLOCK, "account.demonstration_resumed", account, at)
