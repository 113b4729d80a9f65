"""The market a process keeps is the one in the database: edits show at once, and only they are made ready again."""

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import SimulatedClock
from app.matching.ranking.batch import ALL, rank_all
from app.matching.ranking.rank import rank
from app.needs.models import Need
from app.offers.models import Offer
from app.offers.rules import OfferStatus
from app.parties.rules import PartyKind
from app.rankings import market as room
from app.rankings.market import Edits, Market, market
from app.taxonomy.models import Category
from tests.factories.needs import make_need
from tests.factories.offers import make_offer
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    room.kept.market = None


async def a_market(session: AsyncSession) -> tuple[Market, Need]:
    committee = await make_party(session, PartyKind.committee)
    need = await make_need(session, committee, title="老人送饭", category_code="010102")
    for title in ("送餐上门", "河道保护"):
        await make_offer(session, await make_party(session), title=title)
    await session.commit()
    return await market(session), need


def scores(found: Market, need: Need) -> dict[str, Decimal]:
    ranking = rank(found.needs[need.id].record, found.prepared_offers)
    return {found.offers[int(row.id)].title: row.score for row in ranking.rows}


async def test_nothing_changed_nothing_is_made_ready_again(session: AsyncSession) -> None:
    found, _ = await a_market(session)
    assert await market(session) is found


async def test_a_new_offer_shows_at_once_and_moves_nobody_else(session: AsyncSession) -> None:
    found, need = await a_market(session)
    before = scores(found, need)
    await make_offer(session, await make_party(session), title="Swimming", description="Lessons for everybody.")
    await session.commit()
    after = await market(session)
    assert scores(after, need) == before | {"Swimming": scores(after, need)["Swimming"]}
    assert after.prepared_offers.statistics is found.prepared_offers.statistics
    assert "Swimming" not in scores(found, need)


async def test_an_edit_a_withdrawal_and_a_tender_show_at_once_as_if_all_had_been_read_anew(
    session: AsyncSession,
) -> None:
    found, need = await a_market(session)
    edited, withdrawn = sorted(found.offers)
    await session.execute(sa.update(Offer).where(Offer.id == edited).values(title="陪诊"))
    await session.execute(sa.update(Offer).where(Offer.id == withdrawn).values(status=OfferStatus.paused))
    await session.commit()
    after = await market(session)
    assert {offer.title for offer in after.offers.values()} == {"陪诊"}
    room.kept.market = None
    anew = await market(session)
    assert after.prepared_offers.ids == anew.prepared_offers.ids
    assert len(rank_all(after.prepared_needs.snapshot.table, after.prepared_offers.snapshot, scope=ALL).rows) == 1
    await session.execute(sa.update(Need).where(Need.id == need.id).values(held_as="tendered"))
    await session.commit()
    tendered = await market(session)
    assert (tendered.prepared_needs.ids, tendered.needs[need.id].status) == ((), "tendered")


async def test_an_edit_of_the_provider_shows_too(session: AsyncSession) -> None:
    found, need = await a_market(session)
    provider = next(iter(found.offers.values())).party_id
    await session.execute(
        sa.text("UPDATE parties SET rectification = '整改', rectification_from = '2020-01-01' WHERE id = :id"),
        {"id": provider},
    )
    await session.commit()
    after = await market(session)
    assert len(scores(after, need)) == len(scores(found, need)) - 1


async def test_a_new_day_and_a_new_word_of_the_taxonomy_count_words_anew(
    session: AsyncSession, clock: SimulatedClock
) -> None:
    found, _ = await a_market(session)
    await session.execute(sa.update(Category).where(Category.code == "01").values(synonyms=["敬老"]))
    await session.commit()
    renamed = await market(session)
    assert renamed.prepared_offers.statistics is not found.prepared_offers.statistics
    assert renamed.prepared_offers.reader is not found.prepared_offers.reader
    clock.at += timedelta(days=1)
    await session.commit()
    assert (await market(session)).prepared_offers.statistics is not renamed.prepared_offers.statistics


async def test_two_edits_of_one_version_are_told_apart(session: AsyncSession) -> None:
    found, _ = await a_market(session)
    first = min(found.offers)
    await session.execute(sa.text("UPDATE offers SET title = 'A' WHERE id = :id"), {"id": first})
    assert (await market(session)).offers[first].title == "A"
    await session.rollback()
    await session.execute(sa.text("UPDATE offers SET title = 'B' WHERE id = :id"), {"id": first})
    await session.commit()
    assert (await market(session)).offers[first].title == "B"


def test_edits_are_what_is_new_changed_or_gone() -> None:
    assert Edits.between({1: "a", 2: "b", 3: "c"}, {2: "b", 3: "d", 4: "e"}) == Edits((3, 4), (1,))
