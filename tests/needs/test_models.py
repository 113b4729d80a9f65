"""The tables refuse what must never be."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.days.calendar import SHANGHAI
from app.needs.models import NeedVersion
from app.needs.rules import NeedStatus
from tests.factories.needs import make_need
from tests.factories.reference import LONGJIE

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
SHARE = Decimal("0.5")


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("ref_is_not_blank", {"ref": ""}),
        ("has_a_title", {"title": " "}),
        ("has_a_title", {"title": "餐" * 201}),
        ("beneficiaries_are_positive", {"beneficiaries": 0}),
        ("budget_is_positive", {"budget": Decimal("0")}),
        ("period_is_1_to_60_months", {"period_months": 0}),
        ("period_is_1_to_60_months", {"period_months": 61}),
        ("expired_is_derived", {"status": NeedStatus.expired}),
        ("drafts_are_not_published", {"status": NeedStatus.draft, "published_at": AT}),
        ("public_ones_have_their_date", {"published_at": None}),
        ("only_published_ones_are_held", {"status": NeedStatus.draft, "published_at": None, "held_as": "matched"}),
        ("only_published_ones_are_held", {"held_as": ""}),
        ("only_open_ones_are_advertised", {"status": NeedStatus.draft, "published_at": None, "advertised_at": AT}),
        ("only_open_ones_are_advertised", {"status": NeedStatus.withdrawn, "advertised_at": AT}),
        ("only_open_ones_are_advertised", {"held_as": "matched", "advertised_at": AT}),
        ("only_open_ones_are_advertised", {"advertised_at": datetime(2026, 11, 19, 10, tzinfo=SHANGHAI)}),
        ("fulfilled_has_its_date", {"status": NeedStatus.fulfilled, "fulfilled_at": None}),
        ("fulfilled_has_its_date", {"fulfilled_at": AT}),
        ("withdrawn_has_its_date_and_reason", {"withdrawn_at": AT, "withdrawal_reason": "重复"}),
        ("withdrawn_has_its_date_and_reason", {"status": NeedStatus.withdrawn, "withdrawal_reason": ""}),
        ("withdrawn_has_its_date_and_reason", {"status": NeedStatus.withdrawn, "withdrawn_at": None}),
        ("published_on_evidence_or_with_a_reason", {"evidence_note": ""}),
        ("evidence_is_whole", {"evidence_n": 10}),
        ("evidence_is_a_share_of_answers", {"evidence_share": SHARE, "evidence_low": Decimal("0.6")}),
        ("evidence_is_a_share_of_answers", {"evidence_high": Decimal("1.1")}),
        ("expires_after_publication", {"expires_on": date(2026, 11, 19)}),
    ],
)
async def test_the_table_refuses(session: AsyncSession, constraint: str, facts: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError) as refused:
        await make_need(session, **facts)
    assert f'"ck_needs_{constraint}"' in str(refused.value)


async def test_only_communities_ask(session: AsyncSession) -> None:
    need = await make_need(session)
    need.community_code = "530114003000"
    with pytest.raises(IntegrityError, match="ck_needs_asked_by_a_community"):
        await session.flush()


async def test_a_version_says_what_changed(session: AsyncSession) -> None:
    need = await make_need(session)
    session.add(NeedVersion(need_id=need.id, version=1, changes={}, account_id=None, at=AT))
    with pytest.raises(IntegrityError, match="ck_need_versions_says_what_changed"):
        await session.flush()


async def test_a_number_stands_for_one_need_of_a_committee_and_of_a_season(session: AsyncSession) -> None:
    await make_need(session, ref="N1")
    await make_need(session, ref="N1", community_code=LONGJIE)
    await make_need(session, ref="N1", ref_scheme="season")
    for facts, name in (
        ({"ref": "N1"}, "uq_needs_ref_scheme_party_id_ref"),
        ({"ref": "N1", "ref_scheme": "season", "community_code": LONGJIE}, "uq_needs_ref_within_a_scheme"),
    ):
        savepoint = await session.begin_nested()
        with pytest.raises(IntegrityError, match=name):
            await make_need(session, **facts)
        await savepoint.rollback()
    assert await session.scalar(sa.text("SELECT count(*) FROM needs")) == 3
