"""Fetch one file over HTTP into a partial file, taking up where it was cut off.

A connection that breaks is mended from the byte it broke at. An answer that cannot be
the file (a page, another size, another digest in its own header) is refused before its
bytes are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import anyio
import httpx2

from assay.models.gguf import MAGIC
from assay.models.partial import Partial, SourceFailed, gib

_CHUNK_BYTES = 64 * 2**10
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_SHA256 = re.compile(r'"?([0-9a-f]{64})"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is known of the file before its first byte; None where nobody said it."""

    size_bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a server is waited for, and how often a broken connection is mended.

    `tries` counts failures in a row in which not a byte came.
    """

    tries: int = 5
    backoff_s: float = 1.0  # doubled after each
    connect_s: float = 10.0
    idle_s: float = 60.0


class _Broken(Exception):
    """Worth another try, from the byte where it broke."""


OnBytes = Callable[[int | None], None]
"""Called after each piece with the size that the server tells."""


async def fetch_file(
    url: str,
    partial: Partial,
    expected: Expected,
    *,
    on_bytes: OnBytes = lambda total: None,
    patience: Patience = Patience(),
) -> Expected:
    """Fetch `url` to the end of `partial`; what the file is, as far as it is known now.

    The digest is not checked here but by the caller, over all bytes.

    Raises:
        SourceFailed: this address does not give the file.
        DownloadError: the disk does not take it.
    """
    timeout = httpx2.Timeout(patience.idle_s, connect=patience.connect_s)
    failures = 0
    try:
        async with httpx2.AsyncClient(timeout=timeout, follow_redirects=True) as client:
            while True:
                before = partial.done_bytes
                try:
                    return await _attempt(client, url, partial, expected, on_bytes)
                except (httpx2.TransportError, _Broken) as error:
                    failures = 1 if partial.done_bytes > before else failures + 1
                    if _hopeless(error, failures, patience):
                        raise SourceFailed(_reason(error, failures)) from error
                await anyio.sleep(patience.backoff_s * 2 ** (failures - 1))
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise SourceFailed(_reason(error, 1)) from error


def _hopeless(error: Exception, failures: int, patience: Patience) -> bool:
    """No server at the first try is no source; one that was there may come back."""
    if isinstance(error, httpx2.UnsupportedProtocol):
        return True
    away = isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout))
    return failures >= patience.tries or (away and failures == 1)


def _reason(error: Exception, failures: int) -> str:
    text = str(error) or type(error).__name__
    if isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout)):
        text = f"it cannot be reached ({text})"
    return text if failures <= 1 else f"{text} ({failures} tries)"


async def _attempt(
    client: httpx2.AsyncClient,
    url: str,
    partial: Partial,
    expected: Expected,
    on_bytes: OnBytes,
) -> Expected:
    headers = _headers(url, partial)
    async with client.stream("GET", url, headers=headers) as response:
        _check_status(response, partial)
        told = _told(response)
        _check_identity(expected, told)
        if expected.sha256 is None and partial.journal.sha256 not in (
            None,
            told.sha256,
        ):
            partial.restart()
            raise _Broken("the file on the server has changed")
        known = Expected(
            size_bytes=expected.size_bytes or told.size_bytes,
            sha256=expected.sha256 or told.sha256,
        )
        if response.status_code == 416:
            return _after_416(partial, known)
        if response.status_code == 200 and partial.done_bytes:
            partial.restart()  # the server does not resume, or the file is another
        partial.note(
            source=url, etag=response.headers.get("etag", ""), sha256=known.sha256
        )
        await _receive(response, partial, known, on_bytes)
    if known.size_bytes is not None and partial.done_bytes < known.size_bytes:
        raise _Broken(f"cut off at {gib(partial.done_bytes)}")
    return known


def _headers(url: str, partial: Partial) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if partial.done_bytes:
        headers["Range"] = f"bytes={partial.done_bytes}-"
        etag, ours = partial.journal.etag, partial.journal.source == url
        if ours and etag and not etag.startswith("W/"):
            headers["If-Range"] = etag  # RFC 9110, 13.1.5: strong validators only
    return headers


def _check_status(response: httpx2.Response, partial: Partial) -> None:
    status = response.status_code
    if status in _TRANSIENT:
        raise _Broken(f"HTTP {status}")
    if status not in (200, 206, 416):
        raise SourceFailed(f"HTTP {status} {response.reason_phrase}".rstrip())
    if status == 206:
        start = f"bytes {partial.done_bytes}-"
        if not response.headers.get("content-range", "").startswith(start):
            raise SourceFailed("it answered with another range than the one asked for")
    kind = response.headers.get("content-type", "")
    if status != 416 and kind.startswith("text/html"):
        raise SourceFailed(f"it answered with a web page ({kind}), not a file")


def _told(response: httpx2.Response) -> Expected:
    """What the server says of the file. A redirect may say it on its first hop."""
    size: int | None = None
    digest: str | None = None
    for hop in (*response.history, response):
        found = _SHA256.fullmatch(hop.headers.get("x-linked-etag", ""))
        digest = digest or (found.group(1) if found else None)
        size = size or _number(hop.headers.get("x-linked-size", ""))
    whole = _number(response.headers.get("content-range", "").rpartition("/")[2])
    if response.status_code == 200:
        whole = _number(response.headers.get("content-length", ""))
    return Expected(size_bytes=whole or size, sha256=digest)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _check_identity(expected: Expected, told: Expected) -> None:
    if expected.sha256 and told.sha256 and expected.sha256 != told.sha256:
        raise SourceFailed(
            f"it offers sha256 {told.sha256}, but the catalog pins {expected.sha256}"
        )
    if expected.sha256 is None and told.sha256 is None:
        raise SourceFailed("it does not tell the file's sha256, and none is pinned")
    sizes = (expected.size_bytes, told.size_bytes)
    if None not in sizes and sizes[0] != sizes[1]:
        raise SourceFailed(f"it offers {sizes[1]:,} bytes, not {sizes[0]:,}")


def _after_416(partial: Partial, known: Expected) -> Expected:
    """Asked for what is beyond the end: all is here already, or too much is."""
    if partial.done_bytes == known.size_bytes:
        return known
    partial.restart()
    raise _Broken("HTTP 416")


async def _receive(
    response: httpx2.Response, partial: Partial, known: Expected, on_bytes: OnBytes
) -> None:
    async for chunk in response.aiter_raw(_CHUNK_BYTES):
        if not partial.done_bytes and not chunk.startswith(MAGIC):
            raise SourceFailed(f"it sent {chunk[:8]!r}..., not a GGUF file")
        if (
            known.size_bytes is not None
            and partial.done_bytes + len(chunk) > known.size_bytes
        ):
            partial.restart()
            raise SourceFailed(f"it sent more than {known.size_bytes:,} bytes")
        partial.append(chunk)
        on_bytes(known.size_bytes)
