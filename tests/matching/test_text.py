import pytest

from app.matching.text import Lexicon, Statistics, answered, asked, normalize, shared_terms
from tests.matching.factories import TOWN, make_need, make_offer

LEXICON = Lexicon(TOWN)


def test_one_spelling_for_full_width_case_units_and_traditional_characters() -> None:
    assert normalize("ＡＥＤ培訓 60 歲以上 長者學習") == "aed培训60岁以上长者学习"


def test_long_words_are_found_in_their_parts_and_stop_words_are_not() -> None:
    assert LEXICON.words(normalize("社区的长者食堂有60个座位")) == ["长者", "食堂", "长者食堂", "座位"]


def test_words_of_one_meaning_meet() -> None:
    assert "=老人" in LEXICON.terms("给老年人送饭")
    assert "=老人" in LEXICON.terms("银发长辈")


def test_a_category_is_recognised_by_its_synonym() -> None:
    assert "#010102" in LEXICON.terms("送饭到家")


@pytest.mark.parametrize("text", ["", "   ", "，。！", "\x00", "😀😀", "123 456"])
def test_texts_without_words_have_no_terms(text: str) -> None:
    assert dict(LEXICON.terms(text)) == {}


def test_what_a_need_asks_for_makes_one_whole() -> None:
    terms = LEXICON.need_terms(make_need())
    assert sum(asked(terms, Statistics.of([terms])).values()) == pytest.approx(1)


def test_no_text_reaches_more_than_the_need_s_best() -> None:
    terms = LEXICON.offer_terms(make_offer(description="送饭" * 200))
    assert max(answered(terms, Statistics.of([terms])).values()) < 1


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    statistics = Statistics.of([{"common": 1.0}, {"common": 1.0, "rare": 1.0}, {"common": 1.0}])
    assert statistics.rarity("rare") > statistics.rarity("common") > 0


def test_the_words_named_in_an_explanation_are_the_heaviest_without_pairs_and_codes() -> None:
    wanted = {"送饭": 0.3, "=老人": 0.2, "老人": 0.1, "~送饭": 0.3, "#010102": 0.1}
    assert shared_terms(wanted, dict.fromkeys(wanted, 1.0)) == ("送饭", "老人")
