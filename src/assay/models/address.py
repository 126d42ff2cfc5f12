"""An endpoint's address, as users give it and as requests need it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from assay.errors import ConfigError

_EXAMPLE = "http://127.0.0.1:8080/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an endpoint is: `base` ends in the API's version, `root` is without it."""

    base: str
    root: str
    is_loopback: bool


def parse_address(text: str) -> Address:
    """Read a base URL, leniently where what is meant is plain.

    >>> parse_address("http://localhost:8080").base
    'http://localhost:8080/v1'
    >>> parse_address("https://a.example/api/v1/chat/completions").root
    'https://a.example/api'

    Raises:
        ConfigError: it is no http or https address, or holds a secret or a query.
    """
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port  # a wrong port is found when it is read
    except ValueError as error:
        raise _wrong(text, str(error)) from error
    if parts.scheme not in ("http", "https") or not host:
        raise _wrong(text, "it does not start with http:// or https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            f"the address of {host} holds a name or password; give the key in "
            f"ASSAY_API_KEY instead"
        )
    if parts.query or parts.fragment:
        raise _wrong(text, "it holds a '?' or '#'")
    path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
    origin = f"{parts.scheme}://{parts.netloc}"
    return Address(
        base=origin + path,
        root=origin + path.removesuffix("/v1"),
        is_loopback=_is_loopback(host),
    )


def _wrong(text: str, why: str) -> ConfigError:
    return ConfigError(
        f"the endpoint {text!r} cannot be used: {why}; give one like {_EXAMPLE}"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
