"""Who may see the pages: anybody on loopback, or those who signed in with a key.

A browser sends no key when it opens a page, so where keys are set there is a cookie. It
names a session of this process, is sent to this server alone, and is read by no script.
Every form also carries a token that only our own pages know, beside the check of the
origin that the guards make.

Covered: pages of other sites, keys that were revoked, solves of other keys. Not
covered: somebody who reads the network where no TLS is in front of the server.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from assay.serve.guards import Check
from assay.serve.keys import Key

COOKIE = "assay_session"
MOST_SESSIONS = 1_000
MOST_FIELDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at a page. Without keys everybody is the same one."""

    key: Key | None = None

    def may_see(self, asked_by: str) -> bool:
        """Whether a solve is theirs to see."""
        return self.key is None or self.key.name == asked_by


class Forbidden(Exception):
    """A form that none of our pages has sent."""


class Door:
    """Sessions and the token of forms; both end with the process.

    Args:
        check: Looks a secret up; None: no keys are set.
    """

    def __init__(self, check: Check | None = None) -> None:
        self.token = secrets.token_urlsafe(32)
        self._check = check
        self._sessions: OrderedDict[str, Key] = OrderedDict()

    @property
    def has_keys(self) -> bool:
        """Whether one has to sign in."""
        return self._check is not None

    def visitor(self, request: Request) -> Visitor | None:
        """Who asks; None: nobody that is known."""
        if self._check is None:
            return Visitor()
        key = self._sessions.get(request.cookies.get(COOKIE, ""))
        return None if key is None else Visitor(key=key)

    def sign_in(self, request: Request, secret: str, answer: Response) -> bool:
        """Begin a session in an answer, if the key is in use.

        Raises:
            EnvironmentFault: from `check`, unchanged.
        """
        key = self._check(secret.strip()) if self._check else None
        if key is None:
            return False
        name = secrets.token_urlsafe(32)
        self._sessions[name] = key
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        answer.set_cookie(
            COOKIE,
            name,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return True

    def sign_out(self, request: Request, answer: Response) -> None:
        """End a session."""
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form that one of our pages sent.

        Raises:
            Forbidden: its token is missing or another, or it is no form.
        """
        fields = read_form(await request.body())
        given = fields.get("token", "").encode()
        if not secrets.compare_digest(given, self.token.encode()):
            raise Forbidden
        return fields


def read_form(body: bytes) -> dict[str, str]:
    r"""The fields of a form, the last of each name; none where it is no form.

    >>> read_form(b"a=1&a=2&task=x%0D%0Ay")
    {'a': '2', 'task': 'x\ny'}
    """
    try:
        found = parse_qs(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return {}
    return {name: _lines(values[-1]) for name, values in found.items()}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
