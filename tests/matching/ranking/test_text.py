import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.matching.ranking import criteria
from app.matching.ranking.text import (
    BY_WHOM_TIMES,
    MEANING_TIMES,
    SITUATION_TIMES,
    Lexicon,
    Names,
    Statistics,
    answered,
    asked,
    normalize,
    shared_terms,
)
from tests.matching.factories import TOWN, make_need, make_offer
from tests.matching.records import READER

LEXICON = Lexicon(TOWN)
HAN = st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF)
SPOKEN = st.sampled_from(list("一二三八九十百几多余来岁人名位户 6０３老長者著乾薴餐a㎡ß\t"))
TEXTS = st.text(st.one_of(SPOKEN, HAN, st.characters(codec="utf-8")))


def test_one_spelling_for_full_width_case_units_and_traditional_characters() -> None:
    assert normalize("ＡＥＤ培訓 60 歲以上 長者學習") == "aed培训60岁以上长者学习"


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("乾隆 乾燥 頭髮 發展", "乾隆干燥头发发展"),
        ("皇后走在後面", "皇后走在后面"),
        ("剩餘幹部瞭解颱風", "剩余干部了解台风"),
        ("薴", "苎"),
    ],
)
def test_traditional_characters_are_read_in_their_phrase(written: str, spelled: str) -> None:
    assert normalize(written) == spelled


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("六十岁以上", "60岁以上"),
        ("６０ 周岁", "60周岁"),
        ("二十余户、十五名、十人", "20余户、15名、10人"),
        ("80㎡ 场地", "80m2场地"),
        ("七八十岁", "七八十岁"),
        ("几十人", "几十人"),
        ("一百二十人", "一百二十人"),
        ("四点半 十全十美 一对一", "四点半十全十美一对一"),
        ("3 20人", "3 20人"),
        ("ABC  Club", "abc  club"),
    ],
)
def test_ages_and_head_counts_are_digits_and_other_numerals_stay_words(written: str, spelled: str) -> None:
    assert normalize(written) == spelled


def test_simplified_texts_keep_their_characters() -> None:
    sentence = "著名的里长在台上;只有干部瞭望,慰藉沈阳的后人"
    assert normalize(sentence) == sentence


@given(TEXTS)
@example("\u0345\u0301ΐ")
@example("3 十人")
def test_a_spelling_is_not_changed_by_spelling_it_again(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(
    st.lists(st.tuples(st.text("甲乙丙丁", max_size=2), st.lists(st.text("老人送饭a", max_size=4), max_size=4))),
    st.text("老人送饭a", max_size=12),
)
def test_one_pass_finds_the_names_that_looking_for_each_finds(groups: list[tuple[str, list[str]]], text: str) -> None:
    looked_for = {term for term, names in groups if any(name in text for name in names if name)}
    assert Names(groups).held_by(text) == looked_for


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
    texts = ["给老人送饭"], ["送饭", "老人食堂"]
    assert shared_terms(wanted, dict.fromkeys(wanted, 1.0), *texts) == ("送饭", "老人")


def test_a_word_met_by_another_of_the_same_meaning_is_named_with_it() -> None:
    wanted = {"=走访": 0.3, "=老人": 0.2, "=维修": 0.1}
    texts = ["看望爷爷", "水电"], ["入户探访", "看望长辈"]
    assert shared_terms(wanted, dict.fromkeys(wanted, 1.0), *texts) == ("看望",)
    assert shared_terms(wanted, dict.fromkeys(wanted, 1.0), ["看望老伴"], ["探访长辈"]) == ("看望=探访", "老伴=长辈")


PHRASES = ["长者", "老年人", "七八十岁", "送餐", "配送", "上门", "探访", "看望", "修水管", "水电", "ＡＥＤ急救", "搶救"]
SENTENCES = st.lists(st.sampled_from([*PHRASES, "，", "a=b", "60岁", "\n"]), max_size=10).map("".join)


@given(st.lists(SENTENCES, min_size=5, max_size=5))
def test_every_shared_word_stands_in_both_texts_as_it_is_said(parts: list[str]) -> None:
    asking = make_need(title=parts[0], description=parts[1], requirements=parts[2])
    giving = make_offer(title=parts[3], description=parts[4])
    statistics = READER.statistics((asking,), (giving,))
    measure = criteria.text(READER.need(asking, statistics), READER.offer(giving, statistics))
    words = measure.facts.get("words", ())
    assert isinstance(words, tuple)
    assert (measure.code == "shared_words") == bool(words)
    for word in words:
        mine, _, theirs = word.partition("=")
        assert any(mine in normalize(part) for part in parts[:3])
        assert any((theirs or mine) in normalize(part) for part in parts[3:])


def test_what_the_place_is_like_tells_little_beside_the_sentence_that_asks() -> None:
    said = LEXICON.need_terms(make_need(title="。", description="独居老人多！志愿者常来。希望有人送饭；巡河。"))
    request = LEXICON.need_terms(make_need(title="。", description="希望有人送饭"))
    assert {term: said[term] for term in request} == request
    assert said["志愿者"] == pytest.approx(SITUATION_TIMES * LEXICON.terms("志愿者")["志愿者"])
    assert said["巡河"] == pytest.approx(SITUATION_TIMES)


@pytest.mark.parametrize("word", ["志愿者", "义工", "邻里", "街坊"])
def test_by_whom_something_is_done_weighs_a_third_of_what_is_done(word: str) -> None:
    meanings = [weight for term, weight in LEXICON.terms(f"{word}来理发").items() if term[0] == "="]
    assert sorted(meanings) == [BY_WHOM_TIMES, MEANING_TIMES]


@pytest.mark.parametrize(
    "text", ["已经申请低保。独居老人多。", "没想到物业走了。独居老人多。", "邀请函到了。独居老人多。"]
)
def test_where_no_sentence_asks_all_of_them_count(text: str) -> None:
    said = LEXICON.need_terms(make_need(title="。", description=text))
    assert said == pytest.approx(dict(LEXICON.terms(text)))
