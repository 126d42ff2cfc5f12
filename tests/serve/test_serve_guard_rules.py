from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import ConfigError
from assay.serve.guards import (
    needs_key,
    plain_path,
    read_body,
    require_length,
    secrets_in,
)
from assay.serve.origins import (
    Headers,
    check_binding,
    cors_headers,
    is_loopback,
    origin_key,
    preflight_headers,
    require_host,
    require_origin,
    rules_for,
)
from assay.serve.wire.errors import Refused

LOCAL = rules_for("127.0.0.1")
PAGES = rules_for("127.0.0.1", origins=["https://ok.example", "app://obsidian.md"])


def headed(*pairs: tuple[str, str]) -> Headers:
    return tuple((name.encode(), value.encode("latin-1")) for name, value in pairs)


def status_of(call: Callable[[], object]) -> int:
    try:
        call()
    except Refused as refused:
        return refused.refusal.status
    return 200


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        *((host, 200) for host in ("localhost", "LOCALHOST:8000", "localhost.:1")),
        *((host, 200) for host in ("127.0.0.1", "127.0.0.1:8000", "127.3.2.1:9")),
        *((host, 200) for host in ("[::1]", "[::1]:8000", "[0:0::1]:65535")),
        *((host, 403) for host in ("evil.example", "evil.example:8000", "10.0.0.1")),
        *((host, 403) for host in ("localhost.evil.example", "127.0.0.1.nip.io")),
        *((host, 403) for host in ("127.1", "2130706433", "0x7f.1", "0.0.0.0", "[::]")),
        *((host, 400) for host in ("", " ", "::1", "localhost:", "localhost:x", "a b")),
        *((host, 400) for host in ("localhost:65536", "localhost:123456", "[::1")),
        *((host, 400) for host in ("x@localhost", "localhost/", "localhost,evil", "*")),
        *((host, 400) for host in ("http://localhost", "locálhost", "[evil]")),
    ],
)
def test_only_names_of_this_computer_are_hosts(host: str, wanted: int) -> None:
    assert status_of(lambda: require_host(headed(("host", host)), LOCAL)) == wanted


def test_a_host_is_given_once() -> None:
    host = ("host", "localhost")
    assert status_of(lambda: require_host((), LOCAL)) == 400
    assert status_of(lambda: require_host(headed(host, host), LOCAL)) == 400


@pytest.mark.parametrize(
    ("bound", "host", "wanted"),
    [
        ("192.168.1.5", "192.168.1.5:8000", 200),
        ("192.168.1.5", "192.168.1.6:8000", 403),
        ("192.168.1.5", "box.lan", 200),
        ("box.local", "Box.Local:80", 200),
        ("fe80::5", "[FE80:0::5]:80", 200),
        ("0.0.0.0", "192.168.1.6:8000", 200),
        ("::", "[2001:db8::1]", 200),
        ("", "10.1.2.3", 200),
        ("0.0.0.0", "evil.example", 403),
        ("0.0.0.0", "box.lan", 200),
    ],
)
def test_the_bound_host_and_those_named_are_hosts(
    bound: str, host: str, wanted: int
) -> None:
    rules = rules_for(bound, hosts=["box.lan"])
    assert status_of(lambda: require_host(headed(("host", host)), rules)) == wanted


@pytest.mark.parametrize("origin", ["*", "null", "", "ok.example", "https://a/b", "x"])
def test_an_origin_to_allow_is_one_origin(origin: str) -> None:
    with pytest.raises(ConfigError, match="is not an origin"):
        rules_for("127.0.0.1", origins=[origin])


@pytest.mark.parametrize("host", ["*", "a:80", "http://a", "a b", "*.lan"])
def test_a_host_to_allow_is_one_host(host: str) -> None:
    with pytest.raises(ConfigError, match="is not a host"):
        rules_for("127.0.0.1", hosts=[host])


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        *((o, 200) for o in ("http://localhost:8000", "HTTP://LOCALHOST:8000")),
        *((o, 200) for o in ("https://ok.example", "https://ok.example:443")),
        ("app://obsidian.md", 200),
        *((o, 403) for o in ("http://localhost", "http://localhost:8001", "null", "")),
        *((o, 403) for o in ("https://localhost:8000", "http://127.0.0.1:8000", "*")),
        *((o, 403) for o in ("http://ok.example", "https://ok.example:8443", "é")),
        *((o, 403) for o in ("https://ok.example.evil", "https://evil/ok.example")),
        *((o, 403) for o in ("https://ok.example https://evil", "file://")),
    ],
)
def test_a_page_asks_from_here_or_from_an_allowed_origin(
    origin: str, wanted: int
) -> None:
    headers = headed(("host", "localhost:8000"), ("origin", origin))
    assert status_of(lambda: require_origin(headers, "http", PAGES)) == wanted


