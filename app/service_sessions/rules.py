"""planned --conclude--> concluded;  planned --cancel--> cancelled;  planned --edit | sign_in | enter_list--> itself
concluded --enter_feedback--> itself (once: what was written on the forms that lay beside the paper list)

What was held is what is claimed. Of its sign-ins some are drawn by lot and asked whether they were there (call-backs):
a draw is open --record_call_back--> open --close--> closed; then the claim has an interval. Whoever signed in may say
how it was (planned, concluded --give_feedback--> itself), once, until some days after. The numbers stand in
`output.toml`, each with its source.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from math import floor
from pathlib import Path
from typing import NamedTuple, Protocol

from app.contracts.rules import ContractStatus
from app.core.days.calendar import shanghai_date
from app.core.errors import DomainError
from app.surveys.results.rules import enough_of, wilson

SETTINGS = tomllib.loads(Path(__file__).with_name("output.toml").read_text(encoding="utf-8"))
BANDS = [(Decimal(band["from"]), int(band["mark"])) for band in SETTINGS["marks"]["bands"]]
MARGIN = float(SETTINGS["call_backs"]["margin"])
FEEDBACK_LASTS = timedelta(days=SETTINGS["feedback"]["days"])
LEAST_SHOWN = int(SETTINGS["call_backs"]["least_shown"])


class SessionStatus(StrEnum):
    planned = "planned"
    concluded = "concluded"
    cancelled = "cancelled"


class SessionKind(StrEnum):
    activity = "activity"
    course = "course"
    visit = "visit"
    counselling = "counselling"
    other = "other"


S = SessionStatus
MOVES = {
    (S.planned, "edit"): S.planned,
    (S.planned, "sign_in"): S.planned,
    (S.planned, "enter_list"): S.planned,
    (S.planned, "attach"): S.planned,
    (S.planned, "conclude"): S.concluded,
    (S.planned, "cancel"): S.cancelled,
    (S.concluded, "attach"): S.concluded,
    (S.concluded, "enter_feedback"): S.concluded,
}
SAID = {(each, "give_feedback"): each for each in (S.planned, S.concluded)}
# Whatever is done with sessions is done while their contract is carried out.
PERFORMED = {
    (ContractStatus.performing, verb): ContractStatus.performing
    for verb in ("plan", "edit", "sign_in", "enter_list", "attach", "conclude", "cancel", "draw")
} | {(ContractStatus.performing, verb): ContractStatus.performing for verb in ("give_feedback", "enter_feedback")}


class SignInKind(StrEnum):
    """How somebody signed in: a row of the paper list, the code at the door, written down by the leader."""

    paper = "paper"
    qr = "qr"
    leader = "leader"


class Opinion(StrEnum):
    """An answer to either question: was it as announced, would they come again."""

    yes = "yes"
    partly = "partly"
    no = "no"


class DrawStatus(StrEnum):
    open = "open"
    closed = "closed"


DRAW_MOVES = {
    (DrawStatus.open, "record_call_back"): DrawStatus.open,
    (DrawStatus.open, "close"): DrawStatus.closed,
}


class CallBackStatus(StrEnum):
    """`reached`: on the phone, and to be asked again; `not_reached`: tried, in vain."""

    drawn = "drawn"
    reached = "reached"
    confirmed = "confirmed"
    denied = "denied"
    not_reached = "not_reached"


C = CallBackStatus
CALLED = {(each, "record_call_back"): each for each in (C.drawn, C.reached, C.not_reached)}
PENDING = frozenset({C.drawn, C.reached})


class Unit(StrEnum):
    """What a contract counts by."""

    people = "people"
    sessions = "sessions"


class SessionBackwards(DomainError):
    status = 422


class SessionOutsideContract(DomainError):
    """It takes place between the first and the last day of its contract."""

    status = 422


class TargetNotInContract(DomainError):
    """The contract has no target of this number."""

    status = 422


class SessionNotBegun(DomainError): ...


class SignInOutsideSession(DomainError):
    """People sign in while it takes place, by the database's clock."""


