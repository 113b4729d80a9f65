"""Words of a record, and how well an offer's words answer a need's (BM25 on a fixed scale).

BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), eq. 3.15.
The score is divided by the best this need could reach with any text, not by the best of those prepared: an
offer that has nothing to do with a need cannot move the others by changing their scale.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from types import MappingProxyType

import rjieba
from opencc import OpenCC

from app.matching.ranking.records import Category, NeedRecord, OfferRecord, Population, Reference
from app.matching.ranking.thesaurus import BY_WHOM, SAME_MEANING

Terms = Mapping[str, float]

SATURATION = 1.2  # k1: how soon a repeated word stops adding
LENGTH_SHARE = 0.3  # b: how much of a long text's advantage is taken back
PAIR_TIMES = 0.2  # two neighbouring characters, beside the words: catches what the word list does not know
CHARACTER_TIMES = 0.5  # a word of a single character says little
MEANING_TIMES = 3.0  # a group of words of one meaning (thesaurus)
BY_WHOM_TIMES = 1.0  # one whose words say by whom something is done, not what
LABEL_TIMES = 0.25  # a category or target group recognised by its label or a synonym
TITLE_TIMES, REQUIREMENT_TIMES = 2.0, 0.5
OFFER_TITLE_TIMES = 1.5
SITUATION_TIMES = 0.1  # a sentence that asks for nothing, beside one that does
REMEMBERED_TEXTS = 4_096  # of what is read again soon; each is some ten kilobytes of words

STOP_HAN = "的 了 和 与 及 或 在 有 是 不 没 没有 人 想 要 为 让 把 被 都 也 就 又 还 等 对 到 来 去 上 下 中 后 前"
STOP_FIELD = "会 能 可 个 一 每 月 年 日 次 社区 居民 服务 活动 希望 需要 项目 组织 提供 居委会 居委 委会 群众"
STOP_ENGLISH = "the a an of and or to in on for with is are be by at"
STOP = frozenset(f"{STOP_HAN} {STOP_FIELD} {STOP_ENGLISH}".split())
SENTENCE_ENDS = re.compile(r"[。;!?\n]")
ASKING = re.compile(r"希望|需要|盼|期待|(?<![思没])想(?!不到)|(?<![申邀])请|要有|要给|需有")
HAN = re.compile(r"[\u4e00-\u9fff]+")
BESIDE_HAN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff\d])|(?<=\d)\s+(?=[\u4e00-\u9fff])")
# Ages and head counts from 10 to 99; not in 七八十岁 (70 to 80), 几十人, 一百二十人 or 十人 of 千人.
TENS = re.compile(
    r"(?<![一二两三四五六七八九十百千万亿零〇几数\d])([二三四五六七八九]?)十([一二三四五六七八九]?)"
    r"(?=[多余来几]?(?:周?岁|[人名位户]))"
)
DIGITS = {"": 0} | {han: digit for digit, han in enumerate("一二三四五六七八九", 1)}
TO_SIMPLIFIED = OpenCC("t2s")  # characters and the phrases in which one has another meaning (乾隆, 乾燥)


def normalize(text: str) -> str:
    """One spelling of a text; done again it changes nothing.

    NFKC (full width → half width, ㎡ → m2), lower case, simplified characters, `六十岁` and `60 岁` → `60岁`, no
    blanks beside Chinese characters (blanks between numbers stay: `3 20人` is not 320 people).
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    closed = BESIDE_HAN.sub("", _simplified(folded))
    return TENS.sub(lambda found: str(10 * (DIGITS[found[1]] or 1) + DIGITS[found[2]]), closed)


def _simplified(text: str) -> str:
    """Until nothing is left to replace: 薴 becomes 苧 first and 苎 then."""
    while (simpler := TO_SIMPLIFIED.convert(text)) != text:
        text = simpler
    return text