def test_no_origin_is_no_page_and_two_are_none() -> None:
    host, origin = ("host", "localhost"), ("origin", "http://localhost")
    asked = [headed(host, *more) for more in ((), (origin,), (origin, origin))]
    got = [status_of(partial(require_origin, each, "http", PAGES)) for each in asked]
    assert got == [200, 200, 403]


@given(st.text())
def test_an_origin_has_one_spelling_and_others_have_none(text: str) -> None:
    key = origin_key(text)
    assert key is None or origin_key(key) == key


def test_cors_is_only_for_allowed_origins_and_never_with_a_star() -> None:
    ok = dict(cors_headers(headed(("origin", "https://ok.example")), PAGES))
    assert ok[b"access-control-allow-origin"] == b"https://ok.example"
    assert ok[b"vary"] == b"Origin"
    assert b"x-request-id" in ok[b"access-control-expose-headers"]
    assert b"access-control-allow-credentials" not in ok
    for pairs in ((), (("origin", "https://evil.example"),), (("origin", "null"),)):
        assert cors_headers(headed(*pairs), PAGES) == ((b"vary", b"Origin"),)
    assert cors_headers(headed(("origin", "https://ok.example")), LOCAL) == ()


def test_a_preflight_is_told_the_headers_that_it_asks_for() -> None:
    asked = "authorization, x-stainless-os, X-Custom"
    told = dict(
        preflight_headers(
            headed(
                ("access-control-request-headers", asked),
                ("access-control-request-private-network", "true"),
            )
        )
    )
    assert told[b"access-control-allow-headers"].decode() == asked
    assert told[b"access-control-allow-private-network"] == b"true"
    assert b"POST" in told[b"access-control-allow-methods"]
    for wrong in ("", "a: b", "a\r\nset-cookie: x", "é", "a" * 5000):
        told = dict(
            preflight_headers(headed(("access-control-request-headers", wrong)))
        )
        assert b"access-control-allow-headers" not in told
        assert b"access-control-allow-private-network" not in told


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.9.9.9"]
)
def test_this_computer_alone_needs_no_keys(host: str) -> None:
    assert is_loopback(host)
    check_binding(host, has_keys=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.1", "box.lan", "127.1"])
def test_others_are_let_in_only_with_keys(host: str) -> None:
    check_binding(host, has_keys=True)
    with pytest.raises(ConfigError, match="assay keys create") as error:
        check_binding(host, has_keys=False)
    assert "--api-keys FILE" in str(error.value)


@given(st.text("/a.%\\"), st.text("/a"))
def test_a_plain_path_has_no_empty_part_and_is_no_redirect(a: str, b: str) -> None:
    path = plain_path(f"/{a}//{b}")
    assert "//" not in path
    assert path == "/" or not path.endswith("/")
    assert path.startswith("/")
    assert plain_path(path) == path


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("/health", False), ("/healthy", True), ("/v1/health", True), ("/", False)]
    + [("/v1/models", True), ("/pages", False), ("/pages/a", False), ("/pagesx", True)],
)
def test_only_named_paths_need_no_key(path: str, wanted: bool) -> None:
    rules = rules_for("127.0.0.1", open_paths=["/", "/pages"])
    assert needs_key(path, rules) is wanted


def test_one_key_may_be_given_in_three_headers() -> None:
    three = [("authorization", "bEaReR  k "), ("x-api-key", "k"), ("api-key", " k")]
    assert secrets_in(headed(*three)) == {"k"}
    assert secrets_in(headed(*three, ("api-key", "other"))) == {"k", "other"}
    for nothing in (("authorization", "Basic azp6"), ("authorization", "Bearer ")):
        assert secrets_in(headed(nothing, ("x-api-key", ""))) == set()


@pytest.mark.parametrize(
    ("length", "wanted"),
    [("0", 200), ("10", 200), ("11", 413), ("9" * 18, 413), ("-1", 400), ("", 400)]
    + [("1e3", 400), ("9" * 5000, 400), ("+5", 400), ("5, 5", 400), ("\xb2", 400)],
)
def test_a_length_is_a_number_within_the_limit(length: str, wanted: int) -> None:
    headers = headed(("content-length", length))
    assert status_of(lambda: require_length(headers, 10)) == wanted


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=6))
def test_a_body_is_read_whole_or_not_past_its_limit(parts: list[bytes]) -> None:
    waiting = [
        {"type": "http.request", "body": part, "more_body": n < len(parts)}
        for n, part in enumerate(parts, start=1)
    ]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    whole = b"".join(parts)
    if len(whole) <= 20:
        assert anyio.run(read_body, receive, 20, 1.0) == whole
        return
    assert status_of(lambda: anyio.run(read_body, receive, 20, 1.0)) == 413
    n_read = len(parts) - len(waiting)
    assert len(b"".join(parts[: n_read - 1])) <= 20, "it read on"
