"""How fast tokens come: from the events of the jobs, without a clock of its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice

from assay.serve.solves import Job

WINDOW_S = 60.0
_FEW = 400  # of a job's last events: more do not end within a minute

Stretch = tuple[float, float, int]  # began, ended, tokens


def tokens_per_second(jobs: Iterable[Job], now: float | None = None) -> float:
    """Completion tokens of all jobs a second, over the last minute.

    A call's tokens are spread evenly over its time.
    """
    now = time.time() if now is None else now
    found = (stretch for job in jobs for stretch in stretches(job, now))
    return sum(within(each, now - WINDOW_S, now) for each in found) / WINDOW_S


def within(stretch: Stretch, low: float, high: float) -> float:
    """How many of a stretch's tokens fall between two times.

    >>> within((0.0, 10.0, 100), 5.0, 100.0), within((0.0, 1.0, 9), 2.0, 3.0)
    (50.0, 0.0)
    """
    begun, ended, tokens = stretch
    overlap = min(ended, high) - max(begun, low)
    if overlap <= 0:
        return 0.0
    return tokens * overlap / (ended - begun)


def stretches(job: Job, now: float) -> Iterator[Stretch]:
    """The calls of a job that ended within the window, and those in flight as one."""
    start = started(job, now)
    if start is None or (job.ended is not None and job.ended < now - WINDOW_S):
        return
    open_since: dict[int, float] = {}
    last = list(islice(reversed(job.events), _FEW))[::-1]
    for event in last:
        at = start + event.at_s
        number = event.data.get("call", 0)
        if event.kind == "call_start":
            open_since[number] = at
        elif event.kind == "call":
            usage = event.data.get("usage") or {}
            begun = open_since.pop(number, at - (event.data.get("seconds") or 0.0))
            if not event.data.get("from_recording"):
                tokens = usage.get("completion_tokens", event.data["arrived_tokens"])
                yield min(begun, at - 1e-3), at, tokens
    if open_since and not job.state.is_over and job.budget is not None:
        tokens = max(0, job.n_tokens - job.budget.usage.completion_tokens)
        yield min(open_since.values()), now, tokens


def started(job: Job, now: float) -> float | None:
    """When a job's events began to count; None: it did not run."""
    if job.budget is None:
        return None
    if job.ended is None:
        return now - job.budget.seconds
    if job.solution is not None:
        return job.ended - job.solution.spend.seconds
    return job.ended - (job.events[-1].at_s if job.events else 0.0)


def silence_s(job: Job, now: float) -> float | None:
    """Seconds since a running job's last event; None: it had none."""
    start = started(job, now)
    if start is None or not job.events:
        return None
    return max(0.0, now - start - job.events[-1].at_s)
