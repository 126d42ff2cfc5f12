"""What no client should send: the right status and object, and nothing left behind."""

from __future__ import annotations

import http.client
import json
import random
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from serve.raw_asking import CHAT_PATH, TIMEOUT_S, Reply, ask, chat, raw, sent
from serve.running_server import CHAT, TASK, Running, eventually, running
from serve.scripted_upstream import WHOLE, endpoint, streaming

PATHS = (CHAT_PATH, "/v1/completions", "/v1/responses", "/v1/messages")
WORDS: dict[str, dict[str, Any]] = {
    CHAT_PATH: {"messages": chat(TASK)["messages"]},
    "/v1/completions": {"prompt": TASK},
    "/v1/responses": {"input": TASK},
    "/v1/messages": {"messages": chat(TASK)["messages"]},
}
POSTS = (*PATHS, "/v1/embeddings", "/v1/messages/count_tokens")
DEEP = b'{"a":' * 20_000 + b"1" + b"}" * 20_000


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    """One server for all tests here."""
    with (
        endpoint(streaming(WHOLE)) as upstream,
        running(upstream=upstream.url) as server,
    ):
        ask(server.port, chat(CHAT, stream=True))
        yield server


@pytest.fixture
def server(shared: Running, capfd: pytest.CaptureFixture[str]) -> Iterator[Running]:
    """The server, which afterwards answers as before, and has nothing left over."""
    shared.settle()
    n_tasks = shared.n_tasks()
    yield shared
    shared.settle()
    assert ask(shared.port, chat(CHAT, stream=True)).body == WHOLE
    eventually(lambda: shared.n_tasks() <= n_tasks, "a task is left over")
    assert "Traceback" not in capfd.readouterr().err


def require_error(reply: Reply, status: int, path: str = "") -> Any:
    """Check that an answer is the error object of its API; return it."""
    assert reply.status == status, reply.body[:300]
    assert reply.headers["content-type"] == "application/json"
    found = reply.json
    error = found["error"]
    assert error["message"]
    if path.startswith("/v1/messages"):
        assert found["type"] == "error"
        assert set(error) == {"type", "message"}
    else:
        assert set(error) == {"message", "type", "param", "code"}
    return error


@pytest.mark.parametrize("path", POSTS)
def test_what_is_no_json_object_is_400(server: Running, path: str) -> None:
    bodies = (
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe{}",
        b'{"model": "\xff"}',
        b'{"model": "scripted", "n": NaN}',
        b'{"model": "scripted", "n": 1e999}',
        b'{"model": "scripted", "n": ' + b"9" * 5000 + b"}",
        b'{"model": "a", "model": "b"}',
        DEEP,
        b"[" * 50_000,
    )
    for body in bodies:
        reply = ask(server.port, body, path=path)
        require_error(reply, 400, path)
        assert len(reply.headers["x-request-id"]) == 16


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("stream", [True, False])
def test_a_field_of_the_wrong_type_is_400(
    server: Running, path: str, stream: bool
) -> None:
    asked = {"model": "scripted", "max_tokens": 9, "stream": stream, **WORDS[path]}
    wrong: tuple[dict[str, Any], ...] = (
        {"model": 5},
        {"model": ["scripted"]},
        {"stream": "yes"},
        {"temperature": "hot"},
        {"temperature": [1]},
        {"assay": 5},
        {"assay": {"unknown": 1}},
        {"assay": {"budget": "calls=many"}},
        {"assay": {"timeout_s": -1}},
        {"assay": {"route": "by air"}},
    )
    for fields in wrong:
        require_error(ask(server.port, asked | fields, path=path), 400, path)
    for name, status in (("gpt-5", 404), ("x" * 10_000, 404), ("\r\n\0", 404)):
        reply = ask(server.port, asked | {"model": name}, path=path)
        require_error(reply, status, path)
        assert len(reply.body) < 1000


def test_messages_of_every_wrong_form_are_400(server: Running) -> None:
    message = {"role": "user", "content": "a"}
    wrong: tuple[object, ...] = (
        None,
        5,
        {},
        [],
        [5],
        [None],
        [{}],
        [{"role": "user"}],
        [{"role": 5, "content": "a"}],
        [{"role": "emperor", "content": "a"}],
        [{"role": "user", "content": 5}],
        [{"role": "user", "content": [5]}],
        [message, "a"],
    )
    for messages in wrong:
        reply = ask(server.port, {"model": "scripted", "messages": messages})
        require_error(reply, 400)
    fields: tuple[dict[str, Any], ...] = (
        {"n": 0},
        {"n": 10_000},
        {"n": 1.5},
        {"stop": [1]},
        {"tools": 5},
        {"max_tokens": "9"},
        {"seed": "x"},
        {"stream_options": 1},
    )
    for each in fields:
        require_error(ask(server.port, chat(TASK, **each)), 400)


