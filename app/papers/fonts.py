"""The type that papers are set in: what travels with the product, and for a rare character what this machine has.

A character that no type here shows is never left blank: its code point stands in its place, [U+2A6A5]. Characters of
private use have no agreed form, so they are always written that way.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

from app.core.errors import DomainError
from app.core.settings import PROJECT, settings

# First the type that travels with the front end, then what systems have; the first one present sets the paper.
FAMILIES = (
    "Noto Sans S Chinese",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Serif CJK SC",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
)
PACKAGES = ("@embedpdf/fonts-sc/fonts", "@embedpdf/fonts-jp/fonts", "@expo-google-fonts/noto-emoji/400Regular")
SYSTEM = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
JOINED = re.compile("\\][\u200d\ufe00-\ufe0f]+")
KINDS = frozenset({".ttf", ".otf", ".ttc", ".otc"})


class ChineseTypeMissing(DomainError):
    """No font on this machine can set Chinese."""

    status = 503


@dataclass(frozen=True)
class Face:
    """`codes`: the code points that it shows, in order."""

    family: str
    folder: str
    codes: Sequence[int]

    def shows(self, part: str) -> bool:
        place = bisect_left(self.codes, ord(part))
        return place < len(self.codes) and self.codes[place] == ord(part)


@dataclass(frozen=True)
class Type:
    """What sets a text: `families` in `folders`, first to last; `absent` are the characters that none of them has."""

    families: tuple[str, ...]
    folders: tuple[str, ...]
    absent: frozenset[str]

    def spelled(self, text: str) -> str:
        """The text with code points for what cannot be shown."""
        shown = "".join(f"[U+{ord(sign):04X}]" if sign in self.absent else sign for sign in text)
        return JOINED.sub("]", shown) if self.absent else text


def type_for(text: str) -> Type:
    """The Chinese type, and for signs that it lacks the first other ones found. Refused with ChineseTypeMissing."""
    main = _chinese(shipped_folders()) or _chinese(SYSTEM)
    if main is None:
        raise ChineseTypeMissing()
    chosen, left = [main], _lacking(_signs(text), main)
    rest = (face for face in _faces((*shipped_folders(), *SYSTEM)) if face.family != main.family)
    while any(map(_is_public, left)) and (face := next(rest, None)):
        still = _lacking(left, face)
        if still < left:
            chosen.append(face)
        left = still
    return Type(
        tuple(dict.fromkeys(face.family for face in chosen)),
        tuple(dict.fromkeys(face.folder for face in chosen)),
        frozenset(part for sign in left for part in sign if _is_seen(part) and not main.shows(part)),
    )


def shipped_folders() -> tuple[Path, ...]:
    """Where the type lies that travels along: in the built front end, or in its packages before it is built."""
    built = settings().web_dir / "fonts"
    modules = PROJECT / "frontend" / "node_modules"
    return (built,) if built.is_dir() else tuple(modules / package for package in PACKAGES)


def _signs(text: str) -> frozenset[str]:
    """The signs of a text: a letter with the marks upon it is one, which a single face has to show."""
    signs: list[str] = []
    for part in text:
        if signs and unicodedata.category(part)[0] == "M":
            signs[-1] += part
        else:
            signs.append(part)
    return frozenset(signs)


def _lacking(signs: frozenset[str], face: Face) -> frozenset[str]:
    """Those that the face does not show as a whole."""
    return frozenset(
        sign for sign in signs if not _is_public(sign) or not all(face.shows(part) for part in sign if _is_seen(part))
    )


def _is_seen(part: str) -> bool:
    """Not a joiner, a break, or a selector, which have no form of their own."""
    selector = "\ufe00" <= part <= "\ufe0f" or "\U000e0100" <= part <= "\U000e01ef"
    return not selector and unicodedata.category(part) not in {"Cf", "Cc", "Zl", "Zp"}


def _is_public(sign: str) -> bool:
    return all(unicodedata.category(part) != "Co" for part in sign)


def _chinese(folders: Iterable[Path]) -> Face | None:
    found = {face.family: face for face in _faces(folders) if face.family in FAMILIES}
    return next((found[family] for family in FAMILIES if family in found), None)


def _faces(folders: Iterable[Path]) -> Iterator[Face]:
    for path in _files(tuple(folders)):
        yield from _faces_of(path)


@cache
def _files(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(
        path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*")) if path.suffix in KINDS
    )


@cache
def _faces_of(path: Path) -> tuple[Face, ...]:
    """The faces of a file; none of one that cannot be read."""
    try:
        first = TTFont(path, fontNumber=0, lazy=True)
        number = getattr(first.reader, "numFonts", 1)
        return tuple(_face(TTFont(path, fontNumber=each, lazy=True), path) for each in range(number))
    except (TTLibError, OSError, KeyError):
        return ()


def _face(font: TTFont, path: Path) -> Face:
    return Face(font["name"].getBestFamilyName(), str(path.parent), array("I", sorted(font.getBestCmap() or ())))
