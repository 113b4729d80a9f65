"""What the database refuses of accounts whatever the code does."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.core.actors import Role
from tests.factories.parties import make_account
from tests.factories.reference import DOUNAN

pytestmark = pytest.mark.anyio


async def test_a_password_in_clear_cannot_be_stored(session: AsyncSession) -> None:
    with pytest.raises(IntegrityError) as refused:
        await make_account(session, password_hash="a password in clear")
    assert refused.value.orig.diag.constraint_name == "ck_accounts_password_is_hashed"


async def test_only_judges_and_administrators_act_for_no_party(session: AsyncSession) -> None:
    _, judge = await make_account(session, Role.judge)
    _, committee = await make_account(session, Role.committee)
    assert (judge.party_id, judge.area) == (None, "")
    assert (committee.party_id is not None, committee.area) == (True, DOUNAN)


async def test_the_same_membership_cannot_be_given_twice(session: AsyncSession) -> None:
    account, _ = await make_account(session, Role.judge)
    session.add(Membership(account_id=account.id, role=Role.judge))
    with pytest.raises(IntegrityError):
        await session.flush()
