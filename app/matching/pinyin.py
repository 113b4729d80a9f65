"""Chinese names by how they are pronounced, as people type them: 斗南 is found by "dounan", "dou nan" and "dn"."""

import re
import unicodedata
from functools import cache

from app.core.installation.later import Later

LETTERS = re.compile(r"[a-z]+")
APART = re.compile(r"[\s'’·-]+")
pypinyin = Later("pypinyin")
VOWELS = tuple("aeo")
POLYPHONES = 8  # so many characters of a name are also read in their other ways, one at a time


@cache
def spelled(name: str) -> str:
    """Each reading of a name, whole and by initials, the usual one first: "dounan dn zhunan zn". What is not Chinese
    stays as it is; a ü is typed as v or u."""
    plain = unicodedata.normalize("NFKC", name).lower()
    usual = [reading[0] for reading in pypinyin.pinyin(plain, style=pypinyin.Style.NORMAL)]
    others = pypinyin.pinyin(plain, style=pypinyin.Style.NORMAL, heteronym=True)
    readings = [usual]
    for at, ways in enumerate(others[:POLYPHONES] if len(others) == len(usual) else []):
        known = dict.fromkeys([*ways, *(way.replace("v", "u") for way in ways)])
        readings += [[*usual[:at], way, *usual[at + 1 :]] for way in known if way != usual[at]]
    written = [word for reading in readings for word in ("".join(reading), "".join(part[:1] for part in reading))]
    return " ".join(dict.fromkeys(APART.sub("", word) for word in written))


def latin(name: str) -> str:
    """A name as it is written in Latin letters: 斗南 → Dounan, 西安 → Xi'an (汉语拼音正词法基本规则)."""
    parts = [
        reading[0]
        for reading in pypinyin.pinyin(unicodedata.normalize("NFKC", name), style=pypinyin.Style.NORMAL, v_to_u=True)
    ]
    return "".join(f"'{part}" if at and part.startswith(VOWELS) else part for at, part in enumerate(parts)).capitalize()


def typed(text: str) -> str:
    """What may be the pronunciation of a name, as `spelled` writes it; blank where it is none."""
    plain = APART.sub("", unicodedata.normalize("NFKC", text).lower()).replace("ü", "v")
    return plain if len(plain) > 1 and LETTERS.fullmatch(plain) else ""
