"""Which names and pages may ask: Host, Origin, and what browsers are told of both.

No cookie is ever asked of another origin: a key is a header that a script sets itself,
so `Access-Control-Allow-Credentials` is never sent, and neither is `*`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assay.errors import ConfigError
from assay.serve.wire.errors import Refused, forbidden, invalid, shown

Headers = tuple[tuple[bytes, bytes], ...]
"""Names in lower case, and their values, as ASGI has them."""

BODY_MAX_BYTES = 8 << 20
BODY_WITHIN_S = 30.0

_NAME = r"\[[0-9a-f:.]+\]|[a-z0-9._-]+"
_HOST = re.compile(rf"({_NAME})(?::([0-9]{{1,5}}))?")
_ORIGIN = re.compile(rf"([a-z][a-z0-9+.-]*)://({_NAME})(?::([0-9]{{1,5}}))?")
_HEADER_NAMES = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~, \t-]{1,4096}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EXPOSED = b"retry-after, x-assay-route, x-assay-reason, x-assay-ignored, x-request-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who is let in. Made by `rules_for`, which checks and normalises."""

    hosts: frozenset[str]  # in the spelling of `host_key`
    any_address: bool  # an address is no name, so nobody could point it here
    origins: frozenset[str]  # in the spelling of `origin_key`
    open_paths: frozenset[str]  # need no key, and nothing under them does
    body_max_bytes: int
    body_within_s: float


def rules_for(
    bound_host: str,
    *,
    hosts: Iterable[str] = (),
    origins: Iterable[str] = (),
    open_paths: Iterable[str] = (),
    body_max_bytes: int = BODY_MAX_BYTES,
    body_within_s: float = BODY_WITHIN_S,
) -> Rules:
    """Rules for a server that is bound to a host.

    Args:
        bound_host: Its own name or address; bound to all, it is asked by any address.
        hosts: More names under which it is asked, without ports.
        origins: Other origins whose pages may ask, as `https://example.org`.
        open_paths: Paths that need no key, beside `/health` and `/openapi.json`. `/` is
            only itself.

    Raises:
        ConfigError: a host or an origin that cannot be one; `*` and `null` are none.
    """
    is_any = _is_unspecified(bound_host)
    names = [*hosts] if is_any else [bound_host, *hosts]
    return Rules(
        hosts=_spelled(names, host_key, "a host, as 'example.org'"),
        any_address=is_any,
        origins=_spelled(origins, origin_key, "an origin, as 'https://example.org'"),
        open_paths=frozenset({"/health", "/openapi.json", *open_paths}),
        body_max_bytes=body_max_bytes,
        body_within_s=body_within_s,
    )


