"""How many unsuitable first places the ranking itself notices, and how often it doubts a suitable one.

Every judged need is looked at three times: with the hard filters off, with them on, and as if its suitable offers did
not exist, so that whoever then stands first is unsuitable. Beside the rule as it is (`app/matching/ranking/fit.py`)
stands what logistic regressions on the same judgements would do, each fitted to four fifths of the needs and asked
about the rest, so that none is asked about a need that it was fitted to. The weights of one that is fitted to all of
them are those to write down when what the criteria say has changed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from app.matching.ranking import fit
from app.matching.ranking.criteria import measure
from app.matching.ranking.prepared import prepare_offers
from app.matching.ranking.profiles import Reader
from app.matching.ranking.rank import sight_of_offers
from bench.engine.judgements import Grades
from bench.engine.market import SeasonMarket

SUITABLE = 2  # from this grade on
FOLDS = 5
FALSE_ALARMS = 0.07  # of the suitable ones that a regression is fitted to; of others it is more
FEWEST = 10  # of either kind, for a regression
WHO = {"rule": "unsuitable first places, the rule", "regression": "unsuitable first places, fitted to other needs"}
SHRUNK = 0.5  # weights are held towards 0, so that few judgements do not make large ones
Floats = NDArray[np.float64]
Answers = NDArray[np.bool_]


class First(NamedTuple):
    """Who stands first for a need."""

    need: str
    signs: fit.Signs
    is_doubted: bool
    is_suitable: bool


class Regression(NamedTuple):
    """Whoever's weighted signs come to less than `enough` is doubted."""

    weights: Floats
    enough: float

    def doubts(self, signs: Floats) -> Answers:
        return np.asarray(signs @ self.weights < self.enough)


def firsts(market: SeasonMarket, grades: Grades, filters: Collection[str]) -> Iterator[First]:
    """The first places of every judged need: without the `filters`, with them, and without its suitable offers."""
    reader = Reader(market.reference)
    offers = prepare_offers(market.offers, reader, reader.statistics(market.needs, market.offers))
    for need in (need for need in market.needs if need.id in grades):
        judged, profile = grades[need.id], reader.need(need, offers.statistics)
        every, admitted = (
            [each.id for each in sight_of_offers(need, offers, without=without).placings()] for without in (filters, ())
        )
        unsuitable = [id for id in every if judged.get(id, 0) < SUITABLE]
        for id in (*every[:1], *admitted[:1], *unsuitable[:1]):
            offer = offers.profile(offers.records[id])
            said, rule = measure(profile, offer), fit.rule_for(profile, offer)
            yield First(need.id, fit.signs(said), bool(fit.doubts(said, rule)), judged.get(id, 0) >= SUITABLE)


def fitted(signs: Floats, suitable: Answers) -> Regression:
    """The logistic regression, no weight of it below 0, that doubts FALSE_ALARMS of the suitable ones."""

    def loss(weights: Floats) -> float:
        towards = np.where(suitable, -1, 1) * (signs @ weights[1:] - weights[0])
        return float(np.logaddexp(0, towards).sum() + SHRUNK / 2 * (weights[1:] ** 2).sum())

    found = minimize(loss, np.zeros(1 + signs.shape[1]), bounds=[(None, None), *[(0, None)] * signs.shape[1]])
    weights = found.x[1:]
    return Regression(weights, float(np.quantile(signs[suitable] @ weights, FALSE_ALARMS)))


def cross_validated(needs: Sequence[str], signs: Floats, suitable: Answers) -> Answers:
    """What is doubted by a regression that was fitted to other needs."""
    order = {need: place for place, need in enumerate(sorted(set(needs)))}
    fold = np.array([order[need] % FOLDS for need in needs])
    doubted = np.zeros(len(needs), dtype=bool)
    for asked in range(FOLDS):
        others = fold != asked
        doubted[~others] = fitted(signs[others], suitable[others]).doubts(signs[~others])
    return doubted


def measure_doubts(found: Sequence[First]) -> dict[str, Any]:
    """Of the unsuitable first places the share that is noticed, of the suitable ones the share that is doubted: by the
    rule, and by regressions on other needs (None where there are too few); the weights of one fitted to all."""
    signs = np.array([[float(sign) for sign in each.signs] for each in found])
    suitable = np.array([each.is_suitable for each in found])
    told = {"rule": np.array([each.is_doubted for each in found])}
    weights = None
    if suitable.sum() >= FEWEST and (~suitable).sum() >= FEWEST:
        told["regression"] = cross_validated([each.need for each in found], signs, suitable)
        whole = fitted(signs, suitable)
        names = (*fit.Signs._fields, "enough")
        weights = dict(zip(names, np.round([*whole.weights, whole.enough], 2).tolist(), strict=True))
    return {
        "unsuitable_firsts": int((~suitable).sum()),
        "suitable_firsts": int(suitable.sum()),
        **{f"noticed_{name}": _share(told[name][~suitable]) if name in told else None for name in WHO},
        **{f"false_alarms_{name}": _share(told[name][suitable]) if name in told else None for name in WHO},
        "fitted": weights,
    }


def told_of(found: Mapping[str, Any]) -> list[str]:
    """The same in three lines."""
    lines = []
    for name in WHO:
        noticed, false = (found[f"{what}_{name}"] for what in ("noticed", "false_alarms"))
        said = "too few" if noticed is None else f"{noticed:.0%} of {found['unsuitable_firsts']} noticed"
        also = "" if false is None else f", {false:.1%} of {found['suitable_firsts']} doubted without cause"
        lines.append(f"{WHO[name]}: {said}{also}")
    return [*lines, f"fitted to these: {found['fitted']}"]


def _share(of: Answers) -> float | None:
    return round(float(of.mean()), 4) if len(of) else None
