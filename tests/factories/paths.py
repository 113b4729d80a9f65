"""Needs of tests, each asked for in a notice of its own: the only lot of the tender answers the one need."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.needs.models import Need
from app.tenders.notices.models import Tender
from tests.factories.needs import make_need
from tests.factories.notices import make_lot, make_tender
from tests.factories.surveys import make_survey_result

SHARES = {"evidence_share": "0.4146", "evidence_low": "0.3314", "evidence_high": "0.5030"}


async def make_tendered(session: AsyncSession, **facts: Any) -> tuple[Need, Tender]:
    """With 51 of 123 answers behind it. `facts` are those of the tender."""
    result = await make_survey_result(session)
    evidence: dict[str, Any] = {name: Decimal(share) for name, share in SHARES.items()}
    need = await make_need(session, survey_result_id=result.id, evidence_n=123, held_as="tendered", **evidence)
    tender = await make_tender(session, lots=0, **facts)
    await make_lot(session, tender, needs=[need.id])
    return need, tender
