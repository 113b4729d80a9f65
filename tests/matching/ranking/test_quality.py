"""How well the ranking meets what a reader of both texts finds suitable.

`judgements.csv`: 101 needs with 379 offers graded 0-3 by reading (3 does what is asked for these people, 1 a
neighbouring service, 0 the same words for other people or another purpose); offers not listed count as 0.
Constants, weights and words of one meaning were chosen on the half `tune` only, so its figures are on the bright
side. Judgements are about the content, so the hard filters are off.

`elsewhere_needs.csv` and `elsewhere_judgements.csv`: 40 needs as villages, dormitories and factories elsewhere would
write them (dialect, typing errors, most codes left blank), graded in the same way before the engine had seen them;
no order was chosen by them, and of the rule by which first places are doubted the weights alone (`fit.BY_MEANING`).
They say what is to be expected where nobody has yet added the words of the place. `elsewhere_codes.csv`: the right
category of each, chosen by reading the need alone.
"""

from pathlib import Path
from typing import Any

import pytest

from app.matching.ranking.prepared import prepare_offers
from app.matching.ranking.profiles import Reader
from app.matching.ranking.rank import rank
from bench.engine.judgements import read_judgements
from bench.engine.market import season_market, with_codes, with_needs
from bench.engine.relevance import NO_FILTERS, TEXT_ALONE, measure_relevance
from tests.matching.factories import make_need, make_offer

JUDGEMENTS = Path(__file__).parent / "judgements.csv"
MARKET = season_market("kunming2018")


@pytest.fixture(scope="module")
def found() -> Any:
    needs, offers = {need.id for need in MARKET.needs}, {offer.id for offer in MARKET.offers}
    return measure_relevance(MARKET, read_judgements(JUDGEMENTS, needs, offers))


def test_the_right_offers_stand_first_on_judgements_nothing_was_chosen_by(found: Any) -> None:
    assert found["splits"]["test"]["ndcg5_all"] > 0.85
    assert found["splits"]["test"]["ndcg5_text"] > 0.75


def test_all_criteria_beat_the_text_alone(found: Any) -> None:
    for split in ("tune", "test"):
        assert found["splits"][split]["ndcg5_all"] > found["splits"][split]["ndcg5_text"] + 0.01


def test_the_engine_beats_the_simple_methods_on_the_same_texts(found: Any) -> None:
    assert found["splits"]["test"]["ndcg5_text"] > found["splits"]["test"]["ndcg5_bigrams"] + 0.2
    assert found["splits"]["test"]["ndcg5_all"] > found["splits"]["test"]["ndcg5_bigrams_labels"] + 0.1


def test_the_engine_beats_a_search_server_as_well_tuned_as_its_records_allow(found: Any) -> None:
    assert 0.79 < found["splits"]["test"]["ndcg5_server"] < found["splits"]["test"]["ndcg5_all"] - 0.05


def test_what_texts_mean_brings_up_offers_that_words_alone_place_lower(found: Any) -> None:
    for split in ("tune", "test"):
        assert found["splits"][split]["ndcg5_text"] > found["splits"][split]["ndcg5_text_words"] + 0.01
        assert found["splits"][split]["ndcg5_all"] > found["splits"][split]["ndcg5_all_words"] - 0.005


@pytest.mark.parametrize("reading", ["words", "meaning"])
def test_of_unsuitable_first_places_most_are_noticed_and_few_suitable_ones_are_doubted(
    found: Any, reading: str
) -> None:
    never_tuned_on = found["splits"]["test"]["doubts"][reading]
    assert never_tuned_on["noticed_rule"] > 0.6
    assert never_tuned_on["false_alarms_rule"] < 0.08


def test_in_the_language_of_other_districts_less_is_found_no_word_leads_astray_and_few_that_fit_are_doubted() -> None:
    market = with_needs(MARKET, Path(__file__).parent / "elsewhere_needs.csv")
    needs, offers = {need.id for need in market.needs}, {offer.id for offer in market.offers}
    found = measure_relevance(market, read_judgements(JUDGEMENTS.with_name("elsewhere_judgements.csv"), needs, offers))
    assert found["ndcg5_all"] > 0.65
    assert found["ndcg5_all"] > found["ndcg5_all_words"] + 0.15
    assert found["ndcg5_text"] > found["ndcg5_text_words"] + 0.2
    assert found["ndcg5_all"] > found["ndcg5_text"] + 0.15
    assert found["ndcg5_all"] >= found["ndcg5_all_literal"]
    assert found["doubts"]["meaning"]["noticed_rule"] > 0.6
    assert found["doubts"]["meaning"]["false_alarms_rule"] < 0.08


def test_with_right_codes_needs_of_other_districts_find_what_fits_nearly_as_well_as_the_seasons_own() -> None:
    market = with_needs(MARKET, Path(__file__).parent / "elsewhere_needs.csv")
    market = with_codes(market, Path(__file__).parent / "elsewhere_codes.csv")
    needs, offers = {need.id for need in market.needs}, {offer.id for offer in market.offers}
    found = measure_relevance(market, read_judgements(JUDGEMENTS.with_name("elsewhere_judgements.csv"), needs, offers))
    assert found["ndcg5_all"] > 0.8
    assert found["ndcg5_all"] > found["ndcg5_server"] + 0.05


