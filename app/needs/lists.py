"""A list of needs as people fill it in and take it away: the columns of a season's needs.csv, and some more.

Headings are the column names, or the Chinese or English ones of the template.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.areas.models import Area
from app.areas.rules import AreaUnknown, folded
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
    named,
    own_number,
    written,
)
from app.core.reading.files import Table, require_columns
from app.needs import rules
from app.needs.models import Need
from app.needs.policy import may_list_for, may_take_over
from app.needs.queries import Register
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown

HEADINGS = {
    "id": "编号",
    "title": "需求名称",
    "description": "需求说明",
    "category_code": "服务类别代码",
    "population_code": "服务人群代码",
    "community_code": "社区代码",
    "community_name": "社区名称",
    "street_code": "街道代码",
    "beneficiaries": "受益人数",
    "budget_cny": "预算（元）",
    "period_months": "服务期限（月）",
    "preferred_start": "期望开始日期",
    "requirements": "服务要求",
    "published": "发布日期",
    "expires_on": "有效期至",
    "evidence_note": "需求依据",
    "no_evidence_reason": "未征求意见的原因",
}
HEADINGS_EN = {
    "id": "Number",
    "title": "Title",
    "description": "Description",
    "category_code": "Service category code",
    "population_code": "Population codes",
    "community_code": "Community code",
    "community_name": "Community name",
    "street_code": "Street code",
    "beneficiaries": "Beneficiaries",
    "budget_cny": "Budget (CNY)",
    "period_months": "Period (months)",
    "preferred_start": "Preferred start",
    "requirements": "Requirements",
    "published": "Published",
    "expires_on": "Valid until",
    "evidence_note": "Evidence",
    "no_evidence_reason": "Reason for no consultation",
}
OPTIONAL = ("community_name", "street_code", "published", "expires_on", "evidence_note", "no_evidence_reason")
REQUIRED = tuple(column for column in HEADINGS if column not in OPTIONAL)
COLUMN_OF = {"budget": "budget_cny", "starts_on": "preferred_start", "population_codes": "population_code"}


@dataclass
class ListedNeed:
    """One row: what it says of the need (`values` by field), and what it is known by."""

    cells: Cells
    ref: str
    community_code: str
    published_on: date | None
    values: dict[str, Any]


def read_needs(table: Table) -> list[ListedNeed]:
    """The rows with the faults that show without looking anything up. Refusal: WrongColumns."""
    table = named(table, HEADINGS, HEADINGS_EN)
    require_columns(table, REQUIRED, OPTIONAL)
    rows = [_read(cells) for cells in table.lines()]
    _note_doubles(rows)
    return rows


def _read(cells: Cells) -> ListedNeed:
    values = {
        "title": cells.line("title"),
        "description": cells.text("description"),
        "category_code": cells.code("category_code") or None,
        "population_codes": cells.codes("population_code"),
        "beneficiaries": cells.whole("beneficiaries"),
        "budget": cells.amount("budget_cny"),
        "period_months": cells.whole("period_months"),
        "starts_on": cells.day("preferred_start"),
        "requirements": cells.text("requirements"),
    }
    if "expires_on" in cells:
        values["expires_on"] = cells.day("expires_on")
    values |= {column: cells.text(column) for column in ("evidence_note", "no_evidence_reason") if column in cells}
    for field, fault in rules.faults_of(values):
        cells.refuse(COLUMN_OF.get(field, field), fault)
    return ListedNeed(cells, cells.code("id"), cells.code("community_code"), cells.day("published"), values)


def _note_doubles(rows: Iterable[ListedNeed]) -> None:
    """The same number twice, or without a number the same title in the same community."""
    first: dict[object, int] = {}
    for row in rows:
        key = row.ref or (row.community_code, row.values["title"])
        if first.setdefault(key, row.cells.number) != row.cells.number:
            row.cells.refuse("id" if row.ref else "title", RowDoubled(first=first[key]))


def known_as(row: ListedNeed, register: Register) -> Need | None:
    """The latest need that the same committee already has under this number, or without a number its only one of this
    title."""
    committee = register.committees.get(row.community_code)
    if committee is None:
        return None
    if not row.ref:
        alike = _alike(row, register)
        return alike[0] if len(alike) == 1 else None
    known = register.needs.get(row.ref, [])
    return next((need for need in reversed(known) if need.party_id == committee.id), None)


def _alike(row: ListedNeed, register: Register) -> list[Need]:
    """The needs of the row's title that its committee has and that are not over."""
    committee = register.committees.get(row.community_code)
    return register.titled.get((committee.id, row.values["title"]), []) if committee else []


