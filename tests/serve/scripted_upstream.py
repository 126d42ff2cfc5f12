"""An endpoint on a real socket, in a thread, that answers as a test tells it to."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Exchange:
    """One request that came, and the socket that it is answered on."""

    socket: socket.socket
    path: str
    headers: dict[str, str]
    raw: bytes
    closed: threading.Event = field(default_factory=threading.Event)
    failed: threading.Event = field(default_factory=threading.Event)

    @property
    def body(self) -> Any:
        """What was asked, read as JSON."""
        return json.loads(self.raw)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def head(self, kind: str, status: int = 200, *more: str) -> None:
        """Begin an answer that ends where the socket is closed."""
        lines = (f"HTTP/1.1 {status} X", f"content-type: {kind}", "connection: close")
        self.send("\r\n".join([*lines, *more, "", ""]).encode())

    def wait_closed(self) -> None:
        """Return when the other side has hung up."""
        with contextlib.suppress(OSError):
            while self.socket.recv(65536):
                pass
        self.closed.set()


Answer = Callable[[Exchange], None]


@dataclass(slots=True)
class Endpoint:
    """What was asked, and how the next is answered."""

    port: int
    answer: Answer
    seen: list[Exchange] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The base of its API."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def last(self) -> Exchange:
        """What came last."""
        return self.seen[-1]


@contextmanager
def endpoint(answer: Answer) -> Iterator[Endpoint]:
    """Answer on a free port until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    found = Endpoint(listening.getsockname()[1], answer)
    threads: list[threading.Thread] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                thread = threading.Thread(target=_serve, args=(found, connection))
                threads.append(thread)
                thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield found
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for exchange in found.seen:
            with contextlib.suppress(OSError):
                exchange.socket.shutdown(socket.SHUT_RDWR)
        for thread in [accepting, *threads]:
            thread.join(20)


def _serve(found: Endpoint, connection: socket.socket) -> None:
    with connection:
        exchange = _read(connection)
        if exchange is None:
            return
        found.seen.append(exchange)
        try:
            found.answer(exchange)
        except OSError:
            exchange.failed.set()


def _read(connection: socket.socket) -> Exchange | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Exchange(connection, first.split(" ")[1], headers, body)


def chunk(text: str, **choice: Any) -> bytes:
    """One event of a chat."""
    body = {
        "id": "u1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "up",
        "choices": [{"index": 0, "delta": {"content": text}, **choice}],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
WHOLE = chunk("Because of ") + chunk("Rayleigh.", finish_reason="stop") + DONE


def streaming(*pieces: bytes) -> Answer:
    """Stream these bytes, then close the socket."""

    def answer(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        for piece in pieces:
            exchange.send(piece)

    return answer


def saying(body: object, status: int = 200, *headers: str) -> Answer:
    """Answer with JSON."""

    def answer(exchange: Exchange) -> None:
        exchange.head("application/json", status, *headers)
        exchange.send(json.dumps(body).encode())

    return answer
