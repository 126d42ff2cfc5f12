"""Runs tests in one sandbox and the candidate in another; data crosses through here.

Covered: what a candidate prints, returns, patches or exits with cannot make a test
pass. It cannot reach the process in which a test compares, and a test counts as passed
only if that process names it, after the judge asked for it by name.
Not covered: tests that leave the decision to the candidate (see `inside/proxies.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from assay.errors import JudgeUnavailable
from assay.judging.bundle import candidate_program, tester_program
from assay.judging.distance import token_distance
from assay.judging.executor import Executor, Session
from assay.judging.facts import show_failure, show_text
from assay.judging.inside.outcomes import PASSED, RAISED, SKIPPED
from assay.judging.test_code import TestReading, read_test_code
from assay.types import (
    Call,
    Candidate,
    CaseResult,
    Limits,
    Observation,
    Problem,
    Status,
    TestCode,
    TestStyle,
    Value,
)

_CALLS_WORTH = 15
"""A file's calls may take this often the CPU time of one call, together."""
_LONGEST_VALUE_KB = 16_384
_SLOW_TO_IMPORT = frozenset({"numpy", "pytest"})
_STOPPING = frozenset({Status.TIME_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT})
_TAKEN_OVER = "the program took over its own process"
_STATUSES = {
    PASSED: Status.PASSED,
    RAISED: Status.RUNTIME_ERROR,
    SKIPPED: Status.SKIPPED,
}


async def run_test_code(
    executor: Executor,
    candidate: Candidate,
    problem: Problem,
    tests: TestCode,
    packages: tuple[Path, ...] = (),
) -> tuple[CaseResult, ...]:
    """Run a file's tests on a candidate: a result for each, in their order.

    Raises:
        ProblemError: the file is no Python or holds no test.
        JudgeUnavailable: a sandbox failed, twice.
    """
    reading = read_test_code(tests, packages)
    program = candidate_program()
    limits = _candidate_limits(problem.limits)
    async with executor.session(program, limits, entry_point="exchange") as session:
        line = _Line(session, candidate, problem)
        failure = await line.load()
        if failure is not None:
            return _all_failed(reading.names, failure)
        run = _Run(line)
        ended = await executor.tester(
            tester_program(tests.style),
            _params(tests, reading, problem),
            run.answer,
            _tester_limits(problem.limits),
            packages=packages,
            preload=_preload(tests, reading),
        )
    _require_sandbox(ended)
    return run.results(reading.names, ended)


class _Line:
    """The way to the candidate: loads it, asks it, and notes how it ended."""

    def __init__(
        self, session: Session, candidate: Candidate, problem: Problem
    ) -> None:
        self._session = session
        self._load = [problem.setup_code, candidate.code]
        self._limits = _candidate_limits(problem.limits)
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
            is_syntax = reply[1][0][1] in (
                "SyntaxError",
                "IndentationError",
                "TabError",
            )
            status = Status.COMPILE_ERROR if is_syntax else Status.RUNTIME_ERROR
            text = show_text(f"{reply[1][0][1]}: {reply[4]}")
            return CaseResult(status=status, got_text=text)
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
        _require_sandbox(seen)
        if self._seconds > _CALLS_WORTH * self._limits.cpu_s:
            seen = replace(seen, status=Status.TIME_LIMIT)
        if seen.status is Status.FINISHED:
            reply = seen.value
            if _is_reply(reply):
                return reply
            violation = Status.SECURITY_VIOLATION
            seen = replace(seen, status=violation, error=_TAKEN_OVER)
        self._is_loaded = False
        text = show_failure(seen, self._limits)
        if seen.status in _STOPPING or seen.status is Status.SKIPPED:
            self.stopped = text
        return CaseResult(status=seen.status, got_text=text, cpu_s=seen.cpu_s)


