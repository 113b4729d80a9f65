"""Offers of tests."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.offers.models import Offer, OfferArea, OfferCategory, OfferPopulation
from app.offers.rules import OfferStatus
from app.parties.models import Party
from tests.factories.needs import make_terms
from tests.factories.parties import make_area, make_party

CHENGGONG = "530114000000"


async def make_offer(session: AsyncSession, organization: Party | None = None, **facts: Any) -> Offer:
    """A published offer of meals for older people (0101, P04) all over Chenggong, unless `facts` say otherwise."""
    at = await now(session)
    party = organization or await make_party(session)
    categories = facts.pop("category_codes", ["0101"])
    populations = facts.pop("population_codes", ["P04"])
    coverage = facts.pop("coverage_codes", [CHENGGONG])
    status = facts.setdefault("status", OfferStatus.published)
    facts = {"title": "长者厨房托管", "price": Decimal("72000.00"), "price_unit": "元/年", **facts}
    facts.setdefault("published_at", None if status is OfferStatus.draft else at)
    if status is OfferStatus.withdrawn:
        facts = {"withdrawn_at": at, "withdrawal_reason": "人员调整", **facts}
    await make_terms(session, categories, populations)
    for code in coverage:
        await make_area(session, code)
    offer = Offer(party_id=party.id, created_at=at, **facts)
    offer.categories = [OfferCategory(category_code=code) for code in categories]
    offer.populations = [OfferPopulation(population_code=code) for code in populations]
    offer.areas = [OfferArea(area_code=code) for code in coverage]
    session.add(offer)
    await session.flush()
    return offer
