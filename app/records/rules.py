"""standing --supersede, lift--> replaced;  standing --answer--> standing

Dated facts about an organisation: who says so, by which paper, from when until when, and for whom to read. A fact is
never changed; what was wrong or has changed is superseded by another. Of one kind and title there is one at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from app.core.bounds import FIRST_DAY, LAST_DAY
from app.core.errors import DomainError
from app.records.terms import last_day


class RecordKind(StrEnum):
    rating_a = "rating_a"
    rating_four_level = "rating_four_level"
    rating_bar = "rating_bar"
    inspection = "inspection"
    spot_check = "spot_check"
    rectification = "rectification"
    party_building = "party_building"
    party_check = "party_check"
    qualification = "qualification"
    award = "award"
    pledge = "pledge"
    penalty = "penalty"
    abnormal = "abnormal"
    serious = "serious"


class RatingA(StrEnum):
    """National grading of social organisations (社会组织评估管理办法, 民政部令39号), 5A best."""

    a1 = "1A"
    a2 = "2A"
    a3 = "3A"
    a4 = "4A"
    a5 = "5A"


class FourLevel(StrEnum):
    """Local grading in four levels: 优秀, 良好, 合格, 不合格."""

    excellent = "excellent"
    good = "good"
    qualified = "qualified"
    unqualified = "unqualified"


class Inspection(StrEnum):
    """Outcome of the annual inspection (年检), and of one that was drawn by lot (抽查): 合格, 基本合格, 不合格."""

    qualified = "qualified"
    basically_qualified = "basically_qualified"
    unqualified = "unqualified"


class PartyBuilding(StrEnum):
    """The organisation's Party work: own branch, joint branch, an instructor sent, or none yet."""

    own_branch = "own_branch"
    joint_branch = "joint_branch"
    instructor = "instructor"
    none = "none"


class Visibility(StrEnum):
    """Read by everybody, or by the organisation itself and the offices."""

    public = "public"
    within = "within"


class RecordStatus(StrEnum):
    standing = "standing"
    replaced = "replaced"


S, K, DAY = RecordStatus, RecordKind, timedelta(days=1)
MOVES = {
    (S.standing, "supersede"): S.replaced,
    (S.standing, "lift"): S.replaced,
    (S.standing, "answer"): S.standing,
}

# What a record of each kind may say. Grounds of the two lists: 社会组织信用信息管理办法 (民政部令60号).
VALUES: dict[RecordKind, tuple[str, ...]] = {
    K.rating_a: tuple(RatingA),
    K.rating_four_level: tuple(FourLevel),
    K.rating_bar: ("lowered", "revoked"),
    K.inspection: tuple(Inspection),
    K.spot_check: tuple(Inspection),
    K.rectification: ("ordered", "passed"),
    K.party_building: tuple(PartyBuilding),
    K.party_check: ("yes", "no"),
    K.qualification: ("",),
    K.award: ("",),
    K.pledge: ("",),
    K.penalty: ("warning", "fine", "stop_order"),
    K.abnormal: ("no_report", "no_party_organisation", "correction_late", "unreachable", "penalty"),
    K.serious: ("two_years_abnormal", "fraud", "court_defaulter", "penalty"),
}
TITLED = frozenset(
    {K.party_check, K.qualification, K.award, K.pledge, K.penalty}
)  # of these there may be several at a time
KEPT_WITHIN = frozenset({K.party_check, K.qualification, K.award})  # all else is public by law
ADVERSE: dict[RecordKind, frozenset[str]] = {
    K.rating_four_level: frozenset({FourLevel.unqualified}),
    K.rating_bar: frozenset(VALUES[K.rating_bar]),
    K.inspection: frozenset({Inspection.basically_qualified, Inspection.unqualified}),
    K.spot_check: frozenset({Inspection.basically_qualified, Inspection.unqualified}),
    K.rectification: frozenset({"ordered"}),
    K.penalty: frozenset(VALUES[K.penalty]),
    K.abnormal: frozenset(VALUES[K.abnormal]),
    K.serious: frozenset(VALUES[K.serious]),
}
# By whose term a record ends where its paper names no day.
TERMS = {
    K.rating_a: "rating_a",
    K.rating_four_level: "rating_four_level",
    K.inspection: "inspection",
    K.spot_check: "inspection",
}
GRADES = frozenset({K.rating_a, K.rating_four_level})
LISTS = frozenset({K.abnormal, K.serious})
# Whoever was taken off a list, or was inspected again, has nothing more to mend.
OVER_WHEN_ENDED = LISTS | {K.spot_check}
# Party organisations cover whoever has a branch, its own or with others; Party work also whoever has an instructor.
ORGANISED = frozenset({PartyBuilding.own_branch, PartyBuilding.joint_branch})
WORKED_WITH = ORGANISED | {PartyBuilding.instructor}


