"""`shuangxuan admin`: the first administrator of an installation, and the way back in for one who forgot."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.credentials import check_password, check_username, folded_username
from app.accounts.memberships import new_membership
from app.accounts.models import Account, Membership
from app.accounts.passwords import hashed
from app.accounts.queries import find_account
from app.accounts.resets import draft_link
from app.accounts.rules import LINK_FOR
from app.accounts.service import draft_account
from app.core.actors import CLOCK, Role
from app.core.clock import now
from app.core.db import Units
from app.core.errors import NotFound
from app.core.events import happened
from app.core.http.pages import password_link
from app.core.texts import line

WithUnits = Callable[[Callable[[Units], Coroutine[Any, Any, Any]]], Any]
PROMPT = "密码 / password"
Username = Annotated[str, typer.Argument(metavar="USERNAME")]


async def create_administrator(session: AsyncSession, username: str, name: str, password: str | None) -> str | None:
    """Make an administrator; without a password the secret of a link to set one.

    Refusals: UsernameMalformed, NameMisleading, UsernameTaken, PasswordWeak, CharacterRefused, LineBroken.
    """
    account = await draft_account(session, username, line(name) or username)
    if password is not None:
        check_password(account.username, password)
        account.password_hash = await hashed(password)
    session.add(await new_membership(session, account, Role.admin, None))
    await happened(session, CLOCK, "account.administrator_created", account, await now(session))
    return None if password is not None else (await draft_link(session, CLOCK, account)).secret


async def reset_administrator(session: AsyncSession, username: str) -> str:
    """The secret of a link by which an administrator sets a new password. Everybody else has colleagues or an
    administrator to ask (NotFound)."""
    account = await find_account(session, username)
    if account is None or await session.scalar(_is_administrator(account)) is None:
        raise NotFound(account=folded_username(username))
    return (await draft_link(session, CLOCK, account)).secret


def administration(with_units: WithUnits, public_url: Callable[[], str]) -> typer.Typer:
    """The commands, on the database that `with_units` opens."""
    admin = typer.Typer(no_args_is_help=True, help="Administrators: the first one, and one who forgot the password.")

    @admin.command()
    def create(
        username: Username,
        name: Annotated[str, typer.Option(help="as others read it; by default the user name")] = "",
        link: Annotated[bool, typer.Option("--link", help="print a one-time link instead of asking")] = False,
    ) -> None:
        """Make an administrator; the password is asked for, or set by whoever opens the printed link."""
        check_username(folded_username(username))
        password = None if link else typer.prompt(PROMPT, hide_input=True, confirmation_prompt=True)

        async def run(units: Units) -> str | None:
            async with units() as session:
                return await create_administrator(session, username, name, password)

        secret = with_units(run)
        typer.echo(f"已创建系统管理员 {username} / administrator {username} created")
        if secret:
            show(secret)

    @admin.command()
    def reset(username: Username) -> None:
        """Print a one-time link by which an administrator sets a new password."""

        async def run(units: Units) -> str:
            async with units() as session:
                return await reset_administrator(session, username)

        show(with_units(run))

    def show(secret: str) -> None:
        typer.echo(f"一次性链接，{LINK_FOR.days} 天内有效 / one-time link, valid for {LINK_FOR.days} days:")
        typer.echo(f"{public_url()}{password_link(secret)}")

    return admin


def _is_administrator(account: Account) -> sa.Select[int]:
    seat = sa.select(Membership.id).where(Membership.account_id == account.id, Membership.role == Role.admin)
    return seat.where(Membership.ended_at.is_(None))
