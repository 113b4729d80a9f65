"""The needs and offers of a season as they were entered, for measuring the engine without a database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from app.core.reading.cells import Cells
from app.matching.ranking.meaning import text_of
from app.matching.ranking.records import Category, NeedRecord, OfferRecord, Population, Reference
from app.matching.sentences import SentenceModel
from app.needs.lists import read_needs
from app.needs.rules import ends_on
from app.season.files import Faults, Season
from app.season.importing import open_season
from app.season.known import take_faults
from app.taxonomy.rules import CategoryUnknown
from bench.engine.judgements import JudgementsRefused, NeedUnjudgeable, table_at


@dataclass(frozen=True)
class SeasonMarket:
    reference: Reference
    needs: tuple[NeedRecord, ...]
    offers: tuple[OfferRecord, ...]


def season_market(name_or_folder: str) -> SeasonMarket:
    """The market of a shipped season or of a folder. Refusals: SeasonUnknown, SeasonRefused with every fault."""
    season = open_season(name_or_folder)
    parties = {party.text("id"): party for party in _rows(season, "organizations")}
    categories = tuple(
        Category(row.text("code"), row.text("label_zh"), row.text("label_en"), tuple(row.words("synonyms_zh")))
        for row in _rows(season, "taxonomy")
    )
    return SeasonMarket(
        reference=Reference(categories, tuple(_population(row) for row in _rows(season, "populations"))),
        needs=tuple(_need(row) for row in _rows(season, "needs")),
        offers=tuple(_offer(row, parties[row.text("org_id")]) for row in _rows(season, "offers")),
    )


def with_needs(market: SeasonMarket, path: Path) -> SeasonMarket:
    """The market with further needs from a list like a season's needs.csv. Refusals: those of `table_at`, and
    SeasonRefused with every fault."""
    table, faults = table_at(path), Faults()
    take_faults(path.name, faults.take(path.name, read_needs, table) or [], faults)
    faults.refuse()
    return replace(market, needs=(*market.needs, *map(_need, table.lines())))


def with_codes(market: SeasonMarket, path: Path) -> SeasonMarket:
    """The market as if these needs had been entered with these categories (CSV: need_id, category_code).

    Refusals: those of `table_at`, and
    JudgementsRefused with every fault."""
    lines, needs = table_at(path).lines(), {need.id for need in market.needs}
    known = {category.code for category in market.reference.categories}
    for row in lines:
        if (need := row.text("need_id")) not in needs:
            row.refuse("need_id", NeedUnjudgeable(need=need))
        if (code := row.text("category_code")) not in known:
            row.refuse("category_code", CategoryUnknown(code=code))
    if faults := [fault for row in lines for fault in row.faults]:
        raise JudgementsRefused(faults)
    codes = {row.text("need_id"): (row.text("category_code"),) for row in lines}
    coded = (replace(need, category_codes=codes.get(need.id, need.category_codes)) for need in market.needs)
    return replace(market, needs=tuple(coded))


Read = TypeVar("Read", Category, NeedRecord, OfferRecord)


def read_by(model: SentenceModel, market: SeasonMarket) -> SeasonMarket:
    """The market with what each of its texts means."""

    def read(records: Sequence[Read]) -> tuple[Read, ...]:
        vectors = model.vectors([text_of(record.parts) for record in records])
        return tuple(replace(each, meaning=row.tobytes()) for each, row in zip(records, vectors, strict=True))

    reference = Reference(read(market.reference.categories), market.reference.populations)
    return SeasonMarket(reference, read(market.needs), read(market.offers))


def _rows(season: Season, table: str) -> list[Cells]:
    return [Cells(number, cells) for number, cells in season.tables[table].records()]


def _population(row: Cells) -> Population:
    return Population(
        code=row.text("code"),
        label_zh=row.text("label_zh"),
        label_en=row.text("label_en"),
        synonyms=tuple(row.words("synonyms_zh")),
        age_min=row.whole("age_min"),
        age_max=row.whole("age_max"),
    )


def _need(row: Cells) -> NeedRecord:
    start = row.day("preferred_start")
    return NeedRecord(
        id=row.text("id"),
        title=row.text("title"),
        description=row.text("description"),
        requirements=row.text("requirements"),
        category_codes=tuple(row.codes("category_code")),
        population_codes=tuple(row.codes("population_code")),
        area=row.text("community_code"),
        beneficiaries=row.whole("beneficiaries"),
        budget=row.amount("budget_cny"),
        starts_on=start,
        ends_on=ends_on(start, row.whole("period_months")),
    )


def _offer(row: Cells, provider: Cells) -> OfferRecord:
    stars = provider.text("rating_a")[:1]  # 1A to 5A
    return OfferRecord(
        id=row.text("id"),
        party_id=row.text("org_id"),
        title=row.text("title"),
        description=row.text("description"),
        category_codes=tuple(row.codes("category_codes")),
        population_codes=tuple(row.codes("population_codes")),
        coverage=tuple(row.codes("coverage_codes")),
        price=row.amount("price"),
        price_unit=row.text("price_unit"),
        capacity=row.text("capacity"),
        schedule=row.text("schedule"),
        rating=Decimal(stars) if stars.isdecimal() else None,
        rectification=bool(provider.text("rectification")),
    )
