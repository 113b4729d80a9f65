"""How each stage stands by what the rooms say."""

import pytest

from app.contracts.rules import Acceptance, ContractStatus
from app.paths import rules
from app.paths.rules import DONE, NOT_REACHED, UNDER_WAY, Stand, State, Why
from app.selection.rules import RoundStatus
from app.tenders.awards.rules import AwardStatus
from app.tenders.notices.rules import LotFailure, TenderStatus


@pytest.mark.parametrize(
    ("standing", "stand"),
    [
        ("draft", UNDER_WAY),
        ("published", DONE),
        ("contracted", DONE),
        ("withdrawn", Stand(State.ended, Why.withdrawn)),
        ("expired", Stand(State.ended, Why.expired)),
    ],
)
def test_a_need_is_public_until_it_is_withdrawn_or_expires(standing: str, stand: Stand) -> None:
    assert rules.publication(standing) == stand


def test_only_a_confirmed_pair_is_a_choice() -> None:
    ended = {status: rules.round_choice(status, paired=False) for status in RoundStatus if status != "draft"}
    assert ended == {
        RoundStatus.open: UNDER_WAY,
        RoundStatus.proposed: UNDER_WAY,
        RoundStatus.finished: Stand(State.ended, Why.unpaired),
        RoundStatus.cancelled: Stand(State.ended, Why.round_cancelled),
    }
    assert rules.round_choice(RoundStatus.proposed, paired=True) == DONE


def test_a_lot_chooses_its_need_unless_it_comes_to_nothing() -> None:
    assert rules.lot_choice(TenderStatus.published, None) == DONE
    assert rules.lot_choice(TenderStatus.opened, LotFailure.bidders) == Stand(State.ended, Why.too_few_bidders)
    assert rules.lot_choice(TenderStatus.cancelled, None) == Stand(State.ended, Why.tender_cancelled)


def test_an_award_is_under_way_until_it_is_confirmed_and_over_where_a_result_has_none() -> None:
    assert rules.award(TenderStatus.opened, []) == UNDER_WAY
    assert rules.award(TenderStatus.opened, [AwardStatus.held]) == UNDER_WAY
    assert rules.award(TenderStatus.awarded, [AwardStatus.confirmed]) == DONE
    assert rules.award(TenderStatus.awarded, []) == Stand(State.ended, Why.not_awarded)


def test_a_contract_is_due_signed_or_will_not_be() -> None:
    assert rules.contract(due=False, signed=None) == NOT_REACHED
    assert rules.contract(due=True, signed=None) == UNDER_WAY
    assert rules.contract(due=True, signed=True) == DONE
    assert rules.contract(due=True, signed=False) == Stand(State.ended, Why.not_signed)


def test_work_that_is_broken_off_ends_there_and_what_residents_said_before_stays() -> None:
    assert rules.milestones(ContractStatus.performing, 1, 2) == UNDER_WAY
    assert rules.milestones(ContractStatus.completed, 2, 2) == DONE
    assert rules.milestones(ContractStatus.terminated, 1, 2) == Stand(State.ended, Why.terminated)
    assert rules.acceptance(ContractStatus.terminated, Acceptance.undecided) == NOT_REACHED
    assert rules.acceptance(ContractStatus.terminated, Acceptance.accepted) == DONE
    assert rules.acceptance(ContractStatus.performing, Acceptance.refused) == UNDER_WAY
