"""proposed --notice--> noticed --confirm--> confirmed;  proposed --decline--> declined;
noticed --hold--> held --release--> noticed;  proposed, noticed, held --revoke--> revoked

Scores are exact fractions from the marks to the decision: places are told apart by unrounded means, and only
what is shown is rounded (`published`). No order of the input changes a result.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from app.core.errors import DomainError
from app.matching.winners.choose import Contender, best_winners
from app.tenders.notices.rules import LotTerms
from app.tenders.panels.rules import Sheet
from app.tenders.profiles.rules import OverspendRule, OverspendTerms, ScoringRule, TieStep

SHOWN = Decimal("0.01")


class AwardStatus(StrEnum):
    proposed = "proposed"
    declined = "declined"
    noticed = "noticed"
    held = "held"
    confirmed = "confirmed"
    revoked = "revoked"


S = AwardStatus
MOVES = {
    (S.proposed, "notice"): S.noticed,
    (S.proposed, "decline"): S.declined,
    (S.proposed, "revoke"): S.revoked,
    (S.noticed, "hold"): S.held,
    (S.noticed, "confirm"): S.confirmed,
    (S.noticed, "revoke"): S.revoked,
    (S.held, "release"): S.noticed,
    (S.held, "revoke"): S.revoked,
}


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


class NothingToScore(DomainError): ...


class CutNotAccepted(DomainError): ...


class StandstillRunning(DomainError): ...


class ApplicantAlreadyAwarded(DomainError): ...


@dataclass(frozen=True)
class Score:
    """`total` and `tie` in points; `counted` sheets, of which `dropped` did not enter the mean."""

    total: Fraction
    tie: Fraction
    counted: int
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """An eligible, scored bid. `tie`: its mean mark in the tie criterion. `amount` in yuan. `applicant`: who wins once
    at most; where the notice limits nobody, each bid stands for itself."""

    bid: str
    applicant: str
    amount: Decimal
    total: Fraction
    tie: Fraction
    received_at: datetime
    item: str | None = None


@dataclass(frozen=True)
class Placed:
    """A candidate and its place, 1 the best; `told_apart_by`: the step that put it behind its equal in score."""

    place: int
    candidate: Candidate
    told_apart_by: TieStep | None = None


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


def mean(values: Sequence[Decimal]) -> Fraction:
    return sum(map(Fraction, values), Fraction(0)) / len(values)


def score(sheets: Sequence[Sheet], rule: ScoringRule, tie_criterion: str | None) -> Score:
    """One bid's score from its counted sheets.

    With `rule.trim_from` or more sheets the highest and the lowest total are dropped, then the mean is taken.
    The tie score is the mean of the tie criterion over every counted sheet: the rule drops totals, not marks.
    Refused with NothingToScore when there is no sheet.
    """
    if not sheets:
        raise NothingToScore()
    by_total = sorted(sheets, key=lambda sheet: (sheet.total, sheet.judge))
    is_trimmed = 0 < rule.trim_from <= len(by_total)
    kept = by_total[1:-1] if is_trimmed else by_total
    dropped = (by_total[0].judge, by_total[-1].judge) if is_trimmed else ()
    tie = mean([sheet.marks[tie_criterion] for sheet in sheets]) if tie_criterion else Fraction(0)
    return Score(mean([sheet.total for sheet in kept]), tie, len(by_total), dropped)


def price_scores(amounts: Mapping[str, Decimal], maximum: Decimal) -> dict[str, Fraction]:
    """Lowest amount / own amount × the points of the price criterion (87号令 art. 55); no amount is dropped.

    `amounts` are those of the eligible bids for one item, or for one lot without items, all above zero: bids for
    different things are not compared.
    """
    if not amounts:
        return {}
    lowest = Fraction(min(amounts.values()))
    return {bid: lowest / Fraction(amount) * Fraction(maximum) for bid, amount in amounts.items()}


def published(points: Fraction) -> Decimal:
    """As printed in the result: two decimals, half up."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(SHOWN, rounding=ROUND_HALF_UP)


def rank(candidates: Iterable[Candidate], ties: Sequence[TieStep]) -> list[Placed]:
    """Highest total first; equal totals by the steps of `ties` in order, and in the end by bid number.

    The bid number stands last in every profile so that there is always one order; it is published beforehand.
    """
    steps = (*ties, TieStep.bid_number)
    ordered = sorted(candidates, key=lambda c: (-c.total, *(_standing(c, step) for step in steps)))
    return [
        Placed(place, candidate, _told_apart(ordered[place - 2], candidate, steps) if place > 1 else None)
        for place, candidate in enumerate(ordered, start=1)
    ]


def _standing(candidate: Candidate, step: TieStep) -> Fraction | Decimal | datetime | str:
    """What `step` compares; smaller is better."""
    standings: dict[TieStep, Fraction | Decimal | datetime | str] = {
        TieStep.tie_criterion: -candidate.tie,
        TieStep.lower_amount: candidate.amount,
        TieStep.earlier_received: candidate.received_at,
        TieStep.bid_number: candidate.bid,
    }
    return standings[step]


def _told_apart(better: Candidate, worse: Candidate, steps: Sequence[TieStep]) -> TieStep | None:
    if better.total != worse.total:
        return None
    return next((step for step in steps if _standing(better, step) != _standing(worse, step)), None)


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


def check_noticeable(bid: str, amount: Decimal, asked: Decimal, accepted_at: datetime | None) -> None:
    """An award of less than was asked goes to public notice only after its bidder accepted the cut."""
    if amount < asked and accepted_at is None:
        raise CutNotAccepted(bid=bid, amount=amount, asked=asked)


def check_confirmable(objections_end: datetime, now: datetime) -> None:
    """No award before the time for objections is over; an open objection holds it (status `held`)."""
    if now < objections_end:
        raise StandstillRunning(objections_end=objections_end)


def check_first_award(applicant: str, bid: str, awarded: Mapping[str, str]) -> None:
    """One award per applicant across all lots; `awarded` maps applicants to the bid they won with."""
    if applicant in awarded and awarded[applicant] != bid:
        raise ApplicantAlreadyAwarded(applicant=applicant, bid=bid, awarded=awarded[applicant])
