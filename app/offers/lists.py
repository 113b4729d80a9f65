"""A list of offers as people fill it in and take it away: the columns of a season's offers.csv, and some more.

Headings are the column names, or the Chinese or English ones of the template.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.areas.rules import AreaUnknown
from app.core.actors import Actor
from app.core.days.calendar import shanghai_date
from app.core.reading.cells import (
    Cells,
    ColumnDenied,
    DayInFuture,
    FieldBlank,
    RefAbsent,
    RefKnown,
    RefTaken,
    RowDoubled,
    TitleAmbiguous,
    TitleKnown,
    id_in,
    joined,
    named,
    own_number,
    written,
)
from app.core.reading.files import Table, require_columns
from app.offers import rules
from app.offers.models import Offer
from app.offers.policy import may_list_for, may_take_over
from app.offers.queries import Register
from app.parties.models import Party
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown

HEADINGS = {
    "id": "编号",
    "org_id": "社会组织编号",
    "org_name": "社会组织名称",
    "title": "服务名称",
    "description": "服务说明",
    "category_codes": "服务类别代码",
    "population_codes": "服务人群代码",
    "coverage_codes": "服务区域代码",
    "price": "价格",
    "price_unit": "计价单位",
    "capacity": "服务能力",
    "schedule": "服务时间",
    "qualifications": "资质",
    "available_from": "可服务起始日期",
    "available_until": "可服务截止日期",
    "published": "发布日期",
}
HEADINGS_EN = {
    "id": "Number",
    "org_id": "Organisation number",
    "org_name": "Organisation",
    "title": "Title",
    "description": "Description",
    "category_codes": "Service category codes",
    "population_codes": "Population codes",
    "coverage_codes": "Area codes",
    "price": "Price (CNY)",
    "price_unit": "Price unit",
    "capacity": "Capacity",
    "schedule": "Schedule",
    "qualifications": "Qualifications",
    "available_from": "Available from",
    "available_until": "Available until",
    "published": "Published",
}
OPTIONAL = ("org_id", "org_name", "qualifications", "available_from", "available_until", "published")
REQUIRED = tuple(column for column in HEADINGS if column not in OPTIONAL)


@dataclass
class ListedOffer:
    """One row: what it says of the offer (`values` by field), and what it is known by."""

    cells: Cells
    ref: str
    organization: str
    published_on: date | None
    values: dict[str, Any]


def read_offers(table: Table) -> list[ListedOffer]:
    """The rows with the faults that show without looking anything up. Refusal: WrongColumns."""
    table = named(table, HEADINGS, HEADINGS_EN)
    require_columns(table, REQUIRED, OPTIONAL)
    rows = [_read(cells) for cells in table.lines()]
    _note_doubles(rows)
    return rows


def _read(cells: Cells) -> ListedOffer:
    values: dict[str, Any] = {column: cells.line(column) for column in ("title", "price_unit", "capacity", "schedule")}
    values["description"] = cells.text("description")
    values |= {column: cells.codes(column) for column in ("category_codes", "population_codes")}
    values["coverage_codes"] = sorted({rules.whole_code(code) for code in cells.codes("coverage_codes")})
    values["price"] = cells.amount("price")
    values |= {column: cells.day(column) for column in ("available_from", "available_until") if column in cells}
    if "qualifications" in cells:
        values["qualifications"] = cells.words("qualifications")
    for field, fault in rules.faults_of(values):
        cells.refuse(field, fault)
    organization = cells.code("org_id") or cells.name("org_name")
    return ListedOffer(cells, cells.code("id"), organization, cells.day("published"), values)


def _note_doubles(rows: Iterable[ListedOffer]) -> None:
    """The same number twice, or without a number the same title of the same organisation."""
    first: dict[object, int] = {}
    for row in rows:
        key = row.ref or (row.organization, row.values["title"])
        if first.setdefault(key, row.cells.number) != row.cells.number:
            row.cells.refuse("id" if row.ref else "title", RowDoubled(first=first[key]))


def organization_of(row: ListedOffer, register: Register) -> Party | None:
    """Whom the row names, or the actor's own organisation where it names nobody; None when that is nobody or several.

    Numbers repeat between seasons: of several organisations with a number, the one with the row's name is meant.
    """
    if not row.organization:
        return register.own
    known = register.organizations.get(row.organization, [])
    if len(known) > 1:
        known = [party for party in known if party.name_zh == row.cells.name("org_name")]
    return known[0] if len(known) == 1 else None


def known_as(row: ListedOffer, register: Register) -> Offer | None:
    """The latest offer that the same organisation already has under this number, or without one its only offer of this
    title."""
    party = organization_of(row, register)
    if party is None:
        return None
    if not row.ref:
        alike = _alike(row, register)
        return alike[0] if len(alike) == 1 else None
    known = register.offers.get(row.ref, [])
    return next((offer for offer in reversed(known) if offer.party_id == party.id), None)


def _alike(row: ListedOffer, register: Register) -> list[Offer]:
    """The offers of the row's title that its organisation has and that are not over."""
    party = organization_of(row, register)
    return register.titled.get((party.id, row.values["title"]), []) if party else []


