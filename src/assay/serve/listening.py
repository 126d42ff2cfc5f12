"""uvicorn's server, which ends when there is nothing to serve, and does so quickly."""

from __future__ import annotations

import asyncio
import socket

import uvicorn

from assay.serve.app import Server

GRACE_S = 2.0  # for answers that are passed through, when the server ends


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
