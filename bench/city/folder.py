"""A city as a season folder: the shipped season's words, categories, prices and places, many times over.

Every need and offer is put together from sentences of the season's own of one top-level category, and names its place
and its figures, so that no two say the same while words, categories, groups of people and reach are as frequent as in
the season. The same numbers give the same city.
"""

import csv
import random
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from pathlib import Path

from app.season.files import SHIPPED

Row = dict[str, str]
SEED = 20180607
SHAPE = SHIPPED / "kunming2018"
FIRST_DAY, DAYS = date(2018, 4, 11), 20  # of publication; a day's list is brought in one piece


@dataclass(frozen=True)
class Size:
    """How much there is of each, the season's own rows included."""

    needs: int
    offers: int
    organizations: int
    communities: int
    answers: int

    def tenth(self) -> "Size":
        return Size(*(count // 10 for count in astuple(self)))


LEVELS = {"town_or_other": "street", "village": "community"}
CITY = Size(needs=50_000, offers=50_000, organizations=13_355, communities=6_000, answers=200_000)


def write_city(folder: Path, size: Size) -> None:
    """The folder of a season of this size."""
    shutil.copytree(SHAPE, folder, ignore=shutil.ignore_patterns("demonstration"))
    draw = random.Random(SEED)
    areas = _rows("areas")
    grown = _communities(draw, areas, size.communities)
    _write(folder, "areas", areas + grown)
    organizations = _rows("organizations")
    more = _organizations(draw, organizations, size.organizations)
    _write(folder, "organizations", organizations + more)
    places = [row for row in areas + grown if LEVELS.get(row["level"], row["level"]) == "community"]
    needs = _rows("needs")
    _write(folder, "needs", needs + list(_needs(draw, needs, places, size.needs)))
    offers = [row | {"published": _day(draw)} for row in _rows("offers")]
    parties = [row for row in organizations + more if not row["rectification"]]
    _write(folder, "offers", offers + list(_offers(draw, offers, parties, areas, size.offers)))


def _rows(name: str) -> list[Row]:
    with (SHAPE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(folder: Path, name: str, rows: Sequence[Row]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def _communities(draw: random.Random, areas: Sequence[Row], wanted: int) -> list[Row]:
    """Further communities in the city's streets, numbered from the end of each street's own numbers."""
    streets = [row for row in areas if LEVELS.get(row["level"], row["level"]) == "street"]
    there = sum(LEVELS.get(row["level"], row["level"]) == "community" for row in areas)
    used = {row["code"] for row in areas}
    found: list[Row] = []
    while there + len(found) < wanted:
        street = draw.choice(streets)
        code = f"{street['code'][:9]}{draw.randrange(400, 1000)}"
        if code not in used:
            used.add(code)
            name = f"{street['name'].removesuffix('街道办事处')}第{code[-3:]}社区居民委员会"
            found.append(
                {
                    "code": code,
                    "name": name,
                    "parent_code": street["code"],
                    "level": "community",
                    "lon_gcj02": "",
                    "lat_gcj02": "",
                }
            )
    return found


def _organizations(draw: random.Random, shapes: Sequence[Row], wanted: int) -> list[Row]:
    found = []
    for number in range(len(shapes) + 1, wanted + 1):
        shape = draw.choice(shapes)
        place, code = shape["name_zh"][:6], shape["credit_code_fictional"]
        found.append(
            shape
            | {
                "id": f"G{number:05d}",
                "name_zh": f"{place}第{number}社会工作服务中心",
                "name_en": f"Social Work Service Centre {number}",
                "credit_code_fictional": code and f"{code[:8]}FIC{number:07d}",
                "rectification": "",
            }
        )
    return found


def _day(draw: random.Random) -> str:
    return str(FIRST_DAY + timedelta(days=draw.randrange(DAYS)))


def _by_field(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row[column][:2]].append(row)
    return found


def _said(draw: random.Random, one: str, other: str) -> str:
    """Sentences of both, in any order."""
    sentences = [each for text in (one, other) for each in text.split("。") if each]
    draw.shuffle(sentences)
    return "。".join(sentences[: max(2, len(sentences) * 2 // 3)]) + "。"


def _needs(draw: random.Random, shapes: Sequence[Row], places: Sequence[Row], wanted: int) -> Iterator[Row]:
    fields = _by_field(shapes, "category_code")
    for number in range(len(shapes) + 1, wanted + 1):
        shape = draw.choice(shapes)
        other, place = draw.choice(fields[shape["category_code"][:2]]), draw.choice(places)
        people = max(5, int(int(shape["beneficiaries"] or 50) * draw.uniform(0.5, 2)))
        said = _said(draw, shape["description"], other["description"])
        yield shape | {
            "id": f"N{number:06d}",
            "title": f"{place['name'].removesuffix('居民委员会').removesuffix('村民委员会')}{shape['title']}",
            "description": f"{said}约有{people}人需要，共{draw.randrange(3, 60)}个小区。",
            "community_code": place["code"],
            "community_name": "",
            "street_code": "",
            "beneficiaries": str(people),
            "budget_cny": str(int(float(shape["budget_cny"] or 30000) * draw.uniform(0.6, 1.6)) // 100 * 100),
            "published": _day(draw),
        }


def _offers(
    draw: random.Random, shapes: Sequence[Row], parties: Sequence[Row], areas: Sequence[Row], wanted: int
) -> Iterator[Row]:
    """Reach as in the season: whoever covers streets or a district covers as many elsewhere."""
    fields = _by_field(shapes, "category_codes")
    level_of = {row["code"]: LEVELS.get(row["level"], row["level"]) for row in areas}
    of_level = defaultdict(list)
    for code, level in level_of.items():
        of_level[level].append(code)
    for number in range(len(shapes) + 1, wanted + 1):
        shape, party = draw.choice(shapes), draw.choice(parties)
        other = draw.choice(fields[shape["category_codes"][:2]])
        said, served = _said(draw, shape["description"], other["description"]), draw.randrange(20, 5000)
        price = shape["price"] and str(int(float(shape["price"]) * draw.uniform(0.7, 1.4)) or 1)
        reach = {draw.choice(of_level[level_of[code]]) for code in shape["coverage_codes"].split(";") if code}
        yield shape | {
            "id": f"O{number:06d}",
            "org_id": party["id"],
            "org_name": party["name_zh"],
            "title": f"{shape['title']}（{number}号）",
            "description": f"{said}已服务{served}人次。",
            "coverage_codes": ";".join(sorted(reach)),
            "price": price,
            "published": _day(draw),
        }
