"""How fast the engine writes for a solve, as the last solves have shown."""

from __future__ import annotations

from collections import deque

PRIOR_TOKENS_PER_S = 25.0
"""Until the first solve has ended. Decision 002 measured six samples of the usual model
on two cores in 39 to 63 s, each of some 200 tokens: 19 to 31 tokens a second."""

KEPT = 20  # solves


class Pace:
    """Tokens a second while something was asked, over the last solves together.

    Reading prompts counts as well: it is what a client waits for. So do other solves at
    the same time, as each of them then writes more slowly.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[int, float]] = deque(maxlen=KEPT)
        self.tokens_per_s: float | None = None  # None: nothing was seen

    def note(self, tokens: int, seconds: float) -> None:
        """Take in a solve: the tokens written in it, and how long that took."""
        if tokens <= 0 or seconds <= 0:
            return
        self._seen.append((tokens, seconds))
        written, taken = map(sum, zip(*self._seen, strict=True))
        self.tokens_per_s = written / taken
