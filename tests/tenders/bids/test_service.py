"""A bid from its draft to pre-qualification; the deadline by the database's clock, with several connections."""

import asyncio
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.audit import AuditEvent
from app.core.clock import SimulatedClock, now
from app.core.days.calendar import SHANGHAI
from app.core.db import make_engine, units
from app.core.errors import DomainError, MoveRefused, NotFound, StaleVersion
from app.parties.rules import LegalKind, PartyUnknown
from app.records.rules import RecordKind
from app.tenders.bids import service
from app.tenders.bids.models import Bid, BidVersion
from app.tenders.bids.queries import bid_page, bids_of, eligible_entries, versions_of, waiting
from app.tenders.bids.rules import (
    AmountAboveCeiling,
    AmountNotPositive,
    ApplicantNotAdmitted,
    ArrivalInFuture,
    BidExists,
    BidStatus,
    ItemMissing,
    ItemUnknown,
    LotUnknown,
    NotLateYet,
    NotReceiving,
    content_digest,
    receipt_of,
)
from app.tenders.bids.service import (
    confirm_bid,
    draft_bid,
    edit_bid,
    open_bids,
    prequalify_bids,
    record_late_bid,
    revise_bid,
    submit_bid,
    unsettle_bids,
    withdraw_bid,
)
from app.tenders.forms.rules import BidIncomplete
from app.tenders.notices.models import Tender
from app.tenders.notices.policy import actions as tender_actions
from app.tenders.notices.queries import profile_of
from app.tenders.notices.rules import BidsDecided, BidsStillRunning, BidTooLate, TenderStatus, TooFewBidders
from app.tenders.notices.service import amend_tender
from tests.conftest import ClientOf
from tests.factories.bids import make_bid, version_of
from tests.factories.notices import DATES, OPENED, lots_of, make_lot, make_tender, set_clock
from tests.factories.parties import make_party
from tests.factories.records import make_record
from tests.tenders.notices.facts import bidder

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
END = DATES["bids_end"]
CONTENT = {"title": "银龄陪伴", "amount": Decimal("20000.00"), "plan": "每周两次入户"}


async def submitted(session: AsyncSession, tender: Tender, actor: Actor, lot: str = "L1", **content: Any) -> Bid:
    bid = await draft_bid(session, actor, tender.id, lot=lot, content={**CONTENT, **content})
    await submit_bid(session, actor, bid.id)
    return bid


def buyer_of(tender: Tender) -> Actor:
    return Actor(1, Role.purchaser, tender.party_id, "530114")


