"""The tables refuse what must never be."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.days.calendar import SHANGHAI
from app.offers.models import OfferArea, OfferVersion
from app.offers.rules import OfferStatus
from tests.factories.offers import make_offer
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("ref_is_not_blank", {"ref": ""}),
        ("has_a_title", {"title": " "}),
        ("has_a_title", {"title": "餐" * 201}),
        ("price_is_not_negative", {"price": Decimal("-0.01")}),
        ("price_has_a_unit", {"price_unit": ""}),
        (
            "available_days_in_order",
            {"available_from": date(2026, 11, 20), "available_until": date(2026, 11, 19)},
        ),
        ("expired_is_derived", {"status": OfferStatus.expired}),
        ("drafts_are_not_published", {"status": OfferStatus.draft, "published_at": AT}),
        ("public_ones_have_their_date", {"status": OfferStatus.paused, "published_at": None}),
        ("withdrawn_has_its_date_and_reason", {"withdrawn_at": AT}),
        ("withdrawn_has_its_date_and_reason", {"status": OfferStatus.withdrawn, "withdrawn_at": None}),
        ("withdrawn_has_its_date_and_reason", {"status": OfferStatus.withdrawn, "withdrawal_reason": ""}),
    ],
)
async def test_the_table_refuses(session: AsyncSession, constraint: str, facts: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError) as refused:
        await make_offer(session, **facts)
    assert f'"ck_offers_{constraint}"' in str(refused.value)


async def test_a_version_says_what_changed(session: AsyncSession) -> None:
    offer = await make_offer(session)
    session.add(OfferVersion(offer_id=offer.id, version=1, changes={}, account_id=None, at=AT))
    with pytest.raises(IntegrityError, match="ck_offer_versions_says_what_changed"):
        await session.flush()


async def test_an_offer_covers_only_areas_that_the_register_has(session: AsyncSession) -> None:
    offer = await make_offer(session)
    session.add(OfferArea(offer_id=offer.id, area_code="999999000000"))
    with pytest.raises(IntegrityError, match="fk_offer_areas_area_code"):
        await session.flush()


async def test_a_number_stands_for_one_offer_of_an_organisation_and_of_a_season(session: AsyncSession) -> None:
    party, other = await make_party(session), await make_party(session)
    await make_offer(session, party, ref="O1")
    await make_offer(session, other, ref="O1")
    await make_offer(session, party, ref="O1", ref_scheme="season")
    for owner, facts, name in (
        (party, {"ref": "O1"}, "uq_offers_ref_scheme_party_id_ref"),
        (other, {"ref": "O1", "ref_scheme": "season"}, "uq_offers_ref_within_a_scheme"),
    ):
        savepoint = await session.begin_nested()
        with pytest.raises(IntegrityError, match=name):
            await make_offer(session, owner, **facts)
        await savepoint.rollback()
    assert await session.scalar(sa.text("SELECT count(*) FROM offers")) == 3
