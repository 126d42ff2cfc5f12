"""What stands between a connection and the server: who may ask, and how much at once.

Covered: a page of the web that has its own name point here, or that asks from another
origin; callers without a key; bodies that are too large or arrive too slowly; paths
that a router would redirect to somebody else's address. Not covered: headers that
arrive slowly and the number of connections, which `listening` bounds; the cookies of
our pages, which are theirs; the pages of a server behind a proxy that ends TLS, unless
their origin is allowed or uvicorn is told to trust that proxy.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import anyio

from assay.errors import EnvironmentFault
from assay.serve.keys import Key
from assay.serve.logs import request_number
from assay.serve.origins import (
    Headers,
    Rules,
    cors_headers,
    is_preflight,
    preflight_headers,
    require_host,
    require_origin,
    values,
)
from assay.serve.queue import Busy, RateLimit
from assay.serve.wire.errors import (
    Refusal,
    Refused,
    invalid,
    shown,
    too_large,
    too_many_requests,
    unauthorized,
    unavailable,
)

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Check = Callable[[str], Key | None]
"""The key with a secret, as `KeyFile.check`."""

KEY = "assay.key"
"""Where a request's scope says whose it is: a `Key`, or None where none is needed."""
REQUEST_ID = b"x-request-id"

SMALL_MAX_BYTES = 4 << 10  # of a body where anybody may send one
FORM_MAX_BYTES = 256 << 10  # of the form with a task, percent-encoded

_BEARER = re.compile(r"bearer[ \t]+(.*)", re.IGNORECASE)
_OURS_TO_SAY = {
    b"access-control-allow-origin",
    b"access-control-allow-credentials",
    REQUEST_ID,
}
_log = logging.getLogger(__name__)


def plain_path(path: str) -> str:
    """A path with single slashes and none at its end, as the routes are written.

    >>> plain_path("/v1//models/"), plain_path("//evil"), plain_path("//")
    ('/v1/models', '/evil', '/')
    """
    return re.sub("/{2,}", "/", path).rstrip("/") or "/"


def needs_key(path: str, rules: Rules) -> bool:
    """Whether a plain path is only for those with a key, where keys are set."""
    return not any(
        path == each or path.startswith(f"{each}/") for each in rules.open_paths
    )


def secrets_in(headers: Headers) -> frozenset[str]:
    """The different keys in `Authorization: Bearer`, `x-api-key` and `api-key`."""
    bearers = map(_BEARER.fullmatch, values(headers, b"authorization"))
    found = [match[1] for match in bearers if match]
    found += values(headers, b"x-api-key") + values(headers, b"api-key")
    return frozenset(secret.strip() for secret in found) - {""}


def require_key(headers: Headers, check: Check) -> Key:
    """The key that a request gives, if it is in use and the only one.

    Raises:
        Refused: 401.
        EnvironmentFault: from `check`, unchanged.
    """
    given = [*secrets_in(headers)]
    key = check(given[0]) if len(given) == 1 else None
    if key is None:
        raise Refused(unauthorized())
    return key


