"""A list of needs as people fill it in and take it away: the columns of a season's needs.csv, and some more."""

from datetime import date
from typing import Any

from app.areas.models import Area
from app.areas.rules import AreaUnknown, folded
from app.core.actors import Actor
from app.core.days.calendar import shanghai_date
from app.core.reading.cells import FieldBlank, Table, joined, written
from app.core.reading.listing import Columns, Headings, ListedRow, note_doubles, own_number
from app.core.words import LANGUAGES
from app.needs import rules
from app.needs.models import Need
from app.needs.policy import may_list_for, may_take_over
from app.needs.queries import Known, NeedLine
from app.taxonomy.queries import Vocabulary
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown

COLUMNS = Columns(
    ("需求", "needs"),
    {
        "id": ("编号", "Number"),
        "title": ("需求名称", "Title"),
        "description": ("需求说明", "Description"),
        "category_code": ("服务类别代码", "Service category code"),
        "population_code": ("服务人群代码", "Population codes"),
        "community_code": ("社区代码", "Community code"),
        "community_name": ("社区名称", "Community name"),
        "street_code": ("街道代码", "Street code"),
        "beneficiaries": ("受益人数", "Beneficiaries"),
        "budget_cny": ("预算（元）", "Budget (CNY)"),
        "period_months": ("服务期限（月）", "Period (months)"),
        "preferred_start": ("期望开始日期", "Preferred start"),
        "requirements": ("服务要求", "Requirements"),
        "published": ("发布日期", "Published"),
        "expires_on": ("有效期至", "Valid until"),
        "evidence_note": ("需求依据", "Evidence"),
        "no_evidence_reason": ("未征求意见的原因", "Reason for no consultation"),
    },
    optional=("community_name", "street_code", "published", "expires_on", "evidence_note", "no_evidence_reason"),
    words={
        "category": ("服务类别", "Service"),
        "populations": ("服务人群", "Populations"),
        "street": ("所属街道", "Street"),
    },
)
COLUMN_OF = {"budget": "budget_cny", "starts_on": "preferred_start", "population_codes": "population_code"}


class ListedNeed(ListedRow[Need]):
    """A row names its committee (`party`) by the community's code."""


def read_needs(table: Table) -> list[ListedNeed]:
    """The rows with the faults that show without looking anything up. Refusals: ColumnTwice, WrongColumns."""
    rows = COLUMNS.rows(table, ListedNeed)
    for row in rows:
        row.values = _values(row)
        for field, fault in rules.faults_of(row.values):
            row.refuse(COLUMN_OF.get(field, field), fault)
        row.identify(party=row.code("community_code"))
    note_doubles(rows, lambda row: row.key)
    return rows


def _values(row: ListedNeed) -> dict[str, Any]:
    values = {
        "title": row.line("title"),
        "description": row.text("description"),
        "category_code": row.code("category_code") or None,
        "population_codes": row.codes("population_code"),
        "beneficiaries": row.whole("beneficiaries"),
        "budget": row.amount("budget_cny"),
        "period_months": row.whole("period_months"),
        "starts_on": row.day("preferred_start"),
        "requirements": row.text("requirements"),
    }
    if "expires_on" in row:
        values["expires_on"] = row.day("expires_on")
    return values | {column: row.text(column) for column in ("evidence_note", "no_evidence_reason") if column in row}


def check_row(row: ListedNeed, known: Known, actor: Actor, today: date, *, ref_scheme: str, update: bool) -> None:
    """Note every fault that shows against what the platform knows."""
    committee = known.committees.get(row.party)
    row.party_id = committee.id if committee else None
    _check_place(row, known, actor)
    row.check_codes("category_code", [row.values["category_code"]], known.categories, CategoryUnknown)
    row.check_codes("population_code", row.values["population_codes"], known.populations, PopulationUnknown)
    row.check_words("category", [row.values["category_code"]], known.categories)
    row.check_words("populations", row.values["population_codes"], known.populations)
    known.needs.find(row, ref_scheme=ref_scheme, update=update)
    if row.entry is None and row.published_on:
        row.check_taken_over(row.published_on, today, is_allowed=may_take_over(actor))
        row.check("expires_on", rules.check_open, row.values.get("expires_on"), row.published_on)
    elif row.entry and update:
        row.check_edit(row.entry, rules.check_edit, today)


def _check_place(row: ListedNeed, known: Known, actor: Actor) -> None:
    code = row.party
    if not code:
        return row.refuse("community_code", FieldBlank(field="community_code"))
    path = known.areas.get(code)
    if not path:
        return row.refuse("community_code", AreaUnknown(code=code))
    if len(path[-1].prefix) < 12:
        return row.refuse("community_code", rules.CommunityExpected(code=code))
    name, street = row.name("community_name"), row.code("street_code")
    if name and folded(name) != path[-1].folded:
        row.refuse("community_name", rules.AreaNameDiffers(code=code, name=path[-1].name, given=name))
    if street and street != path[-1].parent_code:
        row.refuse("street_code", rules.AreaNameDiffers(code=code, name=path[-1].parent_code, given=street))
    row.check_words("street", [path[-1].parent_code], {area.code: (area.name, area.name) for area in path})
    if row.party_id is None:
        return row.refuse("community_code", rules.CommitteeMissing(code=code))
    if not may_list_for(actor, code, row.party_id):
        row.refuse("community_code", rules.CommunityElsewhere(code=code))


def row_of(need: Need | NeedLine, place: list[Area]) -> list[Any]:
    """The need as a row under `COLUMNS`."""
    said = {
        "id": need.ref or own_number(need.id),
        "population_code": ";".join(need.population_codes),
        "community_name": place[-1].name,
        "street_code": place[-1].parent_code,
        "budget_cny": written(need.budget),
        "preferred_start": need.starts_on,
        "published": shanghai_date(need.published_at) if need.published_at else None,
    }
    return COLUMNS.written(need, said)


def exported_row(found: tuple[NeedLine, list[Area]], *, called: Vocabulary, headings: Headings) -> list[Any]:
    """The row of a file that is taken away."""
    need, place = found
    return [*row_of(need, place), *words_of(need, place, called, headings)]


def words_of(need: NeedLine, place: list[Area], called: Vocabulary, headings: Headings) -> list[str]:
    """What the codes of the row mean, under `COLUMNS.words`; nothing where programs read."""
    if headings == "columns":
        return []
    at = LANGUAGES.index(headings)
    street = next((area.name for area in place if area.code == place[-1].parent_code), "")
    category = called.categories[need.category_code][at] if need.category_code else ""
    return [category, joined(called.populations[code][at] for code in need.population_codes), street]
