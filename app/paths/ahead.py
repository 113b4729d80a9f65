"""What happens next on a need's way, until when, and by which rule."""

from dataclasses import dataclass
from datetime import date, datetime

from app.contracts.announcements import Announcement
from app.contracts.rules import MilestoneStatus
from app.core.days.calendar import end_of_day, shanghai_date
from app.needs.models import Need
from app.needs.rules import NeedStatus, standing
from app.paths import rules, stages
from app.paths.queries import Way
from app.paths.rules import DONE, UNDER_WAY, State, Step
from app.selection.models import Round
from app.selection.rules import RoundStatus
from app.tenders.awards.rules import AwardStatus
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import ends_of, profile_of
from app.tenders.notices.rules import TenderStatus, dated_rules
from app.tenders.profiles.rules import Gate

TO_DO = {
    MilestoneStatus.scheduled: Step.report,
    MilestoneStatus.reported: Step.meet,
    MilestoneStatus.not_met: Step.remedy,
}


@dataclass(frozen=True)
class Ahead:
    """`due_at`: the last moment, where one is set; `rule`: where it comes from."""

    step: Step
    due_at: datetime | None = None
    rule: str = ""


def of_need(need: Need, way: Way, at: datetime) -> Ahead | None:
    """None where all is done, or nothing more will be; a need that nothing holds waits for a round or a notice."""
    stands = standing(need, shanghai_date(at))
    if stands == NeedStatus.draft:
        return Ahead(Step.publish)
    if rules.publication(stands).state is State.ended:
        return None
    waits = joining(need.expires_on) if stands == NeedStatus.published else None
    return on_way(way, at) or waits


def of_record(need: Need | None, way: Way, at: datetime) -> Ahead | None:
    """A confirmed pair leads on to a notice only as long as its need waits for one."""
    waits = need is not None and standing(need, shanghai_date(at)) == "matched"
    return on_way(way, at) if way.asked or way.is_direct or waits else None


def on_way(way: Way, at: datetime) -> Ahead | None:
    choice, award, contract = stages.choice(way)[0], stages.award(way), stages.contract(way)
    if choice.state is State.under_way and way.round:
        return choosing(way.round, at)
    if choice is not DONE or State.ended in (award.state, contract.state):
        return None
    if way.contract is None:
        return signing(way) if contract is UNDER_WAY else awarding(way, at)
    if stages.milestones(way.contract) is UNDER_WAY:
        return performing(way.contract)
    return accepting(way.contract) if stages.acceptance(way.contract) is UNDER_WAY else None


def joining(expires_on: date | None) -> Ahead:
    """A need that nothing has taken up waits for a round or a notice, as long as it is shown."""
    return Ahead(Step.wait, end_of_day(expires_on) if expires_on else None)


def choosing(round: Round, at: datetime) -> Ahead:
    if round.status is RoundStatus.open and at < round.closes_at:
        return Ahead(Step.choose, round.closes_at)
    return Ahead(Step.answer)


def awarding(way: Way, at: datetime) -> Ahead:
    """Bids come in, are evaluated, may be objected to; a notice that was not awarded yet has its dates."""
    if way.asked is None:
        return Ahead(Step.tender)
    if way.awards:
        held = any(each.award.status is AwardStatus.held for each in way.awards)
        result = way.awards[0].result
        return Ahead(Step.settle if held else Step.object, result.objections_end, result.notice_rule or "")
    tender = way.asked.tender
    takes_bids = tender.status is TenderStatus.published and tender.bids_end is not None and at < tender.bids_end
    return _dated(Step.bid, tender, "bids_end") if takes_bids else _dated(Step.evaluate, tender, "evaluation_end")


def signing(way: Way) -> Ahead:
    return _dated(Step.sign, way.asked.tender, "contracts_end") if way.asked else Ahead(Step.sign)


def performing(contract: Announcement) -> Ahead:
    """The first milestone that is not met."""
    first = next(each for each in stages.steps_of(contract) if each.status is not MilestoneStatus.met)
    return Ahead(TO_DO[first.status], end_of_day(first.due_on) if first.due_on else None)


def accepting(contract: Announcement) -> Ahead:
    due = next((each.due_on for each in contract.milestones if each.gate is Gate.resident_acceptance), None)
    return Ahead(Step.accept, end_of_day(due) if due else None, contract.contract.acceptance_rule)


def _dated(step: Step, tender: Tender, end: str) -> Ahead:
    rule = next(each for each in dated_rules(ends_of(tender), profile_of(tender)) if each.name == end)
    return Ahead(step, rule.at, rule.rule)