def client_address(scope: Scope) -> str:
    """Where a request comes from: an address, or the network that one customer has.

    >>> client_address({"client": ("2001:db8::1:2", 1)}), client_address({})
    ('2001:db8::/64', '')
    """
    host = (scope.get("client") or ("", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if address.version == 4 or address.is_loopback:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def most_bytes(path: str, rules: Rules) -> int:
    """How long a body may be: what is no API takes forms at most."""
    if path.startswith("/v1/"):
        return rules.body_max_bytes
    own = FORM_MAX_BYTES if path == "/solves" else SMALL_MAX_BYTES
    return min(own, rules.body_max_bytes)


def require_length(headers: Headers, most: int) -> None:
    """Refuse a body that says itself that it is too long.

    Raises:
        Refused: 413; or 400 for a length that is no number.
    """
    for text in values(headers, b"content-length"):
        if not re.fullmatch("[0-9]{1,18}", text):
            raise Refused(invalid(f"{shown(text)} is no length of a body"))
        if int(text) > most:
            raise Refused(too_large(most))


async def read_body(receive: Receive, most: int, within_s: float) -> bytes | None:
    """The whole body, or None if the caller has gone.

    Raises:
        Refused: 413 for one longer than allowed, 408 for one not here in time.
    """
    parts: list[bytes] = []
    n_bytes = 0
    with anyio.move_on_after(within_s):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            n_bytes += len(parts[-1])
            if n_bytes > most:
                raise Refused(too_large(most))
            if not message.get("more_body", False):
                return b"".join(parts)
    raise Refused(
        Refusal(
            status=408,
            message=f"the body was not here within {within_s:g} s",
            code="request_timeout",
        )
    )


class Guards:
    """An application behind these rules. Pure ASGI: streams and disconnects pass.

    A body is read whole before the application is called, which then has it at once.

    Args:
        app: What is guarded.
        rules: Who is let in.
        check: Looks a secret up, in a thread; None: no keys are set, and any is as good
            as none.
        rate: How often each key may POST; without a key, each address.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        rules: Rules,
        check: Check | None = None,
        rate: RateLimit | None = None,
    ) -> None:
        self._app = app
        self._rules = rules
        self._check = check
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "websocket":  # there are none here
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = tuple((name.lower(), value) for name, value in scope["headers"])
        number = secrets.token_hex(8)
        request_number.set(number)
        own = (*cors_headers(headers, self._rules), (REQUEST_ID, number.encode()))
        send = _with_own(send, own)
        path = plain_path(scope["path"])
        try:
            require_host(headers, self._rules)
            require_origin(headers, scope.get("scheme", "http"), self._rules)
            if is_preflight(scope["method"], headers):
                await _respond(send, 204, preflight_headers(headers), b"")
                return
            key = await self._key(path, headers)
            self._count(scope, key)
            most = most_bytes(path, self._rules)
            require_length(headers, most)
            body = await read_body(receive, most, self._rules.body_within_s)
        except Refused as refused:
            await _refuse(send, refused.refusal, path)
            return
        if body is not None:
            await self._app(_passed(scope, path, key), _replayed(body, receive), send)

    async def _key(self, path: str, headers: Headers) -> Key | None:
        if self._check is None or not needs_key(path, self._rules):
            return None
        try:
            return await anyio.to_thread.run_sync(require_key, headers, self._check)
        except EnvironmentFault as fault:
            number = request_number.get()
            _log.error("request %s: nobody is let in: %s", number, fault)
            raise Refused(unavailable()) from fault

    def _count(self, scope: Scope, key: Key | None) -> None:
        if self._rate is None or scope["method"] != "POST":
            return
        try:
            self._rate.take(key.id if key else client_address(scope))
        except Busy as busy:
            raise Refused(
                too_many_requests(str(busy), retry_after_s=busy.retry_after_s)
            ) from busy


def error_body(refusal: Refusal, path: str) -> bytes:
    """The error as the API at that path writes it."""
    is_anthropic = path == "/v1/messages" or path.startswith("/v1/messages/")
    found = refusal.anthropic() if is_anthropic else refusal.openai()
    return json.dumps(found).encode()


async def _refuse(send: Send, refusal: Refusal, path: str) -> None:
    """Answer and hang up, so that nothing more of the body has to be read."""
    headers = (
        *((k.encode(), v.encode("latin-1")) for k, v in refusal.headers.items()),
        (b"content-type", b"application/json"),
        (b"connection", b"close"),
    )
    await _respond(send, refusal.status, headers, error_body(refusal, path))


async def _respond(send: Send, status: int, headers: Headers, body: bytes) -> None:
    length = () if status == 204 else ((b"content-length", b"%d" % len(body)),)
    start = {"type": "http.response.start", "status": status}
    await send({**start, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _with_own(send: Send, headers: Headers) -> Send:
    """Say what these rules allow, and nothing that an upstream's answer would allow."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [
                (name, value)
                for name, value in message.get("headers", ())
                if name.lower() not in _OURS_TO_SAY
            ]
            message = {**message, "headers": [*own, *headers]}
        await send(message)

    return sending


def _passed(scope: Scope, path: str, key: Key | None) -> dict[str, Any]:
    raw: bytes = scope.get("raw_path") or path.encode()
    plain = plain_path(raw.decode("latin-1")).encode("latin-1")
    return {**scope, "path": path, "raw_path": plain, KEY: key}


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body that was read, then whatever comes, which is that the caller left."""
    waiting = [body]

    async def receiving() -> Message:
        if waiting:
            return {
                "type": "http.request",
                "body": waiting.pop(),
                "more_body": False,
            }
        return await receive()

    return receiving