class SessionAttended(DomainError):
    """Once somebody has signed in, a session stays as it was announced."""


class NobodySignedIn(DomainError): ...


class HouseholdSignedIn(DomainError):
    """A household signs in once in a session."""


class FeedbackOutsideTime(DomainError):
    """Those who were there say how it was from its beginning until some days after its end."""


class HouseholdNotSignedIn(DomainError):
    """Who was there is who signed in at the door. Tries are counted: whether a neighbour was there is nobody's to find
    out."""

    is_guess = True


class FeedbackGiven(DomainError):
    """A household says once how a session was."""


class NobodyOnPaper(DomainError):
    """Forms are of those who signed in on the paper list."""


class FormsEntered(DomainError):
    """What the forms say is counted once."""


class NoForms(DomainError):
    status = 422


class FormsUneven(DomainError):
    """A form answers both questions; one that leaves a question blank is not counted."""

    status = 422


class MoreFormsThanRows(DomainError):
    """No more forms than rows of the paper list."""

    status = 422


class DoorUnknown(DomainError):
    status = 404
    is_guess = True


class DrawStillOpen(DomainError):
    """One draw is finished before the next one."""


class CallBackNotDrawn(DomainError):
    """Who was not drawn is not called: the evaluator does not choose whom to ask."""


class CallsPending(DomainError):
    """Everybody who was drawn is tried before the draw is closed."""


class Times(Protocol):
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class Period(Protocol):
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...


@dataclass(frozen=True)
class Plan:
    """What is announced of a session."""

    kind: SessionKind
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    planned: int
    counts_for: Sequence[int]


def check_plan(contract: Period, targets: int, plan: Plan) -> None:
    """Refusals: SessionBackwards, SessionOutsideContract, TargetNotInContract. `targets`: how many the contract has,
    which `counts_for` names from 0."""
    if plan.ends_at <= plan.starts_at:
        raise SessionBackwards(starts_at=plan.starts_at, ends_at=plan.ends_at)
    if shanghai_date(plan.starts_at) < contract.starts_on or shanghai_date(plan.ends_at) > contract.ends_on:
        raise SessionOutsideContract(starts_on=contract.starts_on, ends_on=contract.ends_on)
    for target in plan.counts_for:
        if target >= targets:
            raise TargetNotInContract(target=target + 1, targets=targets)


def untimely(verb: str, times: Times, at: datetime) -> DomainError | None:
    """Why it is not the hour to `verb`: people sign in while it takes place; lists follow once it has begun."""
    if verb == "sign_in" and not times.starts_at <= at < times.ends_at:
        return SignInOutsideSession(starts_at=times.starts_at, ends_at=times.ends_at)
    if verb in {"give_feedback", "enter_feedback"} and not times.starts_at <= at < feedback_end(times):
        return FeedbackOutsideTime(starts_at=times.starts_at, until=feedback_end(times))
    early = verb in {"enter_list", "conclude"} and at < times.starts_at
    return SessionNotBegun(starts_at=times.starts_at) if early else None


def feedback_end(times: Times) -> datetime:
    return times.ends_at + FEEDBACK_LASTS


class Attended(NamedTuple):
    """How many signed in, how many of them on paper, and whether what their forms say is entered."""

    sign_ins: int = 0
    on_paper: int = 0
    is_entered: bool = False


def hindrance(verb: str, came: Attended) -> DomainError | None:
    """Why those who have signed in stand against `verb`, or that nobody has."""
    if verb in {"edit", "cancel"} and came.sign_ins:
        return SessionAttended(sign_ins=came.sign_ins)
    if verb == "enter_feedback" and not came.on_paper:
        return NobodyOnPaper()
    if verb == "enter_feedback" and came.is_entered:
        return FormsEntered()
    return NobodySignedIn() if verb == "conclude" and not came.sign_ins else None


