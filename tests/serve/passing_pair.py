"""A server and the scripted endpoint that it passes requests on to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from assay.serve.metrics import ServerMetrics
from serve.raw_asking import ask, chat
from serve.running_server import CHAT, Running, running
from serve.scripted_upstream import WHOLE, Answer, Endpoint, endpoint, streaming

LIVE = chat(CHAT, stream=True)


@dataclass(frozen=True)
class Pair:
    """A server and the endpoint behind it."""

    server: Running
    upstream: Endpoint

    @contextmanager
    def answering(self, answer: Answer) -> Iterator[tuple[Running, Endpoint]]:
        """Have the endpoint answer so; afterwards nothing is under way."""
        self.upstream.seen.clear()
        self.upstream.answer = answer
        self.server.service.metrics = ServerMetrics()
        yield self.server, self.upstream
        self.server.settle()


@contextmanager
def behind(answer: Answer, **settings: Any) -> Iterator[tuple[Running, Endpoint]]:
    """A server with an endpoint behind it; afterwards nothing is under way."""
    with (
        endpoint(answer) as upstream,
        running(upstream=upstream.url, **settings) as server,
    ):
        yield server, upstream
        server.settle()


@contextmanager
def again(server: Running, upstream: Endpoint) -> Iterator[None]:
    """After whatever happened in the block the server answers as before."""
    yield
    server.settle()
    upstream.answer = streaming(WHOLE)
    assert ask(server.port, LIVE).body == WHOLE
