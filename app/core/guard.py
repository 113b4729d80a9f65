"""What stands around every answer, pages and API alike: the names we answer to, what a browser may do with an answer,
and that a fault of ours ends in an answer too."""

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
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._label(scope, MutableHeaders(scope=message))
            await send(message)

        try:
            await self._checked(scope)(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception:
            log.exception("faulty", path=scope["path"])
            if begun:
                raise
            await answer(Request(scope), Faulty(request_id=_number(scope)))(scope, receive, guarded)

    def _checked(self, scope: Scope) -> ASGIApp:
        """The application, or the refusal of a foreign name."""
        host = Headers(scope=scope).get("host", "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if self.hosts and name.strip("[]").lower() not in self.hosts:
            return answer(Request(scope), HostUnknown(host=host[:100]))
        return self.app

    def _label(self, scope: Scope, headers: MutableHeaders) -> None:
        for name, value in self.always.items():
            headers.setdefault(name, value)
        if scope["path"].startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")
        if number := _number(scope):
            headers["X-Request-Id"] = number


def _number(scope: Scope) -> str:
    return str(scope.get("state", {}).get("request_id", ""))
