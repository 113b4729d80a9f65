"""A district in which all waits that a season seldom brings: amended notices, cuts, failed lots, second people."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, PasswordReset
from app.accounts.rules import token_hash
from app.assessments.models import Assessment
from app.assessments.service import cancel_assessment
from app.contracts.engagements import engage_firm
from app.contracts.models import Milestone
from app.contracts.rules import EngagementKind
from app.contracts.service import report_milestone
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.offers.service import pause_offer
from app.parties.models import Party
from app.ratings.models import Rating
from app.ratings.rules import RatingStatus
from app.records.models import RecordAnswer
from app.records.rules import RecordKind
from app.selection.models import PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.rules import ListSource, RoundStatus, Side
from app.selection.service import close_round
from app.service_sessions.rules import CallBackStatus, DrawStatus
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Tender
from app.tenders.notices.rules import LotFailure
from app.tenders.panels.reopening import ask_reopening
from app.tenders.panels.service import deliver_sheet, enter_paper_sheet, save_sheet
from app.tenders.profiles.rules import Gate, OverspendRule
from tests.conftest import TODAY
from tests.factories.assessments import make_assessment, seat
from tests.factories.awards import propose, score
from tests.factories.bids import make_bid, make_opened
from tests.factories.contracts import contractor, make_performing, pay, purchaser
from tests.factories.evaluations import WORKED, begin, make_signed_report, make_submitted, mark, people_of
from tests.factories.needs import make_need
from tests.factories.notices import lots_of, make_tender, set_clock
from tests.factories.offers import make_offer
from tests.factories.panels import clerks_of, make_panel, marks_of
from tests.factories.parties import make_party
from tests.factories.ratings import LOCAL, NATIONAL, make_admitted, make_announced, make_drafted
from tests.factories.records import make_record
from tests.factories.service_sessions import call, keep_draw

DAY = timedelta(days=1)
# By whose desk it waits.
SELDOM = {
    "organization": {"bids.confirm", "bids.revise", "awards.accept_cut", "records.answer"},
    "purchaser": {
        "tenders.fail",
        "panels.confirm",
        "panels.approve",
        "selection.fill",
        "ratings.pass",
        "ratings.announce",
        "ratings.confirm",
        "ratings.decline",
        "ratings.rectify",
        "ratings.return_plate",
        "assessments.collect",
        "contracts.meet",
        "contracts.refund",
        "inspections.draw_inspections",
        "records.lift",
        "records.enter",
    },
    "committee": {"parties.cancel_reset"},
    "evaluator": {
        "service_sessions.close",
        "evaluations.begin",
        "evaluations.submit",
        "evaluations.sign",
        "evaluations.confirm",
    },
}


async def seldom(session: AsyncSession, parties: Mapping[str, Party]) -> None:
    at = await now(session)
    bureau, organization = parties["purchaser"], parties["organization"]
    await _amended(session, bureau, organization, at)
    await _failed(session, bureau, at)
    await _on_paper(session, bureau, at)
    await _reopened(session, bureau, at)
    await _paused(session, parties, at)
    await _cut(session, bureau, organization, at)
    await _reset(session, at)
    await _mending(session, bureau, organization, at)
    await _graded(session, bureau, at)
    await _seated(session, bureau)
    await _called_back(session, parties["evaluator"])
    await _evaluated(session, bureau, parties["evaluator"], at)
    await _overpaid(session, bureau)
    await _recorded(session, bureau, organization, at)


async def _mending(session: AsyncSession, bureau: Party, organization: Party, at: datetime) -> None:
    """Somebody unqualified whose year to put things right is over."""
    today = shanghai_date(at)
    rating = Rating(party_id=organization.id, office_id=bureau.id, scheme="local_four_level", years=3, applied_at=at)
    rating.status, rating.grade, rating.valid_from = RatingStatus.rectifying, "unqualified", today - DAY * 400
    rating.due_on = today - DAY
    session.add(rating)
    await session.flush()


async def _graded(session: AsyncSession, bureau: Party, at: datetime) -> None:
    """Grades at every step that the bureau takes."""
    office = Actor(None, Role.purchaser, bureau.id, "530114")
    await make_drafted(session, 87, scheme=LOCAL, office=office)
    given_up = await make_admitted(session, office=office)
    await cancel_assessment(session, office, given_up.assessment_id or 0, "无人评估")
    on_notice = await make_announced(session, 87, office=office)
    assessment = await session.get_one(Assessment, on_notice.assessment_id)
    assessment.notice_ends_on = shanghai_date(at) - DAY
    for status, grade in ((RatingStatus.confirmed, "unqualified"), (RatingStatus.lowered, "3A")):
        party, scheme = await make_party(session), LOCAL if grade == "unqualified" else NATIONAL
        rating = Rating(party_id=party.id, office_id=bureau.id, scheme=scheme, years=3, applied_at=at)
        rating.grade, rating.valid_from, rating.status = grade, shanghai_date(at) - DAY, status
        rating.plate_due_on = shanghai_date(at) if status is RatingStatus.lowered else None
        session.add(rating)
    await session.flush()


async def _seated(session: AsyncSession, bureau: Party) -> None:
    """Somebody is to be assessed, and all assessors are there."""
    office = Actor(None, Role.purchaser, bureau.id, "530114")
    assessment = await make_assessment(session, office=office)
    for group in assessment.terms.groups:
        for _ in range(group.least):
            await seat(session, assessment, group.code)


async def _called_back(session: AsyncSession, firm: Party) -> None:
    """Everybody whom the lots fell on was asked."""
    await set_clock(session, TODAY)
    contract = await make_performing(session)
    await engage_firm(session, purchaser(contract), contract.id, EngagementKind.evaluation, firm.id)
    draw, _ = await keep_draw(session, contract, DrawStatus.open)
    await call(session, contract, draw, [CallBackStatus.confirmed])


async def _evaluated(session: AsyncSession, bureau: Party, firm: Party, at: datetime) -> None:
    """Four contracts, each at another step of its evaluation, and a business check to be decided on."""
    for step in range(4):
        await set_clock(session, TODAY)
        contract = await make_performing(session, tender=await make_tender(session, bureau))
        await engage_firm(session, purchaser(contract), contract.id, EngagementKind.evaluation, firm.id)
        await session.flush()
        match step:
            case 0:
                await report_milestone(session, contractor(contract), contract.id, Gate.midterm_evaluation, "已开展")
                session.add(Milestone(contract_id=contract.id, gate=Gate.business_check))
                await session.flush()
                await report_milestone(session, contractor(contract), contract.id, Gate.business_check, "台账已备")
            case 1:
                people = await people_of(session, contract)
                await mark(session, await begin(session, contract, people["third_party"]), people, WORKED)
            case 2:
                await make_submitted(session, contract)
            case _:
                _, evaluation, _, _ = await make_signed_report(session, contract)
                assessment = await session.get_one(Assessment, evaluation.assessment_id)
                assessment.notice_ends_on = shanghai_date(at) - DAY
    await session.flush()


async def _overpaid(session: AsyncSession, bureau: Party) -> None:
    """A contract of which more was paid than its final audit allows."""
    await set_clock(session, TODAY)
    contract = await make_performing(session, tender=await make_tender(session, bureau))
    await pay(session, contract, "first", 10_000)
    contract.allowed = Decimal(9_000)
    await session.flush()


async def _recorded(session: AsyncSession, bureau: Party, organization: Party, at: datetime) -> None:
    """An adverse record that its organisation has not answered; somebody registered who can be drawn; who on a list has
    answered, and who has been there for two years."""
    today = shanghai_date(at)
    await make_party(session, name_zh="登记在册的机构", area_code="530114000000")
    days = {"due_on": today + DAY * 30, "shown_until": today + DAY * 300}
    await make_record(session, organization, RecordKind.penalty, title="1号", requirement="补报材料", **days)
    decided = shanghai_date(await now(session)) - DAY * 9
    said = {"issuer": "民政局", "issuer_id": bureau.id, "source": "决定书", "requirement": "补报年度报告", **days}
    said |= {"heard_on": decided - DAY * 14, "decided_on": decided}
    listed, long = await make_party(session, name_zh="已答复的机构"), await make_party(session, name_zh="两年的机构")
    entry = await make_record(session, listed, RecordKind.abnormal, valid_from=today - DAY * 9, **said)
    session.add(RecordAnswer(record_id=entry.id, answer="已补报。", answered_at=at))
    await make_record(session, long, RecordKind.abnormal, valid_from=today - DAY * 800, **said)


async def _notice(session: AsyncSession, bureau: Party, bids_end: datetime, title: str, **facts: object) -> Tender:
    """A notice that takes bids until then, and everything after that in time."""
    names = ("prequalification_end", "evaluation_end", "objections_end", "contracts_end")
    ends = {name: bids_end + DAY * 10 * number for number, name in enumerate(names, 1)}
    dates = {"published_at": bids_end - DAY * 30, "enquiries_end": bids_end, "bids_end": bids_end, **ends}
    return await make_tender(session, bureau, title_zh=title, **dates, **facts)


async def _amended(session: AsyncSession, bureau: Party, organization: Party, at: datetime) -> None:
    """Bids to be confirmed after an amendment, and to be revised after one of the form."""
    for title, form in (("补充过的公告", 0), ("改过申报书的公告", 1)):
        amended = {"amendment_number": 1, "binding_amendment": 1, "form_amendment": form}
        tender = await _notice(session, bureau, at + DAY * 9, title, **amended)
        (lot,) = await lots_of(session, tender)
        await make_bid(session, lot, organization, status=BidStatus.unconfirmed)


async def _opened(session: AsyncSession, bureau: Party, at: datetime, title: str) -> tuple[Tender, Bid]:
    """A notice of which two bids are opened and found eligible, not yet judged; and the first of them."""
    tender = await _notice(session, bureau, at - DAY, title)
    (lot,) = await lots_of(session, tender)
    await set_clock(session, at - DAY * 2)
    for _ in range(2):
        await make_bid(session, lot)
    return tender, (await make_opened(session, tender, at))[0]


async def _failed(session: AsyncSession, bureau: Party, at: datetime) -> None:
    tender, _ = await _opened(session, bureau, at, "无人合格的公告")
    (lot,) = await lots_of(session, tender)
    lot.failed_at, lot.failure = at, LotFailure.qualified


async def _on_paper(session: AsyncSession, bureau: Party, at: datetime) -> None:
    """A colleague has keyed a judge's paper sheet: a second person keys it again."""
    tender, bid = await _opened(session, bureau, at, "纸质评分的公告")
    (seat, *_), (clerk,) = await make_panel(session, tender), await clerks_of(session, tender, 1)
    await enter_paper_sheet(session, clerk, tender.id, seat.ref, bid.id, marks_of(80), None)


