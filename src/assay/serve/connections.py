"""A client's connection: noticed when it closes, never waited for long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import anyio
from starlette.types import Receive, Scope, Send

from assay.concurrency import background

T = TypeVar("T")

SEND_TIMEOUT_S = 60.0  # for one piece: who reads slower than that is gone
Write = Callable[[bytes], Awaitable[None]]


class Gone(Exception):
    """The client closed the connection, or no longer reads from it."""


async def while_connected(receive: Receive, work: Callable[[], Awaitable[T]]) -> T:
    """Do some work, and cancel it as soon as the client is gone.

    Raises:
        Gone: the client left before the work was done.
    """
    done: list[T] = []
    with anyio.CancelScope() as scope:
        async with background() as start:

            async def listen() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                scope.cancel()

            start(listen)
            done.append(await work())
    if not done:
        raise Gone
    return done[0]


class Live:
    """An answer that is written while it comes about; its head leaves at once.

    Args:
        produce: Writes the body, and returns when it is whole. It is cancelled when
            the client goes. It tells faults in the body: the status has left already.
        media_type: Of the body.
        headers: Besides those of every live answer: not to be kept, not to be buffered.
    """

    def __init__(
        self,
        produce: Callable[[Write], Awaitable[None]],
        *,
        status: int = 200,
        media_type: str = "text/event-stream; charset=utf-8",
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._produce = produce
        self._status = status
        usual = (
            ("content-type", media_type),
            ("cache-control", "no-cache"),
            ("x-accel-buffering", "no"),
        )
        self._headers = [(k.encode(), v.encode()) for k, v in (*usual, *headers)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as an ASGI application."""
        try:
            await while_connected(receive, lambda: self.send(send))
        except (Gone, OSError):
            return

    async def send(self, send: Send) -> None:
        """Send the whole answer, where somebody else watches the connection.

        Raises:
            Gone: nobody reads it.
        """

        async def write(piece: bytes, *, more: bool = True) -> None:
            with anyio.move_on_after(SEND_TIMEOUT_S) as patience:
                await send(
                    {"type": "http.response.body", "body": piece, "more_body": more}
                )
            if patience.cancelled_caught:
                raise Gone

        await send(
            {
                "type": "http.response.start",
                "status": self._status,
                "headers": self._headers,
            }
        )
        await self._produce(write)
        await write(b"", more=False)
