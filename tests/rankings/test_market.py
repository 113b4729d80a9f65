"""The market a process keeps is the one in the database: edits show at once, and only they are made ready again."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import SimulatedClock
from app.matching.ranking.rank import sight_of_offers
from app.needs.models import Need
from app.offers.models import Offer, OfferArea
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.rankings import kept as room
from app.rankings.entries import need_entries, offer_entries
from app.rankings.kept import Kept, MarketUnready, market
from app.rankings.market import Market
from app.records.rules import RecordKind
from app.taxonomy.models import Category
from tests.factories.needs import make_need
from tests.factories.offers import make_offer
from tests.factories.parties import make_party
from tests.factories.records import make_record

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    room.kept = Kept()


async def a_market(session: AsyncSession) -> tuple[Market, int]:
    committee = await make_party(session, PartyKind.committee)
    need = await make_need(session, committee, title="老人送饭", category_code="010102")
    for title in ("送餐上门", "河道保护"):
        await make_offer(session, await make_party(session), title=title)
    await session.commit()
    return await market(session), need.id


async def scores(session: AsyncSession, found: Market, need_id: int) -> dict[str, Decimal]:
    entry = (await need_entries(session, [need_id], found.ground.day))[need_id]
    placings = sight_of_offers(entry.record, found.offers).placings()
    offers = await offer_entries(session, [int(each.id) for each in placings], found.ground.day)
    return {offers[int(each.id)].title: each.score for each in placings}


async def test_nothing_changed_nothing_is_made_ready_again(session: AsyncSession) -> None:
    found, _ = await a_market(session)
    assert await market(session) is found


async def test_a_new_offer_shows_at_once_and_moves_nobody_else(session: AsyncSession) -> None:
    found, need = await a_market(session)
    before = await scores(session, found, need)
    await make_offer(session, await make_party(session), title="Swimming", description="Lessons for everybody.")
    await session.commit()
    after = await market(session)
    now = await scores(session, after, need)
    assert now == before | {"Swimming": now["Swimming"]}
    assert after.offers.base is found.offers.base
    assert "Swimming" not in await scores(session, found, need)


async def test_an_edit_a_withdrawal_and_a_tender_show_at_once_as_if_all_had_been_read_anew(
    session: AsyncSession,
) -> None:
    found, need = await a_market(session)
    edited, withdrawn = map(int, found.offers.ids)
    await session.execute(sa.update(Offer).where(Offer.id == edited).values(title="陪诊"))
    await session.execute(sa.update(Offer).where(Offer.id == withdrawn).values(status=OfferStatus.paused))
    await session.commit()
    after = await market(session)
    assert after.offers.ids == (str(edited),)
    room.kept.market = None
    anew = await market(session)
    assert after.offers.ids == anew.offers.ids
    assert (await scores(session, after, need)).keys() == (await scores(session, anew, need)).keys() == {"陪诊"}
    await session.execute(sa.update(Need).where(Need.id == need).values(held_as="tendered"))
    await session.commit()
    assert (after.needs.ids, (await market(session)).needs.ids) == ((str(need),), ())


async def test_an_edit_of_the_provider_and_of_a_part_of_an_offer_show_too(session: AsyncSession) -> None:
    found, need = await a_market(session)
    offer = await session.get_one(Offer, int(found.offers.ids[0]))
    provider = await session.get_one(Party, offer.party_id)
    await make_record(session, provider, RecordKind.rectification, words="整改", valid_from=date(2020, 1, 1))
    await session.commit()
    after = await market(session)
    assert len(await scores(session, after, need)) == len(await scores(session, found, need)) - 1
    await session.execute(sa.delete(OfferArea).where(OfferArea.offer_id == offer.id))
    await session.commit()
    assert (await market(session)).offers is not after.offers


async def test_what_is_recorded_of_a_provider_counts_from_its_first_to_its_last_day(
    session: AsyncSession, clock: SimulatedClock
) -> None:
    """Midnight writes nothing: the market of the new day is made of what holds then."""
    found, need = await a_market(session)
    provider = await session.get_one(Party, (await session.get_one(Offer, int(found.offers.ids[0]))).party_id)
    tomorrow = found.ground.day + timedelta(days=1)
    await make_record(session, provider, RecordKind.rectification, valid_from=tomorrow, valid_until=tomorrow)
    await session.commit()
    counted = []
    for _ in range(3):
        counted.append(len(await scores(session, await market(session), need)))
        clock.at += timedelta(days=1)
        await session.commit()
    assert counted == [2, 1, 2]


async def test_a_grade_is_seen_on_its_days_and_none_before(session: AsyncSession) -> None:
    found, _ = await a_market(session)
    offer = await session.get_one(Offer, int(found.offers.ids[0]))
    provider = await session.get_one(Party, offer.party_id)
    facts = {"value": "4A", "valid_from": date(2016, 3, 1), "valid_until": date(2021, 2, 28)}
    await make_record(session, provider, RecordKind.rating_a, **facts)
    days = (date(2016, 2, 29), date(2016, 3, 1), date(2021, 2, 28), date(2021, 3, 1))
    grades = [(await offer_entries(session, [offer.id], day))[offer.id].record.rating for day in days]
    assert grades == [None, 4, 4, None]


async def test_a_market_of_another_database_is_never_ranked_by(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its own cannot be made in time, it is said so; a renewal whose loop has ended renews nothing."""
    found, _ = await a_market(session)
    room.kept.market = replace(found, ground=found.ground._replace(database="another"))
    ended = asyncio.new_event_loop()
    room.kept.renewal = ended.create_future()  # type: ignore[assignment]
    assert (await market(session)).ground == found.ground
    ended.close()
    room.kept.market = replace(found, ground=found.ground._replace(database="another"))
    monkeypatch.setattr(room, "FIRST_PATIENCE", 0)
    with pytest.raises(MarketUnready):
        await market(session)


async def test_a_new_day_and_a_new_word_of_the_taxonomy_count_words_anew(
    session: AsyncSession, clock: SimulatedClock
) -> None:
    found, _ = await a_market(session)
    await session.execute(sa.update(Category).where(Category.code == "01").values(synonyms=["敬老"]))
    await session.commit()
    renamed = await market(session)
    assert renamed.offers.statistics is not found.offers.statistics
    assert renamed.offers.reader is not found.offers.reader
    clock.at += timedelta(days=1)
    await session.commit()
    assert (await market(session)).offers.statistics is not renamed.offers.statistics


async def test_what_was_undone_is_undone_in_the_market_too(session: AsyncSession) -> None:
    found, need = await a_market(session)
    first = int(found.offers.ids[0])
    before = await scores(session, found, need)
    edit = sa.text("UPDATE offers SET title = :title WHERE id = :id")
    await session.execute(edit, {"title": "A", "id": first})
    edited = await market(session)
    assert edited.offers.hidden == {str(first)}
    await session.rollback()
    assert await scores(session, await market(session), need) == before
    await session.execute(edit, {"title": "B", "id": first})
    await session.commit()
    assert "B" in await scores(session, await market(session), need)
