"""Where every bid stands: its score from the counted sheets, and its place in its lot."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from app.tenders.bids.models import BidVersion
from app.tenders.bids.queries import Entry, eligible_entries
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import LotParts, criteria_of, is_one_each, lots_of, profile_of
from app.tenders.panels.queries import delivered_sheets, due_pairs
from app.tenders.panels.rules import Sheet, counted_sheets
from app.tenders.standings import rules
from app.tenders.standings.rules import Candidate, Placed, Score


@dataclass(frozen=True)
class Standings:
    """Every lot in its order with its bids placed; `entries`, `scores` and counted `sheets` by bid number."""

    lots: list[tuple[LotParts, list[Placed]]]
    entries: dict[str, Entry]
    scores: dict[str, Score]
    sheets: dict[str, list[Sheet]]


async def standings(session: AsyncSession, tender: Tender) -> Standings:
    """Scores from the counted sheets (and the price, where the notice scores it), then places lot by lot."""
    profile, one_each = profile_of(tender), is_one_each(tender)
    sheets = await sheets_by_bid(session, tender.id)
    entries = {entry.bid.ref or "": entry for entry in await eligible_entries(session, tender.id)}
    scores = {ref: rules.score(sheets[ref], profile.scoring, tender.tie_criterion) for ref in entries}
    maximum = sum((c.maximum for c in await criteria_of(session, tender.id) if c.is_price), Decimal(0))
    lots = []
    for parts in (parts for parts in await lots_of(session, tender.id) if parts.lot.failed_at is None):
        own = {ref: entry for ref, entry in entries.items() if entry.lot.id == parts.lot.id}
        prices = _prices(own, maximum)
        candidates = [_candidate(ref, entry, scores[ref], prices[ref], one_each) for ref, entry in own.items()]
        lots.append((parts, rules.rank(candidates, profile.scoring.ties)))
    return Standings(lots, entries, scores, sheets)


async def sheets_by_bid(session: AsyncSession, tender_id: int) -> defaultdict[str, list[Sheet]]:
    """Bid number → its sheets that count."""
    sheets = defaultdict[str, list[Sheet]](list)
    for sheet in counted_sheets(await due_pairs(session, tender_id), await delivered_sheets(session, tender_id)):
        sheets[sheet.bid].append(sheet)
    return sheets


def _version(entry: Entry) -> BidVersion:
    assert entry.version is not None  # an eligible bid was handed in
    return entry.version


def _prices(own: dict[str, Entry], maximum: Decimal) -> dict[str, Fraction]:
    """The price points of a lot's bids, each compared with those for the same item."""
    amounts = defaultdict[int | None, dict[str, Decimal]](dict)
    for ref, entry in own.items():
        amounts[entry.bid.item_id][ref] = _version(entry).amount
    return {ref: points for each in amounts.values() for ref, points in rules.price_scores(each, maximum).items()}


def _candidate(ref: str, entry: Entry, score: Score, price: Fraction, one_each: bool) -> Candidate:
    return Candidate(
        bid=ref,
        applicant=str(entry.bid.party_id) if one_each else f"{entry.bid.party_id} {ref}",
        amount=_version(entry).amount,
        total=score.total + price,
        tie=score.tie,
        received_at=_version(entry).received_at,
        item=entry.item.code if entry.item else None,
    )
