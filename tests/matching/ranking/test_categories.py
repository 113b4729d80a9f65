from dataclasses import replace

import numpy as np
import pytest

from app.matching.ranking.categories import Floats, Leaves
from app.matching.ranking.meaning import DIMENSIONS
from app.matching.ranking.records import Category, NeedRecord, Reference
from app.matching.ranking.text import Lexicon
from app.matching.sentences import shortened
from tests.matching.factories import TOWN, season_needs, season_reference

WIDE = Reference(
    (
        *TOWN.categories,
        *(Category(f"0301{leaf:02d}", f"甲{leaf}", "") for leaf in range(1, 14)),
        *(Category(f"02{kind:02d}{leaf:02d}", f"乙{kind}", "") for kind in range(1, 13) for leaf in (1, 2, 3)),
    ),
    (),
)
LEXICON, WIDE_LEXICON = Lexicon(TOWN), Lexicon(WIDE)
LEAVES, WIDE_LEAVES = Leaves(LEXICON), Leaves(WIDE_LEXICON)


def likeliest(text: str, *codes: str) -> str | None:
    return first(LEAVES, LEAVES.infer(LEXICON.terms(text), codes))


def first(leaves: Leaves, about: Floats | None) -> str | None:
    return None if about is None else leaves.codes[int(about.argmax())]


def inferred(leaves: Leaves, lexicon: Lexicon, need: NeedRecord) -> str | None:
    return first(leaves, leaves.infer(lexicon.need_terms(need), need.category_codes))


def closeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    mine, theirs = LEAVES.signature(LEAVES.entered(one)), LEAVES.signature(LEAVES.entered(other))
    return sum(value * theirs.get(place, 0) for place, value in mine.items())


def spot(*places: int) -> bytes:
    """A vector along one axis, or between several."""
    found = np.zeros(DIMENSIONS)
    found[list(places)] = 1
    return shortened(found[None].astype(np.float32)).tobytes()


def read_town(missing: str = "") -> Leaves:
    """The town, of whose leaves each means something else."""
    read = (replace(c, meaning=spot(n)) for n, c in enumerate(TOWN.categories) if c.code != missing)
    unread = (c for c in TOWN.categories if c.code == missing)
    return Leaves(Lexicon(Reference((*read, *unread), TOWN.populations)))


def test_a_text_without_a_known_word_is_about_what_it_means() -> None:
    place = [category.code for category in TOWN.categories].index("090203")
    about = read_town().infer(LEXICON.terms("呜呼"), (), spot(place))
    assert first(read_town(), about) == "090203"
    assert LEAVES.infer(LEXICON.terms("呜呼"), (), spot(place)) is None


def test_meaning_says_nothing_of_a_taxonomy_that_is_not_read_whole() -> None:
    assert read_town(missing="010202").infer(LEXICON.terms("呜呼"), (), spot(8)) is None


def test_what_all_leaves_have_in_common_tells_none_from_another() -> None:
    leaves = read_town()
    about = leaves.evidence({}, spot(*range(len(TOWN.categories))))
    assert about.max() < 0.01


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


def test_what_neither_text_nor_code_speaks_for_is_no_part_of_what_a_record_is_about() -> None:
    about = LEAVES.infer(LEXICON.terms("中午送饭上门"), ("0102",))
    assert about is not None
    assert about[LEAVES.codes.index("090203")] == 0
    assert about.sum() < 1


def known(text: str, *codes: str) -> float:
    """How much of what a record is about is known."""
    about = WIDE_LEAVES.infer(WIDE_LEXICON.terms(text), codes)
    return 0.0 if about is None else float(about.sum())


def test_a_code_on_which_the_text_is_silent_is_taken_to_be_right_in_six_of_ten() -> None:
    assert known("详见附件", "010202") == pytest.approx(0.6, abs=0.05)


def test_the_less_a_text_says_the_less_of_what_it_is_about_is_known() -> None:
    assert known("老年食堂，长者食堂") > 0.9 > 0.7 > known("上门") > known("详见附件") == 0


def test_of_equally_likely_services_none_is_chosen_by_its_code() -> None:
    coarse = WIDE_LEAVES.signature(WIDE_LEAVES.infer({}, ("03",)))
    assert WIDE_LEAVES.clear(coarse) == "0301"
    assert len(coarse) == 2


def clear(text: str, *codes: str) -> str | None:
    return WIDE_LEAVES.clear(WIDE_LEAVES.signature(WIDE_LEAVES.infer(WIDE_LEXICON.terms(text), codes)))


def test_a_category_is_named_only_where_it_is_likelier_than_not() -> None:
    assert clear("中午送饭上门，配餐送餐") == "010102"
    assert clear("送饭，擦窗，食堂，保洁") == "0101"
    assert clear("上门") == "01"
    assert clear("详见附件", "010202") == "010202"
    assert clear("甲") is None


def test_a_service_is_likely_only_where_its_kind_is() -> None:
    about = np.zeros(len(WIDE_LEAVES.codes))
    for code in (f"02{kind:02d}{leaf:02d}" for kind in range(1, 11) for leaf in (1, 2, 3)):
        about[WIDE_LEAVES.codes.index(code)] = 0.03
    about[WIDE_LEAVES.codes.index("021101")] = 0.05
    assert not any(place < len(WIDE_LEAVES.codes) for place in WIDE_LEAVES.signature(about))


def test_closeness_nests_same_leaf_same_parent_same_top_nothing() -> None:
    leaf = ("010101",)
    found = [closeness(leaf, (other,)) for other in ("010101", "010102", "010202", "090203")]
    assert np.round(found, 4).tolist() == [1.0, 0.5, 0.2, 0.0]


def test_without_a_taxonomy_a_text_is_about_nothing_known() -> None:
    assert Leaves(Lexicon(Reference((), ()))).infer({"送餐": 1.0}, ("010101",)) is None


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
