"""Endpoints of accounts: an administrator's list, and what colleagues do for each other."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import colleagues, memberships, queries, resets
from app.accounts import service as accounts
from app.accounts.colleague_schemas import (
    ColleagueInvite,
    ColleagueInvited,
    ColleaguesRead,
    MandateChange,
    ResetApproval,
    ResetApproved,
    SeatConfirmed,
)
from app.accounts.models import Account
from app.accounts.policy import WHO
from app.accounts.schemas import AccountCreate, AccountInvited, AccountRead, SeatCreate
from app.accounts.service import Invited
from app.core.clock import now
from app.core.fields import Id, Search
from app.core.http import unit as web
from app.core.http.pages import password_link
from app.core.http.unit import CurrentActor, UnitsApart, UnitSession, allow
from app.core.paging import Page, PagingQuery

people = web.router("/accounts", "accounts", web.Unkept)


@people.get("", operation_id="list_accounts", dependencies=[allow(WHO["list_accounts"])])
async def list_accounts(
    session: UnitSession, actor: CurrentActor, paging: PagingQuery, q: Search = ""
) -> Page[AccountRead]:
    found = await queries.list_accounts(session, q, paging)
    return found.page([AccountRead.of(seated, actor) for seated in found.rows])


@people.get("/colleagues", operation_id="list_colleagues", dependencies=[allow(WHO["list_colleagues"])])
async def list_colleagues(session: UnitSession, actor: CurrentActor) -> ColleaguesRead:
    return ColleaguesRead.of(await colleagues.colleagues_of(session, actor, await now(session)), actor)


@people.post(
    "/colleagues", status_code=201, operation_id="invite_colleague", dependencies=[allow(WHO["invite_colleague"])]
)
async def invite_colleague(session: UnitSession, actor: CurrentActor, given: ColleagueInvite) -> ColleagueInvited:
    invited = await accounts.invite_colleague(session, actor, given.username, given.display_name, given.mandate)
    return ColleagueInvited(link=password_link(invited.secret))


@people.post("", status_code=201, operation_id="create_account", dependencies=[allow(WHO["create_account"])])
async def create_account(session: UnitSession, actor: CurrentActor, given: AccountCreate) -> AccountInvited:
    seats = [(seat.role, seat.party_id) for seat in given.memberships]
    invited = await accounts.create_account(
        session, actor, username=given.username, display_name=given.display_name, seats=seats
    )
    return await _invited(session, actor, invited)


@people.post("/{account_id}/invite", operation_id="invite_account", dependencies=[allow(WHO["invite_account"])])
async def invite_account(session: UnitSession, actor: CurrentActor, account_id: Id) -> AccountInvited:
    return await _invited(session, actor, await accounts.invite_account(session, actor, account_id))


@people.post("/{account_id}/disable", operation_id="disable_account", dependencies=[allow(WHO["disable"])])
async def disable_account(session: UnitSession, actor: CurrentActor, account_id: Id) -> AccountRead:
    return await _account(session, actor, await accounts.disable_account(session, actor, account_id))


@people.post("/{account_id}/enable", operation_id="enable_account", dependencies=[allow(WHO["enable"])])
async def enable_account(session: UnitSession, actor: CurrentActor, account_id: Id) -> AccountRead:
    return await _account(session, actor, await accounts.enable_account(session, actor, account_id))


@people.post("/{account_id}/approve_reset", operation_id="approve_reset", dependencies=[allow(WHO["approve_reset"])])
async def approve_reset(
    session: UnitSession, units: UnitsApart, actor: CurrentActor, account_id: Id, given: ResetApproval
) -> ResetApproved:
    reset = await resets.approve_reset(session, units, actor, account_id, given.code.replace(" ", ""))
    return ResetApproved(effective_at=reset.effective_at)


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


@people.post(
    "/memberships/{membership_id}/mandate",
    status_code=204,
    operation_id="change_mandate",
    dependencies=[allow(WHO["change_mandate"])],
)
async def change_mandate(session: UnitSession, actor: CurrentActor, membership_id: Id, given: MandateChange) -> None:
    await memberships.change_mandate(session, actor, membership_id, given.mandate)


@people.post(
    "/memberships/{membership_id}/confirm",
    operation_id="confirm_membership",
    dependencies=[allow(WHO["confirm_membership"])],
)
async def confirm_membership(session: UnitSession, actor: CurrentActor, membership_id: Id) -> SeatConfirmed:
    seat = await memberships.confirm_membership(session, actor, membership_id)
    return SeatConfirmed(confirmed_at=seat.confirmed_at)


async def _invited(session: AsyncSession, actor: CurrentActor, invited: Invited) -> AccountInvited:
    return AccountInvited.with_link(await queries.seated(session, invited.account), actor, invited.secret)


async def _account(session: AsyncSession, actor: CurrentActor, account: Account) -> AccountRead:
    return AccountRead.of(await queries.seated(session, account), actor)
