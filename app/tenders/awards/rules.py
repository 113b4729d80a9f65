"""An award: proposed --notice--> noticed --confirm--> confirmed;  proposed --decline_cut--> declined;
noticed --hold--> held --release--> noticed;  proposed, noticed, held --revoke--> revoked
A result: undecided --propose--> proposed --publish--> published --confirm--> confirmed;
proposed, undone --propose--> proposed

No order of the input changes a decision.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from app.core.errors import DomainError
from app.matching.winners.choose import Contender, best_winners
from app.tenders.notices.rules import (
    LotTerms,
)
from app.tenders.profiles.rules import OverspendRule, OverspendTerms
from app.tenders.standings.rules import Candidate, Placed


class AwardStatus(StrEnum):
    proposed = "proposed"
    declined = "declined"
    noticed = "noticed"
    held = "held"
    confirmed = "confirmed"
    revoked = "revoked"


S = AwardStatus
MOVES = {
    (S.proposed, "accept_cut"): S.proposed,
    (S.proposed, "decline_cut"): S.declined,
    (S.proposed, "notice"): S.noticed,
    (S.proposed, "revoke"): S.revoked,
    (S.noticed, "hold"): S.held,
    (S.noticed, "confirm"): S.confirmed,
    (S.noticed, "revoke"): S.revoked,
    (S.held, "release"): S.noticed,
    (S.held, "revoke"): S.revoked,
}


class ResultStatus(StrEnum):
    """Follows from the dates of a result and from its awards; never stored.

    `undecided`: nothing has been proposed yet. `undone`: a bidder declined a cut, or an accepted objection revoked an
    award; the result is to be proposed again.
    """

    undecided = "undecided"
    proposed = "proposed"
    published = "published"
    undone = "undone"
    confirmed = "confirmed"


R = ResultStatus
RESULT_MOVES = {
    (R.undecided, "propose"): R.proposed,
    (R.proposed, "publish"): R.published,
    (R.proposed, "propose"): R.proposed,
    (R.published, "confirm"): R.confirmed,
    (R.undone, "propose"): R.proposed,
}
UNDONE = frozenset({S.declined, S.revoked})


class PassedOver(StrEnum):
    """Why an eligible bid wins nothing.

    `combination`: under `optimise` a set without it scores higher within the same limits.
    """

    below_line = "below_line"
    applicant_awarded = "applicant_awarded"
    item_taken = "item_taken"
    over_budget = "over_budget"
    combination = "combination"
    cut_declined = "cut_declined"


class ScoringOpen(DomainError):
    """A result is proposed from the sheets once scoring is closed."""


class LotsFailed(DomainError):
    """Every lot has failed: there is nothing to award, the tender itself is to be declared unsuccessful."""


class FinalOffersMissing(DomainError):
    """A consultation is decided by the last prices, once they have been opened."""


class NothingCut(DomainError):
    """The award is what the bid asked for: there is no cut to answer."""


class CutAnswered(DomainError):
    """A cut that was accepted stays accepted."""


class CutNotAccepted(DomainError): ...


class StandstillRunning(DomainError): ...


class AwardsHeld(DomainError):
    """Unanswered objections hold awards of the result."""


class AwardFacts(Protocol):
    """What the rules need to know of an award; amounts in yuan."""

    status: AwardStatus
    asked: Decimal
    amount: Decimal
    cut_accepted_at: datetime | None


class ResultFacts(Protocol):
    """What the rules need to know of a result."""

    published_at: datetime | None
    objections_end: datetime | None
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Scored:
    """What a result is proposed from: when scoring was closed, how many lots go on, and how many bids lack the last
    price that `rule` asks for."""

    closed_at: datetime | None
    lots: int
    offers_missing: int
    rule: str


@dataclass(frozen=True)
class ProposedAward:
    """`amount` in yuan is what the award is worth, `asked` what the bid asked for: less only under `trim`."""

    bid: str
    applicant: str
    item: str | None
    place: int
    total: Fraction
    asked: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Loser:
    """`blocked_by`: the winning bid of the same applicant or for the same item, where that is the reason."""

    bid: str
    applicant: str
    place: int
    total: Fraction
    reason: PassedOver
    blocked_by: str | None = None


@dataclass(frozen=True)
class LotDecision:
    """Awards and losers by place. `applied`: the rule that decided; `trim` falls back to `skip`.

    `bound` (`optimise` only): no set within budget and places has a higher total, proven by the solver.
    """

    lot: str
    rule: OverspendRule
    applied: OverspendRule
    awards: tuple[ProposedAward, ...]
    losers: tuple[Loser, ...]
    bound: Fraction | None = None

    @property
    def amount(self) -> Decimal:
        return sum((award.amount for award in self.awards), Decimal(0))

    @property
    def total(self) -> Fraction:
        return sum((award.total for award in self.awards), Fraction(0))


@dataclass(frozen=True)
class LotOutcome:
    """The decision, and what every rule the profile offers would have decided in its place."""

    decision: LotDecision
    alternatives: Mapping[OverspendRule, LotDecision]


def decide_tender(
    lots: Sequence[tuple[LotTerms, Sequence[Placed]]],
    rule: OverspendRule,
    terms: OverspendTerms,
    declined: frozenset[str] = frozenset(),
) -> list[LotOutcome]:
    """Every lot in the order given; an applicant that wins in one lot wins in no later one.

    The alternatives of a lot stand on the awards that the earlier lots were really decided to make.
    """
    taken: dict[str, str] = {}
    outcomes = []
    for lot, placed in lots:
        alternatives = {other: decide_lot(placed, lot, other, terms, taken, declined) for other in terms.rules}
        decision = decide_lot(placed, lot, rule, terms, taken, declined)
        outcomes.append(LotOutcome(decision, alternatives))
        taken |= {award.applicant: award.bid for award in decision.awards}
    return outcomes


def decide_lot(
    placed: Sequence[Placed],
    lot: LotTerms,
    rule: OverspendRule,
    terms: OverspendTerms,
    taken: Mapping[str, str],
    declined: frozenset[str] = frozenset(),
) -> LotDecision:
    """Who wins the lot. One award per applicant (`taken`: applicant → bid won earlier) and per item.

    `skip`: by place, passing over what no longer fits the budget.
    `trim`: the best by place whatever they ask; if that exceeds the budget by at most `terms.trim_limit`, every
    amount is cut by budget/sum and rounded down to whole `terms.trim_unit`. Above the limit, or where a cut
    would leave nothing, `skip` decides. A bidder in `declined` refused a cut and is out of this lot, also when
    `skip` decides in the end: declining must not win the full amount.
    `optimise`: the set of highest total score within budget and places (app.matching.winners.choose).
    """
    open_bids = [each for each in placed if each.candidate.applicant not in taken]
    if rule is OverspendRule.optimise:
        best = best_winners(contenders(placed, taken), places=lot.places, budget=lot.budget)
        amounts = {each.candidate.bid: each.candidate.amount for each in placed if each.candidate.bid in best.keys}
        return replace(_decision(placed, lot, rule, rule, amounts, taken), bound=best.bound)
    if rule is OverspendRule.skip:
        return _decision(placed, lot, rule, rule, _by_place(open_bids, lot, lot.budget), taken)
    willing = [each for each in open_bids if each.candidate.bid not in declined]
    cut = trimmed(_by_place(willing, lot, None), lot.budget, terms)
    if cut is not None:
        return _decision(placed, lot, rule, rule, cut, taken, declined)
    fallback = _by_place(willing, lot, lot.budget)
    return _decision(placed, lot, rule, OverspendRule.skip, fallback, taken, declined)


def _by_place(placed: Sequence[Placed], lot: LotTerms, budget: Decimal | None) -> dict[str, Decimal]:
    """Bid → amount of the winners by place; with no `budget`, whatever they ask."""
    amounts: dict[str, Decimal] = {}
    used: set[str] = set()
    for candidate in (each.candidate for each in placed):
        fits = budget is None or sum(amounts.values()) + candidate.amount <= budget
        if len(amounts) < lot.places and fits and used.isdisjoint(_groups(candidate)):
            amounts[candidate.bid] = candidate.amount
            used |= _groups(candidate)
    return amounts


def _groups(candidate: Candidate) -> frozenset[str]:
    """What this bid would use up: its applicant and, where the lot has items, its item."""
    item = {f"item {candidate.item}"} if candidate.item is not None else set()
    return frozenset({f"applicant {candidate.applicant}"} | item)


def trimmed(amounts: Mapping[str, Decimal], budget: Decimal, terms: OverspendTerms) -> dict[str, Decimal] | None:
    """The amounts cut to the budget; None when the excess is above the limit or a cut leaves nothing."""
    asked = sum(amounts.values(), Decimal(0))
    if asked <= budget:
        return dict(amounts)
    if asked > budget * (1 + terms.trim_limit):
        return None
    share = Fraction(budget) / Fraction(asked)
    unit = Fraction(terms.trim_unit)
    cut = {bid: terms.trim_unit * (Fraction(sum_) * share // unit) for bid, sum_ in amounts.items()}
    return cut if all(cut.values()) else None


def contenders(placed: Sequence[Placed], taken: Mapping[str, str]) -> list[Contender]:
    """What a set is chosen from, by place: the bids of those who won nothing in an earlier lot."""
    free = (each.candidate for each in placed if each.candidate.applicant not in taken)
    return [Contender(c.bid, c.total, c.amount, _groups(c)) for c in free]


def _decision(
    placed: Sequence[Placed],
    lot: LotTerms,
    rule: OverspendRule,
    applied: OverspendRule,
    amounts: Mapping[str, Decimal],
    taken: Mapping[str, str],
    declined: frozenset[str] = frozenset(),
) -> LotDecision:
    winners = [each for each in placed if each.candidate.bid in amounts]
    losers = [each for each in placed if each.candidate.bid not in amounts]
    return LotDecision(
        lot=lot.code,
        rule=rule,
        applied=applied,
        awards=tuple(_award(each, amounts[each.candidate.bid]) for each in winners),
        losers=tuple(_loser(each, winners, lot, applied, taken, declined) for each in losers),
    )


def _award(placed: Placed, amount: Decimal) -> ProposedAward:
    won = placed.candidate
    return ProposedAward(won.bid, won.applicant, won.item, placed.place, won.total, won.amount, amount)


def _loser(
    lost: Placed,
    winners: Sequence[Placed],
    lot: LotTerms,
    applied: OverspendRule,
    taken: Mapping[str, str],
    declined: frozenset[str],
) -> Loser:
    candidate = lost.candidate
    reason, blocked_by = _own_reason(candidate, taken, declined) or _reason(lost, winners, lot, applied)
    return Loser(candidate.bid, candidate.applicant, lost.place, candidate.total, reason, blocked_by)


def _own_reason(
    candidate: Candidate, taken: Mapping[str, str], declined: frozenset[str]
) -> tuple[PassedOver, str | None] | None:
    if candidate.applicant in taken:
        return PassedOver.applicant_awarded, taken[candidate.applicant]
    return (PassedOver.cut_declined, None) if candidate.bid in declined else None


def _reason(
    lost: Placed, winners: Sequence[Placed], lot: LotTerms, applied: OverspendRule
) -> tuple[PassedOver, str | None]:
    """Only a better placed winner can block; a winner placed behind shows that money, not place, decided."""
    candidate = lost.candidate
    for winner in (each.candidate for each in winners if each.place < lost.place):
        if winner.applicant == candidate.applicant:
            return PassedOver.applicant_awarded, winner.bid
        if candidate.item is not None and winner.item == candidate.item:
            return PassedOver.item_taken, winner.bid
    if any(each.place > lost.place for each in winners):
        optimised = applied is OverspendRule.optimise
        return (PassedOver.combination if optimised else PassedOver.over_budget), None
    return (PassedOver.below_line if len(winners) == lot.places else PassedOver.over_budget), None


def result_status(result: ResultFacts | None, awards: Iterable[AwardFacts]) -> ResultStatus:
    if result is None:
        return R.undecided
    if result.confirmed_at is not None:
        return R.confirmed
    if any(award.status in UNDONE for award in awards):
        return R.undone
    return R.proposed if result.published_at is None else R.published


def hindrance(verb: str, result: ResultFacts, awards: Mapping[str, AwardFacts], now: datetime) -> DomainError | None:
    """Why a result is not yet published or confirmed; `awards` by bid number.

    An award of less than was asked for is published once its bidder has accepted the cut; nothing is confirmed while
    an objection is unanswered (条例 art. 54), or before the time for objections is over.
    """
    if verb == "publish":
        open_cuts = (bid for bid, award in awards.items() if unanswerable(award) is None)
        bid = next(open_cuts, None)
        return CutNotAccepted(bid=bid, amount=awards[bid].amount, asked=awards[bid].asked) if bid is not None else None
    if verb != "confirm":
        return None
    if held := sum(award.status is S.held for award in awards.values()):
        return AwardsHeld(awards=held)
    end = result.objections_end
    return StandstillRunning(objections_end=end) if end is not None and now < end else None


def unproposable(scored: Scored) -> DomainError | None:
    """Why no result can be proposed yet."""
    if scored.closed_at is None:
        return ScoringOpen()
    if scored.lots == 0:
        return LotsFailed()
    if scored.offers_missing:
        return FinalOffersMissing(bids=scored.offers_missing, rule=scored.rule)
    return None


def unanswerable(award: AwardFacts) -> DomainError | None:
    """Why there is no cut for the bidder to answer."""
    if award.amount == award.asked:
        return NothingCut(amount=award.amount)
    return CutAnswered(accepted_at=award.cut_accepted_at) if award.cut_accepted_at is not None else None
