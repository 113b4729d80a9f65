"""`shuangxuan admin`: an empty installation gets its first administrator."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from app.accounts.commands import administration, create_administrator, reset_administrator
from app.accounts.credentials import PasswordWeak
from app.accounts.resets import set_password
from app.accounts.rules import UsernameTaken
from app.core.actors import Role
from app.core.db import Units, make_engine
from app.core.db import units as units_of
from app.core.errors import NotFound
from tests.factories.parties import PASSWORD, apart, enter, make_dounan

COMMAND = (sys.executable, "-m", "app")


@pytest.mark.anyio
async def test_an_administrator_made_with_a_password_signs_in_and_the_name_is_taken_once(session: AsyncSession) -> None:
    with pytest.raises(PasswordWeak):
        await create_administrator(session, "weak", "", "short")
    assert await create_administrator(session, "Operator", "", PASSWORD) is None
    assert (await enter(session, "operator")).actor.role is Role.admin
    with pytest.raises(UsernameTaken):
        await create_administrator(session, "operator", "", PASSWORD)


@pytest.mark.anyio
async def test_links_open_for_new_and_for_forgetful_administrators_and_for_nobody_else(session: AsyncSession) -> None:
    await make_dounan(session)
    for link in (partial(create_administrator, name="", password=None), reset_administrator):
        secret = await link(session, "operator")
        assert secret
        await set_password(session, apart(session), secret, PASSWORD)
        assert (await enter(session, "operator")).actor.role is Role.admin
    for name in ("dounan", "nobody"):
        with pytest.raises(NotFound):
            await reset_administrator(session, name)


def test_the_password_is_asked_for_twice_and_never_shown(own_database: str) -> None:
    def with_units(action: Callable[[Units], Coroutine[Any, Any, Any]]) -> Any:
        async def run() -> Any:
            engine = make_engine(own_database)
            try:
                return await action(units_of(engine))
            finally:
                await engine.dispose()

        return asyncio.run(run())

    admin = administration(with_units, lambda: "https://shuangxuan.example")
    ask = CliRunner().invoke
    differs = ask(admin, ["create", "operator"], input=f"{PASSWORD}\nanother\n")
    made = ask(admin, ["create", "operator"], input=f"{PASSWORD}\n{PASSWORD}\n")
    link = ask(admin, ["reset", "operator"])
    assert (differs.exit_code, made.exit_code, link.exit_code) == (1, 0, 0)
    assert PASSWORD not in made.output
    assert "https://shuangxuan.example/set-password#" in link.output


def test_an_empty_installation_without_demonstration_gets_its_first_administrator(own_database: str) -> None:
    env = {**os.environ, "DATABASE_URL": own_database, "DEMONSTRATION": "false"}
    runs = [
        subprocess.run(
            [*COMMAND, "admin", "create", "operator", "--link"], env=env, capture_output=True, text=True, check=False
        )
        for _ in range(2)
    ]
    assert [run.returncode for run in runs] == [0, 1]
    assert "/set-password#" in runs[0].stdout
    assert len(runs[1].stderr.splitlines()) == 2 and "operator" in runs[1].stderr
