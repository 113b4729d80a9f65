"""Files of a bid: in its receipt, as sealed as it is, fixed once it is handed in. And what the night takes away."""

import asyncio
import io
import os
import time
from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service as contracts
from app.contracts.queries import milestones_of
from app.core.actors import Actor, Role
from app.core.clock import SimulatedClock
from app.core.db import Units, make_engine, units
from app.core.errors import DomainError, MoveRefused, NotFound
from app.core.installation.jobs import open_door
from app.files import service, store
from app.files.content import Received, examine
from app.files.jobs import sweep_files
from app.files.models import Attachment, StoredFile
from app.files.policy import read_attachment
from app.files.queries import attachments_of, verify
from app.files.rules import Holder
from app.files.service import attach_file, remove_file
from app.needs.models import Need
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus, content_digest
from app.tenders.bids.service import draft_bid, record_late_bid, submit_bid, withdraw_bid
from app.tenders.notices.models import Tender
from app.tenders.notices.rules import BidTooLate
from app.tenders.panels.rules import DeclarationMissing
from app.tenders.profiles.rules import Gate
from tests.conftest import TODAY
from tests.factories.bids import make_opened
from tests.factories.contracts import contractor, evaluator, make_performing, purchaser
from tests.factories.files import PDF, make_attachment
from tests.factories.needs import make_need
from tests.factories.notices import DATES, OPENED, make_tender, set_clock
from tests.factories.panels import make_panel
from tests.factories.parties import actor_of
from tests.tenders.notices.facts import bidder

pytestmark = pytest.mark.anyio
CONTENT = {"title": "银龄陪伴", "amount": "20000.00", "plan": "每周两次入户"}


def received(content: bytes = PDF, name: str = "证书.pdf") -> Received:
    return examine(name, io.BytesIO(content))


async def drafted(session: AsyncSession, tender: Tender, actor: Actor) -> Bid:
    return await draft_bid(session, actor, tender.id, lot="L1", content=CONTENT, ref="B01")


