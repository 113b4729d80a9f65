"""Endpoints of parties, of the session, and of accounts."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Cookie, Query, Request, Response, UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import areas_with_parents
from app.core import web
from app.core.clock import now
from app.core.errors import DomainError
from app.core.files import read_table, read_upload, table_response
from app.core.paging import Page, PagingQuery, paginate
from app.core.problems import Problem, answer
from app.core.settings import Settings
from app.core.web import SESSION_COOKIE, CurrentActor, IfMatch, UnitSession, allow, tag_version
from app.parties import accounts, policy, queries, service
from app.parties.models import Account, Party
from app.parties.policy import WHO
from app.parties.roster import OPTIONAL, REQUIRED
from app.parties.rules import LIFETIME, LegalKind, PartyKind
from app.parties.schemas import (
    AccountCreate,
    AccountRead,
    ApplicantCreate,
    DemonstrationAccount,
    Imported,
    MembershipChoice,
    PartyCreate,
    PartyRead,
    PartyRow,
    PartyUpdate,
    PasswordChange,
    PasswordReset,
    SessionRead,
    SignIn,
)

parties = web.router("/parties", "parties")
sessions = web.router("/session", "session", web.Unkept)
people = web.router("/accounts", "accounts", web.Unkept)
Text = Annotated[str, Query(max_length=100)]
Token = Annotated[str, Cookie(alias=SESSION_COOKIE, include_in_schema=False)]
TOO_MANY: dict[int | str, dict[str, Any]] = {
    429: {"model": Problem, "description": "too many failed tries", "content": {"application/problem+json": {}}}
}


@parties.get("", operation_id="list_parties", dependencies=[allow(WHO["list"])])
async def list_parties(
    session: UnitSession,
    actor: CurrentActor,
    paging: PagingQuery,
    kind: PartyKind | None = None,
    legal_kind: LegalKind | None = None,
    area: Text = "",
    q: Text = "",
) -> Page[PartyRow]:
    query = queries.search_parties(actor, kind=kind, legal_kind=legal_kind, area=area, q=q)
    found, cursor = await paginate(session, query, paging, id=Party.id, sorts={"name_zh": Party.name_zh})
    return Page(items=await _rows(session, found), next_cursor=cursor)


@parties.get("/export", operation_id="export_organizations", dependencies=[allow(WHO["export"])])
async def export_organizations(
    session: UnitSession, actor: CurrentActor, format: Literal["xlsx", "csv"] = "xlsx", area: Text = "", q: Text = ""
) -> Response:
    query = queries.search_parties(actor, kind=PartyKind.organization, area=area, q=q).order_by(Party.id)
    rows = await _rows(session, list(await session.scalars(query)))
    header = list(PartyRow.model_fields)
    cells = [["/".join(v) if isinstance(v, list) else v for v in row.model_dump(mode="json").values()] for row in rows]
    return table_response("organizations", header, cells, xlsx=format == "xlsx")


@parties.get("/template", operation_id="read_roster_template", dependencies=[allow(WHO["import"])])
async def read_roster_template() -> Response:
    """The columns of a roster of organisations, to be filled in and uploaded."""
    return table_response("organizations", [*REQUIRED, *OPTIONAL], [], xlsx=True)


@parties.post("/import", operation_id="import_organizations", dependencies=[allow(WHO["import"])])
async def import_organizations(session: UnitSession, actor: CurrentActor, upload: UploadFile) -> Imported:
    table = read_table(*await read_upload(upload))
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
async def read_party(session: UnitSession, actor: CurrentActor, response: Response, party_id: int) -> PartyRead:
    party = await policy.read_party(session, actor, party_id)
    tag_version(response, party.version)
    return await _read(session, actor, party)


@parties.patch("/{party_id}", operation_id="edit_party", dependencies=[allow(WHO["edit"])])
async def edit_party(
    session: UnitSession, actor: CurrentActor, response: Response, party_id: int, version: IfMatch, given: PartyUpdate
) -> PartyRead:
    words = given.model_dump(exclude_none=True)
    party = await service.edit_party(session, actor, party_id, version, **words)
    tag_version(response, party.version)
    return await _read(session, actor, party)


@sessions.get("", operation_id="read_session", dependencies=[allow(WHO["read_session"])])
async def read_session(session: UnitSession, request: Request, token: Token = "") -> SessionRead:
    return await _session(session, request, token)


@sessions.post(
    "",
    operation_id="sign_in",
    dependencies=[allow(WHO["sign_in"])],
    response_model=SessionRead,
    responses=TOO_MANY,
)
async def sign_in(
    session: UnitSession, request: Request, response: Response, given: SignIn, token: Token = ""
) -> SessionRead | Response:
    opened = await accounts.sign_in(
        session, given.username, given.password, old_token=token, demonstration=_settings(request).demonstration
    )
    if isinstance(opened, DomainError):
        return answer(request, opened)
    _set_cookie(request, response, opened.token)
    return await _session(session, request, opened.token)


@sessions.delete("", status_code=204, operation_id="sign_out", dependencies=[allow(WHO["sign_out"])])
async def sign_out(session: UnitSession, actor: CurrentActor, response: Response, token: Token = "") -> None:
    await accounts.sign_out(session, actor, token)
    response.delete_cookie(SESSION_COOKIE)


@sessions.post("/switch", operation_id="switch_membership", dependencies=[allow(WHO["switch"])])
async def switch_membership(
    session: UnitSession,
    actor: CurrentActor,
    request: Request,
    response: Response,
    given: MembershipChoice,
    token: Token = "",
) -> SessionRead:
    opened = await accounts.switch_membership(session, actor, token, given.membership_id)
    _set_cookie(request, response, opened.token)
    return await _session(session, request, opened.token)


@sessions.post(
    "/password",
    operation_id="change_password",
    dependencies=[allow(WHO["change_password"])],
    response_model=SessionRead,
    responses=TOO_MANY,
)
async def change_password(
    session: UnitSession, actor: CurrentActor, request: Request, given: PasswordChange, token: Token = ""
) -> SessionRead | Response:
    refused = await accounts.change_password(session, actor, token, given.current, given.new)
    return answer(request, refused) if refused else await _session(session, request, token)


@people.get("", operation_id="list_accounts", dependencies=[allow(WHO["list_accounts"])])
async def list_accounts(
    session: UnitSession, actor: CurrentActor, paging: PagingQuery, q: Text = ""
) -> Page[AccountRead]:
    sorts = {"username": Account.username}
    found, cursor = await paginate(session, queries.search_accounts(q), paging, id=Account.id, sorts=sorts)
    seats = await queries.seats_of(session, [account.id for account in found])
    rows = [AccountRead.of(account, seats[account.id], actor) for account in found]
    return Page(items=rows, next_cursor=cursor)


@people.post("", status_code=201, operation_id="create_account", dependencies=[allow(WHO["create_account"])])
async def create_account(session: UnitSession, actor: CurrentActor, given: AccountCreate) -> AccountRead:
    account = await accounts.create_account(
        session,
        actor,
        username=given.username,
        display_name=given.display_name,
        password=given.password,
        seats=[(seat.role, seat.party_id) for seat in given.memberships],
    )
    return await _account(session, actor, account)


@people.post("/{account_id}/disable", operation_id="disable_account", dependencies=[allow(WHO["disable"])])
async def disable_account(session: UnitSession, actor: CurrentActor, account_id: int) -> AccountRead:
    return await _account(session, actor, await accounts.disable_account(session, actor, account_id))


@people.post("/{account_id}/enable", operation_id="enable_account", dependencies=[allow(WHO["enable"])])
async def enable_account(session: UnitSession, actor: CurrentActor, account_id: int) -> AccountRead:
    return await _account(session, actor, await accounts.enable_account(session, actor, account_id))


@people.post("/{account_id}/reset_password", operation_id="reset_password", dependencies=[allow(WHO["reset_password"])])
async def reset_password(
    session: UnitSession, actor: CurrentActor, account_id: int, given: PasswordReset
) -> AccountRead:
    account = await accounts.reset_password(session, actor, account_id, given.password)
    return await _account(session, actor, account)


router = APIRouter()
for part in (parties, sessions, people):
    router.include_router(part)


async def _rows(session: AsyncSession, found: list[Party]) -> list[PartyRow]:
    paths = await areas_with_parents(session, {party.area_code for party in found if party.area_code})
    at = await now(session)
    return [PartyRow.of(party, paths.get(party.area_code or "", []), at) for party in found]


async def _read(session: AsyncSession, actor: CurrentActor, party: Party) -> PartyRead:
    paths = await areas_with_parents(session, [party.area_code] if party.area_code else [])
    return PartyRead.seen(party, paths.get(party.area_code or "", []), await now(session), actor)


async def _account(session: AsyncSession, actor: CurrentActor, account: Account) -> AccountRead:
    return AccountRead.of(account, (await queries.seats_of(session, [account.id]))[account.id], actor)


async def _session(session: AsyncSession, request: Request, token: str) -> SessionRead:
    at: datetime = await now(session)
    demonstration = _settings(request).demonstration
    shown = await _demonstration_accounts(session) if demonstration else []
    reading = SessionRead(at=at, demonstration=demonstration, demonstration_accounts=shown)
    opened = await queries.open_session(session, token) if token else None
    if opened is None:
        return reading
    return reading.signed_in(opened, (await queries.seats_of(session, [opened.account.id]))[opened.account.id])


async def _demonstration_accounts(session: AsyncSession) -> list[DemonstrationAccount]:
    return [
        DemonstrationAccount(
            username=account.username,
            display_name=account.display_name,
            password=accounts.DEMONSTRATION_PASSWORD,
            role=seat.membership.role,
            party_zh=seat.party and seat.party.name_zh,
            party_en=seat.party and (seat.party.name_en or seat.party.name_zh),
        )
        for account, seat in await queries.demonstration_seats(session)
    ]


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _set_cookie(request: Request, response: Response, token: str) -> None:
    """Out of reach of scripts and of other sites; only over HTTPS where the installation has it."""
    secure = _settings(request).secure_cookies
    seconds = int(LIFETIME.total_seconds())
    response.set_cookie(SESSION_COOKIE, token, max_age=seconds, httponly=True, samesite="lax", secure=secure)
