"""Contracts: what was awarded, signed by both, paid gate by gate, accepted by the residents."""

import asyncio
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service
from app.contracts.acceptance import accept_delivery
from app.contracts.drafts import award_draft
from app.contracts.instalments import (
    CompletionNotReached,
    PaymentAboveInstalment,
    PaymentBeforeGate,
    PaymentNotPositive,
)
from app.contracts.models import AcceptanceChannel, Contract, ContractInstalment, Payment, Signature
from app.contracts.queries import instalments_of, milestones_of, parts_of, waiting
from app.contracts.rules import (
    AlreadySigned,
    AnswersImpossible,
    ContractDayFixed,
    ContractStatus,
    GateNotEvaluated,
    MilestoneStatus,
    PeriodBackwards,
    SignedTooLate,
    TargetsMissing,
    milestone_verbs,
)
from app.contracts.service import ReasonMissing, SignerMissing, Terms
from app.core.actors import Actor, Role
from app.core.clock import SimulatedClock, now
from app.core.days.calendar import SHANGHAI
from app.core.db import make_engine
from app.core.db import units as open_units
from app.core.errors import Denied, MoveRefused, NotFound, StaleVersion
from app.needs.models import Need
from app.needs.rules import ends_on
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.selection.models import Pair, Round
from app.selection.rules import Answer, Basis, PairStatus, RoundStatus
from app.tenders.forms.defaults import default_form
from app.tenders.profiles.rules import Gate
from tests.conftest import TODAY
from tests.factories.awards import live_awards, propose, score
from tests.factories.bids import answered, make_bid
from tests.factories.contracts import (
    Reported,
    accept,
    contractor,
    evaluate,
    evaluator,
    make_bought,
    make_contract,
    make_performing,
    make_signed,
    pay,
    purchaser,
)
from tests.factories.needs import make_need
from tests.factories.notices import lots_of, make_tender, set_clock
from tests.factories.offers import make_offer
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio
EVALUATED = (Gate.midterm_evaluation, Gate.final_evaluation)
WORKED = Terms("银龄陪伴", date(2027, 1, 10), date(2027, 12, 31), [("高龄老人探访", "20 例")])


async def gates(session: AsyncSession, contract: Contract) -> dict[Gate, MilestoneStatus]:
    return {each.gate: each.status for each in await milestones_of(session, contract.id)}


def constraint(refused: pytest.ExceptionInfo[IntegrityError]) -> str:
    return str(refused.value.orig.diag.constraint_name)  # type: ignore[union-attr]


async def test_a_confirmed_award_is_drafted_as_a_contract_of_its_amount_in_three_instalments(
    session: AsyncSession,
) -> None:
    contract = await make_contract(session, "20001.01")
    parts = await instalments_of(session, contract.id)
    assert (contract.number, contract.amount, contract.status) == ("T1-B01", Decimal("20001.01"), ContractStatus.draft)
    assert [(p.name, p.share, p.amount) for p in parts] == [
        ("first", Decimal("0.5000"), Decimal("10000.50")),
        ("interim", Decimal("0.3000"), Decimal("6000.30")),
        ("final", Decimal("0.2000"), Decimal("4000.21")),
    ]
    asked = (Gate.signing, Gate.midterm_evaluation, Gate.final_evaluation, Gate.resident_acceptance)
    assert await gates(session, contract) == dict.fromkeys(asked, MilestoneStatus.scheduled)


async def test_a_draft_says_until_when_it_has_to_be_signed_and_by_which_rule(session: AsyncSession) -> None:
    contract = await make_contract(session)
    assert (contract.contract_by, "30 日" in contract.contract_rule) == (date(2027, 2, 1), True)


async def test_a_contract_is_signed_once_both_sides_have_signed(session: AsyncSession) -> None:
    contract = await make_contract(session)
    await service.sign_contract(session, contractor(contract), contract.id, "李主任")
    assert (contract.status, contract.signed_at) == (ContractStatus.half_signed, None)
    with pytest.raises(MoveRefused):
        await service.start_contract(session, contractor(contract), contract.id)
    await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    assert (contract.status, contract.signed_at) == (ContractStatus.signed, await now(session))
    assert (await gates(session, contract))[Gate.signing] is MilestoneStatus.met


