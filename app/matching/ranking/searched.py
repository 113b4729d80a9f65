"""What somebody who searches asks for: the words of what was typed, each with all that mean the same."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby

import rjieba

from app.matching.ranking.text import STOP, TO_SIMPLIFIED
from app.matching.ranking.thesaurus import SAME_MEANING

Meant = tuple[str, ...]
MOST_WORDS = 8  # of one search


def meant(text: str) -> list[Meant]:
    """Every word asked for, first as it was typed, then what means the same; a text that is found says one of each.

    斗南四点半 → (斗南), (四点半, 放学, 课后, …). What holds no word at all is looked for as it stands.
    """
    typed = TO_SIMPLIFIED.convert(unicodedata.normalize("NFKC", text).casefold()).strip()
    words = list(dict.fromkeys(_words(typed))) or [typed]
    longer = [word for word in words if len(word) > 1]
    return [(word, *_alike().get(word, ())) for word in (longer or words)[:MOST_WORDS]]


def pattern(words: Sequence[str]) -> str:
    """The regular expression, as Python and PostgreSQL read it, for a text that says one of the words."""
    return "|".join(re.escape(word) for word in words)


def _words(typed: str) -> Iterator[str]:
    """The words that tell something. Characters that the word list does not know as a word are one, such as the name
    of a village."""
    for is_single, run in groupby(_told(_cutter().cut(typed, False)), key=lambda word: len(word) == 1):
        if is_single:
            yield from "".join(run).split()
        else:
            yield from run


def _told(cut: Iterable[str]) -> Iterator[str]:
    """The words, with a blank in place of what tells nothing."""
    return (word if word not in STOP and word.isalnum() else " " for word in cut)


@cache
def _cutter() -> rjieba.Jieba:
    cutter = rjieba.Jieba()
    for word in _alike():
        cutter.add_word(word, None, None)
    return cutter


@cache
def _alike() -> dict[str, Meant]:
    """Word → the others of every group it stands in."""
    others = defaultdict[str, dict[str, None]](dict)
    for group in SAME_MEANING:
        for word in group:
            others[word].update(dict.fromkeys(other for other in group if other != word))
    return {word: tuple(found) for word, found in others.items()}
