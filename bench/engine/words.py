"""M11: cutting texts into words (search mode) against jieba, each with the dictionary it comes with."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import zip_longest
from random import Random
from typing import Any

import rjieba

from app.matching.ranking.text import HAN, normalize
from bench.engine.market import season_market
from bench.engine.matching import Inputs
from bench.engine.winners import PeerDisagrees
from bench.measures import RUNS, Measure, at_least, median_pair
from bench.season import SEASON

GENERATED, WORDS_EACH = 4_000, 120
COMMA_SHARE = 0.1

# Numbers, and Latin words joined by a sign such as phq-a, are put together by other rules.
OTHER_RULES = re.compile(r"\d|[a-z][-+#&._%][a-z]")
SEED = 2018


def measure(inputs: Inputs, ids: Sequence[str]) -> Iterator[Measure]:
    """Refused with PeerDisagrees when a text without digits is cut differently (but for OTHER_RULES)."""
    peer = ready_peer()
    texts = [*season_texts(), *generated_texts(peer)]
    plain = [text for text in texts if not OTHER_RULES.search(text)]
    apart = sum(_differs(text, peer) for text in texts if OTHER_RULES.search(text))
    for text in plain:
        _check_same(text, peer)
    ours, theirs = median_pair(
        lambda: each(rjieba.cut_for_search, plain), lambda: each(peer.lcut_for_search, plain), RUNS
    )
    rest = len(texts) - len(plain)
    yield at_least(
        "M11",
        f"words of {len(plain):,} texts without digits",
        sum(map(len, plain)) / ours / 1e6,
        "Mchar/s",
        against=f"jieba, the same words; of {rest} texts with digits or joined Latin words {apart} differ",
        ratio=theirs / ours,
        target=20,
    )


def cut(text: str) -> list[str]:
    found: list[str] = rjieba.cut_for_search(text)
    return found


def each(method: Callable[[str], list[str]], texts: Sequence[str]) -> None:
    """One text after the other, its words forgotten again, as an index is built."""
    for text in texts:
        method(text)


def ready_peer() -> Any:
    """jieba with its dictionary loaded, which it would otherwise do within the time measured."""
    peer = import_module("jieba")
    peer.setLogLevel(logging.WARNING)
    peer.initialize()
    return peer


def season_texts() -> list[str]:
    """What the season's needs and offers say, in the spelling the engine reads."""
    market = season_market(SEASON)
    asked = [text for need in market.needs for text in (need.title, need.description, need.requirements)]
    offered = [text for offer in market.offers for text in (offer.title, offer.description)]
    return [normalize(text) for text in (*asked, *offered) if text]


def generated_texts(peer: Any) -> list[str]:
    """Longer texts: Chinese words drawn as often as the dictionary has met them, run together as they are written."""
    random = Random(SEED)
    words = sorted(word for word, times in peer.dt.FREQ.items() if times and HAN.fullmatch(word))
    times = [peer.dt.FREQ[word] for word in words]
    drawn = [random.choices(words, times, k=WORDS_EACH) for _ in range(GENERATED)]
    return ["".join(word + "," * (random.random() < COMMA_SHARE) for word in text) for text in drawn]


def _differs(text: str, peer: Any) -> bool:
    return bool(cut(text) != peer.lcut_for_search(text))


def _check_same(text: str, peer: Any) -> None:
    ours, theirs = cut(text), peer.lcut_for_search(text)
    for place, (one, other) in enumerate(zip_longest(ours, theirs, fillvalue="")):
        if one != other:
            raise PeerDisagrees(on=" ".join(ours[max(0, place - 3) : place + 3]), ours=one, peer=other)
