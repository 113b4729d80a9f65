"""What residents say of a contract: before its service starts whether they want it, while it runs and at its end how
content they are, at its end whether they accept it.

asked --the wave closes--> willing | unwilling | undecided (willingness), accepted | refused | undecided (acceptance),
lapsed where the contract no longer asks; heard | undecided (satisfaction, which decides on nothing). A meeting says it
at once. Rules are pinned when people are asked.
"""

import tomllib
from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from app.contracts.rules import ContractStatus
from app.core.errors import DomainError
from app.surveys.questionnaires.rules import SurveyPurpose
from app.surveys.results.rules import enough_of, is_shown, wilson
from app.surveys.results.suppression import SMALL


def _settings(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


SETTINGS, SATISFACTION = _settings("willingness"), _settings("satisfaction")
ASKED_BEFORE = timedelta(days=SETTINGS["asked_before_days"])


class VoicePurpose(StrEnum):
    willingness = "willingness"
    acceptance = "acceptance"
    satisfaction = "satisfaction"


class VoiceMethod(StrEnum):
    survey = "survey"
    meeting = "meeting"


class VoiceStatus(StrEnum):
    asked = "asked"
    willing = "willing"
    unwilling = "unwilling"
    undecided = "undecided"
    accepted = "accepted"
    refused = "refused"
    heard = "heard"
    lapsed = "lapsed"


class WillingnessRule(StrEnum):
    """Its numbers stand in `willingness.toml`."""

    share_two_thirds = "share_two_thirds"
    low_half = "low_half"
    low_two_thirds = "low_two_thirds"


V = VoiceStatus
# Willingness is asked before a service starts, the others while the contract is carried out.
ASKED = {
    VoicePurpose.willingness: {(ContractStatus.signed, verb): V.asked for verb in ("ask", "hear")},
    VoicePurpose.acceptance: {(ContractStatus.performing, "ask"): V.asked},
    VoicePurpose.satisfaction: {(ContractStatus.performing, "ask_satisfaction"): V.asked},
}


class NoQuorum(DomainError):
    """A meeting decides with more than half of those who may come (城市居民委员会组织法 art. 10)."""

    status = 422


class VoicesImpossible(DomainError):
    status = 422


class WaveUnknown(DomainError):
    """No wave of a survey that this party runs."""

    status = 422


class PurposeUnfit(DomainError):
    """A survey asks what it is for: it was worded, and is published, for that."""

    status = 422


class WaveOutsideContract(DomainError):
    """Residents are asked where the contract is delivered."""

    status = 422


class AnsweredBefore(DomainError):
    """What counts as a yes, and by which rule, is said before anybody has answered."""


class AlreadyAsked(DomainError):
    """One wave at a time says it."""


class VoiceQuestionUnfit(DomainError):
    """Not a question of this questionnaire with one answer, or not options of it."""

    status = 422


class RuleMissing(DomainError):
    """Willingness is judged by a rule that is pinned before anybody answers."""

    status = 422


def source_of(purpose: VoicePurpose, method: VoiceMethod, rule: WillingnessRule | None) -> str:
    """By which rule a meeting decides, or a wave's answers are judged, or how many are asked."""
    if method is VoiceMethod.meeting:
        return str(SETTINGS["meeting_source"])
    if purpose is VoicePurpose.satisfaction:
        return str(SATISFACTION["source"])
    return str(SETTINGS["rules"][rule]["source"]) if rule else ""


def check_rule(purpose: VoicePurpose, rule: WillingnessRule | None) -> None:
    if purpose is VoicePurpose.willingness and rule is None:
        raise RuleMissing()


def is_told(answers: int) -> bool:
    """Whether what a wave says may stand beside other figures: of fewer, it would tell what each of them said."""
    return answers >= SMALL


class Counts(NamedTuple):
    """How many answered, and how many of them said yes; None: not told."""

    answers: int | None
    ayes: int | None


def public_counts(answers: int | None, ayes: int | None) -> Counts:
    """What everybody may read once it is heard; where those who said yes, or who did not, are few, how many answered
    alone."""
    n, yes = answers or 0, ayes or 0
    return Counts(n if is_told(n) else None, yes if is_shown(yes, n) else None)


def content_counts(served: int | None, answers: int | None, ayes: int | None) -> Counts:
    """The same of satisfaction. Where more answered than were served others answered, too: what they say is of nobody
    known, and how many answered is told alone."""
    counts = public_counts(answers, ayes)
    return counts if (answers or 0) <= (served or 0) else counts._replace(ayes=None)


class Share(NamedTuple):
    """A share with its 95 % interval, four decimals each; None: not told."""

    share: Decimal | None
    low: Decimal | None
    high: Decimal | None


def share_of(counts: Counts) -> Share:
    """What the answers say of all who were served, where everybody may read them."""
    if not counts.answers or counts.ayes is None:
        return Share(None, None, None)
    share = counts.ayes / counts.answers
    return Share(*(Decimal(f"{each:.4f}") for each in (share, *wilson(share, counts.answers))))


def sample_size(served: int) -> int:
    """How many of those whom a service reached are to answer."""
    return enough_of(served, float(SATISFACTION["margin"]))


def hindrance(purpose: VoicePurpose, being_asked: Collection[VoicePurpose]) -> DomainError | None:
    return AlreadyAsked() if purpose in being_asked else None


def check_wave(wanted: VoicePurpose, purpose: SurveyPurpose, outside: Sequence[str]) -> None:
    """`outside`: the names of the communities that the wave asks and the contract does not serve."""
    if purpose.value != wanted.value:
        raise PurposeUnfit(wanted=wanted.value, purpose=purpose.value)
    if outside:
        raise WaveOutsideContract(places=", ".join(outside))


def check_options(question: str, known: Collection[str], options: Collection[str]) -> None:
    """`known`: the options of the question, none where there is no such question with one answer."""
    if not options or not set(options) <= set(known):
        raise VoiceQuestionUnfit(question=question)


def willingness(willing: int, answers: int, rule: WillingnessRule) -> VoiceStatus:
    """By the share, or by its interval: undecided while the interval lies on both sides of what is asked for."""
    if not 0 <= willing <= answers:
        raise VoicesImpossible(ayes=willing, present=answers)
    if answers == 0:
        return V.undecided
    told = SETTINGS["rules"][rule]
    least = Fraction(told["least"])
    if told["reads"] == "share":
        return V.willing if willing >= least * answers else V.unwilling
    low, high = wilson(willing / answers, answers)
    if low >= least:
        return V.willing
    return V.unwilling if high < least else V.undecided


def met(entitled: int, present: int, ayes: int) -> VoiceStatus:
    """What a meeting decides: with more than half of those entitled, by more than half of those present."""
    if not 0 <= ayes <= present <= entitled:
        raise VoicesImpossible(ayes=ayes, present=present)
    if present * 2 <= entitled:
        raise NoQuorum(entitled=entitled, present=present, needed=entitled // 2 + 1)
    return V.willing if ayes * 2 > present else V.unwilling