def check_forms(as_announced: Sequence[int], again: Sequence[int], on_paper: int) -> None:
    """What the forms say of each question (yes, partly, no). Refusals: NoForms, FormsUneven, MoreFormsThanRows."""
    forms = sum(again)
    if forms != sum(as_announced):
        raise FormsUneven(as_announced=sum(as_announced), again=forms)
    if not forms:
        raise NoForms()
    if forms > on_paper:
        raise MoreFormsThanRows(forms=forms, rows=on_paper)


def household_mark(household: str) -> str:
    """What one household writes at the door, however it spaces it."""
    return re.sub(r"[\s\-—_#号室]", "", household).upper()


class Opinions(NamedTuple):
    """How many said what; None: not told."""

    yes: int | None
    partly: int | None
    no: int | None


def told(said: Mapping[Opinion, int]) -> Opinions:
    """As finely as no count of it is small: all three, or those who say yes apart from all others, or nothing."""
    counts = [said.get(each, 0) for each in Opinion]
    if min(counts) >= LEAST_SHOWN:
        return Opinions(*counts)
    yes, others = counts[0], sum(counts[1:])
    return Opinions(yes if min(yes, others) >= LEAST_SHOWN else None, None, None)


# -- What was claimed, against what the contract asks for

COUNT = re.compile(r"(\d[\d,，]*)\s*(人次|人|名|户|people|persons|场次|场|次|期|节|sessions?)")
RATE = re.compile(r"每[^\d，,。；;]{0,4}" + COUNT.pattern)  # "每场 30 人": of each, not in all
RANGE = re.compile(r"\d\s*[-–—~～至到.]\s*\d")
OF_PEOPLE = frozenset({"人次", "人", "名", "户", "people", "persons"})


def counted(quantity: str) -> tuple[Unit, int] | None:
    """The number of people or sessions that a target's quantity asks for in all ("不少于 500 人"); None where it counts
    neither, or can be read in more than one way ("2 场 60 人", "20 至 30 人"): nothing is marked by a guess."""
    found = COUNT.findall(RATE.sub("", quantity))
    if len(found) != 1 or RANGE.search(quantity):
        return None
    ((digits, unit),) = found
    number = int(re.sub(r"[,，]", "", digits))
    return (Unit.people if unit in OF_PEOPLE else Unit.sessions, number) if number else None


def mark(planned: int, done: int) -> int:
    """3, 2, 1 or 0, by the share of what was planned that was done."""
    return next((given for share, given in BANDS if done >= share * planned), 0)


# -- Call-backs


def sample_size(population: int) -> int:
    """How many of those who signed in are asked."""
    return enough_of(population, MARGIN)


def key_of(session_id: int, number: int) -> str:
    """What draws a lot: the session, and the row of its list."""
    return f"{session_id}-{number}"


def seed_digest(seed: str) -> str:
    """What is published of a seed at once, so that it cannot be exchanged later."""
    return hashlib.sha256(seed.encode()).hexdigest()


@dataclass(frozen=True)
class Supported:
    """Of `claimed` so many are supported by call-backs: `count`, between `least` and `most` (95 %, rounded down)."""

    claimed: int
    share: float
    low: float
    high: float
    count: int
    least: int
    most: int


def supported(claimed: int, confirmed: int, answered: int) -> Supported:
    """`confirmed` of those `answered` say that they were there; where nobody answered, nothing is known."""
    share = confirmed / answered if answered else 0.0
    low, high = wilson(share, answered)
    count = claimed * confirmed // answered if answered else 0
    return Supported(claimed, share, low, high, count, floor(claimed * low), floor(claimed * high))


def may_be_shown(size: int, answered: int, denied: int) -> bool:
    """Whether others than the evaluator see how call-backs went: never so few that it tells who denied, nor where all
    who could have been asked did."""
    return answered >= LEAST_SHOWN and denied < size
