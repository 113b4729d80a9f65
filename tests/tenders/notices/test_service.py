"""A tender from its draft to its end."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.audit import AuditEvent
from app.core.days.calendar import SHANGHAI
from app.core.errors import Denied, DomainError, MoveRefused, NotFound, StaleVersion
from app.needs.rules import NeedStatus, NeedUnknown
from app.parties.rules import PartyKind
from app.tenders.notices.amending import AmendmentEmpty, LotsFixed
from app.tenders.notices.models import Tender
from app.tenders.notices.publishing import (
    DatesOutOfOrder,
    LotsAboveBudget,
)
from app.tenders.notices.queries import (
    amendments_of,
    criteria_of,
    dates_of,
    enquiries_of,
    lots_of,
    need_ids_of,
    phase_column,
    phase_of,
    waiting,
)
from app.tenders.notices.rules import (
    AmendmentTooLate,
    BidsStillRunning,
    EnquiriesClosed,
    EnquiryAnswered,
    NeedNotOnOffer,
    TenderStatus,
)
from app.tenders.notices.service import (
    amend_tender,
    answer_enquiry,
    ask_enquiry,
    cancel_tender,
    create_tender,
    edit_tender,
    fail_tender,
    publish_tender,
)
from app.tenders.profiles.rules import ProfileUnknown, profile_document
from tests.factories.needs import make_need
from tests.factories.notices import items_of, make_lot, make_tender, set_clock
from tests.factories.parties import make_party
from tests.factories.reference import DONGHUALU
from tests.tenders.notices.facts import DATES, DISTRICT, MIDNIGHT, bidder, criterion, lot, notice, purchaser

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)


async def published(session: AsyncSession, **facts: Any) -> tuple[Actor, Tender]:
    actor = await purchaser(session)
    tender = await create_tender(session, actor, notice(**facts))
    return actor, await publish_tender(session, actor, tender.id)


async def events_of(session: AsyncSession, tender: Tender) -> list[str]:
    query = sa.select(AuditEvent.event).where(AuditEvent.stream == f"tenders:{tender.id}").order_by(AuditEvent.seq)
    return list(await session.scalars(query))


async def test_a_draft_keeps_its_lots_items_needs_and_criteria_in_order(session: AsyncSession) -> None:
    actor = await purchaser(session)
    first, second = await make_need(session, title="一"), await make_need(session, title="二")
    items = [{"code": "L1-1", "need_id": first.id}, {"code": "L1-2", "need_id": second.id}]
    lots = [lot("L1", items=items), lot("L2", need_ids=[second.id])]
    tender = await create_tender(session, actor, notice(lots=lots))
    parts = await lots_of(session, tender.id)
    assert [(each.lot.code, [item.code for item in each.items], each.need_ids) for each in parts] == [
        ("L1", ["L1-1", "L1-2"], []),
        ("L2", [], [second.id]),
    ]
    assert [each.code for each in await criteria_of(session, tender.id)] == ["C1", "C2"]
    assert await need_ids_of(session, tender.id) == [first.id, second.id]
    assert (tender.status, tender.party_id, tender.version) == (TenderStatus.draft, actor.party_id, 1)


async def test_a_draft_is_replaced_whole_and_counts_its_versions(session: AsyncSession) -> None:
    actor = await purchaser(session)
    tender = await create_tender(session, actor, notice())
    edited = await edit_tender(session, actor, tender.id, 1, notice(title_zh="改题", lots=[lot("L7")]))
    assert (edited.title_zh, edited.version) == ("改题", 2)
    assert [parts.lot.code for parts in await lots_of(session, tender.id)] == ["L7"]
    with pytest.raises(StaleVersion):
        await edit_tender(session, actor, tender.id, 1, notice())


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"area_code": DONGHUALU}, Denied),
        ({"profile": "lottery"}, ProfileUnknown),
        ({"lots": [lot(need_ids=[999_999])]}, NeedUnknown),
        ({"lots": [lot(items=[{"code": "L1-1", "need_id": 999_999}])]}, NeedUnknown),
    ],
)
async def test_a_draft_that_could_never_be_published_is_refused(
    session: AsyncSession, facts: dict[str, Any], refusal: type[DomainError]
) -> None:
    actor = await purchaser(session)
    with pytest.raises(refusal):
        await create_tender(session, actor, notice(**facts))


async def test_publishing_pins_the_profile_and_closes_a_competition_at_midnight(session: AsyncSession) -> None:
    _, tender = await published(session)
    assert (tender.status, tender.published_at, tender.bids_end) == (TenderStatus.published, NOW, MIDNIGHT)
    assert (tender.profile_document, tender.profile_version) == (profile_document("venture"), "2018.1")


async def test_a_published_tender_takes_its_needs(session: AsyncSession) -> None:
    need, other = await make_need(session), await make_need(session, title="二")
    actor, tender = await published(session, lots=[lot(need_ids=[need.id])])
    await session.refresh(need)
    await session.refresh(other)
    assert (need.held_as, other.held_as) == ("tendered", None)
    await cancel_tender(session, actor, tender.id, "预算调整")
    await session.refresh(need)
    assert need.held_as is None


@pytest.mark.parametrize(
    ("facts", "status"), [({"held_as": "tendered"}, "tendered"), ({"status": NeedStatus.withdrawn}, "withdrawn")]
)
async def test_a_need_that_is_not_on_offer_cannot_be_put_to_tender(
    session: AsyncSession, facts: dict[str, Any], status: str
) -> None:
    actor = await purchaser(session)
    need = await make_need(session, **facts)
    tender = await create_tender(session, actor, notice(lots=[lot(need_ids=[need.id])]))
    with pytest.raises(NeedNotOnOffer) as refusal:
        await publish_tender(session, actor, tender.id)
    assert refusal.value.facts["status"] == status


async def test_an_unfit_draft_is_not_published(session: AsyncSession) -> None:
    actor = await purchaser(session)
    tender = await create_tender(session, actor, notice(prequalification_end=DATES["enquiries_end"]))
    with pytest.raises(DatesOutOfOrder):
        await publish_tender(session, actor, tender.id)


async def test_a_published_notice_is_amended_never_edited(session: AsyncSession) -> None:
    actor, tender = await published(session)
    with pytest.raises(MoveRefused):
        await edit_tender(session, actor, tender.id, tender.version, notice())
    with pytest.raises(MoveRefused):
        await publish_tender(session, actor, tender.id)


async def test_an_amendment_says_what_changed_and_why(session: AsyncSession) -> None:
    actor, tender = await published(session)
    later = MIDNIGHT + timedelta(days=2)
    facts = {"bids_end": later - timedelta(hours=7), "title_zh": tender.title_zh}
    amendment = await amend_tender(session, actor, tender.id, tender.version, "延长申报时间", facts)
    assert amendment.changes == {"bids_end": [MIDNIGHT.isoformat(), later.isoformat()]}
    assert (amendment.number, amendment.is_binding, tender.bids_end) == (1, False, later)
    assert (tender.amendment_number, tender.binding_amendment, tender.version) == (1, 0, 3)
    assert await amendments_of(session, tender.id) == [amendment]


async def test_an_amendment_of_money_or_criteria_binds(session: AsyncSession) -> None:
    actor, tender = await published(session)
    lots = [{"code": "L1", "ceiling": Decimal(25_000)}]
    first = await amend_tender(session, actor, tender.id, tender.version, "调整限额", {"lots": lots})
    criteria = [criterion("C1", 50), criterion("C2", 50)]
    second = await amend_tender(session, actor, tender.id, tender.version, "调整权重", {"criteria": criteria})
    assert [list(each.changes) for each in (first, second)] == [["lots"], ["criteria"]]
    assert [before["ceiling"] for before in first.changes["lots"][0]] == ["30000.00"]
    assert (first.is_binding, second.is_binding, tender.binding_amendment) == (True, True, 2)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"title_zh": "呈贡区社会服务项目大赛", "budget": Decimal("100000.00")}, AmendmentEmpty),
        ({"lots": [{"code": "L9", "places": 3}]}, LotsFixed),
        ({"title_zh": "新题", "bids_end": DATES["contracts_end"]}, DatesOutOfOrder),
        ({"title_zh": "新题", "lots": [{"code": "L1", "budget": Decimal(900_000)}]}, LotsAboveBudget),
    ],
)
async def test_an_amendment_that_is_refused_leaves_the_notice_as_it_was(
    session: AsyncSession, facts: dict[str, Any], refusal: type[DomainError]
) -> None:
    actor, tender = await published(session)
    with pytest.raises(refusal):
        await amend_tender(session, actor, tender.id, tender.version, "更正", facts)
    assert not session.dirty
    assert (tender.title_zh, tender.version) == ("呈贡区社会服务项目大赛", 2)


async def test_a_binding_amendment_near_the_deadline_must_move_it(session: AsyncSession) -> None:
    actor, tender = await published(session)
    await set_clock(session, MIDNIGHT - timedelta(days=2))
    with pytest.raises(AmendmentTooLate):
        await amend_tender(session, actor, tender.id, tender.version, "改要求", {"requirements": "须驻点"})


async def test_after_the_deadline_nothing_brings_a_tender_back(session: AsyncSession) -> None:
    actor, tender = await published(session)
    await set_clock(session, MIDNIGHT)
    with pytest.raises(AmendmentTooLate):
        await amend_tender(
            session, actor, tender.id, tender.version, "延期", {"bids_end": MIDNIGHT + timedelta(days=9)}
        )


@pytest.mark.parametrize(
    "facts",
    [
        {"bids_end": MIDNIGHT - timedelta(days=1)},
        {"contract_end": date(2029, 12, 31)},
        {"contract_start": date(2027, 3, 1)},
    ],
)
async def test_an_earlier_deadline_or_another_service_period_needs_time_and_confirmation(
    session: AsyncSession, facts: dict[str, Any]
) -> None:
    """87号令 art. 27: both bear on how bids are drawn up."""
    actor, tender = await published(session)
    await set_clock(session, facts.get("bids_end", MIDNIGHT) - timedelta(days=5, hours=12))
    late = await amend_tender(session, actor, tender.id, tender.version, "更正", facts)
    assert (late.is_binding, tender.binding_amendment) == (True, 1)
    await set_clock(session, NOW)
    actor, tender = await published(session, ref="cg-2026-02")
    await set_clock(session, facts.get("bids_end", MIDNIGHT) - timedelta(days=2))
    with pytest.raises(AmendmentTooLate):
        await amend_tender(session, actor, tender.id, tender.version, "更正", facts)


async def test_a_stale_amendment_is_refused(session: AsyncSession) -> None:
    actor, tender = await published(session)
    with pytest.raises(StaleVersion):
        await amend_tender(session, actor, tender.id, 1, "更正", {"title_zh": "新题"})


async def test_a_tender_fails_after_its_deadline_only(session: AsyncSession) -> None:
    actor, tender = await published(session)
    with pytest.raises(BidsStillRunning):
        await fail_tender(session, actor, tender.id, "无人申报")


async def test_a_failed_tender_says_why_and_is_final(session: AsyncSession) -> None:
    actor, tender = await published(session)
    await set_clock(session, MIDNIGHT)
    await fail_tender(session, actor, tender.id, "无人申报")
    assert (tender.status, tender.ended_at, tender.ended_reason) == (TenderStatus.unsuccessful, MIDNIGHT, "无人申报")
    with pytest.raises(MoveRefused):
        await cancel_tender(session, actor, tender.id, "取消")


async def test_every_step_leaves_its_event_in_the_tender_s_chain(session: AsyncSession) -> None:
    actor, tender = await published(session)
    await amend_tender(session, actor, tender.id, tender.version, "改题", {"title_zh": "新题"})
    await cancel_tender(session, actor, tender.id, "预算调整")
    await session.commit()
    assert await events_of(session, tender) == [
        "tender.created",
        "tender.published",
        "tender.amended",
        "tender.cancelled",
    ]


async def test_another_bureau_does_not_learn_of_a_draft(session: AsyncSession) -> None:
    tender = await create_tender(session, await purchaser(session), notice())
    elsewhere = await purchaser(session, await make_party(session, PartyKind.bureau, area_code="530111000000"))
    for act in (publish_tender(session, elsewhere, tender.id), cancel_tender(session, elsewhere, tender.id, "x")):
        with pytest.raises(NotFound):
            await act


async def test_another_bureau_may_not_touch_a_published_tender(session: AsyncSession) -> None:
    _, tender = await published(session)
    elsewhere = await purchaser(session, await make_party(session, PartyKind.bureau, area_code="530111000000"))
    with pytest.raises(Denied) as refusal:
        await cancel_tender(session, elsewhere, tender.id, "x")
    assert refusal.value.facts == {"verb": "cancel", "reason": "party"}


async def test_who_asked_is_known_to_the_purchaser_alone_and_the_answer_to_all(session: AsyncSession) -> None:
    buyer, tender = await published(session)
    asker, other = await bidder(session), await bidder(session)
    enquiry = await ask_enquiry(session, asker, tender.id, "能否由居委会代收款？")
    assert await enquiries_of(session, other, tender) == []
    assert await enquiries_of(session, asker, tender) == [enquiry] == await enquiries_of(session, buyer, tender)
    assert [(w.verb, w.due_at) for w in await waiting(session, buyer, NOW)] == [
        ("answer", datetime(2026, 11, 26, tzinfo=SHANGHAI))
    ]
    await answer_enquiry(session, buyer, tender.id, enquiry.id, "可以。")
    assert [each.answer for each in await enquiries_of(session, other, tender)] == ["可以。"]
    assert await waiting(session, buyer, NOW) == []
    with pytest.raises(EnquiryAnswered):
        await answer_enquiry(session, buyer, tender.id, enquiry.id, "不可以。")


async def test_enquiries_end_at_their_date(session: AsyncSession) -> None:
    _, tender = await published(session)
    await set_clock(session, DATES["enquiries_end"])
    with pytest.raises(EnquiriesClosed):
        await ask_enquiry(session, await bidder(session), tender.id, "还能问吗？")


async def test_an_enquiry_is_answered_within_its_own_tender(session: AsyncSession) -> None:
    buyer, tender = await published(session)
    enquiry = await ask_enquiry(session, await bidder(session), tender.id, "问")
    other = await make_tender(session, await session.get_one(type(await make_party(session)), tender.party_id))
    with pytest.raises(NotFound):
        await answer_enquiry(session, buyer, other.id, enquiry.id, "答")


async def test_after_the_deadline_the_opening_waits_for_the_purchaser(session: AsyncSession) -> None:
    buyer, tender = await published(session)
    assert await waiting(session, buyer, MIDNIGHT - timedelta(microseconds=1)) == []
    assert [(w.verb, w.subject_id, w.due_at) for w in await waiting(session, buyer, MIDNIGHT)] == [
        ("open", tender.id, DATES["prequalification_end"])
    ]
    assert await waiting(session, await bidder(session), MIDNIGHT) == []


async def test_the_phase_is_the_same_in_python_and_in_sql(session: AsyncSession) -> None:
    _, tender = await published(session)
    ends = [at for at in dates_of(tender).values() if at]
    moments = [at + timedelta(microseconds=by) for at in ends for by in (-1, 0, 1)]
    moments += [NOW + timedelta(hours=7 * step) for step in range(300)]
    for at in moments:
        query = sa.select(phase_column(sa.literal(at, sa.TIMESTAMP(timezone=True)))).where(Tender.id == tender.id)
        assert await session.scalar(query) == phase_of(tender, at)


@pytest.mark.parametrize(
    "fault",
    [
        {"published_at": None},
        {"objections_end": None},
        {"profile_document": None},
        {"bids_end": DATES["contracts_end"]},
        {"ended_at": NOW},
        {"binding_amendment": 1},
    ],
)
async def test_the_database_refuses_a_published_tender_that_is_not_whole(
    session: AsyncSession, fault: dict[str, Any]
) -> None:
    tender = await make_tender(session)
    with pytest.raises(IntegrityError):
        await session.execute(
            sa.update(Tender).where(Tender.id == tender.id).values(**fault),
            execution_options={"synchronize_session": False},
        )


async def test_a_lot_s_terms_name_its_items_and_needs(session: AsyncSession) -> None:
    need = await make_need(session)
    tender = await make_tender(session, lots=0)
    made = await make_lot(session, tender, item_needs=[need.id])
    (parts,) = await lots_of(session, tender.id)
    assert [(item.code, item.need) for item in parts.terms.items] == [("L1-1", str(need.id))]
    assert (await items_of(session, made))[0].need_id == need.id
    assert tender.area_code == DISTRICT
