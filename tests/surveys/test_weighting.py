import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.weighting import HIGHEST, LOWEST, CountMissing, Margin, MarginLength, effective_n, rake


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


def test_the_effective_sample_size_is_kish() -> None:
    assert effective_n(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert effective_n(np.array([])) == 0.0


def test_who_left_the_question_blank_is_left_as_is_by_that_margin() -> None:
    found = rake(4, [Margin("sex", ["M", "M", "F", None], {"M": 1, "F": 1})])
    assert found.values.tolist() == pytest.approx([0.75, 0.75, 1.5, 1.0])


def test_groups_in_which_nobody_answered_are_named() -> None:
    found = rake(2, [Margin("street", ["a", "a"], {"a": 5, "b": 7, "c": 0})])
    assert (found.uncovered, found.values.tolist()) == ([("street", "b")], [1, 1])


def test_no_margin_and_nobody_give_plain_weights() -> None:
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
