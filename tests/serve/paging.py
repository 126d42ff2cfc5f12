"""A server whose pages are shown, and a visitor of them without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from assay.serve.keys import KeyFile
from assay.serve.pages import Looks
from assay.types import Model, Request
from serve.raw_asking import Reply, ask
from serve.running_server import GOOD, Running, running

FORM = {"content-type": "application/x-www-form-urlencoded"}


@contextmanager
def shown(
    replies: Callable[[Request], str] | Model = lambda request: GOOD,
    *,
    looks: Looks | None = None,
    keys: KeyFile | None = None,
    at_once: int = 1,
) -> Iterator[Running]:
    """Serve pages beside the API until the block ends."""
    with running(replies, keys=keys, at_once=at_once, looks=looks) as server:
        yield server


def get(server: Running, path: str, **headers: str) -> Reply:
    """Open a page."""
    return ask(server.port, b"", path=path, method="GET", headers=headers)


def post(
    server: Running,
    path: str,
    *,
    token: str | None = None,
    headers: dict[str, str] | None = None,
    **fields: str,
) -> Reply:
    """Send a form as a page's own, unless another token is given."""
    known = token_of(server) if token is None else token
    body = urlencode({"token": known, **fields}).encode()
    return ask(server.port, body, path=path, headers={**FORM, **(headers or {})})


def token_of(server: Running) -> str:
    """The token that stands in the forms."""
    found = re.search(r'name="token" value="([^"]+)"', text(get(server, "/login")))
    found = found or re.search(r'name="token" value="([^"]+)"', text(get(server, "/")))
    assert found, "no form holds a token"
    return found[1]


def text(reply: Reply) -> str:
    """A page's HTML."""
    return reply.body.decode("utf-8")
