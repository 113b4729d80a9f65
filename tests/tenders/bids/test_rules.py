from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.days.calendar import end_of_day
from app.core.errors import DomainError
from app.core.moves import verbs_from
from app.tenders.bids.rules import (
    MOVES,
    AmountAboveCeiling,
    AmountNotPositive,
    AmountNotWholeCents,
    Applicant,
    ApplicantDebarred,
    ApplicantNotAdmitted,
    BidStatus,
    BidTerms,
    BidUnconfirmed,
    Conditions,
    ItemMissing,
    ItemUnknown,
    LotUnknown,
    NotReceiving,
    RectificationOpen,
    check_submission,
    prequalify,
    too_late,
    untimely,
    warnings,
)
from app.tenders.notices.rules import BidTooLate, FinalOffersClosed, ItemTerms, LotTerms, TenderStatus
from app.tenders.profiles.rules import profile
from tests.tenders.season import competition

END = end_of_day(date(2018, 6, 30))
STATION = LotTerms("L1", Decimal(400000), Decimal(120000), 2, (ItemTerms("L1-1", "N171"), ItemTerms("L1-2", "N172")))
SERVICE = LotTerms("L2", Decimal(180000), Decimal(30000), 9)
VENTURE, PROCUREMENT = profile("venture"), profile("procurement")
BID = BidTerms("L2", None, Decimal("24000.00"), END - timedelta(days=1))
ORGANISATION, GROUP = Applicant(registered=True), Applicant(registered=False)


def terms(lot: LotTerms | None = SERVICE, name: str = "venture") -> Conditions:
    return Conditions(lot, profile(name), END)


def test_an_unopened_bid_ends_eligible_ineligible_or_withdrawn() -> None:
    S = BidStatus
    assert {S.draft, *MOVES.values()} == set(S)
    assert [s for s in S if not verbs_from(MOVES, s)] == [S.ineligible, S.unopened, S.unevaluated]
    assert verbs_from(MOVES, S.withdrawn) == ["edit", "attach", "submit", "record_late"]


def test_a_late_bid_is_never_found_eligible_and_an_unconfirmed_one_neither() -> None:
    assert verbs_from(MOVES, BidStatus.late) == ["disqualify"]
    assert "qualify" not in verbs_from(MOVES, BidStatus.unconfirmed)


def test_a_bid_at_the_deadline_itself_is_late() -> None:
    assert too_late(END - timedelta(microseconds=1), END) is None
    late = too_late(END, END)
    assert late is not None
    assert late.facts == {"bids_end": END, "received": END}


@dataclass
class Open:
    status: TenderStatus = TenderStatus.published
    bids_end: datetime | None = END
    final_offers_end: datetime | None = None


@pytest.mark.parametrize("verb", ["draft", "edit", "submit", "revise", "confirm", "withdraw"])
def test_a_published_tender_takes_bids_until_the_deadline(verb: str) -> None:
    assert untimely(verb, Open(), END - timedelta(seconds=1)) is None
    assert isinstance(untimely(verb, Open(), END), BidTooLate)
    for status in set(TenderStatus) - {TenderStatus.published}:
        assert isinstance(untimely(verb, Open(status), END - timedelta(seconds=1)), NotReceiving)


def test_a_last_price_is_named_after_the_opening_from_the_invitation_until_its_end() -> None:
    invited = Open(TenderStatus.opened, final_offers_end=END + timedelta(days=3))
    assert untimely("offer", invited, END + timedelta(days=2)) is None
    assert isinstance(untimely("offer", invited, END + timedelta(days=3)), FinalOffersClosed)
    assert isinstance(untimely("offer", Open(TenderStatus.opened), END), FinalOffersClosed)
    assert isinstance(untimely("offer", replace(invited, status=TenderStatus.cancelled), END), NotReceiving)


