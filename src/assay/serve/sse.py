"""Server-sent events as they come from an endpoint: given on whole, and counted."""

from __future__ import annotations

import re

from assay.models.retries import TransientFault
from assay.types import Usage

MOST_EVENT = 4 * 1024 * 1024  # bytes
_PROMPT = re.compile(rb'"(?:prompt|input)_tokens"\s*:\s*(\d{1,9})')
_COMPLETION = re.compile(rb'"(?:completion|output)_tokens"\s*:\s*(\d{1,9})')
_BLANKS = (b"\n\n", b"\n\r\n", b"\r\r")  # what ends an event
_LONGEST_BLANK = 3
# What ends a stream of each API. It is looked for where a line begins: the same words
# in an answer's text stand within a line.
_LAST = re.compile(
    rb"^(?:data: ?\[DONE\]"
    rb"|event: ?(?:response\.(?:completed|incomplete|failed)|message_stop|error)\s"
    rb'|data: ?\{\s*"type"\s*:\s*'
    rb'"(?:response\.(?:completed|incomplete|failed)|message_stop|error)")',
    re.MULTILINE,
)
_LAST_WORDS = (b"[DONE]", b"message_stop", b"response.", b"error")  # in each `_LAST`
_DONE = re.compile(rb"data: ?\[DONE\]\s*")


class WholeEvents:
    r"""Gives on whole events alone, and knows whether the last one came.

    It takes time in proportion to the bytes, however small the pieces are.

    >>> events = WholeEvents()
    >>> events.feed(b'data: 1\n\ndata: [DO'), events.is_whole
    (b'data: 1\n\n', False)
    >>> events.feed(b"NE]\n\n"), events.is_whole
    (b'data: [DONE]\n\n', True)
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self.n_events = 0
        self.usage: Usage | None = None  # as the events told it, wherever they did
        self.is_whole = False

    def feed(self, piece: bytes) -> bytes:
        """Take the next bytes; those to give on, up to the end of an event.

        Raises:
            TransientFault: an event does not end.
        """
        if self._rest or not piece.endswith(b"\n\n"):
            piece = self._cut(piece)
        if piece:
            self._note(piece)
        return piece

    def finish(self) -> bytes:
        r"""The bytes to give on when no more come: a last event without its blank line.

        Other events that were begun are dropped: nobody knows what they lack.

        >>> events = WholeEvents()
        >>> events.feed(b"data: [DONE]"), events.finish(), events.is_whole
        (b'', b'data: [DONE]\n\n', True)
        """
        last = bytes(self._rest)
        self._rest.clear()
        if not _DONE.fullmatch(last):
            return b""
        last = last.rstrip() + b"\n\n"
        self._note(last)
        return last

    def _cut(self, piece: bytes) -> bytes:
        """Keep what is of an event that has not ended; the rest of the bytes."""
        rest = self._rest
        looked = max(0, len(rest) - _LONGEST_BLANK + 1)
        rest += piece
        ends = ((rest.rfind(each, looked), len(each)) for each in _BLANKS)
        end = max((at + length for at, length in ends if at >= 0), default=0)
        if not end and len(rest) > MOST_EVENT:
            raise TransientFault("an event is too large")
        ready = bytes(rest[:end])
        del rest[:end]
        return ready

    def _note(self, ready: bytes) -> None:
        self.n_events += ready.count(b"\ndata:") + ready.startswith(b"data:")
        if b'_tokens"' in ready:
            self.usage = _later(self.usage, usage_in(ready))
        if any(word in ready for word in _LAST_WORDS):
            self.is_whole = self.is_whole or _LAST.search(ready) is not None


def data_in(ready: bytes) -> list[bytes]:
    r"""The data of whole events, each without its field's name.

    >>> data_in(b": ping\n\ndata: 1\n\nevent: x\r\ndata:2\r\n\r\n")
    [b'1', b'2']
    """
    lines = ready.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found = [_data_of(each) for each in lines.split(b"\n\n")]
    return [data for data in found if data]


def _data_of(event: bytes) -> bytes:
    lines = (line for line in event.split(b"\n") if line.startswith(b"data:"))
    return b"\n".join(line.removeprefix(b"data:").strip() for line in lines)


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


def _later(one: Usage | None, other: Usage | None) -> Usage | None:
    """Two tellings of one answer's usage: each count only grows while it is made."""
    if one is None or other is None:
        return one or other
    return Usage(
        prompt_tokens=max(one.prompt_tokens, other.prompt_tokens),
        completion_tokens=max(one.completion_tokens, other.completion_tokens),
    )
