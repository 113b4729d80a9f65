"""One is submitted, one is signed, whatever the report is of; the application sees to it, and the database."""

from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets.rules import AuditKind
from app.budgets.service import submit_audit
from app.core.actors import Role
from app.reports import signing
from app.reports.models import SignedReport
from app.reports.rules import ReportStatus
from tests.factories.budgets import auditor, make_budget
from tests.factories.contracts import make_performing
from tests.factories.evaluations import make_submitted
from tests.factories.parties import actor_of

pytestmark = pytest.mark.anyio
S = ReportStatus
Written = Callable[[AsyncSession], Awaitable[SignedReport]]


async def audited(session: AsyncSession) -> SignedReport:
    contract = await make_performing(session)
    budget = await make_budget(session, contract)
    return await submit_audit(session, await auditor(session, contract), budget.id, AuditKind.final, "账目清楚", "")


async def evaluated(session: AsyncSession) -> SignedReport:
    _, _, report, _ = await make_submitted(session)
    return report


def again(report: SignedReport) -> SignedReport:
    """Another one that says the same."""
    table = sa.inspect(type(report)).columns.keys()
    own = {"id", "version", "status", *(name for name in table if name.startswith(("submitted_", "sign")))}
    return type(report)(**{name: getattr(report, name) for name in table if name not in own})


@pytest.mark.parametrize("written", [audited, evaluated])
async def test_a_newer_report_replaces_the_one_that_stood_where_it_stands(
    session: AsyncSession, written: Written
) -> None:
    first = await written(session)
    one, other = await actor_of(session, Role.auditor), await actor_of(session, Role.auditor)
    second, third, at = again(first), again(first), first.submitted_at
    await signing.submit(session, one, second, at)
    await session.flush()
    assert (first.status, second.status, second.submitted_by) == (S.replaced, S.submitted, one.account_id)
    await signing.sign(session, other, second, "吴会计师", at)
    await signing.submit(session, other, third, at)
    await session.flush()
    assert (second.status, second.signed_by, third.status) == (S.signed, other.account_id, S.submitted)
    await signing.sign(session, one, third, "周会计师", at)
    await session.flush()
    assert [each.status for each in (first, second, third)] == [S.replaced, S.replaced, S.signed]


@pytest.mark.parametrize("written", [audited, evaluated])
async def test_the_database_keeps_one_of_a_kind_under_the_names_of_two(session: AsyncSession, written: Written) -> None:
    first = await written(session)
    one, another = await actor_of(session, Role.auditor), again(first)
    await signing.submit(session, one, another, first.submitted_at)
    await session.flush()
    beside, kind = again(first), type(first)
    beside.submitted_at = first.submitted_at
    with pytest.raises(IntegrityError, match=f"uq_{kind.__tablename__}_one_of_a_kind"):
        async with session.begin_nested():
            session.add(beside)
            await session.flush()
    alone = {"status": S.signed, "signed_at": another.submitted_at, "signed_by": one.account_id, "signer": "周会计师"}
    for said, name in (
        (alone, "signed_by_somebody_else"),
        ({**alone, "signed_by": None, "signer": ""}, "signature_has_a_name"),
        ({**alone, "signed_by": None, "signed_at": None, "signer": ""}, "signed_has_its_date"),
    ):
        with pytest.raises(IntegrityError, match=f"ck_{kind.__tablename__}_{name}"):
            async with session.begin_nested():
                await session.execute(sa.update(kind).where(kind.id == another.id).values(said))
