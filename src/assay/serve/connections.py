"""A client's connection: noticed when it closes, never waited for long."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TypeVar

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assay.concurrency import background

T = TypeVar("T")

SEND_TIMEOUT_S = 60.0  # for one piece: who reads slower than that is gone
PIECE = 64 * 1024  # bytes of a whole answer that are sent at once
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


class Writer:
    """Sends an answer piece by piece; its head leaves with the first piece.

    Several tasks may write whole pieces. That somebody reads them is watched beside,
    by `watch`: a time limit around each piece would cost as much as the piece.

    Args:
        media_type: Of the body.
        headers: Besides those of every live answer: not to be kept, not to be buffered.
    """

    def __init__(
        self,
        send: Send,
        *,
        status: int = 200,
        media_type: str = "text/event-stream; charset=utf-8",
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._send, self._status = send, status
        usual = (
            ("content-type", media_type),
            ("cache-control", "no-cache"),
            ("x-accel-buffering", "no"),
        )
        self._headers = [(k.encode(), v.encode()) for k, v in (*usual, *headers)]
        self._beginning = anyio.Lock(fast_acquire=True)
        self._under_way = 0
        self._moved_s = 0.0  # when a piece last began or ended to be sent
        self.has_begun = False

    async def begin(self) -> None:
        """Send the head, before there is a piece."""
        async with self._beginning:
            if self.has_begun:  # another task has sent it meanwhile
                return
            start = {"type": "http.response.start", "status": self._status}
            await self._send({**start, "headers": self._headers})
            self.has_begun = True

    async def write(self, piece: bytes, *, more: bool = True) -> None:
        """Send the next bytes, once there is room for them."""
        self._moved_s = time.monotonic()
        self._under_way += 1
        try:
            if not self.has_begun:
                await self.begin()
            await self._send(
                {"type": "http.response.body", "body": piece, "more_body": more}
            )
        finally:
            self._under_way -= 1
            self._moved_s = time.monotonic()

    async def end(self, last: bytes = b"") -> None:
        """Send the last bytes, and that they are. Nothing may be waited for after it.

        From here on the server says that the client has left, whether it has or not.

        Raises:
            Gone: nobody makes room for it.
        """
        with anyio.move_on_after(SEND_TIMEOUT_S) as patience:
            await self.write(last, more=False)
        if patience.cancelled_caught:
            raise Gone

    async def watch(self) -> None:
        """Watch until it is cancelled.

        Raises:
            Gone: nobody has made room for a piece for `SEND_TIMEOUT_S`.
        """
        while True:
            await anyio.sleep(SEND_TIMEOUT_S / 8)
            stands_s = time.monotonic() - self._moved_s
            if self._under_way and stands_s >= SEND_TIMEOUT_S:
                raise Gone


class Live:
    """An answer that is written while it comes about; its head leaves at once.

    Args:
        produce: Writes the body, and returns when it is whole. It is cancelled when
            the client goes. It tells faults in the body: the status has left already.
        status, media_type, headers: As in `Writer`.
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
        self._writer = partial(
            Writer, status=status, media_type=media_type, headers=tuple(headers)
        )

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
        writer = self._writer(send)
        async with background() as start:
            start(writer.watch)
            await writer.begin()
            await self._produce(writer.write)
        await writer.end()


async def send_whole(answer: Response, send: Send) -> None:
    """Send an answer that is there, where somebody else watches the connection.

    It goes piece by piece, so that who reads slowly is told from who does not read.

    Raises:
        Gone: nobody reads it.
    """
    body = bytes(answer.body)
    start = {"type": "http.response.start", "status": answer.status_code}
    await send({**start, "headers": answer.raw_headers})
    for place in range(0, max(1, len(body)), PIECE):
        with anyio.move_on_after(SEND_TIMEOUT_S) as patience:
            await send(
                {
                    "type": "http.response.body",
                    "body": body[place : place + PIECE],
                    "more_body": place + PIECE < len(body),
                }
            )
        if patience.cancelled_caught:
            raise Gone
