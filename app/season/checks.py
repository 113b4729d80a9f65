"""Whether the files of a season fit together: every code, number and date that one file takes from another."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from app.areas.queries import AreaUnknown
from app.areas.rules import AreaLevel
from app.areas.service import check_areas
from app.core.errors import DomainError
from app.core.reading.cells import Cells, RowDoubled, Table
from app.needs.lists import ListedNeed, read_needs
from app.needs.rules import AreaNameDiffers, CommunityExpected
from app.offers.lists import ListedOffer, read_offers
from app.offers.rules import OrganizationUnknown
from app.parties.roster import read_roster
from app.season.competition_checks import check_competition
from app.season.files import Faults, Season, Tables, records_of
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown
from app.taxonomy.service import check_categories, check_populations

COMMUNITIES = frozenset({AreaLevel.community, AreaLevel.village})


class IssuedDiffers(DomainError):
    """The questionnaires that survey.json counts as issued are not those that responses.csv lists."""

    status = 422


class Known:
    """What the codes and numbers of a season may stand for."""

    def __init__(self, tables: Tables) -> None:
        self.areas = {row["code"]: row for row in records_of(tables, "areas")}
        self.categories = {row["code"] for row in records_of(tables, "taxonomy")}
        self.populations = {row["code"] for row in records_of(tables, "populations")}
        self.organizations = {row["id"]: row.get("name_zh", "") for row in records_of(tables, "organizations")}
        self.needs = {row["id"]: row for row in records_of(tables, "needs")}

    def is_community(self, code: str) -> bool:
        return code in self.areas and self.areas[code].get("level") in COMMUNITIES


def check_tables(tables: Tables, faults: Faults) -> None:
    """Note what is wrong with the lists, each in itself and against the others."""
    known = Known(tables)
    for name, check in (("areas", check_areas), ("taxonomy", check_categories), ("populations", check_populations)):
        faults.take(f"{name}.csv", check, tables[name])
        _note_doubles(f"{name}.csv", tables[name], faults)
    for entry in (roster := faults.take("organizations.csv", read_roster, tables["organizations"]) or []):
        _check_codes(entry, "domain_codes", entry.facts["domain_codes"], known.categories, CategoryUnknown)
        _check_codes(entry, "district_code", [entry.facts["area_code"]], known.areas, AreaUnknown)
    _take_faults("organizations.csv", roster, faults)
    _check_needs(tables["needs"], known, faults)
    _check_offers(tables["offers"], known, faults)


def check_season(season: Season) -> None:
    """Refuse a season whose documents do not fit its lists. Refusal: SeasonRefused, with every fault."""
    faults, known = Faults(), Known(season.tables)
    _check_responses(season, known, faults)
    roster = {entry.facts["ref"]: entry.facts for entry in read_roster(season.tables["organizations"])}
    check_competition(season, known.areas, known.needs, roster, faults)
    faults.refuse()


def _note_doubles(file: str, table: Table, faults: Faults) -> None:
    first: dict[str, int] = {}
    for number, row in table.records():
        if first.setdefault(row["code"], number) != number:
            faults.note(file, number, "code", RowDoubled(first=first[row["code"]]))


def _check_needs(table: Table, known: Known, faults: Faults) -> None:
    rows: list[ListedNeed] = faults.take("needs.csv", read_needs, table) or []
    for row in rows:
        _check_place(row.cells, row.community_code, known)
        _check_codes(row.cells, "category_code", [row.values["category_code"]], known.categories, CategoryUnknown)
        _check_codes(row.cells, "population_code", row.values["population_codes"], known.populations, PopulationUnknown)
    _take_faults("needs.csv", [row.cells for row in rows], faults)


def _check_place(cells: Cells, code: str, known: Known) -> None:
    if code not in known.areas:
        return cells.refuse("community_code", AreaUnknown(code=code))
    if not known.is_community(code):
        return cells.refuse("community_code", CommunityExpected(code=code))
    own = known.areas[code]
    for column, name in (("community_name", own.get("name")), ("street_code", own.get("parent_code"))):
        given = cells.text(column)
        if given and given != name:
            cells.refuse(column, AreaNameDiffers(code=code, name=name, given=given))


def _check_offers(table: Table, known: Known, faults: Faults) -> None:
    rows: list[ListedOffer] = faults.take("offers.csv", read_offers, table) or []
    names = set(known.organizations.values())
    for row in rows:
        if row.organization not in known.organizations and row.organization not in names:
            row.cells.refuse("org_id", OrganizationUnknown(organization=row.organization))
        _check_codes(row.cells, "category_codes", row.values["category_codes"], known.categories, CategoryUnknown)
        _check_codes(
            row.cells, "population_codes", row.values["population_codes"], known.populations, PopulationUnknown
        )
        _check_codes(row.cells, "coverage_codes", row.values["coverage_codes"], known.areas, AreaUnknown)
    _take_faults("offers.csv", [row.cells for row in rows], faults)


def _check_codes(
    cells: Cells,
    column: str,
    codes: Iterable[str | None],
    known: Collection[str] | Mapping[str, Any],
    refusal: type[DomainError],
) -> None:
    for code in codes:
        if code and code not in known:
            cells.refuse(column, refusal(code=code))


def _take_faults(file: str, rows: Iterable[Cells], faults: Faults) -> None:
    for row in rows:
        for fault in row.faults:
            faults.note(file, fault.row, fault.column, fault.error)


def _check_responses(season: Season, known: Known, faults: Faults) -> None:
    for response in season.responses:
        if not known.is_community(response.community_code):
            faults.note("responses.csv", response.row, "community_code", AreaUnknown(code=response.community_code))
    issued = season.survey.get("issued", len(season.responses))
    if issued != len(season.responses):
        faults.note("survey.json", 0, "issued", IssuedDiffers(issued=issued, listed=len(season.responses)))
