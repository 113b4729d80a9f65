"""What staff bring in: answers keyed in from paper, by phone or at a meeting, and whole files of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.queries import require_areas
from app.areas.rules import AreaUnknown
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import SHANGHAI, shanghai_date
from app.core.errors import RowRefused, RowsRefused
from app.core.events import happened
from app.core.reading.files import Table
from app.core.reading.foreign import off_loop
from app.core.reading.parts import in_parts
from app.core.receipts import new_receipt_code
from app.surveys.questionnaires.definition import SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.responses import rules
from app.surveys.responses.answers import check_entered
from app.surveys.responses.models import Response, ResponseImport, ResponseReview
from app.surveys.responses.policy import receipt_mark
from app.surveys.responses.quality import suggestions
from app.surveys.responses.queries import fingerprints_of, same_content
from app.surveys.responses.rules import Quality, Source
from app.surveys.responses.tables.mapping import AnswerMapping, Proposal
from app.surveys.responses.tables.spoken import in_names
from app.surveys.responses.tables.tabular import (
    NOT_RETURNED,
    CommunityMissing,
    ReadResponse,
    propose_own_layout,
    read_mapped,
)
from app.surveys.responses.tables.wenjuanxing import is_wenjuanxing, propose_wenjuanxing, read_wenjuanxing
from app.surveys.waves.models import Wave
from app.surveys.waves.policy import access_wave, check_wave
from app.surveys.waves.queries import frames_of, sheets_of
from app.surveys.waves.rules import Channel, ResponseStatus
from app.surveys.waves.serials import SerialMissing, SerialUnknown


@dataclass(frozen=True)
class ResponsesImported:
    """`unchanged`: rows that were on record with the same answers. `not_returned`: sheets that did not come back."""

    added: int
    unchanged: int
    not_returned: int


@dataclass(frozen=True)
class Known:
    """What is on record of a wave when a file is compared with it."""

    wave: Wave
    definition: SurveyDefinition
    frame: list[str]
    areas: set[str]
    sheets: dict[str, str]
    responses: dict[str, Response]


async def enter_response(
    session: AsyncSession,
    actor: Actor,
    wave_id: int,
    *,
    community_code: str | None,
    serial: str | None,
    answers: Mapping[str, Any],
) -> tuple[Survey, Response, str | None]:
    """Key in one questionnaire. Whoever was asked in person (phone, meeting) is given the receipt code that is
    returned. Refusals: MoveRefused, ChannelUnfit, SerialMissing (paper), SerialEntered, SerialUnknown,
    CommunityMissing, AreaUnknown, AnswersRefused."""
    survey, wave = await access_wave(session, actor, wave_id, "enter")
    at = await now(session)
    check_wave(survey, wave, "enter")
    frame = (await frames_of(session, [wave.id]))[wave.id]
    community_code = await _handed_out(session, wave, frame, serial, community_code)
    definition = definition_of(survey)
    examined = check_entered(definition, answers, shanghai_date(at))
    code = None if wave.channel is Channel.paper else new_receipt_code()
    response = Response(wave_id=wave.id, community_code=community_code, serial=serial, source=Source.keyboard)
    response.answers, response.fingerprint = examined.answers, rules.fingerprint_of(examined.answers)
    response.receipt_hash, response.submitted_at = receipt_mark(code) if code else None, at
    response.suggestions = suggestions(
        definition,
        examined.answers,
        shown=len(examined.shown),
        missing=examined.missing,
        seconds=None,
        community_code=community_code,
        frame=frame,
        earlier=await same_content(session, wave.id, response.fingerprint),
    )
    session.add(response)
    await session.flush()
    await happened(session, actor, "response.entered", response, at, stream=response.stream)
    return survey, response, code


async def _handed_out(
    session: AsyncSession, wave: Wave, frame: list[str], serial: str | None, given: str | None
) -> str:
    """The community of a questionnaire: as `given`, as its number says, or the only one of the wave. Where the wave's
    sheets are registered, only they can come back, each once and from where it was handed out."""
    if serial is None and wave.channel is Channel.paper:
        raise SerialMissing()
    query = sa.select(Response.id).where(Response.wave_id == wave.id, Response.serial == serial)
    if serial is not None and await session.scalar(query):
        raise rules.SerialEntered(serial=serial)
    sheets = await sheets_of(session, wave.id) if serial is not None else {}
    only = frame[0] if len(frame) == 1 else None
    community_code = given or sheets.get(serial or "") or only
    if community_code is None:
        raise CommunityMissing()
    await require_areas(session, [community_code])
    if serial is not None and sheets and sheets.get(serial) != community_code:
        raise SerialUnknown(serial=serial, community=community_code)
    return community_code


async def preview_responses(
    session: AsyncSession, actor: Actor, wave_id: int, table: Table, decided: AnswerMapping | None = None
) -> Proposal:
    """How a file's columns and cells would be read where nobody has decided it yet; nothing is stored.
    Refusals: WrongColumns, MappingUnfit."""
    survey, _ = await access_wave(session, actor, wave_id, "import_responses")
    return await off_loop(_proposed, definition_of(survey), _in_names(definition_of(survey), table), decided)


def _in_names(definition: SurveyDefinition, table: Table) -> Table:
    return table if is_wenjuanxing(table.header) else in_names(definition, table)


def _proposed(definition: SurveyDefinition, table: Table, decided: AnswerMapping | None) -> Proposal:
    propose = propose_wenjuanxing if is_wenjuanxing(table.header) else propose_own_layout
    return propose(definition, table.header, table.rows, decided)


async def import_responses(
    session: AsyncSession,
    actor: Actor,
    wave_id: int,
    table: Table,
    community_code: str | None = None,
    decided: AnswerMapping | None = None,
) -> ResponsesImported:
    """A file in our layout or as 问卷星 exports it, whole or not at all. Rows on record with the same answers are
    counted as unchanged, whatever a review has made of them since; rows that differ from the record are refused.
    `community_code` says where the answers of an export of 问卷星 come from, unless the wave goes to one community.
    `decided`: a person's reading of columns and cells. The mapping that was used is kept.

    Refusals: MoveRefused, WrongColumns, MappingUnclear, MappingUnfit, CommunityMissing, RowsRefused.
    """
    survey, wave = await access_wave(session, actor, wave_id, "import_responses")
    at = await now(session)
    check_wave(survey, wave, "import_responses")
    known = await _known_of(session, survey, wave)
    source, mapping, read = await off_loop(_read, table, known, community_code, decided, shanghai_date(at))
    returned = [row for row in read if row.status != NOT_RETURNED]
    fresh = [row for row in returned if row.serial not in known.responses]
    earlier = await fingerprints_of(session, wave.id)
    async for part in in_parts(fresh, "storing"):
        await _insert(session, actor, at, [_new(known, source, row, earlier, at) for row in part])
    done = ResponsesImported(len(fresh), len(returned) - len(fresh), len(read) - len(returned))
    kept = ResponseImport(wave_id=wave.id, source=source, account_id=actor.account_id, at=at)
    kept.mapping, kept.is_decided = mapping.model_dump(mode="json"), decided is not None
    kept.added, kept.unchanged = done.added, done.unchanged
    session.add(kept)
    await session.flush()
    facts: dict[str, Any] = {"added": done.added, "unchanged": done.unchanged, "mapping": kept.id}
    await happened(session, actor, "responses.imported", wave, at, **facts, decided=kept.is_decided)
    return done


async def _known_of(session: AsyncSession, survey: Survey, wave: Wave) -> Known:
    responses = await session.scalars(
        sa.select(Response).where(Response.wave_id == wave.id, Response.serial.is_not(None))
    )
    return Known(
        wave=wave,
        definition=definition_of(survey),
        frame=(await frames_of(session, [wave.id]))[wave.id],
        areas=set(await session.scalars(sa.select(Area.code))),
        sheets=await sheets_of(session, wave.id),
        responses={str(response.serial): response for response in responses},
    )


def _read(
    table: Table, known: Known, community_code: str | None, decided: AnswerMapping | None, day: date
) -> tuple[Source, AnswerMapping, list[ReadResponse]]:
    """Refusals: WrongColumns, MappingUnclear, MappingUnfit, CommunityMissing, RowsRefused."""
    table = _in_names(known.definition, table)
    try:
        return _read_named(table, known, community_code, decided, day)
    except RowsRefused as refused:
        called = [RowRefused(each.row, table.titles.get(each.column, each.column), each.error) for each in refused.rows]
        raise type(refused)(called) from None


def _read_named(
    table: Table, known: Known, community_code: str | None, decided: AnswerMapping | None, day: date
) -> tuple[Source, AnswerMapping, list[ReadResponse]]:
    proposed = _proposed(known.definition, table, decided)
    mapping = decided or proposed.settled()
    source, read = _rows(table, known, mapping, community_code, day)
    if faults := [fault for row in read for fault in _faults(row, known)]:
        raise RowsRefused(faults)
    return source, mapping, read


def _rows(
    table: Table, known: Known, mapping: AnswerMapping, community_code: str | None, day: date
) -> tuple[Source, list[ReadResponse]]:
    """Refusals: CommunityMissing, RowsRefused."""
    definition, header, rows = known.definition, table.header, table.rows
    if not is_wenjuanxing(header):
        return Source.table, read_mapped(definition, mapping, header, rows, day)
    code = community_code or (known.frame[0] if len(known.frame) == 1 else None)
    if code is None:
        raise CommunityMissing()
    return Source.wenjuanxing, [_numbered(row) for row in read_wenjuanxing(definition, mapping, rows, day, code)]


def _numbered(row: ReadResponse) -> ReadResponse:
    """问卷星 numbers each questionnaire from 1; two communities' exports in one wave must not be confused."""
    return replace(row, serial=f"wjx-{row.community_code}-{row.serial}")


