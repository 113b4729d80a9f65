"""Whether residents want a service: by three rules, and by a meeting that needs its quorum."""

import pytest

from app.voices import rules
from app.voices.rules import VoiceStatus, WillingnessRule

V, R = VoiceStatus, WillingnessRule


@pytest.mark.parametrize(
    ("rule", "said"), [(R.share_two_thirds, V.willing), (R.low_half, V.willing), (R.low_two_thirds, V.undecided)]
)
def test_36_of_48_are_judged_by_three_rules(rule: WillingnessRule, said: VoiceStatus) -> None:
    assert rules.willingness(36, 48, rule) is said


@pytest.mark.parametrize(
    ("willing", "answers", "rule", "said"),
    [
        (32, 48, R.share_two_thirds, V.willing),
        (31, 48, R.share_two_thirds, V.unwilling),
        (10, 48, R.low_half, V.unwilling),
        (45, 48, R.low_two_thirds, V.willing),
        (0, 0, R.share_two_thirds, V.undecided),
    ],
)
def test_willingness_at_its_bounds(willing: int, answers: int, rule: WillingnessRule, said: VoiceStatus) -> None:
    assert rules.willingness(willing, answers, rule) is said


def test_of_41_representatives_21_decide_and_20_do_not() -> None:
    assert rules.met(41, 21, 11) is V.willing
    assert rules.met(41, 21, 10) is V.unwilling
    with pytest.raises(rules.NoQuorum) as refused:
        rules.met(41, 20, 20)
    assert refused.value.facts == {"entitled": 41, "present": 20, "needed": 21}
    with pytest.raises(rules.NoQuorum):
        rules.met(40, 20, 20)


@pytest.mark.parametrize(("entitled", "present", "ayes"), [(41, 42, 11), (41, 21, 22)])
def test_counts_that_cannot_be_are_refused(entitled: int, present: int, ayes: int) -> None:
    with pytest.raises(rules.VoicesImpossible):
        rules.met(entitled, present, ayes)
