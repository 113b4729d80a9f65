"""What texts mean: vectors of small integers, and the model that makes them."""

from dataclasses import replace

import numpy as np
import pytest

from app.matching.ranking.criteria import measure
from app.matching.ranking.meaning import DIMENSIONS, LENGTH, closeness, product, sentences, text_of, vector, whole
from app.matching.ranking.profiles import NeedProfile, OfferProfile, Reader
from app.matching.sentences import AXES, sentence_model, shortened
from tests.matching.factories import TOWN, make_need, make_offer

HALVES = shortened(np.repeat(np.eye(2, dtype=np.float32), DIMENSIONS // 2, axis=1))
ONE, OTHER = (row.tobytes() for row in HALVES)
READER = Reader(TOWN)


def profiles(need: bytes, offer: bytes) -> tuple[NeedProfile, OfferProfile]:
    asked, given = make_need(meaning=need), make_offer(meaning=offer)
    statistics = READER.statistics((asked,), (given,))
    return READER.need(asked, statistics), READER.offer(given, statistics)


def value(need: bytes, offer: bytes) -> float:
    found = measure(*profiles(need, offer))[0].value
    assert found is not None
    return found


def test_a_text_is_its_parts_and_its_sentences() -> None:
    parts = ("银龄餐车", "", "中午送饭。不收费！ 风雨无阻")
    assert text_of(parts) == "银龄餐车。中午送饭。不收费！ 风雨无阻"
    assert sentences(parts) == ["银龄餐车", "中午送饭。", "不收费！", "风雨无阻"]


def test_vectors_have_one_length_as_far_as_small_numbers_allow() -> None:
    drawn = np.random.default_rng(3).normal(size=(50, DIMENSIONS)).astype(np.float32)
    lengths = np.linalg.norm(shortened(drawn).astype(float), axis=1)
    assert np.abs(lengths - LENGTH).max() < 3
    assert closeness(np.array([-(LENGTH**2), 0, LENGTH**2])).tolist() == [0, 0, 1]


def test_of_kept_vectors_the_first_is_that_of_the_whole_text() -> None:
    assert whole(ONE + OTHER) == ONE
    assert product(ONE, OTHER) == 0
    assert not vector(b"").any()


def test_texts_of_one_meaning_come_closer_and_of_another_no_less_close() -> None:
    words = value(b"", b"")
    assert value(ONE, ONE) > words
    assert value(ONE, OTHER) == words


def test_the_sentence_of_the_offer_that_is_closest_in_meaning_is_told() -> None:
    offer = make_offer(title="银龄餐车", description="中午送饭。也陪散步。", meaning=OTHER + OTHER + ONE + OTHER)
    _, theirs = profiles(ONE, b"")
    mine, _ = profiles(ONE, b"")
    theirs = READER.offer(offer, READER.statistics((mine.record,), (offer,)))
    found = measure(mine, theirs)[0]
    assert (found.code, found.facts["sentence"]) == ("shared_words", "中午送饭。")
    stranger = READER.offer(replace(offer, title="钢琴", description="黑键。白键。"), READER.statistics((), (offer,)))
    assert measure(mine, stranger)[0].code == "close_in_meaning"


def test_no_sentence_is_told_of_a_text_that_means_something_else_or_was_not_read() -> None:
    assert "sentence" not in measure(*profiles(ONE, OTHER + OTHER * 2))[0].facts
    assert "sentence" not in measure(*profiles(ONE, ONE))[0].facts
    assert "sentence" not in measure(*profiles(b"", ONE * 3))[0].facts


@pytest.mark.parametrize(("need", "offer"), [(ONE, b""), (b"", ONE)])
def test_a_text_that_was_not_read_yet_is_compared_by_its_words(need: bytes, offer: bytes) -> None:
    assert value(need, offer) == value(b"", b"")


def test_the_model_finds_the_same_service_said_in_other_words() -> None:
    asked, meals, river = sentence_model().vectors(["想请人把饭菜端到屋里", "送餐上门", "河道保护"]).astype(np.int64)
    assert asked @ meals > 3 * max(1, asked @ river)
    assert sentence_model().vectors([]).shape == (0, DIMENSIONS)


def test_the_axes_stand_upright_on_each_other() -> None:
    axes = np.load(AXES).astype(float)
    assert axes.shape == (513, DIMENSIONS)
    assert np.abs(axes[:-1].T @ axes[:-1] - np.eye(DIMENSIONS)).max() < 0.01