def test_headers_of_ours_with_wrong_values_are_400(server: Running) -> None:
    for name in ("x-assay-budget", "x-assay-route", "x-assay-evidence"):
        headers = {name: "nonsense \x01"}
        require_error(ask(server.port, chat(TASK), headers=headers), 400)
    odd = {"x-stainless-read-timeout": "soon"}
    reply = ask(server.port, chat(CHAT, stream=True), headers=odd)
    assert reply.status == 200, "it is no header of ours"


def test_a_thousand_messages_and_odd_texts_are_answered(server: Running) -> None:
    many = [{"role": "user", "content": f"{TASK} {i}"} for i in range(1000)]
    body = {"model": "scripted", "messages": many, "stream": True}
    assert ask(server.port, body).body == WHOLE
    half = b'{"model":"scripted","stream":true,"messages":[{"role":"user","content":'
    half += b'"\\ud83d \\u0000 \xe2\x80\xa8"}]}'
    assert ask(server.port, half).body == WHOLE


def test_a_body_of_50_mb_is_413_announced_or_not(server: Running) -> None:
    head = f"POST {CHAT_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    announced = raw(server.port, f"{head}content-length: 52428800\r\n\r\n{{".encode())
    assert announced.startswith(b"HTTP/1.1 413 ")
    assert b'"code": "request_too_large"' in announced

    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, timeout=TIMEOUT_S) as connection:
        connection.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        n_sent = _sent_until_it_hangs_up(connection, [piece] * 50)
    assert n_sent < 30, "it is read to its end"


def _sent_until_it_hangs_up(connection: socket.socket, pieces: list[bytes]) -> int:
    for n_sent, piece in enumerate(pieces):
        try:
            connection.sendall(piece)
        except ConnectionError:
            return n_sent
    return len(pieces)


def test_a_wrong_method_is_405_and_says_which_is_right(server: Running) -> None:
    for path in POSTS:
        for method in ("GET", "PUT", "DELETE"):
            reply = ask(server.port, path=path, method=method)
            require_error(reply, 405, path)
            assert reply.headers["allow"] == "POST"
    for path in ("/v1/models", "/v1/models/scripted", "/health", "/ready", "/metrics"):
        reply = ask(server.port, {}, path=path)
        require_error(reply, 405)
        assert reply.headers["allow"] == "GET, HEAD"
        head = ask(server.port, path=path, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert ask(server.port, path=path, method="GET").status == 200


def test_an_unknown_path_is_404(server: Running) -> None:
    for path in (
        "/nothing",
        "/v1",
        "/v2/models",
        "/v1/chat",
        "/%2e%2e/etc/passwd",
        "/%00",
    ):
        for method in ("GET", "POST"):
            error = require_error(ask(server.port, path=path, method=method), 404)
            assert error["code"] == "not_found"
    require_error(ask(server.port, path="/v1/models/x%0d%0ay", method="GET"), 404)
    require_error(ask(server.port, path="/v1/messages/x"), 404, "/v1/messages")


def test_another_origin_and_another_host_are_refused(server: Running) -> None:
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"host": "evil.example"},
        {"host": f"127.0.0.1.evil.example:{server.port}"},
        {"host": ""},
    ):
        reply = ask(server.port, chat(TASK), headers=headers)
        assert reply.status in (400, 403, 421), headers
        assert reply.json["error"]["message"]
        assert "access-control-allow-origin" not in reply.headers
    wish = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    assert ask(server.port, method="OPTIONS", headers=wish).status == 403
    assert not server.jobs or all(job.ended for job in server.jobs)


def test_garbage_on_the_socket_hurts_nobody(server: Running) -> None:
    chance = random.Random(7)
    data = json.dumps(chat(CHAT)).encode()
    good = f"POST {CHAT_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n".encode()
    good += b"content-length: %d\r\n\r\n" % len(data) + data
    pieces = [
        b"\0" * 1000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  \r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: " + b"x" * 200_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: gzip\r\n\r\n",
        good[:40],
        good[:-5],
    ]
    for _ in range(30):  # a good request with a few bytes changed
        changed = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        pieces.append(bytes(changed))
    for piece in pieces:
        answer = raw(server.port, piece)
        assert not answer.startswith(b"HTTP/1.1 500"), piece


def test_a_connection_that_says_nothing_is_no_burden(server: Running) -> None:
    address = ("127.0.0.1", server.port)
    idle = [socket.create_connection(address) for _ in range(30)]
    try:
        with sent(server.port, path="/v1/models", method="GET") as response:
            assert response.status == http.client.OK
    finally:
        for each in idle:
            each.close()
