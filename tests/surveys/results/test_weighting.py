import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.results.weighting import HIGHEST, LOWEST, CountMissing, Margin, MarginLength, effective_n, rake


def weighted_share(weights: np.ndarray, groups: list[str], group: str) -> float:
    return float(weights[[g == group for g in groups]].sum() / weights.sum())


def test_two_margins_are_met_at_once() -> None:
    sex = ["M", "M", "M", "F", "F", "F", "F", "F"]
    age = ["young", "old", "old", "young", "young", "old", "young", "old"]
    found = rake(8, [Margin("sex", sex, {"M": 480, "F": 520}), Margin("age", age, {"young": 400, "old": 600})])
    assert found.converged
    assert weighted_share(found.values, sex, "M") == pytest.approx(0.48)
    assert weighted_share(found.values, age, "young") == pytest.approx(0.4)
    assert found.values.mean() == pytest.approx(1)
    assert (found.capped, found.uncovered) == (0, [])


def test_a_sample_like_its_community_keeps_weights_of_one() -> None:
    found = rake(4, [Margin("sex", ["M", "M", "F", "F"], {"M": 50, "F": 50})])
    assert found.values.tolist() == [1, 1, 1, 1]
    assert found.effective_n == 4


def test_weights_are_held_within_their_limits_and_still_average_one() -> None:
    groups = ["few"] + ["many"] * 19
    found = rake(20, [Margin("group", groups, {"few": 50, "many": 50})])
    assert found.values[0] == HIGHEST
    assert found.values[1:].tolist() == pytest.approx([17 / 19] * 19)
    assert (found.capped, found.values.mean()) == (1, pytest.approx(1))


def test_margins_cut_off_by_the_limits_are_raked_again_and_the_rest_is_reported() -> None:
    """Half and half in truth, one among twenty here: its weight of 3 reaches 15 %."""
    found = rake(20, [Margin("group", ["few"] + ["many"] * 19, {"few": 50, "many": 50})])
    assert not found.converged
    [gap] = found.gaps
    assert (gap.margin, gap.group, gap.wanted) == ("group", "few", 0.5)
    assert gap.reached == pytest.approx(3 / 20)


def test_capped_weights_are_made_up_for_where_the_other_margin_leaves_room() -> None:
    """2 of 20 are old and poor at once: without limits they would weigh 4 and more; the other old ones take over."""
    old = ["old"] * 4 + ["young"] * 16
    poor = ["poor"] * 2 + ["rich"] * 2 + ["poor"] * 2 + ["rich"] * 14
    found = rake(20, [Margin("age", old, {"old": 50, "young": 50}), Margin("money", poor, {"poor": 45, "rich": 55})])
    assert found.capped > 0
    assert found.converged
    assert weighted_share(found.values, old, "old") == pytest.approx(0.50, abs=5e-5)
    assert weighted_share(found.values, poor, "poor") == pytest.approx(0.45, abs=5e-5)


def test_margins_that_contradict_each_other_are_not_met_and_say_so() -> None:
    """All the women are young: half women and a quarter young cannot be had."""
    sex, age = ["F", "F", "M", "M"], ["young", "young", "old", "old"]
    found = rake(4, [Margin("sex", sex, {"F": 50, "M": 50}), Margin("age", age, {"young": 25, "old": 75})])
    assert not found.converged
    assert sum(abs(gap.wanted - gap.reached) for gap in found.gaps) == pytest.approx(0.25, abs=1e-6)


def test_a_group_in_which_nobody_answered_is_a_margin_not_met() -> None:
    found = rake(2, [Margin("street", ["a", "a"], {"a": 5, "b": 5})])
    assert (found.converged, found.uncovered) == (False, [("street", "b")])
    assert [abs(gap.wanted - gap.reached) for gap in found.gaps] == [0.5]


def test_the_effective_sample_size_is_kish() -> None:
    assert effective_n(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert effective_n(np.array([])) == 0.0


def test_a_margin_leaves_those_who_skipped_its_question_as_they_are() -> None:
    found = rake(4, [Margin("sex", ["M", "M", "F", None], {"M": 1, "F": 1})])
    assert found.values.tolist() == pytest.approx([0.75, 0.75, 1.5, 1.0])


def test_groups_in_which_nobody_answered_are_named() -> None:
    found = rake(2, [Margin("street", ["a", "a"], {"a": 5, "b": 7, "c": 0})])
    assert (found.uncovered, found.values.tolist()) == ([("street", "b")], [1, 1])


def test_without_margins_or_answers_weights_are_plain() -> None:
    assert rake(3, []).values.tolist() == [1, 1, 1]
    assert rake(0, [Margin("sex", [], {"M": 1})]).values.tolist() == []


@pytest.mark.parametrize("counts", [{"M": 10}, {"M": 10, "F": 0}])
def test_a_group_without_a_count_is_refused(counts: dict[str, int]) -> None:
    with pytest.raises(CountMissing) as refused:
        rake(2, [Margin("sex", ["M", "F"], counts)])
    assert refused.value.facts == {"margin": "sex", "group": "F"}


def test_a_margin_of_another_length_is_refused() -> None:
    with pytest.raises(MarginLength):
        rake(3, [Margin("sex", ["M"], {"M": 1})])


@given(
    st.lists(st.tuples(st.sampled_from("MF"), st.sampled_from("abcd")), min_size=1, max_size=60),
    st.tuples(*[st.integers(1, 10_000)] * 6),
)
def test_weights_always_average_one_within_their_limits(people: list[tuple[str, str]], counts: tuple[int, ...]) -> None:
    sex, age = [p[0] for p in people], [p[1] for p in people]
    margins = [
        Margin("sex", sex, dict(zip("MF", counts, strict=False))),
        Margin("age", age, dict(zip("abcd", counts[2:], strict=True))),
    ]
    found = rake(len(people), margins)
    assert found.values.mean() == pytest.approx(1)
    assert found.values.min() >= LOWEST - 1e-9
    assert found.values.max() <= HIGHEST + 1e-9
    assert 0 < found.effective_n <= len(people) + 1e-6
    for margin, groups in ((margins[0], sex), (margins[1], age)):
        met = all(
            abs(weighted_share(found.values, groups, g) - n / sum(margin.counts.values())) < 5e-5
            for g, n in margin.counts.items()
        )
        assert met or not found.converged