@dataclass(slots=True)
class _Run:
    """One run of a tests file: hears what the tests report, and keeps it."""

    line: _Line
    current: str = ""
    started: set[str] = field(default_factory=set)
    collected: tuple[str, ...] | None = None
    ends: dict[str, CaseResult] = field(default_factory=dict)
    deaths: dict[str, CaseResult] = field(default_factory=dict)

    async def answer(self, message: Value) -> Value:
        """Answer a message of the tests."""
        match message:
            case ("candidate", frame):
                self.line.on_end = self._note_death
                return await self.line.exchange(frame)
            case ("start", str(name)):
                self.current = name
                self.started.add(name)
            case ("collected", [*names]):
                self.collected = tuple(str(name) for name in names)
            case ("end", str(name), outcome, str(asked), str(wanted), str(got)):
                self._note_end(name, outcome, asked, wanted, got)
        return None

    def results(
        self, names: tuple[str, ...], ended: Observation
    ) -> tuple[CaseResult, ...]:
        """A result for each test that must be there, then for what else failed."""
        expected = self.collected if self.collected else names
        known = [self._result(name, ended) for name in expected]
        others = [n for n in {**self.ends, **self.deaths} if n not in expected]
        extra = [self._result(name, ended) for name in others]
        return (*known, *(result for result in extra if not result.passed))

    def _result(self, name: str, ended: Observation) -> CaseResult:
        death, end = self.deaths.get(name), self.ends.get(name)
        if death is not None:
            asked = end.input_text if end else ""
            return replace(death, name=name or "setup of the tests", input_text=asked)
        if end is not None:
            return end
        if self.line.stopped:
            return CaseResult(status=Status.SKIPPED, name=name)
        text = show_text(ended.error or "the test was not run to its end")
        if name not in self.started and ended.status is not Status.FINISHED:
            return CaseResult(status=Status.SKIPPED, name=name, got_text=text)
        is_limit = ended.status in _STOPPING
        status = ended.status if is_limit else Status.RUNTIME_ERROR
        return CaseResult(status=status, name=name, got_text=text)

    def _note_death(self, result: CaseResult) -> None:
        self.deaths.setdefault(self.current, result)

    def _note_end(
        self, name: str, outcome: object, asked: str, wanted: str, got: str
    ) -> None:
        if name in self.ends and not self.ends[name].passed:
            return  # a failure of one phase is not undone by a later one
        status = _STATUSES.get(str(outcome), Status.WRONG_ANSWER)
        if outcome == RAISED and got.startswith("MemoryError"):
            status = Status.MEMORY_LIMIT
        distance = 0.0 if status is Status.PASSED else 1.0
        if status is Status.WRONG_ANSWER and wanted and got:
            distance = max(0.01, token_distance(wanted, got))
        self.ends[name] = CaseResult(
            status=status,
            name=name,
            input_text=show_text(asked),
            expected_text=show_text(wanted),
            got_text=show_text(got),
            distance=distance,
        )


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


def _params(tests: TestCode, reading: TestReading, problem: Problem) -> Value:
    entry = problem.entry_point or ""
    free = reading.free
    if entry.isidentifier() and tests.style is TestStyle.ASSERTS:
        free |= {entry}  # it may be called as a builtin is, which is defined then
    names = [[name, name] for name in sorted(free - {"candidate"})]
    if "candidate" in free:
        names.append(["candidate", entry or "candidate"])
    return {
        "source": tests.source,
        "items": [[i.kind, i.name, i.position, i.parent] for i in reading.items],
        "entry_point": entry,
        "names": names,
        "modules": sorted(reading.modules),
        "used": sorted(reading.used),
    }


def _preload(tests: TestCode, reading: TestReading) -> tuple[str, ...]:
    runner = {"pytest"} if tests.style is TestStyle.PYTEST else set()
    return tuple(sorted((reading.packages | runner) & _SLOW_TO_IMPORT))


def _candidate_limits(limits: Limits) -> Limits:
    """As given, but values may be long: they go to a test and not to a person."""
    return replace(limits, output_kb=max(_LONGEST_VALUE_KB, limits.output_kb))


def _tester_limits(limits: Limits) -> Limits:
    """Wide: tests are not what is judged, and a candidate's time is its own."""
    return Limits(
        cpu_s=max(20.0, 5 * limits.cpu_s),
        memory_mb=max(2048, limits.memory_mb),
        disk_mb=max(64, limits.disk_mb),
        output_kb=2 * max(_LONGEST_VALUE_KB, limits.output_kb),
    )


def _all_failed(names: tuple[str, ...], failure: CaseResult) -> tuple[CaseResult, ...]:
    first = replace(failure, name=names[0])
    rest = [CaseResult(status=Status.SKIPPED, name=name) for name in names[1:]]
    return (first, *rest)


def _require_sandbox(seen: Observation) -> None:
    if seen.status is Status.SANDBOX_FAILURE:
        raise JudgeUnavailable(f"the sandbox failed: {seen.error or 'no reason known'}")