class RecordValueUnfit(DomainError):
    """A record of this kind cannot say so."""

    status = 422


class RecordUntitled(DomainError):
    """Of this kind there may be several at a time, so each says which one it is."""

    status = 422


class RecordTitleMisplaced(DomainError):
    """Of this kind there is one at a time; it has no title."""

    status = 422


class RecordEndsBeforeStart(DomainError):
    status = 422


class RecordNotHidden(DomainError):
    """What is public by law is public."""

    status = 422


class WayBackMissing(DomainError):
    """An adverse entry says what to do, by when, and on which day it disappears."""

    status = 422


class WayBackMisplaced(DomainError):
    """Only an adverse entry has a way back."""

    status = 422


class WayBackTooShort(DomainError):
    """An entry does not disappear before it ends, nor before the day by which something is to be done."""

    status = 422


class HearingMissing(DomainError):
    """Nobody is put on a list unheard: when the organisation was told the grounds, and when it was decided."""

    status = 422


class HearingMisplaced(DomainError):
    """Only before an adverse entry somebody is heard."""

    status = 422


class DecisionUntimely(DomainError):
    """Heard first, then decided, then entered."""

    status = 422


class AnswerMisplaced(DomainError):
    """Only an adverse entry is answered."""

    status = 422


class RecordAnswered(DomainError):
    """An organisation answers an entry once; what it did after that, whoever entered it verifies."""


class NotOnList(DomainError):
    """Whoever is on a list today is taken off it, and nobody else."""


class RecordOverlaps(DomainError):
    """There is one of this kind for a part of that time."""


class RatingBarred(DomainError):
    """No grade is given before a lowered or revoked one may be applied for again."""


