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
FEW_FALSE_ALARMS = 0.04  # where it is fitted to sets of different kinds
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
        vague = fit.vagueness(profile, reader)
        every, admitted = (
            [each.id for each in sight_of_offers(need, offers, without=without).placings()] for without in (filters, ())
        )
        unsuitable = [id for id in every if judged.get(id, 0) < SUITABLE]
        for id in (*every[:1], *admitted[:1], *unsuitable[:1]):
            offer = offers.profile(offers.records[id])
            said, rule = measure(profile, offer), fit.rule_for(profile, offer)
            is_doubted = bool(fit.doubts(said, rule, vague))
            yield First(need.id, fit.signs(said, vague), is_doubted, judged.get(id, 0) >= SUITABLE)


def fitted(signs: Floats, suitable: Answers) -> Regression:
    """The logistic regression, no weight of it below 0, that doubts FALSE_ALARMS of the suitable ones."""

    weights = _weights(signs, suitable, np.ones(len(signs)))
    return Regression(weights, float(np.quantile(signs[suitable] @ weights, FALSE_ALARMS)))


def fitted_alike(sets: Sequence[Sequence[First]]) -> Regression:
    """The same of several judged sets, each of which counts as much as the first; weights are held towards 0 by what
    they make of a sign's spread, and of no set more than FEW_FALSE_ALARMS of the suitable ones are doubted."""
    signs, suitable = zip(*map(_table, sets), strict=True)
    every = np.concatenate(signs)
    spread = every.std(axis=0) + 1e-9
    counts = np.concatenate([np.full(len(each), len(signs[0]) / len(each)) for each in signs])
    weights = _weights(every / spread, np.concatenate(suitable), counts) / spread
    reached = [np.quantile(each[fits] @ weights, FEW_FALSE_ALARMS) for each, fits in zip(signs, suitable, strict=True)]
    return Regression(weights, float(min(reached)))


def _weights(signs: Floats, suitable: Answers, counts: Floats) -> Floats:
    def loss(weights: Floats) -> float:
        towards = np.where(suitable, -1, 1) * (signs @ weights[1:] - weights[0])
        return float((counts * np.logaddexp(0, towards)).sum() + SHRUNK / 2 * (weights[1:] ** 2).sum())

    found = minimize(loss, np.zeros(1 + signs.shape[1]), bounds=[(None, None), *[(0, None)] * signs.shape[1]])
    return np.asarray(found.x[1:])


def _table(found: Sequence[First]) -> tuple[Floats, Answers]:
    signs = np.array([[float(sign) for sign in each.signs] for each in found])
    return signs, np.array([each.is_suitable for each in found])


def measure_alike(sets: Mapping[str, Sequence[First]], fitted_to: Sequence[str]) -> dict[str, Any]:
    """By set, noticed and doubted without cause: by the rule, by one regression fitted alike to those named, and of
    these by regressions on the other needs; and the weights of the one."""
    chosen = [sets[name] for name in fitted_to]
    whole = fitted_alike(chosen)
    by_rule = {name: np.array([each.is_doubted for each in found]) for name, found in sets.items()}
    by_one = {name: whole.doubts(_table(found)[0]) for name, found in sets.items()}
    names = (*fit.Signs._fields, "enough")
    return {
        "rule": {name: _shares(told, sets[name]) for name, told in by_rule.items()},
        "fitted alike": {name: _shares(told, sets[name]) for name, told in by_one.items()},
        "fitted to other needs": {
            name: _shares(told, sets[name]) for name, told in zip(fitted_to, _on_other_needs(chosen), strict=True)
        },
        "weights": dict(zip(names, np.round([*whole.weights, whole.enough], 2).tolist(), strict=True)),
    }


def _on_other_needs(sets: Sequence[Sequence[First]]) -> list[Answers]:
    """What is doubted by regressions that were fitted alike to four fifths of the needs of every set and not to this
    one."""
    folds = [_folds([each.need for each in found]) for found in sets]
    doubted = [np.zeros(len(found), dtype=bool) for found in sets]
    for asked in range(FOLDS):
        others = [
            [first for first, at in zip(found, fold, strict=True) if at != asked]
            for found, fold in zip(sets, folds, strict=True)
        ]
        regression = fitted_alike(others)
        for found, fold, told in zip(sets, folds, doubted, strict=True):
            told[fold == asked] = regression.doubts(_table(found)[0][fold == asked])
    return doubted


def _shares(doubted: Answers, found: Sequence[First]) -> str:
    suitable = np.array([each.is_suitable for each in found])
    noticed, false = doubted[~suitable], doubted[suitable]
    return f"{noticed.sum()} of {len(noticed)} noticed, {false.sum()} of {len(false)} doubted without cause"


def _folds(needs: Sequence[str]) -> NDArray[np.int64]:
    order = {need: place for place, need in enumerate(sorted(set(needs)))}
    return np.array([order[need] % FOLDS for need in needs])


def cross_validated(needs: Sequence[str], signs: Floats, suitable: Answers) -> Answers:
    """What is doubted by a regression that was fitted to other needs."""
    fold, doubted = _folds(needs), np.zeros(len(needs), dtype=bool)
    for asked in range(FOLDS):
        others = fold != asked
        doubted[~others] = fitted(signs[others], suitable[others]).doubts(signs[~others])
    return doubted


def measure_doubts(found: Sequence[First]) -> dict[str, Any]:
    """Of the unsuitable first places the share that is noticed, of the suitable ones the share that is doubted: by the
    rule, and by regressions on other needs (None where there are too few); the weights of one fitted to all."""
    signs, suitable = _table(found)
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
