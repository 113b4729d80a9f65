"""What stands around every answer, pages and API alike: the names we answer to, what a browser may do with an answer,
and that a fault of ours ends in an answer too."""

import re
import uuid

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import DomainError
from app.core.problems import Faulty, answer
from app.core.settings import Settings

log = structlog.get_logger()
# Scripts come from our own files alone. The component library writes its styles into the page.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
    " font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
YEAR = "max-age=31536000"


class HostUnknown(DomainError):
    """The request asks for a name that is not ours."""

    status = 400


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.hosts = app, settings.hosts
        self.always = ALWAYS | ({"Strict-Transport-Security": YEAR} if settings.secure_cookies else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, number = False, _number(Headers(scope=scope).get("x-request-id", ""))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._label(MutableHeaders(scope=message), number, is_api=scope["path"].startswith("/api/"))
            await send(message)

        try:
            await self._checked(scope)(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception:
            log.exception("faulty", path=scope["path"])
            if begun:
                raise
            await answer(Request(scope), Faulty(request_id=number))(scope, receive, guarded)

    def _checked(self, scope: Scope) -> ASGIApp:
        """The application, or the refusal of a foreign name."""
        host = Headers(scope=scope).get("host", "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if self.hosts and name.strip("[]").lower() not in self.hosts:
            return answer(Request(scope), HostUnknown(host=host[:100]))
        return self.app

    def _label(self, headers: MutableHeaders, number: str, *, is_api: bool) -> None:
        for name, value in self.always.items():
            headers.setdefault(name, value)
        if is_api:
            headers.setdefault("Cache-Control", "no-store")
        headers["X-Request-Id"] = number


def _number(given: str) -> str:
    """By which the log finds a request; one from outside is taken if it is fit to be logged."""
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
