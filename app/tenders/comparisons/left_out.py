"""Would the result be another one without a judge? Each judge's sheets are left out in turn, and every lot is placed
and decided again by the rule of the notice. Told beside the result, which stands as it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from app.assessments.agreement import Agreement
from app.matching.winners.integer_programme import WinnersUnproven
from app.tenders.awards.rules import decide_lot
from app.tenders.comparisons.rules import gained_and_lost
from app.tenders.notices.rules import LotTerms
from app.tenders.panels.rules import Sheet
from app.tenders.profiles.rules import OverspendRule, Profile
from app.tenders.standings.rules import Placed, Score, rank, score


@dataclass(frozen=True)
class Terms:
    """By what a tender is scored and decided; `declined`: bids out of their lot for refusing a cut."""

    profile: Profile
    tie_criterion: str | None
    rule: OverspendRule
    declined: frozenset[str]


@dataclass(frozen=True)
class Change:
    """The bids that win only without the judge, and those that win only with: none where the winners are the same."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """What is kept beside a result of how its judges marked; `without`: judge → what the decision would gain and lose
    without that judge's sheets, None where it cannot be told."""

    agreement: Agreement
    without: dict[str, Change | None]

    @property
    def without_strictest(self) -> Change | None:
        """Whose scores are the lowest, once it is told apart from merit; None where it cannot be told."""
        mirrors = sorted(self.agreement.mirrors, key=lambda each: (each.severity, each.judge))
        return self.without[mirrors[0].judge] if mirrors else None


KEPT = TypeAdapter(Kept)
Lots = Sequence[tuple[LotTerms, Sequence[Placed]]]


def without_each(
    lots: Lots, sheets: Mapping[str, Sequence[Sheet]], scores: Mapping[str, Score], won: Collection[str], terms: Terms
) -> dict[str, Change | None]:
    """Judge → the change of winners. None where it cannot be told: a bid would be left without a sheet, or the
    solver's answer could not be proven."""
    judges = sorted({sheet.judge for own in sheets.values() for sheet in own})
    return {judge: _without(judge, lots, sheets, scores, won, terms) for judge in judges}


def _without(
    judge: str,
    lots: Lots,
    sheets: Mapping[str, Sequence[Sheet]],
    scores: Mapping[str, Score],
    won: Collection[str],
    terms: Terms,
) -> Change | None:
    left = {bid: [sheet for sheet in sheets[bid] if sheet.judge != judge] for bid in scores}
    if not all(left.values()):
        return None
    again = {bid: score(own, terms.profile.scoring, terms.tie_criterion) for bid, own in left.items()}
    try:
        winners = _winners([(lot, _placed(placed, scores, again, terms)) for lot, placed in lots], terms)
    except WinnersUnproven:
        return None
    decided = [each.candidate.bid for _, placed in lots for each in placed if each.candidate.bid in won]
    return Change(*map(tuple, gained_and_lost(decided, winners)))


def _placed(
    placed: Sequence[Placed], scores: Mapping[str, Score], again: Mapping[str, Score], terms: Terms
) -> list[Placed]:
    """Placed by the remaining sheets; points for the price stay."""
    candidates = [each.candidate for each in placed]
    moved = [
        replace(each, total=each.total - scores[each.bid].total + again[each.bid].total, tie=again[each.bid].tie)
        for each in candidates
    ]
    return rank(moved, terms.profile.scoring.ties)


def _winners(lots: Lots, terms: Terms) -> list[str]:
    taken: dict[str, str] = {}
    winners = []
    for lot, placed in lots:
        decision = decide_lot(placed, lot, terms.rule, terms.profile.overspend, taken, terms.declined)
        taken |= {award.applicant: award.bid for award in decision.awards}
        winners += [award.bid for award in decision.awards]
    return winners