def check_binding(host: str, has_keys: bool) -> None:
    """Refuse to be reached by other computers without keys.

    Raises:
        ConfigError: the host is not this computer's loopback, and there are no keys.
    """
    if has_keys or is_loopback(host):
        return
    raise ConfigError(
        f"other computers could reach a server on {host!r}, and it has no keys; make "
        "one (`assay keys create NAME --api-keys FILE`) and give --api-keys FILE, or "
        "stay on 127.0.0.1"
    )


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach it. Of names only `localhost` is.

    >>> is_loopback("127.8.9.1"), is_loopback("[::1]"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def host_key(host: str) -> str | None:
    """A name or an address in one spelling, without a port; None if it is neither.

    >>> host_key("Example.ORG."), host_key("[0::1]"), host_key("a:80"), host_key("")
    ('example.org', '::1', None, None)
    """
    address = _address(host)
    if address is not None:
        return str(address)
    name = host.lower().removesuffix(".")
    return name if re.fullmatch("[a-z0-9._-]+", name) else None


def origin_key(origin: str) -> str | None:
    """An origin in one spelling, or None: also of `null`, which could be anybody.

    >>> origin_key("HTTPS://Example.org:443"), origin_key("null"), origin_key("*")
    ('https://example.org', None, None)
    """
    match = _ORIGIN.fullmatch(origin.lower().removesuffix("/"))
    if not match:
        return None
    scheme, name, port = match.groups()
    is_default = port is None or int(port) == _DEFAULT_PORTS.get(scheme)
    return f"{scheme}://{name}" + ("" if is_default else f":{int(port)}")


def values(headers: Headers, name: bytes) -> list[str]:
    """All values that a header was given, in order."""
    return [value.decode("latin-1") for found, value in headers if found == name]


def require_host(headers: Headers, rules: Rules) -> None:
    """Refuse a request for a name that is not this server's: somebody pointed it here.

    Ports are not compared: one that is forwarded has another number outside.

    Raises:
        Refused: 400 without one readable Host header, 403 for a name not known.
    """
    found = values(headers, b"host")
    match = _HOST.fullmatch(found[0].lower()) if len(found) == 1 else None
    name = host_key(match[1]) if match and int(match[2] or 0) < 1 << 16 else None
    if name is None:
        raise Refused(
            invalid("give one Host header, as 'localhost:8000'", code="invalid_host")
        )
    is_known = name in rules.hosts or is_loopback(name)
    if not is_known and not (rules.any_address and _address(name) is not None):
        raise Refused(
            forbidden(
                f"this server is not known as {shown(name)}; if it should be, name "
                "that host when it is started"
            )
        )


def require_origin(headers: Headers, scheme: str, rules: Rules) -> None:
    """Refuse a page of another origin, whatever it asks, unless it is allowed.

    Raises:
        Refused: 403.
    """
    found = values(headers, b"origin")
    if not found:
        return  # no page asks, or one that reads no answer
    key = origin_key(found[0]) if len(found) == 1 else None
    own = [origin_key(f"{scheme}://{host}") for host in values(headers, b"host")]
    if key is None or (key not in rules.origins and [key] != own):
        raise Refused(
            forbidden(
                f"pages of {shown(found[0])} may not ask this server; if they should, "
                "name that origin when it is started"
            )
        )


def cors_headers(headers: Headers, rules: Rules) -> Headers:
    """What tells a browser that a page of an allowed origin may read the answer."""
    if not rules.origins:
        return ()
    vary = ((b"vary", b"Origin"),)
    found = values(headers, b"origin")
    if len(found) != 1 or origin_key(found[0]) not in rules.origins:
        return vary
    return (
        *vary,
        (b"access-control-allow-origin", found[0].encode("latin-1")),
        (b"access-control-expose-headers", _EXPOSED),
    )


def is_preflight(method: str, headers: Headers) -> bool:
    """Whether a browser asks if a page may ask. It gives no key yet."""
    names = {name for name, _ in headers}
    return (
        method == "OPTIONS"
        and {
            b"origin",
            b"access-control-request-method",
        }
        <= names
    )


def preflight_headers(headers: Headers) -> Headers:
    """What a page may do, once its origin may: also whichever headers it asks for."""
    named = dict(headers)
    asked = named.get(b"access-control-request-headers", b"")
    private = b"access-control-request-private-network"
    found = [
        (b"vary", b"Access-Control-Request-Headers, " + private),
        (b"access-control-allow-methods", b"GET, POST, DELETE"),
        (b"access-control-max-age", b"600"),
    ]
    if _HEADER_NAMES.fullmatch(asked):
        found.append((b"access-control-allow-headers", asked))
    if named.get(private, b"").lower() == b"true":
        found.append((b"access-control-allow-private-network", b"true"))
    return tuple(found)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def _is_unspecified(host: str) -> bool:
    address = _address(host)
    return host == "" if address is None else address.is_unspecified


def _spelled(
    given: Iterable[str], key: Callable[[str], str | None], what: str
) -> frozenset[str]:
    found = {each: key(each) for each in given}
    wrong = [each for each, spelled in found.items() if spelled is None]
    if wrong:
        raise ConfigError(f"{wrong[0]!r} is not {what}; give each one by itself")
    return frozenset(spelled for spelled in found.values() if spelled)
