"""What matching is told: plain values, filled alike from a season's rows and from the database.

Codes nest by prefix (area 530114 → 530114001 → 530114001003, category 01 → 0101 → 010101), so that
"lies in", "belongs to" and "covers" are prefix tests throughout this room.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from app.core.errors import DomainError

CRITERIA = ("text", "category", "population", "coverage", "budget", "time", "capacity", "rating")


class WeightBelowZero(DomainError):
    """A criterion cannot count against itself."""

    status = 422


class WeightsNotOne(DomainError):
    """Shares of one whole must add up to it."""

    status = 422


@dataclass(frozen=True, slots=True)
class Category:
    """`meaning`, of whatever has a text: the vectors of `meaning`; empty where there are none yet."""

    code: str
    label_zh: str
    label_en: str
    synonyms: tuple[str, ...] = ()
    meaning: bytes = b""

    @property
    def parts(self) -> tuple[str, ...]:
        """What its text is made of."""
        return ("，".join((self.label_zh, *self.synonyms)),)


@dataclass(frozen=True, slots=True)
class Population:
    """A target group; ages in completed years, None where the group is not defined by age."""

    code: str
    label_zh: str
    label_en: str
    synonyms: tuple[str, ...] = ()
    age_min: int | None = None
    age_max: int | None = None


@dataclass(frozen=True)
class Reference:
    categories: tuple[Category, ...]
    populations: tuple[Population, ...]

    def population(self, code: str) -> Population | None:
        return self._populations.get(code)

    @cached_property
    def _populations(self) -> dict[str, Population]:
        return {population.code: population for population in self.populations}


@dataclass(frozen=True, slots=True)
class NeedRecord:
    """What a community asks for. `budget` in CNY for the whole period; `area` is a 12-digit code;
    `qualifications` are those a provider must hold."""

    id: str
    title: str
    description: str = ""
    requirements: str = ""
    category_codes: tuple[str, ...] = ()
    population_codes: tuple[str, ...] = ()
    area: str = ""
    beneficiaries: int | None = None
    budget: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    schedule: str = ""
    qualifications: tuple[str, ...] = ()
    meaning: bytes = b""

    @property
    def parts(self) -> tuple[str, ...]:
        """What its text is made of."""
        return self.title, self.description, self.requirements


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """What an organisation provides. `price` in CNY per `price_unit` (元/年, 元/人 …);
    `coverage` holds area codes or their prefixes; `rating` runs from 0 to 5."""

    id: str
    party_id: str
    title: str
    description: str = ""
    category_codes: tuple[str, ...] = ()
    population_codes: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()
    price: Decimal | None = None
    price_unit: str = ""
    capacity: str = ""
    schedule: str = ""
    available_from: date | None = None
    available_until: date | None = None
    qualifications: tuple[str, ...] = ()
    rating: Decimal | None = None
    rectification: bool = False
    active: bool = True
    meaning: bytes = b""

    @property
    def parts(self) -> tuple[str, ...]:
        """What its text is made of."""
        return self.title, self.description


@dataclass(frozen=True, slots=True)
class Weights:
    """The published share of each criterion; together they make one whole."""

    text: Decimal
    category: Decimal
    population: Decimal
    coverage: Decimal
    budget: Decimal
    time: Decimal
    capacity: Decimal
    rating: Decimal

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise WeightBelowZero(criterion=field.name, weight=getattr(self, field.name))
        if (total := sum(self.shares().values())) != 1:
            raise WeightsNotOne(total=total)

    def shares(self) -> Mapping[str, Decimal]:
        return {name: getattr(self, name) for name in CRITERIA}


DEFAULT_WEIGHTS = Weights(
    text=Decimal("0.27"),
    category=Decimal("0.33"),
    population=Decimal("0.20"),
    coverage=Decimal("0.05"),
    budget=Decimal("0.05"),
    time=Decimal("0.03"),
    capacity=Decimal("0.04"),
    rating=Decimal("0.03"),
)


def area_prefix(code: str) -> str:
    """The part of a statistical division code that says something: 530114000000 → 530114.

    Levels end at 2, 4, 6, 9 and 12 digits (NBS 统计用区划代码); trailing levels of zeros mean "all of it".
    """
    for start, end in ((9, 12), (6, 9), (4, 6), (2, 4)):
        if len(code) >= end and set(code[start:end]) == {"0"}:
            code = code[:start]
    return code


class Capacity(NamedTuple):
    """`amount` None means without limit; `in_turns` when the amount comes round again (per day, per session)."""

    amount: int | None
    unit: str
    in_turns: bool


IN_TURNS = {"日", "天", "半日", "周", "月", "次", "场", "课", "节", "讲", "班"}
SERVES_PEOPLE = {"人", "份", "户", "家", "案", "例", "个案", "对", "名", "院", "件"}


def parse_capacity(text: str) -> Capacity | None:
    """`200份/日`, `20人/期`, `不限` as numbers; None where the words give no head count (`5个点位`, `按场次`)."""
    text = text.strip()
    if text.startswith(("不限", "无限")):
        return Capacity(None, "", False)
    found = re.fullmatch(r"约?(\d{1,7})\s*个?([^\W\d_]{1,3})(?:/([^\W\d_]{1,3}))?", text)
    if found is None or found[2] not in SERVES_PEOPLE:
        return None
    return Capacity(int(found[1]) * (2 if found[2] == "对" else 1), found[2], (found[3] or "") in IN_TURNS)


SEASONS = {
    "春季": (3, 4, 5),
    "夏季": (6, 7, 8),
    "秋季": (9, 10, 11),
    "冬季": (12, 1, 2),
    "春秋": (3, 4, 5, 9, 10, 11),
    "寒暑假": (1, 2, 7, 8),
    "寒假": (1, 2),
    "暑假": (7, 8),
    "学期": (3, 4, 5, 6, 9, 10, 11, 12),
    "上学日": (3, 4, 5, 6, 9, 10, 11, 12),
    "春节": (1, 2),
    "端午": (5, 6),
    "中秋": (9, 10),
    "重阳": (10,),
    "全年": tuple(range(1, 13)),
}
MONTHS = re.compile(r"(?<!\d)(1[0-2]|[1-9])月?\s*[-~—至到]\s*(1[0-2]|[1-9])月|(?<!\d)(1[0-2]|[1-9])月")


def parse_months(text: str) -> frozenset[int] | None:
    """The calendar months a schedule names (`5-9月`, `11-3月`, `4月、10月`, `寒暑假`); None when it names none.

    A duration such as `8个月` or a rate such as `每月` names no month.
    """
    months: set[int] = set()
    for first, last, single in MONTHS.findall(text):
        start, end = (int(single), int(single)) if single else (int(first), int(last))
        months.update((start - 1 + step) % 12 + 1 for step in range((end - start) % 12 + 1))
    for word, named in SEASONS.items():
        if word in text:
            months.update(named)
    return frozenset(months) or None
