"""Which services and groups of people a text seems to speak of, and by which of its words: for whoever is writing it.

A suggestion always names words that stand in the text: what only pairs of characters hint at is not suggested.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from app.matching.ranking.profiles import Reader
from app.matching.ranking.records import NeedRecord
from app.matching.ranking.text import LABEL_TIMES, MEANING_TIMES, STOP, Terms, normalize

MOST = 3  # of each kind
MOST_WORDS = 3  # that one is said to have been read from
LIKELY = 0.1  # share of what a text is about from which on a service is suggested


class Suggestion(NamedTuple):
    """`words` as they stand in the text, in simplified characters; the most telling first."""

    code: str
    words: tuple[str, ...]


class Suggestions(NamedTuple):
    """The likeliest first."""

    categories: tuple[Suggestion, ...]
    populations: tuple[Suggestion, ...]


def suggestions(reader: Reader, title: str, description: str) -> Suggestions:
    """What a need or an offer of this title and description may be about."""
    terms = reader.lexicon.need_terms(NeedRecord("", title, description))
    text = normalize(f"{title}\n{description}")
    return Suggestions(_categories(reader, terms, text), _populations(reader, terms, text))


def _categories(reader: Reader, terms: Terms, text: str) -> tuple[Suggestion, ...]:
    about = reader.leaves.infer(terms, ())
    if about is None:
        return ()
    likely = [int(leaf) for leaf in (-about).argsort(kind="stable")[:MOST] if about[leaf] >= LIKELY]
    codes = [reader.leaves.codes[leaf] for leaf in likely]
    found = (Suggestion(code, _words(reader, reader.leaves.said(terms, code), text)) for code in codes)
    return tuple(each for each in found if each.words)


def _populations(reader: Reader, terms: Terms, text: str) -> tuple[Suggestion, ...]:
    """Groups of which a name, or a word that means the same, stands in the text; of equals the narrower first."""
    said = {group.code: _speaking(reader, terms, f"#{group.code}") for group in reader.reference.populations}
    order = sorted(said, key=lambda code: (-sum(said[code].values()), -len(code), code))
    found = (Suggestion(code, _words(reader, said[code], text)) for code in order)
    return tuple(each for each in found if each.words)[:MOST]


def _speaking(reader: Reader, terms: Terms, own: str) -> dict[str, float]:
    """The terms that speak for a group, a name of its own as strongly as a word of the same meaning."""
    names = set(reader.lexicon.names[own]) - STOP
    meant = {
        term: times / MEANING_TIMES
        for term, times in terms.items()
        if term.startswith("=") and not names.isdisjoint(reader.lexicon.names[term])
    }
    return meant | {own: terms.get(own, 0.0) / LABEL_TIMES}


def _words(reader: Reader, said: Mapping[str, float], text: str) -> tuple[str, ...]:
    """The words behind the terms, each of them once and none that is a part of another."""
    weights: dict[str, float] = defaultdict(float)
    for term, weight in said.items():
        for word in reader.lexicon.names.get(term, (term,)):
            if word in text and word not in STOP:
                weights[word] = max(weights[word], weight)
    whole = [word for word in weights if not any(word != other and word in other for other in weights)]
    return tuple(sorted(whole, key=lambda word: (-weights[word], word)))[:MOST_WORDS]
