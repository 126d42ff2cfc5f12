"""An endpoint in a thread that streams the programs it was given, then hangs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RIGHT = "```python\ndef double(n):\n    return 2 * n\n```"
ALSO_RIGHT = "```python\ndef double(n):\n    return n + n\n```"
WRONG = "```python\ndef double(n):\n    return n * n\n```"


@contextmanager
def serving(replies: Sequence[str], *, model: str = "toy") -> Iterator[str]:
    """Serve on a free port of the loopback; gives the base URL."""
    rest = list(replies)
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return

        def answer(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            if self.path == "/v1/models":
                row = {"id": model, "object": "model", "max_model_len": 4096}
                self.answer(200, {"object": "list", "data": [row]})
            else:
                self.answer(404, {"error": {"message": "no such page"}})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            if self.path != "/v1/chat/completions":
                self.answer(404, {"error": {"message": "no such page"}})
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            if not rest:
                over.wait(60)
                return
            for word in rest.pop(0).splitlines(keepends=True):
                self.event({"content": word})
            self.event({}, "stop")
            usage = {"prompt_tokens": 20, "completion_tokens": 10}
            self.data({"choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")

        def event(self, delta: dict[str, str], finish: str | None = None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            self.data({"model": model, "choices": [choice]})

        def data(self, body: object) -> None:
            self.wfile.write(b"data: " + json.dumps(body).encode() + b"\n\n")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
