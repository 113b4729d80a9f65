"""How far a need has come, stage by stage: evidence, publication, choice (a pair or a lot), award, contract, residents'
willingness where they were asked, milestones, residents' satisfaction where they were asked, their acceptance. Every
function takes what the rooms themselves say and gives the stage's state and, where it ended there, why.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from app.contracts.rules import Acceptance, ContractStatus
from app.needs.rules import NeedStatus
from app.selection.rules import RoundStatus
from app.tenders.awards.rules import AwardStatus
from app.tenders.notices.rules import LotFailure, TenderStatus
from app.voices.rules import VoiceStatus


class State(StrEnum):
    """`ended`: it goes no further here, and `Why` says why; a need may be taken up again elsewhere."""

    done = "done"
    under_way = "under_way"
    not_reached = "not_reached"
    ended = "ended"


class Why(StrEnum):
    withdrawn = "withdrawn"
    expired = "expired"
    unpaired = "unpaired"
    round_cancelled = "round_cancelled"
    tender_cancelled = "tender_cancelled"
    tender_unsuccessful = "tender_unsuccessful"
    too_few_bidders = "too_few_bidders"
    too_few_qualified = "too_few_qualified"
    not_awarded = "not_awarded"
    not_signed = "not_signed"
    terminated = "terminated"


class Step(StrEnum):
    """What happens next."""

    publish = "publish"
    wait = "wait"  # for a round or a notice to take the need up
    choose = "choose"  # both sides hand in their wishes
    answer = "answer"  # both sides answer for the pair
    tender = "tender"  # the pair's need is put into a notice
    bid = "bid"
    evaluate = "evaluate"
    object = "object"  # whoever sees grounds objects
    settle = "settle"  # objections are answered
    sign = "sign"
    report = "report"
    meet = "meet"
    remedy = "remedy"
    accept = "accept"


class Stand(NamedTuple):
    state: State
    why: Why | None = None


DONE, UNDER_WAY, NOT_REACHED = Stand(State.done), Stand(State.under_way), Stand(State.not_reached)
LOT_FAILURES = {LotFailure.bidders: Why.too_few_bidders, LotFailure.qualified: Why.too_few_qualified}
TENDER_ENDS = {
    TenderStatus.cancelled: Why.tender_cancelled,
    TenderStatus.unsuccessful: Why.tender_unsuccessful,
}


def publication(standing: str) -> Stand:
    """By what the need reads today."""
    if standing == NeedStatus.draft:
        return UNDER_WAY
    if standing in (NeedStatus.withdrawn, NeedStatus.expired):
        return Stand(State.ended, Why(standing))
    return DONE


def lot_choice(tender: TenderStatus, failure: LotFailure | None) -> Stand:
    """A need is chosen when a notice asks for it, unless the notice or its lot comes to nothing."""
    if failure is not None:
        return Stand(State.ended, LOT_FAILURES[failure])
    return Stand(State.ended, TENDER_ENDS[tender]) if tender in TENDER_ENDS else DONE


def round_choice(round: RoundStatus, *, paired: bool) -> Stand:
    """Who was proposed and who declined, only the two sides know: a need without a confirmed pair has none."""
    if paired:
        return DONE
    if round in (RoundStatus.open, RoundStatus.proposed):
        return UNDER_WAY
    return Stand(State.ended, Why.round_cancelled if round is RoundStatus.cancelled else Why.unpaired)


def award(tender: TenderStatus, awards: Collection[AwardStatus]) -> Stand:
    """`awards`: those announced. A result without one for this need leaves it unserved."""
    if AwardStatus.confirmed in awards:
        return DONE
    return Stand(State.ended, Why.not_awarded) if tender is TenderStatus.awarded and not awards else UNDER_WAY


def contract(*, due: bool, signed: bool | None) -> Stand:
    """`due`: what comes before it is settled. `signed`: whether the announced contract was; None without one."""
    if signed is None:
        return UNDER_WAY if due else NOT_REACHED
    return DONE if signed else Stand(State.ended, Why.not_signed)


def willingness(contract: ContractStatus, said: VoiceStatus) -> Stand:
    """Before the service starts residents may be asked again, until they want it."""
    if said is VoiceStatus.asked or (said is not VoiceStatus.willing and contract is ContractStatus.signed):
        return UNDER_WAY
    return DONE


def satisfaction(said: VoiceStatus) -> Stand:
    return UNDER_WAY if said is VoiceStatus.asked else DONE


def milestones(contract: ContractStatus, met: int, total: int) -> Stand:
    if contract is ContractStatus.terminated:
        return Stand(State.ended, Why.terminated)
    return DONE if met == total else UNDER_WAY


def acceptance(contract: ContractStatus, said: Acceptance) -> Stand:
    """What residents said of work that was broken off later stays said."""
    if said is Acceptance.accepted:
        return DONE
    return NOT_REACHED if contract is ContractStatus.terminated else UNDER_WAY
