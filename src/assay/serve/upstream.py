"""Requests that are passed through: to the engine, or to the endpoint behind us."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from assay.models.address import parse_address
from assay.models.connection import Connection, Forwarded
from assay.models.retries import TransientFault
from assay.types import Usage

CONNECT_TIMEOUT_S = 10.0
MOST_EVENT = 4 * 1024 * 1024  # bytes
_TAIL = 4096  # bytes in which a stream's usage is looked for
_PROMPT = re.compile(rb'"(?:prompt|input)_tokens"\s*:\s*(\d{1,9})')
_COMPLETION = re.compile(rb'"(?:completion|output)_tokens"\s*:\s*(\d{1,9})')
_DATA = re.compile(rb"^data:", re.MULTILINE)
# What ends a stream of each API. It is looked for where a line begins: the same words
# in an answer's text stand within a line.
_LAST = re.compile(
    rb"^(?:data: ?\[DONE\]"
    rb"|event: ?(?:response\.(?:completed|incomplete|failed)|message_stop|error)\s"
    rb'|data: ?\{\s*"type"\s*:\s*'
    rb'"(?:response\.(?:completed|incomplete|failed)|message_stop|error)")',
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the model answers now. An engine that was restarted has another place."""

    base_url: str
    api_key: str | None
    model: str


class Upstream:
    """Passes requests on, unchanged but for the model's name.

    Args:
        target: Asked before every request.
        idle_timeout_s: The longest silence.
    """

    def __init__(
        self, target: Callable[[], Target], *, idle_timeout_s: float = 300.0
    ) -> None:
        self._target = target
        self._idle_timeout_s = idle_timeout_s
        self._connections: dict[tuple[str, str | None], Connection] = {}

    @property
    def address(self) -> str:
        """Where requests are passed on to now.

        Raises:
            UsageError: nowhere.
        """
        return self._target().base_url

    async def aclose(self) -> None:
        """Close every socket."""
        for connection in self._connections.values():
            await connection.aclose()

    @asynccontextmanager
    async def post(
        self, path: str, body: Mapping[str, Any], raw: bytes
    ) -> AsyncIterator[Forwarded]:
        """Post a request and give its answer as it comes.

        Args:
            path: Below `/v1`.
            body: The request as JSON; read only where its model has to be changed.
            raw: The same as it came: what is sent where nothing has to be changed.

        Raises:
            TransientFault, ModelUnavailable: nothing was answered.
        """
        target = self._target()
        if body.get("model") != target.model:
            raw = json.dumps({**body, "model": target.model}).encode()
        async with self._connection(target).forward(path, raw) as answer:
            yield answer

    def _connection(self, target: Target) -> Connection:
        key = (target.base_url, target.api_key)
        found = self._connections.get(key)
        if found is None:
            found = self._connections[key] = Connection(
                parse_address(target.base_url),
                api_key=target.api_key,
                connect_timeout_s=CONNECT_TIMEOUT_S,
                idle_timeout_s=self._idle_timeout_s,
            )
        return found


class WholeEvents:
    r"""Gives on whole events alone, and knows whether the last one came.

    >>> events = WholeEvents()
    >>> events.feed(b'data: 1\n\ndata: [DO'), events.is_whole
    (b'data: 1\n\n', False)
    >>> events.feed(b"NE]\n\n"), events.is_whole
    (b'data: [DONE]\n\n', True)
    """

    def __init__(self) -> None:
        self._rest = b""
        self.n_events = 0
        self.tail = b""  # of what was given on, for the usage
        self.is_whole = False

    def feed(self, piece: bytes) -> bytes:
        """Take the next bytes; those to give on, up to the end of an event.

        Raises:
            TransientFault: an event does not end.
        """
        whole = self._rest + piece if self._rest else piece
        end = _end_of_events(whole)
        ready, self._rest = whole[:end], whole[end:]
        if not ready:
            if len(self._rest) > MOST_EVENT:
                raise TransientFault("an event is too large")
            return b""
        self.n_events += len(_DATA.findall(ready))
        self.tail = (self.tail + ready[-_TAIL:])[-_TAIL:]
        self.is_whole = self.is_whole or _LAST.search(ready) is not None
        return ready


def _end_of_events(text: bytes) -> int:
    r"""Where the last event that is whole ends; 0 where none is.

    >>> [_end_of_events(each) for each in (b"\n\na", b"a\r\n\r\nb", b"a\n")]
    [2, 5, 0]
    """
    ends = ((text.rfind(each), len(each)) for each in (b"\n\n", b"\r\n\r\n", b"\r\r"))
    return max((at + length for at, length in ends if at >= 0), default=0)


def usage_in(text: bytes) -> Usage | None:
    """The last usage that an answer tells, by any of the APIs' names.

    >>> usage_in(b'"usage":{"prompt_tokens":3,"completion_tokens": 4}')
    Usage(prompt_tokens=3, completion_tokens=4, cached_prompt_tokens=0)
    """
    prompt, completion = _PROMPT.findall(text), _COMPLETION.findall(text)
    if not prompt and not completion:
        return None
    return Usage(
        prompt_tokens=int(prompt[-1]) if prompt else 0,
        completion_tokens=int(completion[-1]) if completion else 0,
    )
