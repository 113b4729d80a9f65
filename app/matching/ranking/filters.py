"""Hard filters, in the published order: an offer that fails is not ranked, and the first failing one is named.

The entered category is no filter: it is blank, coarse or wrong too often to shut anyone out.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from app.matching.ranking.criteria import Facts, fen, twelfths
from app.matching.ranking.profiles import NeedProfile, OfferProfile
from app.matching.ranking.records import Population

BUDGET_TOLERANCE = Decimal("1.1")  # a tenth above the budget can still be negotiated
OLDEST = 200


class Failed(NamedTuple):
    filter: str
    facts: Facts


def covers_area(need: NeedProfile, offer: OfferProfile) -> Facts | None:
    area = need.record.area
    if not area or not offer.coverage or any(area.startswith(prefix) for prefix in offer.coverage):
        return None
    return {"area": area, "covers": offer.coverage}


def ages_apart(one: Population, other: Population) -> bool:
    lowest = max(one.age_min or 0, other.age_min or 0)
    oldest = (OLDEST if group.age_max is None else group.age_max for group in (one, other))
    return min(oldest) < lowest


def serves_ages(need: NeedProfile, offer: OfferProfile) -> Facts | None:
    """Groups conflict only where the ages of every pair are stated and no age belongs to both."""
    pairs = [(mine, theirs) for mine in need.populations for theirs in offer.populations]
    if not pairs or not all(ages_apart(mine, theirs) for mine, theirs in pairs):
        return None
    return {
        "need": tuple(group.code for group in need.populations),
        "offer": tuple(group.code for group in offer.populations),
    }


def fits_budget(need: NeedProfile, offer: OfferProfile) -> Facts | None:
    money, price = 12 * fen(need.record.budget), twelfths(need, offer)
    if money <= 0 or price is None or price <= money * BUDGET_TOLERANCE:
        return None
    asked_for = (Decimal(price) / 1200).quantize(Decimal("0.01"))
    return {"price": asked_for, "budget": need.record.budget, "tolerance": BUDGET_TOLERANCE}


def is_available(need: NeedProfile, offer: OfferProfile) -> Facts | None:
    starts, ends = need.record.starts_on, need.record.ends_on
    opens, closes = offer.record.available_from, offer.record.available_until
    if (ends and opens and opens > ends) or (starts and closes and closes < starts):
        return {"starts_on": starts, "ends_on": ends, "available_from": opens, "available_until": closes}
    return None


def is_qualified(need: NeedProfile, offer: OfferProfile) -> Facts | None:
    missing = sorted(set(need.record.qualifications) - set(offer.record.qualifications))
    return {"missing": tuple(missing)} if missing else None


def is_free_of_rectification(need: NeedProfile, offer: OfferProfile) -> Facts | None:
    return {"party": offer.record.party_id} if offer.record.rectification else None


def is_active(need: NeedProfile, offer: OfferProfile) -> Facts | None:
    return None if offer.record.active else {"party": offer.record.party_id}


Filter = Callable[[NeedProfile, OfferProfile], Facts | None]

FILTERS: tuple[tuple[str, Filter], ...] = (
    ("coverage", covers_area),
    ("population", serves_ages),
    ("budget", fits_budget),
    ("dates", is_available),
    ("qualifications", is_qualified),
    ("rectification", is_free_of_rectification),
    ("inactive", is_active),
)


def first_failing(
    need: NeedProfile, offer: OfferProfile, filters: Sequence[tuple[str, Filter]] = FILTERS
) -> Failed | None:
    """The first filter of the published order that shuts this offer out, with its facts; None when none does."""
    for code, fails in filters:
        if (facts := fails(need, offer)) is not None:
            return Failed(code, facts)
    return None