def _faults(row: ReadResponse, known: Known) -> list[RowRefused]:
    if row.community_code not in known.areas:
        return [RowRefused(row.row, "community_code", AreaUnknown(code=row.community_code))]
    if known.sheets and known.sheets.get(row.serial) != row.community_code:
        unknown = SerialUnknown(serial=row.serial, community=row.community_code)
        return [RowRefused(row.row, "serial", unknown)]
    earlier = known.responses.get(row.serial)
    if earlier is None or earlier.status is ResponseStatus.withdrawn:
        return []
    same = (earlier.community_code, earlier.fingerprint) == (row.community_code, rules.fingerprint_of(row.answers))
    return [] if same else [RowRefused(row.row, "serial", rules.ResponseDiffers(serial=row.serial))]


def _new(known: Known, source: Source, row: ReadResponse, earlier: dict[str, str], at: datetime) -> dict[str, Any]:
    """The row as it is inserted. `earlier` takes up its fingerprint, for the rows that follow."""
    status = ResponseStatus(row.status)
    kept = dict(row.answers) if status is not ResponseStatus.withdrawn else {}
    fingerprint = rules.fingerprint_of(kept) if kept else ""
    doubts = suggestions(
        known.definition,
        kept,
        shown=row.shown,
        missing=row.missing,
        seconds=row.seconds,
        community_code=row.community_code,
        frame=known.frame,
        earlier=earlier,
    )
    earlier.setdefault(fingerprint, row.serial)
    return {
        "wave_id": known.wave.id,
        "community_code": row.community_code,
        "serial": row.serial,
        "source": source,
        "status": status,
        "reason": Quality.other if status is ResponseStatus.invalid else None,
        "answers": kept,
        "fingerprint": fingerprint,
        "suggestions": doubts if status is not ResponseStatus.withdrawn else [],
        "seconds": row.seconds,
        "submitted_at": datetime.fromisoformat(row.submitted_at).replace(tzinfo=SHANGHAI) if row.submitted_at else at,
    }


async def _insert(session: AsyncSession, actor: Actor, at: datetime, rows: list[dict[str, Any]]) -> None:
    """Insert responses, and a review by the sender for each whose status is not `submitted`."""
    if not rows:
        return
    inserted = await session.execute(sa.insert(Response).returning(Response.id, Response.status, Response.reason), rows)
    decided = [
        {
            "response_id": id,
            "verb": "import",
            "after": status,
            "reason": reason,
            "account_id": actor.account_id,
            "at": at,
        }
        for id, status, reason in inserted
        if status is not ResponseStatus.submitted
    ]
    if decided:
        await session.execute(sa.insert(ResponseReview), decided)
