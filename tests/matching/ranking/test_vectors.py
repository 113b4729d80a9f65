"""The arrays say what the scalar reference says: the same values, the same failing filters, the same points."""

from dataclasses import fields, replace
from datetime import date
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching.ranking.arrays import vectors
from app.matching.ranking.criteria import measure
from app.matching.ranking.filters import FILTERS
from app.matching.ranking.points import millionths, points
from app.matching.ranking.prepared import Found, new_frame, prepare_needs, prepare_offers
from app.matching.ranking.profiles import NeedProfile, OfferProfile, Reader
from app.matching.ranking.records import DEFAULT_WEIGHTS, NeedRecord, OfferRecord
from tests.matching.factories import season_needs, season_offers, season_reference
from tests.matching.records import NEEDS, OFFERS, READER

SHARES = millionths(DEFAULT_WEIGHTS)
Sides = tuple[list[NeedRecord], list[OfferRecord]]
MARKETS = st.tuples(
    st.lists(NEEDS, min_size=1, max_size=4, unique_by=lambda need: need.id),
    st.lists(OFFERS, min_size=1, max_size=6, unique_by=lambda offer: offer.id),
)


@settings(max_examples=300, deadline=None)
@given(MARKETS)
def test_arrays_and_reference_agree_on_every_pair_in_both_directions(market: Sides) -> None:
    needs, offers = market
    agree(tuple(needs), tuple(offers), READER)


def test_arrays_and_reference_agree_on_the_season() -> None:
    needs, offers = season_needs()[::5], season_offers()[::3]
    ending = tuple(replace(o, available_until=date(2018, 9, 1)) if n % 7 == 0 else o for n, o in enumerate(offers))
    agree(needs, ending, Reader(season_reference()))


def agree(needs: tuple[NeedRecord, ...], offers: tuple[OfferRecord, ...], reader: Reader) -> None:
    frozen, frame = reader.statistics(needs, offers), new_frame(reader)
    prepared_needs, prepared_offers = (
        prepare_needs(needs, reader, frozen, frame),
        prepare_offers(offers, reader, frozen, frame),
    )
    asking = {need.id: reader.need(need, frozen) for need in needs}
    offering = {offer.id: reader.offer(offer, frozen) for offer in offers}
    for need in asking.values():
        compare(prepared_offers.see(need), [reference(need, offering[id]) for id in prepared_offers.ids])
    for offer in offering.values():
        compare(prepared_needs.see(offer), [reference(asking[id], offer) for id in prepared_needs.ids])
    for need in asking.values():
        assert facts(prepared_needs.profile(need.record)) == facts(need)
    for offer in offering.values():
        assert facts(prepared_offers.profile(offer.record)) == facts(offer)


def facts(profile: NeedProfile | OfferProfile) -> dict[str, object]:
    return {field.name: getattr(profile, field.name) for field in fields(profile)}


class Expected(NamedTuple):
    values: list[float | None]
    failed: int
    points: int


def reference(need: NeedProfile, offer: OfferProfile) -> Expected:
    measures = measure(need, offer)
    failed = sum(1 << bit for bit, (_, fails) in enumerate(FILTERS) if fails(need, offer) is not None)
    return Expected([each.value for each in measures], failed, points(measures, SHARES))


def compare(found: Found, expected: list[Expected]) -> None:
    values = np.array([[np.nan if value is None else value for value in each.values] for each in expected])
    np.testing.assert_allclose(found.values.T, values, atol=1e-12)
    assert found.failed.tolist() == [each.failed for each in expected]
    assert vectors.points(found.values, np.array(SHARES)).tolist() == [each.points for each in expected]
