"""How the stages of one way stand: the rules, asked with what its rows say."""

from datetime import datetime

from app.contracts.announcements import Announcement
from app.contracts.models import Milestone
from app.contracts.rules import MilestoneStatus
from app.paths import rules
from app.paths.queries import Way
from app.paths.rules import DONE, NOT_REACHED, Stand
from app.tenders.profiles.rules import Gate
from app.voices.models import Voice

APART = {Gate.signing, Gate.resident_acceptance}  # gates that are stages of their own


def choice(way: Way) -> tuple[Stand, datetime | None]:
    """With when it came to that. What a notice says comes after what the round said."""
    if way.asked:
        tender, lot = way.asked.tender, way.asked.lot
        return rules.lot_choice(tender.status, lot.failure), lot.failed_at or tender.ended_at or tender.published_at
    if way.round is None:
        return NOT_REACHED, None
    settled = way.chosen.pair.settled_at if way.chosen else way.round.opened_at
    return rules.round_choice(way.round.status, paired=way.chosen is not None), settled


def award(way: Way) -> Stand:
    if way.asked is None or choice(way)[0] is not DONE:
        return NOT_REACHED
    return rules.award(way.asked.tender.status, [each.award.status for each in way.awards])


def contract(way: Way) -> Stand:
    signed = way.contract.contract.signed_at is not None if way.contract else None
    return rules.contract(due=way.is_direct or award(way) is DONE, signed=signed)


def willingness(contract: Announcement, voice: Voice) -> Stand:
    return rules.willingness(contract.contract.status, voice.status)


def milestones(contract: Announcement) -> Stand:
    return rules.milestones(contract.contract.status, len(met_of(contract)), len(steps_of(contract)))


def acceptance(contract: Announcement) -> Stand:
    return rules.acceptance(contract.contract.status, contract.acceptance)


def steps_of(contract: Announcement) -> list[Milestone]:
    """The milestones between the signing and what the residents say."""
    return [each for each in contract.milestones if each.gate not in APART]


def met_of(contract: Announcement) -> list[Milestone]:
    return [each for each in steps_of(contract) if each.status is MilestoneStatus.met]
