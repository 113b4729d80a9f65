import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import matching
from app.core.problems import problem_of
from app.core.reading.files import FileEmpty
from app.core.reading.foreign import FileNotUtf8, FileUnreadable
from app.matching.ranking.records import NeedRecord, OfferRecord
from app.matching.sentences import MODEL
from app.matching.sources import state
from app.season.files import SeasonRefused
from bench.commands import bench
from bench.engine import relevance
from bench.engine.judgements import (
    JudgementColumnsMissing,
    Judgements,
    JudgementsMissing,
    JudgementsRefused,
    read_judgements,
)
from bench.engine.market import SeasonMarket, season_market, with_needs
from bench.engine.relevance import figures, measure_relevance, ndcg, orders_by_bigrams, orders_by_engine, readable
from bench.engine.server import Server
from bench.measures import release
from tests.matching.factories import TOWN, make_need, make_offer, season_needs, season_offers, season_reference

CLEANING = make_offer("O2", title="擦窗保洁", description="为住户擦窗和大扫除。", category_codes=("010202",))
RIVER = make_offer("O3", title="净滩行动", description="巡河、捡拾垃圾。", category_codes=("090203",))
ASKED = (make_need("N1"), make_need("N2", title="巡河", description="组织净滩。"))
SMALL = SeasonMarket(TOWN, ASKED, (make_offer("O1"), CLEANING, RIVER))


def file(folder: Path, text: str | bytes) -> Path:
    path = folder / "judgements.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes) -> Judgements:
    return read_judgements(file(folder, text), {"N1", "N2"}, {"O1", "O2", "O3"})


def test_the_measure_gives_the_best_order_one_and_a_useless_one_nothing() -> None:
    assert ndcg(["a", "b"], {"a": 3, "b": 1}) == 1
    assert ndcg(["x", "y"], {"a": 3, "b": 1}) == 0
    assert ndcg(["b", "a"], {"a": 3, "b": 1}) == pytest.approx((1 + 7 / 1.58496) / (7 + 1 / 1.58496), abs=1e-5)


def test_a_place_beyond_the_fifth_counts_for_nothing() -> None:
    assert ndcg(["v", "w", "x", "y", "z", "a"], {"a": 3}) == 0


def test_each_figure_is_a_mean_over_the_needs_that_can_reach_it() -> None:
    orders = {"N1": ["a", "b"], "N2": ["c"], "N3": ["d"]}
    grades = {"N1": {"a": 1, "b": 3, "x": 3}, "N2": {"c": 2}, "N3": {"d": 0}}
    assert figures(orders, grades) == {
        "ndcg5": pytest.approx((ndcg(["a", "b"], grades["N1"]) + 1) / 2, abs=1e-4),
        "first_hit_rate": 0.5,
        "recall5_grade3": 0.5,
    }


def test_without_a_suitable_offer_there_is_no_figure() -> None:
    assert figures({"N1": []}, {"N1": {"a": 0}}) == {"ndcg5": None, "first_hit_rate": None, "recall5_grade3": None}


def test_judgements_are_read_with_their_splits_and_other_columns_passed_over(tmp_path: Path) -> None:
    text = "﻿offer_id,need_id,relevance,split,note\nO1,N1,3,b,good\n\nO2,N1,0,a,\nO1,N2,1,,\n"
    assert read(tmp_path, text) == Judgements(
        {"N1": {"O1": 3, "O2": 0}, "N2": {"O1": 1}}, {"a": {"N1": {"O2": 0}}, "b": {"N1": {"O1": 3}}}
    )


