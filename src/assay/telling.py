"""The events of a solve in words, a line each, for those who watch it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assay.trace import TraceEvent


def told(event: TraceEvent) -> str | None:
    """One event as a line; None for those that only count.

    >>> told(TraceEvent(kind="no_program", at_s=1.0, data={}))
    'sample     no program in the completion'
    """
    tell = _TELLERS.get(event.kind)
    return tell(event.data) if tell else None


def _solve(data: dict[str, Any]) -> str:
    entry = f" {data['entry_point']}" if data["entry_point"] else ""
    notes = "".join(f"\n           {note}" for note in data["notes"])
    tests = data["n_cases"] + data["n_test_code"]
    return (
        f"problem    {data['problem']}: {data['io_mode']}{entry}, {tests} given "
        f"tests, checker {data['checker']}, {len(data['inputs'])} self-made inputs"
        f"{notes}\nmodel      {data['model']}, sandbox {data['isolation']}"
    )


def _candidate(data: dict[str, Any]) -> str:
    what = f"sample {data['sample']:<4}{data['made_by']}"
    if data["made_by"] not in ("greedy", "sample"):
        what = f"repair of {data['sample']} by {data['made_by']}"
    if "equals" in data:
        return f"{what}: the same program as sample {data['equals']}"
    return f"{what}: {len(data['code'].splitlines())} lines"


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


def _observations(data: dict[str, Any]) -> str:
    rows = data["rows"]
    ended = sum(row[0] == "finished" for row in rows)
    return f"inputs {data['sample']:<4}ran on {len(rows)}, ended well on {ended}"


def _decision(data: dict[str, Any]) -> str:
    classes = "+".join(str(c) for c in data["classes"]) or "none"
    return (
        f"score      {data['after']} samples, {data['in_play']} programs in play, "
        f"votes {classes}, posterior {data['posterior']:.2f}: {data['reason']}"
    )


def _route(data: dict[str, Any]) -> str:
    return f"route      {data['route']}: {data['reason']}"


_TELLERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "route": _route,
    "solve": _solve,
    "candidate": _candidate,
    "no_program": lambda _: "sample     no program in the completion",
    "verdict": _verdict,
    "observations": _observations,
    "dropped": lambda _: "repair     dropped: not better than its parent",
    "decision": _decision,
    "trace_lost": lambda data: f"trace      lost: {data['reason']}",
}
