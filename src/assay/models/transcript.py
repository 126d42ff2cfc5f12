"""A completion as it grows: its text, its end, and what it has cost so far."""

from __future__ import annotations

from assay.models.chunks import Tally
from assay.models.fences import FenceScanner
from assay.types import Delta, FinishReason, OnDelta, Request


class Transcript:
    r"""Takes pieces of text and says when the request needs no more of them.

    >>> request = Request(messages=(), stop_at_fence=True)
    >>> transcript = Transcript(request, None)
    >>> for text in ("```\nx\n`", "``\n", "That was it."):
    ...     if not transcript.closed:
    ...         transcript.add(text, completion_tokens=1)
    >>> transcript.text, transcript.closed
    ('```\nx\n```', <FinishReason.FENCE: 'fence'>)
    """

    def __init__(self, request: Request, on_delta: OnDelta | None) -> None:
        self.text = ""
        self.closed: FinishReason | None = None  # why no more is wanted
        self._fences = FenceScanner() if request.stop_at_fence else None
        self._on_delta = on_delta

    def add(self, text: str, *, completion_tokens: int) -> None:
        """Append a piece, up to the closing fence if it is the end."""
        if not text:
            return
        whole = self.text + text
        keep = self._fences.feed(text) if self._fences else None
        if keep is not None:
            self.closed = FinishReason.FENCE
            whole = whole[:keep]
        new, self.text = whole[len(self.text) :], whole
        if new and self._on_delta:
            self._on_delta(Delta(text=new, completion_tokens=completion_tokens))


def runs_away(tally: Tally, max_tokens: int) -> bool:
    """Whether a server ignores `max_tokens`: then it is we who must end the stream.

    A piece is a token or more, so that half as many again are no rounding.
    """
    return tally.n_deltas > max_tokens * 3 // 2 + 16
