"""What is passed through, behind every way in which an endpoint or a client fails."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.models.scripted import Scripted
from assay.serve import passing
from assay.serve.keys import KeyFile
from assay.serve.queue import Turns
from serve.passing_pair import LIVE, Pair, again, behind
from serve.raw_asking import CHAT_PATH, ask, chat, events_in, sent, until
from serve.running_server import CHAT, PATIENCE_S, eventually, running
from serve.scripted_upstream import (
    DONE,
    WHOLE,
    Exchange,
    chunk,
    endpoint,
    saying,
    streaming,
)

FIRST = chunk("Because of ")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """One server for most tests here: none of them leaves anything behind."""
    with behind(streaming(WHOLE)) as (server, upstream):
        yield Pair(server, upstream)


def test_bytes_pass_unchanged_and_only_the_model_is_renamed(pair: Pair) -> None:
    odd = b': hm\n\ndata: {"x":  "\xe2\x80\xa8"}\r\n\r\nevent: y\ndata: 1\n\n' + WHOLE
    pieces = [odd[i : i + 7] for i in range(0, len(odd), 7)]
    with pair.answering(streaming(*pieces)) as (server, upstream):
        body = chat(CHAT, stream=True, temperature=0.30, stop=["\u2028"], logit_bias={})
        reply = ask(server.port, body)
        assert reply.body == odd
        assert reply.headers["content-type"].startswith("text/event-stream")
        assert upstream.last.body == body | {"model": "up"}
        upstream.answer = saying({"choices": []})
        assert ask(server.port, chat(CHAT)).json["choices"] == []
        assert upstream.last.path == CHAT_PATH
        assert upstream.last.headers["accept-encoding"] == "identity"
        assert "authorization" not in upstream.last.headers, "a client's key stays here"
        server.settle()
        assert server.service.metrics.cancelled.value() == 0
        assert server.service.metrics.upstream_faults.value() == 0


def test_what_only_this_server_reads_is_not_passed_on(pair: Pair) -> None:
    with pair.answering(streaming(WHOLE)) as (server, upstream):
        ours = {"assay": {"evidence": False}}
        ask(server.port, LIVE | ours | {"extra_body": {"top_k": 4, **ours}})
        assert upstream.last.body == LIVE | {"model": "up", "extra_body": {"top_k": 4}}


def test_a_request_that_needs_no_change_is_passed_on_byte_by_byte() -> None:
    same = Scripted([], name="up")
    with (
        endpoint(saying({"choices": []})) as upstream,
        running(same, upstream=upstream.url) as server,
    ):
        body = chat(CHAT) | {"model": "up", "extra_body": {"top_k": 4}}
        raw = json.dumps(body, indent=3).encode()
        assert ask(server.port, raw).status == 200
        assert upstream.last.raw == raw
        ours: dict[str, Any] = {"extra_body": {"top_k": 4, "assay": {}}}
        assert ask(server.port, body | ours).status == 200
        assert upstream.last.body == body


@pytest.mark.parametrize("stream", [True, False])
def test_an_endpoint_that_is_not_there_is_502_and_is_not_named(stream: bool) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with running(upstream=f"http://127.0.0.1:{port}/v1") as server:
            reply = ask(server.port, chat(CHAT, stream=stream))
            assert reply.status == 502
            assert reply.json["error"]["code"] == "upstream_error"
            assert str(port).encode() not in reply.body
            server.settle()
            assert server.service.metrics.upstream_faults.value() == 1


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\ncontent-", b"garbage\r\n"])
def test_one_that_dies_before_the_first_byte_is_502(pair: Pair, first: bytes) -> None:
    with pair.answering(lambda exchange: exchange.send(first)) as (server, upstream):
        with again(server, upstream):
            reply = ask(server.port, LIVE)
            assert reply.status == 502
            assert reply.json["error"]["message"]
        embedding = {"model": "scripted", "input": "a"}
        upstream.answer = lambda exchange: exchange.send(first)
        assert ask(server.port, embedding, path="/v1/embeddings").status == 502


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT_PATH, LIVE),
        ("/v1/completions", {"model": "scripted", "prompt": CHAT, "stream": True}),
        ("/v1/responses", {"model": "scripted", "input": CHAT, "stream": True}),
        ("/v1/messages", LIVE | {"max_tokens": 9}),
    ],
)
@pytest.mark.parametrize("half", [b"", b'data: {"choices": [{"del'])
def test_one_that_dies_in_mid_stream_is_told_as_an_event(
    pair: Pair, path: str, body: dict[str, Any], half: bytes
) -> None:
    with (
        pair.answering(streaming(FIRST, half)) as (server, upstream),
        again(server, upstream),
    ):
        reply = ask(server.port, body, path=path)
        assert reply.status == 200
        assert reply.body.startswith(FIRST)
        assert b'[{"del' not in reply.body, "half an event is not given on"
        last = reply.events[-1]
        assert "in the middle" in json.dumps(last)
        assert "error" in json.dumps(last)


def test_the_word_that_ends_a_stream_does_not_end_it_inside_a_text(pair: Pair) -> None:
    text = chunk("the last event is data: [DONE] or message_stop")
    with pair.answering(streaming(text)) as (server, _):
        reply = ask(server.port, LIVE)
    assert reply.events[-1]["error"]["code"] == "upstream_error"


def test_an_event_that_does_not_end_is_given_up(
    pair: Pair,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assay.serve.sse.MOST_EVENT", 1000)
    with pair.answering(streaming(FIRST, b"data: " + b"x" * 5000)) as (server, _):
        reply = ask(server.port, LIVE)
    assert reply.body.startswith(FIRST)
    assert b"xxx" not in reply.body
    assert reply.events[-1]["error"]["code"] == "upstream_error"


def test_a_slow_endpoint_is_waited_for_with_signs_of_life(
    pair: Pair,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passing, "HEARTBEAT_S", 0.05)
    go = threading.Event()

    def slowly(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        go.wait(PATIENCE_S)
        exchange.send(FIRST[:9])
        time.sleep(0.2)
        exchange.send(FIRST[9:] + DONE)

    with pair.answering(slowly) as (server, _), sent(server.port, LIVE) as response:
        begun = until(response, b": ping\n\n")
        go.set()
        read = begun + until(response, b"[DONE]")
    assert read.replace(b": ping\n\n", b"").strip() == (FIRST + DONE).strip()


def test_a_silent_endpoint_is_given_up() -> None:
    def silent(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        exchange.send(FIRST)
        exchange.wait_closed()

    with behind(silent, idle_timeout_s=0.3) as (server, upstream):
        reply = ask(server.port, LIVE)
        assert reply.events[-1]["error"]["code"] == "upstream_error"
        assert upstream.last.closed.wait(PATIENCE_S)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("has_begun", [True, False])
def test_a_client_that_leaves_closes_the_endpoints_socket(
    pair: Pair, stream: bool, has_begun: bool
) -> None:
    def endless(exchange: Exchange) -> None:
        if has_begun:
            exchange.head("text/event-stream" if stream else "application/json")
            exchange.send(FIRST)
        exchange.wait_closed()

    with pair.answering(endless) as (server, upstream):
        data = json.dumps(chat(CHAT, stream=stream)).encode()
        head = f"POST {CHAT_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        head += f"content-length: {len(data)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head.encode() + data)
            eventually(lambda: upstream.seen)
            if stream and has_begun:
                connection.recv(1)
        assert upstream.last.closed.wait(PATIENCE_S)
        server.settle()
        assert server.service.metrics.cancelled.value() == 1
        assert server.service.metrics.upstream_faults.value() == 0


def test_a_client_that_hardly_reads_holds_the_endpoint_back(pair: Pair) -> None:
    n_sent = 0

    def flood(exchange: Exchange) -> None:
        nonlocal n_sent
        exchange.head("text/event-stream")
        many = FIRST * 500
        while n_sent < 200_000_000:
            exchange.send(many)
            n_sent += len(many)

    def is_held() -> bool:
        before = n_sent
        time.sleep(0.3)
        return n_sent == before > 0

    with pair.answering(flood) as (server, upstream):
        with sent(server.port, LIVE) as response:
            eventually(is_held, "everything was read, and lies somewhere")
            response.read(1)
        eventually(lambda: upstream.last.failed.is_set(), "it still sends")
    assert n_sent < 50_000_000, "sockets hold some megabytes, and the server nothing"


def test_too_many_at_once_are_429_and_are_not_passed_on(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pair.answering(Exchange.wait_closed) as (server, upstream):
        monkeypatch.setattr(server.service, "passing", Turns(1, 0))
        data = json.dumps(LIVE).encode()
        head = f"POST {CHAT_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        head += f"content-length: {len(data)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head.encode() + data)
            eventually(lambda: upstream.seen)
            for path in (CHAT_PATH, "/v1/embeddings"):
                full = ask(server.port, LIVE | {"input": "a"}, path=path)
                assert full.status == 429
                assert int(full.headers["retry-after"]) >= 1
        assert len(upstream.seen) == 1


def test_a_key_that_is_revoked_in_mid_stream_is_told_so_and_pays(
    tmp_path: Path,
) -> None:
    keys = KeyFile(tmp_path / "keys", create=True)
    secret = keys.create("ann")
    key = keys.check(secret)
    assert key is not None

    def endless(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        while True:
            exchange.send(FIRST)
            time.sleep(0.01)

    with behind(endless, keys=keys) as (server, upstream):
        own = {"authorization": f"Bearer {secret}"}
        with sent(server.port, LIVE, headers=own) as response:
            until(response, FIRST)
            keys.revoke("ann")
            last = events_in(until(response, b'"error"') + response.read())[-1]
        assert last["error"]["code"] == "invalid_api_key"
        eventually(lambda: upstream.last.failed.is_set(), "it still sends")
        server.settle()
        assert keys.spent_today(key) >= 1
    keys.close()


def test_an_unknown_or_wrong_model_is_refused_for_embeddings_too(pair: Pair) -> None:
    with pair.answering(saying({"data": []})) as (server, upstream):
        for model, status in (("scripted", 200), ("x", 404), ([], 400), (5, 400)):
            body: dict[str, object] = {"model": model, "input": "a"}
            assert ask(server.port, body, path="/v1/embeddings").status == status
        assert len(upstream.seen) == 1
