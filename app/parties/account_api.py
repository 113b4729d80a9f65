"""Endpoints of accounts: an administrator's list, and what colleagues do for each other."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import web
from app.core.fields import Id, Search
from app.core.paging import Page, PagingQuery, paginate
from app.core.web import CurrentActor, UnitSession, allow
from app.parties import accounts, memberships, queries
from app.parties.models import Account
from app.parties.policy import WHO
from app.parties.schemas import AccountCreate, AccountRead, PasswordReset, SeatCreate

people = web.router("/accounts", "accounts", web.Unkept)


@people.get("", operation_id="list_accounts", dependencies=[allow(WHO["list_accounts"])])
async def list_accounts(
    session: UnitSession, actor: CurrentActor, paging: PagingQuery, q: Search = ""
) -> Page[AccountRead]:
    sorts = {"username": Account.username}
    found, cursor = await paginate(session, queries.search_accounts(q), paging, id=Account.id, sorts=sorts)
    seats = await queries.seats_of(session, [account.id for account in found])
    rows = [AccountRead.of(account, seats[account.id], actor) for account in found]
    return Page(items=rows, next_cursor=cursor)


@people.post("", status_code=201, operation_id="create_account", dependencies=[allow(WHO["create_account"])])
async def create_account(session: UnitSession, actor: CurrentActor, given: AccountCreate) -> AccountRead:
    account = await accounts.create_account(
        session,
        actor,
        username=given.username,
        display_name=given.display_name,
        password=given.password,
        seats=[(seat.role, seat.party_id) for seat in given.memberships],
    )
    return await _account(session, actor, account)


@people.post("/{account_id}/disable", operation_id="disable_account", dependencies=[allow(WHO["disable"])])
async def disable_account(session: UnitSession, actor: CurrentActor, account_id: Id) -> AccountRead:
    return await _account(session, actor, await accounts.disable_account(session, actor, account_id))


@people.post("/{account_id}/enable", operation_id="enable_account", dependencies=[allow(WHO["enable"])])
async def enable_account(session: UnitSession, actor: CurrentActor, account_id: Id) -> AccountRead:
    return await _account(session, actor, await accounts.enable_account(session, actor, account_id))


@people.post("/{account_id}/reset_password", operation_id="reset_password", dependencies=[allow(WHO["reset_password"])])
async def reset_password(
    session: UnitSession, actor: CurrentActor, account_id: Id, given: PasswordReset
) -> AccountRead:
    account = await accounts.reset_password(session, actor, account_id, given.password)
    return await _account(session, actor, account)


@people.post(
    "/{account_id}/memberships",
    status_code=201,
    operation_id="add_membership",
    dependencies=[allow(WHO["add_membership"])],
)
async def add_membership(session: UnitSession, actor: CurrentActor, account_id: Id, given: SeatCreate) -> AccountRead:
    account = await memberships.add_membership(session, actor, account_id, given.role, given.party_id)
    return await _account(session, actor, account)


@people.post(
    "/memberships/{membership_id}/end",
    status_code=204,
    operation_id="end_membership",
    dependencies=[allow(WHO["end_membership"])],
)
async def end_membership(session: UnitSession, actor: CurrentActor, membership_id: Id) -> None:
    await memberships.end_membership(session, actor, membership_id)


async def _account(session: AsyncSession, actor: CurrentActor, account: Account) -> AccountRead:
    return AccountRead.of(account, (await queries.seats_of(session, [account.id]))[account.id], actor)