async def test_handing_in_gives_a_receipt_over_what_was_handed_in(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await draft_bid(session, actor, tender.id, lot="L1", content=CONTENT)
    assert (bid.status, bid.version_number, bid.ref) == (BidStatus.draft, 0, None)
    version = await submit_bid(session, actor, bid.id)
    assert (bid.status, version.number, version.amount, version.received_at) == (
        BidStatus.submitted,
        1,
        Decimal(20000),
        NOW,
    )
    assert actor.party_id is not None
    content = content_digest({"title": "银龄陪伴", "amount": "20000.00", "plan": "每周两次入户"})
    receipt = receipt_of(tender.ref, "L1", None, actor.party_id, 1, content, NOW)
    assert (version.content_hash, version.receipt_hash, version.receipt) == (content, receipt.digest, receipt.code)


async def test_the_page_of_a_bid_just_handed_in_reads_neither_bid_nor_tender_again(session: AsyncSession) -> None:
    tender = await make_tender(session)
    bid = await submitted(session, tender, await bidder(session))
    connection = await session.connection()
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    sa.event.listen(connection.sync_connection, "before_cursor_execute", note)
    page = await bid_page(session, bid.id)
    sa.event.remove(connection.sync_connection, "before_cursor_execute", note)
    assert (page.entry.bid, page.tender) == (bid, tender)
    assert [each for each in statements if "FROM bids" in each or "FROM tenders" in each] == []


async def test_each_revision_is_a_version_of_its_own(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await submitted(session, tender, actor)
    await edit_bid(session, actor, bid.id, bid.version, {**CONTENT, "amount": Decimal(18_000)})
    await revise_bid(session, actor, bid.id)
    versions = await versions_of(session, bid.id)
    assert [(each.number, each.amount) for each in versions] == [(2, Decimal(18000)), (1, Decimal(20000))]
    assert len({each.receipt for each in versions}) == 2


async def test_a_bid_withdrawn_in_time_can_be_handed_in_again(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await submitted(session, tender, actor)
    await withdraw_bid(session, actor, bid.id)
    assert (bid.status, bid.withdrawn_at) == (BidStatus.withdrawn, NOW)
    await submit_bid(session, actor, bid.id)
    assert (bid.status, bid.withdrawn_at, bid.version_number) == (BidStatus.submitted, None, 2)


async def test_one_bid_per_organisation_lot_and_item(session: AsyncSession) -> None:
    tender, actor = await make_tender(session, lots=2), await bidder(session)
    await make_lot(session, tender, items=2)
    for lot, item in [("L1", None), ("L2", None), ("L3", "L3-1"), ("L3", "L3-2")]:
        await draft_bid(session, actor, tender.id, lot=lot, item=item, content={})
    for lot, item in [("L1", None), ("L3", "L3-2")]:
        with pytest.raises(BidExists):
            await draft_bid(session, actor, tender.id, lot=lot, item=item, content={})


@pytest.mark.parametrize(
    ("lot", "item", "refusal"),
    [("L9", None, LotUnknown), ("L1", "L1-1", ItemUnknown), ("L2", None, ItemMissing), ("L2", "L2-9", ItemUnknown)],
)
async def test_a_bid_names_a_lot_and_item_of_its_tender(
    session: AsyncSession, lot: str, item: str | None, refusal: type[DomainError]
) -> None:
    tender = await make_tender(session)
    await make_lot(session, tender, items=2)
    with pytest.raises(refusal):
        await draft_bid(session, await bidder(session), tender.id, lot=lot, item=item, content=CONTENT)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [({"title": " "}, BidIncomplete), ({"amount": None}, BidIncomplete), ({"amount": Decimal(0)}, AmountNotPositive)],
)
async def test_an_incomplete_draft_is_kept_but_not_handed_in(
    session: AsyncSession, content: dict[str, Any], refusal: type[DomainError]
) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await draft_bid(session, actor, tender.id, lot="L1", content={**CONTENT, **content})
    with pytest.raises(refusal):
        await submit_bid(session, actor, bid.id)


async def test_a_bid_above_the_ceiling_is_received_with_a_warning(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await submitted(session, tender, actor, amount=Decimal(30_001))
    assert [type(each) for each in (await bid_page(session, bid.id)).warnings] == [AmountAboveCeiling]


async def test_an_unregistered_group_bids_in_a_competition_and_not_in_a_procurement(session: AsyncSession) -> None:
    group = await bidder(session, await make_party(session, legal_kind=LegalKind.resident_group))
    await submitted(session, await make_tender(session), group)
    with pytest.raises(ApplicantNotAdmitted):
        await submitted(session, await make_tender(session, profile="procurement"), group)


async def test_a_stale_edit_is_refused(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await submitted(session, tender, actor)
    with pytest.raises(StaleVersion):
        await edit_bid(session, actor, bid.id, 1, CONTENT)


async def test_another_organisation_s_bid_is_not_found(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await submitted(session, tender, actor)
    stranger = await bidder(session)
    for act in (submit_bid, revise_bid, confirm_bid, withdraw_bid):
        with pytest.raises(NotFound):
            await act(session, stranger, bid.id)
        with pytest.raises(NotFound):
            await act(session, buyer_of(tender), bid.id)


# the deadline


async def test_at_the_deadline_nothing_can_be_done_to_a_bid(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await submitted(session, tender, actor)
    await set_clock(session, END)
    for act in (revise_bid, confirm_bid, withdraw_bid):
        with pytest.raises(BidTooLate) as refusal:
            await act(session, actor, bid.id)
        assert refusal.value.facts == {"bids_end": END, "received": END}
    with pytest.raises(BidTooLate):
        await draft_bid(session, await bidder(session), tender.id, lot="L1", content=CONTENT)


async def test_the_database_refuses_a_late_version_whoever_writes_it(session: AsyncSession) -> None:
    (lot,) = await lots_of(session, await make_tender(session))
    bid = await make_bid(session, lot)
    await set_clock(session, END)
    session.add(version_of(bid, END, number=2, title="迟到", amount=Decimal(1)))
    with pytest.raises(IntegrityError, match="received after the deadline"):
        await session.flush()


async def test_the_database_refuses_a_version_with_another_hour_than_its_own(session: AsyncSession) -> None:
    (lot,) = await lots_of(session, await make_tender(session))
    bid = await make_bid(session, lot)
    session.add(version_of(bid, NOW - timedelta(hours=1), number=2, title="倒填", amount=Decimal(1)))
    with pytest.raises(IntegrityError, match="hour of receipt"):
        await session.flush()


async def test_what_was_handed_in_is_never_changed(session: AsyncSession) -> None:
    (lot,) = await lots_of(session, await make_tender(session))
    bid = await make_bid(session, lot)
    for change in (
        sa.update(BidVersion).where(BidVersion.bid_id == bid.id).values(amount=1),
        sa.delete(BidVersion).where(BidVersion.bid_id == bid.id),
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|not changed"):
            async with session.begin_nested():
                await session.execute(change)


@pytest.mark.parametrize("status", [TenderStatus.cancelled, TenderStatus.unsuccessful])
async def test_an_ended_tender_takes_no_bids(session: AsyncSession, status: TenderStatus) -> None:
    tender = await make_tender(session, status=status, ended_at=NOW, ended_reason="预算调整")
    with pytest.raises(NotReceiving):
        await draft_bid(session, await bidder(session), tender.id, lot="L1", content=CONTENT)


async def test_a_late_paper_bid_is_recorded_after_the_opening_and_never_eligible(session: AsyncSession) -> None:
    tender, party = await make_tender(session), await make_party(session)
    await submitted(session, tender, await bidder(session))
    await set_clock(session, OPENED)
    await open_bids(session, buyer_of(tender), tender.id)
    late = {"party_id": party.id, "lot": "L1", "content": CONTENT}
    with pytest.raises(NotLateYet):
        await record_late_bid(session, buyer_of(tender), tender.id, **late, received_at=END - timedelta(seconds=1))
    with pytest.raises(ArrivalInFuture):
        await record_late_bid(session, buyer_of(tender), tender.id, **late, received_at=OPENED + timedelta(seconds=1))
    with pytest.raises(PartyUnknown):
        await record_late_bid(session, buyer_of(tender), tender.id, **{**late, "party_id": 999_999})
    bid = await record_late_bid(session, buyer_of(tender), tender.id, **late, received_at=END + timedelta(hours=8))
    assert bid.status is BidStatus.late
    await prequalify_bids(session, buyer_of(tender), tender.id)
    assert (bid.status, bid.ref, [each["code"] for each in bid.reasons]) == (
        BidStatus.ineligible,
        "B02",
        ["BidTooLate"],
    )


async def parties_of_every_state(session: AsyncSession, tender: Tender) -> dict[str, int]:
    """Whose bid is handed in, withdrawn, only drafted, and who has none: name → party."""
    actors = {name: await bidder(session) for name in ("submitted", "withdrawn", "drafted", "none")}
    await submitted(session, tender, actors["submitted"])
    withdrawn = await submitted(session, tender, actors["withdrawn"])
    await withdraw_bid(session, actors["withdrawn"], withdrawn.id)
    await draft_bid(session, actors["drafted"], tender.id, lot="L1", content=CONTENT)
    return {name: actor.party_id or 0 for name, actor in actors.items()}


@pytest.mark.parametrize("at", [NOW, END - timedelta(microseconds=1), END, OPENED])
@pytest.mark.parametrize("claimed", [None, NOW, END, OPENED + timedelta(days=30)])
async def test_before_the_opening_a_late_bid_is_answered_alike_whoever_has_a_bid(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock, at: datetime, claimed: datetime | None
) -> None:
    tender = await make_tender(session)
    parties = await parties_of_every_state(session, tender)
    await session.commit()
    clock.at = at
    late: dict[str, Any] = {"lot": "L1", "title": "逾期", "amount": {"amount": "1.00"}}
    if claimed:
        late["received_at"] = claimed.isoformat()
    async with client_of(buyer_of(tender)) as client:
        answers = [
            await client.post(f"/tenders/{tender.id}/late-bids", json={**late, "party_id": party})
            for party in [*parties.values(), 999_999]
        ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(409, answers[0].content)}
    assert answers[0].json()["code"] == ("NotLateYet" if at < END else "LateBeforeOpening")


async def test_after_the_opening_only_bids_that_are_listed_anyway_refuse_a_late_one(session: AsyncSession) -> None:
    tender = await make_tender(session)
    parties = await parties_of_every_state(session, tender)
    await set_clock(session, OPENED)
    await open_bids(session, buyer_of(tender), tender.id)
    late = {"lot": "L1", "content": CONTENT}
    with pytest.raises(BidExists):
        await record_late_bid(session, buyer_of(tender), tender.id, **late, party_id=parties.pop("submitted"))
    for party in parties.values():
        bid = await record_late_bid(session, buyer_of(tender), tender.id, **late, party_id=party)
        assert (bid.status, bid.party_id, bid.withdrawn_at) == (BidStatus.late, party, None)
    await prequalify_bids(session, buyer_of(tender), tender.id)


@pytest.mark.parametrize("verb", ["submit", "revise"])
async def test_a_deadline_that_passes_while_the_bid_is_written_refuses_it_as_too_late(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """The service still read the last moment before; the database's trigger asks again."""
    tender, actor = await make_tender(session), await bidder(session)
    bid = await draft_bid(session, actor, tender.id, lot="L1", content=CONTENT)
    if verb == "revise":
        await submit_bid(session, actor, bid.id)
    await set_clock(session, END)
    hours = iter([END - timedelta(microseconds=1), END])

    async def ticking(_session: AsyncSession) -> datetime:
        return next(hours)

    monkeypatch.setattr(service, "now", ticking)
    with pytest.raises(BidTooLate) as refused:
        await getattr(service, f"{verb}_bid")(session, actor, bid.id)
    assert refused.value.facts == {"bids_end": END, "received": END}


# amendments


async def test_a_binding_amendment_must_be_confirmed(session: AsyncSession) -> None:
    tender, actor, other = await make_tender(session), await bidder(session), await bidder(session)
    bid, silent = await submitted(session, tender, actor), await submitted(session, tender, other)
    await amend_tender(session, buyer_of(tender), tender.id, tender.version, "改要求", {"requirements": "须驻点"})
    assert (bid.status, bid.confirmed_amendment) == (BidStatus.unconfirmed, 0)
    assert [w.verb for w in await waiting(session, actor, NOW)] == ["confirm"]
    await confirm_bid(session, actor, bid.id)
    assert (bid.status, bid.confirmed_amendment) == (BidStatus.submitted, 1)
    await set_clock(session, OPENED)
    await open_bids(session, buyer_of(tender), tender.id)
    found = await prequalify_bids(session, buyer_of(tender), tender.id)
    assert {each.entry.bid.id: [reason.code for reason in each.reasons] for each in found} == {
        bid.id: [],
        silent.id: ["BidUnconfirmed"],
    }


async def test_a_date_moved_later_unsettles_nobody(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await submitted(session, tender, actor)
    tender.amendment_number = 1
    await unsettle_bids(session, buyer_of(tender), tender)
    assert bid.status is BidStatus.submitted


# opening and pre-qualification


async def test_nothing_is_opened_before_the_deadline(session: AsyncSession) -> None:
    tender = await make_tender(session)
    await submitted(session, tender, await bidder(session))
    await set_clock(session, END - timedelta(microseconds=1))
    with pytest.raises(BidsStillRunning):
        await open_bids(session, buyer_of(tender), tender.id)


async def test_the_opening_numbers_what_was_handed_in_by_the_hour_of_receipt(session: AsyncSession) -> None:
    tender = await make_tender(session)
    second = await draft_bid(session, two := await bidder(session), tender.id, lot="L1", content=CONTENT)
    first = await submitted(session, tender, await bidder(session))
    await set_clock(session, NOW + timedelta(hours=1))
    await submit_bid(session, two, second.id)
    withdrawn = await submitted(session, tender, actor := await bidder(session))
    await withdraw_bid(session, actor, withdrawn.id)
    await draft_bid(session, await bidder(session), tender.id, lot="L1", content=CONTENT)
    await set_clock(session, OPENED)
    opened = await open_bids(session, buyer_of(tender), tender.id)
    assert [(bid.id, bid.ref) for bid in opened] == [(first.id, "B01"), (second.id, "B02")]
    assert (tender.status, tender.opened_at, withdrawn.ref) == (TenderStatus.opened, OPENED, None)
    with pytest.raises(MoveRefused):
        await open_bids(session, buyer_of(tender), tender.id)


async def test_a_listed_bid_says_whether_its_reader_may_open_it(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await make_tender(session)
    await submitted(session, tender, own := await bidder(session))
    await submitted(session, tender, await bidder(session))
    await set_clock(session, OPENED)
    await open_bids(session, buyer_of(tender), tender.id)
    await session.commit()
    for actor, may in ((own, [False, True]), (buyer_of(tender), [True, True])):
        async with client_of(actor) as client:
            rows = (await client.get(f"/tenders/{tender.id}/bids")).json()["items"]
            opened = [(await client.get(f"/bids/{row['id']}")).is_success for row in rows]
        assert (opened, sorted(opened)) == ([row["is_readable"] for row in rows], may)


async def test_too_few_bidders_are_not_opened(session: AsyncSession) -> None:
    tender = await make_tender(session, profile="procurement", lots=2)
    actor = await bidder(session)
    for lot in ("L1", "L2"):
        await submitted(session, tender, actor, lot)
    await submitted(session, tender, await bidder(session))
    await set_clock(session, OPENED)
    with pytest.raises(TooFewBidders) as refusal:
        await open_bids(session, buyer_of(tender), tender.id)
    assert (refusal.value.facts["bidders"], tender.status) == (2, TenderStatus.published)


async def test_prequalification_gives_every_reason(session: AsyncSession) -> None:
    tender = await make_tender(session)
    failed = await make_party(session)
    await make_record(session, failed, RecordKind.rectification, words="2017-07至2018-06整改期")
    shown = {"requirement": "补报", "due_on": date(2100, 1, 1), "shown_until": date(2100, 1, 1)}
    await make_record(session, failed, RecordKind.abnormal, valid_until=date(2100, 1, 1), **shown)
    good = await submitted(session, tender, await bidder(session))
    bad = await submitted(session, tender, await bidder(session, failed), amount=Decimal(36_000))
    with pytest.raises(MoveRefused):
        await prequalify_bids(session, buyer_of(tender), tender.id)
    await set_clock(session, OPENED)
    await open_bids(session, buyer_of(tender), tender.id)
    assert [w.verb for w in await waiting(session, buyer_of(tender), OPENED)] == ["prequalify"]
    await prequalify_bids(session, buyer_of(tender), tender.id)
    assert (good.status, good.reasons, good.decided_at) == (BidStatus.eligible, [], OPENED)
    assert bad.status is BidStatus.ineligible
    assert bad.reasons == [
        {
            "code": "AmountAboveCeiling",
            "facts": {"amount": "36000.00", "ceiling": "30000.00", "lot": "L1"},
        },
        {"code": "RectificationOpen", "facts": {"until": "2017-07至2018-06整改期"}},
        {"code": "ApplicantDebarred", "facts": {"until": "2100-01-01"}},
    ]
    assert [each.bid for each in await eligible_entries(session, tender.id)] == [good]
    assert await waiting(session, buyer_of(tender), OPENED) == []
    with pytest.raises(BidsDecided):
        await prequalify_bids(session, buyer_of(tender), tender.id)


async def test_a_bid_recorded_late_is_pre_qualified_after_the_others(session: AsyncSession) -> None:
    tender = await make_tender(session)
    buyer = buyer_of(tender)
    await submitted(session, tender, await bidder(session))
    await set_clock(session, OPENED)
    await open_bids(session, buyer, tender.id)
    await prequalify_bids(session, buyer, tender.id)
    assert "prequalify" not in tender_actions(buyer, tender, profile_of(tender), OPENED)
    late = await make_party(session)
    content = {"title": "晚到的项目", "amount": Decimal(20_000)}
    await record_late_bid(session, buyer, tender.id, party_id=late.id, lot="L1", content=content)
    assert "prequalify" in tender_actions(buyer, tender, profile_of(tender), OPENED)
    assert [found.entry.bid.party_id for found in await prequalify_bids(session, buyer, tender.id)] == [late.id]


async def test_the_audit_log_keeps_receipts_but_no_sealed_amount(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await submitted(session, tender, actor)
    (version,) = await versions_of(session, bid.id)
    await session.commit()
    query = sa.select(AuditEvent).where(AuditEvent.stream == f"tenders:{tender.id}").order_by(AuditEvent.seq)
    drafted, handed_in = await session.scalars(query)
    assert (drafted.event, drafted.facts) == ("bid.drafted", {})
    assert (handed_in.event, handed_in.facts) == (
        "bid.submitted",
        {"number": 1, "receipt": version.receipt, "content": version.content_hash.hex()},
    )


# several connections


async def test_the_opening_waits_for_a_bid_under_way_and_lists_it(own_database: str) -> None:
    engine = make_engine(own_database)
    before = units(engine, clock=SimulatedClock(END - timedelta(microseconds=1)))
    after = units(engine, clock=SimulatedClock(END))
    async with before() as session:
        tender, actor = await make_tender(session), await bidder(session)
        bid = await draft_bid(session, actor, tender.id, lot="L1", content=CONTENT)

    async def opening() -> list[int]:
        async with after() as session:
            return [each.id for each in await open_bids(session, buyer_of(tender), tender.id)]

    async with before() as session:
        await submit_bid(session, actor, bid.id)
        pid = await session.scalar(sa.text("SELECT pg_backend_pid()"))
        opened = asyncio.create_task(opening())
        blocked = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted AND :pid = ANY(pg_blocking_pids(pid))")
        while not await session.scalar(blocked, {"pid": pid}):
            assert not opened.done(), "the opening did not wait for the bid that was under way"
    assert await opened == [bid.id]
    await engine.dispose()


async def test_no_acknowledged_bid_is_missing_from_the_opening_and_none_comes_after(own_database: str) -> None:
    """Seven connections on the real clock: six revise until they are refused, one opens as soon as it may."""
    engine = make_engine(own_database)
    door = units(engine)
    async with door() as session:
        at = await now(session)
        ends = {name: at + timedelta(days=day) for day, name in enumerate(DATES, 1)}
        tender = await make_tender(session, published_at=at - timedelta(days=20), **ends)
        actors = [await bidder(session) for _ in range(6)]
        bids = [await submitted(session, tender, actor) for actor in actors]
    acknowledged = dict.fromkeys((bid.id for bid in bids), 1)

    async def revise_once(actor: Actor, bid_id: int) -> None:
        async with door() as session:
            version = await revise_bid(session, actor, bid_id)
        acknowledged[bid_id] = version.number

    async def revise(actor: Actor, bid_id: int) -> DomainError:
        while True:
            try:
                await revise_once(actor, bid_id)
            except DomainError as refusal:
                return refusal

    async def opening() -> dict[int, int]:
        while True:
            try:
                async with door() as session:
                    opened = await open_bids(session, buyer_of(tender), tender.id)
                    return {bid.id: bid.version_number for bid in opened}
            except BidsStillRunning:
                await asyncio.sleep(0)

    own = [(actor, bid.id) for actor, bid in zip(actors, bids, strict=True)]
    await asyncio.gather(*(revise_once(*each) for each in own))  # all connections are open before the end draws near
    async with door() as session:
        running = await session.get_one(Tender, tender.id)
        running.enquiries_end = running.bids_end = end = await now(session) + timedelta(seconds=1)
    opened, *refusals = await asyncio.gather(opening(), *(revise(*each) for each in own))
    assert {type(each) for each in refusals} <= {BidTooLate, NotReceiving}
    assert opened == acknowledged
    async with door() as session:
        late = sa.select(sa.func.count()).where(BidVersion.received_at >= end)
        assert await session.scalar(late) == 0
        handed_in = await bids_of(session, tender.id, {BidStatus.submitted})
        assert {bid.id: bid.version_number for bid in handed_in} == opened
    await engine.dispose()
