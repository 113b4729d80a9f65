"""Who may make, shut out and see accounts and their seats; who a session's token stands for."""

from collections.abc import Collection, Sequence
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, AccountSession, Membership
from app.accounts.rules import IDLE, MOVES, SEEN_STEP, AccountState, JudgeAccountUnknown, hindrance, token_hash
from app.core.actors import EVERYONE, RESIDENT, STAFF, Actor, Mandate, Role, granted
from app.core.clock import NOW
from app.core.errors import DomainError, NotFound
from app.core.moves import check_move, verbs_from

WHO = {
    "sign_in": EVERYONE,
    "sign_out": EVERYONE,
    "read_session": EVERYONE,
    "switch": STAFF,
    "change_password": STAFF,
    "list_sessions": STAFF,
    "end_session": STAFF,
    "end_other_sessions": STAFF,
    "end_membership": STAFF,
    "add_membership": {Role.admin},
    "change_mandate": {Role.organization, Role.admin},
    "list_accounts": {Role.admin},
    "create_account": {Role.admin},
    "disable": {Role.admin},
    "enable": {Role.admin},
    "invite_account": {Role.admin},
    "list_colleagues": STAFF,
    "invite_colleague": STAFF - {Role.judge, Role.admin},
    "confirm_membership": STAFF,
    "approve_reset": STAFF,
    "cancel_reset": STAFF,
    "ask_reset": EVERYONE,
    "read_reset": EVERYONE,
    "open_link": EVERYONE,
    "set_password": EVERYONE,
}
# What nobody does to another's account.
OWN = frozenset({"change_password", "cancel_reset", "end_session", "end_other_sessions"})


async def read_judges(session: AsyncSession, ids: Collection[int]) -> dict[int | None, set[int]]:
    """Account of a judge → the parties it also acts for, or will once a colleague has confirmed it.

    Refused with JudgeAccountUnknown for the first that is none, so that nobody learns of other accounts.
    """
    query = sa.select(Membership.account_id, Membership.role, Membership.party_id, is_held().label("is_held"))
    standing = Membership.account_id.in_(ids), Membership.ended_at.is_(None)
    rows = (await session.execute(query.where(*standing))).all()
    judges = {row.account_id for row in rows if row.role is Role.judge and row.is_held}
    if unknown := sorted(set(ids) - judges):
        raise JudgeAccountUnknown(account=unknown[0])
    return {id: {row.party_id for row in rows if row.account_id == id and row.party_id is not None} for id in judges}


def state_of(account: Account) -> AccountState:
    return AccountState.disabled if account.disabled_at else AccountState.active


def denial(actor: Actor, verb: str, account: Account) -> str | None:
    """Why `actor` may not `verb` this account; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return "account" if verb in OWN and account.id != actor.account_id else None


def actions(actor: Actor, account: Account) -> list[str]:
    verbs = verbs_from(MOVES, state_of(account))
    return [v for v in verbs if denial(actor, v, account) is None and against(actor, v, account) is None]


def check_account(actor: Actor, verb: str, account: Account) -> None:
    """Refuse what the account's state or other facts do not allow: MoveRefused, and those of `hindrance`."""
    check_move(MOVES, state_of(account), verb)
    if refusal := against(actor, verb, account):
        raise refusal


def against(actor: Actor, verb: str, account: Account) -> DomainError | None:
    """`rules.hindrance`, asked of a row."""
    return hindrance(verb, is_own=account.id == actor.account_id, has_password=account.password_hash is not None)


def session_actions(seats: int) -> list[str]:
    """What a browser may do with its session, by how many seats the account that is signed in has; 0: nobody is."""
    if seats == 0:
        return ["sign_in"]
    return ["sign_out", *(["switch_membership"] if seats > 1 else []), "change_password"]


async def access_account(session: AsyncSession, actor: Actor, account_id: int, verb: str) -> Account:
    """The account, locked for `verb`. Only administrators see accounts (NotFound), their own excepted."""
    seen = sa.true() if actor.role is Role.admin else Account.id == actor.account_id
    account = await session.scalar(sa.select(Account).where(Account.id == account_id, seen).with_for_update())
    return granted(account, verb, partial(denial, actor, verb), account=account_id)


async def access_membership(session: AsyncSession, actor: Actor, membership_id: int) -> Membership:
    """One of the actor's own memberships that they may act in; anybody else's is not found."""
    own = sa.and_(Membership.account_id == actor.account_id, is_held())
    query = sa.select(Membership).where(Membership.id == membership_id, own)
    membership = await session.scalar(query)
    if membership is None:
        raise NotFound(membership=membership_id)
    return membership


def is_held(seat: type[Membership] = Membership) -> sa.ColumnElement[bool]:
    """Memberships in which their account may act: confirmed, and not ended."""
    return sa.and_(seat.ended_at.is_(None), seat.confirmed_at <= NOW)


def is_open() -> sa.ColumnElement[bool]:
    """Sessions that still stand: neither idle too long nor past their end."""
    return sa.and_(AccountSession.expires_at > NOW, AccountSession.last_seen_at > NOW - IDLE)


