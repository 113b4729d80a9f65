from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.ranking.criteria import Measure
from app.matching.ranking.fit import BY_MEANING, BY_WORDS, Fit, Rule, Signs, doubts, rule_for, signs, vagueness
from app.matching.ranking.meaning import DIMENSIONS
from app.matching.ranking.prepared import prepare_needs, prepare_offers
from app.matching.ranking.profiles import Reader
from app.matching.ranking.rank import rank, rank_for_offer
from app.matching.ranking.records import NeedRecord, OfferRecord
from tests.matching.factories import season_reference

READER = Reader(season_reference())
LAUNDRY = NeedRecord(
    id="N",
    title="独居老人被褥没人洗",
    description="楼里八位独居老人自己洗不动被褥，盼有人上门取走，洗好晒干送回来。",
    category_codes=("010201",),
    population_codes=("P0402",),
    budget=Decimal(20_000),
)
WASHES = OfferRecord(
    id="W",
    party_id="G1",
    title="上门取送洗被褥",
    description="为独居老人上门收取被褥，统一清洗、晒干后送回。",
    category_codes=("010201",),
    population_codes=("P0402",),
    price=Decimal(15_000),
    price_unit="元/年",
)
SINGS = replace(
    WASHES,
    id="S",
    title="广场舞排练",
    description="带舞蹈队排新节目。",
    category_codes=("070101",),
    population_codes=("P13",),
)


CLEAR = Decimal(0)


def fit_of(need: NeedRecord, *offers: OfferRecord, without: tuple[str, ...] = ()) -> Fit:
    return rank(need, prepare_offers(offers, READER), without=without).fit


def measures(text: float | None, words: int, category: float | None, people: float | None) -> list[Measure]:
    said = Measure(text, "shared_words", {"words": tuple("一二三四五"[:words])})
    return [said, Measure(category, "same_service"), Measure(people, "same_group_of_people")]


def test_a_place_that_does_what_is_asked_for_is_not_doubted() -> None:
    assert fit_of(LAUNDRY, WASHES, SINGS) == Fit()


def test_where_only_something_else_is_offered_that_is_said_with_its_reasons() -> None:
    assert fit_of(LAUNDRY, SINGS) == Fit(("few_words", "other_category", "other_people"))


def test_where_nobody_is_left_that_is_the_reason() -> None:
    assert fit_of(LAUNDRY) == Fit(("nobody",))


@pytest.mark.parametrize(
    "entered",
    [{"category_codes": ()}, {"category_codes": ("01",)}, {"population_codes": ()}, {"category_codes": ("99",)}],
)
def test_a_code_that_is_missing_coarse_or_unknown_would_help(entered: dict[str, Any]) -> None:
    assert fit_of(replace(LAUNDRY, **entered), SINGS).helps == ("codes",)


def test_a_code_that_the_text_speaks_against_would_help() -> None:
    river = replace(LAUNDRY, title="河道净滩", description="巡河、捡垃圾，做河道保护。")
    assert fit_of(river, SINGS).helps == ("codes",)


def test_leaving_out_a_filter_helps_only_where_it_brings_one_that_may_fit() -> None:
    dear, dear_and_other = (replace(offer, id="D", price=Decimal(90_000)) for offer in (WASHES, SINGS))
    assert fit_of(LAUNDRY, dear, SINGS).helps == ("filters",)
    assert fit_of(LAUNDRY, dear).helps == ("filters",)
    assert fit_of(LAUNDRY, dear, SINGS, without=("budget",)) == Fit()
    assert fit_of(LAUNDRY, dear_and_other).helps == ()


def test_an_offer_is_told_of_needs_in_the_same_way() -> None:
    needs = prepare_needs([LAUNDRY], READER)
    assert (
        rank_for_offer(WASHES, needs).fit,
        rank_for_offer(replace(SINGS, population_codes=()), needs).fit.helps,
    ) == (
        Fit(),
        ("codes",),
    )


def test_what_cannot_be_compared_speaks_against_a_place_but_unstated_people_do_not() -> None:
    assert doubts(measures(None, 0, None, None), BY_WORDS) != ()
    assert doubts(measures(0.5, 3, 0.9, None), BY_WORDS) == ()
    assert signs(measures(0.5, 3, 0.9, None), CLEAR) == signs(measures(0.5, 3, 0.9, 1.0), CLEAR)
    unclear = [*measures(0.5, 0, None, 1.0)]
    unclear[1] = Measure(None, "category_unknown")
    assert doubts(unclear, BY_WORDS) == ("category_unclear", "few_words")


def test_texts_that_a_model_has_read_are_held_to_more() -> None:
    alike = measures(0.3, 2, 0.45, 1.0)
    assert (doubts(alike, BY_WORDS), doubts(alike, BY_MEANING)) == ((), ("few_words",))
    statistics, read = READER.statistics((), ()), bytes([1] * DIMENSIONS)
    offer = READER.offer(replace(WASHES, meaning=read), statistics)
    assert rule_for(READER.need(replace(LAUNDRY, meaning=read), statistics), offer) is BY_MEANING
    assert rule_for(READER.need(LAUNDRY, statistics), offer) is BY_WORDS


def test_of_a_need_that_speaks_for_no_service_less_is_asked_where_texts_were_read() -> None:
    statistics = READER.statistics((), ())
    clear = vagueness(READER.need(LAUNDRY, statistics), READER)
    vague = vagueness(
        READER.need(replace(LAUNDRY, title="老倌病歪歪", description="娃娃些不在家。"), statistics), READER
    )
    assert clear < Decimal("0.5") < Decimal("0.8") < vague
    near = measures(0.4, 0, 0.2, 1.0)
    assert doubts(near, BY_MEANING, clear) == ("other_category", "few_words")
    assert doubts(near, BY_MEANING, vague) == ()
    assert doubts(near, BY_WORDS, vague) == doubts(near, BY_WORDS, clear) != ()


def test_a_ranking_and_its_reverse_ask_less_of_a_vague_need() -> None:
    """Two texts without a word in common that the model found half alike."""
    said, alike = bytes([18] * DIMENSIONS), bytes([18] * (DIMENSIONS // 2) + [0] * (DIMENSIONS // 2))
    offer = replace(SINGS, population_codes=LAUNDRY.population_codes, meaning=alike)
    clear = replace(LAUNDRY, meaning=said)
    vague = replace(clear, title="老倌病歪歪", description="娃娃些不在家。", category_codes=())
    for need, is_doubted in ((clear, True), (vague, False)):
        told = fit_of(need, offer), rank_for_offer(offer, prepare_needs([need], READER)).fit
        assert [bool(fit.reasons) for fit in told] == [is_doubted, is_doubted]


shares = st.decimals(0, 1, places=4)


@pytest.mark.parametrize("rule", [BY_WORDS, BY_MEANING])
@given(found=st.builds(Signs, shares, st.integers(0, 3), shares, shares, shares), more=shares)
def test_more_of_a_sign_never_makes_a_place_more_doubtful(rule: Rule, found: Signs, more: Decimal) -> None:
    for name in ("text", "category", "people", "vague"):
        better = found._replace(**{name: max(getattr(found, name), more)})
        assert rule.evidence(better) >= rule.evidence(found)
    assert rule.evidence(found._replace(words=3)) >= rule.evidence(found)
    assert rule.evidence(Signs(Decimal(1), 3, Decimal(1), Decimal(0))) > rule.enough
    assert rule.evidence(Signs(rule.usual.text, 0, Decimal(0), Decimal(1))) < rule.enough
