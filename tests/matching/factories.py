"""A small town for tests, and the demonstration season as records."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import app
from app.matching.ranking.records import Category, NeedRecord, OfferRecord, Population, Reference

SEASON = Path(app.__file__).parent / "season" / "seasons" / "kunming2018"

TOWN = Reference(
    categories=(
        Category("01", "养老服务", "Services for older people", ("为老服务",)),
        Category("0101", "助餐服务", "Meals for older people", ("老年助餐",)),
        Category("010101", "老年食堂", "Seniors' canteen", ("长者食堂",)),
        Category("010102", "送餐上门", "Home-delivered meals", ("配餐送餐", "送饭")),
        Category("0102", "居家照护", "Home care", ("上门照料",)),
        Category("010202", "居家保洁", "Home cleaning", ("擦窗", "大扫除")),
        Category("09", "环境", "Environment", ()),
        Category("0902", "环境整治", "Clean-up", ()),
        Category("090203", "河道保护", "River care", ("巡河", "净滩")),
    ),
    populations=(
        Population("P01", "儿童", "Children", ("娃娃",), 0, 13),
        Population("P04", "老年人", "Older people", ("长者",), 60),
        Population("P0401", "高龄老人", "Oldest old", (), 80),
        Population("P05", "残疾人", "Disabled people"),
        Population("P13", "全体居民", "All residents"),
    ),
)


def make_need(id: str = "N1", **facts: Any) -> NeedRecord:
    given: dict[str, Any] = {
        "title": "腿脚不便老人送饭",
        "description": "中午没人管饭，希望送到家门口。",
        "category_codes": ("010102",),
        "population_codes": ("P0401",),
        "area": "530111004002",
        "beneficiaries": 40,
        "budget": Decimal("36000"),
        "starts_on": date(2018, 7, 1),
        "ends_on": date(2019, 6, 30),
    }
    return NeedRecord(id=id, **{**given, **facts})


def make_offer(id: str = "O1", **facts: Any) -> OfferRecord:
    given: dict[str, Any] = {
        "party_id": "G1",
        "title": "银龄餐车",
        "description": "把热饭送到行动不便的长辈家里。",
        "category_codes": ("010102",),
        "population_codes": ("P04",),
        "coverage": ("530111000000",),
        "price": Decimal("30000"),
        "price_unit": "元/年",
        "capacity": "120份/日",
        "schedule": "周一至周五中午",
        "rating": Decimal(4),
    }
    return OfferRecord(id=id, **{**given, **facts})


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SEASON / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for code in text.split(";") if code)


def season_reference() -> Reference:
    return Reference(
        categories=tuple(
            Category(row["code"], row["label_zh"], row["label_en"], _codes(row["synonyms_zh"]))
            for row in _rows("taxonomy.csv")
        ),
        populations=tuple(
            Population(
                row["code"],
                row["label_zh"],
                row["label_en"],
                _codes(row["synonyms_zh"]),
                int(row["age_min"]) if row["age_min"] else None,
                int(row["age_max"]) if row["age_max"] else None,
            )
            for row in _rows("populations.csv")
        ),
    )


def _end_of(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    return date(start.year + years, month + 1, start.day) - timedelta(days=1)


def season_needs() -> tuple[NeedRecord, ...]:
    return tuple(
        NeedRecord(
            id=row["id"],
            title=row["title"],
            description=row["description"],
            requirements=row["requirements"],
            category_codes=_codes(row["category_code"]),
            population_codes=_codes(row["population_code"]),
            area=row["community_code"],
            beneficiaries=int(row["beneficiaries"]),
            budget=Decimal(row["budget_cny"]),
            starts_on=(start := date.fromisoformat(row["preferred_start"])),
            ends_on=_end_of(start, int(row["period_months"])),
        )
        for row in _rows("needs.csv")
    )


def season_offers() -> tuple[OfferRecord, ...]:
    parties = {row["id"]: row for row in _rows("organizations.csv")}
    return tuple(
        OfferRecord(
            id=row["id"],
            party_id=row["org_id"],
            title=row["title"],
            description=row["description"],
            category_codes=_codes(row["category_codes"]),
            population_codes=_codes(row["population_codes"]),
            coverage=_codes(row["coverage_codes"]),
            price=Decimal(row["price"]),
            price_unit=row["price_unit"],
            capacity=row["capacity"],
            schedule=row["schedule"],
            rating=Decimal(grade[0]) if (grade := parties[row["org_id"]]["rating_a"])[:1].isdigit() else None,
            rectification=bool(parties[row["org_id"]]["rectification"]),
        )
        for row in _rows("offers.csv")
    )