FAULTS = [
    (replace(BID, received_at=END), ORGANISATION, terms(), BidTooLate),
    (replace(BID, lot="L9"), ORGANISATION, terms(None), LotUnknown),
    (BID, ORGANISATION, terms(STATION), LotUnknown),
    (replace(BID, lot="L1"), ORGANISATION, terms(STATION), ItemMissing),
    (replace(BID, lot="L1", item="L1-9"), ORGANISATION, terms(STATION), ItemUnknown),
    (replace(BID, item="L1-1"), ORGANISATION, terms(), ItemUnknown),
    (replace(BID, amount=Decimal(0)), ORGANISATION, terms(), AmountNotPositive),
    (replace(BID, amount=Decimal("-0.01")), ORGANISATION, terms(), AmountNotPositive),
    (replace(BID, amount=Decimal("NaN")), ORGANISATION, terms(), AmountNotPositive),
    (replace(BID, amount=Decimal("10.001")), ORGANISATION, terms(), AmountNotWholeCents),
    (BID, GROUP, terms(name="procurement"), ApplicantNotAdmitted),
]


@pytest.mark.parametrize(("bid", "applicant", "measure", "refusal"), FAULTS)
def test_each_fault_of_a_submission_is_refused(
    bid: BidTerms, applicant: Applicant, measure: Conditions, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        check_submission(bid, applicant, measure)
    assert refusal in [type(reason) for reason in prequalify(bid, applicant, measure)]


@pytest.mark.parametrize(
    ("bid", "applicant", "reason"),
    [
        (replace(BID, confirmed=False), ORGANISATION, BidUnconfirmed),
        (BID, replace(ORGANISATION, rectification_until="2018-06"), RectificationOpen),
        (BID, replace(ORGANISATION, debarred_until=END.date()), ApplicantDebarred),
        (replace(BID, amount=Decimal("30000.01")), ORGANISATION, AmountAboveCeiling),
        (replace(BID, amount=Decimal("1e40")), ORGANISATION, AmountAboveCeiling),
    ],
)
def test_what_can_be_mended_is_warned_of_and_found_at_prequalification_only(
    bid: BidTerms, applicant: Applicant, reason: type[DomainError]
) -> None:
    check_submission(bid, applicant, terms())
    assert [type(each) for each in warnings(bid, applicant, terms())] == [reason]
    assert [type(each) for each in prequalify(bid, applicant, terms())] == [reason]


def test_what_has_been_mended_is_no_reason() -> None:
    mended = Applicant(
        True,
        rectification_until="2018-06",
        reexamined_on=date(2018, 6, 29),
        debarred_until=date(2018, 6, 30),
    )
    assert prequalify(BID, mended, terms()) == []


def test_every_reason_is_given_not_only_the_first() -> None:
    bid = replace(BID, amount=Decimal(36000), received_at=END + timedelta(hours=1), confirmed=False)
    applicant = replace(ORGANISATION, rectification_until="2018-06")
    assert [type(reason) for reason in prequalify(bid, applicant, terms())] == [
        BidTooLate,
        AmountAboveCeiling,
        RectificationOpen,
        BidUnconfirmed,
    ]


def test_unregistered_groups_may_enter_a_competition() -> None:
    assert prequalify(BID, GROUP, terms()) == []


def test_the_season_s_ineligible_bids_follow_from_its_facts() -> None:
    season = competition()
    assert season.ineligible == ["B36", "B38", "B59", "B60"]
    assert {bid: [reason.code for reason in season.reasons[bid]] for bid in season.ineligible} == {
        "B36": ["RectificationOpen"],
        "B38": ["AmountAboveCeiling"],
        "B59": ["AmountAboveCeiling"],
        "B60": ["BidTooLate"],
    }


@settings(deadline=None)
@given(st.decimals("0.01", "30000", places=2), st.integers(1, 10**9))
def test_a_bid_in_time_within_the_ceiling_is_eligible(amount: Decimal, seconds: int) -> None:
    bid = replace(BID, amount=amount, received_at=END - timedelta(seconds=seconds))
    assert prequalify(bid, ORGANISATION, terms()) == []
