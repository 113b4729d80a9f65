"""Results of a procurement: prices compared for the same thing, several awards to one supplier, the panel named."""

from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.days.calendar import end_of_day, shanghai_date
from app.parties.models import Party
from app.tenders.awards.documents import result_document
from app.tenders.awards.queries import latest_result, result_page, waiting
from app.tenders.awards.service import propose_awards, publish_result
from app.tenders.notices.models import Criterion, Lot, Tender
from app.tenders.notices.rules import LotFailure
from app.tenders.standings.queries import standings
from tests.factories.awards import live_awards, score
from tests.factories.bids import make_bid
from tests.factories.notices import OPENED, items_of, lots_of, make_lot, make_tender
from tests.factories.panels import purchaser_of
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio


async def price_of(session: AsyncSession, tender: Tender, points: int) -> None:
    price = Criterion(
        tender_id=tender.id, code="P", position=9, label_zh="价格", maximum=Decimal(points), is_price=True
    )
    session.add(price)
    await session.flush()


async def test_price_points_compare_bids_for_the_same_item(session: AsyncSession) -> None:
    """A dear item's bids do not lose their points to the bids for a cheap one."""
    tender = await make_tender(session, profile="procurement", lots=0)
    lot = await make_lot(session, tender, items=2, places=2, ceiling=Decimal(90_000))
    await price_of(session, tender, 10)
    dear, cheap = await items_of(session, lot)
    for item, amounts in ((dear, (60_000, 80_000)), (cheap, (3_000, 6_000))):
        for amount in amounts:
            await make_bid(session, lot, item=item, amount=amount)
    await score(session, tender, [80, 80, 80, 80])
    ((_, placed),) = (await standings(session, tender)).lots
    assert {each.candidate.bid: each.candidate.total - 80 for each in placed} == {
        "B01": 10,
        "B02": Decimal("7.5"),
        "B03": 10,
        "B04": 5,
    }


async def two_lots(session: AsyncSession, profile: str, one_each: bool | None = None) -> tuple[Tender, Party]:
    """One organisation bids best for both lots of a place each, another one second."""
    tender = await make_tender(session, profile=profile, lots=0, one_each=one_each)
    best, second = await make_party(session), await make_party(session)
    for _ in range(2):
        lot = await make_lot(session, tender, places=1)
        await make_bid(session, lot, best)
        await make_bid(session, lot, second)
    await score(session, tender, [90, 80, 90, 80])
    await propose_awards(session, purchaser_of(tender), tender.id)
    return tender, best


@pytest.mark.parametrize(
    ("profile", "one_each", "won"),
    [
        ("procurement", None, {"B01", "B03"}),
        ("procurement", True, {"B01", "B04"}),
        ("venture", None, {"B01", "B04"}),
        ("venture", False, {"B01", "B03"}),
    ],
)
async def test_a_supplier_wins_once_only_where_the_notice_says_so(
    session: AsyncSession, profile: str, one_each: bool | None, won: set[str]
) -> None:
    tender, _ = await two_lots(session, profile, one_each)
    assert set(await live_awards(session, tender)) == won


async def failed_beside(session: AsyncSession) -> tuple[Tender, Lot]:
    tender = await make_tender(session, profile="procurement", lots=2)
    going_on, failed = await lots_of(session, tender)
    await make_bid(session, going_on)
    await score(session, tender, [90])
    failed.failed_at, failed.failure = OPENED, LotFailure.bidders
    await propose_awards(session, purchaser_of(tender), tender.id)
    return tender, failed


async def test_the_result_names_the_panel_and_the_lots_that_failed(session: AsyncSession) -> None:
    """87号令 art. 69: the notice names the experts."""
    tender, failed = await failed_beside(session)
    await publish_result(session, purchaser_of(tender), tender.id)
    result = await latest_result(session, tender.id)
    assert result is not None
    page = await result_page(session, tender, result)
    said = str(result_document(page))
    assert all(f"{judge.name} {judge.role_zh}" in said for judge in page.judges)
    assert f"{failed.title_zh}（供应商不足规定家数，未开标）" in said
    assert [lot.lot.code for lot in page.lots] == ["L1"]


async def test_a_decided_result_is_published_within_two_working_days(session: AsyncSession) -> None:
    """87号令 art. 69; decided on a Tuesday."""
    tender, _ = await failed_beside(session)
    (publish,) = await waiting(session, purchaser_of(tender), OPENED)
    assert (publish.verb, publish.due_at) == ("publish", end_of_day(shanghai_date(OPENED).replace(day=3)))
    assert "2 个工作日" in publish.rule
