"""Whether the best place probably does not fit, and why: a ranking always has a best place.

Four signs of that one pair tell whether a reader of both would find it suitable: how far the words answer each other,
how many they share, how close what both are about is, and whether they are for the same people. More of a sign never
makes it more doubtful, and none is about those behind it: a pair is judged alike among forty and among fifty thousand.
Where a model has read the texts, of a vague need, whose text speaks for no service, less is asked.

The weights are those of logistic regressions on judged needs, rounded: by words on the tuned half of the season's
(`tests/matching/ranking/judgements.csv`), by meaning on these and on those of other districts
(`elsewhere_judgements.csv`), as much on each. What they notice, and doubt without cause, is told in
docs/decisions/0020; `shuangxuan bench relevance` and `bench doubts` say so of any judged sets, and which weights they
would fit (`bench/engine/doubts.py`): who changes what the criteria say runs them again.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from app.matching.ranking.criteria import Measure, overruled
from app.matching.ranking.profiles import NeedProfile, OfferProfile, Reader

MOST_WORDS = 3  # more shared words than these say no more
TELLING = Decimal("0.5")  # of what is usual: where no more than this is reached, that is a reason


class Signs(NamedTuple):
    """Each 0..1, but for `words`, of which there are at most MOST_WORDS. Unstated people speak for nobody and against
    nobody. `vague` is of the need alone: how far its text is from speaking for any service."""

    text: Decimal
    words: int
    category: Decimal
    people: Decimal
    vague: Decimal = Decimal(0)


class Rule(NamedTuple):
    """What each sign weighs: where all of them come to less than `enough`, the place is probably unsuitable. `usual` is
    what places that do fit have."""

    text: Decimal
    words: Decimal
    category: Decimal
    people: Decimal
    vague: Decimal
    enough: Decimal
    usual: Signs

    def evidence(self, found: Signs) -> Decimal:
        alike = self._of_texts(found) + self.category * found.category + self.people * found.people
        return alike + self.vague * found.vague

    def reached(self, found: Signs) -> tuple[Decimal, Decimal, Decimal]:
        """The share of what is usual: of texts, category and people."""
        texts = self._of_texts(found) / self._of_texts(self.usual)
        return texts, found.category / self.usual.category, found.people / self.usual.people

    def _of_texts(self, found: Signs) -> Decimal:
        return self.text * found.text + self.words * found.words


BY_WORDS = Rule(
    text=Decimal("2.6"),
    words=Decimal("1.4"),
    category=Decimal("3.1"),
    people=Decimal("0.4"),
    vague=Decimal(0),
    enough=Decimal("5.1"),
    usual=Signs(Decimal("0.45"), 3, Decimal("0.75"), Decimal(1)),
)
# Where a model of sentences has read both texts.
BY_MEANING = Rule(
    text=Decimal("7.2"),
    words=Decimal("0.4"),
    category=Decimal("4.2"),
    people=Decimal("4.5"),
    vague=Decimal("3.7"),
    enough=Decimal("10.1"),
    usual=Signs(Decimal("0.65"), 3, Decimal("0.75"), Decimal(1)),
)


class Fit(NamedTuple):
    """`reasons` why the best place probably does not fit, what it lacks most first; none where it may.

    Reasons: nobody, few_words, category_unclear, other_category, other_people. `helps`: codes (that the one ranked for
    had a category, down to the last level, and a group, and no category that its text speaks against), filters (that
    leaving one out would bring a best place that may fit).
    """

    reasons: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()


def signs(measures: Sequence[Measure], vague: Decimal) -> Signs:
    """Those of a pair, by what the criteria say of it, and of its need."""
    text, category, people = measures[:3]
    words = text.facts.get("words", ())
    assert isinstance(words, tuple)
    return Signs(_share(text, 0.0), min(len(words), MOST_WORDS), _share(category, 0.0), _share(people, 1.0), vague)


def rule_for(need: NeedProfile, offer: OfferProfile) -> Rule:
    return BY_MEANING if need.meaning and offer.meaning else BY_WORDS


def vagueness(need: NeedProfile, reader: Reader) -> Decimal:
    """How far the text of a need is from speaking for any service, 0..1."""
    spoken_for = reader.leaves.evidence(reader.lexicon.need_terms(need.record), need.meaning)
    return 1 - Decimal(repr(round(float(spoken_for.max(initial=0.0)), 4)))


def doubts(measures: Sequence[Measure], rule: Rule, vague: Decimal = Decimal(0)) -> tuple[str, ...]:
    """Why a pair probably does not fit, what it lacks most first; none where it may."""
    found = signs(measures, vague)
    if rule.evidence(found) >= rule.enough:
        return ()
    reached = dict(zip(("few_words", _category(measures[1]), "other_people"), rule.reached(found), strict=True))
    order = sorted(reached, key=lambda code: reached[code])
    return tuple(code for code in order if code == order[0] or reached[code] <= TELLING)


def codes_help(subject: NeedProfile | OfferProfile, leaves: Collection[str]) -> bool:
    """Whether something is missing or wrong in what was entered for the one that others are ranked for."""
    is_complete = subject.populations and any(code in leaves for code in subject.codes)
    return not is_complete or bool(overruled("subject", subject))


def _category(measure: Measure) -> str:
    return "category_unclear" if measure.code in {"category_unclear", "category_unknown"} else "other_category"


def _share(measure: Measure, unstated: float) -> Decimal:
    return Decimal(repr(unstated if measure.value is None else measure.value))