def note_twins(rows: Iterable[ListedOffer], register: Register) -> None:
    """Two rows may mean the same offer, one by its number and one by its title."""
    first: dict[int, int] = {}
    for row in rows:
        known = known_as(row, register)
        if known and first.setdefault(known.id, row.cells.number) != row.cells.number:
            row.cells.refuse("id" if row.ref else "title", RowDoubled(first=first[known.id]))


def check_row(
    row: ListedOffer, register: Register, actor: Actor, today: date, *, ref_scheme: str, update: bool
) -> None:
    """Note every fault that shows against what the platform knows."""
    _check_organization(row, register, actor)
    _check_codes(row, register)
    known = known_as(row, register)
    if known is None:
        _check_number(row, register, ref_scheme)
        _check_taken_over(row, actor, today)
    elif not update:
        title = row.values["title"]
        row.cells.refuse(*(("id", RefKnown(ref=row.ref)) if row.ref else ("title", TitleKnown(title=title))))
    else:
        _check_update(row, known, today)


def _check_number(row: ListedOffer, register: Register, ref_scheme: str) -> None:
    """Whether what is not known may be taken for new."""
    if ref_scheme and row.ref in register.offers:
        row.cells.refuse("id", RefTaken(ref=row.ref))
    elif id_in(row.ref) is not None:
        row.cells.refuse("id", RefAbsent(ref=row.ref))
    elif not row.ref and (alike := _alike(row, register)):
        row.cells.refuse("title", TitleAmbiguous(title=row.values["title"], count=len(alike)))


def _check_organization(row: ListedOffer, register: Register, actor: Actor) -> None:
    cells, name = row.cells, row.cells.name("org_name")
    column = "org_id" if "org_id" in cells else "org_name"
    party = organization_of(row, register)
    if party is None and not row.organization:
        return cells.refuse(column, FieldBlank(field=column))
    if party is None:
        return cells.refuse(column, rules.OrganizationUnknown(organization=row.organization))
    if name and name != party.name_zh:
        cells.refuse("org_name", rules.OrganizationDiffers(ref=row.organization, name=party.name_zh, given=name))
    if not may_list_for(actor, party.id):
        cells.refuse(column, rules.OrganizationElsewhere(organization=row.organization))


def _check_codes(row: ListedOffer, register: Register) -> None:
    checks = (
        ("category_codes", register.categories, CategoryUnknown),
        ("population_codes", register.populations, PopulationUnknown),
        ("coverage_codes", register.areas, AreaUnknown),
    )
    for column, known, refusal in checks:
        for code in row.values[column]:
            if code not in known:
                row.cells.refuse(column, refusal(code=code))


def _check_taken_over(row: ListedOffer, actor: Actor, today: date) -> None:
    if row.published_on is None:
        return
    if not may_take_over(actor):
        row.cells.refuse("published", ColumnDenied(column="published"))
    if row.published_on > today:
        row.cells.refuse("published", DayInFuture(value=row.published_on))
    if not row.values["coverage_codes"]:
        row.cells.refuse("coverage_codes", rules.CoverageMissing())
    row.cells.check("available_until", rules.check_open, row.values.get("available_until"), row.published_on)


def _check_update(row: ListedOffer, offer: Offer, today: date) -> None:
    published_on = shanghai_date(offer.published_at) if offer.published_at else None
    if row.published_on not in (None, published_on):
        row.cells.refuse("published", ColumnDenied(column="published"))
    row.cells.check("id", rules.check_edit, offer, row.values, today)


def header(headings: str) -> list[str]:
    """Column names, or with "zh" or "en" what people read."""
    return list(HEADINGS if headings == "columns" else {"zh": HEADINGS, "en": HEADINGS_EN}[headings].values())


def row_of(offer: Offer, party: Party) -> list[Any]:
    """The offer as a row under `HEADINGS`."""
    values = {
        "id": offer.ref or own_number(offer.id),
        "org_id": party.ref,
        "org_name": party.name_zh,
        "category_codes": ";".join(offer.category_codes),
        "population_codes": ";".join(offer.population_codes),
        "coverage_codes": ";".join(offer.coverage_codes),
        "price": written(offer.price),
        "qualifications": joined(offer.qualifications),
        "published": shanghai_date(offer.published_at) if offer.published_at else None,
    }
    return [values[column] if column in values else getattr(offer, column) for column in HEADINGS]