async def test_nobody_signs_twice_or_for_the_other_side_or_without_a_name(session: AsyncSession) -> None:
    contract = await make_signed(session, by_both=False)
    with pytest.raises(AlreadySigned):
        await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    with pytest.raises(SignerMissing):
        await service.sign_contract(session, contractor(contract), contract.id, " ")
    assert await session.scalar(sa.select(sa.func.count()).select_from(Signature)) == 1


async def test_a_signature_is_never_changed(session: AsyncSession) -> None:
    await make_signed(session)
    with pytest.raises(ProgrammingError, match="permission denied"):
        await session.execute(sa.update(Signature).values(name="别人"))


async def test_after_the_last_day_a_contract_is_signed_only_once_the_day_was_moved(session: AsyncSession) -> None:
    contract = await make_contract(session)
    assert contract.contract_by is not None
    await set_clock(session, await now(session) + timedelta(days=60))
    with pytest.raises(SignedTooLate):
        await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    later = Terms(WORKED.title, WORKED.starts_on, WORKED.ends_on, WORKED.targets, date(2027, 4, 30))
    await service.edit_contract(session, purchaser(contract), contract.id, contract.version, later)
    await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    assert contract.status is ContractStatus.half_signed


async def test_a_procurement_is_to_be_signed_within_thirty_days_of_the_notice_to_the_winner(
    session: AsyncSession,
) -> None:
    """法 art. 46, 87号令 art. 71: counted from the result's notice, whatever later day the tender announced."""
    contract = await make_bought(session)
    assert (contract.contract_by, contract.due_by_law) == (date(2026, 12, 31), True)
    later = Terms(WORKED.title, WORKED.starts_on, WORKED.ends_on, WORKED.targets, date(2099, 1, 1))
    with pytest.raises(ContractDayFixed):
        await service.edit_contract(session, purchaser(contract), contract.id, contract.version, later)
    with pytest.raises(IntegrityError) as refused:
        async with session.begin_nested():
            await session.execute(sa.update(Contract).values(contract_by=date(2099, 1, 1)))
    assert constraint(refused) == "ck_contracts_day_stays"


@pytest.mark.parametrize(("on", "late"), [(date(2026, 12, 31), False), (date(2027, 1, 1), True)])
async def test_what_is_signed_after_the_day_of_the_law_counts_and_is_marked(
    session: AsyncSession, on: date, late: bool
) -> None:
    contract = await make_bought(session)
    await set_clock(session, datetime.combine(on, time(9), SHANGHAI))
    for side, name in ((purchaser(contract), "王科长"), (contractor(contract), "李主任")):
        await service.sign_contract(session, side, contract.id, name)
    assert (contract.status, contract.is_late) == (ContractStatus.signed, late)
    assert contract.announce_by == date(2027, 1, 5)


async def test_a_draft_is_worked_out_until_somebody_signs(session: AsyncSession) -> None:
    contract = await make_contract(session)
    await service.edit_contract(session, purchaser(contract), contract.id, contract.version, WORKED)
    assert (contract.targets, contract.ends_on) == ([{"what": "高龄老人探访", "quantity": "20 例"}], WORKED.ends_on)
    with pytest.raises(StaleVersion):
        await service.edit_contract(session, purchaser(contract), contract.id, contract.version - 1, WORKED)
    await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    with pytest.raises(MoveRefused):
        await service.edit_contract(session, purchaser(contract), contract.id, contract.version, WORKED)


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (Terms("银龄陪伴", date(2027, 5, 1), date(2027, 4, 30), [("探访", "")]), PeriodBackwards),
        (Terms("银龄陪伴", date(2027, 1, 1), date(2027, 4, 30), [(" ", "1")]), TargetsMissing),
    ],
)
async def test_a_contract_without_period_or_targets_is_refused(
    session: AsyncSession, terms: Terms, refusal: type[Exception]
) -> None:
    contract = await make_contract(session)
    with pytest.raises(refusal):
        await service.edit_contract(session, purchaser(contract), contract.id, contract.version, terms)


