from app.matching.ranking.profiles import Reader
from app.matching.ranking.suggestions import Suggestion, Suggestions, suggestions
from tests.matching.factories import season_reference

READER = Reader(season_reference())


def test_services_and_groups_are_read_from_words_that_stand_in_the_text() -> None:
    services, groups = suggestions(READER, "给高龄老人擦窗", "年前大扫除，帮长者擦玻璃。")
    assert services[0] == Suggestion("010202", ("擦窗", "大扫除", "老人"))
    assert groups == (Suggestion("P0401", ("高龄老人",)), Suggestion("P04", ("老人", "长者")))


def test_a_text_in_which_nothing_speaks_for_anything_is_told_nothing() -> None:
    assert suggestions(READER, "", "") == Suggestions((), ())
    assert suggestions(READER, "详见附件", "请各位居民群众支持社区工作。") == Suggestions((), ())


def test_of_many_at_most_three_are_suggested() -> None:
    every = "送饭、陪诊、擦窗、合唱、反诈、普法、残疾人、老人、儿童、妇女、退役军人"
    services, groups = suggestions(READER, every, every)
    assert (len(services) <= 3, len(groups)) == (True, 3)


def test_a_word_is_not_told_beside_one_that_contains_it() -> None:
    (canteen, *_), _ = suggestions(READER, "开一间老年食堂", "")
    assert canteen == Suggestion("010101", ("老年食堂",))
