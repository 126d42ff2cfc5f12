"""What is going on, on stderr, live: plain lines, and on a terminal one that counts."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from assay.telling import told
from assay.trace import TraceEvent

REDRAW_S = 0.1


class Progress:
    """A trace's listener that tells a person. ASCII only."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_live = self._stream.isatty()
        self._in_flight: dict[int, int] = {}
        self._tokens = 0
        self._drawn_at = 0.0
        self._started = time.monotonic()

    def __call__(self, event: TraceEvent) -> None:
        """Tell one event."""
        self._count(event)
        line = told(event)
        if line is not None:
            self.line(self._with_cost(line) if event.kind == "decision" else line)
        elif time.monotonic() - self._drawn_at > REDRAW_S:
            self._draw()

    def line(self, text: str) -> None:
        """Print one whole line above the live one."""
        clear = "\r\x1b[2K" if self._is_live else ""
        self._stream.write(f"{clear}{_ascii(text)}\n")
        self._draw()
        self._stream.flush()

    def close(self) -> None:
        """Take the live line away."""
        if self._is_live:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._is_live = False

    def _with_cost(self, line: str) -> str:
        seconds = time.monotonic() - self._started
        return f"{line} ({self._tokens:,} tokens, {seconds:.1f} s)"

    def _count(self, event: TraceEvent) -> None:
        data = event.data
        if event.kind == "call_start":
            self._in_flight[data["call"]] = 0
        elif event.kind == "delta":
            self._in_flight[data["call"]] = data["completion_tokens"]
        elif event.kind == "call":
            arrived = self._in_flight.pop(data["call"], 0)
            usage = data.get("usage") or {}
            self._tokens += usage.get("completion_tokens", arrived)

    def _draw(self) -> None:
        if not self._is_live:
            return
        self._drawn_at = time.monotonic()
        seconds = self._drawn_at - self._started
        tokens = self._tokens + sum(self._in_flight.values())
        self._stream.write(
            f"\r\x1b[2K{seconds:6.1f} s  {len(self._in_flight)} calls in flight, "
            f"{tokens:,} tokens written"
        )
        self._stream.flush()


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode("ascii")
