"""uvicorn's server: it holds no connection for nothing, and ends quickly.

Covered: a head that never comes, more connections than there is room for, a client that
leaves while its next request waits behind a streamed answer, bytes that are no HTTP.
Not covered: one address that takes all the connections; a server for many people
stands behind a proxy.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from assay.serve.app import Server
from assay.serve.guards import REQUEST_ID
from assay.serve.wire.errors import Refusal, invalid

GRACE_S = 2.0  # for answers that are passed through, when the server ends
HEAD_WITHIN_S = 10.0
MOST_CONNECTIONS = 500  # each may need a second socket, and 1,024 files are usual
MOST_AHEAD = 64 << 10  # bytes of requests that wait behind the one that is answered


class Connection(H11Protocol):
    """One client's connection.

    uvicorn has no time within which a head must come. It also stops to read while a
    request waits behind another, and then does not notice that the client is gone.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a first head, if there is room."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._refuse(_full())
        self._mind_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        self._mind_head()

    def data_received(self, data: bytes) -> None:
        """Read on, also behind the request that is answered."""
        super().data_received(data)
        is_behind = self.conn.their_state is h11.DONE and self.flow.read_paused
        if is_behind and len(self.conn.trailing_data[0]) <= MOST_AHEAD:
            self.flow.resume_reading()
        self._mind_head()

    def on_response_complete(self) -> None:
        """Wait for a next head."""
        super().on_response_complete()
        self._mind_head()

    def send_400_response(self, msg: str) -> None:
        """Tell as all else is told that this was no HTTP."""
        self._refuse(invalid("this is no HTTP/1.1 request", code="invalid_http"))

    def _mind_head(self) -> None:
        """Set the clock while a head is waited for, and stop it once one is there."""
        is_due = self.conn.their_state is h11.IDLE and not self.transport.is_closing()
        if is_due and self._late is None:
            self._late = self.loop.call_later(HEAD_WITHIN_S, self._give_up)
        elif not is_due and self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if self.conn.trailing_data[0]:
            self._refuse(_late_head())
        else:
            self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer without the application, if nothing was answered yet, and hang up."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = json.dumps(refusal.openai()).encode()
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
                (b"connection", b"close"),
                (REQUEST_ID, secrets.token_hex(8).encode()),
            ]
            head = h11.Response(status_code=refusal.status, headers=headers)
            is_head = self.conn.our_state is h11.SEND_RESPONSE and (
                self.scope["method"] == "HEAD"  # which has no body to be sent
            )
            said = h11.Data(data=b"" if is_head else body)
            for event in (head, said, h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


def _full() -> Refusal:
    return Refusal(
        status=503,
        message=f"{MOST_CONNECTIONS} connections are open, as many as may be",
        type="server_error",
        code="too_many_connections",
        headers={"retry-after": "5"},
    )


def _late_head() -> Refusal:
    return Refusal(
        status=408,
        message=f"the request's head was not here within {HEAD_WITHIN_S:g} s",
        code="request_timeout",
    )


def configured(app: ASGIApp, **more: Any) -> uvicorn.Config:
    """The settings of uvicorn for an application of ours.

    Args:
        more: Settings of uvicorn besides.
    """
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        **more,
    )


class Listening(uvicorn.Server):
    """Serves an application of ours.

    When it ends, solves are ended first: their clients get the best so far. It also
    ends where the service could not be opened; `Server.failed` then says why.
    """

    def __init__(self, config: uvicorn.Config, server: Server) -> None:
        super().__init__(config)
        self._server = server

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to end."""
        return await super().on_tick(counter) or self._server.failed is not None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is under way, then the server."""
        self._server.stop()
        loop = asyncio.get_running_loop()
        cut = loop.call_later(GRACE_S, self._server.hang_up)
        try:
            await super().shutdown(sockets)
        finally:
            cut.cancel()
