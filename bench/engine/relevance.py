"""How well the ranking meets what a reader of both texts finds suitable.

Judgements are about the content and know nothing of areas, prices or dates, so the headline figures are taken
with the hard filters off; those with the filters on stand beside them. Offers that nobody judged count as 0.
The engine is measured without its thesaurus, too: what is left where nobody has added the words of a place.
Three other methods on the same records stand beside the engine: the cosine of character-bigram TF-IDF vectors of
title and description, the same with the labels of the entered codes added to the texts, and a tuned search server
(`bench.engine.server`).
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from app import matching
from app.matching.ranking.filters import FILTERS
from app.matching.ranking.prepared import prepare_offers
from app.matching.ranking.profiles import Reader
from app.matching.ranking.rank import rank
from app.matching.ranking.records import DEFAULT_WEIGHTS, NeedRecord, OfferRecord, Weights
from app.matching.ranking.text import normalize
from app.matching.sentences import MODEL, is_installed, sentence_model
from app.matching.sources import state
from bench.engine.doubts import SUITABLE, firsts, measure_alike, measure_doubts, told_of
from bench.engine.judgements import HIGHEST, Grades, Judgements, read_judgements
from bench.engine.market import SeasonMarket, read_by, with_needs
from bench.engine.server import Server
from bench.measures import release

DEPTH = 5
TEXT_ALONE = Weights(Decimal(1), *[Decimal(0)] * 7)
NO_FILTERS = tuple(code for code, _ in FILTERS)
Orders = Mapping[str, Sequence[str]]
Figures = dict[str, float | None]
Report = dict[str, Any]  # Figures, and under `splits` those of every split
METHODS = {
    "text": "text alone",
    "all": "all criteria",
    "filtered": "all criteria, hard filters on",
    "text_words": "text alone, by its words only",
    "all_words": "all criteria, texts by their words only",
    "text_literal": "text alone, without the thesaurus",
    "all_literal": "all criteria, without the thesaurus",
    "bigrams": "bigram TF-IDF of the texts",
    "bigrams_labels": "bigram TF-IDF of texts and labels of codes",
    "server": "BM25 of a tuned search server",
}


def gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


def ndcg(order: Sequence[str], grades: Mapping[str, int]) -> float:
    """Järvelin and Kekäläinen (2002), gain 2^grade - 1: what the first five gain against the best order possible."""
    best = gain(sorted(grades.values(), reverse=True)[:DEPTH])
    return gain([grades.get(id, 0) for id in order[:DEPTH]]) / best


def hit(order: Sequence[str], grades: Mapping[str, int]) -> float:
    """1 when the offer in the first place is suitable."""
    return float(grades.get(order[0], 0) >= SUITABLE) if order else 0.0


def recall(order: Sequence[str], grades: Mapping[str, int]) -> float:
    """The share of the offers of the highest grade that stand among the first five."""
    best = {id for id, grade in grades.items() if grade == HIGHEST}
    return len(best & set(order[:DEPTH])) / len(best)


MEASURES: tuple[tuple[str, int, Callable[[Sequence[str], Mapping[str, int]], float]], ...] = (
    ("ndcg5", 1, ndcg),
    ("first_hit_rate", SUITABLE, hit),
    ("recall5_grade3", HIGHEST, recall),
)


def figures(orders: Orders, grades: Grades) -> Figures:
    """The mean of each measure over the needs that have an offer it can find; None where no need has one."""
    found: Figures = {}
    for name, least, measure in MEASURES:
        able = [need for need in sorted(grades) if max(grades[need].values()) >= least]
        found[name] = round(mean(measure(orders[need], grades[need]) for need in able), 4) if able else None
    return found


def orders_by_engine(market: SeasonMarket, needs: Sequence[NeedRecord]) -> dict[str, Orders]:
    """The first five offers for each need: by the text alone, by all criteria, and by these with the filters on; the
    first two also by words alone and without the words of one meaning. Where the sentence model is installed it reads
    all texts for the others."""
    judged = {need.id for need in needs}
    read = readings(market).get("meaning", market)
    full, words = _orders(read, Reader(read.reference), judged), _orders(market, Reader(market.reference), judged)
    literal = _orders(read, Reader(read.reference, {}), judged)
    return {
        **full,
        **{f"{method}_words": words[method] for method in ("text", "all")},
        **{f"{method}_literal": literal[method] for method in ("text", "all")},
    }


@lru_cache(1)
def readings(market: SeasonMarket) -> Mapping[str, SeasonMarket]:
    """The market by its words alone and, where the sentence model is installed, by what its texts mean, too."""
    found = {"words": market}
    return found | ({"meaning": read_by(sentence_model(), market)} if is_installed() else {})


def _orders(market: SeasonMarket, reader: Reader, judged: Collection[str]) -> dict[str, Orders]:
    offers = prepare_offers(market.offers, reader, reader.statistics(market.needs, market.offers))
    needs = [need for need in market.needs if need.id in judged]

    def first(weights: Weights, without: Sequence[str] = NO_FILTERS) -> Orders:
        return {need.id: [row.id for row in rank(need, offers, weights, DEPTH, without).rows] for need in needs}

    return {"text": first(TEXT_ALONE), "all": first(DEFAULT_WEIGHTS), "filtered": first(DEFAULT_WEIGHTS, ())}


def orders_by_bigrams(market: SeasonMarket, needs: Sequence[NeedRecord], *, with_labels: bool) -> Orders:
    """The first five offers by the cosine of TF-IDF vectors; equal ones by id."""
    labels = _labels(market) if with_labels else {}
    asking = [_bigrams(need, labels) for need in needs]
    offers = sorted(market.offers, key=lambda offer: offer.id)
    offering = [_bigrams(offer, labels) for offer in offers]
    every = [*offering, *(_bigrams(need, labels) for need in market.needs)]
    weights = _rarities(every)
    likeness = (_vectors(asking, weights) @ _vectors(offering, weights).T).toarray()
    best = np.argsort(-likeness.round(12), axis=1, kind="stable")[:, :DEPTH]
    return {need.id: [offers[place].id for place in row] for need, row in zip(needs, best, strict=True)}


def _labels(market: SeasonMarket) -> dict[str, str]:
    categories = {category.code: category.label_zh for category in market.reference.categories}
    return categories | {population.code: population.label_zh for population in market.reference.populations}


def _bigrams(record: NeedRecord | OfferRecord, labels: Mapping[str, str]) -> list[str]:
    codes = (*record.category_codes, *record.population_codes)
    parts = (record.title, record.description, *(labels[code] for code in codes if code in labels))
    return [one + other for part in parts for one, other in pairwise(normalize(part))]


def _rarities(texts: Sequence[Iterable[str]]) -> dict[str, tuple[int, float]]:
    """Bigram → its column and ln((1 + N) / (1 + n)) + 1."""
    held = [set(text) for text in texts]
    known = sorted(set().union(*held))
    counts = dict.fromkeys(known, 0)
    for text in held:
        for bigram in text:
            counts[bigram] += 1
    return {
        bigram: (column, math.log((1 + len(texts)) / (1 + counts[bigram])) + 1) for column, bigram in enumerate(known)
    }


def _vectors(texts: Sequence[Sequence[str]], weights: Mapping[str, tuple[int, float]]) -> csr_matrix:
    """One row of length 1 per text (0 for an empty one)."""
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    columns, values = np.array([weights[bigram] for text in texts for bigram in text]).reshape(-1, 2).T
    matrix = csr_matrix((values, (rows, columns.astype(int))), shape=(len(texts), len(weights)))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return csr_matrix(matrix.multiply((1 / np.where(lengths > 0, lengths, 1))[:, None]))


def measure_relevance(market: SeasonMarket, judgements: Judgements) -> Report:
    """`<measure>_<method>` for all judgements, and the same for every split of the file under `splits`; under `made_by`
    the state of the sources and the releases that the figures are of.

    `first_hit_rate` and `recall5_grade3` without a method are those of all criteria.
    """
    needs = [need for need in market.needs if need.id in judgements.grades]
    orders = {
        **orders_by_engine(market, needs),
        "bigrams": orders_by_bigrams(market, needs, with_labels=False),
        "bigrams_labels": orders_by_bigrams(market, needs, with_labels=True),
        "server": Server(market).orders(needs),
    }
    doubted = {reading: list(firsts(each, judgements.grades, NO_FILTERS)) for reading, each in readings(market).items()}

    def report(grades: Grades) -> Report:
        return {
            **_flat(orders, grades),
            "doubts": {
                reading: measure_doubts([first for first in found if first.need in grades])
                for reading, found in doubted.items()
            },
        }

    made_by = {
        "sources": state(Path(matching.__file__).parent),
        "words": release("rjieba"),
        "meaning": MODEL if is_installed() else "no model is installed",
    }
    splits = {split: report(grades) for split, grades in judgements.splits.items()}
    return {**report(judgements.grades), "splits": splits, "made_by": made_by}


def doubts_of_both(
    market: SeasonMarket, judgements: Path, list_of_needs: Path, elsewhere: Path, tuned: str
) -> dict[str, Report]:
    """By reading, what `measure_alike` says of a split of the season's judged needs, of its others, and of needs of
    other districts, fitted to the first and the last."""
    wider, found = with_needs(market, list_of_needs), {}
    season, others = _judged(market, judgements), _judged(wider, elsewhere)
    for reading, each in readings(market).items():
        firsts_here = list(firsts(each, season.grades, NO_FILTERS))
        sets = {name: [first for first in firsts_here if first.need in of] for name, of in season.splits.items()}
        sets["elsewhere"] = list(firsts(readings(wider)[reading], others.grades, NO_FILTERS))
        found[reading] = measure_alike(sets, (tuned, "elsewhere"))
    return found


def _judged(market: SeasonMarket, path: Path) -> Judgements:
    return read_judgements(path, {need.id for need in market.needs}, {offer.id for offer in market.offers})


def _flat(orders: Mapping[str, Orders], grades: Grades) -> Figures:
    found: Figures = {"needs": len(grades), "judgements": sum(map(len, grades.values()))}
    by_method = {method: figures(order, grades) for method, order in orders.items()}
    found |= {name: by_method["all"][name] for name in ("first_hit_rate", "recall5_grade3")}
    return found | {f"{name}_{method}": value for method, each in by_method.items() for name, value in each.items()}


def readable(report: Report) -> str:
    """The report as a table, the whole file first and then each split."""
    tables = [_table("all judgements", report), *(_table(split, f) for split, f in report["splits"].items())]
    return "\n\n".join([*tables, ", ".join(f"{part}: {which}" for part, which in report["made_by"].items())])


def _table(title: str, found: Mapping[str, Any]) -> str:
    heading = "".join(f"{name:>16}" for name, _, _ in MEASURES)
    counted = f"{title}: {found['needs']} needs, {found['judgements']} pairs"
    lines = [f"{counted:<46}{heading}"]
    for method, what in METHODS.items():
        cells = [found[f"{name}_{method}"] for name, _, _ in MEASURES]
        lines.append(f"{what:<46}" + "".join(f"{'-' if cell is None else f'{cell:.3f}':>16}" for cell in cells))
    told = (f"{reading}: {line}" for reading, each in found["doubts"].items() for line in told_of(each))
    return "\n".join([*lines, *told])