def test_every_bad_line_is_named_in_both_languages(tmp_path: Path) -> None:
    text = "need_id,offer_id,relevance\nN1,O1,3\nN9,O1,2\nN1,O9,4\nN2,O1,\nN1,O1,2\nN2,O2,1.5\n"
    with pytest.raises(JudgementsRefused) as refused:
        read(tmp_path, text)
    rows = problem_of(refused.value).rows
    assert [(row.rows, row.column, row.code) for row in rows] == [
        ([3], "need_id", "NeedUnjudgeable"),
        ([4], "offer_id", "OfferUnjudgeable"),
        ([4, 5, 7], "relevance", "RelevanceOutOfRange"),
        ([6], "offer_id", "JudgedTwice"),
    ]
    assert all(row.messages["zh"] and row.messages["en"] for row in rows)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ("need_id,offer_id,grade\nN1,O1,3\n", JudgementColumnsMissing),
        ("", FileEmpty),
        (b"need_id,offer_id,relevance\nN1,O1,\xff\n", FileNotUtf8),
        ("need_id,offer_id,relevance\nN1,O1,\x00\n", FileUnreadable),
    ],
)
def test_a_file_that_holds_no_judgements_is_refused(
    tmp_path: Path, content: str | bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        read(tmp_path, content)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(JudgementsMissing):
            read_judgements(path, set(), set())


def test_the_season_is_read_as_it_was_entered() -> None:
    market = season_market("kunming2018")
    assert market.needs == season_needs()
    assert market.reference == season_reference()
    assert [(o.id, o.price, o.rating, o.rectification) for o in market.offers] == [
        (o.id, o.price, o.rating, o.rectification) for o in season_offers()
    ]


def test_bigrams_alone_miss_what_the_labels_of_the_codes_tell() -> None:
    blank = make_need("N3", title="请看附件", description="", category_codes=("090203",), population_codes=())
    assert orders_by_bigrams(SMALL, [SMALL.needs[1]], with_labels=False)["N2"][0] == "O3"
    assert orders_by_bigrams(SeasonMarket(TOWN, (blank,), SMALL.offers), [blank], with_labels=True)["N3"][0] == "O3"
    assert orders_by_bigrams(SeasonMarket(TOWN, (blank,), SMALL.offers), [blank], with_labels=False)["N3"][0] == "O1"


def test_the_search_server_finds_by_labels_synonyms_and_groups_what_the_texts_do_not_say() -> None:
    def first(need: NeedRecord, *offers: OfferRecord) -> str:
        return Server(SeasonMarket(TOWN, (need,), offers)).orders([need])[need.id][0]

    mute = {"title": "请看附件", "description": "", "requirements": "", "population_codes": ()}
    assert first(make_need("N3", **mute, category_codes=("090203",)), CLEANING, RIVER) == "O3"
    for_children = make_offer("O4", population_codes=("P02",))
    for_old = make_offer("O5", population_codes=("P01",))
    assert first(make_need("N1", population_codes=("P01",)), for_children, for_old) == "O5"
    assert first(make_need("N1", population_codes=("P02",)), for_children, for_old) == "O4"


def test_the_report_names_every_method_and_split() -> None:
    grades = {"N1": {"O1": 3}, "N2": {"O3": 3}}
    report = measure_relevance(SMALL, Judgements(grades, {"one": {"N1": {"O1": 3}}}))
    assert (report["ndcg5_text"], report["ndcg5_all"], report["first_hit_rate"], report["recall5_grade3"]) == (1,) * 4
    assert (report["needs"], report["judgements"]) == (2, 2)
    assert report["splits"]["one"]["needs"] == 1
    assert readable(report).count("bigram TF-IDF of the texts") == 2
    made_by = {"sources": state(Path(matching.__file__).parent), "words": release("rjieba"), "meaning": MODEL}
    assert report["made_by"] == made_by
    assert readable(report).endswith(f"meaning: {MODEL}")


def test_without_the_model_the_figures_are_those_of_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevance, "is_installed", lambda: False)
    report = measure_relevance(SMALL, Judgements({"N1": {"O1": 3}, "N2": {"O3": 2}}, {}))
    assert report["made_by"]["meaning"] == "no model is installed"
    assert report["ndcg5_text"] == report["ndcg5_text_words"]


LIST = (
    "id,title,description,category_code,population_code,community_code,"
    "beneficiaries,budget_cny,period_months,preferred_start,requirements"
)


def test_judged_needs_may_come_from_a_list_beside_the_season(tmp_path: Path) -> None:
    path = file(tmp_path, f"{LIST}\nV1,河边捡垃圾,沿河走一走。,,P13,530111004002,10,5000,3,2018-07-01,\n")
    market = with_needs(SMALL, path)
    assert [need.id for need in market.needs] == ["N1", "N2", "V1"]
    assert (market.needs[2].population_codes, market.needs[2].ends_on) == (("P13",), date(2018, 9, 30))
    assert measure_relevance(market, Judgements({"V1": {"O3": 3}}, {}))["ndcg5_all"] == 1


def test_faults_of_a_list_of_needs_are_told_before_anything_is_measured(tmp_path: Path) -> None:
    path = file(tmp_path, f"{LIST}\nV1,,沿河走一走。,,P13,530111004002,10,五千,3,2018-07-01,\n")
    with pytest.raises(SeasonRefused) as refused:
        with_needs(SMALL, path)
    assert [(row.row, row.column) for row in refused.value.rows] == [
        (2, "judgements.csv budget_cny"),
        (2, "judgements.csv title"),
    ]


def test_without_the_thesaurus_words_count_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevance, "is_installed", lambda: False)  # which knows that both mean the same
    need = make_need("N4", title="长辈", description="", category_codes=(), population_codes=())
    river, elder = make_offer("A", title="巡河", description=""), make_offer("B", title="老人", description="")
    orders = orders_by_engine(SeasonMarket(TOWN, (need,), (river, elder)), [need])
    assert (orders["text"]["N4"], orders["text_literal"]["N4"]) == (["B", "A"], ["A", "B"])


def test_the_command_writes_the_figures_as_json(tmp_path: Path) -> None:
    path = file(tmp_path, "need_id,offer_id,relevance\nN001,O001,3\n")
    run = CliRunner().invoke(bench, ["relevance", str(path), "--json", "-"])
    assert run.exit_code == 0
    assert json.loads(run.stdout)["ndcg5_all"] == 1
