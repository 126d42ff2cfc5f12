"""The judge's line to a candidate that is tested: one question, one answer.

All that comes back was written by a hostile program, so each reply is looked at before
anything in it is used, and what the tests get of it is data only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from assay.errors import JudgeUnavailable
from assay.judging.facts import show_failure, show_text
from assay.judging.sessions import Session
from assay.types import (
    Call,
    Candidate,
    CaseResult,
    Limits,
    Observation,
    Problem,
    Status,
    Value,
)

CALLS_WORTH = 15
"""A file's calls may take this often the time of one call, CPU or wall, together."""
LONGEST_VALUE_KB = 16_384
STOPPING = frozenset({Status.TIME_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT})
_TAKEN_OVER = "the program took over its own process"


def candidate_limits(limits: Limits) -> Limits:
    """As given, but values may be long: they go to a test and not to a person."""
    return replace(limits, output_kb=max(LONGEST_VALUE_KB, limits.output_kb))


def require_sandbox(seen: Observation) -> None:
    """Raise `JudgeUnavailable` if it was the sandbox that failed."""
    if seen.status is Status.SANDBOX_FAILURE:
        raise JudgeUnavailable(f"the sandbox failed: {seen.error or 'no reason known'}")


class Line:
    """The way to the candidate: loads it, asks it, and notes how it ended."""

    def __init__(
        self, session: Session, candidate: Candidate, problem: Problem
    ) -> None:
        self._session = session
        self._load = [problem.setup_code, candidate.code]
        self._limits = candidate_limits(problem.limits)
        self._is_loaded = False
        self._epoch = 0
        self._names: dict[int, tuple[int, Value]] = {}  # number: epoch, its lookup
        self._seconds = 0.0
        self.stopped: str = ""  # why nothing is asked any more
        self.cpu_s = 0.0
        self.on_end: Callable[[CaseResult], None] = lambda _result: None

    async def load(self) -> CaseResult | None:
        """Load the program; how that failed, or None."""
        self._epoch += 1
        reply = await self._ask(("load", self._epoch, self._load, []))
        if isinstance(reply, CaseResult):
            return reply
        if reply[0] == "raise":
            return _load_failure(reply)
        self._is_loaded = True
        return None

    async def exchange(self, frame: Value) -> Value:
        """Ask one thing. A candidate that ended is loaded afresh for the next."""
        if self.stopped:
            self.on_end(CaseResult(status=Status.SKIPPED, got_text=self.stopped))
            return ("gone", self.stopped)
        failure = None if self._is_loaded else await self.load()
        reply = failure or await self._ask(await self._renewed(frame))
        if isinstance(reply, CaseResult):
            self.on_end(reply)
            return ("gone", reply.got_text)
        operation, number = frame[:2]
        is_lookup = operation == "evaluate" or (operation == "getattr" and number == 0)
        found = _handle_in(reply)
        if is_lookup and found is not None:
            self._names.setdefault(found, (self._epoch, frame))
        return reply

    async def _renewed(self, frame: Value) -> Value:
        """Name a function anew that was looked up before the program was reloaded."""
        epoch, lookup = self._names.get(frame[1], (self._epoch, None))
        if lookup is None or epoch == self._epoch:
            return frame
        found = _handle_in(await self._ask(lookup))
        if found is None:
            return frame  # it is not there this time, and asking will say so
        return (frame[0], found, *frame[2:])

    async def _ask(self, frame: Value) -> Value | CaseResult:
        began = time.monotonic()
        seen = await self._session.call(Call(args=(frame,)))
        self._seconds += time.monotonic() - began
        self.cpu_s += seen.cpu_s
        require_sandbox(seen)
        limits = self._limits
        is_long = self._seconds > CALLS_WORTH * limits.wall_limit_s
        if is_long or self.cpu_s > CALLS_WORTH * limits.cpu_s:
            seen = replace(seen, status=Status.TIME_LIMIT)
        if seen.status is Status.FINISHED:
            reply = seen.value
            if _is_reply(reply):
                return reply
            violation = Status.SECURITY_VIOLATION
            seen = replace(seen, status=violation, error=_TAKEN_OVER)
        self._is_loaded = False
        text = show_failure(seen, self._limits)
        if seen.status in STOPPING or seen.status is Status.SKIPPED:
            self.stopped = text
        return CaseResult(status=seen.status, got_text=text, cpu_s=seen.cpu_s)


def _load_failure(reply: Value) -> CaseResult:
    match reply:
        case ("raise", ((_, str(name)), *_), _, _, str(text), *_):
            is_syntax = name in ("SyntaxError", "IndentationError", "TabError")
            status = Status.COMPILE_ERROR if is_syntax else Status.RUNTIME_ERROR
            return CaseResult(status=status, got_text=show_text(f"{name}: {text}"))
    return CaseResult(status=Status.SECURITY_VIOLATION, got_text=_TAKEN_OVER)


def _is_reply(reply: Value) -> bool:
    match reply:
        case ("ok" | "raise" | "callback", *_):
            return type(reply) is tuple
    return False


def _handle_in(reply: Value) -> int | None:
    match reply:
        case ("ok", ("h", int(number), *_), *_):
            return number
    return None
