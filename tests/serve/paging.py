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
    """Send a form as a page's own, unless another token is given.

    It is a page of the session whose cookie is in the headers, else the one to sign in.
    """
    given = {**FORM, **(headers or {})}
    session = {"cookie": given["cookie"]} if "cookie" in given else {}
    page = get(server, "/", **session)
    if page.status == 303:
        page = get(server, "/login", **session)
        given["cookie"] = page.headers["set-cookie"].partition(";")[0]
    known = token_in(page) if token is None else token
    body = urlencode({"token": known, **fields}).encode()
    return ask(server.port, body, path=path, headers=given)


def token_of(server: Running) -> str:
    """The token that stands in the forms of a server without keys."""
    return token_in(get(server, "/"))


def token_in(page: Reply) -> str:
    """The token that stands in a page's forms."""
    found = re.search(r'name="token" value="([^"]+)"', text(page))
    assert found, "no form holds a token"
    return found[1]


def text(reply: Reply) -> str:
    """A page's HTML."""
    return reply.body.decode("utf-8")
