"""Administrative divisions: city → district → street or town → community. A code is its own address, nested by prefix.

Statistical division codes (12 digits, National Bureau of Statistics): the first 4 digits are the city, 6 the district,
9 the street, 12 the community or village; a division's own code is filled up with zeros.
"""

import unicodedata
from enum import StrEnum

from app.core.errors import DomainError
from app.matching.pinyin import latin

SCHEME = "CN-NBS-2023"


class AreaLevel(StrEnum):
    city = "city"
    district = "district"
    street = "street"
    town_or_other = "town_or_other"
    community = "community"
    village = "village"


DIGITS = {
    AreaLevel.city: 4,
    AreaLevel.district: 6,
    AreaLevel.street: 9,
    AreaLevel.town_or_other: 9,
    AreaLevel.community: 12,
    AreaLevel.village: 12,
}
# Official names differ between lists only in these endings; people search by what comes before them.
ENDINGS = ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会", "村委会", "街道办事处", "街道", "社区")

# What the official endings are in English; the longest first.
IN_ENGLISH = {
    "社区居民委员会": "Community Residents' Committee",
    "社区居委会": "Community Residents' Committee",
    "居民委员会": "Residents' Committee",
    "居委会": "Residents' Committee",
    "村民委员会": "Villagers' Committee",
    "村委会": "Villagers' Committee",
    "街道办事处": "Sub-district Office",
    "街道": "Sub-district",
    "社区": "Community",
    "市": "City",
    "区": "District",
    "县": "County",
    "镇": "Town",
    "乡": "Township",
}


class AreaUnknown(DomainError):
    status = 422


class AreaCodeMalformed(DomainError):
    status = 422


class CoordinateUnreadable(DomainError):
    """Not degrees as a decimal number."""

    status = 422


class AreaLevelUnknown(DomainError):
    status = 422


def prefix_of(code: str, level: AreaLevel) -> str:
    """The digits that every code inside this area starts with."""
    return code[: DIGITS[level]]


def prefixes_above(code: str) -> list[str]:
    """The prefixes of a community code from the city down to itself."""
    return [code[:digits] for digits in (4, 6, 9, 12)]


def inside(code: str) -> str:
    """What every code inside this area starts with: 530114003000 → 530114003. A beginning of a code stays as it is."""
    ends = (4, 6, 9) if len(code) == 12 else ()
    return next((code[:end] for end in ends if not code[end:].strip("0")), code)


def in_english(name: str) -> str:
    """The name in pinyin with its ending in English: 呈贡区 → Chenggong District."""
    for ending, english in IN_ENGLISH.items():
        if name.endswith(ending) and len(name) > len(ending):
            return f"{latin(name.removesuffix(ending))} {english}"
    return latin(name)


def folded(name: str) -> str:
    """How a name is compared: width folded, lower case, without its official ending."""
    plain = unicodedata.normalize("NFKC", name).strip().lower()
    for ending in ENDINGS:
        if plain.endswith(ending) and len(plain) > len(ending):
            return plain.removesuffix(ending)
    return plain
