"""A list of offers as people fill it in and take it away: the columns of a season's offers.csv, and some more."""

from datetime import date
from typing import Any

from app.areas.rules import AreaUnknown
from app.core.actors import Actor
from app.core.days.calendar import shanghai_date
from app.core.reading.cells import FieldBlank, Table, joined, written
from app.core.reading.listing import Columns, Headings, Labels, ListedRow, note_doubles, own_number
from app.core.words import LANGUAGES
from app.offers import rules
from app.offers.models import Offer
from app.offers.policy import may_list_for, may_take_over
from app.offers.queries import Known, OfferLine
from app.parties.models import Party
from app.taxonomy.queries import Vocabulary
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown

COLUMNS = Columns(
    ("服务", "offers"),
    {
        "id": ("编号", "Number"),
        "org_id": ("社会组织编号", "Organisation number"),
        "org_name": ("社会组织名称", "Organisation"),
        "title": ("服务名称", "Title"),
        "description": ("服务说明", "Description"),
        "category_codes": ("服务类别代码", "Service category codes"),
        "population_codes": ("服务人群代码", "Population codes"),
        "coverage_codes": ("服务区域代码", "Area codes"),
        "price": ("价格", "Price (CNY)"),
        "price_unit": ("计价单位", "Price unit"),
        "capacity": ("服务能力", "Capacity"),
        "schedule": ("服务时间", "Schedule"),
        "qualifications": ("资质", "Qualifications"),
        "available_from": ("可服务起始日期", "Available from"),
        "available_until": ("可服务截止日期", "Available until"),
        "published": ("发布日期", "Published"),
    },
    optional=("org_id", "org_name", "qualifications", "available_from", "available_until", "published"),
    words={
        "categories": ("服务类别", "Services"),
        "populations": ("服务人群", "Populations"),
        "coverage": ("服务区域", "Areas"),
    },
)


class ListedOffer(ListedRow[Offer]):
    """A row names its organisation (`party`) by number or by name."""


def read_offers(table: Table) -> list[ListedOffer]:
    """The rows with the faults that show without looking anything up. Refusals: ColumnTwice, WrongColumns."""
    rows = COLUMNS.rows(table, ListedOffer)
    for row in rows:
        row.values = _values(row)
        for field, fault in rules.faults_of(row.values):
            row.refuse(field, fault)
        row.identify(party=row.code("org_id") or row.name("org_name"))
    note_doubles(rows, lambda row: row.key)
    return rows


def _values(row: ListedOffer) -> dict[str, Any]:
    values: dict[str, Any] = {column: row.line(column) for column in ("title", "price_unit", "capacity", "schedule")}
    values["description"] = row.text("description")
    values |= {column: row.codes(column) for column in ("category_codes", "population_codes")}
    values["coverage_codes"] = sorted({rules.whole_code(code) for code in row.codes("coverage_codes")})
    values["price"] = row.amount("price")
    values |= {column: row.day(column) for column in ("available_from", "available_until") if column in row}
    return values | ({"qualifications": row.words("qualifications")} if "qualifications" in row else {})


def organization_of(row: ListedOffer, known: Known) -> Party | None:
    """Whom the row names, or the actor's own organisation where it names nobody; None when that is nobody or several.

    Numbers repeat between seasons: of several organisations with a number, the one with the row's name is meant.
    """
    if not row.party:
        return known.own
    named = known.organizations.get(row.party, [])
    if len(named) > 1:
        named = [party for party in named if party.name_zh == row.name("org_name")]
    return named[0] if len(named) == 1 else None


def check_row(row: ListedOffer, known: Known, actor: Actor, today: date, *, ref_scheme: str, update: bool) -> None:
    """Note every fault that shows against what the platform knows."""
    _check_organization(row, organization_of(row, known), actor)
    row.check_codes("category_codes", row.values["category_codes"], known.categories, CategoryUnknown)
    row.check_codes("population_codes", row.values["population_codes"], known.populations, PopulationUnknown)
    row.check_codes("coverage_codes", row.values["coverage_codes"], known.areas, AreaUnknown)
    row.check_words("categories", row.values["category_codes"], known.categories)
    row.check_words("populations", row.values["population_codes"], known.populations)
    row.check_words("coverage", row.values["coverage_codes"], known.areas)
    known.offers.find(row, ref_scheme=ref_scheme, update=update)
    if row.entry is None and row.published_on:
        row.check_taken_over(row.published_on, today, is_allowed=may_take_over(actor))
        if not row.values["coverage_codes"]:
            row.refuse("coverage_codes", rules.CoverageMissing())
        row.check("available_until", rules.check_open, row.values.get("available_until"), row.published_on)
    elif row.entry and update:
        row.check_edit(row.entry, rules.check_edit, today)


def _check_organization(row: ListedOffer, party: Party | None, actor: Actor) -> None:
    column, name = "org_id" if "org_id" in row else "org_name", row.name("org_name")
    if party is None and not row.party:
        return row.refuse(column, FieldBlank(field=column))
    if party is None:
        return row.refuse(column, rules.OrganizationUnknown(organization=row.party))
    row.party_id = party.id
    if name and name != party.name_zh:
        row.refuse("org_name", rules.OrganizationDiffers(ref=row.party, name=party.name_zh, given=name))
    if not may_list_for(actor, party.id):
        row.refuse(column, rules.OrganizationElsewhere(organization=row.party))


def row_of(offer: Offer | OfferLine, party: Party) -> list[Any]:
    """The offer as a row under `COLUMNS`."""
    said = {
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
    return COLUMNS.written(offer, said)


def exported_row(found: tuple[OfferLine, Party, Labels], *, called: Vocabulary, headings: Headings) -> list[Any]:
    """The row of a file that is taken away."""
    offer, party, areas = found
    return [*row_of(offer, party), *words_of(offer, called, areas, headings)]


def words_of(offer: OfferLine, called: Vocabulary, areas: Labels, headings: Headings) -> list[str]:
    """What the codes of the row mean, under `COLUMNS.words`; nothing where programs read."""
    if headings == "columns":
        return []
    at = LANGUAGES.index(headings)
    meant = ((called.categories, offer.category_codes), (called.populations, offer.population_codes))
    return [joined(labels[code][at] for code in codes) for labels, codes in (*meant, (areas, offer.coverage_codes))]
