"""What somebody who searches asks for: the words of what was typed, each with all that mean the same."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

import rjieba

from app.matching.ranking.text import STOP, TO_SIMPLIFIED
from app.matching.ranking.thesaurus import SAME_MEANING

Meant = tuple[str, ...]
SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
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


class Arm(NamedTuple):
    """A part of what is looked for. `is_sure`: whatever holds the pairs of a word does say it."""

    words: Meant
    is_sure: bool


def arms(words: Meant) -> list[Arm]:
    """The words, apart: those that are one pair themselves, longer ones, and those of which no pair is known."""
    sure = tuple(word for word in words if len(word) == 2 and word.isalnum() and len(_pairs(word)) == 1)
    longer = tuple(word for word in words if word not in sure and _pairs(word))
    blind = tuple(word for word in words if not _pairs(word))
    return [
        arm for arm in (Arm(sure, is_sure=True), Arm(longer, is_sure=False), Arm(blind, is_sure=False)) if arm.words
    ]


def pairs_asked(words: Meant) -> str | None:
    """By which pairs of characters (`pairs_of` in the database) texts are found that may say one of the words, as a
    tsquery; None where nothing tells and every text is looked at."""
    if not all(map(_pairs, words)):
        return None
    return " | ".join("(" + " & ".join(map(_lexeme, _pairs(word))) + ")" for word in words)


def _lexeme(pair: str) -> str:
    """A single character is how a pair begins."""
    quoted = "'" + pair.replace("\\", "\\\\").replace("'", "''") + "'"
    return quoted if len(pair) == 2 else f"{quoted}:*"


def _pairs(word: str) -> list[str]:
    """Without those that hold a capital or small letter beyond A to Z: what is one letter of them to a regular
    expression differs from place to place."""
    pairs = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
    return [pair.translate(SMALL) for pair in pairs if pair.isascii() or pair.lower() == pair == pair.upper()]


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