def test_wrongly_entered_codes_do_not_keep_the_right_offer_from_the_top() -> None:
    reader = Reader(MARKET.reference)
    prepared = prepare_offers(MARKET.offers, reader, reader.statistics(MARKET.needs, MARKET.offers))
    needs = {need.id: need for need in MARKET.needs}
    wrongly_coded = {"N037": "O047", "N126": "O145", "N143": "O164", "N153": "O082", "N164": "O183"}
    best = {id: rank(needs[id], prepared, without=NO_FILTERS).rows[0].id for id in wrongly_coded}
    assert best == wrongly_coded


SITUATIONS: tuple[tuple[dict[str, Any], dict[str, Any], dict[str, Any]], ...] = (
    (
        {
            "title": "楼道灯坏了没人修",
            "description": "老旧小区，独居老人多，志愿者来过几回。盼有人把灯换好、线路查一遍。",
        },
        {"title": "灯亮了", "description": "电工上门更换楼道照明，检查线路，一年两次。", "category_codes": ("0901",)},
        {
            "title": "老旧小区故事会",
            "description": "请老住户讲老旧小区的往事，志愿者整理成册。",
            "category_codes": ("070202",),
        },
    ),
    (
        {
            "title": "想学做面点",
            "description": "我们是城中村，外来务工的多，租房住，邻里之间不熟。想请师傅教蒸包子、烤饼，学会了能摆摊。",
        },
        {
            "title": "面案师傅班",
            "description": "教和面、发面、蒸包子、烙饼，结业可考面点证。",
            "category_codes": ("060205",),
        },
        {
            "title": "新邻里相识会",
            "description": "帮助城中村租房的外来务工者认识邻里。",
            "category_codes": ("040401",),
        },
    ),
    (
        {
            "title": "孩子视力一年比一年差",
            "description": "这里是回迁小区，爷爷奶奶带娃的多，放学后没人管。请眼科的人来查一查、讲一讲。",
        },
        {
            "title": "明眸行动",
            "description": "眼科医师到社区为孩子测视力、讲用眼习惯。",
            "category_codes": ("050103",),
        },
        {"title": "隔代带娃课", "description": "给爷爷奶奶讲怎样带娃。", "category_codes": ("020403",)},
    ),
    (
        {
            "title": "想要一条安全的骑行路线",
            "description": "大学城学生多，社区搞过几次活动、比赛，志愿者带队。想有人规划路线、教修车。",
        },
        {
            "title": "骑行训练营",
            "description": "教修车、看地图，设计周末骑行路线。",
            "category_codes": ("070304",),
        },
        {
            "title": "大学城志愿联盟",
            "description": "组织大学城学生做社区志愿者、带队搞活动。",
            "category_codes": ("100201",),
        },
    ),
)


BY_WHOM: tuple[tuple[dict[str, Any], dict[str, Any], dict[str, Any]], ...] = (
    (
        {"title": "志愿者读报给老人听", "description": "希望志愿者每周来给眼睛不好的老人读报、念家信。"},
        {
            "title": "耳边的新闻",
            "description": "每周两次，为看不清字的长辈朗读报纸和书信。",
            "category_codes": ("010501",),
        },
        {
            "title": "义工之家",
            "description": "为义工登记、排班、办证，年底表彰义工。",
            "category_codes": ("100102",),
        },
    ),
    (
        {"title": "邻居们想把过道的旧车清走", "description": "希望组织邻居，把过道里没人要的旧自行车、纸箱清出去。"},
        {
            "title": "通道清爽行动",
            "description": "联系住户，清走废弃自行车，贴好提示。",
            "category_codes": ("090203",),
        },
        {
            "title": "街坊百家宴",
            "description": "街坊各带一道菜，睦邻同乐。",
            "category_codes": ("070401",),
        },
    ),
)


@pytest.mark.parametrize(("asked", "right", "alike"), BY_WHOM, ids=[asked["title"] for asked, _, _ in BY_WHOM])
def test_what_is_to_be_done_outweighs_by_whom(
    asked: dict[str, Any], right: dict[str, Any], alike: dict[str, Any]
) -> None:
    reader = Reader(MARKET.reference)
    offers = [make_offer("right", **right), make_offer("alike", **alike)]
    prepared = prepare_offers(offers, reader, reader.statistics(MARKET.needs, MARKET.offers))
    rows = rank(make_need(category_codes=(), **asked), prepared, TEXT_ALONE, without=NO_FILTERS).rows
    assert [row.id for row in rows] == ["right", "alike"]


@pytest.mark.parametrize(("asked", "right", "alike"), SITUATIONS, ids=[asked["title"] for asked, _, _ in SITUATIONS])
def test_the_service_asked_for_outweighs_what_the_place_is_like(
    asked: dict[str, Any], right: dict[str, Any], alike: dict[str, Any]
) -> None:
    reader = Reader(MARKET.reference)
    offers = [make_offer("right", **right), make_offer("alike", **alike)]
    prepared = prepare_offers(offers, reader, reader.statistics(MARKET.needs, MARKET.offers))
    rows = rank(make_need(category_codes=(), **asked), prepared, without=NO_FILTERS).rows
    assert [row.id for row in rows] == ["right", "alike"]
