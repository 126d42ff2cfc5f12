"""Two processes that ask each other: lines of JSON over a pair of sockets.

A benchmark is three processes, and each pair of them that speaks does it here: the
steward that keeps the run, the arms that make answers, the keeper that alone has read
the hidden cases. Nothing that the arms send is unpickled or evaluated; what the steward
and the keeper send may hold pickles, since they are the trusted side.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import IO, Any

import anyio
from anyio.abc import UNIXSocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from assay import errors
from assay.concurrency import Start, background

MOST_BYTES = 256 << 20
"""Of one message. A hidden case may be some megabytes."""

Handler = Callable[..., Awaitable[Any]]


class PeerGone(errors.EnvironmentFault):
    """The other process has ended, or what it sent is no message."""


class Peer:
    """One end: asks with `call`, and answers with its handlers while `serve` runs."""

    def __init__(
        self, stream: UNIXSocketStream, handlers: Mapping[str, Handler], start: Start
    ) -> None:
        self._stream = stream
        self._handlers = handlers
        self._start = start
        self._sending = anyio.Lock()
        self._waiting: dict[int, tuple[anyio.Event, list[Any]]] = {}
        self._n_calls = 0
        self._gone = ""

    async def call(self, op: str, **fields: Any) -> Any:
        """Ask, and wait for the answer.

        Raises:
            PeerGone: the other process ended before it answered.
            AssayError: what the other side raised, by its class.
        """
        if self._gone:
            raise PeerGone(self._gone)
        self._n_calls += 1
        number = self._n_calls
        event, box = anyio.Event(), list[Any]()
        self._waiting[number] = (event, box)
        try:
            await self._send({"ask": number, "op": op, "with": fields})
            await event.wait()
        finally:
            del self._waiting[number]
        if not box:
            raise PeerGone(self._gone)
        if "error" in box[0]:
            raise error_of(box[0]["error"])
        return box[0].get("is")

    async def tell(self, op: str, **fields: Any) -> None:
        """Say something that wants no answer."""
        await self._send({"op": op, "with": fields})

    async def serve(self) -> None:
        """Read until the other side ends; then every waiting call fails."""
        lines = BufferedByteReceiveStream(self._stream)
        try:
            while True:
                line = await lines.receive_until(b"\n", MOST_BYTES)
                self._take(json.loads(line))
        except (
            anyio.EndOfStream,
            anyio.IncompleteRead,
            anyio.BrokenResourceError,
            anyio.ClosedResourceError,
            anyio.DelimiterNotFound,
            ValueError,
            RecursionError,
        ) as error:
            self._gone = f"{type(error).__name__} {error}".strip()
            for event, _ in self._waiting.values():
                event.set()

    def _take(self, message: Any) -> None:
        if not isinstance(message, dict):
            raise ValueError(f"a message is an object, not {type(message).__name__}")
        if "re" in message:
            number = message["re"]
            waiting = self._waiting.get(number) if type(number) is int else None
            if waiting is not None:  # else its call was cancelled, or never made
                event, box = waiting
                box.append(message)
                event.set()
            return
        self._start(partial(self._answer, message))

    async def _answer(self, message: dict[str, Any]) -> None:
        number = message.get("ask")
        reply: dict[str, Any] = {"re": number}
        try:
            handler = self._handlers.get(str(message.get("op")))
            if handler is None:
                raise Unknown(f"nothing here answers to {message.get('op')!r}")
            reply["is"] = await handler(**message["with"])
        except errors.AssayError as error:
            reply["error"] = [type(error).__name__, str(error)]
        except Exception as error:  # a door: a bug on this side is told on the other
            place = _place(error)
            reply["error"] = ["Fault", f"{type(error).__name__}: {error}{place}"]
        if number is not None:
            with suppress(PeerGone):  # who asked has ended, and is told of by `serve`
                await self._send(reply)

    async def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"
        with anyio.CancelScope(shield=True):  # half a message would end the talk
            async with self._sending:
                try:
                    await self._stream.send(data)
                except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
                    raise PeerGone(f"the connection is closed ({error})") from error


def _place(error: BaseException) -> str:
    """The last line of ours or of a technique in which an error arose."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f" ({code.co_filename.rpartition('/')[2]} line {trace.tb_lineno})"
        trace = trace.tb_next
    return place


class Fault(Exception):
    """The other side met a bug: of ours, or of a technique."""


class Unknown(Exception):
    """The other side was asked for what it does not do."""


def error_of(told: Any) -> Exception:
    """The error that the other side raised; a `Fault` where it is none of ours."""
    match told:
        case [str() as name, str() as text]:
            kind = getattr(errors, name, None)
            if isinstance(kind, type) and issubclass(kind, errors.AssayError):
                return kind(text)
            return Fault(text)
    return Fault("it failed, and what it said of it is of no known form")


def pickled(value: Any) -> str:
    """A value as text. Only ever read by a process that trusts the writer."""
    return base64.b64encode(pickle.dumps(value)).decode()


def unpickled(text: str) -> Any:
    """Read `pickled`. Never call it on what the arms' process sent."""
    return pickle.loads(base64.b64decode(text))


@asynccontextmanager
async def open_peer(
    module: str, settings: Mapping[str, Any], handlers: Mapping[str, Handler],
    *, log: IO[bytes] | None = None,
) -> AsyncIterator[Peer]:  # fmt: skip
    """Start `python -m module` and talk to it. It ends with this block, or with us.

    The settings go through its standard input, since arguments can be read by others.
    What it prints goes to `log`.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: ASYNC220  (a few ms, and no pipe to read)
            [sys.executable, "-P", "-m", module, str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.PIPE,
            stdout=log or subprocess.DEVNULL,
            stderr=log or subprocess.DEVNULL,
            start_new_session=True,  # the terminal's Ctrl-C is not for it
        )
    try:
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as pipe:  # the first call tells
            pipe.write(json.dumps(dict(settings)).encode() + b"\n")
        async with (
            await UNIXSocketStream.from_socket(ours) as stream,
            background() as start,
        ):
            peer = Peer(stream, handlers, start)
            start(peer.serve)
            yield peer
    finally:
        process.kill()
        process.wait()


def run_peer(serve: Callable[[Peer, dict[str, Any]], Mapping[str, Handler]]) -> None:
    """Be such a process: `serve` gives the handlers. Returns when the parent is gone.

    Args:
        serve: Called with the peer and the settings, before anything is answered.
    """
    from assay.models.lifeline import die_with_parent

    parent = os.getppid()
    line = sys.stdin.buffer.readline()
    if line:
        die_with_parent(parent)
        ours = socket.socket(fileno=int(sys.argv[1]))
        anyio.run(_serve, ours, serve, json.loads(line))


async def _serve(
    ours: socket.socket,
    serve: Callable[[Peer, dict[str, Any]], Mapping[str, Handler]],
    settings: dict[str, Any],
) -> None:
    handlers: dict[str, Handler] = {}
    async with (
        await UNIXSocketStream.from_socket(ours) as stream,
        background() as start,
    ):
        peer = Peer(stream, handlers, start)
        handlers.update(serve(peer, settings))
        await peer.serve()