async def _reopened(session: AsyncSession, bureau: Party, at: datetime) -> None:
    """A judge asks to have a delivered sheet back."""
    tender, bid = await _opened(session, bureau, at, "退回评分表的公告")
    (seat, *_) = await make_panel(session, tender, accounts=True)
    judge = Actor(seat.account_id, Role.judge)
    await save_sheet(session, judge, tender.id, bid.id, marks_of(80), 0)
    await deliver_sheet(session, judge, tender.id, bid.id)
    await ask_reopening(session, judge, tender.id, bid.id, "extreme", "看错了一行")


async def _paused(session: AsyncSession, parties: Mapping[str, Party], at: datetime) -> None:
    """Whose offer was paired pauses it: the next one moves up."""
    committee, organization, bureau = parties["committee"], parties["organization"], parties["purchaser"]
    need = await make_need(session, committee, title="陪诊")
    offer = await make_offer(session, organization, title="陪诊服务")
    times = {"created_at": at - DAY * 9, "opens_at": at - DAY * 9, "opened_at": at - DAY * 9, "closes_at": at - DAY}
    round = Round(party_id=bureau.id, area_code=bureau.area_code, title_zh="有人退出的双选", seed="s", **times)
    round.status = RoundStatus.open
    session.add(round)
    await session.flush()
    seat = {"round_id": round.id, "key": "K"}
    session.add(RoundNeed(need_id=need.id, party_id=committee.id, need_version=1, **seat))
    session.add(RoundOffer(offer_id=offer.id, party_id=organization.id, offer_version=1, **seat))
    for side, subject, partner in ((Side.need, need.id, offer.id), (Side.offer, offer.id, need.id)):
        wish = PreferenceList(round_id=round.id, side=side, subject_id=subject, groups=[[partner]])
        wish.source, wish.submitted_at = ListSource.submitted, at - DAY * 2
        session.add(wish)
    await session.flush()
    await close_round(session, Actor(None, Role.purchaser, bureau.id, "530114"), round.id)
    await pause_offer(session, Actor(None, Role.organization, organization.id), offer.id)


async def _cut(session: AsyncSession, bureau: Party, organization: Party, at: datetime) -> None:
    """What is left of the budget does not reach: the second is offered less than it asked."""
    cut = {"overspend_rule": OverspendRule.trim}
    tender = await _notice(session, bureau, at - DAY, "预算不够的公告", **cut)
    (lot,) = await lots_of(session, tender)
    lot.budget = Decimal(58_000)
    await set_clock(session, at - DAY * 2)
    for party in (None, organization):
        await make_bid(session, lot, party, amount=30_000)
    await score(session, tender, (90, 80), at)
    await propose(session, tender)


async def _reset(session: AsyncSession, at: datetime) -> None:
    """Somebody has asked for a new password of the committee's account, and an administrator approved."""
    account = (await session.scalars(sa.select(Account).where(Account.username == "committee"))).one()
    admin = (await session.scalars(sa.select(Account).where(Account.username == "admin"))).one()
    times = {"asked_at": at, "expires_at": at + DAY * 3, "effective_at": at + DAY}
    reset = PasswordReset(
        account_id=account.id, username=account.username, code="123456", approved_by=admin.id, **times
    )
    reset.secret_hash = token_hash(secrets.token_hex())
    session.add(reset)
