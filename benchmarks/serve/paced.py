"""An endpoint that streams at a steady pace, in a process of its own.

    python benchmarks/serve/paced.py

Prints its port, and serves until it is ended. A chat that asks for `N words, one every
G ms` is answered with N events, the first at once; any other with one program. All
streams keep step, as an engine's slots do. It is raw asyncio, so that next to nothing
of what is measured is its own.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from typing import Any

STEP_S = 0.002
PROGRAM = "```python\ndef double(n):\n    return 2 * n\n```"
TOO_FAR_BEHIND = 1 << 20  # bytes that a reader has not taken

_PACE = re.compile(r"(\d+) words, one every ([\d.]+) ms")
_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


def pace(n_words: int, gap_s: float) -> str:
    """The question that is answered at a pace.

    >>> pace(10, 0.002)
    'Why is the sky blue? In 10 words, one every 2 ms.'
    """
    return f"Why is the sky blue? In {n_words} words, one every {gap_s * 1000:g} ms."


def _chunk(text: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text), text)


def _event(text: str, **choice: Any) -> bytes:
    body = {
        "id": "chatcmpl-paced",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "paced",
        "choices": [{"index": 0, "delta": {"content": text}, **choice}],
    }
    return _chunk(b"data: " + json.dumps(body).encode() + b"\n\n")


_WORD = _event(" word")
_STOP = _event("", finish_reason="stop") + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
_WHOLE = _HEAD + _event(PROGRAM) + _STOP


class Paced(asyncio.Protocol):
    """One connection, which may ask again when it was answered."""

    def __init__(self) -> None:
        self._come = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)
        self._out = transport

    def data_received(self, data: bytes) -> None:
        """Answer once a request is whole."""
        self._come += data
        head, found, body = self._come.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if found and len(body) >= int(length[1] if length else 0):
            self._come = b""
            self._answer(head.split(b" ")[1], body)

    def _answer(self, path: bytes, body: bytes) -> None:
        if path.endswith(b"/models"):
            self._tell(b"200 OK", {"data": [{"id": "paced"}]})
        elif not path.endswith(b"/chat/completions"):
            self._tell(b"404 Not Found", {"error": {"message": "no such page"}})
        else:
            asked = _PACE.search(str(json.loads(body)["messages"][-1]["content"]))
            if asked is None:
                self._out.write(_WHOLE)
                return
            self._out.write(_HEAD)
            self._step(self._loop.time(), 0, int(asked[1]), float(asked[2]) / 1000)

    def _tell(self, status: bytes, body: object) -> None:
        text = json.dumps(body).encode()
        head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\n" % status
        self._out.write(head + b"content-length: %d\r\n\r\n%s" % (len(text), text))

    def _step(self, begun: float, n_sent: int, n_words: int, gap_s: float) -> None:
        """Write what is due, and come back when the next is."""
        if self._out.is_closing():
            return
        if self._out.get_write_buffer_size() > TOO_FAR_BEHIND:
            self._out.abort()
            return
        n_due = min(n_words, 1 + int((self._loop.time() - begun) / gap_s + 1e-6))
        self._out.write(_WORD * (n_due - n_sent))
        if n_due == n_words:
            self._out.write(_STOP)
            return
        at = math.ceil((begun + n_due * gap_s) / STEP_S) * STEP_S
        self._loop.call_at(at, self._step, begun, n_due, n_words, gap_s)


async def main() -> None:
    """Serve on a free port."""
    server = await asyncio.get_running_loop().create_server(Paced, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