def _normalized(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(spelled for name in names if (spelled := normalize(name).strip()))


@cache
def meanings() -> Mapping[str, tuple[str, ...]]:
    """The terms of the thesaurus, each with the words that mean it."""
    return {f"={words[0]}": _normalized(words) for words in SAME_MEANING}


class Names:
    """Finds which groups of names a text holds, in one pass over the text however many names there are.

    A name is looked up by its first two characters and compared in place; `groups` are (term, names).
    """

    def __init__(self, groups: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._starting: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for term, names in groups:
            for name in sorted({name for name in names if name}):
                self._starting[name[:2]].append((name, term))

    def held_by(self, text: str) -> set[str]:
        """The terms of which at least one name stands somewhere in the text."""
        found: set[str] = set()
        for character in set(text) & self._starting.keys():
            found.update(term for _, term in self._starting[character])
        for place, start in enumerate(map("".join, pairwise(text))):
            if start in self._starting:
                found.update(term for name, term in self._starting[start] if text.startswith(name, place))
        return found


class Lexicon:
    """The words known of one taxonomy: cuts texts and recognises what they speak of. Built once. `alike`: the terms of
    the thesaurus with their words."""

    def __init__(self, reference: Reference, alike: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.reference = reference
        self._cutter = rjieba.Jieba()
        entries: tuple[Category | Population, ...] = (*reference.categories, *reference.populations)
        labels = {f"#{entry.code}": _normalized((entry.label_zh, *entry.synonyms)) for entry in entries}
        for name in dict.fromkeys(name for names in labels.values() for name in names):
            self._cutter.add_word(name, None, None)
        self.names: Mapping[str, tuple[str, ...]] = {**(meanings() if alike is None else alike), **labels}
        self._names = Names(self.names.items())
        self.terms = lru_cache(maxsize=REMEMBERED_TEXTS)(self._terms)

    def words(self, text: str) -> list[str]:
        """The words of a normalised text, long words also in their parts; no stop words, no bare numbers."""
        cut = self._cutter.cut_for_search(text)
        return [w for w in cut if w not in STOP and w[0].isalnum() and not w.isdecimal()]

    def _terms(self, text: str) -> Terms:
        """Words, `~` character pairs, `=` meanings and `#` recognised codes, each with its weight."""
        text = normalize(text)
        found: dict[str, float] = defaultdict(float)
        for word in self.words(text):
            found[word] += 1.0 if len(word) > 1 else CHARACTER_TIMES
        for run in HAN.findall(text):
            for one, other in pairwise(run):
                found[f"~{one}{other}"] += PAIR_TIMES
        for term in sorted(self._names.held_by(text)):
            found[term] = _times(term)
        return MappingProxyType(dict(found))  # a plain one of words and numbers is none of the collector's business

    def need_terms(self, need: NeedRecord) -> dict[str, float]:
        """What the place is like tells little of the service beside a sentence that asks for it."""
        asked, situation = _request(normalize(need.description))
        return self._weighed(
            (need.title, TITLE_TIMES),
            (asked, 1.0),
            (situation, SITUATION_TIMES),
            (need.requirements, REQUIREMENT_TIMES),
        )

    def offer_terms(self, offer: OfferRecord) -> dict[str, float]:
        return self._weighed((offer.title, OFFER_TITLE_TIMES), (offer.description, 1.0))

    def _weighed(self, *parts: tuple[str, float]) -> dict[str, float]:
        total: dict[str, float] = defaultdict(float)
        for text, times in parts:
            for term, weight in self.terms(text).items():
                total[term] += times * weight
        return dict(total)


def _times(term: str) -> float:
    """The weight of a group of words or of a label that stands in a text."""
    if not term.startswith("="):
        return LABEL_TIMES
    return BY_WHOM_TIMES if term[1:] in BY_WHOM else MEANING_TIMES


def _request(text: str) -> tuple[str, str]:
    """The sentences that ask for something, and the others; all of a text in which none is put as a request."""
    sentences = SENTENCE_ENDS.split(text)
    asked = [sentence for sentence in sentences if ASKING.search(sentence)]
    if not asked:
        return text, ""
    return "\n".join(asked), "\n".join(sentence for sentence in sentences if sentence not in asked)


@dataclass(frozen=True)
class Statistics:
    """How common each term is. Frozen for a round, it keeps every text score apart from later entries."""

    documents: int
    frequency: Terms
    mean_length: float

    @classmethod
    def of(cls, documents: Iterable[Terms]) -> "Statistics":
        frequency: Counter[str] = Counter()
        lengths = []
        for terms in documents:
            frequency.update(terms.keys())
            lengths.append(sum(sorted(terms.values())))
        mean = sum(sorted(lengths)) / len(lengths) if lengths else 1.0
        return cls(len(lengths), frequency, mean or 1.0)

    def rarity(self, term: str) -> float:
        """The IDF of BM25 in its never negative form, ln(1 + (N - n + ½) / (n + ½))."""
        known = self._rarities
        if (rarity := known.get(term)) is None:
            holding = self.frequency.get(term, 0)
            rarity = known[term] = math.log(1 + (self.documents - holding + 0.5) / (holding + 0.5))
        return rarity

    @cached_property
    def _rarities(self) -> dict[str, float]:
        return {}


def asked(terms: Terms, statistics: Statistics) -> dict[str, float]:
    """A need's terms as shares of its own best possible score: together they make 1."""
    wanted = {term: weight * statistics.rarity(term) for term, weight in sorted(terms.items())}
    best = sum(wanted.values())
    return {term: weight / best for term, weight in wanted.items()} if best else {}


def answered(terms: Terms, statistics: Statistics) -> dict[str, float]:
    """How far an offer's text answers each of its terms, 0..1 (BM25's saturation without its constant)."""
    length = sum(sorted(terms.values())) / statistics.mean_length
    discount = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length)
    return {term: times / (times + discount) for term, times in sorted(terms.items())}


def closeness(share: float) -> float:
    """The share of a need's best possible score, spread out: real texts share few words, so its root is taken."""
    return math.sqrt(min(1.0, share))


def shared_terms(
    wanted: Terms, given: Terms, need: Sequence[str], offer: Sequence[str], limit: int = 5
) -> tuple[str, ...]:
    """The words that brought most, best first, for the explanation; pairs and codes are left out.

    Only words that stand in the texts: one that stands in both as it is, and where a word of the need is met by another
    of the same meaning both, as `need's=offer's`. `need` and `offer` are the parts of the texts, normalised.
    """
    weights = {t: wanted[t] * given[t] for t in wanted if t in given and t[0] not in "~#"}
    ranked = sorted(weights, key=lambda term: (-weights[term], term))
    spelled = (_as_it_stands(term, need, offer) for term in ranked)
    return tuple(dict.fromkeys(word for word in spelled if word))[:limit]


def _as_it_stands(term: str, need: Sequence[str], offer: Sequence[str]) -> str | None:
    names = meanings()[term] if term.startswith("=") else (term,)
    mine, theirs = ([name for name in names if any(name in part for part in parts)] for parts in (need, offer))
    if not mine or not theirs:
        return None
    both = [name for name in mine if name in theirs]
    return both[0] if both else f"{mine[0]}={theirs[0]}"
