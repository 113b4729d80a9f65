"""Applications to take part."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.parties.rules import LEGAL_PERSONS, LegalKind
from app.registrations.models import Registration
from app.registrations.policy import receipt_mark
from tests.factories.parties import make_area
from tests.factories.reference import DOUNAN

CODE = "7KQ2M9XD"
CREDIT_CODE = "91440300708461136T"


async def make_registration(session: AsyncSession, code: str | None = None, **facts: Any) -> Registration:
    """By default of a social service agency of Dounan."""
    count = await session.scalar(sa.select(sa.func.count()).select_from(Registration)) or 0
    facts.setdefault("area_code", DOUNAN)
    facts.setdefault("legal_kind", LegalKind.social_service_agency)
    if facts["legal_kind"] in LEGAL_PERSONS:
        facts.setdefault("credit_code", CREDIT_CODE)
    facts = {"name_zh": f"花圃中心 {count + 1}", "introduction": "为老服务", **facts}
    await make_area(session, facts["area_code"])
    registration = Registration(receipt_hash=receipt_mark(code or f"code {count + 1}"), **facts)
    registration.contact_name, registration.contact_phone = "李花", "0871-60000000"
    registration.submitted_at = await now(session)
    session.add(registration)
    await session.flush()
    return registration