def note_twins(rows: Iterable[ListedNeed], register: Register) -> None:
    """Two rows may mean the same need, one by its number and one by its title."""
    first: dict[int, int] = {}
    for row in rows:
        known = known_as(row, register)
        if known and first.setdefault(known.id, row.cells.number) != row.cells.number:
            row.cells.refuse("id" if row.ref else "title", RowDoubled(first=first[known.id]))


def check_row(row: ListedNeed, register: Register, actor: Actor, today: date, *, ref_scheme: str, update: bool) -> None:
    """Note every fault that shows against what the platform knows."""
    _check_place(row, register, actor)
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


def _check_number(row: ListedNeed, register: Register, ref_scheme: str) -> None:
    """Whether what is not known may be taken for new."""
    if ref_scheme and row.ref in register.needs:
        row.cells.refuse("id", RefTaken(ref=row.ref))
    elif id_in(row.ref) is not None:
        row.cells.refuse("id", RefAbsent(ref=row.ref))
    elif not row.ref and (alike := _alike(row, register)):
        row.cells.refuse("title", TitleAmbiguous(title=row.values["title"], count=len(alike)))


def _check_place(row: ListedNeed, register: Register, actor: Actor) -> None:
    code, cells = row.community_code, row.cells
    if not code:
        return cells.refuse("community_code", FieldBlank(field="community_code"))
    path = register.areas.get(code)
    if not path:
        return cells.refuse("community_code", AreaUnknown(code=code))
    if len(path[-1].prefix) < 12:
        return cells.refuse("community_code", rules.CommunityExpected(code=code))
    name, street = cells.name("community_name"), cells.code("street_code")
    if name and folded(name) != path[-1].folded:
        cells.refuse("community_name", rules.AreaNameDiffers(code=code, name=path[-1].name, given=name))
    if street and street != path[-1].parent_code:
        cells.refuse("street_code", rules.AreaNameDiffers(code=code, name=path[-1].parent_code, given=street))
    committee = register.committees.get(code)
    if committee is None:
        return cells.refuse("community_code", rules.CommitteeMissing(code=code))
    if not may_list_for(actor, code, committee.id):
        cells.refuse("community_code", rules.CommunityElsewhere(code=code))


def _check_codes(row: ListedNeed, register: Register) -> None:
    category = row.values["category_code"]
    if category and category not in register.categories:
        row.cells.refuse("category_code", CategoryUnknown(code=category))
    for code in row.values["population_codes"]:
        if code not in register.populations:
            row.cells.refuse("population_code", PopulationUnknown(code=code))


def _check_taken_over(row: ListedNeed, actor: Actor, today: date) -> None:
    if row.published_on is None:
        return
    if not may_take_over(actor):
        row.cells.refuse("published", ColumnDenied(column="published"))
    if row.published_on > today:
        row.cells.refuse("published", DayInFuture(value=row.published_on))
    row.cells.check("expires_on", rules.check_open, row.values.get("expires_on"), row.published_on)


def _check_update(row: ListedNeed, need: Need, today: date) -> None:
    published_on = shanghai_date(need.published_at) if need.published_at else None
    if row.published_on not in (None, published_on):
        row.cells.refuse("published", ColumnDenied(column="published"))
    row.cells.check("id", rules.check_edit, need, row.values, today)


def header(headings: str) -> list[str]:
    """Column names, or with "zh" or "en" what people read."""
    return list(HEADINGS if headings == "columns" else {"zh": HEADINGS, "en": HEADINGS_EN}[headings].values())


def row_of(need: Need, place: list[Area]) -> list[Any]:
    """The need as a row under `HEADINGS`."""
    values = {
        "id": need.ref or own_number(need.id),
        "population_code": ";".join(need.population_codes),
        "community_name": place[-1].name,
        "street_code": place[-1].parent_code,
        "budget_cny": written(need.budget),
        "preferred_start": need.starts_on,
        "published": shanghai_date(need.published_at) if need.published_at else None,
    }
    return [values[column] if column in values else getattr(need, column) for column in HEADINGS]
