import numpy as np
import pytest

from app.matching.ranking.categories import Leaves
from app.matching.ranking.records import NeedRecord
from app.matching.ranking.text import Lexicon
from tests.matching.factories import TOWN, season_needs, season_reference

LEXICON = Lexicon(TOWN)
LEAVES = Leaves(LEXICON)


def likeliest(text: str, *codes: str) -> str | None:
    return LEAVES.likeliest(LEAVES.signature(LEAVES.infer(LEXICON.terms(text), codes)))


def inferred(leaves: Leaves, lexicon: Lexicon, need: NeedRecord) -> str | None:
    return leaves.likeliest(leaves.signature(leaves.infer(lexicon.need_terms(need), need.category_codes)))


def closeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    mine, theirs = LEAVES.signature(LEAVES.entered(one)), LEAVES.signature(LEAVES.entered(other))
    return sum(value * theirs.get(place, 0) for place, value in mine.items())


def test_leaves_are_the_codes_without_codes_below_them() -> None:
    assert LEAVES.codes == ("010101", "010102", "010202", "090203")


def test_the_text_fills_a_blank_code() -> None:
    assert likeliest("中午送饭上门") == "010102"


def test_the_text_refines_a_coarse_code() -> None:
    assert likeliest("开办长者食堂", "01") == "010101"


def test_the_text_overrules_a_wrong_code() -> None:
    assert likeliest("组织居民巡河，做河道保护", "010101") == "090203"


def test_without_a_speaking_text_the_entered_code_stands() -> None:
    assert likeliest("详见附件", "010202") == "010202"


def test_neither_text_nor_code_says_nothing() -> None:
    assert LEAVES.infer({}, ()) is None
    assert LEAVES.infer({}, ("99", "")) is None


def test_a_distribution_sums_to_one() -> None:
    about = LEAVES.infer(LEXICON.terms("老人助餐和河道保护"), ("0101", "99"))
    assert about is not None
    assert about.sum() == pytest.approx(1)
    assert (about > 0).all()


def test_closeness_nests_same_leaf_same_parent_same_top_nothing() -> None:
    leaf = ("010101",)
    found = [closeness(leaf, (other,)) for other in ("010101", "010102", "010202", "090203")]
    assert np.round(found, 4).tolist() == [1.0, 0.5, 0.2, 0.0]


def test_a_word_in_passing_does_not_overrule_the_entered_code() -> None:
    lexicon = Lexicon(season_reference())
    need = next(need for need in season_needs() if need.id == "N199")
    assert inferred(Leaves(lexicon), lexicon, need) == "080101"


def test_the_inferred_service_of_the_season_s_needs_does_not_hang_on_the_entered_code() -> None:
    lexicon = Lexicon(season_reference())
    leaves = Leaves(lexicon)
    needs = {need.id: need for need in season_needs()}
    right = {"N032": "020203", "N066": "040202", "N112": "070202", "N126": "080202", "N153": "090403", "N162": "100101"}
    assert {id: inferred(leaves, lexicon, needs[id]) for id in right} == right
