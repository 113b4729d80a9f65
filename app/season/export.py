"""Writes a season that was carried out here into a folder, in the layout that seasons are read from."""

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.reading.files import write_table
from app.season.competition import Competition, Timeline
from app.season.files import COMPETITION
from app.season.models import SeasonRecord
from app.season.order import ROOMS
from app.season.room import Sheet
from app.season.steps import SeasonAbsent, SeasonUnfinished
from app.tenders.awards.queries import latest_result
from app.tenders.notices.models import Tender


async def export_season(session: AsyncSession, name: str, folder: Path) -> list[Path]:
    """Write the season's files; returns their paths. Refusals: SeasonAbsent, SeasonUnfinished."""
    tender = await _finished_tender(session, name)
    sheets: dict[str, Sheet] = {}
    documents: dict[str, Any] = {}
    for room in ROOMS:
        sheets |= await room.sheets(session, name) if room.sheets else {}
        documents |= await room.documents(session, name) if room.documents else {}
    documents[COMPETITION] = await competition_document(session, name, tender)
    folder.mkdir(parents=True, exist_ok=True)
    for file, (header, rows) in sheets.items():
        (folder / file).write_bytes(write_table(header, rows, xlsx=False))
    for file, document in documents.items():
        text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
        (folder / file).write_text(text + "\n", encoding="utf-8")
    return [folder / file for file in (*sheets, *documents)]


async def competition_document(session: AsyncSession, name: str, tender: Tender) -> dict[str, Any]:
    """competition.json, put together from the entries of each room; reading it back gives the same competition."""
    said: dict[str, Any] = {}
    line: dict[str, Any] = {}
    for room in ROOMS:
        if room.entries:
            said |= await room.entries(session, name, tender)
            line |= said.pop("timeline", {})
    said["timeline"] = {field: line[field] for field in Timeline.model_fields if field in line}
    return {field: said[field] for field in Competition.model_fields if field in said}


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
