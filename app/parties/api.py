"""Endpoints of parties; those of the session and of accounts join them."""

from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import areas_with_parents
from app.core import web
from app.core.clock import now
from app.core.fields import Id, Search
from app.core.files import TABLE_FILE, XLSX, UploadedList, answers_file, table_response
from app.core.paging import Page, PagingQuery, paginate
from app.core.web import CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.parties import account_api, policy, queries, reset_api, service, session_api
from app.parties.models import Party
from app.parties.policy import WHO
from app.parties.roster import OPTIONAL, REQUIRED
from app.parties.rules import LegalKind, PartyKind
from app.parties.schemas import (
    ApplicantCreate,
    Imported,
    PartyCreate,
    PartyRead,
    PartyRow,
    PartyUpdate,
)

parties = web.router("/parties", "parties")


@parties.get("", operation_id="list_parties", dependencies=[allow(WHO["list"])])
async def list_parties(
    session: UnitSession,
    actor: CurrentActor,
    paging: PagingQuery,
    kind: PartyKind | None = None,
    legal_kind: LegalKind | None = None,
    area: Search = "",
    q: Search = "",
) -> Page[PartyRow]:
    query = queries.search_parties(actor, kind=kind, legal_kind=legal_kind, area=area, q=q)
    found, cursor = await paginate(session, query, paging, id=Party.id, sorts={"name_zh": Party.name_zh})
    return Page(items=await _rows(session, found), next_cursor=cursor)


@parties.get("/export", operation_id="export_organizations", dependencies=[allow(WHO["export"])], **TABLE_FILE)
async def export_organizations(
    session: UnitSession,
    actor: CurrentActor,
    format: Literal["xlsx", "csv"] = "xlsx",
    area: Search = "",
    q: Search = "",
) -> Response:
    query = queries.search_parties(actor, kind=PartyKind.organization, area=area, q=q).order_by(Party.id)
    rows = await _rows(session, list(await session.scalars(query)))
    header = list(PartyRow.model_fields)
    cells = [["/".join(v) if isinstance(v, list) else v for v in row.model_dump(mode="json").values()] for row in rows]
    return table_response("organizations", header, cells, xlsx=format == "xlsx")


@parties.get(
    "/template", operation_id="read_roster_template", dependencies=[allow(WHO["import"])], **answers_file(XLSX)
)
async def read_roster_template() -> Response:
    """The columns of a roster of organisations, to be filled in and uploaded."""
    return table_response("organizations", [*REQUIRED, *OPTIONAL], [], xlsx=True)


@parties.post("/import", operation_id="import_organizations", dependencies=[allow(WHO["import"])])
async def import_organizations(session: UnitSession, actor: CurrentActor, table: UploadedList) -> Imported:
    return Imported(count=len(await service.import_organizations(session, actor, table)))


@parties.post("", status_code=201, operation_id="register_party", dependencies=[allow(WHO["register"])])
async def register_party(session: UnitSession, actor: CurrentActor, given: PartyCreate) -> PartyRead:
    party = await service.register_party(session, actor, **given.model_dump())
    return await _read(session, actor, party)


@parties.post("/applicants", status_code=201, operation_id="register_applicant", dependencies=[allow(WHO["register"])])
async def register_applicant(session: UnitSession, actor: CurrentActor, given: ApplicantCreate) -> PartyRead:
    party = await service.register_applicant(session, actor, **given.model_dump())
    return await _read(session, actor, party)


@parties.get("/{party_id}", operation_id="read_party", dependencies=[allow(WHO["read"])])
async def read_party(session: UnitSession, actor: CurrentActor, response: Response, party_id: Id) -> PartyRead:
    party = await policy.read_party(session, actor, party_id)
    tag_version(response, party.version)
    return await _read(session, actor, party)


@parties.patch("/{party_id}", operation_id="edit_party", dependencies=[allow(WHO["edit"])])
async def edit_party(
    session: UnitSession, actor: CurrentActor, response: Response, party_id: Id, version: IfMatch, given: PartyUpdate
) -> PartyRead:
    words = given.model_dump(exclude_none=True)
    party = await service.edit_party(session, actor, party_id, version, **words)
    tag_version(response, party.version)
    return await _read(session, actor, party)


assert reset_api  # its endpoints join the session's routers
router = APIRouter()
for part in (parties, session_api.sessions, session_api.entrance, account_api.people):
    router.include_router(part)


async def _rows(session: AsyncSession, found: list[Party]) -> list[PartyRow]:
    paths = await areas_with_parents(session, {party.area_code for party in found if party.area_code})
    at = await now(session)
    return [PartyRow.of(party, paths.get(party.area_code or "", []), at) for party in found]


async def _read(session: AsyncSession, actor: CurrentActor, party: Party) -> PartyRead:
    paths = await areas_with_parents(session, [party.area_code] if party.area_code else [])
    return PartyRead.seen(party, paths.get(party.area_code or "", []), await now(session), actor)
