"""Writing a season that was carried out here as a folder of the same layout, from what the database holds."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.areas.models import Area
from app.areas.queries import areas_with_parents
from app.core.errors import DomainError
from app.core.reading.files import write_table
from app.needs import lists as need_lists
from app.needs.models import Need
from app.offers import lists as offer_lists
from app.offers.models import Offer
from app.parties.models import Party
from app.parties.queries import parties_by_id
from app.parties.rules import APPLICANTS, PartyKind
from app.season.competition_export import competition_document
from app.season.models import SeasonRecord
from app.season.steps import SeasonAbsent
from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.responses.queries import export_rows
from app.surveys.waves.models import Wave
from app.taxonomy.models import Category, Population
from app.tenders.awards.queries import latest_result
from app.tenders.notices.models import Tender

ORGANIZATION_COLUMNS = (
    "name_zh",
    "name_en",
    "legal_kind",
    "rating_a",
    "rating_four_level",
    "rating_year",
    "rectification",
    "founded",
    "staff",
    "social_workers",
    "certified_social_workers",
    "party_building",
)
Sheet = tuple[Sequence[str], Iterable[Sequence[Any]]]


class SeasonUnfinished(DomainError):
    """The competition of the season has not come to confirmed awards."""


async def export_season(session: AsyncSession, name: str, folder: Path) -> list[Path]:
    """Write the season's files; the paths written. Refusals: SeasonAbsent, SeasonUnfinished."""
    tender = await _finished_tender(session, name)
    surveys = await _surveys(session, name)
    sheets = {
        "areas.csv": await _areas(session),
        "taxonomy.csv": await _terms(session, Category, ("level",)),
        "populations.csv": await _terms(session, Population, ("age_min", "age_max")),
        "organizations.csv": await _organizations(session, name),
        "needs.csv": await _needs(session, name),
        "offers.csv": await _offers(session, name),
        "responses.csv": await _responses(session, surveys),
    }
    documents = {
        "survey.json": survey_layout(definition_of(surveys[0])),
        "competition.json": await competition_document(session, name, tender, surveys[0]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for file, (header, rows) in sheets.items():
        (folder / file).write_bytes(write_table(header, rows, xlsx=False))
    for file, document in documents.items():
        text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
        (folder / file).write_text(text + "\n", encoding="utf-8")
    return [folder / file for file in (*sheets, *documents)]


async def _finished_tender(session: AsyncSession, name: str) -> Tender:
    record = await session.get(SeasonRecord, name)
    if record is None:
        known = await session.scalars(sa.select(SeasonRecord.name).order_by(SeasonRecord.name))
        raise SeasonAbsent(season=name, known=", ".join(known) or "–")
    tender = await session.scalar(sa.select(Tender).where(Tender.ref == record.tender_ref))
    result = await latest_result(session, tender.id) if tender else None
    if tender is None or result is None or result.confirmed_at is None:
        raise SeasonUnfinished(season=name)
    return tender


async def _areas(session: AsyncSession) -> Sheet:
    header = ("code", "name", "parent_code", "level", "lon_gcj02", "lat_gcj02", "aliases")
    areas = await session.scalars(sa.select(Area).order_by(sa.func.length(Area.prefix), Area.code))
    return header, [[_plain(getattr(area, column)) for column in header] for area in areas]


async def _terms(session: AsyncSession, table: type[Category] | type[Population], own: Sequence[str]) -> Sheet:
    """`own`: the columns that only this list has, before and after the labels as the layout has them."""
    before, after = (own, ()) if own == ("level",) else ((), own)
    header = ("code", "parent", *before, "label_zh", "label_en", *after, "synonyms_zh")
    rows = []
    terms: Iterable[Category | Population] = await session.scalars(sa.select(table).order_by(table.code))
    for term in terms:
        values = {"parent": term.parent_code, "synonyms_zh": ";".join(term.synonyms)}
        rows.append([values[column] if column in values else getattr(term, column) for column in header])
    return header, rows


async def _organizations(session: AsyncSession, name: str) -> Sheet:
    in_season = Party.ref_scheme == name, Party.kind == PartyKind.organization, Party.legal_kind.not_in(APPLICANTS)
    parties = list(await session.scalars(sa.select(Party).where(*in_season).order_by(Party.ref)))
    years = {party.annual_inspection_year for party in parties} - {None}
    year = f"annual_inspection_{max(str(year) for year in years)}" if years else None
    header = ["id", *ORGANIZATION_COLUMNS, "qualification", "domain_codes", "district_code"]
    header += ["credit_code", "fictional", *([year] if year else [])]
    rows = []
    for party in parties:
        cells = [_plain(getattr(party, column)) for column in ORGANIZATION_COLUMNS]
        cells += [";".join(party.qualifications), ";".join(party.domain_codes), party.area_code, party.credit_code]
        cells += ["yes" if party.is_fictional else "no", *([_plain(party.annual_inspection)] if year else [])]
        rows.append([party.ref, *cells])
    return header, rows


async def _needs(session: AsyncSession, name: str) -> Sheet:
    query = sa.select(Need).where(Need.ref_scheme == name).options(selectinload(Need.populations)).order_by(Need.ref)
    needs = list(await session.scalars(query))
    places = await areas_with_parents(session, {need.community_code for need in needs})
    return need_lists.header("columns"), [need_lists.row_of(need, places[need.community_code]) for need in needs]


async def _offers(session: AsyncSession, name: str) -> Sheet:
    loaded = selectinload(Offer.categories), selectinload(Offer.populations), selectinload(Offer.areas)
    query = sa.select(Offer).where(Offer.ref_scheme == name).options(*loaded).order_by(Offer.ref)
    offers = list(await session.scalars(query))
    parties = await parties_by_id(session, {offer.party_id for offer in offers})
    return offer_lists.header("columns"), [offer_lists.row_of(offer, parties[offer.party_id]) for offer in offers]


async def _surveys(session: AsyncSession, name: str) -> list[Survey]:
    query = sa.select(Survey).join(Party, Party.id == Survey.party_id).where(Party.ref_scheme == name)
    surveys = list(await session.scalars(query.order_by(Survey.id)))
    if not surveys:
        raise SeasonUnfinished(season=name)
    return surveys


async def _responses(session: AsyncSession, surveys: Sequence[Survey]) -> Sheet:
    header: list[str] = []
    rows: list[list[str]] = []
    for survey in surveys:
        for wave in await session.scalars(sa.select(Wave).where(Wave.survey_id == survey.id).order_by(Wave.id)):
            header, own = await export_rows(session, survey, wave)
            rows += own
    return header, sorted(rows)


def survey_layout(definition: SurveyDefinition) -> dict[str, Any]:
    """The questionnaire in the layout that `surveys.definition.from_season` reads."""
    return {
        "title_zh": definition.title.zh,
        "title_en": definition.title.en,
        "questions": [_question(question) for question in definition.questions],
    }


def _question(question: Question) -> dict[str, Any]:
    names = {"single": "likert" if question.scale else "single", "rating_matrix": "matrix"}
    layout: dict[str, Any] = {
        "id": question.name,
        "type": names.get(question.type, question.type),
        "text_zh": question.label.zh,
        "text_en": question.label.en,
        "options": [{"code": o.name, "zh": o.label.zh, "en": o.label.en} for o in question.options],
        "rows": [[row.name, row.label.zh, row.label.en] for row in question.rows],
        "sensitive": question.sensitive,
        "public": question.public,
        "required": question.required,
    }
    kept = ("max_select", "rank_count", "derived_from", "shown_if", "constraint")
    layout |= {name: value for name in kept if (value := getattr(question, name)) is not None}
    if any(option.votes_for for option in question.options):
        layout["maps_to"] = "taxonomy"
    return layout


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)