class Dated(Protocol):
    """What reading a record takes, whether it is a row or a fact on its way."""

    @property
    def kind(self) -> RecordKind: ...
    @property
    def value(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_until(self) -> date | None: ...
    @property
    def shown_until(self) -> date | None: ...


@dataclass(frozen=True)
class Fact:
    """A record as somebody states it; each field is a column. `words` quote the paper. Both days count; None: not
    known, or without end. `heard_on`: the organisation was told the grounds and could speak; `decided_on`: the day of
    the paper, from which it is entered within a term."""

    kind: RecordKind
    value: str
    title: str = ""
    words: str = ""
    issuer: str = ""
    source: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    visibility: Visibility = Visibility.public
    requirement: str = ""
    due_on: date | None = None
    shown_until: date | None = None
    heard_on: date | None = None
    decided_on: date | None = None


@dataclass(frozen=True)
class Enrolled:
    """What a roster says of an organisation that it brings."""

    party_id: int
    facts: tuple[Fact, ...]


def is_adverse(kind: RecordKind, value: str) -> bool:
    return value in ADVERSE.get(kind, ())


def unanswerable(record: Dated, *, is_answered: bool) -> DomainError | None:
    """Why an organisation does not answer this record of its own."""
    if not is_adverse(record.kind, record.value):
        return AnswerMisplaced(record_kind=record.kind.value)
    return RecordAnswered() if is_answered else None


def unliftable(record: Dated, day: date) -> NotOnList | None:
    """Why this is no entry of a list that is ended on `day`."""
    if record.kind in LISTS and holds_on(record, day):
        return None
    return NotOnList(record_kind=record.kind.value, valid_until=record.valid_until or "-")


def lifted(entry: Fact, source: str, words: str, on: date) -> Fact:
    """The entry up to the day before it was lifted; it stays what it was, and is shown as long as it was to be."""
    last = max(on - DAY, entry.valid_from or FIRST_DAY)
    return replace(entry, valid_until=last, source=source, words=words or entry.words)


def check_fact(fact: Fact) -> None:
    """Refuse what no record can be, whatever else there is.

    Refusals: RecordValueUnfit, RecordUntitled, RecordTitleMisplaced, RecordEndsBeforeStart, RecordNotHidden,
    WayBackMissing, WayBackMisplaced, WayBackTooShort.
    """
    kind = fact.kind.value
    if fact.value not in VALUES[fact.kind]:
        raise RecordValueUnfit(record_kind=kind, value=fact.value, allowed="、".join(filter(None, VALUES[fact.kind])))
    if fact.kind in TITLED and not fact.title:
        raise RecordUntitled(record_kind=kind)
    if fact.kind not in TITLED and fact.title:
        raise RecordTitleMisplaced(record_kind=kind)
    if (fact.valid_from or FIRST_DAY) > (fact.valid_until or LAST_DAY):
        raise RecordEndsBeforeStart(valid_from=fact.valid_from, valid_until=fact.valid_until)
    if fact.visibility is not Visibility.public and fact.kind not in KEPT_WITHIN:
        raise RecordNotHidden(record_kind=kind)
    _check_way_back(fact)


def check_decided(fact: Fact, today: date) -> None:
    """Refuse what was decided unheard, or is decided later than it is entered.

    Refusals: HearingMissing, HearingMisplaced, DecisionUntimely.
    """
    if fact.heard_on and not is_adverse(fact.kind, fact.value):
        raise HearingMisplaced()
    needed = {"heard_on": fact.heard_on, "decided_on": fact.decided_on}
    if fact.kind in LISTS or fact.heard_on:
        for field in (name for name, given in needed.items() if not given):
            raise HearingMissing(field=field)
    heard, decided = fact.heard_on or FIRST_DAY, fact.decided_on or today
    if not heard <= decided <= today:
        raise DecisionUntimely(heard_on=fact.heard_on or "-", decided_on=decided, today=today)


def _check_way_back(fact: Fact) -> None:
    way_back = {"requirement": fact.requirement, "due_on": fact.due_on, "shown_until": fact.shown_until}
    if not is_adverse(fact.kind, fact.value):
        for field in (name for name, given in way_back.items() if given):
            raise WayBackMisplaced(field=field)
        return
    for field in (name for name, given in way_back.items() if not given):
        raise WayBackMissing(field=field)
    last = max(filter(None, (fact.due_on, fact.valid_until)))
    if fact.shown_until and fact.shown_until < last:
        raise WayBackTooShort(last=last, shown_until=fact.shown_until)


def with_term(fact: Fact) -> Fact:
    """The fact with the end that its term gives it, where its paper names none; what has no term but disappears on a
    day stands until then."""
    name = f"rating_{fact.value}" if fact.kind is K.rating_bar else TERMS.get(fact.kind)
    if fact.valid_until is not None or fact.valid_from is None:
        return fact
    return replace(fact, valid_until=last_day(fact.valid_from, name) if name else fact.shown_until)


def holds_on(record: Dated, day: date) -> bool:
    return (record.valid_from or FIRST_DAY) <= day <= (record.valid_until or LAST_DAY)


def overlaps(one: Dated, other: Dated) -> bool:
    """Whether the two speak of one thing at one time."""
    if (one.kind, one.title) != (other.kind, other.title):
        return False
    starts = max(one.valid_from or FIRST_DAY, other.valid_from or FIRST_DAY)
    return starts <= min(one.valid_until or LAST_DAY, other.valid_until or LAST_DAY)


def check_free(fact: Fact, standing: Iterable[Dated]) -> None:
    """Refuse a fact of which one stands at that time (RecordOverlaps)."""
    for record in standing:
        if overlaps(fact, record):
            until = record.valid_until or "-"
            raise RecordOverlaps(record_kind=fact.kind.value, valid_from=record.valid_from or "-", valid_until=until)


def check_unbarred(fact: Fact, standing: Iterable[Dated]) -> None:
    """Refuse a grade from a day on which none may be given (RatingBarred)."""
    if fact.kind not in GRADES or fact.valid_from is None:
        return
    for record in standing:
        if record.kind is K.rating_bar and holds_on(record, fact.valid_from):
            raise RatingBarred(valid_until=record.valid_until or "-")
