"""A completion as it grows: its text, its end, and what it has cost so far."""

from __future__ import annotations

from assay.models.chunks import Tally
from assay.models.fences import FenceScanner
from assay.models.thoughts import ThoughtScanner, goes_on_thinking
from assay.types import Delta, FinishReason, OnDelta, Request


class Transcript:
    r"""Takes pieces of text and says when the request needs no more of them.

    What is thought is kept apart, whether it comes in a field of its own or as text in
    `<think>`. Call `end` when no more comes.

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
        self.thought = ""
        self.closed: FinishReason | None = None  # why no more is wanted
        self._fences = FenceScanner() if request.stop_at_fence else None
        self._thoughts = ThoughtScanner(thinking=goes_on_thinking(request))
        self._on_delta = on_delta
        self._n_tokens = 0

    def add(self, text: str, *, completion_tokens: int, thought: str = "") -> None:
        """Append a piece, up to the closing fence if it is the end."""
        self._n_tokens = completion_tokens
        if thought:  # the endpoint parts it: no tag is to be looked for
            self._take(*self._thoughts.end())
        self._take(thought, "")
        self._take(*self._thoughts.feed(text))

    def end(self) -> None:
        """Append what might have been the beginning of a tag, and was none."""
        self._take(*self._thoughts.end())

    def _take(self, thought: str, text: str) -> None:
        self.thought += thought
        new = self._kept(text) if text else ""
        if (new or thought) and self._on_delta:
            self._on_delta(
                Delta(text=new, thought=thought, completion_tokens=self._n_tokens)
            )

    def _kept(self, text: str) -> str:
        whole = self.text + text
        keep = self._fences.feed(text) if self._fences else None
        if keep is not None:
            self.closed = FinishReason.FENCE
            whole = whole[:keep]
        new, self.text = whole[len(self.text) :], whole
        return new


def runs_away(tally: Tally, max_tokens: int) -> bool:
    """Whether a server ignores `max_tokens`: then it is we who must end the stream.

    A piece is a token or more, so that half as many again are no rounding.
    """
    return tally.n_deltas > max_tokens * 3 // 2 + 16
