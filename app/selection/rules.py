"""Round: draft --open--> open --close--> proposed --finish--> finished;  draft | open | proposed --cancel--> cancelled

A list is handed in (`submit`) while its round is open. A pair is proposed until both sides have answered: both confirm
→ confirmed, either declines → declined. It has lapsed where its need or its offer is gone before that, or the round
ends; the place then goes to the next one (`fill`).
"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol

from app.core.errors import DomainError


class RoundStatus(StrEnum):
    draft = "draft"
    open = "open"
    proposed = "proposed"
    finished = "finished"
    cancelled = "cancelled"


class Side(StrEnum):
    """Whose list: that of a need's committee, or that of an offer's organisation."""

    need = "need"
    offer = "offer"


class ListSource(StrEnum):
    """A list that people handed in, or one taken from the ranking because nobody did (as in replayed seasons)."""

    submitted = "submitted"
    derived = "derived"


class Answer(StrEnum):
    confirmed = "confirmed"
    declined = "declined"


class PairStatus(StrEnum):
    proposed = "proposed"
    confirmed = "confirmed"
    declined = "declined"
    lapsed = "lapsed"


class Basis(StrEnum):
    """What a confirmed pair is the basis of: a direct micro-grant, or a lot of a tender."""

    micro_grant = "micro_grant"
    tender_lot = "tender_lot"


S = RoundStatus
MOVES = {
    (S.draft, "open"): S.open,
    (S.open, "derive"): S.open,
    (S.open, "close"): S.proposed,
    (S.proposed, "fill"): S.proposed,
    (S.proposed, "finish"): S.finished,
    (S.draft, "cancel"): S.cancelled,
    (S.open, "cancel"): S.cancelled,
    (S.proposed, "cancel"): S.cancelled,
}
LIST_MOVES = {(S.open, "submit"): S.open}  # by the status of the list's round
PAIR_MOVES = {
    (PairStatus.proposed, "confirm"): PairStatus.proposed,  # confirmed when both have: `pair_status`
    (PairStatus.proposed, "decline"): PairStatus.declined,
}
# The reason given for whoever had left by the time the lists closed; the other reasons come from `matching.allocation`.
GONE = "gone"
# How many partners a list may name: enough to choose from, few enough to have been read.
LIST_LIMIT = 20
# Before that, whoever has not handed in a list may still mean to.
DERIVED_FROM = timedelta(days=1)


class Hours(Protocol):
    """When a round takes lists."""

    opens_at: datetime
    closes_at: datetime


class Missing(NamedTuple):
    """How many needs and offers that are still there have no list."""

    needs: int = 0
    offers: int = 0


class Counted(NamedTuple):
    """Of a round: the lists that are missing, and its pairs by their status once they are proposed."""

    missing: Missing
    pairs: Mapping[PairStatus, int]


class RoundTimesWrong(DomainError):
    """A round closes after it opens."""

    status = 422


class RoundNotOpenYet(DomainError):
    pass


class RoundClosed(DomainError):
    """Lists are taken until the closing time by the database clock."""


class RoundStillOpen(DomainError):
    """The allocation is computed only once nobody can change a list any more."""


class DerivedTooEarly(DomainError):
    """Lists are taken from the ranking on the last day only: until then people make their own."""


class NothingToDerive(DomainError):
    """Everybody who is still there has a list."""


class RoundWithoutSides(DomainError):
    """A round needs at least one need and one offer in its area."""


class ListTooLong(DomainError):
    status = 422


class ListNamesTwice(DomainError):
    status = 422


class ListNamesStranger(DomainError):
    """A list names somebody who does not take part in this round."""

    status = 422


class PlacesBelowOne(DomainError):
    status = 422


class PairAnswered(DomainError):
    """This side has already answered, and an answer cannot be changed."""


class PairLapsed(DomainError):
    """The need or the offer of the pair has been taken back since, or the round is over."""


def check_times(opens_at: datetime, closes_at: datetime) -> None:
    if closes_at <= opens_at:
        raise RoundTimesWrong(opens_at=opens_at.isoformat(), closes_at=closes_at.isoformat())


def untimely(verb: str, round: Hours, at: datetime) -> DomainError | None:
    """Why the hour does not allow `verb` on a round or a list in it."""
    if verb == "submit" and at < round.opens_at:
        return RoundNotOpenYet(opens_at=round.opens_at.isoformat())
    if verb == "submit" and at >= round.closes_at:
        return RoundClosed(closes_at=round.closes_at.isoformat())
    if verb == "derive" and at < round.closes_at - DERIVED_FROM:
        return DerivedTooEarly(begins_at=(round.closes_at - DERIVED_FROM).isoformat())
    if verb == "close" and at < round.closes_at:
        return RoundStillOpen(closes_at=round.closes_at.isoformat())
    return None


def hindrance(verb: str, missing: Missing) -> DomainError | None:
    """Why other facts than the hour do not allow `verb` on a round."""
    return NothingToDerive() if verb == "derive" and not any(missing) else None


def check_list(groups: Sequence[Sequence[int]], partners: Set[int]) -> None:
    """Tie groups, best first; short lists are welcome. Refusals: ListTooLong, ListNamesTwice, ListNamesStranger."""
    named = [id for group in groups for id in group]
    if len(named) > LIST_LIMIT:
        raise ListTooLong(count=len(named), limit=LIST_LIMIT)
    for id in named:
        if named.count(id) > 1:
            raise ListNamesTwice(id=id)
        if id not in partners:
            raise ListNamesStranger(id=id)


def check_places(places: int) -> None:
    if places < 1:
        raise PlacesBelowOne(places=places)


def unanswerable(status: PairStatus, given: Answer | None, pair: int, need: str, offer: str) -> DomainError | None:
    """Why a side can no longer answer for a pair: the pair has lapsed, or this side has answered already."""
    if status is PairStatus.lapsed:
        return PairLapsed(need=need, offer=offer)
    return None if given is None else PairAnswered(pair=pair)


def pair_status(need_answer: Answer | None, offer_answer: Answer | None) -> PairStatus:
    """Both must say yes; one no is enough."""
    if Answer.declined in (need_answer, offer_answer):
        return PairStatus.declined
    both = need_answer is Answer.confirmed and offer_answer is Answer.confirmed
    return PairStatus.confirmed if both else PairStatus.proposed


def basis_of(budget: Decimal | None, micro_grant_limit: Decimal) -> Basis:
    """Small sums may go straight to a contract; anything larger or unpriced is bought through a tender."""
    return Basis.micro_grant if budget is not None and budget <= micro_grant_limit else Basis.tender_lot
