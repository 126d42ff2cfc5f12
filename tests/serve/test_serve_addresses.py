"""No address but the configured ones is ever asked, or even looked up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from serve.raw_asking import ask, chat
from serve.running_server import CHAT, TASK, running
from serve.scripted_upstream import Exchange, endpoint, saying

_SENDING = ("socket.gethostbyname", "socket.sendto", "socket.sendmsg")
_seen: list[tuple[str, object]] = []
_watched = [False, False]  # whether it is watched now, and whether the hook is there


def _note(event: str, details: tuple[object, ...]) -> None:
    if not _watched[0]:
        return
    if event == "socket.connect":
        _seen.append((event, details[1]))
    elif event == "socket.getaddrinfo":
        _seen.append((event, details[:2]))
    elif event in _SENDING and details[-1] is not None:  # else it is connected
        _seen.append((event, details[-1]))


@contextmanager
def watched() -> Iterator[list[tuple[str, object]]]:
    """All that any thread of this process connects to in the block."""
    if not _watched[1]:
        sys.addaudithook(_note)  # which nothing takes away again
        _watched[1] = True
    _seen.clear()
    _watched[0] = True
    try:
        yield _seen
    finally:
        _watched[0] = False


def test_only_the_configured_endpoint_is_ever_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")

    def elsewhere(exchange: Exchange) -> None:
        exchange.head("text/plain", 307, "location: http://192.0.2.2/v1/chat")

    with (
        watched() as seen,
        endpoint(saying({"data": []})) as upstream,
        running(upstream=upstream.url) as server,
    ):
        hosts = {("127.0.0.1", upstream.port), ("127.0.0.1", server.port)}
        assert ask(server.port, chat(TASK)).status == 200
        assert ask(server.port, chat(CHAT)).status == 200
        image = {"type": "image_url", "image_url": {"url": "http://192.0.2.3/a.png"}}
        message = {"role": "user", "content": [image]}
        asked = {"model": "scripted", "messages": [message]}
        assert ask(server.port, asked).status == 200
        embedding = {"model": "scripted", "input": "http://192.0.2.4/"}
        assert ask(server.port, embedding, path="/v1/embeddings").status == 200
        upstream.answer = elsewhere
        assert ask(server.port, chat(CHAT)).status == 502
    connects = {address for event, address in seen if event == "socket.connect"}
    assert connects == hosts
    looked_up = {details for event, details in seen if event != "socket.connect"}
    assert looked_up <= hosts