async def access_seat(session: AsyncSession, actor: Actor, membership_id: int, verb: str) -> Membership:
    """A membership that has not ended, locked for `verb` after those beside it in the same organisation, so that two
    heads do not step back at once. Refusals: NotFound, Denied."""
    whose = sa.select(Membership.party_id).where(Membership.id == membership_id).scalar_subquery()
    beside = sa.and_(Membership.party_id == whose, Membership.role == Role.organization)
    query = sa.select(Membership).where(sa.or_(Membership.id == membership_id, beside), Membership.ended_at.is_(None))
    seats = await session.scalars(query.order_by(Membership.id).with_for_update())
    found = next((seat for seat in seats if seat.id == membership_id and sees_seat(actor, seat)), None)
    return granted(found, verb, partial(seat_denial, actor, verb), membership=membership_id)


def sees_seat(actor: Actor, seat: Membership) -> bool:
    """Administrators see all, everybody their own; of colleagues' those that nobody confirmed yet, in organisations
    all."""
    if actor.role is Role.admin or seat.account_id == actor.account_id:
        return True
    is_open = seat.confirmed_at is None or actor.role is Role.organization
    return is_open and actor.party_id is not None and seat.party_id == actor.party_id


def seat_denial(actor: Actor, verb: str, seat: Membership) -> str | None:
    """Why `actor` may not `verb` this membership, already seen; None when they may. Others' are for heads."""
    is_own = seat.account_id == actor.account_id
    if actor.role not in WHO[verb] or not (is_own or actor.mandate is Mandate.head):
        return "role"
    if verb == "change_mandate" and actor.role is not Role.admin and actor.party_id != seat.party_id:
        return "party"
    return None


def seat_actions(actor: Actor, seat: Membership) -> list[str]:
    """What a head may do to the memberships of an organisation; nobody ends the one in which they act."""
    if actor.role is not Role.organization or actor.mandate is not Mandate.head:
        return []
    return ["change_mandate"] if is_acting(actor, seat) else ["change_mandate", "end_membership"]


def is_acting(actor: Actor, seat: Membership) -> bool:
    """Whether `actor` acts in this membership."""
    return (seat.account_id, seat.role, seat.party_id) == (actor.account_id, actor.role, actor.party_id)


async def authenticate(session: AsyncSession, token: str, *, demonstration: bool = True) -> Actor:
    """Who a session's token stands for; a resident when it is absent, unknown, expired or of a disabled account,
    or of one of the `demonstration` where that is switched off."""
    if not token:
        return RESIDENT
    is_stale = AccountSession.last_seen_at <= NOW - SEEN_STEP
    query = (
        sa.select(Membership, is_stale)
        .select_from(AccountSession)
        .join(Account, Account.id == AccountSession.account_id)
        .join(Membership, Membership.id == AccountSession.membership_id)
        .where(AccountSession.token_hash == token_hash(token), Account.disabled_at.is_(None), is_open(), is_held())
        .where(sa.or_(sa.literal(demonstration), Account.is_demonstration.is_(False)))
    )
    found = (await session.execute(query)).first()
    if found is None:
        return RESIDENT
    if found[1]:
        await _note_seen(session, token)
    return await _acting_in(session, found[0])


async def act_again(session: AsyncSession, account_id: int, role: Role, party_id: int | None) -> Actor | None:
    """Who acts as this account did before, in this role and for this party; None where it may not any more."""
    as_then = Membership.role == role, Membership.party_id.is_not_distinct_from(party_id), is_held()
    query = sa.select(Membership).join(Account, Account.id == Membership.account_id).order_by(Membership.id).limit(1)
    seat = await session.scalar(query.where(Account.id == account_id, Account.disabled_at.is_(None), *as_then))
    return await _acting_in(session, seat) if seat else None


async def _acting_in(session: AsyncSession, seat: Membership) -> Actor:
    return actor_in(seat, () if seat.mandate is Mandate.head else await heads_of(session, seat.party_id))


def actor_in(seat: Membership, heads: Sequence[str] = ()) -> Actor:
    return Actor(seat.account_id, seat.role, seat.party_id, seat.area, seat.mandate, tuple(heads))


async def heads_of(session: AsyncSession, party_id: int | None) -> list[str]:
    """The names of those who may do everything for an organisation."""
    able = Membership.party_id == party_id, Membership.mandate == Mandate.head, is_held(), Account.disabled_at.is_(None)
    query = sa.select(Account.display_name).join(Membership, Membership.account_id == Account.id)
    return list(await session.scalars(query.where(Membership.role == Role.organization, *able).order_by(Account.id)))


async def _note_seen(session: AsyncSession, token: str) -> None:
    """Once a minute; a request that finds the row locked by another of the same browser leaves it to that one."""
    stale = (
        sa.select(AccountSession.id)
        .where(AccountSession.token_hash == token_hash(token), AccountSession.last_seen_at <= NOW - SEEN_STEP)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        sa.update(AccountSession)
        .where(AccountSession.id.in_(stale))
        .values(last_seen_at=NOW)
        .execution_options(synchronize_session=False)
    )
