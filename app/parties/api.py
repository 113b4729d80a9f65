"""Endpoints of parties."""

from fastapi import Response

from app.core.fields import Code, Id, Search
from app.core.http import unit as web
from app.core.http.putting_off import CurrentWork, or_later
from app.core.http.unit import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.core.paging import Page, PagingQuery, count_rows
from app.core.reading.files import TABLE_FILE, XLSX, UploadedList, answers_file, table_response
from app.core.reading.listing import Format, Headings
from app.core.reading.parts import gathered
from app.parties import policy, queries, service
from app.parties.policy import WHO
from app.parties.roster import COLUMNS
from app.parties.rules import LegalKind, PartyKind
from app.parties.schemas import (
    SHEET,
    ApplicantCreate,
    CoverageRead,
    Imported,
    ListedRead,
    PartyCreate,
    PartyRead,
    PartyRow,
    PartyUpdate,
)
from app.records.rules import PartyBuilding, RatingA, RecordKind

router = web.router("/parties", "parties", web.Open)


@router.get("", operation_id="list_parties", dependencies=[allow(WHO["list"])])
async def list_parties(
    session: UnitSession,
    actor: CurrentActor,
    paging: PagingQuery,
    kind: PartyKind | None = None,
    legal_kind: LegalKind | None = None,
    rating_a: RatingA | None = None,
    party_building: PartyBuilding | None = None,
    category_code: Code | None = None,
    area: Search = "",
    q: Search = "",
) -> Page[PartyRow]:
    """`category_code`: a field of work. `area`: the prefix of its code."""
    query = queries.search_parties(actor, kind=kind, legal_kind=legal_kind, category=category_code, area=area, q=q)
    said = {RecordKind.rating_a: rating_a, RecordKind.party_building: party_building}
    found = await queries.list_parties(session, query, paging, said)
    return found.page([PartyRow.of(each) for each in found.rows], policy.list_actions(actor))


@router.get("/export", operation_id="export_organizations", dependencies=[allow(WHO["export"])], **TABLE_FILE)
async def export_organizations(
    session: UnitSession,
    actor: CurrentActor,
    format: Format = "xlsx",
    headings: Headings = "zh",
    area: Search = "",
    q: Search = "",
) -> Response:
    query = queries.search_organizations(actor, area=area, q=q)
    found, count = queries.export_organizations(session, query), await count_rows(session, query)
    return await SHEET.long_response(gathered(found, count, PartyRow.said_of), headings, format)


@router.get("/coverage", operation_id="read_coverage", dependencies=[allow(WHO["read"])])
async def read_coverage(session: UnitSession, area: Search = "") -> CoverageRead:
    """How far Party building reaches among the registered organisations of an area, by the prefix of its code."""
    return CoverageRead(**(await queries.party_coverage(session, area))._asdict())


@router.get("/listed", operation_id="list_listed", dependencies=[allow(WHO["read"])])
async def list_listed(
    session: UnitSession, actor: CurrentActor, paging: PagingQuery, kind: RecordKind | None = None
) -> Page[ListedRead]:
    """Who is on the list of abnormal activity, or on that of serious breaches, why, and what leads off it."""
    found = await queries.list_listed(session, actor, kind, paging)
    return found.page([ListedRead.of(each) for each in found.rows])


@router.get("/template", operation_id="read_roster_template", dependencies=[allow(WHO["import"])], **answers_file(XLSX))
async def read_roster_template() -> Response:
    """The columns of a roster of organisations, to be filled in and uploaded."""
    return await table_response("organizations", COLUMNS.header("columns"), [], xlsx=True)


@router.post("/import", operation_id="import_organizations", dependencies=[allow(WHO["import"])], **or_later())
async def import_organizations(
    session: UnitSession, actor: CurrentActor, work: CurrentWork, table: UploadedList
) -> Imported:
    work.check(len(table.rows), at_once=1_000)
    return Imported(count=len(await service.import_organizations(session, actor, table)))


@router.post("", status_code=201, operation_id="register_party", dependencies=[allow(WHO["register"])])
async def register_party(session: UnitSession, actor: CurrentActor, given: PartyCreate) -> PartyRead:
    party = await service.register_party(session, actor, **given.model_dump())
    return PartyRead.seen_by(actor, *await queries.seen(session, [party]))


@router.post("/applicants", status_code=201, operation_id="register_applicant", dependencies=[allow(WHO["register"])])
async def register_applicant(session: UnitSession, actor: CurrentActor, given: ApplicantCreate) -> PartyRead:
    party = await service.register_applicant(session, actor, **given.model_dump())
    return PartyRead.seen_by(actor, *await queries.seen(session, [party]))


@router.get("/{party_id}", operation_id="read_party", dependencies=[allow(WHO["read"])])
async def read_party(session: UnitSession, actor: CurrentActor, response: Response, party_id: Id) -> PartyRead:
    party = await policy.read_party(session, actor, party_id)
    tag_version(response, party.version)
    return PartyRead.seen_by(actor, *await queries.seen(session, [party]))


@router.patch("/{party_id}", operation_id="edit_party", dependencies=[allow(WHO["edit"])])
async def edit_party(
    session: UnitSession, actor: CurrentActor, response: Response, party_id: Id, version: IfMatch, given: PartyUpdate
) -> PartyRead:
    words = given.model_dump(exclude_none=True)
    party = await service.edit_party(session, actor, party_id, version, **words)
    tag_version(response, party.version)
    return PartyRead.seen_by(actor, *await queries.seen(session, [party]))
