"""The eight criteria. Each looks at one need and one offer and says 0..1, or None: not comparable.

A criterion that cannot be compared is left out and its weight shared among the others in proportion;
its row in the explanation says so. `code` and `facts` are what a screen needs to phrase the sentence.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from app.matching.ranking import meaning
from app.matching.ranking.profiles import NeedProfile, OfferProfile
from app.matching.ranking.text import closeness, normalize, shared_terms

Facts = Mapping[str, object]


class Measure(NamedTuple):
    value: float | None
    code: str
    facts: Facts = {}  # noqa: RUF012


def share_reached(need: NeedProfile, offer: OfferProfile) -> float:
    """How much of the need's best possible BM25 score the offer's words reach, 0..1."""
    return sum([need.words[term] * offer.words[term] for term in sorted(need.words) if term in offer.words])


def answered(need: NeedProfile, offer: OfferProfile) -> float:
    """How far the offer's text answers the need's, by its words and by what both mean where that is known."""
    close = meaning.closeness(meaning.product(need.meaning, offer.meaning))
    return float(meaning.blended(share_reached(need, offer), close))


def affinity(need: NeedProfile, offer: OfferProfile) -> float:
    """Closeness 0..1 of what both texts and codes say the records are about."""
    common = [place for place in need.signature if place in offer.signature]
    return sum([need.signature[place] * offer.signature[place] for place in common])


def text(need: NeedProfile, offer: OfferProfile) -> Measure:
    """The root of the share reached: real texts share few words. The sentence of the offer closest in meaning is told
    where it is close, or where no word tells anything.
    """
    if not need.words or not offer.words:
        return Measure(None, "text_missing")
    asks, offers = need.record, offer.record
    words = shared_terms(
        need.words,
        offer.words,
        [normalize(part) for part in asks.parts],
        [normalize(part) for part in offers.parts],
    )
    above = meaning.CLOSE if words else 0.0
    sentence = meaning.closest(need.meaning, offers.meaning, meaning.sentences(offers.parts), above)
    told = {"words": words, "sentence": sentence} if sentence else {"words": words}
    code = "shared_words" if words else "close_in_meaning" if sentence else "no_shared_words"
    return Measure(closeness(answered(need, offer)), code, told)


def category(need: NeedProfile, offer: OfferProfile) -> Measure:
    """How close what the need is about is to what the offer is about, and which entered codes a text speaks against."""
    if not need.signature or not offer.signature:
        return Measure(None, "category_unknown")
    code, facts = _nesting(need, offer)
    spoken_against = {**overruled("need", need), **overruled("offer", offer)}
    return Measure(min(1.0, affinity(need, offer)), code, {**facts, **spoken_against})


def overruled(side: str, profile: NeedProfile | OfferProfile) -> Facts:
    """What was entered and what the text reads like, where it clearly reads like none of what was entered."""
    reads = profile.category
    if not reads or not profile.codes or any(reads.startswith(c) or c.startswith(reads) for c in profile.codes):
        return {}
    return {f"{side}_entered": profile.codes, f"{side}_reads": reads}


NESTING = ("same_service", "same_kind_of_service", "same_field", "other_field")


def _nesting(need: NeedProfile, offer: OfferProfile) -> tuple[str, Facts]:
    """In what relation the categories stand, of all that can be said the closest.

    A need is about one thing: the one it is clearly about, or else the one that was entered. An offer may be about
    several: whatever was entered for it is its own.
    """
    mine = (need.category,) if need.category else need.codes
    theirs = dict.fromkeys((offer.category, *offer.codes) if offer.category else offer.codes)
    pairs = [(_apart(one, other), one, other) for one in mine for other in theirs]
    if not pairs:
        return "category_unclear", {}
    levels, one, other = min(pairs, key=lambda pair: pair[0])
    if levels and (entered := [code for code in need.codes if code in offer.codes]):
        return "same_code", {"need": entered[0], "offer": entered[0]}
    return NESTING[levels], {"need": one, "offer": other}


def _apart(one: str, other: str) -> int:
    """0 for the same category, 1 for two of one kind, 2 of one field, 3 of different ones."""
    if one == other:
        return 0
    return 1 if one[:4] == other[:4] else 2 if one[:2] == other[:2] else 3


# Who serves a group in general may not be made for the narrower one that is asked for.
SAME_GROUP, INCLUDES, PART_OF, EVERYBODY, SIBLING = 1.0, 0.8, 0.6, 0.5, 0.4
ALL_RESIDENTS = "P13"


def kinship(asked_for: str, served: str) -> tuple[float, str]:
    """How far serving one group meets a wish for another, 0..1, and in what relation they stand."""
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
    pairs = [(*kinship(a.code, b.code), a.code, b.code) for a in need.populations for b in offer.populations]
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


def has_whole_price(offer: OfferProfile) -> bool:
    """Whether the unit says what a whole period costs; a price per head, hour or session would need a number
    nobody has agreed on yet."""
    price, unit = offer.record.price, offer.record.price_unit.strip()
    if unit == "免费" and not price:
        return True
    return price is not None and price > 0 and unit in WHOLE | PER_YEAR


def has_unit_price(offer: OfferProfile) -> bool:
    """Whether it is priced by something of which the need takes one at least; a percentage is no such thing."""
    price, unit = offer.record.price, offer.record.price_unit
    return price is not None and price > 0 and "%" not in unit and not has_whole_price(offer)


def fen(amount: Decimal | None) -> int:
    """An amount in CNY in whole fen; 0 when it is not stated."""
    return int((amount * 100).to_integral_value()) if amount else 0


def twelfths(need: NeedProfile, offer: OfferProfile) -> int | None:
    """The offer's price for the need's whole period; None when its unit does not say. Where a single unit is dearer
    than the budget the price is that at least, whatever the unit.

    In twelfths of a fen: a whole number, also where a price per year is taken pro rata.
    """
    if has_unit_price(offer):
        least = 12 * fen(offer.record.price)
        return least if least > 12 * fen(need.record.budget) else None
    if not has_whole_price(offer):
        return None
    months = need.length or 12 if offer.record.price_unit.strip() in PER_YEAR else 12
    return fen(offer.record.price) * months


def budget(need: NeedProfile, offer: OfferProfile) -> Measure:
    """1 within the budget, falling to 0 at one and a half times the budget."""
    money, price = 12 * fen(need.record.budget), twelfths(need, offer)
    if money <= 0:
        return Measure(None, "budget_unstated")
    if price is None:
        return Measure(None, "unit_not_comparable", {"price": offer.record.price, "unit": offer.record.price_unit})
    facts = {"price": (Decimal(price) / 1200).quantize(Decimal("0.01")), "budget": need.record.budget}
    if price <= money:
        return Measure(1.0, "within_budget", facts)
    value = max(0.0, 3 - 2 * (price / money))
    if has_unit_price(offer):
        return Measure(value, "unit_over_budget", {**facts, "unit": offer.record.price_unit})
    return Measure(value, "over_budget", facts)


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
    value = rating_value(offer)
    if value is None:
        return Measure(None, "not_rated")
    return Measure(value, "rated", {"rating": offer.record.rating})


def rating_value(offer: OfferProfile) -> float | None:
    grade = offer.record.rating
    return None if grade is None else float(min(Decimal(1), max(Decimal(0), grade / 5)))


MEASURES: tuple[Callable[[NeedProfile, OfferProfile], Measure], ...] = (
    text,
    category,
    population,
    coverage,
    budget,
    time,
    capacity,
    rating,
)


def measure(need: NeedProfile, offer: OfferProfile) -> list[Measure]:
    """All eight, in the order of `CRITERIA`."""
    return [criterion(need, offer) for criterion in MEASURES]
