"""Connections that say nothing, or read nothing, are not waited for: the HTTP protocol with a limit of time."""

import asyncio
import socket
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS, IDLE_SECONDS, UNREAD_SECONDS = 10, 15, 30


class TimedProtocol(H11Protocol):
    """Closes a connection whose next request is not there, headers and all, within 10 s of its first byte (or of the
    connection); one on which nothing follows an answer for 15 s (uvicorn's own limit); and one whose client has read
    nothing for 30 s."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _limit_unread(transport.get_extra_info("socket"))
        self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_request()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_request(self) -> None:
        if self._due is None and not self.transport.is_closing():
            self._due = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._due:
            self._due.cancel()
            self._due = None


def _limit_unread(connection: Any) -> None:
    if hasattr(socket, "TCP_USER_TIMEOUT") and connection.family in {socket.AF_INET, socket.AF_INET6}:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
