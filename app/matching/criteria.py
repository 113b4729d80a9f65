"""The eight criteria. Each looks at one need and one offer and says 0..1, or None: not comparable.

A criterion that cannot be compared is left out and its weight shared among the others in proportion;
its row in the explanation says so. `code` and `facts` are what a screen needs to phrase the sentence.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from app.matching.profiles import NeedProfile, OfferProfile
from app.matching.text import closeness, shared_terms

Facts = Mapping[str, object]


class Measure(NamedTuple):
    value: float | None
    code: str
    facts: Facts = {}  # noqa: RUF012


def text(need: NeedProfile, offer: OfferProfile, share: float) -> Measure:
    """`share`: how much of the need's best possible BM25 score the offer reaches."""
    if not need.words or not offer.words:
        return Measure(None, "text_missing")
    if share <= 0:
        return Measure(0.0, "no_shared_words")
    return Measure(closeness(share), "shared_words")


def words_shared(need: NeedProfile, offer: OfferProfile) -> Facts:
    """The facts of the text row; found only for the pairs that are explained."""
    return {"words": shared_terms(need.words, offer.words)}


def category(need: NeedProfile, offer: OfferProfile, affinity: float) -> Measure:
    """`affinity`: closeness of what both texts and codes say the records are about."""
    mine, theirs = need.category, offer.category
    if mine is None or theirs is None:
        return Measure(None, "category_unknown")
    return Measure(min(1.0, affinity), _nesting(mine, theirs), {"need": mine, "offer": theirs})


def _nesting(one: str, other: str) -> str:
    if one == other:
        return "same_service"
    if one[:4] == other[:4]:
        return "same_kind_of_service"
    return "same_field" if one[:2] == other[:2] else "other_field"


SAME_GROUP, INCLUDES, PART_OF, EVERYBODY, SIBLING = 1.0, 1.0, 0.6, 0.5, 0.3
ALL_RESIDENTS = "P13"


def _kinship(asked_for: str, served: str) -> tuple[float, str]:
    if asked_for == served:
        return SAME_GROUP, "same_group_of_people"
    if asked_for.startswith(served):
        return INCLUDES, "group_included"
    if served.startswith(asked_for):
        return PART_OF, "part_of_group"
    if ALL_RESIDENTS in (asked_for, served):
        return EVERYBODY, "all_residents"
    if asked_for[:3] == served[:3]:
        return SIBLING, "related_group"
    return 0.0, "other_group"


def population(need: NeedProfile, offer: OfferProfile) -> Measure:
    """The best fit between any group asked for and any group served."""
    pairs = [(*_kinship(a.code, b.code), a.code, b.code) for a in need.populations for b in offer.populations]
    if not pairs:
        return Measure(None, "population_unstated")
    value, code, wanted, served = max(pairs, key=lambda pair: pair[0])
    return Measure(value, code, {"need": wanted, "offer": served})


NEARNESS = {2: 0.4, 4: 0.6, 6: 0.8, 9: 1.0, 12: 1.0}  # province, city, district, street, community


def coverage(need: NeedProfile, offer: OfferProfile) -> Measure:
    """1 where the offer is made for the need's street or community, less for whole districts or cities."""
    area = need.record.area
    if not area or not offer.coverage:
        return Measure(None, "coverage_unstated")
    covering = [prefix for prefix in offer.coverage if area.startswith(prefix)]
    if not covering:
        return Measure(0.0, "area_not_covered", {"area": area, "covers": offer.coverage})
    nearest = max(covering, key=len)
    return Measure(NEARNESS.get(len(nearest), 0.4), "area_covered", {"area": area, "by": nearest})


WHOLE = frozenset({"元/项目", "元/期", "元/届", "元/批", "元/学年"})
PER_YEAR = frozenset({"元/年"})


def whole_price(need: NeedProfile, offer: OfferProfile) -> Decimal | None:
    """The offer's price for the need's whole period in CNY; None when its unit does not say.

    A price per year is taken pro rata for the period; a price per head, hour or session would need a
    number nobody has agreed on yet.
    """
    price, unit = offer.record.price, offer.record.price_unit.strip()
    if unit == "免费" and not price:
        return Decimal(0)
    if price is None or price <= 0:
        return None
    if unit in PER_YEAR:
        return price * (need.length or 12) / 12
    return price if unit in WHOLE else None


def budget(need: NeedProfile, offer: OfferProfile) -> Measure:
    """1 within the budget, falling to 0 at one and a half times the budget."""
    money, price = need.record.budget, whole_price(need, offer)
    if not money or money < 0:
        return Measure(None, "budget_unstated")
    if price is None:
        return Measure(None, "unit_not_comparable", {"price": offer.record.price, "unit": offer.record.price_unit})
    facts = {"price": price.quantize(Decimal("0.01")), "budget": money}
    if price <= money:
        return Measure(1.0, "within_budget", facts)
    return Measure(float(max(Decimal(0), 3 - 2 * price / money)), "over_budget", facts)


def _days_shared(need: NeedProfile, offer: OfferProfile) -> float | None:
    starts, ends = need.record.starts_on, need.record.ends_on
    if offer.record.available_from is None and offer.record.available_until is None:
        return None
    if starts is None or ends is None or need.length is None:
        return None
    first = max(starts, offer.record.available_from or starts)
    last = min(ends, offer.record.available_until or ends)
    return max(0.0, ((last - first).days + 1) / ((ends - starts).days + 1))


def time(need: NeedProfile, offer: OfferProfile) -> Measure:
    """The smaller of two shares: days of the need's period the offer is available, calendar months in common."""
    days = _days_shared(need, offer)
    months = None
    if need.months and offer.months:
        months = len(need.months & offer.months) / min(len(need.months), len(offer.months))
    shares = [share for share in (days, months) if share is not None]
    if not shares:
        return Measure(None, "time_unstated")
    common = sorted(need.months & offer.months) if need.months and offer.months else []
    value = min(shares)
    return Measure(value, "times_meet" if value else "times_apart", {"months": tuple(common), "days": days})


IN_TURNS_AT_LEAST = 0.5  # a group that comes round again can serve all, only later


def capacity(need: NeedProfile, offer: OfferProfile) -> Measure:
    """The share of the need's beneficiaries the offer can take."""
    people, room = need.record.beneficiaries, offer.capacity
    if room is None or not people or people < 0:
        return Measure(None, "capacity_unstated")
    if room.amount is None:
        return Measure(1.0, "capacity_unlimited", {"people": people})
    share = min(1.0, room.amount / people)
    value = max(IN_TURNS_AT_LEAST, share) if room.in_turns else share
    code = "capacity_enough" if share >= 1 else "capacity_in_turns" if room.in_turns else "capacity_short"
    return Measure(value, code, {"people": people, "capacity": room.amount, "unit": room.unit})


def rating(need: NeedProfile, offer: OfferProfile) -> Measure:
    """The provider's official grade on a scale of 5; without a grade nothing is assumed."""
    grade = offer.record.rating
    if grade is None:
        return Measure(None, "not_rated")
    return Measure(float(min(Decimal(1), max(Decimal(0), grade / 5))), "rated", {"rating": grade})


BY_RECORD: tuple[Callable[[NeedProfile, OfferProfile], Measure], ...] = (
    population,
    coverage,
    budget,
    time,
    capacity,
    rating,
)


def measure(need: NeedProfile, offer: OfferProfile, share: float, affinity: float) -> list[Measure]:
    """All eight, in the order of `CRITERIA`."""
    measures = [text(need, offer, share), category(need, offer, affinity)]
    measures.extend([criterion(need, offer) for criterion in BY_RECORD])
    return measures
