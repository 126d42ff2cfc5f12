"""A file over HTTP on a real socket, with Range, and spoilt on purpose."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How one request is answered. The default is what a good server does."""

    status: int | None = None
    body: bytes | None = None  # instead of the file
    content_type: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    ignores_range: bool = False
    cut_after: int | None = None  # bytes of the body, then the connection is closed
    bytes_per_s: int | None = None


GOOD = Answer()


class FileServer:
    """Serves one file at every path. `script` is used up, then `then` holds."""

    def __init__(
        self, data: bytes, script: tuple[Answer, ...] = (), then: Answer = GOOD
    ) -> None:
        self.data, self.then = data, then
        self.script = list(script)
        self.ranges: list[str | None] = []  # of each request
        self.etag = f'"{sha256(data).hexdigest()[:16]}"'
        self.url = ""

    @property
    def n_requests(self) -> int:
        return len(self.ranges)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.ranges.append(wanted)
        how = self.script.pop(0) if self.script else self.then
        status, body, headers = self._content(how, request)
        request.send_response(how.status or status)
        request.send_header("Content-Type", how.content_type)
        request.send_header("Content-Length", str(len(body)))
        request.send_header("ETag", self.etag)
        for key, value in (headers | how.headers).items():
            request.send_header(key, value)
        request.end_headers()
        self._send(request, how, body[: how.cut_after])

    def _content(
        self, how: Answer, request: BaseHTTPRequestHandler
    ) -> tuple[int, bytes, dict[str, str]]:
        if how.body is not None:
            return 200, how.body, {}
        wanted, condition = (
            request.headers.get("Range"),
            request.headers.get("If-Range"),
        )
        if not wanted or how.ignores_range or condition not in (None, self.etag):
            return 200, self.data, {}
        start, size = int(wanted.removeprefix("bytes=").rstrip("-")), len(self.data)
        if start >= size:
            return 416, b"", {"Content-Range": f"bytes */{size}"}
        span = f"bytes {start}-{size - 1}/{size}"
        return 206, self.data[start:], {"Content-Range": span}

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, how: Answer, body: bytes) -> None:
        piece = max(1, how.bytes_per_s // 20) if how.bytes_per_s else len(body) or 1
        try:
            for start in range(0, len(body), piece):
                request.wfile.write(body[start : start + piece])
                if how.bytes_per_s:
                    time.sleep(0.05)
        except OSError:
            pass  # the client went away


@contextmanager
def file_server(
    data: bytes, *script: Answer, then: Answer = GOOD
) -> Iterator[FileServer]:
    files = FileServer(data, script, then)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files.answer(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    files.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield files
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
