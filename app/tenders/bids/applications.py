"""What a bid says: the draft as JSON keeps it, and what was handed in, put together again from its rows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import STORED
from app.core.money import Money
from app.taxonomy.queries import require_populations
from app.tenders.bids.models import BidVersion, BudgetLine
from app.tenders.forms.application import Application
from app.tenders.forms.checklist import HandedIn, Said
from app.tenders.forms.definition import asks_budget, form_of
from app.tenders.notices.models import Tender

# What a bid says: "title", "amount" (Decimal), "plan" and "application"; all may be missing in a draft.
Content = Mapping[str, Any]


async def written_draft(session: AsyncSession, tender: Tender, content: Content) -> dict[str, Any]:
    """The draft as JSON keeps it; the amount is a string, never a float, and where the notice asks for a budget it is
    the sum of its lines. Refusal: PopulationUnknown."""
    plain = {name: _text(value) for name, value in content.items() if name != "application"}
    application: Application | None = content.get("application")
    if application is None:
        return plain
    await require_populations(session, {each.group_code for each in application.people_served if each.group_code})
    if asks_budget(form_of(tender.application_form)):
        plain["amount"] = str(application.total() or "") or None
    return {**plain, "application": application.document()}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def said_in(draft: Content | None) -> Said:
    """What a draft would hand in."""
    draft = draft or {}
    amount = str(draft.get("amount") or "").strip()
    return Said(
        title=str(draft.get("title") or "").strip(),
        amount=Decimal(amount) if amount else None,
        plan=str(draft.get("plan") or ""),
        application=Application.model_validate(draft.get("application") or {}, context=STORED),
    )


def keep_application(version: BidVersion, said: HandedIn) -> None:
    """Write the application beside its version: the budget as rows, all else as it was answered."""
    if said.application is None:
        return
    document = said.application.document()
    del document["budget"]
    version.application = document
    for position, line in enumerate(said.application.budget, 1):
        assert line.unit_price is not None and line.quantity is not None  # a blank is a gap
        row = BudgetLine(position=position, heading=line.heading, detail=line.detail)
        row.unit_price, row.quantity = line.unit_price.amount, line.quantity
        version.budget.append(row)


async def application_of(session: AsyncSession, version: BidVersion | None) -> Application | None:
    """What was handed in with this version; a last price leaves the budget as it was before."""
    if version is None or version.application is None:
        return None
    counted = sa.select(sa.func.max(BidVersion.number)).where(
        BidVersion.bid_id == version.bid_id, BidVersion.number <= version.number, BidVersion.is_final.is_(False)
    )
    query = sa.select(BudgetLine).join(BidVersion, BidVersion.id == BudgetLine.version_id)
    query = query.where(BidVersion.bid_id == version.bid_id, BidVersion.number == counted.scalar_subquery())
    lines = await session.scalars(query.order_by(BudgetLine.position))
    return Application.model_validate(
        {**version.application, "budget": [_expense(row) for row in lines]}, context=STORED
    )


def _expense(row: BudgetLine) -> dict[str, Any]:
    price = Money(amount=row.unit_price)
    return {"heading": row.heading, "detail": row.detail, "unit_price": price, "quantity": row.quantity}
