"""What an endpoint refuses, and what comes late: told as it is, and never as a hang."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from assay.serve import passing
from serve.passing_pair import LIVE, Pair, again, behind
from serve.raw_asking import CHAT_PATH, ask, chat, until
from serve.raw_asking import sent as sending
from serve.running_server import CHAT, PATIENCE_S, eventually
from serve.scripted_upstream import (
    DONE,
    WHOLE,
    Answer,
    Exchange,
    chunk,
    saying,
    streaming,
)

BECAUSE = {"error": {"message": "because", "code": 7, "type": "odd_error"}}
PING = b": ping\n\n"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """One server for most tests here: none of them leaves anything behind."""
    with behind(streaming(WHOLE)) as (server, upstream):
        yield Pair(server, upstream)


def refusing(status: int, body: bytes, kind: str, *more: str) -> Answer:
    """Refuse with these bytes."""

    def refuse(exchange: Exchange) -> None:
        exchange.head(kind, status, *more)
        exchange.send(body)

    return refuse


def after(event: threading.Event, answer: Answer) -> Answer:
    """Answer when it is told to."""

    def late(exchange: Exchange) -> None:
        event.wait(PATIENCE_S)
        answer(exchange)

    return late


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html"])
@pytest.mark.parametrize("status", [400, 404, 422, 429, 500, 503])
@pytest.mark.parametrize("stream", [True, False])
def test_a_refusal_of_the_request_is_given_on_as_json(
    pair: Pair, stream: bool, status: int, kind: str
) -> None:
    body = json.dumps(BECAUSE, indent=1).encode()
    with pair.answering(refusing(status, body, kind, "retry-after: 7")) as (server, _):
        reply = ask(server.port, chat(CHAT, stream=stream))
    assert (reply.status, reply.body) == (status, body)
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["retry-after"] == "7"
    assert reply.headers["x-assay-route"] == "pass-through"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (saying(BECAUSE, 401), "the server's own key"),
        (saying(BECAUSE, 403), "the server's own key"),
        (saying({}, 302, "location: http://elsewhere.example/"), "redirects"),
        (refusing(404, b"<html>no</html>", "text/html"), "no JSON"),
        (refusing(500, b"[1]", "application/json"), "no JSON"),
        (refusing(502, b"", "text/plain"), "no JSON"),
        (refusing(200, b" <!DOCTYPE html><p>hi", "text/plain"), "HTML"),
    ],
)
def test_what_is_not_the_clients_to_mend_is_502_in_our_own_words(
    pair: Pair, answer: Answer, said: str, stream: bool
) -> None:
    with pair.answering(answer) as (server, upstream), again(server, upstream):
        reply = ask(server.port, chat(CHAT, stream=stream))
        assert reply.status == 502
        assert said in reply.json["error"]["message"]
        assert reply.json["error"]["code"] == "upstream_error"
        assert b"because" not in reply.body
        assert b"elsewhere" not in reply.body


def test_a_time_to_wait_that_is_none_is_not_given_on(pair: Pair) -> None:
    with pair.answering(saying(BECAUSE, 429, "retry-after: soon")) as (server, _):
        assert "retry-after" not in ask(server.port, LIVE).headers


@pytest.mark.parametrize("path", ["/v1/embeddings", CHAT_PATH])
def test_an_answer_that_is_too_large_is_told_with_the_limit(
    pair: Pair, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.serve.forwarding.MOST_ANSWER", 1000)
    with pair.answering(saying("x" * 2000)) as (server, upstream):
        reply = ask(server.port, chat(CHAT) | {"input": "a"}, path=path)
        assert reply.status == 502
        assert "more than 1,000 bytes" in reply.json["error"]["message"]
        upstream.answer = refusing(200, b"[1, NaN, ", "application/json")
        body = chat(CHAT) | {"input": "a"}
        assert ask(server.port, body, path=path).body == b"[1, NaN, "


def test_the_head_leaves_before_the_endpoint_answers(pair: Pair) -> None:
    go = threading.Event()
    late = after(go, streaming(WHOLE))
    with pair.answering(late) as (server, _), sending(server.port, LIVE) as response:
        assert response.status == 200
        begun = until(response, PING)
        go.set()
        assert (begun + response.read()).replace(PING, b"") == WHOLE


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (saying(BECAUSE, 400), "because"),
        (saying(BECAUSE, 429), "because"),
        (saying(BECAUSE, 401), "the server's own key"),
        (refusing(500, b"<html>", "text/html"), "no JSON"),
        (saying({"choices": []}), "no stream"),
        (lambda exchange: exchange.send(b"HTTP/1.1 200 OK\r\ncont"), "no answer"),
    ],
)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT_PATH, LIVE),
        ("/v1/completions", {"model": "scripted", "prompt": CHAT, "stream": True}),
        ("/v1/responses", {"model": "scripted", "input": CHAT, "stream": True}),
        ("/v1/messages", LIVE | {"max_tokens": 9}),
    ],
)
def test_what_comes_after_the_head_is_an_event_of_the_api(
    pair: Pair,
    path: str,
    body: dict[str, Any],
    answer: Answer,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assay.serve.passing.GRACE_S", 0.0)
    go = threading.Event()
    with (
        pair.answering(after(go, answer)) as (server, _),
        sending(server.port, body, path=path) as response,
    ):
        assert response.status == 200
        until(response, PING)
        go.set()
        told = response.read()
    assert said.encode() in told
    assert b"error" in told


def test_a_client_that_does_not_read_its_answer_holds_no_turn_and_is_hung_up_on(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.serve.connections.SEND_TIMEOUT_S", 0.3)
    data = json.dumps(chat(CHAT)).encode()
    head = f"POST {CHAT_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    head += f"content-length: {len(data)}\r\n\r\n"
    with pair.answering(saying("x" * 8_000_000)) as (server, upstream):
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.port))
            client.sendall(head.encode() + data)
            assert client.recv(1), "it has begun"
            assert server.service.passing.running == 0
            eventually(lambda: server.service.metrics.cancelled.value() == 1)
        assert len(upstream.seen) == 1


def test_a_client_that_does_not_read_its_stream_is_hung_up_on(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.serve.connections.SEND_TIMEOUT_S", 0.3)

    def flood(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        while True:
            exchange.send(chunk("x" * 1000) * 100)

    with (
        pair.answering(flood) as (server, upstream),
        sending(server.port, LIVE),
    ):
        eventually(lambda: server.service.metrics.cancelled.value() == 1)
        eventually(lambda: upstream.last.failed.is_set(), "it still sends")
        assert server.service.passing.running == 0


def test_a_last_event_without_its_blank_line_is_an_end(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "HEARTBEAT_S", 600.0)  # a slow computer adds no ping
    with pair.answering(streaming(chunk("a") + DONE.rstrip())) as (server, _):
        assert ask(server.port, LIVE).body == chunk("a") + DONE
