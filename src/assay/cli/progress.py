"""What is going on, on stderr, live: plain lines, and on a terminal one that counts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

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
        teller: Callable[[dict[str, Any]], str] | None = {
            "solve": self._solve,
            "candidate": self._candidate,
            "no_program": lambda _: "sample     no program in the completion",
            "verdict": self._verdict,
            "observations": self._observations,
            "dropped": lambda d: "repair     dropped: not better than its parent",
            "decision": self._decision,
            "trace_lost": lambda d: f"trace      lost: {d['reason']}",
        }.get(event.kind)
        self._count(event)
        if teller is not None:
            self.line(teller(event.data))
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

    @staticmethod
    def _solve(data: dict[str, Any]) -> str:
        entry = f" {data['entry_point']}" if data["entry_point"] else ""
        notes = "".join(f"\n           {note}" for note in data["notes"])
        tests = data["n_cases"] + data["n_test_code"]
        return (
            f"problem    {data['problem']}: {data['io_mode']}{entry}, {tests} given "
            f"tests, checker {data['checker']}, {len(data['inputs'])} self-made inputs"
            f"{notes}\nmodel      {data['model']}, sandbox {data['isolation']}"
        )

    @staticmethod
    def _candidate(data: dict[str, Any]) -> str:
        what = f"sample {data['sample']:<4}{data['made_by']}"
        if data["made_by"] not in ("greedy", "sample"):
            what = f"repair of {data['sample']} by {data['made_by']}"
        if "equals" in data:
            return f"{what}: the same program as sample {data['equals']}"
        return f"{what}: {len(data['code'].splitlines())} lines"

    @staticmethod
    def _verdict(data: dict[str, Any]) -> str:
        results = data["results"]
        passed = sum(r["status"] == "passed" for r in results)
        failed = next((r for r in results if r["status"] != "passed"), None)
        told = f"test {data['sample']:<6}passed {passed} of {len(results)}"
        if not results:
            return f"test {data['sample']:<6}nothing was given to test against"
        if failed is None:
            return told
        first = (failed["got_text"] or "").strip().splitlines()
        got = f": got {first[0][:60]}" if first else ""
        return f"{told}, {failed['status']} on {failed['name'] or 'a case'}{got}"

    @staticmethod
    def _observations(data: dict[str, Any]) -> str:
        rows = data["rows"]
        ended = sum(row[0] == "finished" for row in rows)
        return f"inputs {data['sample']:<4}ran on {len(rows)}, ended well on {ended}"

    def _decision(self, data: dict[str, Any]) -> str:
        seconds = time.monotonic() - self._started
        classes = "+".join(str(c) for c in data["classes"]) or "none"
        return (
            f"score      {data['after']} samples, {data['in_play']} programs in play, "
            f"votes {classes}, posterior {data['posterior']:.2f}, "
            f"{self._tokens:,} tokens, {seconds:.1f} s: {data['reason']}"
        )


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode("ascii")
