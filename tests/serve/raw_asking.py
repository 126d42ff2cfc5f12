"""Requests as bytes on a socket, where a client's library would hide what happens."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

TIMEOUT_S = 30.0
CHAT_PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The JSON of the events of a stream, without the last `[DONE]`."""
        return events_in(self.body)


def events_in(text: bytes) -> list[Any]:
    """The JSON of the events in a piece of a stream."""
    data = [line[6:] for line in text.split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(each) for each in data if each != b"[DONE]"]


def ask(
    port: int,
    body: object = None,
    *,
    path: str = CHAT_PATH,
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> Reply:
    """Send a request, as JSON unless it is bytes, and read the whole answer."""
    with sent(port, body, path=path, method=method, headers=headers) as response:
        return Reply(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            body=response.read(),
        )


@contextmanager
def sent(
    port: int,
    body: object = None,
    *,
    path: str = CHAT_PATH,
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> Iterator[http.client.HTTPResponse]:
    """Send a request and have the answer's head; the block's end hangs up."""
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    own = {"content-type": "application/json", "authorization": "Bearer x"}
    try:
        connection.request(method, path, raw, own | (headers or {}))
        with contextlib.closing(connection.getresponse()) as response:
            yield response
    finally:
        connection.close()


def until(response: http.client.HTTPResponse, text: bytes) -> bytes:
    """Read a stream as far as some text, which must come."""
    read = b""
    while text not in read:
        piece = response.read1(65536)
        assert piece, f"{text!r} is not in {read!r}"
        read += piece
    return read


def raw(port: int, data: bytes) -> bytes:
    """Send bytes as they are, and read until the server hangs up."""
    address = ("127.0.0.1", port)
    with socket.create_connection(address, timeout=TIMEOUT_S) as connection:
        read = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                read += piece
        return read


def chat(text: str, **fields: Any) -> dict[str, Any]:
    """A chat of one message."""
    message = {"role": "user", "content": text}
    return {"model": "scripted", "messages": [message], **fields}