async def test_nothing_is_paid_before_both_have_signed(session: AsyncSession) -> None:
    contract = await make_signed(session, by_both=False)
    with pytest.raises(MoveRefused):
        await pay(session, contract, "first", 1)


async def test_an_instalment_is_paid_in_parts_up_to_its_amount(session: AsyncSession) -> None:
    contract = await make_signed(session)
    assert await pay(session, contract, "first", 4_000) == Decimal("4000.00")
    assert await pay(session, contract, "first", 6_000) == Decimal("10000.00")
    with pytest.raises(PaymentAboveInstalment):
        await pay(session, contract, "first", "0.01")
    with pytest.raises(PaymentNotPositive):
        await pay(session, contract, "first", 0)


async def test_the_interim_instalment_waits_for_the_midterm_evaluation(session: AsyncSession) -> None:
    contract = await make_performing(session)
    with pytest.raises(PaymentBeforeGate):
        await pay(session, contract, "interim", 6_000)
    await evaluate(session, contract, Gate.midterm_evaluation)
    assert await pay(session, contract, "interim", 6_000) == Decimal("6000.00")


async def test_the_last_instalment_waits_for_the_residents_beside_the_evaluation(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await evaluate(session, contract, Gate.midterm_evaluation, Gate.final_evaluation)
    with pytest.raises(PaymentBeforeGate) as refused:
        await pay(session, contract, "final", 4_000)
    assert refused.value.facts["missing"] == "resident_acceptance"
    await accept(session, contract, accepting=8)
    assert await pay(session, contract, "final", 4_000) == Decimal("4000.00")


@pytest.mark.parametrize(
    ("accepting", "answers", "status"),
    [(4, 4, MilestoneStatus.scheduled), (8, 10, MilestoneStatus.met), (7, 10, MilestoneStatus.not_met)],
)
async def test_residents_decide_once_enough_of_them_have_answered(
    session: AsyncSession, accepting: int, answers: int, status: MilestoneStatus
) -> None:
    contract = await make_performing(session)
    await accept(session, contract, accepting, answers)
    assert (await gates(session, contract))[Gate.resident_acceptance] is status


async def test_answers_of_all_channels_count_together_and_a_refusal_can_be_mended(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await accept(session, contract, accepting=3, answers=6)
    staff = Actor(1, Role.committee, None, contract.area_code[:6])
    counts = {"asked": 30, "answers": 24, "accepting": 21}
    await accept_delivery(session, staff, contract.id, AcceptanceChannel.meeting, **counts)
    assert (await gates(session, contract))[Gate.resident_acceptance] is MilestoneStatus.met
    with pytest.raises(MoveRefused):
        await accept(session, contract, accepting=0)


async def test_a_committee_elsewhere_does_not_accept(session: AsyncSession) -> None:
    contract = await make_performing(session)
    counts = {"asked": 10, "answers": 10, "accepting": 10}
    staff = Actor(1, Role.committee, None, "530111004002")
    with pytest.raises(NotFound):
        await accept_delivery(session, staff, contract.id, AcceptanceChannel.paper, **counts)


@pytest.mark.parametrize(("asked", "answers", "accepting"), [(5, 6, 1), (10, 5, 6)])
async def test_more_answers_than_asked_or_more_consent_than_answers_is_refused(
    session: AsyncSession, asked: int, answers: int, accepting: int
) -> None:
    contract = await make_performing(session)
    counts = {"asked": asked, "answers": answers, "accepting": accepting}
    with pytest.raises(AnswersImpossible):
        await accept_delivery(session, purchaser(contract), contract.id, AcceptanceChannel.page, **counts)


async def test_an_evaluation_is_reported_returned_missed_and_mended(session: AsyncSession) -> None:
    """Whether it is met or missed the signed report says, and what was reported keeps its hour."""
    contract, gate = await make_performing(session), Gate.midterm_evaluation
    firm, seller = await evaluator(session, contract), contractor(contract)
    seen = []
    for use_case, actor, told in (
        (service.report_milestone, seller, (contract.id, gate, "意见")),
        (service.return_milestone, firm, (contract.id, gate, "意见")),
        (service.take_evaluation, firm, (Reported(contract.id, gate, is_passed=False),)),
        (service.remedy_milestone, firm, (contract.id, gate, "意见")),
        (service.report_milestone, seller, (contract.id, gate, "意见")),
        (service.take_evaluation, firm, (Reported(contract.id, gate),)),
        (service.take_evaluation, firm, (Reported(contract.id, gate, is_passed=False),)),
    ):
        await use_case(session, actor, *told)  # type: ignore[operator]
        milestone = await service.milestone_of(session, contract.id, gate)
        assert milestone
        seen.append((milestone.status.value, milestone.opinion))
    assert [status for status, _ in seen] == [
        "reported",
        "scheduled",
        "not_met",
        "scheduled",
        "reported",
        "met",
        "met",
    ]
    assert seen[-1] == ("met", "合格")


@pytest.mark.parametrize("verb", ["meet", "miss"])
async def test_an_evaluations_gate_is_not_opened_or_closed_by_a_click(session: AsyncSession, verb: str) -> None:
    contract, gate = await make_performing(session), Gate.midterm_evaluation
    await service.report_milestone(session, contractor(contract), contract.id, gate, "报告")
    assert verb not in milestone_verbs(contract.status, gate, MilestoneStatus.reported)
    with pytest.raises(Denied):
        await getattr(service, f"{verb}_milestone")(
            session, await evaluator(session, contract), contract.id, gate, "好"
        )


async def test_only_evaluations_are_reported_on(session: AsyncSession) -> None:
    contract = await make_performing(session)
    with pytest.raises(GateNotEvaluated):
        await service.report_milestone(session, contractor(contract), contract.id, Gate.resident_acceptance, "好")


async def test_neither_side_evaluates_itself(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await service.report_milestone(session, contractor(contract), contract.id, Gate.midterm_evaluation, "报告")
    for actor in (contractor(contract), purchaser(contract)):
        with pytest.raises(Denied):
            await service.meet_milestone(session, actor, contract.id, Gate.midterm_evaluation, "合格")


async def test_a_contract_is_completed_when_every_gate_is_open_and_every_yuan_paid(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await evaluate(session, contract, Gate.midterm_evaluation, Gate.final_evaluation)
    await accept(session, contract, accepting=10)
    await pay(session, contract, "first", 10_000)
    await pay(session, contract, "interim", 6_000)
    with pytest.raises(CompletionNotReached):
        await service.complete_contract(session, purchaser(contract), contract.id)
    await pay(session, contract, "final", 4_000)
    await service.complete_contract(session, purchaser(contract), contract.id)
    assert (contract.status, contract.completed_at) == (ContractStatus.completed, await now(session))


async def test_a_terminated_contract_says_why_and_no_instalment_of_it_is_paid_any_more(session: AsyncSession) -> None:
    contract = await make_signed(session)
    with pytest.raises(ReasonMissing):
        await service.terminate_contract(session, purchaser(contract), contract.id, " ")
    await service.terminate_contract(session, purchaser(contract), contract.id, "乙方停止实施")
    await session.flush()
    with pytest.raises(NotFound):
        await pay(session, contract, "first", 1)


async def test_the_database_itself_refuses_to_pay_beyond_an_instalment(session: AsyncSession) -> None:
    contract = await make_signed(session)
    (first, *_) = await instalments_of(session, contract.id)
    session.add(
        Payment(contract_id=contract.id, instalment_id=first.id, amount=10_001, voucher="X", paid_at=await now(session))
    )
    with pytest.raises(IntegrityError) as refused:
        await session.flush()
    assert constraint(refused) == "ck_instalments_paid_within_amount"


async def test_two_payments_at_the_same_time_do_not_overpay_an_instalment(own_database: str) -> None:
    engine = make_engine(own_database)
    door = open_units(engine, clock=SimulatedClock(TODAY))
    async with door() as session:
        contract = await make_signed(session)
        (first, *_) = await instalments_of(session, contract.id)

    async def transfer(voucher: str) -> str:
        try:
            async with door() as session:
                payment = Payment(contract_id=contract.id, instalment_id=first.id, amount=6_000, voucher=voucher)
                payment.paid_at = await now(session)
                session.add(payment)
        except IntegrityError as refused:
            return str(refused.orig.diag.constraint_name)  # type: ignore[union-attr]
        return "paid"

    outcomes = sorted(await asyncio.gather(transfer("A"), transfer("B")))
    await engine.dispose()
    assert outcomes == ["ck_instalments_paid_within_amount", "paid"]


async def test_the_database_itself_keeps_instalments_adding_up_to_the_contract(session: AsyncSession) -> None:
    contract = await make_contract(session)
    await session.execute(
        sa.update(ContractInstalment).where(ContractInstalment.contract_id == contract.id).values(amount=1)
    )
    with pytest.raises(IntegrityError) as refused:
        await session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    assert constraint(refused) == "ck_instalments_add_up"


async def make_pair(session: AsyncSession, basis: Basis, need: Need | None = None) -> Pair:
    need = need or await make_need(session)
    offer, at = await make_offer(session), await now(session)
    bureau = await make_party(session, PartyKind.bureau)
    round = Round(party_id=bureau.id, area_code=bureau.area_code, title_zh="秋季双选会", seed="s", created_at=at)
    round.opens_at, round.closes_at, round.status = at, at + timedelta(days=7), RoundStatus.open
    round.opened_at, round.micro_grant_limit = at, Decimal(10_000)
    session.add(round)
    await session.flush()
    pair = Pair(round_id=round.id, need_id=need.id, offer_id=offer.id, proposed_at=at, settled_at=at, basis=basis)
    pair.need_party_id, pair.offer_party_id, pair.status = need.party_id, offer.party_id, PairStatus.confirmed
    pair.need_answer = pair.offer_answer = Answer.confirmed
    session.add(pair)
    await session.flush()
    return pair


async def test_a_pair_both_sides_confirmed_becomes_a_micro_grant_within_the_rounds_limit(session: AsyncSession) -> None:
    pair = await make_pair(session, Basis.micro_grant)
    contract = await service.draft_from_pair(session, Actor(None, Role.clock), pair)
    assert contract is not None
    assert (contract.pair_id, contract.contractor_id, contract.amount <= 10_000) == (pair.id, pair.offer_party_id, True)
    assert sum(part.amount for part in await instalments_of(session, contract.id)) == contract.amount


@pytest.mark.parametrize(
    ("months", "end"),
    [
        (1, date(2027, 1, 31)),
        (3, date(2027, 3, 31)),
        (6, date(2027, 6, 30)),
        (12, date(2027, 12, 31)),
        (24, date(2028, 12, 31)),
        (60, date(2031, 12, 31)),
    ],
)
async def test_a_micro_grant_ends_on_the_day_that_the_page_of_its_need_says(
    session: AsyncSession, months: int, end: date
) -> None:
    need = await make_need(session, starts_on=date(2027, 1, 1), period_months=months)
    pair = await make_pair(session, Basis.micro_grant, need)
    contract = await service.draft_from_pair(session, Actor(None, Role.clock), pair)
    assert contract is not None
    assert contract.ends_on == ends_on(need.starts_on, need.period_months) == end


async def test_a_contract_without_an_announced_period_runs_for_a_year_and_no_day_longer(session: AsyncSession) -> None:
    contract = await make_contract(session)
    assert contract.ends_on == contract.starts_on.replace(year=contract.starts_on.year + 1) - timedelta(days=1)


async def test_a_pair_that_is_the_basis_of_a_tender_lot_is_no_contract_yet(session: AsyncSession) -> None:
    pair = await make_pair(session, Basis.tender_lot)
    assert await service.draft_from_pair(session, Actor(None, Role.clock), pair) is None


async def test_what_waits_for_each_side_of_a_contract(session: AsyncSession) -> None:
    async def verbs(actor: Actor) -> list[str]:
        return [each.verb for each in await waiting(session, actor, await now(session))]

    contract = await make_signed(session, by_both=False)
    assert (await verbs(purchaser(contract)), await verbs(contractor(contract))) == ([], ["sign"])
    await service.sign_contract(session, contractor(contract), contract.id, "李主任")
    assert await verbs(contractor(contract)) == ["start"]
    await service.start_contract(session, contractor(contract), contract.id)
    assert await verbs(purchaser(contract)) == ["pay"]
    assert await verbs(contractor(contract)) == ["report", "report"]
    assert await verbs(Actor(1, Role.committee, None, "530114")) == ["accept"]
    await service.report_milestone(session, contractor(contract), contract.id, Gate.midterm_evaluation, "报告")
    assert await verbs(purchaser(contract)) == ["pay", "engage"]
    assert (await verbs(await evaluator(session, contract)), await verbs(contractor(contract))) == (
        [],
        ["report"],
    )


async def test_each_milestone_and_each_instalment_that_waits_is_a_line_of_its_own(session: AsyncSession) -> None:
    contract = await make_performing(session)
    at = await now(session)
    reports = await waiting(session, contractor(contract), at)
    assert [each.context for each in reports] == ["midterm_evaluation", "final_evaluation"]
    assert len({each.subject_id for each in reports}) == 2
    await evaluate(session, contract, *EVALUATED)
    await accept(session, contract, 10)
    payments = await waiting(session, purchaser(contract), at)
    assert [(each.verb, each.context) for each in payments] == [("pay", "first"), ("pay", "interim"), ("pay", "final")]
    assert len({each.subject_id for each in payments}) == 3


async def test_a_contract_of_which_everything_is_done_waits_to_be_completed(session: AsyncSession) -> None:
    contract = await make_performing(session)
    await evaluate(session, contract, *EVALUATED)
    await accept(session, contract, 10)
    for part in await instalments_of(session, contract.id):
        await pay(session, contract, part.name, part.amount)
    assert [each.verb for each in await waiting(session, purchaser(contract), await now(session))] == ["complete"]


async def test_what_a_contract_says_of_its_sides_stands_from_the_first_signature_on(session: AsyncSession) -> None:
    contract = await make_contract(session)
    party = await session.get_one(Party, contract.contractor_id)
    party.bank_account = "6222 0001"
    await session.flush()
    await service.sign_contract(session, purchaser(contract), contract.id, "王科长")
    party.bank_account, party.name_zh = "6222 9999", "改名后的机构"
    await session.flush()
    said = (await parts_of(session, contract)).sides["contractor"]
    assert (said["bank_account"], said["name_zh"] != "改名后的机构") == ("6222 0001", True)


async def test_a_contract_takes_its_targets_from_the_application(session: AsyncSession) -> None:
    tender = await make_tender(session, application_form=default_form("venture").document())
    (lot,) = await lots_of(session, tender)
    target = {"indicator": "入户陪伴", "unit": "人次", "number": "480.00"}
    application = {**answered("话"), "targets": [target], "people_served": [{"group_code": "P01", "people": 40}]}
    await make_bid(session, lot, application=application)
    await score(session, tender, [90])
    await propose(session, tender)
    (award,) = (await live_awards(session, tender)).values()
    drafted = await award_draft(session, award, await now(session))
    assert [(each["what"], each["quantity"]) for each in drafted.contract.targets][1:] == [
        ("服务对象人数", "不少于 40 人"),
        ("入户陪伴", "不少于 480 人次"),
    ]
