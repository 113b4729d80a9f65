"""Endpoints of the session: signing in and out, acting in another membership, one's own password."""

import secrets
from typing import Annotated

from fastapi import Cookie, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import new_passwords, queries
from app.accounts import sessions as opened_sessions
from app.accounts import sign_in as signing_in
from app.accounts.policy import WHO
from app.accounts.rules import LIFETIME
from app.accounts.schemas import BrowserRead, MembershipChoice, PasswordChange, SessionRead, SignIn
from app.accounts.sign_in import KNOWN_FOR, Place
from app.core.actors import RESIDENT, Actor
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.lanes import Lane
from app.core.http.unit import SESSION_COOKIE, CurrentActor, UnitsApart, UnitSession, allow, in_lane, network
from app.core.settings import Settings

BROWSER_COOKIE = "shuangxuan_browser"


class Entrance(web.Unkept):
    """For people who are not signed in yet: who asks is not looked up, so no connection waits for a password's hash."""

    async def who(self, session: AsyncSession, request: Request) -> Actor:
        return RESIDENT


sessions = web.router("/session", "session", web.Unkept)
entrance = web.router("/session", "session", Entrance, Lane.signing_in)
Token = Annotated[str, Cookie(alias=SESSION_COOKIE, include_in_schema=False)]


async def _place(
    request: Request, browser: Annotated[str, Cookie(alias=BROWSER_COOKIE, include_in_schema=False)] = ""
) -> Place:
    """A browser that has no mark yet is given one."""
    return Place(network(request), browser or secrets.token_urlsafe(16), request.headers.get("user-agent", ""))


CurrentPlace = Annotated[Place, Depends(_place)]


@sessions.get("", operation_id="read_session", dependencies=[allow(WHO["read_session"])])
async def read_session(session: UnitSession, request: Request, token: Token = "") -> SessionRead:
    return await _session(session, request, token)


@entrance.post("", operation_id="sign_in", dependencies=[allow(WHO["sign_in"])])
async def sign_in(
    session: UnitSession,
    units: UnitsApart,
    request: Request,
    response: Response,
    given: SignIn,
    place: CurrentPlace,
    token: Token = "",
) -> SessionRead:
    demonstration = settings_of(request).demonstration
    opened = await signing_in.sign_in(
        session, units, given.username, given.password, place, old_token=token, demonstration=demonstration
    )
    _set_cookie(request, response, opened.token)
    _mark_browser(request, response, place)
    return await _session(session, request, opened.token)


@sessions.delete("", status_code=204, operation_id="sign_out", dependencies=[allow(WHO["sign_out"])])
async def sign_out(session: UnitSession, actor: CurrentActor, response: Response, token: Token = "") -> None:
    await opened_sessions.sign_out(session, actor, token)
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
    opened = await opened_sessions.switch_membership(session, actor, token, given.membership_id)
    _set_cookie(request, response, opened.token)
    return await _session(session, request, opened.token)


@sessions.post(
    "/password",
    operation_id="change_password",
    dependencies=[allow(WHO["change_password"]), in_lane(Lane.signing_in)],
)
async def change_password(
    session: UnitSession,
    units: UnitsApart,
    actor: CurrentActor,
    request: Request,
    given: PasswordChange,
    token: Token = "",
) -> SessionRead:
    await new_passwords.change_password(session, units, actor, token, given.current, given.new)
    return await _session(session, request, token)


@sessions.get("/list", operation_id="list_sessions", dependencies=[allow(WHO["list_sessions"])])
async def list_sessions(session: UnitSession, actor: CurrentActor, token: Token = "") -> list[BrowserRead]:
    return [BrowserRead.of(each, token) for each in await queries.sessions_of(session, actor.account_id)]


@sessions.delete(
    "/others", status_code=204, operation_id="end_other_sessions", dependencies=[allow(WHO["end_other_sessions"])]
)
async def end_other_sessions(session: UnitSession, actor: CurrentActor, token: Token = "") -> None:
    await opened_sessions.end_other_sessions(session, actor, token)


@sessions.delete("/{session_id}", status_code=204, operation_id="end_session", dependencies=[allow(WHO["end_session"])])
async def end_session(session: UnitSession, actor: CurrentActor, session_id: Id) -> None:
    await opened_sessions.end_session(session, actor, session_id)


async def _session(session: AsyncSession, request: Request, token: str) -> SessionRead:
    return SessionRead.of(await queries.read_session(session, token, demonstration=settings_of(request).demonstration))


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _set_cookie(request: Request, response: Response, token: str) -> None:
    """Out of reach of scripts and of other sites; only over HTTPS where the installation has it."""
    secure = settings_of(request).secure_cookies
    seconds = int(LIFETIME.total_seconds())
    response.set_cookie(SESSION_COOKIE, token, max_age=seconds, httponly=True, samesite="lax", secure=secure)


def _mark_browser(request: Request, response: Response, place: Place) -> None:
    """Known again, this browser has its own allowance of tries; the mark is sent to signing in alone."""
    response.set_cookie(
        BROWSER_COOKIE,
        place.browser,
        max_age=int(KNOWN_FOR.total_seconds()),
        path=request.url.path,
        httponly=True,
        samesite="lax",
        secure=settings_of(request).secure_cookies,
    )
