"""Edits laid over a base are seen as if all of it had been prepared anew."""

from dataclasses import replace
from random import Random

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from app.matching.ranking.layered import Layered
from app.matching.ranking.prepared import PreparedOffers, new_frame, prepare_offers
from app.matching.ranking.rank import rank, sight_of_offers
from app.matching.ranking.records import NeedRecord, OfferRecord
from tests.matching.factories import make_need, make_offer
from tests.matching.records import NEEDS, OFFERS, READER

STATISTICS = READER.statistics((), (make_offer("A"), make_offer("B", title="巡河", description="净滩")))


def prepared(offers: list[OfferRecord]) -> PreparedOffers:
    return prepare_offers(offers, READER, STATISTICS, new_frame(READER))


def laid_over(offers: list[OfferRecord]) -> Layered[PreparedOffers]:
    base = prepared(offers)
    return Layered(base, prepare_offers((), READER, STATISTICS, base.snapshot.frame))


MANY = st.lists(OFFERS, max_size=6, unique_by=lambda offer: offer.id)


@given(MANY, MANY, st.lists(st.text("OX0123456789", min_size=1, max_size=2), max_size=3), NEEDS, st.randoms())
def test_whatever_was_edited_the_ranking_is_the_one_of_a_new_base(
    offers: list[OfferRecord], fresh: list[OfferRecord], gone: list[str], need: NeedRecord, chance: Random
) -> None:
    edited = [
        replace(offer, id=chance.choice(offers).id) if offers and chance.random() < 0.5 else offer for offer in fresh
    ]
    fresh = [*{offer.id: offer for offer in edited}.values()]
    leaving = [id for id in (*gone, *(offer.id for offer in offers[:1])) if id not in {offer.id for offer in fresh}]
    layered = laid_over(offers).renewed(fresh[:2]).renewed(fresh[2:], leaving)
    now = {offer.id: offer for offer in (*offers, *fresh) if offer.id not in leaving}
    anew = prepared([*now.values()])
    ours, theirs = sight_of_offers(need, layered), sight_of_offers(need, anew)
    assert layered.ids == anew.ids
    assert ours.ranking(now, about="X") == theirs.ranking(now, about="X")
    assert ours.placings() == theirs.placings()


def test_a_second_edit_takes_the_place_of_the_first_and_the_base_stays_as_it_was() -> None:
    layered = laid_over([make_offer("A"), make_offer("B")])
    first = layered.renewed([make_offer("A", title="陪诊")])
    second = first.renewed([make_offer("A", title="送餐")], ["B"])
    assert [layered.row_of(id) for id in "AB"] == [0, 1]
    assert (second.row_of("A"), second.row_of("B"), second.ids) == (2, None, ("A",))
    assert second.base is layered.base


def test_both_layers_as_one_are_what_a_new_base_would_be() -> None:
    layered = laid_over([make_offer("A"), make_offer("C")]).renewed([make_offer("B", title="巡河")], ["C"])
    whole, anew = layered.snapshot(), prepared([make_offer("A"), make_offer("B", title="巡河")]).snapshot
    assert whole.table.ids.tolist() == anew.table.ids.tolist()
    assert np.array_equal(whole.table.columns.price, anew.table.columns.price)


def test_nothing_edited_is_seen_straight_from_the_base() -> None:
    layered = laid_over([make_offer("A")])
    assert layered.see(READER.need(make_need(), STATISTICS)).rows.tolist() == [0]
    assert (
        rank(make_need(), layered.base).rows
        == sight_of_offers(make_need(), layered).ranking({"A": make_offer("A")}).rows
    )
