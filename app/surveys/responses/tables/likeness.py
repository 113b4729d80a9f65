"""When what a file says and what the questionnaire says are the same words: literally, but for the width of the
characters, but for punctuation, but for words that mean nothing. A digit, a sign (＜, ≥, +) or a negation always
means something.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Generic, TypeVar

T = TypeVar("T")
Fold = Callable[[str], str]
ADDITION = re.compile(r"〖[^〗]*〗")  # what somebody wrote in beside an option
_KIND = re.compile(
    r"\*|[\[【(]\s*(?:(?:单选|多选|排序|填空|量表|打分|评分|下拉|矩阵[单多]?选?|矩阵量表)题?|[必选][答填]题?|可多选)\s*[\])】]"
)
_FILLERS = str.maketrans("", "", "是的了吗呢吧啊请问您你")
_SIGNS = frozenset("%‰&#@")
_DASHES = re.compile(r"\s*[-‐‑‒–—−]\s*(?=[0-9])")


def literal(text: str) -> str:
    return text.strip()


def plain(text: str) -> str:
    """Without additions, unseen characters and runs of spaces; wide characters as narrow ones."""
    folded = unicodedata.normalize("NFKC", ADDITION.sub("", text))
    return " ".join("".join(c for c in folded if unicodedata.category(c) != "Cf").split())


def bare(text: str) -> str:
    """Letters, digits and what has a meaning beside them: signs, and points and dashes that belong to a number."""
    folded = _DASHES.sub("-", plain(text))
    return "".join(c for i, c in enumerate(folded) if c.isalnum() or _has_meaning(folded, i))


def _has_meaning(text: str, at: int) -> bool:
    mark, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if mark in ".,:/-":
        return after.isdigit() and (before.isdigit() or (mark == "-" and not before.isalnum()))
    return mark in _SIGNS or unicodedata.category(mark).startswith("S")


def untyped(text: str) -> str:
    """Without (多选题) and the like, which 问卷星 adds to a title."""
    return bare(_KIND.sub("", plain(text)))


def lean(text: str) -> str:
    """Without words of courtesy besides."""
    return untyped(text).translate(_FILLERS)


LABELS: tuple[Fold, ...] = (literal, plain, bare)
TITLES: tuple[Fold, ...] = (literal, plain, bare, untyped, lean)


class Known(Generic[T]):
    """Things by their wordings."""

    def __init__(self, folds: Sequence[Fold], things: Iterable[tuple[T, Sequence[str]]]) -> None:
        self._folded: list[tuple[Fold, defaultdict[str, list[T]]]] = [(fold, defaultdict(list)) for fold in folds]
        for thing, wordings in things:
            for fold, found in self._folded:
                for wording in {fold(wording) for wording in wordings} - {""}:
                    found[wording].append(thing)

    def best(self, text: str) -> list[T]:
        """Those that say the same as `text` by the strictest fold by which any does."""
        return next((same for fold, found in self._folded if (same := found.get(fold(text), []))), [])


def likeness(text: str, other: str) -> float:
    """0 to 1, to suggest what a title might mean; nothing is ever taken for it."""
    return SequenceMatcher(None, bare(text), bare(other), autojunk=False).ratio()
