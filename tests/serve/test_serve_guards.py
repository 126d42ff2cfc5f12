from __future__ import annotations

import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
import uvicorn

from assay.errors import EnvironmentFault
from assay.serve.guards import KEY, Guards
from assay.serve.keys import Key
from assay.serve.origins import Headers, rules_for
from assay.serve.queue import RateLimit

LOCAL = rules_for("127.0.0.1")
PAGES = rules_for("127.0.0.1", origins=["https://ok.example", "app://obsidian.md"])
ALICE = Key(id="1", name="alice", created=datetime(2026, 1, 1, tzinfo=UTC))
Message = dict[str, Any]


def headed(*pairs: tuple[str, str]) -> Headers:
    return tuple((name.encode(), value.encode("latin-1")) for name, value in pairs)


class Asked:
    """What one request was answered, and what the application saw of it."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.scopes: list[Message] = []
        self.bodies: list[bytes] = []
        self.n_received = 0

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.sent[0]["headers"]:
            found.setdefault(name.decode(), []).append(value.decode())
        return found

    @property
    def error(self) -> dict[str, Any]:
        return dict(json.loads(b"".join(m["body"] for m in self.sent[1:]))["error"])


async def answering(asked: Asked, receive: Any, send: Any) -> None:
    message = await receive()
    asked.bodies.append(message["body"])
    upstream = [(b"Access-Control-Allow-Origin", b"*"), (b"x-own", b"1")]
    upstream.append((b"access-control-allow-credentials", b"true"))
    await send({"type": "http.response.start", "status": 200, "headers": upstream})
    for part in (b"data: 1\n\n", b""):
        body = {"type": "http.response.body", "body": part, "more_body": bool(part)}
        await send(body)


def ask(
    path: str = "/v1/models",
    *pairs: tuple[str, str],
    method: str = "GET",
    body: tuple[bytes, ...] = (b"",),
    guard: Callable[..., Guards] = lambda app: Guards(app, rules=PAGES),
    inner: Callable[..., Awaitable[None]] = answering,
    ends: bool = True,
    host: str | None = "localhost:8000",
    client: str = "127.0.0.1",
) -> Asked:
    asked = Asked()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.scopes.append(scope)
        await inner(asked, receive, send)

    async def receive() -> Message:
        asked.n_received += 1
        n = asked.n_received
        if n > len(body):
            if not ends:
                await anyio.sleep_forever()
            return {"type": "http.disconnect"}
        more = n < len(body) or not ends
        return {"type": "http.request", "body": body[n - 1], "more_body": more}

    async def send(message: Any) -> None:
        asked.sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "client": (client, 50_000),
        "headers": [*headed(*([("host", host)] if host else []), *pairs)],
    }
    anyio.run(guard(app), scope, receive, send)
    return asked


def checked(app: Any, **how: Any) -> Guards:
    def check(secret: str) -> Key | None:
        return ALICE if secret in ("right", "also right") else None

    return Guards(app, rules=PAGES, check=check, **how)


def test_a_request_passes_with_its_body_and_its_stream_comes_back() -> None:
    asked = ask(method="POST", body=(b"ab", b"", b"cd"))
    assert asked.bodies == [b"abcd"]
    assert [m.get("body") for m in asked.sent] == [None, b"data: 1\n\n", b""]
    assert asked.headers["x-own"] == ["1"]
    assert asked.scopes[0][KEY] is None


def test_a_caller_that_leaves_is_noticed_by_the_application() -> None:
    seen: list[str] = []

    async def waiting(asked: Asked, receive: Any, send: Any) -> None:
        seen.extend([(await receive())["type"] for _ in range(3)])

    ask(inner=waiting)
    assert seen == ["http.request", "http.disconnect", "http.disconnect"]


def test_a_caller_that_leaves_within_its_body_is_not_answered() -> None:
    asked = Asked()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        asked.sent.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        pytest.fail("it was asked")

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [*HOST]}
    anyio.run(Guards(app, rules=LOCAL), scope, receive, send)
    assert asked.sent == []


HOST = headed(("host", "localhost"))


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("/v1//models", "/v1/models"), ("//v1/models/", "/v1/models"), ("/", "/")]
    + [("//evil", "/evil"), ("//evil//", "/evil"), ("///", "/")],
)
def test_slashes_are_put_right_before_the_routes_are_looked_up(
    path: str, wanted: str
) -> None:
    asked = ask(path)
    assert asked.status == 200
    assert asked.scopes[0]["path"] == wanted
    assert asked.scopes[0]["raw_path"] == wanted.encode()


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE", "OPTIONS"])
def test_a_page_of_another_origin_gets_nothing_by_any_method(method: str) -> None:
    asked = ask("/v1/models", ("origin", "https://evil.example"), method=method)
    assert (asked.status, asked.scopes) == (403, [])
    assert asked.error["type"] == "permission_error"
    assert "access-control-allow-origin" not in asked.headers
    assert asked.headers["vary"] == ["Origin"]


def test_a_preflight_needs_no_key_and_does_not_reach_the_application() -> None:
    pairs = [
        ("origin", "https://ok.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization"),
    ]
    asked = ask("/v1/models", *pairs, method="OPTIONS", guard=checked)
    assert (asked.status, asked.scopes) == (204, [])
    assert asked.headers["access-control-allow-origin"] == ["https://ok.example"]
    assert asked.headers["access-control-allow-headers"] == ["authorization"]
    assert "Origin" in asked.headers["vary"]
    assert ask("/v1/models", *pairs[:1], method="OPTIONS", guard=checked).status == 401


def test_only_these_rules_say_who_may_read_an_answer() -> None:
    allowed = ask("/v1/models", ("origin", "https://ok.example")).headers
    assert allowed["access-control-allow-origin"] == ["https://ok.example"]
    own = ask("/v1/models", ("origin", "http://localhost:8000"))
    for headers in (own.headers, ask().headers):
        assert not [n for n in headers if n.lower().startswith("access-control-allow")]
    assert not [n for n in allowed if "credentials" in n]


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([("authorization", "Bearer right")], 200),
        ([("x-api-key", "right")], 200),
        ([("api-key", "right"), ("authorization", "Bearer right")], 200),
        ([], 401),
        ([("authorization", "Bearer wrong")], 401),
        ([("authorization", "right")], 401),
        ([("x-api-key", "right"), ("authorization", "Bearer wrong")], 401),
        ([("x-api-key", "right"), ("authorization", "Bearer also right")], 401),
        ([("cookie", "key=right")], 401),
        ([("x-api-key", "r\xefght")], 401),
    ],
)
def test_a_key_is_asked_for_where_keys_are_set(
    pairs: list[tuple[str, str]], wanted: int
) -> None:
    asked = ask("/v1/models", *pairs, guard=checked)
    assert asked.status == wanted
    assert [scope[KEY] for scope in asked.scopes] == ([ALICE] if wanted == 200 else [])
    if wanted == 401:
        assert asked.error["code"] == "invalid_api_key"
        assert asked.headers["www-authenticate"] == ["Bearer"]
    assert ask("/v1/models", *pairs).status == 200, "without keys any is accepted"
    assert ask("//health/", *pairs, guard=checked).status == 200


def test_an_error_is_readable_for_allowed_pages_and_hangs_up() -> None:
    asked = ask("/v1/models", ("origin", "https://ok.example"), guard=checked)
    assert asked.status == 401
    assert asked.headers["access-control-allow-origin"] == ["https://ok.example"]
    assert asked.headers["connection"] == ["close"]
    assert asked.error.keys() == {"message", "type", "param", "code"}
    assert ask(host=None).status == 400
    assert ask(host="evil.example").status == 403


def test_an_error_has_the_form_of_the_api_that_was_asked() -> None:
    asked = ask("/v1/messages", method="POST", guard=checked)
    body = json.loads(asked.sent[1]["body"])
    assert body["type"] == "error"
    assert body["error"]["type"] == "authentication_error"


def test_keys_that_cannot_be_read_let_nobody_in_and_do_not_tell_where_they_are() -> (
    None
):
    def broken(secret: str) -> Key | None:
        raise EnvironmentFault("there are no keys in '/etc/secret/path'")

    asked = ask(
        "/v1/models",
        ("api-key", "right"),
        guard=lambda app: Guards(app, rules=LOCAL, check=broken),
    )
    assert (asked.status, asked.scopes) == (503, [])
    assert "/etc" not in asked.error["message"]


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    rate = RateLimit(2, clock=lambda: 0.0)
    right = ("api-key", "right")

    def limited(app: Any) -> Guards:
        return checked(app, rate=rate)

    got = [
        ask("/v1/x", right, method=method, guard=limited)
        for method in ("POST", "GET", "POST", "POST", "GET")
    ]
    assert all(len(each.headers["x-request-id"]) == 1 for each in got), "also a 429"
    assert [each.status for each in got] == [200, 200, 200, 429, 200]
    assert got[3].headers["retry-after"] == ["30"]
    assert got[3].error["code"] == "rate_limit_exceeded"


def test_who_has_no_key_shares_a_bucket_with_their_own_address_alone() -> None:
    rate = RateLimit(1, clock=lambda: 0.0)
    rules = rules_for("127.0.0.1", open_paths=["/login"])

    def limited(app: Any) -> Guards:
        return Guards(app, rules=rules, check=lambda secret: None, rate=rate)

    homes = ["192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]
    statuses = [
        ask("/login", method="POST", guard=limited, client=home).status
        for home in homes
    ]
    assert statuses == [200, 429, 200, 200, 429]


def small(app: Any) -> Guards:
    return Guards(app, rules=rules_for("127.0.0.1", body_max_bytes=10))


def test_a_body_that_says_it_is_too_long_is_not_read_at_all() -> None:
    asked = ask("/", ("content-length", "11"), method="POST", guard=small)
    assert (asked.status, asked.n_received, asked.scopes) == (413, 0, [])


def test_a_body_that_turns_out_too_long_is_not_read_to_its_end() -> None:
    asked = ask("/", method="POST", body=(b"12345",) * 9, guard=small)
    assert (asked.status, asked.n_received, asked.scopes) == (413, 3, [])
    assert ask("/", method="POST", body=(b"12345",) * 2, guard=small).status == 200


def test_a_body_that_does_not_come_is_given_up() -> None:
    rules = rules_for("127.0.0.1", body_within_s=0.01)
    asked = ask(
        method="POST",
        body=(b"{",),
        ends=False,
        guard=lambda app: Guards(app, rules=rules),
    )
    assert (asked.status, asked.scopes) == (408, [])
    assert asked.error["code"] == "request_timeout"


def test_a_lifespan_passes_and_a_websocket_does_not() -> None:
    seen: list[str] = []
    sent: list[Message] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    for kind in ("lifespan", "websocket"):
        anyio.run(Guards(app, rules=LOCAL), {"type": kind}, receive, send)
    assert seen == ["lifespan"]
    assert [message["type"] for message in sent] == ["websocket.close"]


# Over a real connection


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answering(Asked(), receive, send)

    config = uvicorn.Config(small(app), log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(
            target=lambda: anyio.run(server.serve, [listening]), daemon=True
        )
        thread.start()
        yield listening.getsockname()
        server.should_exit = True
        thread.join()


def answered(address: tuple[str, int], request: bytes) -> bytes:
    """All that comes back until the server hangs up. Our side stays open."""
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_a_server_hangs_up_on_a_body_without_end(address: tuple[str, int]) -> None:
    endless = (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n" + b'6\r\n{"a": \r\n' * 2
    )
    assert answered(address, endless).startswith(b"HTTP/1.1 413 ")
    long = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{"
    assert answered(address, long).startswith(b"HTTP/1.1 413 ")
    evil = b"GET //evil HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    assert answered(address, evil).startswith(b"HTTP/1.1 403 ")
    fine = b"GET //a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert answered(address, fine).startswith(b"HTTP/1.1 200 ")
