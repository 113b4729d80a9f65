"""What text people may leave here: one spelling of every character (NFC), nothing unseen that breaks or deceives.

Refused are control characters, lone surrogates (no UTF-8), noncharacters (some no XML), and the characters that turn
the reading direction around, behind which a name can pose as another one. Every door asks here: the API through
`core.fields`, lists and seasons through `core.reading.cells`.
"""

import re
import unicodedata

from app.core.errors import DomainError

BREAKS = "\n\r\t\u2028\u2029"
NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
REFUSED = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff{NONCHARACTERS}]")
LINE_END = re.compile("\r\n|[\r\u2028\u2029]")
# What nobody sees: marks of width nought and blank letters. A joiner between the parts of an emoji is seen.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb]|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d"
)


class CharacterRefused(DomainError):
    """`character`: the first one that cannot be kept, as U+0001."""

    status = 422


class LineBroken(DomainError):
    """A line break or a tab where one line is asked for."""

    status = 422


def line(text: str) -> str:
    """One line, trimmed and without what nobody sees. Refusals: CharacterRefused, LineBroken."""
    trimmed = UNSEEN.sub("", _spelled(text)).strip()
    if any(mark in trimmed for mark in BREAKS):
        raise LineBroken()
    return trimmed


def prose(text: str) -> str:
    """Any number of lines, trimmed; every line end becomes a line feed, a tab a space. Refusal: CharacterRefused."""
    return LINE_END.sub("\n", _spelled(text)).replace("\t", " ").strip()


def folded(text: str) -> str:
    """A code, a number or a day as it is read: in plain width, trimmed and without what nobody sees. Never for names,
    whose wide brackets are theirs."""
    return UNSEEN.sub("", unicodedata.normalize("NFKC", text)).strip()


def exact(text: str) -> str:
    """The text as it came, a secret say. Refusals: CharacterRefused, LineBroken."""
    _check(text)
    if any(mark in text for mark in BREAKS):
        raise LineBroken()
    return text


def verbatim(text: str) -> str:
    """Any number of lines as they came, a cell of a file say. Refusal: CharacterRefused."""
    _check(text)
    return text


def printable(text: str) -> str:
    """What of a text stored before these rules can be set on paper."""
    return REFUSED.sub("", text)


def _spelled(text: str) -> str:
    _check(text)
    return unicodedata.normalize("NFC", text)


def _check(text: str) -> None:
    if found := REFUSED.search(text):
        raise CharacterRefused(character=f"U+{ord(found[0]):04X}")
