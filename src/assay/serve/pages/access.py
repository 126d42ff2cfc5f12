"""Who may see the pages: anybody on loopback, or those who signed in with a key.

A browser sends no key when it opens a page, so where keys are set there is a cookie. It
names a session of this process, is sent to this server alone, and is read by no script.
Every form also carries a token, beside the check of the origin that the guards make. It
is made of the cookie: the session's, or one that a browser has from the page where one
signs in. Without keys there is no session, and the token is this process's.

What tells of this computer, its files and the addresses that it asks, is for those who
sit at it: they come from loopback, and by a name of loopback. A proxy on this computer
has to set `x-forwarded-for` or hand on the host that was asked for: where it does
neither, its visitors cannot be told from them.

Covered: pages of other sites, keys that were revoked, solves of other keys, guessing.
Not covered: somebody who reads the network where no TLS is in front of the server.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import parse_qs

import anyio
from starlette.requests import Request
from starlette.responses import Response

from assay.serve.guards import Check, client_address
from assay.serve.keys import Key
from assay.serve.origins import is_loopback
from assay.serve.queue import RateLimit
from assay.serve.solves import Asked

COOKIE = "assay_session"
FORM_COOKIE = "assay_form"  # of those who are not signed in yet
TRIES_A_MINUTE = 10  # to sign in, of one address
FAILURE_S = 1.0  # before a wrong key is answered
MOST_SESSIONS = 1_000
MOST_FIELDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at a page. Without keys everybody is the same one."""

    key: Key | None = None
    is_here: bool = False  # on this computer, whose files and addresses are theirs
    token: str = ""  # of the forms that are shown to them

    def may_see(self, asked: Asked) -> bool:
        """Whether a solve is theirs to see."""
        return self.key is None or self.key.id == asked.key_id


looking: ContextVar[Visitor] = ContextVar("looking", default=Visitor())  # noqa: B039
"""Who the page that is being written is for."""

_PLACE = re.compile(
    r"(?i)[a-z][a-z0-9+.-]*://[^\s'\"<>(),;]+|(?<![\w./<])~?/[^\s'\"<>(),;:]+"
)


def here(text: object) -> str:
    """A text as the visitor may read it: who is not here sees no path or address.

    >>> here("no runs in '/home/me/runs' or http://10.0.0.7:80/v1, and/or none")
    "no runs in '[...]' or [...], and/or none"
    """
    told = str(text)
    return told if looking.get().is_here else _PLACE.sub("[...]", told)


class Forbidden(Exception):
    """A form that none of our pages has sent."""


class Door:
    """Sessions and the tokens of forms; both end with the process.

    Args:
        check: Looks a secret up, in a thread; None: no keys are set.
    """

    def __init__(self, check: Check | None = None) -> None:
        self._check = check
        self._secret = secrets.token_bytes(32)
        self._sessions: OrderedDict[str, Key] = OrderedDict()
        self._tries = RateLimit(TRIES_A_MINUTE)

    @property
    def has_keys(self) -> bool:
        """Whether one has to sign in."""
        return self._check is not None

    def visitor(self, request: Request) -> Visitor | None:
        """Who asks; None: nobody that is known."""
        token, is_here = self._token(request), sits_here(request)
        if self._check is None:
            return Visitor(is_here=is_here, token=token)
        key = self._sessions.get(request.cookies.get(COOKIE, ""))
        return None if key is None else Visitor(key=key, is_here=is_here, token=token)

    def _token(self, request: Request) -> str:
        """The token of a session's forms, or of the form that begins one."""
        if self._check is None:
            return self._token_of("")
        name = request.cookies.get(COOKIE, "")
        return self._token_of(
            name if name in self._sessions else request.cookies.get(FORM_COOKIE, "")
        )

    def _token_of(self, name: str) -> str:
        given = name.encode("utf-8", "replace")[:128]
        return hashlib.blake2b(given, key=self._secret, digest_size=32).hexdigest()

    def newcomer(self) -> tuple[str, str]:
        """A cookie for who is about to sign in, and the token of their form."""
        name = secrets.token_urlsafe(32)
        return name, self._token_of(name)

    async def sign_in(self, request: Request, secret: str, answer: Response) -> bool:
        """Begin a session in an answer, if the key is in use.

        Raises:
            TooFast: too many tries came from that address.
            EnvironmentFault: from `check`, unchanged.
        """
        if self._check is None:
            return False
        self._tries.take(client_address(request.scope))
        key = await anyio.to_thread.run_sync(self._check, secret.strip())
        if key is None:
            await anyio.sleep(FAILURE_S)
            return False
        name = secrets.token_urlsafe(32)
        self._sessions[name] = key
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        self.remember(request, COOKIE, name, answer)
        return True

    def remember(
        self, request: Request, cookie: str, name: str, answer: Response
    ) -> None:
        """Have a browser keep a cookie, for this server alone, until it is closed."""
        answer.set_cookie(
            cookie,
            name,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )

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
        given, own = fields.get("token", ""), self._token(request)
        if not secrets.compare_digest(given.encode(), own.encode()):
            raise Forbidden
        return fields


def sits_here(request: Request) -> bool:
    """Whether somebody at this computer asks, as far as its proxies tell."""
    host = request.client.host if request.client else ""
    return is_loopback(host) and is_loopback(request.url.hostname or "")


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
