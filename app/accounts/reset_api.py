"""Endpoints of a new password: asked for, followed and set in one browser, which is known by a cookie of its own."""

from typing import Annotated

from fastapi import Cookie, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import resets
from app.accounts.models import PasswordReset
from app.accounts.policy import WHO
from app.accounts.rules import LINK_FOR
from app.accounts.schemas import LinkOpen, NewPassword, ResetAsk, ResetRead
from app.accounts.session_api import CurrentPlace, entrance, sessions, settings_of
from app.core.clock import now
from app.core.http.unit import CurrentActor, UnitsApart, UnitSession, allow

RESET_COOKIE, RESET_PATH = "shuangxuan_reset", "/api/v1/session"
Secret = Annotated[str, Cookie(alias=RESET_COOKIE, include_in_schema=False)]


@entrance.post("/reset", status_code=201, operation_id="ask_reset", dependencies=[allow(WHO["ask_reset"])])
async def ask_reset(
    session: UnitSession, request: Request, response: Response, given: ResetAsk, place: CurrentPlace
) -> ResetRead:
    asked = await resets.ask_reset(session, given.username, place)
    _set_cookie(request, response, asked.secret)
    return await _read(session, asked.reset)


@entrance.get("/reset", operation_id="read_reset", dependencies=[allow(WHO["read_reset"])])
async def read_reset(session: UnitSession, secret: Secret = "") -> ResetRead:
    return await _read(session, await resets.find_reset(session, secret) if secret else None)


@entrance.post("/link", operation_id="open_link", dependencies=[allow(WHO["open_link"])])
async def open_link(session: UnitSession, request: Request, response: Response, given: LinkOpen) -> ResetRead:
    reset = await resets.open_link(session, given.secret)
    _set_cookie(request, response, given.secret)
    return await _read(session, reset)


@entrance.post("/new_password", operation_id="set_password", dependencies=[allow(WHO["set_password"])])
async def set_password(
    session: UnitSession, units: UnitsApart, response: Response, given: NewPassword, secret: Secret = ""
) -> ResetRead:
    reset = await resets.set_password(session, units, secret, given.password)
    response.delete_cookie(RESET_COOKIE, path=RESET_PATH)
    return await _read(session, reset)


@sessions.post("/cancel_reset", status_code=204, operation_id="cancel_reset", dependencies=[allow(WHO["cancel_reset"])])
async def cancel_reset(session: UnitSession, actor: CurrentActor) -> None:
    await resets.cancel_reset(session, actor)


async def _read(session: AsyncSession, reset: PasswordReset | None) -> ResetRead:
    return ResetRead.of(reset, resets.state_of(reset, await now(session)))


def _set_cookie(request: Request, response: Response, secret: str) -> None:
    """Out of reach of scripts; sent to the session's own addresses alone."""
    response.set_cookie(
        RESET_COOKIE,
        secret,
        max_age=int(LINK_FOR.total_seconds()),
        path=RESET_PATH,
        httponly=True,
        samesite="strict",
        secure=settings_of(request).secure_cookies,
    )