async def test_the_receipt_of_a_bid_vouches_for_its_files(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await drafted(session, tender, actor)
    digests = sorted([sha256(PDF).hexdigest(), sha256(PDF + b"2").hexdigest()])
    for content in (PDF, PDF + b"2"):
        await attach_file(session, actor, Holder.bid, bid.id, received(content))
    version = await submit_bid(session, actor, bid.id)
    assert (version.files, version.content_hash) == (digests, content_digest(CONTENT, digests))
    assert version.content_hash not in {content_digest(CONTENT), content_digest(CONTENT, digests[:1])}


async def test_what_was_handed_in_keeps_its_files_until_it_is_withdrawn(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await drafted(session, tender, actor)
    first = await attach_file(session, actor, Holder.bid, bid.id, received())
    await submit_bid(session, actor, bid.id)
    with pytest.raises(MoveRefused):
        await attach_file(session, actor, Holder.bid, bid.id, received(PDF + b"2"))
    with pytest.raises(MoveRefused):
        await remove_file(session, actor, first.id)
    await withdraw_bid(session, actor, bid.id)
    await remove_file(session, actor, first.id)
    await attach_file(session, actor, Holder.bid, bid.id, received(PDF + b"2"))
    version = await submit_bid(session, actor, bid.id)
    assert (version.number, version.files) == (2, [sha256(PDF + b"2").hexdigest()])


@pytest.mark.parametrize("change", ["insert", "update", "delete"])
async def test_the_database_itself_keeps_the_files_of_a_bid_that_was_handed_in(
    session: AsyncSession, change: str
) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid, need = await drafted(session, tender, actor), await make_need(session)
    attached = await attach_file(session, actor, Holder.bid, bid.id, received())
    beside = await attach_file(session, committee_of(need), Holder.need, need.id, received())
    await submit_bid(session, actor, bid.id)
    row = sa.update(Attachment)
    statement = {
        "insert": row.where(Attachment.id == beside.id).values(need_id=None, bid_id=bid.id, sha256=attached.sha256),
        "update": row.where(Attachment.id == attached.id).values(name="anders.pdf"),
        "delete": sa.delete(Attachment).where(Attachment.id == attached.id),
    }[change]
    with pytest.raises(IntegrityError, match="handed in with its files"):
        await session.execute(statement)


def committee_of(need: Need) -> Actor:
    return Actor(None, Role.committee, need.party_id, need.community_code)


async def test_nothing_is_attached_to_a_bid_after_the_deadline(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await drafted(session, tender, actor)
    await set_clock(session, DATES["bids_end"])
    with pytest.raises(BidTooLate):
        await attach_file(session, actor, Holder.bid, bid.id, received())


async def test_a_sealed_bid_seals_its_files(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await drafted(session, tender, actor)
    attached = await attach_file(session, actor, Holder.bid, bid.id, received())
    await submit_bid(session, actor, bid.id)
    buyer = Actor(None, Role.purchaser, tender.party_id, "530114")
    for stranger in (buyer, await bidder(session), Actor(1, Role.judge), Actor(2, Role.admin)):
        with pytest.raises(NotFound):
            await read_attachment(session, stranger, attached.id)
    await make_opened(session, tender)
    assert await read_attachment(session, buyer, attached.id) == attached


async def test_what_hung_on_a_draft_stays_its_bidders_when_a_late_paper_is_recorded(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await drafted(session, tender, actor)
    attached = await attach_file(session, actor, Holder.bid, bid.id, received())
    await make_opened(session, tender)
    buyer = Actor(None, Role.purchaser, tender.party_id, "530114")
    late = {"party_id": bid.party_id, "lot": "L1", "content": CONTENT, "received_at": OPENED}
    recorded = await record_late_bid(session, buyer, tender.id, **late)
    assert (recorded.id, recorded.status) == (bid.id, BidStatus.late)
    with pytest.raises(NotFound):
        await read_attachment(session, buyer, attached.id)
    assert await read_attachment(session, actor, attached.id) == attached


async def test_a_judge_reads_the_files_once_the_bid_may_be_opened(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await drafted(session, tender, actor)
    attached = await attach_file(session, actor, Holder.bid, bid.id, received())
    await submit_bid(session, actor, bid.id)
    await make_opened(session, tender)
    seat, *_ = await make_panel(session, tender)
    judge = await actor_of(session, Role.judge)
    seat.account_id, seat.declared_at, declared_at = judge.account_id, None, seat.declared_at
    await session.flush()
    with pytest.raises(DeclarationMissing):
        await read_attachment(session, judge, attached.id)
    seat.declared_at = declared_at
    await session.flush()
    assert await read_attachment(session, judge, attached.id) == attached


async def test_what_was_reported_with_a_milestone_stays_until_it_is_returned(session: AsyncSession) -> None:
    contract = await make_performing(session)
    gate = Gate.midterm_evaluation
    (milestone,) = [each for each in await milestones_of(session, contract.id) if each.gate is gate]
    actor, firm = contractor(contract), await evaluator(session, contract)
    attached = await attach_file(session, actor, Holder.milestone, milestone.id, received())
    await contracts.report_milestone(session, actor, contract.id, gate, "完成情况报告")
    with pytest.raises(MoveRefused):
        await remove_file(session, actor, attached.id)
    assert await read_attachment(session, firm, attached.id) == attached
    await contracts.return_milestone(session, firm, contract.id, gate, "请补充")
    await remove_file(session, actor, attached.id)
    for other in (purchaser(contract), firm):
        with pytest.raises(DomainError):
            await attach_file(session, other, Holder.milestone, milestone.id, received())


async def test_files_go_with_what_they_hang_on(session: AsyncSession) -> None:
    need = await make_need(session)
    await make_attachment(session, Holder.need, need.id, need.party_id)
    await session.execute(sa.delete(Need).where(Need.id == need.id))
    assert await attachments_of(session, Holder.need, need.id) == []


async def test_those_who_attach_the_same_content_at_once_share_one_file(own_database: str) -> None:
    engine = make_engine(own_database)
    door = units(engine)
    async with door() as session:
        needs = [await make_need(session) for _ in range(8)]

    async def attach(need: Need) -> None:
        async with door() as session:
            await attach_file(session, committee_of(need), Holder.need, need.id, received(PDF + b"shared"))

    await asyncio.gather(*(attach(need) for need in needs))
    async with door() as session:
        counts = [
            await session.scalar(sa.select(sa.func.count()).select_from(each)) for each in (StoredFile, Attachment)
        ]
    await engine.dispose()
    assert (counts, store.is_whole(sha256(PDF + b"shared").hexdigest())) == ([1, 8], True)


async def test_a_file_is_not_attached_while_its_bid_is_handed_in(own_database: str) -> None:
    """Whichever comes first, the receipt names exactly what hangs on the bid."""
    engine = make_engine(own_database)
    clock = SimulatedClock(TODAY)
    door = units(engine, clock=clock)
    async with door() as session:
        tender, actor = await make_tender(session), await bidder(session)
        bid = await drafted(session, tender, actor)

    async def attach(number: int) -> None:
        async with door() as session:
            await attach_file(session, actor, Holder.bid, bid.id, received(PDF + bytes([number])))

    async def submit() -> list[str]:
        async with door() as session:
            return list((await submit_bid(session, actor, bid.id)).files)

    (files, *_) = await asyncio.gather(submit(), *(attach(number) for number in range(6)), return_exceptions=True)
    async with door() as session:
        hanging = sorted(each.sha256 for each in await attachments_of(session, Holder.bid, bid.id))
    await engine.dispose()
    assert files == hanging


async def test_a_restored_store_is_read_again_file_by_file(session: AsyncSession) -> None:
    need = await make_need(session)
    digests = []
    for word in (b"whole", b"altered", b"missing"):
        attached = await attach_file(session, committee_of(need), Holder.need, need.id, received(PDF + word))
        digests.append(attached.sha256)
    store.place_of(digests[1]).write_bytes(PDF + b"ALTERED")
    store.place_of(digests[2]).unlink()
    assert await verify(session) == (3, sorted(digests[1:]))


async def swept(units: Units) -> None:
    open_door(units)
    await sweep_files(0)


async def test_the_night_takes_away_what_nothing_holds_a_day_after_it_was_let_go_of(
    session: AsyncSession, units: Units
) -> None:
    need = await make_need(session)
    actor = committee_of(need)
    kept, gone = [
        await attach_file(session, actor, Holder.need, need.id, received(PDF + word)) for word in (b"kept", b"gone")
    ]
    places = [store.place_of(each.sha256) for each in (kept, gone)]
    broken_off, fresh = store.store() / "incoming-0", store.store() / "incoming-1"
    for path in (broken_off, fresh):
        path.write_bytes(b"half")
    long_ago = time.time() - 2 * 86_400
    for path in (*places, broken_off):
        os.utime(path, (long_ago, long_ago))
    await remove_file(session, actor, gone.id)
    await session.commit()
    await swept(units)
    assert [path.exists() for path in (*places, broken_off, fresh)] == [True, True, False, True]
    session.info["clock"].at += timedelta(days=1, seconds=1)
    await swept(units)
    assert [path.exists() for path in (*places, fresh)] == [True, False, True]
    fresh.unlink()


async def test_a_refused_attachment_leaves_at_most_a_file_that_the_night_takes_away(
    session: AsyncSession, units: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = await make_need(session)
    await session.commit()

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr(service, "happened", fail)
    with pytest.raises(RuntimeError):
        async with units() as unit:
            await attach_file(unit, committee_of(need), Holder.need, need.id, received(PDF + b"unfinished"))
    assert await attachments_of(session, Holder.need, need.id) == []
    place = store.place_of(sha256(PDF + b"unfinished").hexdigest())
    os.utime(place, (0, 0))
    await swept(units)
    assert not place.exists()
